//! All entries, as a file that brings the same in again.

use chrono::{DateTime, SecondsFormat, Utc};
use partnerships::calendar::SchoolYear;
use platform::{
    Error,
    db::{self, Db, FromQueryResult},
    import::Export,
    sheet::{Cell, Sheet},
};

#[derive(FromQueryResult)]
struct Row {
    key: String,
    partnership: String,
    school_year: i32,
    cycle: i32,
    practice: String,
    status: String,
    quality: Option<i32>,
    reason: String,
    note: String,
    author: String,
    entered_at: DateTime<Utc>,
    withdrawn_at: Option<DateTime<Utc>>,
}

pub(super) async fn export(db: &Db) -> Result<Export, Error> {
    let sql = "select e.key, p.slug as partnership, e.school_year, e.cycle, c.code as practice, e.status, e.quality, e.reason,
           e.note, a.email as author, e.entered_at, e.withdrawn_at
         from tracker_entry e join partnership p on p.id = e.partnership_id join practice c on c.id = e.practice_id
         join person a on a.id = e.author_id where a.email is not null order by e.entered_at, e.key";
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let rows = db::rows::<Row>(db.read(), sql, vec![]).await?.into_iter().map(|row| {
        vec![
            row.key.into(),
            row.partnership.into(),
            SchoolYear(row.school_year).key().into(),
            row.cycle.into(),
            row.practice.into(),
            row.status.into(),
            row.quality.into(),
            row.reason.into(),
            row.note.into(),
            row.author.into(),
            instant(row.entered_at).into(),
            Cell::from(row.withdrawn_at.map(instant)),
        ]
    });
    let header = super::COLUMNS.iter().map(|column| column.name).collect();
    Ok(Export::Table(Sheet { name: "tracker".to_owned(), header, rows: rows.collect() }))
}
