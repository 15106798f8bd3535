//! Backups: one file with everything in it, made while people work, that brings the organisation back on either engine.
//!
//! Each backup that is begun leaves a row, so that whoever runs the server sees what was made, and what was not, and why.

mod archive;
pub(crate) mod check;
mod job;
mod make;
pub(crate) mod restore;
mod store;
mod verbs;

use platform::db::Migration;

pub(crate) use job::{JOB, keep_schedule};
pub(crate) use make::make;
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
    /// Somebody typed the command.
    CommandLine,
}

impl Cause {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::CommandLine => "command line",
        }
    }
}
