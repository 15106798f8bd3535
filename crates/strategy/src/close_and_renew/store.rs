//! Queries about how years end.

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::{PartnershipId, calendar::SchoolYear};
use platform::{
    Error,
    access::{Seat, Standing, roles},
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, PersonId, TeamId, Tx},
    settings::Settings,
};

use super::CloseAndRenew;
use crate::{
    CloseAndRenewId, PracticeId,
    plans::sections::SectionTable,
    tracker::{Cell, Status},
};

/// The most goals, learnings and open actions of a year that a page tells.
const MOST: usize = 200;

/// How a year ended, or is about to.
pub(super) async fn of_year(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    year: SchoolYear,
) -> Result<Option<CloseAndRenew>, DbErr> {
    let sql = "select y.id, y.template_key, y.outcome, y.decided_at, h.name as decided_by, y.version
         from close_and_renew y left join person h on h.id = y.decided_by where y.partnership_id = $1 and y.school_year = $2";
    db::one(on, sql, vec![partnership.into(), year.0.into()]).await
}

/// Keeps what was decided.
///
/// # Errors
/// Stale when somebody decided since it was seen.
pub(super) async fn decide(
    tx: &Tx,
    id: CloseAndRenewId,
    seen: i32,
    outcome: &str,
    by: PersonId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let sql = "update close_and_renew set outcome = $3, decided_by = $4, decided_at = $5, version = version + 1
         where id = $1 and version = $2 and outcome = ''";
    let params = vec![id.into(), seen.into(), outcome.into(), by.into(), now.into()];
    if db::exec(&**tx, sql, params).await? == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Takes a decision back.
///
/// # Errors
/// Stale when somebody did so since it was seen.
pub(super) async fn undecide(tx: &Tx, id: CloseAndRenewId, seen: i32, outcome: &str) -> Result<(), Error> {
    let sql = "update close_and_renew set outcome = '', decided_by = null, decided_at = null, version = version + 1
         where id = $1 and version = $2 and outcome = $3";
    if db::exec(&**tx, sql, vec![id.into(), seen.into(), outcome.into()]).await? == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// The sections of ends of years; each row says whether the partner side reads it.
pub(super) const SECTIONS: SectionTable = SectionTable { name: "close_and_renew_section", of: "close_and_renew_id" };

/// A point that somebody ticked.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Tick {
    pub point: String,
    pub by: String,
    pub ticked_at: DateTime<Utc>,
}

/// The points that are ticked.
pub(super) async fn ticks(on: &impl ConnectionTrait, id: CloseAndRenewId) -> Result<Vec<Tick>, DbErr> {
    let sql = "select t.point, h.name as by, t.ticked_at from close_and_renew_tick t join person h on h.id = t.ticked_by
         where t.close_and_renew_id = $1 order by t.point";
    db::rows(on, sql, vec![id.into()]).await
}

/// What was said in the tracker, on a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub practice: PracticeId,
    pub cycle: i32,
    pub cell: Cell,
    pub entered_on: NaiveDate,
}

/// All that was said in the tracker about a partnership's year and still holds, in the order in which it was said.
pub(super) async fn entries(
    on: &impl ConnectionTrait,
    settings: &Settings,
    partnership: PartnershipId,
    year: SchoolYear,
) -> Result<Vec<Entry>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        practice_id: PracticeId,
        cycle: i32,
        status: String,
        quality: Option<i32>,
        entered_at: DateTime<Utc>,
    }
    let sql = "select practice_id, cycle, status, quality, entered_at from tracker_entry
         where partnership_id = $1 and school_year = $2 and withdrawn_at is null order by entered_at, id";
    let rows = db::rows::<Row>(on, sql, vec![partnership.into(), year.0.into()]).await?;
    let entry = |row: Row| {
        let status =
            Status::from_key(&row.status).ok_or_else(|| Error::Ours(format!("a row of the tracker says {}", row.status)))?;
        let cell = Cell { status, quality: row.quality };
        Ok(Entry { practice: row.practice_id, cycle: row.cycle, cell, entered_on: settings.local(row.entered_at).date() })
    };
    rows.into_iter().map(entry).collect()
}

/// A goal of the year, with what came of it.
#[derive(Clone, Debug, Default, FromQueryResult)]
pub(super) struct Aimed {
    pub cycle_key: String,
    pub key: String,
    pub text: String,
    pub unit: String,
    pub baseline: Option<f64>,
    pub outcome: Option<f64>,
    pub met: String,
    pub decision: String,
}

/// The goals of a partnership's year, cycle by cycle.
pub(super) async fn aimed(on: &impl ConnectionTrait, partnership: PartnershipId, year: SchoolYear) -> Result<Vec<Aimed>, DbErr> {
    let sql = format!(
        "select c.key as cycle_key, g.key, g.text, g.unit, g.baseline, g.outcome, g.met, g.decision
         from cycle c join goal g on g.cycle_id = c.id
         where c.partnership_id = $1 and c.school_year = $2 and g.removed_at is null
         order by c.number, c.id, g.position, g.id limit {MOST}"
    );
    db::rows(on, &sql, vec![partnership.into(), year.0.into()]).await
}

/// Something learned in the year.
#[derive(Clone, Debug, Default, FromQueryResult)]
pub(super) struct Learned {
    pub cycle_key: String,
    pub number: i32,
    pub key: String,
    pub kind: String,
    pub text: String,
}

