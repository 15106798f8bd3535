//! Sites, support models, partnerships, coachees and visits (dose).

pub mod calendar;
pub mod dose;
mod import;
pub mod models;
pub mod partnerships;
mod roster;
mod said;
mod schema;
pub mod sites;
#[cfg(test)]
mod tests;
mod today;
pub mod visits;
mod words;

use platform::{
    access::{Kind, Routes},
    paging,
    room::{NavEntry, Room, Tab},
};

pub use words::{a_week as dose_words, ordinal};

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
    Room {
        name: "partnerships",
        routes: Some(routes),
        migrations: schema::migrations(),
        imports: import::kinds(),
        tabs: tabs(),
        panels: today::panels(),
        today: today::sheets(),
        nav: nav(),
        ..Room::default()
    }
}

fn tabs() -> Vec<Tab> {
    let tab = |label, path, order| Tab { on: partnerships::SUBJECT, label, path, order, shown_to: |_| true };
    vec![tab("The year", "", 0), tab("People", "/people", 80), tab("Visits", "/visits", 90)]
}

fn routes() -> Routes {
    partnerships::routes().and(roster::routes()).and(visits::routes()).and(sites::routes()).and(models::routes())
}

fn nav() -> Vec<NavEntry> {
    let entry = NavEntry {
        label: "Partnerships",
        href: "/partnerships",
        icon: "school",
        order: 20,
        in_bar: true,
        wide: false,
        shown_to: |who| who.kind != Kind::Alumnus,
    };
    vec![
        entry,
        NavEntry {
            label: "Districts and schools",
            href: "/sites",
            icon: "building",
            order: 21,
            in_bar: false,
            wide: false,
            shown_to: platform::access::Standing::is_staff,
        },
        NavEntry {
            label: "Support models",
            href: "/support-models",
            icon: "doc",
            order: 22,
            in_bar: false,
            wide: false,
            shown_to: |who| who.kind != Kind::Alumnus,
        },
    ]
}
