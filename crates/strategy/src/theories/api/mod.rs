//! Theories of action, for programs: what is out, the draft of a partnership's next version by the verbs of the pages, and what is
//! written down beside it as time goes.

mod draft;
mod node;
mod progress;
mod published;
mod step;

use platform::{
    access::Routes,
    api::{Asks, Field},
};

pub(super) fn routes() -> Routes {
    published::routes().and(draft::routes()).and(node::routes()).and(step::routes()).and(progress::routes())
}

/// A list that is narrowed by nothing.
struct Paged;

impl Asks for Paged {
    const FIELDS: &'static [Field] = &[];
    const PAGED: bool = true;
}
