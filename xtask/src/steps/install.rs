//! What a fresh machine lacks: installed from Debian when we may, otherwise named.

use std::{fs, process::Command};

use crate::{
    run::{Outcome, find, is_root, run},
    tools,
};

const NO_MAIN_CLUSTER: &str = "create_main_cluster = false";
const NODE_AT_LEAST: u32 = 20;

/// Sees to PostgreSQL, Chromium, Node.js what tries the API, and the fuzzer.
pub fn tools_are_here() -> Outcome {
    let mut missing = Vec::new();
    if tools::postgres_folder().is_none() {
        missing.push("PostgreSQL's server (Debian: postgresql)");
    }
    if tools::chromium().is_none() {
        missing.push("Chromium (Debian: chromium fonts-liberation)");
    }
    if !missing.is_empty() {
        if !is_root() || find("apt-get").is_none() {
            return Err(format!("Please install {}, then run `cargo ci` again.", missing.join(" and ")));
        }
        install()?;
    }
    match tools::node_version() {
        Some(version) if version >= NODE_AT_LEAST && find("npm").is_some() => {
            super::api::install().and_then(|()| super::fuzz::install())
        }
        _ => Err(format!(
            "The browser tests need Node.js {NODE_AT_LEAST} or newer with npm. Please install both, then run `cargo ci` again."
        )),
    }
}

fn install() -> Outcome {
    let sentence = "Debian's packages could not be installed.";
    run(&mut apt(&["update"]), sentence)?;
    if tools::chromium().is_none() {
        run(&mut apt(&["install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"]), sentence)?;
    }
    if tools::postgres_folder().is_none() {
        run(&mut apt(&["install", "--yes", "--no-install-recommends", "postgresql-common"]), sentence)?;
        // The package would otherwise start a server for everybody; tests bring their own.
        let file = "/etc/postgresql-common/createcluster.conf";
        let before = fs::read_to_string(file).unwrap_or_default();
        if !before.lines().any(|line| line.trim() == NO_MAIN_CLUSTER) {
            fs::write(file, format!("{before}\n{NO_MAIN_CLUSTER}\n"))
                .map_err(|error| format!("{file} can't be written: {error}"))?;
        }
        run(&mut apt(&["install", "--yes", "--no-install-recommends", "postgresql"]), sentence)?;
    }
    Ok(())
}

fn apt(words: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
    command
}
