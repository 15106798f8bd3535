//! Who looks at what a version that begins within the year means for all partnerships, and who may decide about some of them.

use platform::access::{Policy, Standing, Whole, actions, roles};

/// The versions by which partnerships finish this school year.
#[derive(Default)]
pub(crate) struct ThisYear;

impl Whole for ThisYear {
    const NAME: &'static str = "versions of the year";
}

impl Policy<actions::See> for ThisYear {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

impl Policy<actions::Edit> for ThisYear {
    /// Of each partnership it is asked once more whether it is theirs to decide.
    fn permits(who: &Standing, _: &Self) -> bool {
        who.holds(&[roles::CHIEF, roles::SENIOR_DIRECTOR, roles::DIRECTOR, roles::SUPERVISOR])
    }
}
