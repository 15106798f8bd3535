//! What is written down beside a theory as time goes: the answer of each cycle, and readings of its measures. Both are only added.

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear, Span},
    partnerships::{Partnership, Record},
};
use platform::db::{ConnectionTrait, DbErr, FromQueryResult};
use platform::{
    Cx, Error,
    access::May,
    audit::{self, Actor},
    db,
};
use uuid::Uuid;

use super::subject_of;
use crate::frameworks::{CycleMonths, Framework};

/// The answers to “Are we on track with our theory of action?”: key, words, and the class of the pill.
pub(super) const ANSWERS: [(&str, &str, &str); 3] = [("yes", "Yes", "on"), ("partly", "Partly", "wob"), ("no", "No", "off")];

/// The longest reason, in characters.
pub(super) const WHY_MOST: usize = 1_000;

/// The cycle that is asked about: the one that a day lies in, or that comes next.
#[derive(Clone, Debug)]
pub(super) struct AskedCycle {
    pub year: SchoolYear,
    pub number: i32,
    pub name: String,
    pub span: Span,
}

impl AskedCycle {
    /// The cycle of a day; nothing before a framework is published.
    pub(super) fn of(framework: &Framework, calendar: &Calendar, today: NaiveDate) -> Option<Self> {
        let (cycle, span): (&CycleMonths, Span) = framework.cycle_at(calendar, today)?;
        Some(Self { year: calendar.year_of(today), number: cycle.number, name: cycle.name.clone(), span })
    }

    /// Whether half of it has gone by: from then on an answer is due.
    pub(super) fn is_due(&self, today: NaiveDate) -> bool {
        let days = (self.span.to - self.span.from).num_days();
        today <= self.span.to && (today - self.span.from).num_days() * 2 >= days
    }
}

/// An answer, as lists show it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Answer {
    pub number: i32,
    pub school_year: i32,
    pub cycle: i32,
    pub answer: String,
    pub why: String,
    pub rests_on: String,
    pub author: String,
    pub answered_at: DateTime<Utc>,
}

/// A partnership's answers, the newest first.
pub(super) async fn answers(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<Answer>, DbErr> {
    let sql = "select s.number, s.school_year, s.cycle, s.answer, s.why, s.rests_on, a.name as author, s.answered_at
         from theory_answer s join person a on a.id = s.author_id
         where s.partnership_id = $1 order by s.school_year desc, s.cycle desc, s.answered_at desc, s.id desc limit 60";
    db::rows(on, sql, vec![partnership.into()]).await
}

/// An answer, as programs know it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct SignedAnswer {
    pub id: Uuid,
    #[row(nested)]
    pub answer: Answer,
    pub author_slug: String,
}

const SIGNED_ANSWER: &str =
    "select s.id, s.number, s.school_year, s.cycle, s.answer, s.why, s.rests_on, a.name as author, s.answered_at,
    a.slug as author_slug from theory_answer s join person a on a.id = s.author_id where s.partnership_id = $1";

/// All answers of a partnership, the newest first.
pub(super) async fn all_answers(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<SignedAnswer>, DbErr> {
    let order = "order by s.school_year desc, s.cycle desc, s.answered_at desc, s.id desc";
    db::rows(on, &format!("{SIGNED_ANSWER} {order}"), vec![partnership.into()]).await
}

/// One of a partnership's answers.
pub(super) async fn one_answer(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    id: Uuid,
) -> Result<Option<SignedAnswer>, DbErr> {
    db::one(on, &format!("{SIGNED_ANSWER} and s.id = $2"), vec![partnership.into(), id.into()]).await
}

/// Which of some partnerships have a theory that is out, and no answer for a cycle yet.
pub(super) async fn unanswered(
    on: &impl ConnectionTrait,
    partnerships: &[PartnershipId],
    cycle: &AskedCycle,
) -> Result<Vec<PartnershipId>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: PartnershipId,
    }
    let sql = format!(
        "select p.id from partnership p where p.id in ({})
           and exists (select 1 from theory_version v where v.partnership_id = p.id and v.published_at is not null)
           and not exists (select 1 from theory_answer s where s.partnership_id = p.id and s.school_year = $1 and s.cycle = $2)",
        db::placeholders(3, partnerships.len())
    );
    let mut params: db::Params = vec![cycle.year.0.into(), cycle.number.into()];
    params.extend(partnerships.iter().map(|id| (*id).into()));
    Ok(db::rows::<Row>(on, &sql, params).await?.into_iter().map(|row| row.id).collect())
}

