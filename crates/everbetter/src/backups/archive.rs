//! The file of a backup: a gzip-packed tar of rows and files, with a list of everything in it at its end.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

/// The form in which backups are written; a later form gets another number.
pub(super) const FORM: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// The beginning of the name of a file that is not finished.
pub(super) const UNFINISHED: &str = ".everbetter-backup-";

/// What a backup says about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub form: u32,
    /// Of the program that made it.
    pub version: String,
    pub made_at: String,
    pub engine: String,
    /// The schema's steps that its rows stand on.
    pub steps: Vec<String>,
    pub tables: Vec<TableEntry>,
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct TableEntry {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Entry {
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

/// What is put into the file, one after the other.
pub(super) enum Item {
    Bytes(String, Vec<u8>),
    /// All files of a folder, under a name.
    Folder(&'static str, PathBuf),
    /// One file, if it is there.
    File(&'static str, PathBuf),
    /// The end; its entries are filled in while writing.
    Last(Box<Manifest>),
}

/// Writes the file under a passing name, and gives it its own once everything is on the disk. Answers its size.
pub(super) fn write(to: &Path, mut items: mpsc::Receiver<Item>, seconds: u64) -> anyhow::Result<u64> {
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    ensure!(!to.exists(), "{} is there already; a backup never overwrites anything.", to.display());
    let file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)
        .with_context(|| format!("Nothing can be written into the folder {}", folder.display()))?;
    let mut tar = tar::Builder::new(GzEncoder::new(BufWriter::with_capacity(1 << 18, file), Compression::fast()));
    let mut entries = Vec::new();
    let manifest = loop {
        match items.blocking_recv().context("The backup was broken off.")? {
            Item::Bytes(path, bytes) => entries.push(put(&mut tar, path, bytes.len() as u64, &*bytes, seconds)?),
            Item::Folder(name, folder) => put_folder(&mut tar, name, &folder, seconds, &mut entries)?,
            Item::File(name, file) => put_file(&mut tar, name.to_owned(), &file, seconds, &mut entries)?,
            Item::Last(mut manifest) => {
                manifest.entries = std::mem::take(&mut entries);
                break manifest;
            }
        }
    };
    let manifest = serde_json::to_vec_pretty(&manifest)?;
    put(&mut tar, MANIFEST.to_owned(), manifest.len() as u64, &*manifest, seconds)?;
    let file = tar.into_inner()?.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    let bytes = file.as_file().metadata()?.len();
    file.persist_noclobber(to).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => anyhow::anyhow!("{} is there already; a backup never overwrites anything.", to.display()),
        _ => error.error.into(),
    })?;
    sync_folder(folder)?;
    Ok(bytes)
}

/// Sees that new names in a folder are on the disk.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn put(tar: &mut tar::Builder<impl Write>, path: String, bytes: u64, from: impl Read, seconds: u64) -> anyhow::Result<Entry> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(seconds);
    header.set_cksum();
    let mut from = Hashing { from: from.take(bytes), hash: Sha256::new(), read: 0 };
    tar.append_data(&mut header, &path, &mut from)?;
    ensure!(from.read == bytes, "{path} became shorter while it was read.");
    Ok(Entry { path, bytes, sha256: platform::secret::hex(&from.hash.finalize()) })
}

struct Hashing<R> {
    from: R,
    hash: Sha256,
    read: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.hash.update(&into[..count]);
        self.read += count as u64;
        Ok(count)
    }
}

