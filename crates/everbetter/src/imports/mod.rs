//! Bringing files in on pages: choose a file, match its columns, look before saving, done.
//!
//! Each step is a page of its own over a draft, so that going back, loading again and working without scripts all do what
//! one expects, and two browsers do not disturb each other.

mod job;
mod schema;
mod store;
mod trial;
mod verbs;
mod web;

use platform::{
    Cx, Error,
    access::{Action, PathIds, Policy, Standing, Thing, Whole, actions::See},
    import::Kind,
};

pub(crate) use job::JOB;
pub(crate) use schema::{BY_JOB, MIGRATION};
pub(crate) use verbs::TIDY;
pub(crate) use web::routes;

use store::Draft;

platform::actions! {
    /// Bring a file in, or take all of its kind out.
    Bring = "bring in",
}

/// All imports.
#[derive(Default)]
pub(crate) struct Imports;

impl Whole for Imports {
    const NAME: &'static str = "imports";
}

impl Policy<See> for Imports {
    fn permits(who: &Standing, _: &Self) -> bool {
        may_see(who)
    }
}

pub(crate) fn may_see(who: &Standing) -> bool {
    who.is_staff()
}

/// A kind of file, by the name in the address.
pub(crate) struct KindOf {
    name: &'static str,
    may: fn(&Standing) -> bool,
}

impl KindOf {
    fn kind<'a>(&self, cx: &'a Cx) -> Result<&'a Kind, Error> {
        cx.app.house.import_kind(self.name).ok_or(Error::NotFound)
    }
}

impl Thing for KindOf {
    const NAME: &'static str = "kind of file";

    async fn find(cx: &Cx, _: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let kind = cx.app.house.import_kind(ids.get("kind")?);
        Ok(kind.map(|kind| Self { name: kind.name, may: kind.may }))
    }
}

impl<A: Action> Policy<A> for KindOf {
    fn permits(who: &Standing, kind: &Self) -> bool {
        (kind.may)(who)
    }
}

/// A file on its way in; only whoever chose it goes on with it, and those who read the audit log see what came of it.
pub(crate) struct OnItsWay {
    draft: Draft,
    may: fn(&Standing) -> bool,
}

impl OnItsWay {
    fn kind<'a>(&self, cx: &'a Cx) -> Result<&'a Kind, Error> {
        cx.app.house.import_kind(&self.draft.kind).ok_or(Error::NotFound)
    }
}

impl Thing for OnItsWay {
    const NAME: &'static str = "import";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let Ok(id) = ids.get("import")?.parse() else { return Ok(None) };
        let Some(draft) = store::draft(cx.db().read(), id).await? else { return Ok(None) };
        let is_visible = draft.person_id == who.person || draft.is_taken() && crate::audit::may_read(who);
        let Some(kind) = cx.app.house.import_kind(&draft.kind).filter(|_| is_visible) else { return Ok(None) };
        Ok(Some(Self { may: kind.may, draft }))
    }
}

impl Policy<See> for OnItsWay {
    fn permits(who: &Standing, import: &Self) -> bool {
        import.draft.person_id == who.person || crate::audit::may_read(who)
    }
}

impl Policy<Bring> for OnItsWay {
    fn permits(who: &Standing, import: &Self) -> bool {
        import.draft.person_id == who.person && (import.may)(who)
    }
}
