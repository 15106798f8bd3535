//! Commands in documents: those of `everbetter`, with their flags, as its own help tells; those of cargo and of this program.

use std::{collections::BTreeMap, fs, process::Command};

use super::{
    Document,
    text::{lines, spans},
};
use crate::{
    run::{output, root},
    steps,
};

const CARGO: &[&str] =
    &["add", "bench", "build", "check", "clippy", "deny", "doc", "fmt", "install", "nextest", "run", "test", "tree", "update"];

/// What is wrong with the commands of these documents.
pub fn problems(documents: &[Document]) -> Result<Vec<String>, String> {
    let mut known = Known::read()?;
    let mut problems = Vec::new();
    for document in documents {
        for line in lines(&document.text) {
            let commands = if line.in_block { vec![line.text] } else { spans(line.text) };
            for command in commands {
                if let Err(what) = known.check(command) {
                    problems.push(document.problem(line.number, &format!("`{}`: {what}", command.trim())));
                }
            }
        }
    }
    Ok(problems)
}

/// The help of a subcommand, or of the program for no subcommand.
type Help = Box<dyn FnMut(&str) -> Option<String>>;

/// What can be run.
struct Known {
    /// Our aliases for cargo, with what they stand for.
    aliases: BTreeMap<String, String>,
    /// Asks the program for its help; kept, for each is a process.
    help: Help,
}

impl Known {
    fn read() -> Result<Self, String> {
        let config =
            fs::read_to_string(root().join(".cargo/config.toml")).map_err(|error| format!(".cargo/config.toml: {error}"))?;
        let binary = steps::browser::build()?;
        let mut told = BTreeMap::new();
        let help = move |subcommand: &str| {
            let ask = || output(Command::new(&binary).args(subcommand.split_whitespace()).arg("--help"));
            told.entry(subcommand.to_owned()).or_insert_with(ask).clone()
        };
        Ok(Self { aliases: aliases(&config), help: Box::new(help) })
    }

    fn check(&mut self, command: &str) -> Result<(), String> {
        let plain = command.trim().trim_start_matches("$ ");
        let plain = plain.split(" #").next().unwrap_or_default();
        // Settings may stand before a command, a program may stand in a folder.
        let words: Vec<&str> = plain.split_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('-')).collect();
        match words.as_slice() {
            [program, words @ ..] if program.rsplit('/').next() == Some("everbetter") && is_a_program(program) => {
                self.everbetter(words)
            }
            ["cargo", words @ ..] => self.cargo(words),
            _ => Ok(()),
        }
    }

    fn everbetter(&mut self, words: &[&str]) -> Result<(), String> {
        let mut subcommand = String::new();
        let mut help = (self.help)("").ok_or("everbetter --help does not answer.")?;
        for word in words.iter().take_while(|word| !word.starts_with('-') && !is_a_place_holder(word)) {
            // A command without commands of its own takes other words, such as files.
            if !subcommand.is_empty() && !help.contains("\nCommands:\n") {
                break;
            }
            if !listed(&help, word) {
                return Err(format!("there is no `everbetter{subcommand} {word}`."));
            }
            subcommand = format!("{subcommand} {word}");
            help = (self.help)(subcommand.trim()).ok_or(format!("everbetter{subcommand} --help does not answer."))?;
        }
        let flags = words.iter().map(|word| word.trim_matches(['[', ']'])).filter(|word| word.starts_with("--"));
        match flags.filter_map(|flag| flag.split('=').next()).find(|flag| !has_flag(&help, flag)) {
            Some(flag) => Err(format!("`everbetter{subcommand}` has no {flag}.")),
            None => Ok(()),
        }
    }

    fn cargo(&mut self, words: &[&str]) -> Result<(), String> {
        let Some((first, rest)) = words.split_first() else { return Ok(()) };
        if let Some(alias) = self.aliases.get(*first).cloned() {
            let whole: Vec<&str> = alias.split_whitespace().chain(rest.iter().copied()).collect();
            return self.cargo(&whole);
        }
        if !CARGO.contains(first) {
            return Err(format!("cargo has no \"{first}\", and .cargo/config.toml no such alias."));
        }
        let package =
            rest.iter().zip(rest.iter().skip(1)).find(|(flag, _)| ["-p", "--package"].contains(*flag)).map(|(_, name)| *name);
        let ours = match package {
            Some("xtask") => true,
            Some(package) => root().join("crates").join(package).exists() || is_a_place_holder(package),
            None => true,
        };
        if !ours {
            return Err(format!("there is no package \"{}\".", package.unwrap_or_default()));
        }
        let after: Vec<&str> = rest.iter().skip_while(|word| **word != "--").skip(1).copied().collect();
        match (*first, package, after.as_slice()) {
            ("run", Some("everbetter"), words) => self.everbetter(words),
            ("run", Some("xtask"), ["ci", names @ ..]) => {
                match names.iter().find(|name| !is_a_place_holder(name) && !steps::names().contains(name)) {
                    Some(name) => Err(format!("there is no step \"{name}\".")),
                    None => Ok(()),
                }
            }
            ("run", Some("xtask"), [other, ..]) if *other != "postgres" => Err(format!("xtask has no \"{other}\".")),
            _ => Ok(()),
        }
    }
}

