//! The database: SQLite inside the binary, or PostgreSQL beyond one machine, behind one door.
//!
//! Everything reads through [`Db::read`] and changes through [`Db::write`]. SQLite has one writer connection (a fair
//! queue whose members are committed together, `BEGIN IMMEDIATE`, `synchronous=FULL`) and a few read-only ones; on PostgreSQL both are the same pool.

mod id;
mod migrate;
pub mod portable;
mod readers;
mod row;
mod sql;
mod turns;

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{
    AccessMode, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, IsolationLevel, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use sqlx::{Connection as _, sqlite::SqliteConnectOptions};

use crate::api::Mark;

pub use id::{PersonId, TeamId, slug_of};
pub use migrate::{Migration, applied_steps, migrate, migrate_within};
pub use platform_derive::FromQueryResult;
pub use row::{FromColumn, FromQueryResult, Row};
pub use rusqlite::types::ValueRef;
pub use sea_orm::{DbErr, Value};
pub use sql::{ConnectionTrait, Params, exec, insert, one, placeholders, rows, scalar};

use readers::Readers;
use turns::Turns;

/// Which of the two databases is behind a [`Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// A server beyond one machine.
    Postgres,
}

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    mark: Option<Mark>,
}

struct Inner {
    reader: Reader,
    /// What a whole state of the database is read through; on SQLite it is opened when somebody asks for one.
    snapshots: DatabaseConnection,
    writer: DatabaseConnection,
    turns: Turns,
    engine: Engine,
    statements: Arc<AtomicU64>,
}

/// What is read through: answers from SQLite on the spot, from PostgreSQL over its pool.
pub struct Reader(Behind);

enum Behind {
    Sqlite(Readers),
    Postgres(DatabaseConnection),
}

/// One open write: what is done through it happens as a whole or not at all.
pub struct Tx(DatabaseTransaction);

impl std::ops::Deref for Tx {
    type Target = DatabaseTransaction;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Db {
    /// Opens the database at `url` (`sqlite://path/to/file.db` or `postgres://…`). Creates a SQLite file that is missing.
    ///
    /// # Errors
    /// When the address is of neither kind, or nothing answers there.
    pub async fn connect(url: &str) -> Result<Self, DbErr> {
        let statements = Arc::new(AtomicU64::new(0));
        let (mut writer, mut snapshots, engine) = if url.starts_with("sqlite:") {
            let writer = Database::connect(sqlite_options(url, false)).await?;
            // The first connection makes the file and sets WAL; a read-only one could do neither.
            writer.ping().await?;
            (writer, Database::connect(sqlite_options(url, true)).await?, Engine::Sqlite)
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let mut options = ConnectOptions::new(url);
            options.max_connections(16).sqlx_logging(false).acquire_timeout(Duration::from_secs(10));
            let pool = Database::connect(options).await?;
            (pool.clone(), pool, Engine::Postgres)
        } else {
            return Err(DbErr::Custom(format!(
                "The database address must begin with sqlite: or postgres:, but it is \"{url}\"."
            )));
        };
        for connection in [&mut writer, &mut snapshots] {
            let counter = Arc::clone(&statements);
            connection.set_metric_callback(move |_| {
                counter.fetch_add(1, Ordering::Relaxed);
            });
        }
        let behind = match engine {
            Engine::Sqlite => {
                let options: SqliteConnectOptions =
                    url.parse().map_err(|error: sqlx::Error| DbErr::Custom(format!("the address {url}: {error}")))?;
                Behind::Sqlite(Readers::open(options.get_filename().to_owned(), Arc::clone(&statements))?)
            }
            Engine::Postgres => Behind::Postgres(snapshots.clone()),
        };
        Ok(Self {
            inner: Arc::new(Inner { reader: Reader(behind), snapshots, writer, turns: Turns::default(), engine, statements }),
            mark: None,
        })
    }

    /// The same database; whatever is written through this handle marks a request's key as used.
    pub(crate) fn marked(&self, mark: Mark) -> Self {
        Self { inner: Arc::clone(&self.inner), mark: Some(mark) }
    }

    /// The engine behind this handle.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// How many statements were sent since the start, for the test that pages ask a fixed number of times.
    #[must_use]
    pub fn statements_sent(&self) -> u64 {
        self.inner.statements.load(Ordering::Relaxed)
    }

    /// The statements that SQLite's readers were asked since this was called last, for the test that looks at their plans.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn take_asked(&self) -> std::collections::BTreeSet<String> {
        match &self.inner.reader.0 {
            Behind::Sqlite(readers) => readers.take_asked(),
            Behind::Postgres(_) => std::collections::BTreeSet::new(),
        }
    }

