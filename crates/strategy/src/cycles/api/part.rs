//! A part of a cycle, whichever it is: listed, read, written, changed and taken out.

use partnerships::calendar::SchoolYear;
use platform::{
    Cx, Error,
    access::{May, actions::See},
    api::{Asks, Call, Edit, Fields, Gone, Item, Listing, Made, New, Removal},
    web::Form,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Cycles,
    store::{self, Asked, At, Order, Part},
};
use crate::cycles::{
    CycleThere,
    files::verbs::Attached,
    parts::{Kept, PartThere, World, verbs},
    policy::Run,
};

/// A kind of part, as programs know it.
pub(super) trait Told: Kept {
    /// What is told of one.
    type Answer: Serialize + JsonSchema + Send;
    /// What a list can be narrowed by.
    type Ask: Asks;
    /// What may be said of one.
    type Said: Fields;
    /// The column that holds whose name it carries; empty where it carries none.
    const PERSON: &'static str;
    /// The columns by which a list goes.
    const BY: &'static [&'static str];

    /// Narrows a list by what is this kind's own.
    fn narrow(asked: &mut Asked, call: &Call<Self::Ask>);
    /// Tells one.
    fn tell(at: At, part: Self) -> Self::Answer;
    /// Fills in what a new one need not say.
    fn complete(_: &mut Form) {}
}

fn order<N: Told>() -> Order {
    Order { person: N::PERSON, by: N::BY }
}

/// Where a part of a cycle belongs.
#[derive(Serialize, JsonSchema)]
pub(super) struct Place {
    /// The key.
    key: String,
    /// The id.
    id: Uuid,
    /// The key of the cycle that it belongs to.
    cycle: String,
    /// Whose that cycle is: `person`, `team`, `partnership` or `organisation`.
    owner_kind: String,
    /// The key of that person, team or partnership; null for the organisation.
    owner: Option<String>,
    /// The cycle's school year.
    school_year: String,
}

impl Place {
    /// The place, and whose name it carries: key and name.
    pub(super) fn of(at: At) -> (Self, Option<String>, Option<String>) {
        let place = Self {
            key: at.key,
            id: at.id,
            cycle: at.cycle,
            owner_kind: at.owner_kind,
            owner: at.owner_slug,
            school_year: SchoolYear(at.school_year).key(),
        };
        (place, at.person, at.person_name)
    }
}

async fn told<N: Told>(cx: &Cx, key: &str) -> Result<Item<N::Answer>, Error> {
    let Part { at, part } = store::part::<N>(cx.db().read(), &order::<N>(), key).await?.ok_or(Error::NotFound)?;
    Ok(Item::of(at.version, N::tell(at, part)))
}

/// `GET /api/v1/goals` and the like
pub(super) async fn list<N: Told>(may: May<See, Cycles>, call: Call<N::Ask>) -> Result<Listing<N::Answer>, Error> {
    let mut asked = Asked::seen_by(may.who(), call.today());
    asked.and_given("c.key = {}", call.text("cycle"));
    asked.and_owner(&call);
    N::narrow(&mut asked, &call);
    let page = store::parts::<N>(call.db().read(), &order::<N>(), asked, call.window()).await?;
    Ok(Listing::of(&call, page, |Part { at, part }| N::tell(at, part)))
}

/// `GET /api/v1/goals/{goal}` and the like
pub(super) async fn show<N: Told>(may: May<See, PartThere<N>>, call: Call) -> Result<Item<N::Answer>, Error> {
    told::<N>(&call, &may.key).await
}

/// `POST /api/v1/cycles/{cycle}/goals` and the like
pub(super) async fn add<N: Told>(may: May<Run, CycleThere>, call: Call, new: New<N::Said>) -> Result<Made<N::Answer>, Error> {
    new.make(&call, may.who(), async |cx| {
        let world = World::read(cx, may.who(), may.thing()).await?;
        let mut form = new.form();
        N::complete(&mut form);
        let Some(part) = <N as Kept>::read(&mut form, &world) else { return Err(New::<N::Said>::refused(&form)) };
        let key = cx.new_id();
        verbs::add(&may, cx, &world, key, &part, Attached::default()).await?;
        let Item { version, value } = told::<N>(cx, &key.to_string()).await?;
        Ok(Made::at(format!("/api/v1/{}/{key}", N::PATH), version, value))
    })
    .await
}

/// `PATCH /api/v1/goals/{goal}` and the like
pub(super) async fn correct<N: Told>(
    may: May<Run, PartThere<N>>,
    call: Call,
    edit: Edit<N::Said>,
) -> Result<Item<N::Answer>, Error> {
    let there = may.thing();
    must_stand(there)?;
    let version = edit.on(there.version)?;
    let world = World::read(&call, may.who(), &there.there).await?;
    let mut form = edit.over(there.part.form(&world));
    let Some(part) = <N as Kept>::read(&mut form, &world) else { return Err(Edit::<N::Said>::refused(&form)) };
    verbs::correct(&may, &call, &world, version, &part).await?;
    told::<N>(&call, &there.key).await
}

/// `DELETE /api/v1/goals/{goal}` and the like
pub(super) async fn remove<N: Told>(may: May<Run, PartThere<N>>, call: Call, removal: Removal) -> Result<Gone, Error> {
    must_stand(may.thing())?;
    verbs::remove_version(&may, &call, removal.on(may.version)?).await?;
    Ok(Gone)
}

/// What was taken out is not there for programs: it is brought back on its page.
fn must_stand<N>(there: &PartThere<N>) -> Result<(), Error> {
    if there.is_removed { Err(Error::NotFound) } else { Ok(()) }
}
