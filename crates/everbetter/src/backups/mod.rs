//! Backups: one file with everything in it, made while people work, that brings the organisation back on either engine.
//!
//! Each backup that is begun leaves a row, so that whoever runs the server sees what was made, and what was not, and why.

mod archive;
pub(crate) mod check;
mod job;
mod make;
pub(crate) mod restore;
pub(crate) mod store;
mod verbs;

use chrono::{DateTime, Utc};
use platform::db::Migration;
use sea_orm::FromQueryResult;
use uuid::Uuid;

pub(crate) use job::{JOB, keep_schedule};
pub(crate) use make::make;
#[allow(unused_imports, reason = "the operator's page asks for one")]
pub(crate) use verbs::ask_for_one;
pub(crate) use verbs::{back_up, try_out};

pub(crate) fn migrations() -> Vec<Migration> {
    vec![Migration {
        name: "house-001-backups",
        why: "Whoever runs the server must see which backups were made, which failed and why, and when one was last tried out.",
        sql: "create table backup (
  id {uuid} primary key,
  cause text not null,
  file text not null,
  began_at {instant} not null,
  finished_at {instant},
  bytes bigint,
  verified_at {instant},
  problem text,
  removed_at {instant},
  constraint backup_cause check (cause in ('schedule', 'asked for', 'command line'))
);
create index backup_began on backup (began_at)",
        only: &[],
    }]
}

/// Why a backup is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Its time has come.
    Schedule,
    /// Somebody pressed the button.
    AskedFor,
    /// Somebody typed the command.
    CommandLine,
}

impl Cause {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::AskedFor => "asked for",
            Self::CommandLine => "command line",
        }
    }
}

/// A backup that was begun.
#[allow(dead_code, reason = "the operator's page shows all of it")]
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Backup {
    /// Its id.
    pub id: Uuid,
    /// Why: `schedule`, `asked for` or `command line`.
    pub cause: String,
    /// The file, with its folder.
    pub file: String,
    /// When it was begun; it holds everything that was saved until then.
    pub began_at: DateTime<Utc>,
    /// When it was finished; nothing while it is made, and when it failed.
    pub finished_at: Option<DateTime<Utc>>,
    /// The file's size.
    pub bytes: Option<i64>,
    /// When it was restored into a place of its own and found well.
    pub verified_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub problem: Option<String>,
    /// When it was taken away, because newer ones stand in for it.
    pub removed_at: Option<DateTime<Utc>>,
}
