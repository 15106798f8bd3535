//! What the Rust code must hold: its format, its lints, its tests on both databases.

use crate::{
    postgres::Cluster,
    run::{Outcome, cargo, find, run},
};

/// Format.
pub fn format() -> Outcome {
    let otherwise = "Some files are formatted otherwise; `cargo fmt` puts them right.";
    run(&mut cargo(&["fmt", "--all", "--check"]), otherwise)?;
    run(&mut cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]), otherwise)
}

/// Lints.
pub fn clippy() -> Outcome {
    run(
        &mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]),
        "Clippy found something; each finding above says where.",
    )
}

/// Tests on SQLite and on a PostgreSQL of their own, then the examples in the documentation.
pub fn tests() -> Outcome {
    let cluster = Cluster::start()?;
    let runner: &[&str] =
        if find("cargo-nextest").is_some() { &["nextest", "run"] } else { &["test", "--lib", "--bins", "--tests"] };
    run(
        cargo(runner).args(["--workspace", "--locked"]).env("EVERBETTER_TEST_POSTGRES", cluster.url()),
        "A test failed; its words are above.",
    )?;
    run(
        cargo(&["test", "--doc", "--workspace", "--locked"]).env("EVERBETTER_TEST_POSTGRES", cluster.url()),
        "An example in the documentation does not hold.",
    )
}

/// What must hold when things end badly: killed, without power, with a full disk, one of several gone. `EVERBETTER_LONG=1` asks for more.
pub fn crashes() -> Outcome {
    let cluster = Cluster::start()?;
    run(
        cargo(&[
            "test",
            "--package",
            "everbetter",
            "--test",
            "crash",
            "--locked",
            "--",
            "--ignored",
            "--nocapture",
            "--test-threads=2",
        ])
        .env("EVERBETTER_TEST_POSTGRES", cluster.url()),
        "Something did not survive; the words above say what, and with which EVERBETTER_SEED.",
    )
}
