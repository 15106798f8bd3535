//! Entries over all partnerships, for programs.

use chrono::{DateTime, Utc};
use partnerships::calendar::SchoolYear;
use platform::{
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, Value},
    paging::{Page, Window},
};

use crate::EntryId;

/// An entry with the keys of what it is about.
#[derive(Clone, Debug, FromQueryResult)]
pub(in crate::tracker) struct Anywhere {
    pub id: EntryId,
    pub key: String,
    pub partnership: String,
    pub practice: String,
    pub school_year: i32,
    pub cycle: i32,
    pub status: String,
    pub quality: Option<i32>,
    pub reason: String,
    pub note: String,
    pub author: String,
    pub author_slug: String,
    pub entered_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
}

const ANYWHERE: &str =
    "select e.id, e.key, p.slug as partnership, pr.code as practice, e.school_year, e.cycle, e.status, e.quality,
    e.reason, e.note, a.name as author, a.slug as author_slug, e.entered_at, e.withdrawn_at
    from tracker_entry e join person a on a.id = e.author_id join partnership p on p.id = e.partnership_id
    join site s on s.id = p.site_id join practice pr on pr.id = e.practice_id where 1 = 1";

/// The entry of that key, where `site` names one only when it is of that site.
pub(in crate::tracker) async fn anywhere(
    on: &impl ConnectionTrait,
    key: &str,
    site: Option<&str>,
) -> Result<Option<Anywhere>, DbErr> {
    let (mut sql, mut params): (String, Params) = (format!("{ANYWHERE} and e.key = $1"), vec![key.into()]);
    if let Some(site) = site {
        params.push(site.into());
        sql.push_str(" and s.slug = $2");
    }
    db::one(on, &sql, params).await
}

/// What is asked for; an empty text leaves its part open.
pub(in crate::tracker) struct Everywhere<'a> {
    /// Of one site alone, for those who see no other.
    pub site: Option<&'a str>,
    pub partnership: &'a str,
    pub practice: &'a str,
    pub author: &'a str,
    pub status: &'a str,
    pub year: Option<SchoolYear>,
    pub cycle: Option<i32>,
}

/// A page by the time at which entries were recorded.
pub(in crate::tracker) async fn page_anywhere(
    on: &impl ConnectionTrait,
    asked: &Everywhere<'_>,
    descending: bool,
    window: Window<'_>,
) -> Result<Page<Anywhere>, DbErr> {
    let (mut sql, mut params) = (ANYWHERE.to_owned(), Params::new());
    let filled = |text: &str| Some(text).filter(|text| !text.is_empty()).map(Value::from);
    let narrowed: [(&str, Option<Value>); 7] = [
        ("s.slug", asked.site.map(Value::from)),
        ("p.slug", filled(asked.partnership)),
        ("pr.code", filled(asked.practice)),
        ("a.slug", filled(asked.author)),
        ("e.status", filled(asked.status)),
        ("e.school_year", asked.year.map(|year| year.0.into())),
        ("e.cycle", asked.cycle.map(Value::from)),
    ];
    for (column, value) in narrowed {
        if let Some(value) = value {
            params.push(value);
            sql.push_str(&format!(" and {column} = ${}", params.len()));
        }
    }
    let of_key = "select entered_at, id from tracker_entry where key = {key}";
    let (bound, ending) = window.clause(&["e.entered_at", "e.id"], of_key, descending, &mut params);
    let rows = db::rows(on, &format!("{sql}{bound}{ending}"), params).await?;
    Ok(window.page(rows, |row: &Anywhere| row.key.clone()))
}
