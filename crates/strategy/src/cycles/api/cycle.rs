//! Cycles as a whole.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{May, actions::See},
    api::{Asks, Call, Edit, Field, Fields, Flaw, Item, Listing, Made, New, Problem},
    web::Form,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Cycles, OWNER, OWNER_KIND, SCHOOL_YEAR,
    store::{self, Asked, MemberRow, Row},
};
use crate::cycles::{
    CycleThere, LONG_MOST, Owner, STATES, TITLE_MOST,
    policy::Run,
    store::{Candidate, candidates},
    template::Template,
    verbs,
    web::{begin as beginning, fields},
};

/// A cycle of inquiry.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Cycle")]
pub(super) struct Told {
    /// The key.
    key: String,
    /// The id.
    id: Uuid,
    /// Whose it is: `person`, `team`, `partnership` or `organisation`.
    owner_kind: String,
    /// The key of that person, team or partnership; null for the organisation.
    owner: Option<String>,
    /// The owner's name; null for the organisation.
    owner_name: Option<String>,
    /// The school year.
    school_year: String,
    /// Its number within the owner's year.
    number: i32,
    /// What it is about.
    title: String,
    /// The key of the template by which it goes.
    template: String,
    /// The day on which it starts.
    starts: NaiveDate,
    /// The day on which it ends.
    ends: NaiveDate,
    /// `planned`, `open` or `closed`.
    state: String,
    /// The step in which it is; null unless it is open.
    step: Option<String>,
    /// Keys of the people who are in it.
    members: Vec<String>,
    /// Their names, in the same order.
    member_names: Vec<String>,
    /// How they work together.
    agreements: String,
    /// The day on which it was closed; null until then.
    closed_on: Option<NaiveDate>,
    /// The key of the cycle that it carries on; null where it began afresh.
    carried_from: Option<String>,
}

fn tell(Row { cycle, carried_from }: Row, members: &[MemberRow]) -> Told {
    let own = || members.iter().filter(|member| member.cycle_id == cycle.id.0);
    Told {
        members: own().map(|member| member.slug.clone()).collect(),
        member_names: own().map(|member| member.name.clone()).collect(),
        school_year: cycle.year().key(),
        key: cycle.key,
        id: cycle.id.0,
        owner_kind: cycle.owner_kind,
        owner: cycle.owner_slug,
        owner_name: cycle.owner_name,
        number: cycle.number,
        title: cycle.title,
        template: cycle.template_key,
        starts: cycle.starts_on,
        ends: cycle.ends_on,
        state: cycle.state,
        step: Some(cycle.step_key).filter(|step| !step.is_empty()),
        agreements: cycle.agreements,
        closed_on: cycle.closed_on,
        carried_from,
    }
}

async fn told(cx: &Cx, key: &str) -> Result<Item<Told>, Error> {
    let on = cx.db().read();
    let row = store::cycle(on, key).await?.ok_or(Error::NotFound)?;
    let members = store::members(on, std::slice::from_ref(&row)).await?;
    Ok(Item::of(row.cycle.version, tell(row, &members)))
}

pub(super) struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        OWNER_KIND,
        OWNER,
        SCHOOL_YEAR,
        Field::choice("state", &STATES, "Only those that are so."),
        Field::text("step", 60, "Only those that stand in the step of this key.").filled(),
        Field::text("template", 60, "Only those by the template of this key.").filled(),
    ];
    const PAGED: bool = true;
}

/// `GET /api/v1/cycles`
pub(super) async fn list(may: May<See, Cycles>, call: Call<Ask>) -> Result<Listing<Told>, Error> {
    let mut asked = Asked::seen_by(may.who(), call.today());
    asked.and_owner(&call);
    for (condition, name) in [("c.state = {}", "state"), ("c.step_key = {}", "step"), ("c.template_key = {}", "template")] {
        asked.and_given(condition, call.text(name));
    }
    let on = call.db().read();
    let page = store::cycles(on, asked, call.window()).await?;
    let members = store::members(on, &page.rows).await?;
    Ok(Listing::of(&call, page, |row| tell(row, &members)))
}

/// `GET /api/v1/cycles/{cycle}`
pub(super) async fn show(may: May<See, CycleThere>, call: Call) -> Result<Item<Told>, Error> {
    told(&call, &may.cycle.key).await
}

const TITLE: Field = Field::text("title", TITLE_MOST, "What it is about, in a few words.").required();
const STARTS: Field = Field::date("starts", "The day on which it starts.").required().in_form("starts_on");
const ENDS: Field = Field::date("ends", "The day on which it ends.").required().in_form("ends_on");
const AGREEMENTS: Field = Field::text("agreements", LONG_MOST, "How its members work together.");
const MEMBERS: Field =
    Field::texts("members", 100, 100, "Keys of the people who are in it: those who work there, and those who are in it now.");

pub(super) struct Begun;

