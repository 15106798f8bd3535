//! One text of SQL for both engines, with `$1`, `$2` … for its parameters.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, TryGetable, Value};

/// The parameters of a statement, in the order of their numbers.
pub type Params = Vec<Value>;

fn statement(on: &impl ConnectionTrait, sql: &str, params: Params) -> Statement {
    Statement::from_sql_and_values(on.get_database_backend(), sql, params)
}

/// All rows that `sql` answers.
///
/// # Errors
/// The database's own.
pub async fn rows<R: FromQueryResult>(on: &impl ConnectionTrait, sql: &str, params: Params) -> Result<Vec<R>, DbErr> {
    R::find_by_statement(statement(on, sql, params)).all(on).await
}

/// The first row that `sql` answers, if there is one.
///
/// # Errors
/// The database's own.
pub async fn one<R: FromQueryResult>(on: &impl ConnectionTrait, sql: &str, params: Params) -> Result<Option<R>, DbErr> {
    R::find_by_statement(statement(on, sql, params)).one(on).await
}

/// The first column of the first row; `None` without a row.
///
/// # Errors
/// The database's own, also when the column is of another type.
pub async fn scalar<T: TryGetable>(on: &impl ConnectionTrait, sql: &str, params: Params) -> Result<Option<T>, DbErr> {
    match on.query_one_raw(statement(on, sql, params)).await? {
        Some(row) => Ok(row.try_get_by_index::<Option<T>>(0)?),
        None => Ok(None),
    }
}

/// Runs a statement that answers no rows; says how many it touched.
///
/// # Errors
/// The database's own.
pub async fn exec(on: &impl ConnectionTrait, sql: &str, params: Params) -> Result<u64, DbErr> {
    Ok(on.execute_raw(statement(on, sql, params)).await?.rows_affected())
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
