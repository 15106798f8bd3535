//! Licences, bans and sources of what we build on, as `deny.toml` says; `cargo deny` looks closer where it is installed.

use std::fs;

use crate::run::{Outcome, cargo, find, output, root, run};

/// The quick check always, the thorough one where its tool is.
pub fn check() -> Outcome {
    let deny = fs::read_to_string(root().join("deny.toml")).map_err(|error| format!("deny.toml can't be read: {error}"))?;
    let lock = fs::read_to_string(root().join("Cargo.lock")).map_err(|error| format!("Cargo.lock can't be read: {error}"))?;
    let tree = output(&mut cargo(&["tree", "--workspace", "--locked", "--prefix=none", "--format={p}\t{l}"]))
        .ok_or("`cargo tree` does not answer; is Cargo.lock up to date?")?;
    let mut problems = unknown_licences(&tree, &quoted(&list(&deny, "allow")));
    problems.extend(foreign_sources(&lock));
    problems.extend(banned(&lock, &list(&deny, "deny")));
    if !problems.is_empty() {
        return Err(format!("deny.toml does not allow this:\n{}", problems.join("\n")));
    }
    if find("cargo-deny").is_none() {
        println!(
            "Licences, bans and sources are as deny.toml says. cargo-deny is not installed, so advisories were not looked up."
        );
        return Ok(());
    }
    run(&mut cargo(&["deny", "--locked", "check"]), "cargo deny found something.")
}

/// The lines of the list that begins with `NAME = [` at the start of a line.
fn list<'a>(deny: &'a str, name: &str) -> Vec<&'a str> {
    let head = format!("{name} = [");
    deny.lines().skip_while(|line| *line != head).skip(1).take_while(|line| *line != "]").map(str::trim).collect()
}

/// The first quoted word of each line.
fn quoted<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    lines.iter().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('"').nth(1)).collect()
}

fn unknown_licences(tree: &str, allowed: &[&str]) -> Vec<String> {
    let mut problems: Vec<String> = tree
        .lines()
        .filter_map(|line| line.trim_end_matches(" (*)").split_once('\t'))
        .filter(|(_, licence)| !permits(licence, allowed))
        .map(|(package, licence)| format!("{package} comes under \"{licence}\"."))
        .collect();
    problems.sort();
    problems.dedup();
    problems
}

/// Whether an expression can be met with allowed licences alone. The old `/` means OR.
fn permits(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "+");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest, allowed) && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &[&str]) -> bool {
    let mut met = both(rest, allowed);
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        met |= both(rest, allowed);
    }
    met
}

fn both(rest: &mut &[&str], allowed: &[&str]) -> bool {
    let mut met = one(rest, allowed);
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        met &= one(rest, allowed);
    }
    met
}

fn one(rest: &mut &[&str], allowed: &[&str]) -> bool {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let met = either(rest, allowed);
            *rest = rest.get(1..).unwrap_or_default();
            met
        }
        [licence, after @ ..] => {
            *rest = after;
            allowed.contains(licence)
        }
        [] => false,
    }
}

fn foreign_sources(lock: &str) -> Vec<String> {
    lock.lines()
        .filter(|line| line.starts_with("source = ") && !line.contains("registry+https://github.com/rust-lang/crates.io-index"))
        .map(|line| format!("{line}: only crates.io is a source of ours."))
        .collect()
}

/// Packages that must not be here at all, or not twice.
fn banned(lock: &str, lines: &[&str]) -> Vec<String> {
    let (single, never): (Vec<&str>, Vec<&str>) = lines.iter().partition(|line| line.contains("deny-multiple-versions = true"));
    let count = |name: &str| lock.lines().filter(|line| *line == format!("name = \"{name}\"")).count();
    let is_here =
        quoted(&never).into_iter().filter(|name| count(name) > 0).map(|name| format!("{name} must not be part of the program."));
    let twice = quoted(&single).into_iter().filter(|name| count(name) > 1).map(|name| format!("{name} is here more than once."));
    is_here.chain(twice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_met_by_what_is_allowed() {
        let allowed = ["MIT", "BSD-3-Clause", "Unicode-3.0"];
        for met in
            ["MIT", "MIT OR Apache-2.0", "Apache-2.0/MIT", "(MIT OR Apache-2.0) AND Unicode-3.0", "Zlib OR MIT AND BSD-3-Clause"]
        {
            assert!(permits(met, &allowed), "{met}");
        }
        for unmet in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Zlib) AND Zlib", "Apache-2.0 WITH LLVM-exception", "MIT MIT"] {
            assert!(!permits(unmet, &allowed), "{unmet}");
        }
    }

    #[test]
    fn the_lists_of_deny_toml_are_read() {
        let deny = "[licenses]\nallow = [\n    # \"all\" of these\n    \"MIT\",\n    \"ISC\",\n]\n[bans]\ndeny = [\n    { crate = \"openssl\" },\n]\n";
        assert_eq!(quoted(&list(deny, "allow")), ["MIT", "ISC"]);
        assert_eq!(quoted(&list(deny, "deny")), ["openssl"]);
    }

    #[test]
    fn a_second_copy_a_banned_package_and_a_foreign_source_are_found() {
        let lock = "name = \"sqlite\"\nname = \"openssl\"\nname = \"sqlite\"\nsource = \"git+https://example.org/x\"\n";
        let lines =
            ["{ crate = \"openssl\" },", "{ crate = \"native-tls\" },", "{ crate = \"sqlite\", deny-multiple-versions = true },"];
        assert_eq!(banned(lock, &lines).len(), 2);
        assert_eq!(foreign_sources(lock).len(), 1);
    }
}
