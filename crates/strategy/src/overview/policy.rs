//! The overview is for staff: they read one another's work.

use platform::access::{Policy, Standing, Whole, actions};

/// How the whole organisation is doing.
#[derive(Default)]
pub(crate) struct Overview;

impl Whole for Overview {
    const NAME: &'static str = "overview";
}

impl Policy<actions::See> for Overview {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}
