//! Frameworks with their practices, the tracker, and what they say about where the work stands.

pub mod frameworks;
mod overview;
mod schema;
pub mod tracker;
#[cfg(test)]
mod world;

use platform::{access::Routes, room::Room};

platform::id! {
    /// A published, numbered version of the whole set of practices.
    FrameworkId,
    /// One line item of a framework version.
    PracticeId,
    /// One entry of the tracker.
    EntryId,
}

/// What this room hands to the house.
#[must_use]
pub fn room() -> Room {
    Room {
        name: "strategy",
        routes: Some(routes),
        migrations: schema::migrations(),
        imports: vec![frameworks::import::kind(), tracker::IMPORT],
        panels: tracker::panels(),
        tabs: vec![tracker::TAB],
        today: tracker::today(),
        nav: vec![tracker::NAV, overview::NAV, frameworks::NAV],
        ..Room::default()
    }
}

fn routes() -> Routes {
    tracker::routes().and(frameworks::routes()).and(overview::routes())
}
