//! Who may do what with sites.

use platform::access::{Policy, Standing, Whole, actions, roles};

use super::Site;

/// The sites as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sites;

impl Whole for Sites {
    const NAME: &'static str = "sites";
}

fn keeps_sites(who: &Standing) -> bool {
    who.holds(&[roles::CHIEF, roles::SENIOR_DIRECTOR, roles::DIRECTOR, roles::OPERATOR])
}

impl Policy<actions::See> for Sites {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

impl Policy<actions::Create> for Sites {
    fn permits(who: &Standing, _: &Self) -> bool {
        keeps_sites(who)
    }
}

impl Policy<actions::See> for Site {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

impl Policy<actions::Edit> for Site {
    fn permits(who: &Standing, _: &Self) -> bool {
        keeps_sites(who)
    }
}
