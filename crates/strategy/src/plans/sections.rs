//! Sections that are written as forms, each in every wording that it had, whatever they are sections of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, Tx, Value},
};

use super::answers::Answers;
use crate::wording::Kept;

/// What stands in a section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stands {
    /// Counts what was written; 0 before the first time.
    pub version: i32,
    pub answers: Answers,
}

/// What stands in the sections of one thing, by their ids.
pub(crate) type Sections = BTreeMap<String, Stands>;

/// What somebody writes in a section.
pub(crate) struct Writing<'a> {
    /// The section's name in addresses.
    pub section: &'a str,
    /// The version that it was written on.
    pub seen: i32,
    /// What its fields say.
    pub answers: &'a Answers,
    /// The same in words.
    pub said: &'a str,
    /// Who wrote it; nobody known where it came in from a file.
    pub author: Option<PersonId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where the sections of one kind of thing are kept.
pub(crate) struct SectionTable {
    /// The table.
    pub name: &'static str,
    /// Its column for the thing.
    pub of: &'static str,
}

impl SectionTable {
    /// What stands in all sections of a thing: one query.
    pub(crate) async fn standing(&self, on: &impl ConnectionTrait, thing: impl Into<Value>) -> Result<Sections, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            section: String,
            version: i32,
            answers: String,
        }
        let Self { name, of } = self;
        let sql = format!(
            "select s.section, s.version, s.answers from {name} s where s.{of} = $1
               and s.version = (select max(o.version) from {name} o where o.{of} = $1 and o.section = s.section)"
        );
        let mut sections = Sections::new();
        for row in db::rows::<Row>(on, &sql, vec![thing.into()]).await? {
            let answers = serde_json::from_str(&row.answers)?;
            sections.insert(row.section, Stands { version: row.version, answers });
        }
        Ok(sections)
    }

    /// How a section was worded, the newest first.
    pub(crate) async fn wordings(&self, cx: &Cx, thing: impl Into<Value>, section: &str) -> Result<Vec<Kept>, DbErr> {
        #[derive(FromQueryResult)]
        struct Row {
            said: String,
            author: Option<String>,
            at: DateTime<Utc>,
        }
        let Self { name, of } = self;
        let sql = format!(
            "select s.said, h.name as author, s.at from {name} s left join person h on h.id = s.author_id
             where s.{of} = $1 and s.section = $2 order by s.version desc limit 50"
        );
        let rows = db::rows::<Row>(cx.db().read(), &sql, vec![thing.into(), section.into()]).await?;
        Ok(rows.into_iter().map(|row| Kept::of(cx, row.said, row.author, row.at)).collect())
    }

    /// Keeps a wording. `more`: what else this kind of thing keeps of one, by column.
    ///
    /// # Errors
    /// Stale when somebody else wrote there since: whoever saw another version than the last one would write over what they have
    /// not read.
    pub(crate) async fn put(
        &self,
        tx: &Tx,
        thing: impl Into<Value>,
        writing: &Writing<'_>,
        more: &[(&str, Value)],
    ) -> Result<(), Error> {
        let Self { name, of } = self;
        let mut params = vec![
            thing.into(),
            writing.section.into(),
            (writing.seen + 1).into(),
            serde_json::to_string(writing.answers)?.into(),
            writing.said.into(),
            writing.author.into(),
            writing.at.into(),
            writing.seen.into(),
        ];
        let (mut columns, mut values) = (String::new(), String::new());
        for (column, value) in more {
            params.push(value.clone());
            columns.push_str(&format!(", {column}"));
            values.push_str(&format!(", ${}", params.len()));
        }
        let sql = format!(
            "insert into {name} ({of}, section, version, answers, said, author_id, at{columns})
             select $1, $2, $3, $4, $5, $6, $7{values} where $8 =
               (select coalesce(max(o.version), 0) from {name} o where o.{of} = $1 and o.section = $2)
             on conflict ({of}, section, version) do nothing"
        );
        if db::exec(&**tx, &sql, params).await? == 0 { Err(Error::Stale) } else { Ok(()) }
    }
}
