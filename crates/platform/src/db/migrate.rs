//! The schema's steps. Forward only, each in its own transaction, one instance at a time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, DbErr};

use super::{ConnectionTrait, Db, Engine, exec, rows, scalar};

/// One step of the schema. Its text serves both engines; the words in braces become the engine's own types:
/// `{uuid}`, `{instant}`, `{date}`, `{bool}`, `{bytes}`, `{serial}` (a growing whole number as key).
pub struct Migration {
    /// Unique over all rooms and never changed again; steps run in the order in which rooms list them.
    pub name: &'static str,
    /// Why the step is there.
    pub why: &'static str,
    /// Statements, parted by semicolons at the end of a line.
    pub sql: &'static str,
    /// Statements that only one engine needs, run after `sql`.
    pub only: &'static [(Engine, &'static str)],
}

/// Any fixed number: instances that start together queue for it.
const LOCK: i64 = 0x6576_6572;

#[derive(crate::db::FromQueryResult)]
struct Applied {
    name: String,
}

/// Brings the schema up to date; does nothing when it is.
///
/// # Errors
/// When a step is refused, which leaves no trace; when the database knows steps that this program does not.
pub async fn migrate(db: &Db, steps: &[Migration], now: DateTime<Utc>) -> Result<usize, DbErr> {
    // Most starts find nothing to do, and should not have to wait until somebody else has written.
    if let Ok(applied) = applied_steps(db.read()).await {
        refuse_newer(&applied, steps)?;
        if applied.len() == steps.len() {
            return Ok(0);
        }
    }
    let mut ran = 0;
    for step in steps {
        ran += db
            .write_alone(async |tx| {
                lock(db.engine(), tx).await?;
                migrate_within(tx, db.engine(), steps, &[step.name], now).await
            })
            .await?;
    }
    Ok(ran)
}

/// Applies those of the named steps that are missing, in the transaction of somebody who holds the lock or is alone.
///
/// # Errors
/// As [`migrate`].
pub async fn migrate_within(
    tx: &super::Tx,
    engine: Engine,
    steps: &[Migration],
    named: &[&str],
    now: DateTime<Utc>,
) -> Result<usize, DbErr> {
    let there = match engine {
        Engine::Sqlite => "select count(*) from sqlite_schema where name = 'schema_step'",
        Engine::Postgres => {
            "select count(*) from pg_class where relname = 'schema_step' and relnamespace = cast(current_schema() as regnamespace)"
        }
    };
    if scalar::<i64>(&**tx, there, vec![]).await? == Some(0) {
        tx.execute_unprepared("create table schema_step (name text primary key, applied_at text not null)").await?;
    }
    let applied = applied_steps(&**tx).await?;
    refuse_newer(&applied, steps)?;
    let mut ran = 0;
    for step in steps.iter().filter(|step| named.contains(&step.name) && !applied.contains(step.name)) {
        apply(engine, tx, step).await?;
        exec(
            &**tx,
            "insert into schema_step (name, applied_at) values ($1, $2)",
            vec![step.name.into(), now.to_rfc3339().into()],
        )
        .await?;
        ran += 1;
    }
    Ok(ran)
}

/// The names of the steps that a database has taken.
///
/// # Errors
/// When it has taken none at all: there is no such table then.
pub async fn applied_steps(on: &impl ConnectionTrait) -> Result<BTreeSet<String>, DbErr> {
    Ok(rows::<Applied>(on, "select name from schema_step", vec![]).await?.into_iter().map(|row| row.name).collect())
}

fn refuse_newer(applied: &BTreeSet<String>, steps: &[Migration]) -> Result<(), DbErr> {
    match applied.iter().find(|name| !steps.iter().any(|step| step.name == *name)) {
        None => Ok(()),
        Some(name) => Err(DbErr::Custom(format!(
            "This database belongs to a newer version of Everbetter: it has taken the step {name}, which this program does not know. \
             Run the newer version, or restore a backup from before it."
        ))),
    }
}

async fn lock(engine: Engine, tx: &super::Tx) -> Result<(), DbErr> {
    // SQLite's write transaction is the lock already.
    if engine == Engine::Postgres {
        exec(&**tx, "select pg_advisory_xact_lock($1)", vec![LOCK.into()]).await?;
    }
    Ok(())
}

async fn apply(engine: Engine, tx: &super::Tx, step: &Migration) -> Result<(), DbErr> {
    let own = step.only.iter().filter(|(of, _)| *of == engine).map(|(_, sql)| *sql);
    for text in std::iter::once(step.sql).chain(own) {
        for statement in text.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
            let statement = typed(engine, statement.trim_end_matches(';'));
            tx.execute_unprepared(&statement)
                .await
                .map_err(|error| DbErr::Custom(format!("schema step {}: {error}\n{statement}", step.name)))?;
        }
    }
    Ok(())
}

fn typed(engine: Engine, sql: &str) -> String {
    let types: [(&str, &str); 6] = match engine {
        Engine::Sqlite => [
            ("{uuid}", "blob"),
            ("{instant}", "text"),
            ("{date}", "text"),
            ("{bool}", "boolean"),
            ("{bytes}", "blob"),
            ("{serial}", "integer"),
        ],
        Engine::Postgres => [
            ("{uuid}", "uuid"),
            ("{instant}", "timestamptz"),
            ("{date}", "date"),
            ("{bool}", "boolean"),
            ("{bytes}", "bytea"),
            ("{serial}", "bigint"),
        ],
    };
    types.iter().fold(sql.to_owned(), |sql, (word, own)| sql.replace(word, own))
}
