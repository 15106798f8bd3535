//! The library that stands between a program and its disk: built here, loaded before everything else, and read afterwards.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::harness::Chance;

/// Built once, by the machine's own C compiler (which the program's SQLite needs as well).
pub fn library() -> &'static Path {
    static BUILT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    &BUILT
        .get_or_init(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let library = folder.path().join("shim.so");
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/shim.c");
            let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).output();
            let built = built.expect("a C compiler");
            assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
            (folder, library)
        })
        .1
}

/// Puts the library under a program that keeps its files in `folder`.
pub fn under(command: &mut Command, folder: &Path) {
    command.env("LD_PRELOAD", library()).env("EVERBETTER_SHIM_DIR", folder);
}

/// One change, or one point at which changes were safe.
enum Step {
    Write { at: usize, bytes: Vec<u8> },
    Truncate(usize),
    Create,
    Unlink,
}

#[derive(Default)]
struct File {
    /// Whether its name is on the disk for certain.
    named: bool,
    /// What was synced.
    content: Vec<u8>,
    /// What happened since, and may or may not be there.
    since: Vec<Step>,
}

/// What a power cut leaves of a folder: what was synced, and of the rest what chance wills, in whatever order, torn in sectors.
pub fn after_a_cut(log: &Path, before: &BTreeMap<PathBuf, Vec<u8>>, chance: &mut Chance) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files: BTreeMap<PathBuf, File> = before
        .iter()
        .map(|(name, bytes)| (name.clone(), File { named: true, content: bytes.clone(), since: Vec::new() }))
        .collect();
    let log = std::fs::read(log).expect("the log of the library");
    let mut rest = log.as_slice();
    // The last note may have been cut off with the program.
    while let Some((what, name, at, bytes, after)) = next(rest) {
        rest = after;
        if what == 6 {
            for file in files.values_mut() {
                settle_names(file);
            }
            continue;
        }
        let file = files.entry(PathBuf::from(name)).or_default();
        match what {
            1 => file.since.push(Step::Write { at, bytes: bytes.to_vec() }),
            2 => file.since.push(Step::Truncate(at)),
            4 => file.since.push(Step::Create),
            5 => file.since.push(Step::Unlink),
            _ => settle_content(file),
        }
    }
    let mut left = BTreeMap::new();
    for (name, file) in files {
        let File { named: mut there, mut content, since } = file;
        for step in since {
            match step {
                Step::Create => there = there || chance.below(2) == 0,
                Step::Unlink => there = there && chance.below(2) == 0,
                Step::Truncate(size) if chance.below(2) == 0 => content.resize(size, 0),
                Step::Truncate(_) => {}
                Step::Write { at, bytes } => {
                    let fate = chance.below(3);
                    for (number, sector) in bytes.chunks(512).enumerate() {
                        if fate == 0 || fate == 1 && chance.below(2) == 0 {
                            put(&mut content, at + number * 512, sector);
                        }
                    }
                }
            }
        }
        if there {
            left.insert(name, content);
        }
    }
    left
}

/// A folder was synced: the names in it are safe.
fn settle_names(file: &mut File) {
    for step in std::mem::take(&mut file.since) {
        match step {
            Step::Create => file.named = true,
            Step::Unlink => *file = File::default(),
            other => file.since.push(other),
        }
    }
}

/// A file was synced: what is in it is safe, once its name is.
fn settle_content(file: &mut File) {
    for step in std::mem::take(&mut file.since) {
        match step {
            Step::Write { at, bytes } => put(&mut file.content, at, &bytes),
            Step::Truncate(size) => file.content.resize(size, 0),
            name => file.since.push(name),
        }
    }
}

fn put(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if content.len() < at + bytes.len() {
        content.resize(at + bytes.len(), 0);
    }
    content[at..at + bytes.len()].copy_from_slice(bytes);
}

type Note<'a> = (u32, &'a str, usize, &'a [u8], &'a [u8]);

fn next(rest: &[u8]) -> Option<Note<'_>> {
    let word = |from: usize| rest.get(from..from + 4).map(|bytes| u32::from_le_bytes(bytes.try_into().expect("four bytes")));
    let long = |from: usize| rest.get(from..from + 8).map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")));
    let (what, name) = (word(0)?, usize::try_from(word(4)?).ok()?);
    let (at, count) = (usize::try_from(long(8)?).ok()?, usize::try_from(long(16)?).ok()?);
    let text = std::str::from_utf8(rest.get(24..24 + name)?).ok()?;
    let bytes = rest.get(24 + name..24 + name + count)?;
    Some((what, text, at, bytes, &rest[24 + name + count..]))
}
