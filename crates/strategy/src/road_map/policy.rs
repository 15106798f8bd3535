//! The year of the whole organisation is for staff: they read one another's work. A partnership's road map follows the partnership.

use platform::access::{Policy, Standing, Whole, actions};

/// The road maps of all partnerships.
#[derive(Default)]
pub(crate) struct RoadMaps;

impl Whole for RoadMaps {
    const NAME: &'static str = "road maps";
}

impl Policy<actions::See> for RoadMaps {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}
