//! The draft of a framework's next version: begun from what is published, changed practice by practice for a reason, with the
//! lineage recorded as it happens.

mod api;
mod discussion;
mod out;
mod policy;
mod rules;
mod schema;
mod store;
#[cfg(test)]
pub(super) mod tests;
mod verbs;
mod web;

pub(super) use rules::is_reworded;
pub(crate) use schema::migrations;
pub(super) use store::open;
pub(super) use verbs::read_source;

pub(super) fn routes() -> platform::access::Routes {
    web::routes().and(api::routes())
}
