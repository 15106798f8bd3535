//! Who may do what. A permission is a value that only this module can make, and every handler takes one first.
//!
//! A handler's first parameter is [`Open`] (anybody), [`SignedIn`] (whoever signed in) or [`May<Action, Thing>`], which
//! loads the thing as the visitor may see it (else 404) and asks its [`Policy`] (else 403). [`Routes`] refuses to compile
//! with any other handler, and records what each route asks, so that a test can print and try the whole table.

mod may;
mod routes;
mod standing;

pub use may::{Action, May, Open, PathIds, Permission, Policy, SignedIn, Thing, Whole, actions};
pub use routes::{Declares, Route, Routes};
pub use standing::{Identify, KeptForm, Kind, Seat, Standing, Via, roles};
