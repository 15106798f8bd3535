//! Reading from SQLite on the spot.
//!
//! The file lies in the memory of the machine, and most statements answer within some microseconds. Handing each to another
//! thread and waiting for the answer takes ten times as long as the answer itself, so whoever asks runs it
//! ([why](../../../../docs/decisions/0010-sqlite-is-read-on-the-spot.md)).

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::SecondsFormat;
use rusqlite::{Connection, OpenFlags, Statement, types::ToSqlOutput};
use sea_orm::{DbErr, Value};

use super::{FromQueryResult, Params, row::Row};

/// So many connections are kept open; one is in use only while a statement runs.
const KEPT: usize = 4;
/// How many statements each connection keeps prepared.
const PREPARED: usize = 200;

/// Connections to a file that can't write to it.
pub(super) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    statements: Arc<AtomicU64>,
    #[cfg(feature = "testing")]
    asked: Mutex<std::collections::BTreeSet<String>>,
}

impl Readers {
    /// Opens the first, so that whoever can't read learns it now.
    pub(super) fn open(file: PathBuf, statements: Arc<AtomicU64>) -> Result<Self, DbErr> {
        let readers = Self {
            file,
            idle: Mutex::default(),
            statements,
            #[cfg(feature = "testing")]
            asked: Mutex::default(),
        };
        readers.give_back(readers.connect().map_err(failed)?);
        Ok(readers)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let connection =
            Connection::open_with_flags(&self.file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "cache_size", -8000)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Ok(connection)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }

    /// The statements that were asked since this was called last.
    #[cfg(feature = "testing")]
    pub(super) fn take_asked(&self) -> std::collections::BTreeSet<String> {
        std::mem::take(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rows that a statement answers, `most` of them at most.
    pub(super) fn ask<R: FromQueryResult>(&self, sql: &str, params: &Params, most: usize) -> Result<Vec<R>, DbErr> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        #[cfg(feature = "testing")]
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(sql.to_owned());
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => self.connect().map_err(failed)?,
        };
        let answer = read(&connection, sql, params, most);
        // A connection that failed may be of no use any more.
        if answer.is_ok() {
            self.give_back(connection);
        }
        answer
    }
}

fn failed(error: rusqlite::Error) -> DbErr {
    DbErr::Custom(format!("SQLite: {error}"))
}

fn read<R: FromQueryResult>(connection: &Connection, sql: &str, params: &Params, most: usize) -> Result<Vec<R>, DbErr> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let mut columns = Vec::new();
    R::columns(&mut columns);
    let mut places = Vec::with_capacity(columns.len());
    for column in &columns {
        let place = statement.column_index(column);
        places.push(place.map_err(|_| DbErr::Custom(format!("the statement answers no column {column}: {sql}")))?);
    }
    bind(&mut statement, params)?;
    let mut answer = Vec::new();
    let mut rows = statement.raw_query();
    while answer.len() < most
        && let Some(row) = rows.next().map_err(failed)?
    {
        answer.push(R::read(&mut Row::of_sqlite(row, &columns, &places))?);
    }
    Ok(answer)
}

/// Gives each `$1`, `$2` … its value; SQLite numbers them in the order in which they come up.
fn bind(statement: &mut Statement<'_>, params: &Params) -> Result<(), DbErr> {
    for place in 1..=statement.parameter_count() {
        let number = statement.parameter_name(place).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let value = number.and_then(|number| params.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| DbErr::Custom(format!("parameter {place} of a statement has no value")))?;
        statement.raw_bind_parameter(place, bound(value)?).map_err(failed)?;
    }
    Ok(())
}

/// The value as the writing side keeps it.
fn bound(value: &Value) -> Result<ToSqlOutput<'_>, DbErr> {
    fn or_null<'a, T>(value: Option<T>) -> ToSqlOutput<'a>
    where
        ToSqlOutput<'a>: From<T>,
    {
        value.map_or(ToSqlOutput::Owned(rusqlite::types::Value::Null), ToSqlOutput::from)
    }
    Ok(match value {
        Value::Bool(value) => or_null(*value),
        Value::SmallInt(value) => or_null(*value),
        Value::Int(value) => or_null(*value),
        Value::BigInt(value) => or_null(*value),
        Value::Double(value) => or_null(*value),
        Value::String(value) => or_null(value.as_deref()),
        Value::Bytes(value) => or_null(value.as_deref()),
        Value::Uuid(value) => or_null(value.as_ref().map(|value| value.as_bytes().as_slice())),
        Value::ChronoDate(value) => or_null(value.as_ref().map(ToString::to_string)),
        Value::ChronoDateTimeUtc(value) => {
            or_null(value.as_ref().map(|value| value.to_rfc3339_opts(SecondsFormat::AutoSi, false)))
        }
        other => return Err(DbErr::Type(format!("no statement takes a parameter such as {other:?}"))),
    })
}
