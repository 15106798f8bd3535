//! How are we doing, together? Where partnerships stand, what dose they get, and where practices have taken hold.
//!
//! It shows counts beside shares, in the order of the alphabet; nobody is ranked. All of it follows from the tracker and the
//! visits: nothing is entered here.

mod choice;
mod data;
mod days;
mod export;
mod heat;
mod lanes;
mod picture;
mod policy;
pub(crate) mod store;
pub(crate) mod uptake;
mod web;

use platform::room::NavEntry;

pub(crate) use web::routes;

/// Its place in the navigation.
pub(crate) const NAV: NavEntry = NavEntry {
    label: "How are we doing",
    href: "/overview",
    icon: "chart",
    order: 25,
    in_bar: true,
    wide: true,
    shown_to: |who| who.is_staff(),
};

#[cfg(test)]
mod tests;