/// What was learned in a partnership's year, cycle by cycle.
pub(super) async fn learned(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    year: SchoolYear,
) -> Result<Vec<Learned>, DbErr> {
    let sql = format!(
        "select c.key as cycle_key, c.number, l.key, l.kind, l.text from cycle c join learning l on l.cycle_id = c.id
         where c.partnership_id = $1 and c.school_year = $2 and l.removed_at is null
         order by c.number, c.id, l.position, l.id limit {MOST}"
    );
    db::rows(on, &sql, vec![partnership.into(), year.0.into()]).await
}

/// An action of the year that is not done.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct OpenAction {
    pub cycle_key: String,
    pub number: i32,
    pub key: String,
    pub text: String,
    pub owner: Option<String>,
    pub status: String,
}

/// What a partnership's year leaves open, cycle by cycle.
pub(super) async fn open_actions(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    year: SchoolYear,
) -> Result<Vec<OpenAction>, DbErr> {
    let sql = format!(
        "select c.key as cycle_key, c.number, a.key, a.text, h.name as owner, a.status
         from cycle c join plan_action a on a.cycle_id = c.id left join person h on h.id = a.owner_id
         where c.partnership_id = $1 and c.school_year = $2 and a.removed_at is null
           and a.status in ('not_started', 'under_way', 'carried_over')
           and not exists (select 1 from cycle n where n.carried_from_id = c.id and a.status = 'carried_over')
         order by c.number, c.id, a.position, a.id limit {MOST}"
    );
    db::rows(on, &sql, vec![partnership.into(), year.0.into()]).await
}

/// A year in the list of a partnership's years.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Listed {
    pub school_year: i32,
    pub outcome: String,
    pub decided_at: Option<DateTime<Utc>>,
}

/// The years of a partnership that were begun, the latest first.
pub(super) async fn years_of(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<Listed>, DbErr> {
    let sql = "select school_year, outcome, decided_at from close_and_renew where partnership_id = $1 order by school_year desc";
    db::rows(on, sql, vec![partnership.into()]).await
}

/// Until when work goes on by the last renewal of a partnership, and its vision.
pub(super) async fn last_renewal(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
) -> Result<Option<(NaiveDate, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        agreed_until: NaiveDate,
        vision: String,
    }
    let sql = "select agreed_until, vision from renewal where partnership_id = $1 order by begins_on desc limit 1";
    let row = db::one::<Row>(on, sql, vec![partnership.into()]).await?;
    Ok(row.map(|row| (row.agreed_until, row.vision)))
}

/// The partnerships whose alumnus somebody is, by the person's slug, and since when.
pub(super) async fn alumnus_of(on: &impl ConnectionTrait, person: &str) -> Result<Vec<(String, NaiveDate)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        since: NaiveDate,
    }
    let sql = "select s.name, a.since from person h join partnership_alumnus a on a.person_id = h.id
         join partnership p on p.id = a.partnership_id join site s on s.id = p.site_id
         where h.slug = $1 and h.kind = 'alumnus' order by a.since, s.folded";
    let rows = db::rows::<Row>(on, sql, vec![person.into()]).await?;
    Ok(rows.into_iter().map(|row| (row.name, row.since)).collect())
}

/// A partnership whose year ends, with nothing decided.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Undecided {
    pub slug: String,
    pub name: String,
    pub is_begun: bool,
}

/// Where somebody leads the work and nothing is decided about the end of a year, by name.
pub(super) async fn undecided(
    on: &impl ConnectionTrait,
    person: PersonId,
    year: SchoolYear,
    today: NaiveDate,
) -> Result<Vec<Undecided>, DbErr> {
    let sql = "select p.slug, s.name, y.id is not null as is_begun
         from partnership p join site s on s.id = p.site_id
           left join close_and_renew y on y.partnership_id = p.id and y.school_year = $3
         where p.status = 'active' and coalesce(y.outcome, '') = '' and p.id in (select partnership_id from partnership_staff
           where person_id = $1 and role = 'lead' and from_on <= $2 and (to_on is null or to_on >= $2))
         order by s.folded, p.slug limit 24";
    db::rows(on, sql, vec![person.into(), today.into(), year.0.into()]).await
}

/// A partnership whose confidences are destroyed soon.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Warned {
    pub slug: String,
    pub name: String,
    pub due_on: NaiveDate,
    pub why: String,
    pub closed_on: Option<NaiveDate>,
}

/// Where confidences are destroyed soon, for those who can put it off, the soonest first.
pub(super) async fn warned(on: &impl ConnectionTrait, who: &Standing, today: NaiveDate) -> Result<Vec<Warned>, DbErr> {
    let is_chief = who.holds(&[roles::CHIEF]);
    let leads = |seat: &&Seat| [roles::DIRECTOR, roles::SENIOR_DIRECTOR].contains(&seat.role.as_str());
    let teams: Vec<TeamId> = who.seats.iter().filter(leads).map(|seat| seat.team).collect();
    let mut params: Params = vec![today.into()];
    let theirs = if is_chief {
        "1 = 1".to_owned()
    } else {
        params.push(who.person.into());
        params.extend(teams.iter().map(|team| (*team).into()));
        format!("(p.supervisor_id = $2 or p.team_id in ({}))", db::placeholders(3, teams.len()))
    };
    let sql = format!(
        "select p.slug, s.name, d.due_on, d.why, p.closed_on from destruction d join partnership p on p.id = d.partnership_id
           join site s on s.id = p.site_id
         where d.destroyed_at is null and d.warn_on <= $1 and {theirs} order by d.due_on, p.slug limit 24"
    );
    db::rows(on, &sql, params).await
}
