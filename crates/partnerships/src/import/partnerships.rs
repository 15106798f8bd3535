//! `partnerships`: the organisation's work with sites.

use std::{cell::RefCell, collections::BTreeSet};

use chrono::NaiveDate;
use platform::{
    Error,
    clock::new_id,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, TeamId, slug_of},
    import::{Column, Form, Holds, Kind, Known, Row, Source, Taking, Tally, tables},
};

use super::{by_key, column, persons};
use crate::{PartnershipId, SiteId, calendar::SchoolYear, partnerships::index_partnerships};

pub(super) const COLUMNS: &[Column] = &[
    column("partnership", true, Holds::Text, "a readable key, such as linden-grove"),
    column("site", true, Holds::Text, "the site's key"),
    column("model", true, Holds::Text, "the support model's key").or(&["support model"]),
    column("network", false, Holds::Text, "the network, where several sites work together"),
    column("team", true, Holds::Text, "the key of the team that does the work"),
    column("supervisor", false, Holds::Text, "the supervisor's e-mail address"),
    column("first_school_year", true, Holds::SchoolYear, "the school year in which the work began").or(&["first year"]),
    column("started", true, Holds::Date, "the day on which it began").or(&["started on", "start"]),
    column("status", true, Holds::Word(&["active", "closed"]), "active or closed"),
    column("closed_on", false, Holds::Date, "the day on which it was closed"),
    column("planned_days_per_week", true, Holds::Number, "the dose that was agreed").or(&["dose", "days per week"]),
    column("story", false, Holds::Text, "where it stands, in two sentences").prose(),
];

pub(super) const KIND: Kind = Kind {
    name: "partnerships",
    about: "The work with a site: support model, team, years, dose, and where it stands.",
    columns: COLUMNS,
    form: Form::Table,
    may: super::operator,
    opens_doors: true,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(super::out::partnerships(db)),
};

/// What a row says.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
struct Said {
    slug: String,
    site_id: SiteId,
    model_id: String,
    network: Option<String>,
    team_id: TeamId,
    supervisor_id: Option<PersonId>,
    first_school_year: i32,
    started_on: NaiveDate,
    status: String,
    closed_on: Option<NaiveDate>,
    planned_days_per_week: f64,
    story: String,
}

#[derive(FromQueryResult)]
struct SiteRow {
    slug: String,
    id: SiteId,
}

#[derive(FromQueryResult)]
struct TeamRow {
    slug: String,
    id: TeamId,
}

#[derive(FromQueryResult)]
struct ModelRow {
    id: String,
}

struct Names {
    sites: Known<SiteId>,
    teams: Known<TeamId>,
    models: BTreeSet<String>,
    persons: Known<PersonId>,
}

impl Names {
    async fn read(on: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let sites = db::rows::<SiteRow>(on, "select slug, id from site", vec![]).await?;
        let teams = db::rows::<TeamRow>(on, "select slug, id from team", vec![]).await?;
        let models = db::rows::<ModelRow>(on, "select id from support_model", vec![]).await?;
        Ok(Self {
            sites: Known { what: "site", ids: sites.into_iter().map(|row| (row.slug, row.id)).collect() },
            teams: Known { what: "team", ids: teams.into_iter().map(|row| (row.slug, row.id)).collect() },
            models: models.into_iter().map(|row| row.id).collect(),
            persons: persons(on).await?,
        })
    }
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let tx = taking.tx;
    let names = Names::read(&**tx).await?;
    let ids = super::partnerships(&**tx).await?.ids;
    let before = by_key(
        db::rows::<Said>(
            &**tx,
            "select slug, site_id, model_id, network, team_id, supervisor_id, first_school_year, started_on, status, closed_on,
               planned_days_per_week, story from partnership",
            vec![],
        )
        .await?,
        |said| said.slug.clone(),
    );
    let mut tally = Tally::default();
    let refused = RefCell::new(Vec::new());
    let mut read: Vec<Said> = Vec::new();
    for table in tables(sources) {
        for mut row in table.rows(&refused) {
            let Some(one) = said(&mut row, &names) else { continue };
            if read.iter().any(|other| other.slug == one.slug) {
                row.refuse("partnership", "This key stands in two rows.", "Give each partnership one row.");
            }
            if !row.is_refused() {
                read.push(one);
            }
        }
    }
    tally.refused = refused.into_inner();
    if !tally.is_clean() {
        return Ok(tally);
    }
    let mut rows = Vec::new();
    let mut touched = Vec::new();
    for one in read {
        if before.get(&one.slug) == Some(&one) {
            tally.same += 1;
            continue;
        }
        if let Some(id) = ids.get(&one.slug) {
            tally.changed += 1;
            update(taking, *id, &one).await?;
            touched.push(*id);
        } else {
            tally.new += 1;
            let id = PartnershipId(new_id(taking.now));
            touched.push(id);
            rows.push(vec![
                id.into(),
                one.slug.into(),
                one.site_id.into(),
                one.model_id.into(),
                one.network.into(),
                one.team_id.into(),
                one.supervisor_id.into(),
                one.first_school_year.into(),
                one.started_on.into(),
                one.status.into(),
                one.closed_on.into(),
                one.planned_days_per_week.into(),
                one.story.into(),
                1.into(),
            ]);
        }
    }
    db::insert(
        &**tx,
        "partnership",
        "id, slug, site_id, model_id, network, team_id, supervisor_id, first_school_year, started_on, status, closed_on,
         planned_days_per_week, story, version",
        rows,
    )
    .await?;
    index_partnerships(tx, taking.app.db.engine(), &touched).await?;
    Ok(tally)
}

