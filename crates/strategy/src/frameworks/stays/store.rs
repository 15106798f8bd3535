//! Who finishes a school year on which version.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use partnerships::{PartnershipId, calendar::SchoolYear, partnerships::SUBJECT};
use platform::{
    Cx, Error,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, Tx},
    kept::Before,
};

use crate::FrameworkId;

/// Who finishes which school year on which version.
#[derive(Debug, Default)]
pub(crate) struct Stays(HashMap<(PartnershipId, i32), FrameworkId>);

#[derive(FromQueryResult)]
struct Row {
    partnership_id: PartnershipId,
    school_year: i32,
    framework_id: FrameworkId,
}

impl Stays {
    /// Those of the school years from this one on.
    pub(crate) async fn read(on: &impl ConnectionTrait, since: SchoolYear) -> Result<Self, DbErr> {
        let sql = "select partnership_id, school_year, framework_id from framework_stay where school_year >= $1";
        let rows: Vec<Row> = db::rows(on, sql, vec![since.0.into()]).await?;
        Ok(Self(rows.into_iter().map(|row| ((row.partnership_id, row.school_year), row.framework_id)).collect()))
    }

    /// The version on which a partnership finishes a school year, where somebody decided so.
    pub(crate) fn of(&self, partnership: PartnershipId, year: SchoolYear) -> Option<FrameworkId> {
        self.0.get(&(partnership, year.0)).copied()
    }

    /// All versions on which anybody finishes a year.
    pub(super) fn versions(&self) -> BTreeSet<FrameworkId> {
        self.0.values().copied().collect()
    }
}

/// As [`Stays::read`], kept until something is recorded of a partnership.
pub(super) async fn since(cx: &Cx, year: SchoolYear) -> Result<Arc<Stays>, Error> {
    cx.kept(format!("since {year}"), |before: Option<Before<Stays>>| async move {
        if let Some(before) = before
            && before.changes.iter().all(|change| change.subject_kind != SUBJECT)
        {
            return Ok(before.what);
        }
        Ok(Arc::new(Stays::read(cx.db().read(), year).await?))
    })
    .await
}

/// Lets a partnership finish a school year on a version.
pub(super) async fn put(
    tx: &Tx,
    (partnership, year, framework): (PartnershipId, SchoolYear, FrameworkId),
    (by, at): (PersonId, DateTime<Utc>),
) -> Result<(), DbErr> {
    let sql = "insert into framework_stay (partnership_id, school_year, framework_id, decided_by, decided_at)
       values ($1, $2, $3, $4, $5)";
    db::exec(&**tx, sql, vec![partnership.into(), year.0.into(), framework.into(), by.into(), at.into()]).await.map(drop)
}

/// Lets it move over.
pub(super) async fn remove(tx: &Tx, partnership: PartnershipId, year: SchoolYear) -> Result<(), DbErr> {
    let sql = "delete from framework_stay where school_year = $1 and partnership_id = $2";
    db::exec(&**tx, sql, vec![year.0.into(), partnership.into()]).await.map(drop)
}
