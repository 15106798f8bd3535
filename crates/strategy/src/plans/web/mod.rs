//! The pages of plans.

mod list;
mod section;
mod show;
mod versions;

use chrono::{DateTime, Utc};
use partnerships::{calendar::spoken, partnerships::PartnershipFrame};
use platform::{
    Cx,
    access::{Routes, Standing},
};

use super::PlanThere;
use crate::cycles::Cycle;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/partnerships/{partnership}/plans", list::show)
        .get("/cycles/{cycle}/plan", show::show)
        .post("/cycles/{cycle}/plan", show::begin)
        .get("/cycles/{cycle}/plan/sections/{section}", section::show)
        .post("/cycles/{cycle}/plan/sections/{section}", section::write)
        .get("/cycles/{cycle}/plan/comparison", versions::compare)
        .post("/cycles/{cycle}/plan/versions", versions::agree)
        .get("/cycles/{cycle}/plan/versions/{version}", versions::show)
}

/// The frame of a page of a plan: under the partnership's tab; a page below the plan itself leads back to it.
fn frame(cx: &Cx, who: &Standing, there: &PlanThere, title: &str, is_below: bool) -> PartnershipFrame {
    let mut frame = PartnershipFrame::of(cx, who, &there.partnership, "/plans");
    frame.crumbs.push(("Plans".to_owned(), format!("{}/plans", there.partnership.subject().href)));
    if is_below {
        frame.crumbs.push((format!("Cycle {}", there.cycle().number), there.href()));
    }
    title.clone_into(&mut frame.title);
    frame
}

/// Which cycle a plan is for, in words.
fn of_cycle(cx: &Cx, cycle: &Cycle) -> String {
    let day = |day| spoken(day, cx.today());
    format!("Cycle {}: {}, {} to {}", cycle.number, cycle.title, day(cycle.starts_on), day(cycle.ends_on))
}

/// That a version was agreed on, and when.
pub(super) fn agreed(cx: &Cx, number: i32, at: DateTime<Utc>) -> String {
    format!("Version {number}, agreed on {}.", spoken(cx.settings.local(at).date(), cx.today()))
}