impl Fields for Begun {
    const NAME: &'static str = "Cycle";
    const FIELDS: &'static [Field] = &[
        TITLE,
        STARTS,
        ENDS,
        AGREEMENTS,
        MEMBERS,
        Field::year("school_year", "The school year in which it runs.").required().in_form("year"),
        Field::whole("number", 1, 99, "Its number within the owner's year.").required(),
        Field::text("template", 60, "The key of the template by which it goes.").required(),
        Field::text("carried_from", 100, "The key of the owner's cycle that it carries on: what goes on comes along.")
            .or_null()
            .in_form("carries_on"),
    ];
}

pub(super) struct Changed;

impl Fields for Changed {
    const NAME: &'static str = "WholeCycle";
    const FIELDS: &'static [Field] = &[TITLE, STARTS, ENDS, AGREEMENTS, MEMBERS];
}

/// So many people a refusal names.
const OFFERED: usize = 40;

/// Takes the keys of its people one by one, as the page sends them; refused when one can't be in it.
fn part_members(form: &mut Form, people: &[Candidate]) {
    let keys: BTreeSet<String> =
        form.all("members").iter().flat_map(|keys| keys.split(',')).filter(|key| !key.is_empty()).map(str::to_owned).collect();
    if let Some(stranger) = keys.iter().find(|key| !people.iter().any(|person| person.slug == **key)) {
        let named = |person: &Candidate| format!("{} ({})", person.slug, person.name);
        let can = people.iter().take(OFFERED).map(named).collect::<Vec<_>>().join(", ");
        let more = if people.len() > OFFERED { ", and others" } else { "" };
        form.refuse("members", format!("{stranger} neither works there nor is in it. Those who can be: {can}{more}."));
    }
    form.put("members", keys.into_iter().collect());
}

/// `POST /api/v1/partnerships/{partnership}/cycles` and the like
pub(super) async fn begin(may: May<Run, Owner>, call: Call, new: New<Begun>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let around = beginning::Around::read(cx, may.thing()).await?;
        let mut form = new.form();
        part_members(&mut form, &around.people);
        let begun = beginning::read(cx, &mut form, may.thing(), &around).await?;
        let Some(begun) = begun.filter(|_| !form.has_errors()) else { return Err(New::<Begun>::refused(&form)) };
        let key = verbs::begin(&may, cx, &begun).await?;
        let Item { version, value } = told(cx, &key).await?;
        Ok(Made::at(format!("/api/v1/cycles/{key}"), version, value))
    })
    .await
}

/// `PATCH /api/v1/cycles/{cycle}`
pub(super) async fn change(may: May<Run, CycleThere>, call: Call, edit: Edit<Changed>) -> Result<Item<Told>, Error> {
    let CycleThere { owner, cycle, .. } = may.thing();
    let version = edit.on(cycle.version)?;
    let on = call.db().read();
    let people = candidates(on, owner, Some(cycle.id), call.today()).await?;
    let members = crate::cycles::store::members(on, cycle.id).await?;
    let members = members.iter().map(|member| member.slug.as_str());
    let standing = fields::form(&cycle.title, (cycle.starts_on, cycle.ends_on), &cycle.agreements, members);
    let mut form = edit.over(standing);
    part_members(&mut form, &people);
    let said = fields::read(&mut form, &people);
    let Some(said) = said.filter(|_| !form.has_errors()) else { return Err(Edit::<Changed>::refused(&form)) };
    verbs::edit(&may, &call, version, &said).await?;
    told(&call, &cycle.key).await
}

pub(super) struct Step;

impl Fields for Step {
    const NAME: &'static str = "CycleStep";
    const FIELDS: &'static [Field] =
        &[Field::text("step", 60, "The key of the step in which it is from now on; null closes it.").required().or_null()];
}

/// `PATCH /api/v1/cycles/{cycle}/step`
pub(super) async fn go(may: May<Run, CycleThere>, call: Call, edit: Edit<Step>) -> Result<Item<Told>, Error> {
    let cycle = &may.thing().cycle;
    let version = edit.on(cycle.version)?;
    let flaw = |words: String| Error::from(Problem::unfit(vec![Flaw::of("step", words)]));
    let form = edit.over(Form::default());
    let wanted = form.value("step");
    if wanted.is_empty() && form.names().any(|name| name == "step") {
        verbs::close(&may, &call, version).await?;
        return told(&call, &cycle.key).await;
    }
    let template = Template::read(call.db().read(), &cycle.template_key).await?.ok_or(Error::NotFound)?;
    let framework = may.thing().owner.framework(&call, cycle.year()).await?;
    let steps = template.steps_of(cycle, framework.as_deref());
    let Some(step) = steps.iter().find(|step| step.key == wanted) else {
        let known: Vec<&str> = steps.iter().map(|step| step.key.as_str()).collect();
        return Err(flaw(format!("Please name one of its steps: {}. Null closes it.", known.join(", "))));
    };
    verbs::move_to(&may, &call, version, &step.key, &step.name).await?;
    told(&call, &cycle.key).await
}
