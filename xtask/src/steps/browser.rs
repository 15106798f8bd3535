//! People doing their jobs in a real browser.

use std::path::PathBuf;

use crate::{
    run::{Outcome, cargo, command, root, run},
    tools,
};

/// Builds the program and runs the browser tests against its demo organisation.
pub fn tests() -> Outcome {
    let chromium = tools::chromium().ok_or("Chromium is missing; `cargo ci tools` says what to install.")?;
    let binary = build()?;
    let e2e = root().join("e2e");
    run(
        command("npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]).current_dir(&e2e),
        "The browser tests' two packages could not be fetched.",
    )?;
    run(
        command("npm", &["test"]).current_dir(&e2e).env("EVERBETTER_BIN", binary).env("EVERBETTER_CHROMIUM", chromium),
        "A browser test failed; its words are above.",
    )
}

/// Builds the program as developers run it, and answers where it is.
pub fn build() -> Result<PathBuf, String> {
    run(&mut cargo(&["build", "--package", "everbetter", "--locked"]), "The program does not build.")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("debug").join(format!("everbetter{}", std::env::consts::EXE_SUFFIX)))
}
