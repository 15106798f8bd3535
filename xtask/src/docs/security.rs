//! The table of security requirements has each of them once, and what it names as proof is there.

use std::{collections::BTreeMap, fs};

use super::text::{Line, lines};
use crate::run::root;

const TABLE: &str = "docs/security.md";

/// The sections of OWASP ASVS 5.0, each with how many requirements of levels 1 and 2 it has; these come first in it.
const SECTIONS: [(&str, u32); 75] = [
    ("1.1", 2),
    ("1.2", 9),
    ("1.3", 11),
    ("1.4", 3),
    ("1.5", 2),
    ("2.1", 3),
    ("2.2", 3),
    ("2.3", 4),
    ("2.4", 1),
    ("3.2", 2),
    ("3.3", 4),
    ("3.4", 6),
    ("3.5", 5),
    ("3.7", 2),
    ("4.1", 3),
    ("4.2", 1),
    ("4.3", 2),
    ("4.4", 4),
    ("5.1", 1),
    ("5.2", 3),
    ("5.3", 2),
    ("5.4", 3),
    ("6.1", 3),
    ("6.2", 12),
    ("6.3", 4),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 3),
    ("6.8", 4),
    ("7.1", 3),
    ("7.2", 4),
    ("7.3", 2),
    ("7.4", 5),
    ("7.5", 2),
    ("7.6", 2),
    ("8.1", 2),
    ("8.2", 3),
    ("8.3", 1),
    ("8.4", 1),
    ("9.1", 3),
    ("9.2", 4),
    ("10.1", 2),
    ("10.2", 2),
    ("10.3", 4),
    ("10.4", 11),
    ("10.5", 5),
    ("10.6", 2),
    ("10.7", 3),
    ("11.1", 2),
    ("11.2", 3),
    ("11.3", 3),
    ("11.4", 4),
    ("11.5", 1),
    ("11.6", 1),
    ("12.1", 3),
    ("12.2", 2),
    ("12.3", 4),
    ("13.1", 1),
    ("13.2", 5),
    ("13.3", 2),
    ("13.4", 5),
    ("14.1", 2),
    ("14.2", 4),
    ("14.3", 3),
    ("15.1", 3),
    ("15.2", 3),
    ("15.3", 7),
    ("16.1", 1),
    ("16.2", 5),
    ("16.3", 4),
    ("16.4", 3),
    ("16.5", 3),
    ("17.1", 1),
    ("17.2", 4),
    ("17.3", 2),
];

/// What can stand in the third column.
const STATES: [&str; 6] = ["test", "document", "build", "operator", "open", "not ours"];

/// A requirement's line.
struct Row<'a> {
    line: usize,
    id: &'a str,
    state: &'a str,
    how: &'a str,
}

/// What is wrong with the table.
pub fn problems() -> Result<Vec<String>, String> {
    let text = fs::read_to_string(root().join(TABLE)).map_err(|error| format!("{TABLE} can't be read: {error}"))?;
    let read = |path: &str| fs::read_to_string(root().join(path)).ok();
    Ok(check(&text, &read))
}

fn check(text: &str, read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let all = lines(text);
    let rows: Vec<Row<'_>> = all.iter().filter_map(row).collect();
    let at = |line: usize, what: String| format!("{TABLE}:{line}: {what}");
    let mut problems = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let wanted: Vec<String> =
        SECTIONS.iter().flat_map(|(section, count)| (1..=*count).map(move |one| format!("{section}.{one}"))).collect();
    for row in &rows {
        if let Some(before) = seen.insert(row.id, row.line) {
            problems.push(at(row.line, format!("{} stands in line {before} already.", row.id)));
        }
        if !wanted.iter().any(|id| id == row.id) {
            problems.push(at(row.line, format!("{} is none of the requirements up to level 2.", row.id)));
        }
        if !STATES.contains(&row.state) {
            problems.push(at(row.line, format!("\"{}\" is none of: {}.", row.state, STATES.join(", "))));
        }
        let (tests, wrong) = tests_of(row.how, read);
        problems.extend(wrong.into_iter().map(|what| at(row.line, what)));
        if row.state == "test" && tests == 0 {
            problems.push(at(row.line, format!("{} is said to be shown by a test, and names none.", row.id)));
        }
        if row.state == "document" && !row.how.contains(".md") && !row.how.contains(".txt") {
            problems.push(at(row.line, format!("{} is said to be written down, and no document is named.", row.id)));
        }
        if row.how.is_empty() {
            problems.push(at(row.line, format!("{} says nothing.", row.id)));
        }
    }
    problems.extend(wanted.iter().filter(|id| !seen.contains_key(id.as_str())).map(|id| format!("{TABLE}: {id} is missing.")));
    let counts = sentence(&rows);
    if problems.is_empty() && !text.contains(&counts) {
        problems.push(format!("{TABLE}: the table would be summed up by: {counts}"));
    }
    problems
}