/// What somebody answers.
pub(super) struct NewAnswer {
    pub number: i32,
    pub answer: &'static str,
    pub why: String,
    pub rests_on: String,
}

/// Keeps an answer for a cycle; answers its id.
pub(super) async fn answer(may: &May<Record, Partnership>, cx: &Cx, cycle: &AskedCycle, new: &NewAnswer) -> Result<Uuid, Error> {
    let partnership = may.thing();
    let id = cx.new_id();
    cx.db()
        .write(async |tx| {
            db::exec(
                &**tx,
                "insert into theory_answer (id, partnership_id, number, school_year, cycle, answer, why, rests_on, author_id, answered_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                vec![
                    id.into(),
                    partnership.id.into(),
                    new.number.into(),
                    cycle.year.0.into(),
                    cycle.number.into(),
                    new.answer.into(),
                    new.why.as_str().into(),
                    new.rests_on.as_str().into(),
                    may.who().person.into(),
                    cx.now.into(),
                ],
            )
            .await?;
            let detail = format!("{} cycle {}: {}", cycle.year, cycle.number, new.answer);
            let actor = Actor::from(may.who());
            let action = "on track with the theory of action answered";
            audit::record(tx, cx.db().engine(), cx.now, &actor, action, &subject_of(partnership), &detail).await?;
            Ok(id)
        })
        .await
}

/// The newest reading of a measure.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Reading {
    pub measure: String,
    pub on_day: NaiveDate,
    pub value: f64,
}

/// The newest reading of each measure of a partnership.
pub(super) async fn readings(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<Reading>, DbErr> {
    let sql = "select measure, on_day, value from (
           select r.*, row_number() over (partition by r.measure order by r.on_day desc, r.entered_at desc, r.id desc) as place
           from theory_reading r where r.partnership_id = $1) ranked where place = 1 order by measure";
    db::rows(on, sql, vec![partnership.into()]).await
}

/// A reading, as programs know it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct SignedReading {
    pub id: Uuid,
    #[row(nested)]
    pub reading: Reading,
    pub note: String,
    pub author: String,
    pub author_slug: String,
    pub entered_at: DateTime<Utc>,
}

const SIGNED_READING: &str =
    "select r.id, r.measure, r.on_day, r.value, r.note, a.name as author, a.slug as author_slug, r.entered_at
    from theory_reading r join person a on a.id = r.author_id where r.partnership_id = $1";

/// All readings of a partnership's measures, measure by measure, the newest first.
pub(super) async fn all_readings(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<SignedReading>, DbErr> {
    let order = "order by r.measure, r.on_day desc, r.entered_at desc, r.id desc";
    db::rows(on, &format!("{SIGNED_READING} {order}"), vec![partnership.into()]).await
}

/// One of a partnership's readings.
pub(super) async fn one_reading(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    id: Uuid,
) -> Result<Option<SignedReading>, DbErr> {
    db::one(on, &format!("{SIGNED_READING} and r.id = $2"), vec![partnership.into(), id.into()]).await
}

/// What somebody read.
pub(super) struct NewReading {
    pub measure: String,
    pub on_day: NaiveDate,
    pub value: f64,
    pub note: String,
}

/// Keeps a reading of a measure; answers its id.
pub(super) async fn read(may: &May<Record, Partnership>, cx: &Cx, new: &NewReading) -> Result<Uuid, Error> {
    let partnership = may.thing();
    let id = cx.new_id();
    cx.db()
        .write(async |tx| {
            db::exec(
                &**tx,
                "insert into theory_reading (id, partnership_id, measure, on_day, value, note, author_id, entered_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8)",
                vec![
                    id.into(),
                    partnership.id.into(),
                    new.measure.as_str().into(),
                    new.on_day.into(),
                    new.value.into(),
                    new.note.as_str().into(),
                    may.who().person.into(),
                    cx.now.into(),
                ],
            )
            .await?;
            let detail = format!("{}: {} on {}", new.measure, new.value, new.on_day);
            let actor = Actor::from(may.who());
            audit::record(
                tx,
                cx.db().engine(),
                cx.now,
                &actor,
                "measure of a theory of action read",
                &subject_of(partnership),
                &detail,
            )
            .await?;
            Ok(id)
        })
        .await
}
