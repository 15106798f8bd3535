//! Whom an action concerns: a sheet beside its form, for those who may know who is coached.

use std::collections::BTreeMap;

use platform::{
    Cx, Error,
    access::{May, Policy, Standing},
    web::{Answered, Form, Toast, go_to_with},
};
use uuid::Uuid;

use crate::cycles::{
    CycleThere,
    coachees::{self, Concern, store, verbs},
    parts::{Action, Kept, PartThere},
};

/// Those who can be named, and whether whoever looks may do so.
#[derive(Default)]
pub(super) struct Concerned {
    pub people: Vec<store::Coached>,
    pub may_concern: bool,
}

/// What stands beside an action; nothing beside other parts, and for those who may not know who is coached.
pub(super) async fn beside<N: Kept>(cx: &Cx, who: &Standing, part: &PartThere<N>) -> Result<Option<Concerned>, Error> {
    if N::TABLE != Action::TABLE {
        return Ok(None);
    }
    let Some(partnership) = coachees::heard_by(who, &part.there) else { return Ok(None) };
    let mut people = store::coached(cx.db().read(), partnership.id, part.id, cx.today()).await?;
    let may_concern = part.there.cycle.state != "closed" && <CycleThere as Policy<Concern>>::permits(who, &part.there);
    people.retain(|one| may_concern || one.is_concerned);
    Ok(Some(Concerned { people, may_concern }))
}

/// `POST /cycles/{cycle}/plan-actions/{action}/coachees`: the boxes on the page, those that were ticked, and those that are now.
pub(super) async fn concern(may: May<Concern, PartThere<Action>>, cx: Cx, form: Form) -> Answered {
    let ticked = form.ticked_anew("concerns").into_iter();
    let said: BTreeMap<Uuid, bool> = ticked.filter_map(|(id, concerns)| Some((id.parse().ok()?, concerns))).collect();
    let changed = verbs::concern(&may, &cx, &said).await?;
    let there = may.thing();
    let href = format!("{}/{}/{}#concerned", there.there.cycle.href(), Action::PATH, there.key);
    let words = if changed { "Saved." } else { "Nothing was changed, so nothing was saved." };
    Ok(go_to_with(&href, &Toast::saying(words)))
}
