//! How are we doing, together? Where partnerships stand, what dose they get, and where practices have taken hold.
//!
//! It shows counts beside shares, in the order of the alphabet; nobody is ranked. All of it follows from the tracker and the
//! visits: nothing is entered here.

pub(crate) mod store;
pub(crate) mod uptake;
