//! A backup is restored: into an empty place, as a whole or not at all, then brought up to this program's schema and checked.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Utc};
use platform::{
    config::Config,
    db::{self, Db, Engine, Migration, Tx, portable},
    room::House,
    search,
};
use tokio::sync::mpsc;

use super::{
    archive::{self, Manifest},
    check::{self, Looked},
    make::{FILES, KEY},
};

/// Stands in the data folder from the first name that is moved to the last.
pub(crate) const MARK: &str = "restore-under-way.txt";

/// What was restored.
pub(crate) struct Restored {
    pub made_at: String,
    pub version: String,
    pub rows: u64,
    pub files: u64,
    /// How things are, where it was restored.
    pub looked: Vec<Looked>,
}

impl Restored {
    pub(crate) fn is_well(&self) -> bool {
        self.looked.iter().all(|looked| looked.findings.is_empty())
    }
}

/// Where a backup is restored to.
pub(crate) struct Place<'a> {
    pub database: &'a str,
    pub data: &'a Path,
}

impl<'a> From<&'a Config> for Place<'a> {
    fn from(config: &'a Config) -> Self {
        Self { database: &config.database, data: &config.data }
    }
}

/// The file of a SQLite database's address.
pub(crate) fn sqlite_file(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(PathBuf::from(rest.split('?').next().unwrap_or(rest)))
}

/// Restores a backup and looks whether all is well there.
pub(crate) async fn restore(place: &Place<'_>, file: &Path, now: DateTime<Utc>) -> anyhow::Result<Restored> {
    let (steps, house) = crate::start::schema();
    let own = file.to_owned();
    let manifest = tokio::task::spawn_blocking(move || archive::verified(&own)).await??;
    if let Some(step) = manifest.steps.iter().find(|name| !steps.iter().any(|step| step.name == *name)) {
        bail!(
            "{} was made by a newer version of Everbetter ({}): it has taken the step {step}, which this program does not know. \
             Restore it with that version, or a newer one.",
            file.display(),
            manifest.version
        );
    }
    let data = place.data;
    std::fs::create_dir_all(data).with_context(|| format!("The data folder {} can't be made", data.display()))?;
    ensure!(!data.join(MARK).exists(), "A restore into {} did not finish. Empty the folder, then restore again.", data.display());
    let folder = data.join(FILES);
    ensure!(
        !folder.exists() || std::fs::read_dir(&folder)?.next().is_none(),
        "{} holds files already. A backup is restored into an empty place only: choose another folder with --data.",
        folder.display()
    );
    let loading = Loading { manifest: &manifest, file, steps: &steps, house: &house, now };
    match sqlite_file(place.database) {
        Some(database) => into_sqlite(&database, data, &loading).await,
        None => into_postgres(place.database, data, &loading).await,
    }
}

struct Loading<'a> {
    manifest: &'a Manifest,
    file: &'a Path,
    steps: &'a [Migration],
    house: &'a House,
    now: DateTime<Utc>,
}

async fn into_sqlite(database: &Path, data: &Path, loading: &Loading<'_>) -> anyhow::Result<Restored> {
    for beside in ["", "-wal", "-shm", "-journal"] {
        let mut name = database.as_os_str().to_owned();
        name.push(beside);
        let name = PathBuf::from(name);
        ensure!(
            !name.exists(),
            "{} is there already. A backup is restored into an empty place only: choose another folder with --data, or move it away.",
            name.display()
        );
    }
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let stage = tempfile::Builder::new().prefix(".restore-").tempdir_in(folder)?;
    let staged_files = tempfile::Builder::new().prefix(".restore-").tempdir_in(data)?;
    let staged = stage.path().join("everbetter.db");
    let db = Db::connect(&format!("sqlite://{}", staged.display())).await?;
    let restored = db
        .write_alone(async |tx| loading.load(tx, Engine::Sqlite, staged_files.path()).await)
        .await
        .map_err(|failed| failed.0)?;
    db.close().await;
    ensure!(
        !stage.path().join("everbetter.db-wal").exists(),
        "The restored database could not be closed properly; nothing was changed. Try again."
    );
    if !restored.is_well() {
        return Ok(restored);
    }
    std::fs::File::open(&staged)?.sync_all()?;
    begin_move(data)?;
    move_files(staged_files.path(), data)?;
    std::fs::rename(&staged, database)?;
    archive::sync_folder(folder)?;
    end_move(data)?;
    Ok(restored)
}

