//! Relative links, and files that a document names in passing or draws as a tree.

use std::{fs, path::PathBuf};

use super::{
    Document, files,
    text::{Line, anchor, lines, spans, targets},
};
use crate::run::root;

/// Endings of files that would be ours; such a name in backticks is a claim that the file is there.
const ENDINGS: &[&str] = &[".rs", ".md", ".mjs", ".html"];

/// What is wrong with the paths of this document.
pub fn problems(document: &Document) -> Vec<String> {
    let all = lines(&document.text);
    let mut problems = Vec::new();
    for line in &all {
        let wrong: Vec<&str> = if line.in_block {
            Vec::new()
        } else {
            let named = spans(line.text).into_iter().filter(|span| names_a_file(document, span) && !is_there(document, span));
            let linked = targets(line.text).into_iter().filter(|target| !leads_somewhere(document, target));
            named.chain(linked).collect()
        };
        problems.extend(wrong.into_iter().map(|path| document.problem(line.number, &format!("{path} is not there."))));
    }
    for (number, path) in trees(&all) {
        if !path.exists() {
            let shown = path.strip_prefix(root()).unwrap_or(&path).display();
            problems.push(document.problem(number, &format!("{shown} is not there.")));
        }
    }
    problems
}

fn names_a_file(document: &Document, span: &str) -> bool {
    let plain = span.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
    // What a build makes is not there until somebody builds.
    if !plain || span.starts_with(['/', '.']) || span.starts_with("target/") || span.is_empty() {
        return false;
    }
    let first = span.split('/').next().unwrap_or_default();
    let ours = span.contains('/') && document.places(first).iter().any(|place| place.exists());
    ours || ENDINGS.iter().any(|ending| span.ends_with(ending))
}

/// From the document's folder, from the root, inside a room (`platform/web/form.rs`), or for a bare name anywhere.
fn is_there(document: &Document, span: &str) -> bool {
    let in_room = span.split_once('/').map(|(room, rest)| root().join("crates").join(room).join("src").join(rest));
    document.places(span).into_iter().chain(in_room).any(|place| place.exists())
        || !span.contains('/') && files().iter().any(|file| file.rsplit('/').next() == Some(span))
}

fn leads_somewhere(document: &Document, target: &str) -> bool {
    if target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let (file, part) = target.split_once('#').unwrap_or((target, ""));
    let [place, _] = document.places(file);
    let text = if file.is_empty() { Some(document.text.clone()) } else { None };
    if text.is_none() && !place.exists() {
        return false;
    }
    part.is_empty()
        || text.or_else(|| fs::read_to_string(place).ok()).is_some_and(|text| {
            lines(&text).iter().any(|line| !line.in_block && line.text.starts_with('#') && anchor(line.text) == part)
        })
}

/// The paths of the trees that are drawn in blocks of code, each with its line. The line before the first branch names where
/// the tree stands: the project itself, or a folder of it or of its rooms.
fn trees(all: &[Line<'_>]) -> Vec<(usize, PathBuf)> {
    let mut stands = root();
    let mut folders: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in all.iter().filter(|line| line.in_block) {
        let Some(at) = line.text.find(['├', '└']) else {
            if !line.text.starts_with(['│', ' ']) {
                stands = place_of_tree(line.text.trim());
            }
            continue;
        };
        let depth = line.text[..at].chars().count() / 4;
        let entry = line.text[at..].trim_start_matches(['├', '└', '─', ' ']);
        // Several names may share a line; what is said about them follows after two spaces or more.
        let names = entry.split("  ").take_while(|name| !name.is_empty() && !name.contains([' ', '*'])).map(str::trim);
        for name in names.filter(|name| name.ends_with('/') || name.contains('.')) {
            folders.truncate(depth);
            folders.push(name);
            found.push((line.number, stands.join(folders.iter().collect::<PathBuf>())));
        }
    }
    found
}

fn place_of_tree(first_line: &str) -> PathBuf {
    let in_room = root().join("crates").join(first_line);
    match first_line {
        "everbetter/" => root(),
        _ if in_room.exists() => in_room,
        _ => root().join(first_line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document { path: PathBuf::from("xtask/made-up.md"), text: text.to_owned() }
    }

    #[test]
    fn what_is_not_there_is_told_with_its_line() {
        let wrong =
            problems(&document("fine\n[a](nowhere.md), `xtask/nothing.rs`, [b](../Cargo.toml), `xtask/src/main.rs`, `and/or`"));
        assert_eq!(wrong, ["xtask/made-up.md:2: xtask/nothing.rs is not there.", "xtask/made-up.md:2: nowhere.md is not there."]);
    }

    #[test]
    fn a_path_may_begin_in_a_room_and_a_bare_name_may_be_anywhere() {
        assert!(problems(&document("`platform/web/form.rs` and `form.rs`")).is_empty());
        assert_eq!(problems(&document("`platform/web/nothing.rs` and `nothing.rs`")).len(), 2);
    }

    #[test]
    fn parts_of_a_document_must_be_there_too() {
        assert!(problems(&document("# One thing\n[a](#one-thing)")).is_empty());
        assert_eq!(problems(&document("# One thing\n[a](#another)")).len(), 1);
    }

    #[test]
    fn trees_may_stand_in_a_room() {
        let text = "```text\nplatform/src/web/\n├── mod.rs    words\n├── gone.rs\n└── *.html    words\n```";
        assert_eq!(problems(&document(text)), ["xtask/made-up.md:4: crates/platform/src/web/gone.rs is not there."]);
    }

    #[test]
    fn trees_are_followed() {
        let text = "```text\neverbetter/\n├── Cargo.toml  deny.toml  words about both\n└── xtask/        checks\n    ├── src/\n    └── gone.rs\n```";
        assert_eq!(problems(&document(text)), ["xtask/made-up.md:6: xtask/gone.rs is not there."]);
    }
}
