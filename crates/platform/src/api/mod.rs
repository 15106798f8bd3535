//! The API for programs: JSON under `/api/v1`, with the permissions and verbs of the pages.
//!
//! A handler takes a permission first, then a [`Call`] (the context and what stands behind the question mark) and, where
//! something is sent, a [`New`] or an [`Edit`], or a [`Removal`]; it answers an [`Item`], a [`Listing`], a [`Made`] or a [`Gone`]. All of
//! these describe themselves, so the OpenAPI document is made from the very types that read and answer
//! ([`document`]). What may stand in a query or a body is a table of [`Field`]s, which is checked and described alike.

mod allowance;
mod answer;
mod body;
mod call;
mod describe;
mod document;
mod etag;
mod field;
mod once;
mod problem;
mod reader;

pub(crate) use allowance::Allowances;
pub use allowance::MIGRATION as ALLOWANCE_MIGRATION;
pub use answer::{Gone, Item, Listing, Made, document_answer};
pub use body::{Edit, Fields, New, Removal};
pub use call::{Asks, Call, Plain};
pub use describe::{Answer, Described, Endpoint, Part, Sketch};
pub use document::{Reference, Right, document};
pub(crate) use etag::is_known;
pub use field::{Field, from_choices, objects};
pub use once::{MIGRATION, TIDY};
pub use problem::{Flaw, KINDS, Problem, ProblemKind};

pub(crate) use once::Mark;
pub(crate) use problem::{draw, drawn, kinds};

/// Where all addresses of the API begin.
pub const BASE: &str = "/api/v1";

/// Whether an address belongs to programs: what is answered there is never a page.
#[must_use]
pub fn is_api(address: &str) -> bool {
    address.starts_with("/api/")
}
