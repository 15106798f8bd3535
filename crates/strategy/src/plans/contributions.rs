//! What plans show on others' pages.

use askama::Template;
use partnerships::partnerships::{Partnership, SUBJECT, find_seen};
use platform::{
    Cx, Error,
    access::{Kind, Policy, Standing},
    room::{Panel, Place, Subject, Tab},
};

use super::{store, web::agreed};
use crate::cycles::{Owner, Run};

/// The tab on a partnership's pages.
pub(crate) const TAB: Tab = Tab { on: SUBJECT, label: "Plan", path: "/plans", order: 31, shown_to: sees_partnerships };

fn sees_partnerships(who: &Standing) -> bool {
    matches!(who.kind, Kind::Staff | Kind::Partner)
}

/// The parts of others' pages.
pub(crate) fn panels() -> Vec<Panel> {
    vec![Panel { on: SUBJECT, place: Place::Rail, order: 12, draw: |cx, subject| Box::pin(on_partnership(cx, subject)) }]
}

#[derive(Template)]
#[template(path = "plans/on_partnership.html")]
struct OnPartnership {
    cycle: String,
    said: String,
    href: String,
    words: &'static str,
}

/// Where the plan of the cycle that is under way stands.
async fn on_partnership(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    let Some(who) = cx.who.as_deref() else { return Ok(None) };
    let Some(partnership) = find_seen(cx, who, &subject.key).await? else { return Ok(None) };
    let Some(found) = store::now_of(cx.db().read(), partnership.id).await? else { return Ok(None) };
    let may_run = may_run(who, partnership);
    let (said, words) = match (found.is_begun, found.version.zip(found.agreed_at)) {
        (true, Some((number, at))) => (agreed(cx, number, at), "Open the plan"),
        (true, None) => ("It is being written; nothing is agreed on yet.".to_owned(), "Open the plan"),
        (false, _) if may_run => {
            ("Nobody has begun it. What will adults learn in this cycle, and when?".to_owned(), "Begin the plan")
        }
        (false, _) => return Ok(None),
    };
    let cycle = format!("Cycle {}: {}", found.number, found.title);
    Ok(Some(OnPartnership { cycle, said, href: format!("/cycles/{}/plan", found.key), words }.render()?))
}

fn may_run(who: &Standing, partnership: Partnership) -> bool {
    <Owner as Policy<Run>>::permits(who, &Owner::Partnership(Box::new(partnership)))
}
