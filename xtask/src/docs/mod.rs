//! What our documents say must hold: links lead somewhere, files are there, commands exist, settings are all named,
//! security requirements are all there with their tests.

mod commands;
mod links;
mod security;
mod settings;
mod text;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use crate::run::{Outcome, command, output, root};

/// One of our documents.
struct Document {
    /// Its path from the root.
    path: PathBuf,
    /// Its text.
    text: String,
}

/// Checks every document and answers all that is wrong at once.
pub fn run() -> Outcome {
    let documents = documents()?;
    let mut problems = Vec::new();
    for document in &documents {
        problems.extend(links::problems(document));
    }
    problems.extend(commands::problems(&documents)?);
    problems.extend(settings::problems()?);
    problems.extend(security::problems()?);
    if problems.is_empty() {
        println!("{} documents: links, files, commands, settings and security requirements are right.", documents.len());
        return Ok(());
    }
    Err(format!("The documents say what is not so:\n{}", problems.join("\n")))
}

/// All files of the project from the root, also those that are new and not committed yet.
fn files() -> &'static [String] {
    static FILES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let list = output(&mut command("git", &["ls-files", "--cached", "--others", "--exclude-standard"])).unwrap_or_default();
        list.lines().filter(|file| root().join(file).exists()).map(str::to_owned).collect()
    });
    &FILES
}

fn documents() -> Result<Vec<Document>, String> {
    let found: Vec<Document> = files()
        .iter()
        .filter(|file| file.ends_with(".md"))
        .map(|file| {
            let text = fs::read_to_string(root().join(file)).map_err(|error| format!("{file} can't be read: {error}"))?;
            Ok(Document { path: PathBuf::from(file), text })
        })
        .collect::<Result<_, String>>()?;
    if found.is_empty() { Err("git lists no documents; is this a clone of the project?".to_owned()) } else { Ok(found) }
}

impl Document {
    /// A sentence about a line of it.
    fn problem(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path.display())
    }

    /// Where a path written in it may lead: from its own folder, or from the root.
    fn places(&self, target: &str) -> [PathBuf; 2] {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        [root().join(folder).join(target), root().join(target)]
    }
}
