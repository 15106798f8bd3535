//! The organisation's own settings: a few words and numbers in the database, read with every request.

use std::{collections::BTreeMap, sync::Arc};

use crate::db::{self, ConnectionTrait, DbErr, FromQueryResult, Migration};
use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};

/// The settings' table.
pub const MIGRATION: Migration = Migration {
    name: "platform-001-settings",
    why: "The organisation's name and calendar must survive a restart and be the same for all instances.",
    sql: "create table setting (name text primary key, value text not null)",
    only: &[],
};

/// All settings, by name; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Settings(Arc<BTreeMap<String, String>>);

#[derive(FromQueryResult)]
struct Row {
    name: String,
    value: String,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// The database's own.
    pub async fn read(on: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let rows = db::rows::<Row>(on, "select name, value from setting", vec![]).await?;
        Ok(Self(Arc::new(rows.into_iter().map(|row| (row.name, row.value)).collect())))
    }

    /// Sets one.
    ///
    /// # Errors
    /// The database's own.
    pub async fn set(on: &impl ConnectionTrait, name: &str, value: &str) -> Result<(), DbErr> {
        db::exec(
            on,
            "insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
            vec![name.into(), value.into()],
        )
        .await?;
        Ok(())
    }

    /// One setting.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// What the organisation calls itself.
    #[must_use]
    pub fn organisation(&self) -> &str {
        self.get("organisation").unwrap_or("Your organisation")
    }

    /// The instant on the organisation's clocks (`utc_offset_minutes`, 0 unless set).
    #[must_use]
    pub fn local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        let minutes: i32 = self.get("utc_offset_minutes").and_then(|text| text.parse().ok()).unwrap_or(0);
        match FixedOffset::east_opt(minutes * 60) {
            Some(offset) => instant.with_timezone(&offset).naive_local(),
            None => instant.naive_utc(),
        }
    }
}
