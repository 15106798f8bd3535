//! The only place where the tracker changes.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use partnerships::{
    calendar::{Calendar, SchoolYear},
    partnerships::{Partnership, Record},
};
use platform::{
    Cx, Error,
    access::May,
    audit,
    db::{self, DbErr},
};

use super::{
    rules::{self, Draft, Problem},
    store::{self, NewEntry},
};
use crate::{EntryId, PracticeId, frameworks::Framework};

/// How long an entry can be taken back.
pub const UNDO_MINUTES: i64 = 10;

/// What came of entries that were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// How many were added now.
    pub added: usize,
    /// How many had been sent before; they stand as they were.
    pub before: usize,
}

/// Why entries were not recorded: none of them was.
#[derive(Debug)]
pub enum NotRecorded {
    /// Something is wrong with some of them: its place in what was sent, and the problem.
    Problems(Vec<(usize, Problem)>),
    /// Anything else.
    Error(Error),
}

impl From<DbErr> for NotRecorded {
    fn from(error: DbErr) -> Self {
        Self::Error(error.into())
    }
}

impl From<Error> for NotRecorded {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Records entries, one or many, all or none. An entry whose key was sent before by the same person is taken as saved.
///
/// # Errors
/// What is wrong with the entries, or the database's own.
pub async fn record(
    cx: &Cx,
    may: &May<Record, Partnership>,
    framework: &Framework,
    drafts: &[Draft],
) -> Result<Recorded, NotRecorded> {
    let partnership = may.thing();
    let (calendar, today) = (Calendar::of(&cx.settings), cx.today());
    let problems: Vec<_> = drafts
        .iter()
        .enumerate()
        .flat_map(|(place, draft)| {
            let found = rules::problems(framework, &calendar, partnership, today, draft);
            found.into_iter().map(move |problem| (place, problem))
        })
        .collect();
    if !problems.is_empty() {
        return Err(NotRecorded::Problems(problems));
    }
    cx.db()
        .write(async |tx| {
            let known = store::by_keys(&**tx, drafts.iter().map(|draft| draft.key.as_str())).await?;
            let mut fresh: Vec<(&Draft, NewEntry)> = Vec::new();
            for draft in drafts {
                if let Some(entry) = known.iter().find(|entry| entry.key == draft.key) {
                    if entry.partnership_id != partnership.id || entry.author_id != may.who().person {
                        return Err(Error::Refused("That entry belongs elsewhere. Please load the page again.".to_owned()).into());
                    }
                    continue;
                }
                let practice = framework.practice(&draft.code).ok_or(Error::NotFound)?;
                if fresh.iter().any(|(other, _)| other.key == draft.key) {
                    continue;
                }
                fresh.push((
                    draft,
                    NewEntry {
                        id: EntryId(cx.new_id()),
                        key: draft.key.clone(),
                        partnership: partnership.id,
                        practice: practice.id,
                        year: draft.year,
                        cycle: draft.cycle,
                        status: draft.status,
                        quality: draft.quality,
                        reason: draft.reason.clone(),
                        note: draft.note.clone(),
                        author: may.who().person,
                        entered_at: cx.now,
                        taken_back_at: None,
                    },
                ));
            }
            let entries: Vec<&NewEntry> = fresh.iter().map(|(_, entry)| entry).collect();
            let added = usize::try_from(store::insert(&**tx, &entries).await?).unwrap_or(0);
            if added > 0 {
                let practices: BTreeSet<PracticeId> = entries.iter().map(|entry| entry.practice).collect();
                let practices: Vec<PracticeId> = practices.into_iter().collect();
                store::refresh(&**tx, partnership.id, &practices).await?;
                let told: Vec<_> = fresh.iter().map(|(draft, _)| told(framework, draft)).collect();
                let action = if added == 1 { "tracker entry recorded" } else { "tracker entries recorded" };
                audit::record(tx, cx.db().engine(), cx.now, &may.who().into(), action, &partnership.subject(), &told.join("; "))
                    .await?;
            }
            Ok(Recorded { added, before: drafts.len() - added })
        })
        .await
}

fn told(framework: &Framework, draft: &Draft) -> String {
    format!("{}, {} cycle {}: {}", draft.code, draft.year, draft.cycle, draft.status.name(framework))
}

/// Which cell an entry that was taken back belongs to.
#[derive(Clone, Debug)]
pub struct TakenBack {
    /// The practice.
    pub practice: PracticeId,
    /// The school year.
    pub year: SchoolYear,
    /// The cycle's number.
    pub cycle: i32,
}

/// Whether an entry can still be taken back.
#[must_use]
pub fn can_be_taken_back(entered_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - entered_at <= Duration::minutes(UNDO_MINUTES)
}

/// Takes an entry back: its author can, for ten minutes. It stays in the history; the cell shows what it showed before.
/// Taking it back twice is taking it back once.
///
/// # Errors
/// Not found, when the partnership has no such entry; not allowed to others than its author; refused after ten minutes.
pub async fn withdraw(cx: &Cx, may: &May<Record, Partnership>, framework: &Framework, key: &str) -> Result<TakenBack, Error> {
    let partnership = may.thing();
    cx.db()
        .write(async |tx| {
            let entry = store::by_keys(&**tx, [key]).await?.into_iter().next().ok_or(Error::NotFound)?;
            if entry.partnership_id != partnership.id {
                return Err(Error::NotFound);
            }
            if entry.author_id != may.who().person {
                return Err(Error::NotAllowed);
            }
            let back = TakenBack { practice: entry.practice_id, year: SchoolYear(entry.school_year), cycle: entry.cycle };
            if entry.withdrawn_at.is_some() {
                return Ok(back);
            }
            if !can_be_taken_back(entry.entered_at, cx.now) {
                return Err(Error::Refused(format!(
                    "An entry can be taken back for {UNDO_MINUTES} minutes. Record how things stand now instead; the history keeps both."
                )));
            }
            db::exec(
                &**tx,
                "update tracker_entry set withdrawn_at = $1, withdrawn_by = $2 where id = $3",
                vec![cx.now.into(), may.who().person.into(), entry.id.into()],
            )
            .await?;
            store::refresh(&**tx, partnership.id, &[entry.practice_id]).await?;
            // What was entered by another version is called what it was called there.
            let code = framework.with_earlier().flat_map(|version| &version.practices).find(|practice| practice.id == entry.practice_id);
            let detail = format!(
                "{}, {} cycle {}",
                code.map_or("a practice", |practice| practice.code.as_str()),
                back.year,
                back.cycle
            );
            let subject = partnership.subject();
            audit::record(tx, cx.db().engine(), cx.now, &may.who().into(), "tracker entry taken back", &subject, &detail).await?;
            Ok(back)
        })
        .await
}
