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

/// A practice that is published.
pub(crate) struct Published {
    /// The version that counts today; the last one that had it where that has it no more.
    pub framework: Arc<Framework>,
    /// The practice.
    pub practice: Practice,
    /// Whether the version that counts today has it no more.
    pub is_gone: bool,
}

impl Thing for Published {
    const NAME: &'static str = "practice";

    async fn find(cx: &Cx, _: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let Some(framework) = Framework::current(cx.db().read(), cx.today()).await? else { return Ok(None) };
        let code = ids.get("practice")?;
        // One that is no more stands as the version had it that had it last: partnerships may be working by that one still.
        let mut versions = std::iter::once(&framework).chain(framework.earlier());
        let Some(of) = versions.find(|version| version.practice(code).is_some()).cloned() else { return Ok(None) };
        let Some(practice) = of.practice(code).cloned() else { return Ok(None) };
        Ok(Some(Self { practice, is_gone: of.id != framework.id, framework: of }))
    }
}

impl Policy<actions::See> for Published {
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}
