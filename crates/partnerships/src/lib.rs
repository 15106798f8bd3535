//! Sites, support models, partnerships, coachees and visits (dose).

pub mod calendar;
pub mod partnerships;
mod schema;

use platform::room::{Room, Tab};

platform::id! {
    /// A district or a school.
    SiteId,
    /// The organisation's work with a site over some years.
    PartnershipId,
    /// One visit to a partnership.
    VisitId,
    /// A leader or teacher who is coached, in one partnership.
    CoacheeId,
}

/// What this room hands to the house.
#[must_use]
pub fn room() -> Room {
    Room { name: "partnerships", migrations: schema::migrations(), tabs: tabs(), ..Room::default() }
}

fn tabs() -> Vec<Tab> {
    let tab = |label, path, order| Tab { on: partnerships::SUBJECT, label, path, order, shown_to: |_| true };
    vec![tab("The year", "", 0), tab("People", "/people", 80), tab("Visits", "/visits", 90)]
}
