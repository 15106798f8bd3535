//! Rows as types, whichever driver brought them.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::types::ValueRef;
use sea_orm::{DbErr, QueryResult, TryGetable};
use uuid::Uuid;

/// What a row of an answer becomes. Derived for structs whose fields are named as the columns are.
pub trait FromQueryResult: Sized + Send {
    /// Adds the columns that it is read from, in the order in which [`FromQueryResult::read`] asks for them.
    fn columns(columns: &mut Vec<&'static str>);

    /// Reads it.
    ///
    /// # Errors
    /// When a column is missing or holds something else.
    fn read(row: &mut Row<'_>) -> Result<Self, DbErr>;
}

/// A row that is being read, column by column.
pub struct Row<'a> {
    from: Source<'a>,
    columns: &'a [&'static str],
    next: usize,
}

enum Source<'a> {
    /// Of a reader of SQLite, with the place of each column.
    Sqlite(&'a rusqlite::Row<'a>, &'a [usize]),
    Driver(&'a QueryResult),
}

impl<'a> Row<'a> {
    pub(super) fn of_sqlite(row: &'a rusqlite::Row<'a>, columns: &'a [&'static str], places: &'a [usize]) -> Self {
        Self { from: Source::Sqlite(row, places), columns, next: 0 }
    }

    pub(super) fn of_driver(row: &'a QueryResult, columns: &'a [&'static str]) -> Self {
        Self { from: Source::Driver(row), columns, next: 0 }
    }

    /// The next of the columns that [`FromQueryResult::columns`] names.
    ///
    /// # Errors
    /// When it holds something else.
    #[allow(clippy::should_implement_trait, reason = "each call may answer another type")]
    pub fn next<T: FromColumn>(&mut self) -> Result<T, DbErr> {
        let (place, name) = (self.next, self.columns.get(self.next).copied().unwrap_or_default());
        self.next += 1;
        match self.from {
            Source::Sqlite(row, places) => {
                let place = places.get(place).copied().ok_or_else(|| DbErr::Custom(format!("no column {name} was read")))?;
                column(row, place, name)
            }
            Source::Driver(row) => row.try_get_by(name),
        }
    }

    /// The first column of the answer, whatever its name.
    pub(super) fn first<T: FromColumn>(&self) -> Result<T, DbErr> {
        match self.from {
            Source::Sqlite(row, _) => column(row, 0, "the first"),
            Source::Driver(row) => row.try_get_by_index(0),
        }
    }
}

fn column<T: FromColumn>(row: &rusqlite::Row<'_>, place: usize, name: &str) -> Result<T, DbErr> {
    let value = row.get_ref(place).map_err(|error| DbErr::Custom(format!("column {name}: {error}")))?;
    T::from_sqlite(value).ok_or_else(|| {
        DbErr::Type(format!("column {name} holds a value of type {}, not {}", value.data_type(), std::any::type_name::<T>()))
    })
}

/// What a column's value becomes.
pub trait FromColumn: TryGetable {
    /// From a value as SQLite keeps it; `None` when it does not fit.
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self>;
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        if value == ValueRef::Null { Some(None) } else { T::from_sqlite(value).map(Some) }
    }
}

macro_rules! whole_numbers {
    ($($number:ty),+) => {$(
        impl FromColumn for $number {
            fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
                value.as_i64().ok().and_then(|number| number.try_into().ok())
            }
        }
    )+};
}
whole_numbers!(i16, i32, i64);

impl FromColumn for bool {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok().map(|number| number != 0)
    }
}

impl FromColumn for f64 {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Real(number) => Some(number),
            #[allow(clippy::cast_precision_loss, reason = "as SQLite itself would")]
            ValueRef::Integer(number) => Some(number as Self),
            _ => None,
        }
    }
}

impl FromColumn for String {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_str().ok().map(str::to_owned)
    }
}

impl FromColumn for Vec<u8> {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok().map(<[u8]>::to_vec)
    }
}

impl FromColumn for Uuid {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        Self::from_slice(value.as_blob().ok()?).ok()
    }
}

impl FromColumn for NaiveDate {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_str().ok()?.parse().ok()
    }
}

impl FromColumn for DateTime<Utc> {
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self> {
        value.as_str().ok()?.parse().ok()
    }
}
