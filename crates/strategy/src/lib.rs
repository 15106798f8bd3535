//! Frameworks with their practices, the tracker, cycles of inquiry with their plans, theories of action, road maps of the year, and
//! what they say about where the work stands.

mod bringing;
pub mod close_and_renew;
pub mod cycles;
mod differences;
pub mod frameworks;
mod overview;
pub mod plans;
mod road_map;
mod schema;
mod templates;
pub mod theories;
pub mod tracker;
mod wording;
#[cfg(test)]
mod world;

use platform::{access::Routes, room::Room};

platform::id! {
    /// A published, numbered version of the whole set of practices.
    FrameworkId,
    /// The draft of a framework's next version.
    FrameworkDraftId,
    /// One line item of a framework version.
    PracticeId,
    /// One entry of the tracker.
    EntryId,
    /// A cycle of inquiry.
    CycleId,
    /// A goal of a cycle.
    GoalId,
    /// An action of a cycle's plan.
    PlanActionId,
    /// An entry of a cycle's log.
    LogEntryId,
    /// Something learned in a cycle.
    LearningId,
    /// A Professional Learning Plan.
    PlanId,
    /// The end of a school year with a partner.
    CloseAndRenewId,
    /// A version of a theory of action.
    TheoryVersionId,
    /// An entry of a road map that people changed or added.
    RoadMapEntryId,
}

/// What this room hands to the house.
#[must_use]
pub fn room() -> Room {
    Room {
        name: "strategy",
        routes: Some(routes),
        migrations: schema::migrations()
            .into_iter()
            .chain(frameworks::migrations())
            .chain(cycles::migrations())
            .chain(theories::migrations())
            .chain(plans::migrations())
            .chain(close_and_renew::migrations())
            .chain(road_map::migrations())
            .collect(),
        imports: [frameworks::import::kind(), tracker::IMPORT]
            .into_iter()
            .chain(cycles::imports())
            .chain(theories::imports())
            .chain(plans::imports())
            .chain(close_and_renew::imports())
            .chain(road_map::imports())
            .collect(),
        panels: tracker::panels()
            .into_iter()
            .chain(cycles::panels())
            .chain(theories::panels())
            .chain(plans::panels())
            .chain(close_and_renew::panels())
            .chain(road_map::panels())
            .collect(),
        jobs: [frameworks::BEGINS, cycles::files::FORGET].into_iter().chain(close_and_renew::jobs()).collect(),
        attaches: vec![cycles::files::TABLE],
        apart: vec![cycles::SUBJECT, plans::SUBJECT, theories::SUBJECT, road_map::SUBJECT],
        tabs: vec![tracker::TAB, cycles::TAB, theories::TAB, plans::TAB, close_and_renew::TAB, road_map::TAB],
        today: tracker::today()
            .into_iter()
            .chain(cycles::today())
            .chain(theories::today())
            .chain(close_and_renew::today())
            .chain(road_map::today())
            .collect(),
        nav: vec![tracker::NAV, overview::NAV, frameworks::NAV, cycles::NAV, road_map::NAV],
        ..Room::default()
    }
}

fn routes() -> Routes {
    tracker::routes()
        .and(frameworks::routes())
        .and(overview::routes())
        .and(cycles::routes())
        .and(theories::routes())
        .and(plans::routes())
        .and(close_and_renew::routes())
        .and(road_map::routes())
}