async fn into_postgres(url: &str, data: &Path, loading: &Loading<'_>) -> anyhow::Result<Restored> {
    let staged_files = tempfile::Builder::new().prefix(".restore-").tempdir_in(data)?;
    let db = Db::connect(url).await.context("The database can't be opened")?;
    let restored = db
        .write_alone(async |tx| {
            if !portable::is_empty(&**tx, Engine::Postgres).await? {
                return Err(Failed(anyhow::anyhow!(
                    "The database holds something already. A backup is restored into an empty one only: make one, and name it with --database."
                )));
            }
            let restored = loading.load(tx, Engine::Postgres, staged_files.path()).await?;
            if restored.is_well() {
                begin_move(data)?;
                move_files(staged_files.path(), data)?;
            } else {
                return Ok(Err(restored));
            }
            Ok(Ok(restored))
        })
        .await
        .map_err(|failed| failed.0)?;
    let restored = match restored {
        Ok(restored) => restored,
        Err(restored) => return Ok(restored),
    };
    end_move(data)?;
    db.close().await;
    Ok(restored)
}

fn begin_move(data: &Path) -> anyhow::Result<()> {
    std::fs::write(data.join(MARK), "A restore into this folder is under way, or was broken off.\n")?;
    Ok(archive::sync_folder(data)?)
}

fn move_files(from: &Path, data: &Path) -> anyhow::Result<()> {
    if from.join(FILES).exists() {
        if data.join(FILES).exists() {
            std::fs::remove_dir(data.join(FILES))?;
        }
        std::fs::rename(from.join(FILES), data.join(FILES))?;
    }
    // A key that stands in an empty place opens nothing yet.
    if from.join(KEY).exists() {
        std::fs::rename(from.join(KEY), data.join(KEY))?;
    }
    Ok(archive::sync_folder(data)?)
}

fn end_move(data: &Path) -> anyhow::Result<()> {
    std::fs::remove_file(data.join(MARK))?;
    Ok(archive::sync_folder(data)?)
}

/// Why a transaction is undone.
struct Failed(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl Loading<'_> {
    async fn load(&self, tx: &Tx, engine: Engine, files_to: &Path) -> Result<Restored, Failed> {
        let manifest = self.manifest;
        let named: Vec<&str> = manifest.steps.iter().map(String::as_str).collect();
        db::migrate_within(tx, engine, self.steps, &named, self.now).await?;
        let tables = portable::tables(&**tx, engine).await?;
        let references = portable::set_aside(tx, engine, &tables).await?;
        let (pieces, mut read) = mpsc::channel::<(String, Vec<u8>)>(4);
        let (file, to) = (self.file.to_owned(), files_to.to_owned());
        let reader = tokio::task::spawn_blocking(move || archive::unpack(&file, &to, &pieces));
        let mut rows = std::collections::BTreeMap::<String, u64>::new();
        while let Some((name, piece)) = read.recv().await {
            let entry = manifest.tables.iter().find(|table| table.name == name);
            let table = tables.iter().find(|table| table.name == name);
            let (Some(entry), Some(table)) = (entry, table) else {
                return Err(anyhow::anyhow!("It has rows of a table {name}, which its version does not know.").into());
            };
            *rows.entry(name).or_default() += portable::write(tx, table, &entry.columns, &piece).await?;
        }
        let files = reader.await??;
        for table in &manifest.tables {
            let there = rows.get(&table.name).copied().unwrap_or(0);
            if there != table.rows {
                return Err(
                    anyhow::anyhow!("{} should have {} rows, but {there} are in the file.", table.name, table.rows).into()
                );
            }
        }
        references.back(tx).await?;
        let all: Vec<&str> = self.steps.iter().map(|step| step.name).collect();
        db::migrate_within(tx, engine, self.steps, &all, self.now).await?;
        search::index_anew(tx, engine).await?;
        // This backup itself was being made when its rows were read.
        db::exec(&**tx, "delete from backup where finished_at is null", vec![]).await?;
        let looked = check::look(&**tx, engine, files_to, self.house).await?;
        Ok(Restored {
            made_at: manifest.made_at.clone(),
            version: manifest.version.clone(),
            rows: rows.values().sum(),
            files,
            looked,
        })
    }
}
