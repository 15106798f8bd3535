//! What theories of action show on others' pages.

use askama::Template;
use partnerships::{
    calendar::Calendar,
    partnerships::{Partnership, SUBJECT, find_seen, worked_at_by},
};
use platform::{
    Cx, Error,
    access::{Kind, Standing},
    room::{Panel, Place, Subject, Tab, TodaySheet},
    web::Shell,
};

use super::{
    diagram::Diagram,
    kept::{self, AskedCycle},
    live::Live,
    store,
};
use crate::tracker;

/// The theory's tab on a partnership's pages.
pub(crate) const TAB: Tab =
    Tab { on: SUBJECT, label: "Theory of action", path: "/theory", order: 10, shown_to: sees_partnerships };

fn sees_partnerships(who: &Standing) -> bool {
    matches!(who.kind, Kind::Staff | Kind::Partner)
}

/// The theory's part of a partnership's page.
pub(crate) fn panels() -> Vec<Panel> {
    vec![Panel { on: SUBJECT, place: Place::Main, order: 5, draw: |cx, subject| Box::pin(on_partnership(cx, subject)) }]
}

#[derive(Template)]
#[template(path = "theories/on_partnership.html")]
struct OnPartnership {
    shell: Shell,
    diagram: Diagram,
    has_theory: bool,
    href: String,
}

/// The aim and its changes, with where their practices stand.
async fn on_partnership(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    let Some(who) = &cx.who else { return Ok(None) };
    let Some(partnership) = find_seen(cx, who, &subject.key).await? else { return Ok(None) };
    Ok(Some(part(cx, &partnership).await?))
}

async fn part(cx: &Cx, partnership: &Partnership) -> Result<String, Error> {
    let theory = store::counting_of(cx.db().read(), partnership.id, cx.today()).await?;
    let live = Live::read(cx, partnership).await?;
    let diagram = Diagram::short(theory.as_ref().map_or(&[], |theory| &theory.nodes), &live);
    let href = format!("{}/theory", partnership.subject().href);
    Ok(OnPartnership { shell: cx.shell("", "/partnerships"), diagram, has_theory: theory.is_some(), href }.render()?)
}

/// The theory's sheet of Today.
pub(crate) fn today() -> Vec<TodaySheet> {
    vec![TodaySheet { place: Place::Main, order: 20, draw: |cx, who| Box::pin(asked(cx, who)) }]
}

#[derive(Template)]
#[template(path = "theories/today.html")]
struct Today {
    cycle: String,
    places: Vec<(String, String)>,
}

/// Where nobody has said in this cycle whether we are on track, once half of it has gone by: for those who work there.
async fn asked(cx: &Cx, who: &Standing) -> Result<Option<String>, Error> {
    if !who.is_staff() {
        return Ok(None);
    }
    let Some(framework) = tracker::framework(cx).await? else { return Ok(None) };
    let cycle = AskedCycle::of(&framework, &Calendar::of(&cx.settings), cx.today());
    let Some(cycle) = cycle.filter(|cycle| cycle.is_due(cx.today())) else { return Ok(None) };
    let on = cx.db().read();
    let all = worked_at_by(on, who.person, cx.today()).await?;
    let ids: Vec<_> = all.iter().map(|partnership| partnership.id).collect();
    let open = kept::unanswered(on, &ids, &cycle).await?;
    let places: Vec<_> = all
        .into_iter()
        .filter(|partnership| open.contains(&partnership.id))
        .map(|partnership| (partnership.name.clone(), format!("{}/theory/progress", partnership.subject().href)))
        .collect();
    if places.is_empty() {
        return Ok(None);
    }
    Ok(Some(Today { cycle: cycle.name, places }.render()?))
}
