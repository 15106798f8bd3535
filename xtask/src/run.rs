//! Running other programs: said aloud, from the root of the project.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What a step ends with: nothing, or a sentence on what is wrong and what to do.
pub type Outcome = Result<(), String>;

/// The root of the project.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A command that starts in the project's root.
pub fn command(program: impl AsRef<std::ffi::OsStr>, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(words).current_dir(root());
    // Cargo tells us about our own package; build scripts that look at such words would build everything anew each time.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|begin| name.starts_with(begin))) {
            command.env_remove(name);
        }
    }
    command
}

/// `cargo` itself, the one that runs us.
pub fn cargo(words: &[&str]) -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), words)
}

/// Runs it to its end with its output shown; `otherwise` is the sentence for when it fails.
pub fn run(command: &mut Command, otherwise: &str) -> Outcome {
    println!("$ {}", in_words(command));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{otherwise} ({} ended with {status})", in_words(command))),
        Err(error) => Err(format!("{} can't be started: {error}", in_words(command))),
    }
}

/// Runs it silently and answers what it printed; `None` when it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let done = command.stderr(Stdio::null()).output().ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Where a program is, if it is on the path.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Whether we are root, who may install packages and may not run PostgreSQL.
pub fn is_root() -> bool {
    output(&mut command("id", &["-u"])).is_some_and(|text| text.trim() == "0")
}

fn in_words(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