async fn update(taking: &Taking<'_>, id: PartnershipId, one: &Said) -> Result<(), Error> {
    db::exec(
        &**taking.tx,
        "update partnership set site_id = $2, model_id = $3, network = $4, team_id = $5, supervisor_id = $6,
           first_school_year = $7, started_on = $8, status = $9, closed_on = $10, planned_days_per_week = $11, story = $12,
           version = version + 1 where id = $1",
        vec![
            id.into(),
            one.site_id.into(),
            one.model_id.clone().into(),
            one.network.clone().into(),
            one.team_id.into(),
            one.supervisor_id.into(),
            one.first_school_year.into(),
            one.started_on.into(),
            one.status.clone().into(),
            one.closed_on.into(),
            one.planned_days_per_week.into(),
            one.story.clone().into(),
        ],
    )
    .await?;
    Ok(())
}

fn said(row: &mut Row<'_>, names: &Names) -> Option<Said> {
    for column in ["partnership", "site", "model", "team", "first_school_year", "started", "status", "planned_days_per_week"] {
        row.required(column);
    }
    let slug = row.text("partnership")?;
    if slug_of(&slug) != slug || crate::partnerships::is_taken_word(&slug) {
        row.refuse("partnership", "This can’t be a key.", "Write it in small letters, digits and hyphens, such as linden-grove.");
    }
    let model = row.text("model")?;
    if !names.models.contains(&model) {
        row.refuse("model", "There is no support model of that key.", "Check the spelling, or import the framework first.");
    }
    let year = row.text("first_school_year")?.parse::<SchoolYear>();
    if let Err(why) = &year {
        row.refuse("first_school_year", &format!("{why}."), "Two years that follow one another.");
    }
    let status = row.choice("status", &["active", "closed"]);
    let (started, closed) = (row.date("started"), row.date("closed_on"));
    match (status.as_deref(), closed) {
        (Some("closed"), None) if row.text("closed_on").is_none() => {
            row.refuse("closed_on", "It is closed, but not since when.", "Write the day on which it was closed.");
        }
        (Some("active"), Some(_)) => {
            row.refuse("closed_on", "It is active, but has a day of closing.", "Empty the cell, or write closed as the status.");
        }
        _ => {}
    }
    if let (Some(started), Some(closed)) = (started, closed)
        && closed < started
    {
        row.refuse("closed_on", "It was closed before it began.", "Check both days.");
    }
    let planned: Option<f64> = row.number("planned_days_per_week");
    if planned.is_some_and(|days| !(0.0..=7.0).contains(&days)) {
        row.refuse("planned_days_per_week", "A week has no such number of days.", "Write a number from 0 to 7.");
    }
    let supervisor = names.persons.find(row, "supervisor");
    Some(Said {
        slug,
        site_id: names.sites.find(row, "site")?,
        model_id: model,
        network: row.text("network"),
        team_id: names.teams.find(row, "team")?,
        supervisor_id: supervisor,
        first_school_year: year.ok()?.0,
        started_on: started?,
        status: status?,
        closed_on: closed,
        planned_days_per_week: planned?,
        story: row.text("story").unwrap_or_default(),
    })
}
