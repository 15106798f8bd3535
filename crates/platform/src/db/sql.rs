//! One text of SQL for both engines, with `$1`, `$2` … for its parameters.

use std::future::Future;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement, Value};

use super::{Behind, Engine, FromColumn, FromQueryResult, Reader, row::Row};

/// The parameters of a statement, in the order of their numbers.
pub type Params = Vec<Value>;

/// What statements are sent through: a reader, or an open write.
pub trait ConnectionTrait: Sync {
    /// The engine at its other end.
    fn engine(&self) -> Engine;

    /// The rows that a statement answers, `most` of them at most.
    fn ask<R: FromQueryResult>(
        &self,
        sql: &str,
        params: Params,
        most: usize,
    ) -> impl Future<Output = Result<Vec<R>, DbErr>> + Send;

    /// Runs a statement that answers no rows; says how many it touched.
    fn run(&self, sql: &str, params: Params) -> impl Future<Output = Result<u64, DbErr>> + Send;
}

/// Asks through SeaORM's connections.
async fn ask_driver<R: FromQueryResult>(
    on: &impl sea_orm::ConnectionTrait,
    sql: &str,
    params: Params,
    most: usize,
) -> Result<Vec<R>, DbErr> {
    let statement = Statement::from_sql_and_values(on.get_database_backend(), sql, params);
    let rows =
        if most == 1 { on.query_one_raw(statement).await?.into_iter().collect() } else { on.query_all_raw(statement).await? };
    let mut columns = Vec::new();
    R::columns(&mut columns);
    rows.iter().take(most).map(|row| R::read(&mut Row::of_driver(row, &columns))).collect()
}

macro_rules! through_the_driver {
    ($($connection:ty),+) => {$(
        impl ConnectionTrait for $connection {
            fn engine(&self) -> Engine {
                match self.get_database_backend() {
                    DbBackend::Postgres => Engine::Postgres,
                    _ => Engine::Sqlite,
                }
            }

            fn ask<R: FromQueryResult>(
                &self,
                sql: &str,
                params: Params,
                most: usize,
            ) -> impl Future<Output = Result<Vec<R>, DbErr>> + Send {
                ask_driver(self, sql, params, most)
            }

            async fn run(&self, sql: &str, params: Params) -> Result<u64, DbErr> {
                let statement = Statement::from_sql_and_values(self.get_database_backend(), sql, params);
                Ok(self.execute_raw(statement).await?.rows_affected())
            }
        }
    )+};
}
through_the_driver!(DatabaseConnection, DatabaseTransaction);

impl ConnectionTrait for Reader {
    fn engine(&self) -> Engine {
        match self.0 {
            Behind::Sqlite(_) => Engine::Sqlite,
            Behind::Postgres(_) => Engine::Postgres,
        }
    }

    async fn ask<R: FromQueryResult>(&self, sql: &str, params: Params, most: usize) -> Result<Vec<R>, DbErr> {
        match &self.0 {
            Behind::Sqlite(readers) => readers.ask(sql, &params, most),
            Behind::Postgres(pool) => pool.ask(sql, params, most).await,
        }
    }

    async fn run(&self, sql: &str, params: Params) -> Result<u64, DbErr> {
        match &self.0 {
            Behind::Sqlite(_) => Err(DbErr::Custom(format!("a reader does not write: {sql}"))),
            Behind::Postgres(pool) => pool.run(sql, params).await,
        }
    }
}

/// All rows that `sql` answers.
///
/// # Errors
/// The database's own.
pub async fn rows<R: FromQueryResult>(on: &impl ConnectionTrait, sql: &str, params: Params) -> Result<Vec<R>, DbErr> {
    on.ask(sql, params, usize::MAX).await
}

/// The first row that `sql` answers, if there is one.
///
/// # Errors
/// The database's own.
pub async fn one<R: FromQueryResult>(on: &impl ConnectionTrait, sql: &str, params: Params) -> Result<Option<R>, DbErr> {
    Ok(on.ask(sql, params, 1).await?.pop())
}

/// The first column of a row.
struct First<T>(Option<T>);

impl<T: FromColumn + Send> FromQueryResult for First<T> {
    fn columns(_: &mut Vec<&'static str>) {}

    fn read(row: &mut Row<'_>) -> Result<Self, DbErr> {
        row.first().map(Self)
    }
}

/// The first column of the first row; `None` without a row.
///
/// # Errors
/// The database's own, also when the column is of another type.
pub async fn scalar<T: FromColumn + Send>(on: &impl ConnectionTrait, sql: &str, params: Params) -> Result<Option<T>, DbErr> {
    Ok(one::<First<T>>(on, sql, params).await?.and_then(|First(value)| value))
}

/// Runs a statement that answers no rows; says how many it touched.
///
/// # Errors
/// The database's own.
pub async fn exec(on: &impl ConnectionTrait, sql: &str, params: Params) -> Result<u64, DbErr> {
    on.run(sql, params).await
}

/// How many rows go into one insert.
const CHUNK: usize = 100;

/// Inserts rows of equal length, many at a time; `columns` are their names in order, parted by commas.
///
/// # Errors
/// The database's own.
pub async fn insert(on: &impl ConnectionTrait, table: &str, columns: &str, rows: Vec<Vec<Value>>) -> Result<(), DbErr> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut params: Params = Vec::new();
        let mut values = Vec::new();
        for row in rows.by_ref().take(CHUNK) {
            values.push(format!("({})", placeholders(params.len() + 1, row.len())));
            params.extend(row);
        }
        exec(on, &format!("insert into {table} ({columns}) values {}", values.join(", ")), params).await?;
    }
    Ok(())
}

/// `$3, $4, $5` for three values that begin at the third parameter; `null` for none, which matches nothing.
#[must_use]
pub fn placeholders(from: usize, count: usize) -> String {
    if count == 0 {
        return "null".to_owned();
    }
    (from..from + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}