    /// The connection to read through. On SQLite it refuses to write.
    #[must_use]
    pub fn read(&self) -> &Reader {
        &self.inner.reader
    }

    /// Runs `work` in one transaction: committed when it answers `Ok`, undone when it answers `Err`.
    ///
    /// Keep it short and wait for nothing but the database inside: on SQLite every other write queues behind it, and those
    /// who queue at the same time are committed together.
    ///
    /// # Errors
    /// What `work` answers, or the database's own refusal.
    pub async fn write<T, E>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DbErr>,
    {
        self.write_in_turn(false, work).await
    }

    /// The same for what takes long, such as a file of thousands of rows: who waits for a commit need not wait for it.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_alone<T, E>(&self, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DbErr>,
    {
        self.write_in_turn(true, work).await
    }

    async fn write_in_turn<T, E>(&self, alone: bool, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DbErr>,
    {
        let Inner { writer, turns, engine, .. } = &*self.inner;
        match engine {
            Engine::Sqlite => turns.write(writer, self.mark.as_ref(), alone, work).await,
            Engine::Postgres => {
                let tx = Tx(begin(writer).await?);
                match worked(&tx, self.mark.as_ref(), work).await {
                    Ok(answer) => {
                        tx.0.commit().await?;
                        Ok(answer)
                    }
                    Err(refusal) => {
                        turns::roll_back(tx.0).await;
                        Err(refusal)
                    }
                }
            }
        }
    }

    /// One state of the whole database, to be read from for as long as it takes, while others write.
    ///
    /// # Errors
    /// The database's own.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let tx = match self.inner.engine {
            Engine::Sqlite => self.inner.snapshots.begin().await?,
            Engine::Postgres => {
                self.inner.snapshots.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?
            }
        };
        // The state is that of the first statement.
        scalar::<i64>(&tx, "select count(*) from schema_step", vec![]).await?;
        Ok(tx)
    }

    /// Closes the connections; the handle is of no use afterwards.
    pub async fn close(self) {
        if let Ok(inner) = Arc::try_unwrap(self.inner) {
            // The last connection tidies the file up, and only the writer can.
            drop(inner.reader);
            // A refusal to close changes nothing: the process is done with it either way.
            let _ = inner.snapshots.close().await;
            let _ = inner.writer.close().await;
        }
    }
}

async fn begin(writer: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
    writer.begin_with_options(options).await
}

/// Does the work, and marks the request's key as used along with it.
async fn worked<T, E: From<DbErr>>(tx: &Tx, mark: Option<&Mark>, work: impl AsyncFnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
    let answer = work(tx).await?;
    if let Some(mark) = mark {
        mark.settle(tx).await?;
    }
    Ok(answer)
}

/// `snapshots`: read-only connections for the few who read one state for long, closed a while after the last of them.
fn sqlite_options(url: &str, snapshots: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(if snapshots { 4 } else { 1 })
        .min_connections(if snapshots { 0 } else { 1 })
        .connect_lazy(snapshots)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(30))
        .max_lifetime(None::<Duration>)
        .idle_timeout(snapshots.then_some(Duration::from_secs(60)));
    // When SQLite itself ends a transaction, on a full disk for example, sqlx still believes in it: such a connection is of no
    // use any more.
    options.map_sqlx_sqlite_before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }));
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = sqlite
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            .pragma("cache_size", "-8000")
            .statement_cache_capacity(200);
        if snapshots {
            sqlite.read_only(true)
        } else {
            sqlite
                .create_if_missing(true)
                .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        }
    });
    options
}

impl FromStr for Engine {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "sqlite" => Ok(Self::Sqlite),
            "postgres" => Ok(Self::Postgres),
            other => Err(format!("unknown database engine \"{other}\"")),
        }
    }
}
