//! The readers of files against files that nobody would write: each target for a while, two at once.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Command, Stdio},
    sync::Mutex,
    thread,
};

use crate::run::{Outcome, cargo, find, output, root, run};

const VERSION: &str = "0.13.2";
/// So many seconds each target runs; `EVERBETTER_FUZZ_SECONDS` asks for others.
const SECONDS: u64 = 60;
/// What a target may take; the limits of the readers lie far below.
const LIMITS: [&str; 3] = ["-rss_limit_mb=1024", "-timeout=20", "-max_len=65536"];
/// So many lines of a failed target are shown.
const SHOWN: usize = 60;

fn folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join("fuzz")
}

fn tool() -> PathBuf {
    find("cargo-fuzz").unwrap_or_else(|| folder().join("tool/bin/cargo-fuzz"))
}

/// Sees to cargo-fuzz, in a folder of its own.
pub fn install() -> Outcome {
    if output(Command::new(tool()).arg("--version")).is_some() {
        return Ok(());
    }
    let place = folder().join("tool");
    run(
        cargo(&["install", "cargo-fuzz", "--version", VERSION, "--locked", "--root"])
            .arg(&place)
            .arg("--target-dir")
            .arg(place.join("build")),
        "cargo-fuzz could not be installed.",
    )
}

/// Builds the targets and runs each, from its seeds on and from what earlier runs here found.
pub fn targets() -> Outcome {
    install()?;
    let seconds = std::env::var("EVERBETTER_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SECONDS);
    let names = names()?;
    run(&mut fuzz("build", None), "The fuzz targets do not build.")?;
    let waiting = Mutex::new(names);
    let problems = Mutex::new(Vec::new());
    let next = || waiting.lock().ok().and_then(|mut names| names.pop());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(name) = next() {
                    if let (Err(problem), Ok(mut problems)) = (target(&name, seconds), problems.lock()) {
                        problems.push(problem);
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap_or_default();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn fuzz(word: &str, target: Option<&str>) -> Command {
    // The sanitizers watch over unsafe code, which is not ours, and would need a compiler of the day.
    let mut command = Command::new(tool());
    command.current_dir(root()).args(["fuzz", word, "--sanitizer", "none", "--target-dir"]).arg(folder().join("build"));
    command.args(target);
    command
}

/// The targets, by the names of their files.
fn names() -> Result<Vec<String>, String> {
    let files = fs::read_dir(root().join("fuzz/targets")).map_err(|error| format!("fuzz/targets can't be read: {error}"))?;
    let mut names: Vec<String> = files.flatten().filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned())).collect();
    names.sort_by(|one, other| other.cmp(one));
    Ok(names)
}

fn target(name: &str, seconds: u64) -> Outcome {
    let (corpus, log) = (folder().join("corpus").join(name), folder().join(format!("{name}.log")));
    let failed = |error: std::io::Error| format!("{name}: {error}");
    fs::create_dir_all(&corpus).map_err(failed)?;
    let file = File::create(&log).map_err(failed)?;
    let mut command = fuzz("run", Some(name));
    command.arg(&corpus).arg(root().join("fuzz/seeds").join(name)).arg("--").args(LIMITS);
    if name == "pack" {
        command.arg(format!("-seed_inputs={}", root().join("content/vi-pit.toml").display()));
    }
    command.arg(format!("-max_total_time={seconds}"));
    command.stdout(file.try_clone().map_err(failed)?).stderr(Stdio::from(file));
    println!("{name}, for {seconds} s");
    let status = command.status().map_err(failed)?;
    let said = fs::read_to_string(&log).unwrap_or_default();
    if status.success() {
        println!("{}", summary(name, &said));
        return Ok(());
    }
    let lines: Vec<&str> = said.lines().collect();
    let last = lines[lines.len().saturating_sub(SHOWN)..].join("\n");
    Err(format!("The target {name} found a file that it does not bear; the words say where it is kept.\n{last}"))
}

/// The last word of the fuzzer: how many files were tried.
fn summary(name: &str, said: &str) -> String {
    let last = said.lines().rev().find(|line| line.starts_with("Done ")).unwrap_or("Done");
    format!("{name}: {last}")
}
