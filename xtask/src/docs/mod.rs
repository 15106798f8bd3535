//! What our documents say must hold: links lead somewhere, files are there, commands exist, settings are all named.

mod commands;
mod links;
mod settings;
mod text;

use std::{
    fs,
    path::{Path, PathBuf},
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
    if problems.is_empty() {
        println!("{} documents: links, files, commands and settings are right.", documents.len());
        return Ok(());
    }
    Err(format!("The documents say what is not so:\n{}", problems.join("\n")))
}

fn documents() -> Result<Vec<Document>, String> {
    // Also those that are new and not committed yet.
    let list = output(&mut command("git", &["ls-files", "--cached", "--others", "--exclude-standard", "*.md"]))
        .ok_or("git does not list the documents.")?;
    list.lines()
        .map(|line| {
            let path = PathBuf::from(line);
            let text = fs::read_to_string(root().join(&path)).map_err(|error| format!("{line} can't be read: {error}"))?;
            Ok(Document { path, text })
        })
        .collect()
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
