//! Who may look at the practices: whoever is signed in. They are published words; the figures beside them are for staff.

use std::sync::Arc;

use platform::{
    Cx, Error,
    access::{PathIds, Policy, Standing, Thing, Whole, actions},
};

use super::{Framework, Practice};

/// The practices of the version that counts today, as a whole.
#[derive(Default)]
pub(crate) struct Practices;

impl Whole for Practices {
    const NAME: &'static str = "practices";
}

impl Policy<actions::See> for Practices {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}

/// A practice of the version that counts today.
pub(crate) struct Published {
    /// The version.
    pub framework: Arc<Framework>,
    /// The practice.
    pub practice: Practice,
}

impl Thing for Published {
    const NAME: &'static str = "practice";

    async fn find(cx: &Cx, _: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let Some(framework) = Framework::current(cx.db().read(), cx.today()).await? else { return Ok(None) };
        let Some(practice) = framework.practice(ids.get("practice")?).cloned() else { return Ok(None) };
        Ok(Some(Self { framework, practice }))
    }
}

impl Policy<actions::See> for Published {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}