/// The sentence that sums the table up.
fn sentence(rows: &[Row<'_>]) -> String {
    let count = |state: &str| rows.iter().filter(|row| row.state == state).count();
    format!(
        "Of {} requirements, {} are shown by a test, {} are written down, {} hold by how it is built, {} are the operator's to keep, \
         {} are open, and {} are not ours.",
        rows.len(),
        count("test"),
        count("document"),
        count("build"),
        count("operator"),
        count("open"),
        count("not ours"),
    )
}

fn row<'a>(line: &Line<'a>) -> Option<Row<'a>> {
    let cells: Vec<&str> = line.text.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let [id, _, state, how] = cells.as_slice() else { return None };
    let is_id = id.split('.').count() == 3 && id.chars().all(|sign| sign.is_ascii_digit() || sign == '.');
    is_id.then_some(Row { line: line.number, id, state, how })
}

/// How many tests a cell names, and what is wrong with them. A test is `path::name`; `::name` is one more of the same file.
fn tests_of(how: &str, read: &dyn Fn(&str) -> Option<String>) -> (usize, Vec<String>) {
    let (mut count, mut wrong, mut path) = (0, Vec::new(), "");
    for word in how.split([' ', ',', ';', '(', ')', '`']).map(|word| word.trim_end_matches(['.', ':'])) {
        if word.ends_with(".mjs") {
            count += 1;
            if read(word).is_none() {
                wrong.push(format!("{word} is not there."));
            }
        }
        let Some((file, name)) = word.split_once("::") else { continue };
        if !file.is_empty() {
            path = file;
        }
        count += 1;
        match read(path) {
            None => wrong.push(format!("{path} is not there.")),
            Some(source) if !is_test(&source, name) => wrong.push(format!("{path} has no test called {name}.")),
            Some(_) => {}
        }
    }
    (count, wrong)
}

/// Whether a source has a test of this name: a function with the mark of a test right above it.
fn is_test(source: &str, name: &str) -> bool {
    let all: Vec<&str> = source.lines().map(str::trim).collect();
    let head = format!("fn {name}(");
    all.iter().enumerate().filter(|(_, line)| line.contains(&head)).any(|(at, _)| {
        let above = all[..at].iter().rev().take_while(|line| line.starts_with("#["));
        above.into_iter().any(|mark| mark.contains("test]"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(change: impl Fn(&str) -> String) -> String {
        let ids = SECTIONS.iter().flat_map(|(section, count)| (1..=*count).map(move |one| format!("{section}.{one}")));
        let rows: Vec<String> = ids.map(|id| change(&id)).collect();
        let text = rows.join("\n");
        let counts = sentence(&lines(&text).iter().filter_map(row).collect::<Vec<_>>());
        format!("{counts}\n\n{text}")
    }

    fn plain(id: &str) -> String {
        format!("| {id} | a thing | test | a.rs::holds, ::stands |")
    }

    fn read(path: &str) -> Option<String> {
        (path == "a.rs").then(|| "#[test]\nfn holds() {}\n\n#[tokio::test]\nasync fn stands() {}\n\nfn helps() {}\n".to_owned())
    }

    #[test]
    fn there_are_as_many_as_the_standard_has() {
        assert_eq!(SECTIONS.iter().map(|(_, count)| count).sum::<u32>(), 253);
    }

    #[test]
    fn a_whole_table_with_tests_that_are_there_is_right() {
        assert_eq!(check(&whole(plain), &read), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_twice_unknown_or_without_proof_is_told() {
        let with = |wrong: &'static str| {
            let text = whole(|id| if id == "1.1.1" { wrong.to_owned() } else { plain(id) });
            check(&text, &read).join(" ")
        };
        assert!(with("").contains("1.1.1 is missing"));
        assert!(with("| 1.1.2 | a thing | test | a.rs::holds |").contains("1.1.2 stands in line"));
        assert!(with("| 1.1.9 | a thing | test | a.rs::holds |").contains("1.1.9 is none of the requirements"));
        assert!(with("| 1.1.1 | a thing | maybe | a.rs::holds |").contains("\"maybe\" is none of"));
        assert!(with("| 1.1.1 | a thing | test | believe us |").contains("names none"));
        assert!(with("| 1.1.1 | a thing | test | a.rs::falls |").contains("no test called falls"));
        assert!(with("| 1.1.1 | a thing | test | a.rs::helps |").contains("no test called helps"));
        assert!(with("| 1.1.1 | a thing | test | b.rs::holds |").contains("b.rs is not there"));
        assert!(with("| 1.1.1 | a thing | document | somewhere |").contains("no document is named"));
        assert!(with("| 1.1.1 | a thing | open |  |").contains("says nothing"));
    }

    #[test]
    fn the_sum_must_be_right() {
        let text = whole(plain).replace("253 are shown", "252 are shown");
        assert!(check(&text, &read).join(" ").contains("would be summed up by: Of 253 requirements, 253 are shown"));
    }
}
