//! Persons, teams, memberships, sign-in, invitations and tokens.

pub mod persons;
mod schema;
mod signin;
pub mod teams;

use platform::{access::Routes, room::Room};

pub use signin::identity;

/// What this room hands to the house.
#[must_use]
pub fn room() -> Room {
    Room {
        name: "people",
        routes: Some(routes),
        migrations: schema::migrations(),
        imports: vec![persons::KIND, teams::KIND, teams::MEMBERSHIPS],
        jobs: vec![signin::TIDY],
        ..Room::default()
    }
}

fn routes() -> Routes {
    Routes::new().and(signin::routes())
}
