//! What a machine needs beside Rust, and how it is found.

use std::path::{Path, PathBuf};

use crate::run::{command, find, output};

/// The folder of PostgreSQL's server programs: on the path, or where Debian puts the newest.
pub fn postgres_folder() -> Option<PathBuf> {
    let complete = |folder: &Path| ["initdb", "postgres", "pg_ctl", "pg_isready"].iter().all(|name| folder.join(name).is_file());
    let on_path = find("initdb").and_then(|file| file.canonicalize().ok()).and_then(|file| file.parent().map(Path::to_owned));
    if let Some(folder) = on_path.filter(|folder| complete(folder)) {
        return Some(folder);
    }
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| complete(folder))
        .collect();
    versions.sort();
    versions.pop().map(|(_, folder)| folder)
}

/// The browser: `EVERBETTER_CHROMIUM`, or one of the usual names on the path.
pub fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("EVERBETTER_CHROMIUM") {
        return Some(PathBuf::from(named)).filter(|file| file.is_file());
    }
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].iter().find_map(|name| find(name))
}

/// The major version of Node.js.
pub fn node_version() -> Option<u32> {
    let text = output(&mut command("node", &["--version"]))?;
    text.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}
