//! Road maps as tables: a partnership's year, and that of all partnerships that were asked for.

use axum::{
    extract::{Query, RawQuery},
    response::Response,
};
use partnerships::{
    calendar::{Calendar, SchoolYear},
    partnerships::Partnership,
};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    sheet::{Cell, Sheet},
};

use super::{
    super::{policy::RoadMaps, rules, year::Year},
    organisation::Chosen,
    show::{Asked, asked_year},
};
use crate::frameworks::InUse;

/// The first columns are those of the import, which leaves as it is what a file has no column for.
const HEADER: [&str; 15] = [
    "partnership",
    "school_year",
    "line",
    "kind",
    "title",
    "from",
    "to",
    "person_name",
    "done_on",
    "removed",
    "state",
    "planned_from",
    "planned_to",
    "cycle_key",
    "practice",
];

fn rows(partnership: &Partnership, year: SchoolYear, found: &Year, cx: &Cx) -> Vec<Vec<Cell>> {
    let rows = rules::on_it(found.of(partnership.id)).map(|entry| {
        vec![
            partnership.slug.as_str().into(),
            year.key().into(),
            entry.name.as_str().into(),
            entry.kind.key().into(),
            entry.title.as_str().into(),
            entry.span.from.into(),
            entry.span.to.into(),
            entry.who.as_ref().map(|who| who.name.clone()).into(),
            entry.done_on.into(),
            Cell::Empty,
            entry.state(cx.today()).key().into(),
            entry.planned.map(|span| span.from).into(),
            entry.planned.map(|span| span.to).into(),
            entry.cycle.as_ref().map(|cycle| cycle.key.clone()).into(),
            entry.practice.as_str().into(),
        ]
    });
    rows.collect()
}

fn sheet(name: String, rows: Vec<Vec<Cell>>) -> Sheet {
    Sheet { name, header: HEADER.to_vec(), rows }
}

/// `GET /partnerships/{partnership}/road-map/export/{ending}`
pub(super) async fn of_partnership(may: May<See, Partnership>, cx: Cx, Query(asked): Query<Asked>) -> Result<Response, Error> {
    let (partnership, calendar) = (may.thing(), Calendar::of(&cx.settings));
    let year = asked_year(&asked.year, &calendar, partnership, cx.today())?;
    let found = Year::read(
        cx.db().read(),
        &cx.settings,
        InUse::since(&cx, year).await?,
        (year, cx.today()),
        std::slice::from_ref(partnership),
    )
    .await?;
    let name = format!("road-map-{}-{}", partnership.slug, year.key());
    sheet(name, rows(partnership, year, &found, &cx)).download(may.ids().get("ending")?)
}

/// `GET /road-map/export/{ending}`
pub(super) async fn of_organisation(may: May<See, RoadMaps>, cx: Cx, RawQuery(query): RawQuery) -> Result<Response, Error> {
    let chosen = Chosen::read(&cx, may.who(), query.as_deref()).await?;
    let found = Year::read(
        cx.db().read(),
        &cx.settings,
        InUse::since(&cx, chosen.year).await?,
        (chosen.year, cx.today()),
        &chosen.partnerships,
    )
    .await?;
    let rows = chosen.partnerships.iter().flat_map(|one| rows(one, chosen.year, &found, &cx)).collect();
    sheet(format!("road-maps-{}", chosen.year.key()), rows).download(may.ids().get("ending")?)
}
