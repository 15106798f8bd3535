//! Everbetter: the list of rooms, the pages that belong to none of them, the command line and the demo organisation.

mod analyze;
mod api;
mod audit;
mod backups;
pub mod cli;
mod demo;
mod imports;
mod operator;
mod organisation;
mod privacy;
mod search;
mod start;
mod today;

use platform::{
    access::Routes,
    mail,
    room::{House, NavEntry, Room},
};

pub use demo::{load_demo, shift_for};
pub use start::{Started, start};

/// The rooms, in the order in which they depend on one another: the table of contents of the product.
#[must_use]
pub fn rooms() -> Vec<Room> {
    vec![people::room(), partnerships::room(), strategy::room(), entrance()]
}

/// The house of all rooms.
#[must_use]
pub fn house() -> House {
    House::new(rooms())
}

/// What belongs to the house as a whole: Today, search, the audit log, the operator's page.
fn entrance() -> Room {
    Room {
        name: "house",
        routes: Some(routes),
        migrations: backups::migrations().into_iter().chain(operator::migrations()).collect(),
        jobs: vec![
            mail::JOB,
            operator::CHECK,
            operator::TIDY,
            imports::TIDY,
            imports::JOB,
            platform::api::TIDY,
            backups::JOB,
            platform::attachments::SWEEP,
        ],
        apart: vec![operator::JOB],
        nav: vec![
            NavEntry { label: "Today", href: "/", icon: "today", order: 10, in_bar: true, wide: false, shown_to: |_| true },
            NavEntry {
                label: "Audit log",
                href: "/audit",
                icon: "lock",
                order: 90,
                in_bar: false,
                wide: true,
                shown_to: audit::may_read,
            },
            NavEntry {
                label: "This server",
                href: "/operator",
                icon: "gear",
                order: 80,
                in_bar: true,
                wide: true,
                shown_to: operator::may_see,
            },
            NavEntry {
                label: "The organisation’s settings",
                href: "/organisation",
                icon: "building",
                order: 85,
                in_bar: false,
                wide: true,
                shown_to: organisation::may_edit,
            },
            NavEntry { label: "The API", href: "/api", icon: "key", order: 94, in_bar: false, wide: true, shown_to: |_| true },
            NavEntry {
                label: "Bring in a file, or take one out",
                href: "/imports",
                icon: "upload",
                order: 70,
                in_bar: false,
                wide: true,
                shown_to: imports::may_see,
            },
            NavEntry {
                label: "What we record, and who sees it",
                href: "/privacy",
                icon: "eye",
                order: 95,
                in_bar: false,
                wide: true,
                shown_to: |_| true,
            },
        ],
        ..Room::default()
    }
}

fn routes() -> Routes {
    Routes::new()
        .and(today::routes())
        .and(search::routes())
        .and(audit::routes())
        .and(operator::routes())
        .and(imports::routes())
        .and(organisation::routes())
        .and(privacy::routes())
        .and(api::routes())
}