/// `everbetter` alone, or at the end of a path that looks like one, and not a folder of the same name.
fn is_a_program(word: &str) -> bool {
    word == "everbetter" || word.starts_with(['.', '/']) || word.starts_with("target/")
}

/// `KIND`, `FILE...`, `[--flag]`: words that stand for others.
fn is_a_place_holder(word: &str) -> bool {
    !word.chars().any(|letter| letter.is_ascii_lowercase())
}

/// Whether the help's list of commands begins a line with this word.
fn listed(help: &str, subcommand: &str) -> bool {
    help.lines().any(|line| line.starts_with("  ") && line.split_whitespace().next() == Some(subcommand))
}

fn has_flag(help: &str, flag: &str) -> bool {
    flag == "--help" || help.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-')).any(|word| word == flag)
}

fn aliases(config: &str) -> BTreeMap<String, String> {
    let section = config.split("[alias]").nth(1).unwrap_or_default();
    section
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .map(|(name, words)| (name.trim().to_owned(), words.trim().trim_matches('"').to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let help = |subcommand: &str| match subcommand {
            "" => Some("The program\n\nCommands:\n  demo    The demo\n  import  Takes files in\n  user    People\n".to_owned()),
            "demo" => Some("      --scale <N>\n      --data <FOLDER>\n".to_owned()),
            "user" => Some("People\n\nCommands:\n  add  One more\n".to_owned()),
            "user add" => Some("      --name <NAME>\n".to_owned()),
            _ => Some("      --dry-run\n".to_owned()),
        };
        let config = "[alias]\ndemo = \"run --release --package everbetter -- demo\"\nci = \"run --package xtask -- ci\"\n";
        Known { aliases: aliases(config), help: Box::new(help) }
    }

    #[test]
    fn commands_that_exist_pass() {
        for command in [
            "everbetter",
            "everbetter demo --scale 3",
            "$ EVERBETTER_LOG=debug ./everbetter import people people.csv --dry-run # words",
            "everbetter import KIND FILE... [--dry-run]",
            "everbetter user add --name \"A name\"",
            "cargo demo --scale=5",
            "cargo ci tests docs",
            "cargo run -p xtask -- postgres",
            "cargo test -p xtask",
            "git commit",
            "crates/everbetter",
        ] {
            assert_eq!(known().check(command), Ok(()), "{command}");
        }
    }

    #[test]
    fn commands_that_do_not_exist_are_told() {
        for command in [
            "everbetter fly",
            "everbetter demo --fast",
            "everbetter user fly",
            "everbetter user add --scale 3",
            "cargo demo --fast",
            "cargo ci nothing",
            "cargo fly",
            "cargo run -p xtask -- fly",
            "cargo test -p nothing-of-ours",
        ] {
            assert!(known().check(command).is_err(), "{command}");
        }
    }
}
