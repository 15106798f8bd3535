//! The table of settings in the operators' guide is what the program's own list says.

use std::fs;

use crate::run::root;

const SOURCE: &str = "crates/platform/src/config.rs";
const GUIDE: &str = "docs/operators.md";

/// Each line of the table that is missing, and each that is of no setting.
pub fn problems() -> Result<Vec<String>, String> {
    let read = |path: &str| fs::read_to_string(root().join(path)).map_err(|error| format!("{path} can't be read: {error}"));
    let (wanted, found) = (wanted(&read(SOURCE)?), found(&read(GUIDE)?));
    if wanted.is_empty() {
        return Err(format!("{SOURCE} holds no list of settings that we could read."));
    }
    let missing = wanted
        .iter()
        .filter(|row| !found.contains(row))
        .map(|row| format!("{GUIDE}: the table of settings lacks this line: {row}"));
    let extra = found
        .iter()
        .filter(|row| !wanted.contains(row))
        .map(|row| format!("{GUIDE}: {SOURCE} knows nothing of this line: {row}"));
    Ok(missing.chain(extra).collect())
}

/// The lines as the source has them: `Known { name: "…", default: "…", about: "…" }`.
fn wanted(source: &str) -> Vec<String> {
    let list = source.split("pub const KNOWN").nth(1).and_then(|rest| rest.split("];").next()).unwrap_or_default();
    let quoted: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    quoted
        .chunks_exact(3)
        .map(|known| {
            let default = if known[1].is_empty() { String::new() } else { format!("`{}`", known[1]) };
            format!("| `{}` | {default} | {} |", known[0], known[2])
        })
        .collect()
}

/// The lines of the guide's first table whose head begins with "Setting".
fn found(guide: &str) -> Vec<String> {
    guide
        .lines()
        .skip_while(|line| !line.starts_with("| Setting |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ").replace("| |", "|  |"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_and_guide_are_read_alike() {
        let source = "pub const KNOWN: &[Known] = &[\n Known { name: \"a\", default: \"1\", about: \"A.\" },\n Known { name: \"b\", default: \"\", about: \"B.\" },\n];";
        let guide = "words\n\n| Setting | Without it | What it does |\n| --- | --- | --- |\n| `a` | `1` | A. |\n| `b` |  | B. |\n\n| other |";
        assert_eq!(wanted(source), found(guide));
        assert_eq!(wanted(source), ["| `a` | `1` | A. |", "| `b` |  | B. |"]);
    }
}