fn put_folder(
    tar: &mut tar::Builder<impl Write>,
    name: &str,
    folder: &Path,
    seconds: u64,
    entries: &mut Vec<Entry>,
) -> anyhow::Result<()> {
    let mut found: Vec<_> = match std::fs::read_dir(folder) {
        Ok(found) => found.collect::<Result<_, _>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    found.sort_by_key(std::fs::DirEntry::file_name);
    for one in found {
        let own = one.file_name();
        let own = own.to_str().with_context(|| format!("{} has a name that is no text.", one.path().display()))?;
        let path = format!("{name}/{own}");
        if one.file_type()?.is_dir() {
            put_folder(tar, &path, &one.path(), seconds, entries)?;
        } else if !own.contains('#') {
            // The store writes a new file beside its place first, with a # in the name.
            put_file(tar, path, &one.path(), seconds, entries)?;
        }
    }
    Ok(())
}

fn put_file(
    tar: &mut tar::Builder<impl Write>,
    path: String,
    file: &Path,
    seconds: u64,
    entries: &mut Vec<Entry>,
) -> anyhow::Result<()> {
    match File::open(file) {
        Ok(file) => {
            let bytes = file.metadata()?.len();
            entries.push(put(tar, path, bytes, file, seconds)?);
            Ok(())
        }
        // It was taken away meanwhile, after its row.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Goes through a file from its first byte to its last.
fn each(file: &Path, mut visit: impl FnMut(&str, &mut dyn Read) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let opened = File::open(file).with_context(|| format!("{} can't be opened", file.display()))?;
    let mut tar = tar::Archive::new(GzDecoder::new(BufReader::with_capacity(1 << 18, opened)));
    for entry in tar.entries()? {
        let mut entry = entry?;
        let path = String::from_utf8(entry.path_bytes().into_owned()).context("An entry's name is no text.")?;
        visit(&path, &mut entry)?;
    }
    // What packs the file has a sum of its own, at the very end.
    io::copy(&mut tar.into_inner(), &mut io::sink())?;
    Ok(())
}

/// Reads the whole file, compares everything in it with its list, and answers the list.
pub(crate) fn verified(file: &Path) -> anyhow::Result<Manifest> {
    let mut found = BTreeMap::new();
    let mut manifest = None;
    let looked = each(file, |path, from| {
        if path == MANIFEST {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes)?;
            manifest = Some(serde_json::from_slice::<Manifest>(&bytes).context("The list in it can't be read.")?);
        } else {
            ensure!(manifest.is_none(), "{path} stands after the list.");
            let mut from = Hashing { from, hash: Sha256::new(), read: 0 };
            let bytes = io::copy(&mut from, &mut io::sink())?;
            let sha256 = platform::secret::hex(&from.hash.finalize());
            ensure!(found.insert(path.to_owned(), (bytes, sha256)).is_none(), "{path} is in it twice.");
        }
        Ok(())
    });
    let broken = |why: String| anyhow::anyhow!("{} is not a whole backup: {why} Take another one.", file.display());
    if let Err(error) = looked {
        if !file.is_file() {
            return Err(error);
        }
        return Err(broken(format!("{error:#}.")));
    }
    let manifest = manifest.ok_or_else(|| broken("it has no list of what is in it.".to_owned()))?;
    if manifest.form != FORM {
        bail!("{} was made by a newer version of Everbetter ({}). Restore it with that one.", file.display(), manifest.version);
    }
    for Entry { path, bytes, sha256 } in &manifest.entries {
        match found.remove(path) {
            Some(there) if there == (*bytes, sha256.clone()) => {}
            Some(_) => return Err(broken(format!("{path} is not as it was written."))),
            None => return Err(broken(format!("{path} is missing."))),
        }
    }
    match found.into_keys().next() {
        Some(path) => Err(broken(format!("{path} is not on its list."))),
        None => Ok(manifest),
    }
}

/// A new file that nobody else may read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Hands on the rows, each piece with its table's name, and writes the files into a folder.
pub(super) fn unpack(file: &Path, data: &Path, rows: &mpsc::Sender<(String, Vec<u8>)>) -> anyhow::Result<u64> {
    let mut files = 0;
    each(file, |path, from| {
        if let Some((table, _)) = path.strip_prefix("tables/").and_then(|rest| rest.split_once('/')) {
            let mut piece = Vec::new();
            from.read_to_end(&mut piece)?;
            rows.blocking_send((table.to_owned(), piece)).context("The rows are not taken in.")?;
        } else if path != MANIFEST {
            let relative = Path::new(path);
            ensure!(
                relative.components().all(|part| matches!(part, Component::Normal(_))),
                "{path} would be written outside of the data folder."
            );
            let to = data.join(relative);
            if let Some(folder) = to.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut to = private(&to)?;
            io::copy(from, &mut to)?;
            to.sync_all()?;
            files += 1;
        }
        Ok(())
    })?;
    Ok(files)
}
