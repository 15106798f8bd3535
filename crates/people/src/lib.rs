//! Persons, teams, memberships, sign-in, invitations and tokens.

mod schema;

use platform::room::Room;

/// What this room hands to the house.
#[must_use]
pub fn room() -> Room {
    Room { name: "people", migrations: schema::migrations(), ..Room::default() }
}
