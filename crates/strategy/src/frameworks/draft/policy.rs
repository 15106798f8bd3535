//! Who may write, discuss, approve and publish the next version of the practices.

use platform::{
    Cx, Error,
    access::{PathIds, Policy, Standing, Thing, Whole, actions, roles},
};

use super::store::{self, Draft};

platform::actions! {
    /// Begin a draft.
    Begin = "begin",
    /// Say something about a draft.
    Discuss = "discuss",
    /// Say that a draft can go out.
    Approve = "approve",
    /// Put a draft out as the next version.
    Publish = "publish",
}

/// Those who answer for what the practices say.
const NATIONAL: &[&str] = &[roles::CHIEF, roles::SENIOR_DIRECTOR, roles::EVALUATOR];
/// Those who answer for what becomes of them in the schools.
const APPROVE: &[&str] = &[roles::CHIEF, roles::SENIOR_DIRECTOR, roles::EVALUATOR, roles::DIRECTOR];
/// Those who put a version out.
const PUBLISH: &[&str] = &[roles::CHIEF, roles::SENIOR_DIRECTOR];

/// The versions of the practices as a whole.
#[derive(Default)]
pub(crate) struct Versions;

impl Whole for Versions {
    const NAME: &'static str = "versions of practices";
}

impl Policy<actions::See> for Versions {
    // Published words, as the practices themselves.
    fn permits(_: &Standing, _: &Self) -> bool {
        true
    }
}

impl Policy<Begin> for Versions {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.holds(NATIONAL)
    }
}

/// The draft that is being written, as staff see it; others don't know of it until it is published.
pub(crate) struct OpenDraft {
    /// The draft.
    pub draft: Draft,
    /// Whether whoever asks was named as one of those who write it.
    is_drafter: bool,
}

impl Thing for OpenDraft {
    const NAME: &'static str = "draft of practices";

    /// Pages know one draft, the one that is open; programs name it by the key of the version to be.
    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        if !who.is_staff() {
            return Ok(None);
        }
        let Some(draft) = store::open(cx.db().read()).await? else { return Ok(None) };
        if ids.get("draft").is_ok_and(|wanted| draft.version_key() != wanted) {
            return Ok(None);
        }
        let drafters = store::drafters(cx.db().read(), draft.id).await?;
        let is_drafter = drafters.iter().any(|drafter| drafter.person_id == who.person);
        Ok(Some(Self { draft, is_drafter }))
    }
}

impl Policy<actions::See> for OpenDraft {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

impl Policy<Discuss> for OpenDraft {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.is_staff()
    }
}

impl Policy<actions::Edit> for OpenDraft {
    fn permits(who: &Standing, draft: &Self) -> bool {
        who.is_staff() && (draft.is_drafter || who.holds(NATIONAL))
    }
}

impl Policy<Approve> for OpenDraft {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.holds(APPROVE)
    }
}

impl Policy<Publish> for OpenDraft {
    fn permits(who: &Standing, _: &Self) -> bool {
        who.holds(PUBLISH)
    }
}
