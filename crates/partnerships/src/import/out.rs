//! The same kinds on their way out: files that bring the same in again.

use chrono::NaiveDate;
use platform::{
    Error,
    db::{self, Db, FromQueryResult},
    import::{Column, Export},
    sheet::{Cell, Sheet},
};

use super::{
    coachees as coachees_in, partnerships as partnerships_in, sites as sites_in, staff as staff_in, visits as visits_in,
};
use crate::calendar::SchoolYear;

fn sheet(name: &str, columns: &[Column], rows: Vec<Vec<Cell>>) -> Export {
    Export::Table(Sheet { name: name.to_owned(), header: columns.iter().map(|column| column.name).collect(), rows })
}

pub(super) async fn sites(db: &Db) -> Result<Export, Error> {
    let rows = sites_in::all(db.read()).await?;
    Ok(sheet("sites", sites_in::COLUMNS, rows))
}

pub(super) async fn partnerships(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        slug: String,
        site: String,
        model_id: String,
        network: Option<String>,
        team: String,
        supervisor: Option<String>,
        first_school_year: i32,
        started_on: NaiveDate,
        status: String,
        closed_on: Option<NaiveDate>,
        planned_days_per_week: f64,
        story: String,
    }
    let sql = "select p.slug, s.slug as site, p.model_id, p.network, t.slug as team, u.email as supervisor, p.first_school_year,
           p.started_on, p.status, p.closed_on, p.planned_days_per_week, p.story
         from partnership p join site s on s.id = p.site_id join team t on t.id = p.team_id
         left join person u on u.id = p.supervisor_id order by p.slug";
    let rows = db::rows::<Row>(db.read(), sql, vec![]).await?.into_iter().map(|row| {
        vec![
            row.slug.into(),
            row.site.into(),
            row.model_id.into(),
            row.network.into(),
            row.team.into(),
            row.supervisor.into(),
            SchoolYear(row.first_school_year).key().into(),
            row.started_on.into(),
            row.status.into(),
            row.closed_on.into(),
            row.planned_days_per_week.into(),
            row.story.into(),
        ]
    });
    Ok(sheet("partnerships", partnerships_in::COLUMNS, rows.collect()))
}

pub(super) async fn staff(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        partnership: String,
        person: String,
        role: String,
        from_on: NaiveDate,
        to_on: Option<NaiveDate>,
    }
    let sql = "select p.slug as partnership, u.email as person, s.role, s.from_on, s.to_on from partnership_staff s
         join partnership p on p.id = s.partnership_id join person u on u.id = s.person_id
         where u.email is not null order by p.slug, u.email, s.from_on, s.role";
    let rows = db::rows::<Row>(db.read(), sql, vec![]).await?.into_iter();
    let rows =
        rows.map(|row| vec![row.partnership.into(), row.person.into(), row.role.into(), row.from_on.into(), row.to_on.into()]);
    Ok(sheet("partnership-staff", staff_in::COLUMNS, rows.collect()))
}

pub(super) async fn coachees(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        coachee: String,
        partnership: String,
        coach: String,
        reason: String,
        frequency: String,
        from_on: NaiveDate,
        to_on: Option<NaiveDate>,
        goal: String,
        focus: String,
    }
    let sql = "select u.email as coachee, p.slug as partnership, h.email as coach, c.reason, c.frequency, c.from_on, c.to_on,
           c.goal, c.focus
         from coachee c join partnership p on p.id = c.partnership_id join person u on u.id = c.person_id
         join person h on h.id = c.coach_id where u.email is not null and h.email is not null
         order by p.slug, u.email, c.from_on";
    let rows = db::rows::<Row>(db.read(), sql, vec![]).await?.into_iter().map(|row| {
        vec![
            row.coachee.into(),
            row.partnership.into(),
            row.coach.into(),
            row.reason.into(),
            row.frequency.into(),
            row.from_on.into(),
            row.to_on.into(),
            row.goal.into(),
            row.focus.into(),
        ]
    });
    Ok(sheet("coachees", coachees_in::COLUMNS, rows.collect()))
}

pub(super) async fn visits(db: &Db) -> Result<Export, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        key: String,
        partnership: String,
        on_day: NaiveDate,
        hours: f64,
        person: String,
        mode: String,
        note: String,
        logged_on: NaiveDate,
    }
    let sql = "select v.key, p.slug as partnership, v.on_day, v.hours, u.email as person, v.mode, v.note, v.logged_on
         from visit v join partnership p on p.id = v.partnership_id join person u on u.id = v.person_id
         where u.email is not null order by v.on_day, v.key";
    let mut codes = visits_in::codes_by_key(db.read()).await?;
    let rows = db::rows::<Row>(db.read(), sql, vec![]).await?.into_iter().map(|row| {
        let practices = codes.remove(&row.key).unwrap_or_default();
        vec![
            row.key.into(),
            row.partnership.into(),
            row.on_day.into(),
            row.hours.into(),
            row.person.into(),
            row.mode.into(),
            practices.into_iter().collect::<Vec<_>>().join(";").into(),
            row.note.into(),
            row.logged_on.into(),
        ]
    });
    Ok(sheet("visits", visits_in::COLUMNS, rows.collect()))
}
