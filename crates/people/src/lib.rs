//! Persons, teams, memberships, sign-in, invitations and tokens.

mod invitations;
pub mod persons;
mod schema;
pub mod setup;
mod signin;
pub mod teams;
mod tokens;
mod words;

use platform::{
    access::{Routes, Standing},
    room::{NavEntry, Room},
};

pub use signin::{Lacking, identity, lacking_second_factor};

/// What this room hands to the house.
#[must_use]
pub fn room() -> Room {
    Room {
        name: "people",
        routes: Some(routes),
        migrations: schema::migrations(),
        imports: vec![persons::KIND, teams::KIND, teams::MEMBERSHIPS],
        jobs: vec![signin::TIDY, signin::LETTERS],
        apart: vec![signin::SUBJECT],
        nav: vec![NavEntry {
            label: "People",
            href: "/people",
            icon: "users",
            order: 40,
            in_bar: true,
            wide: true,
            shown_to: Standing::is_staff,
        }],
        ..Room::default()
    }
}

fn routes() -> Routes {
    Routes::new()
        .and(signin::routes())
        .and(persons::routes())
        .and(invitations::routes())
        .and(tokens::routes())
        .and(teams::routes())
}
