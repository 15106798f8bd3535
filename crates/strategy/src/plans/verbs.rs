//! The only place where plans change.

use platform::{
    Cx, Error,
    access::May,
    audit::{self, Actor},
    db::{self, DbErr, Tx},
    search::{self, Audience},
};

use super::{
    Plan, PlanThere,
    answers::{Answers, Line},
    sections::{Sections, Stands, Writing},
    shown::{self, Drawing, OfTheCycle},
    store,
    template::{Prefill, Section, Template},
    told::{Told, differences},
};
use crate::{
    CycleId, PlanId,
    cycles::{self, LEARNINGS, LONG_MOST, Run, words},
    frameworks::Framework,
};

async fn told(tx: &Tx, cx: &Cx, may: &May<Run, PlanThere>, action: &str, detail: &str) -> Result<(), DbErr> {
    let actor = Actor::from(may.who());
    audit::record(tx, cx.db().engine(), cx.now, &actor, action, &may.thing().subject(), detail).await
}

async fn index(tx: &Tx, cx: &Cx, there: &PlanThere, said: &Told) -> Result<(), DbErr> {
    let cycle = there.cycle();
    let note = format!("Cycle {} of {}", cycle.number, cycle.year());
    let audience = Audience::Site(there.partnership.site_slug.clone());
    search::put(tx, cx.db().engine(), &there.subject(), &note, &said.whole(), &audience).await
}

fn must_be_changeable(there: &PlanThere) -> Result<(), Error> {
    if there.cycle().state == "closed" {
        let words = "This cycle is closed, and its plan with it. Open the cycle again, by going back to one of its steps.";
        return Err(Error::Refused(words.to_owned()));
    }
    Ok(())
}

/// Begins the plan of a cycle: as a copy of the partnership's last one, where there is one. Beginning twice is beginning once.
///
/// # Errors
/// Refused in a closed cycle, and while there is no template.
pub(super) async fn begin(may: &May<Run, PlanThere>, cx: &Cx, framework: Option<&Framework>) -> Result<(), Error> {
    let there = may.thing();
    must_be_changeable(there)?;
    let id = PlanId(cx.new_id());
    cx.db()
        .write(async |tx| {
            let Some(template) = Template::latest(&**tx).await? else {
                let words = "There is no template of plans on this server yet. Whoever runs it takes one in.";
                return Err(Error::Refused(words.to_owned()));
            };
            let before = store::before(&**tx, there.partnership.id, there.cycle()).await?;
            let touched = db::exec(
                &**tx,
                "insert into plan (id, cycle_id, template_key, carried_from_id, begun_by, begun_at) values ($1, $2, $3, $4, $5, $6)
                 on conflict (cycle_id) do nothing",
                vec![
                    id.into(),
                    there.cycle().id.into(),
                    template.key.as_str().into(),
                    before.as_ref().map(|before| before.id).into(),
                    may.who().person.into(),
                    cx.now.into(),
                ],
            )
            .await?;
            if touched == 0 {
                return Ok(());
            }
            let carried = match &before {
                Some(before) => store::SECTIONS.standing(&**tx, before.id).await?,
                None => Sections::new(),
            };
            let learned = learned(tx, there.cycle().carried_from_id).await?;
            let of_cycle = OfTheCycle::read(&**tx, there.partnership.id, there.cycle().id, cx.today()).await?;
            let drawing = Drawing { cycle: there.cycle(), of_cycle: &of_cycle, framework };
            let mut count = 0;
            for section in &template.sections {
                let answers = first_answers(section, carried.get(&section.id), &learned);
                if !answers.is_empty() {
                    count += 1;
                    let said = shown::said(section, &drawing.section(section, &answers).fields);
                    let (author, at) = (Some(may.who().person), cx.now);
                    let writing = Writing { section: &section.id, seen: 0, answers: &answers, said: &said, author, at };
                    store::SECTIONS.put(tx, id, &writing, &[]).await?;
                }
            }
            let detail = match &before {
                Some(before) => format!("{count} sections carried over from Cycle {}", before.number),
                None => String::new(),
            };
            index(tx, cx, there, &Told::default()).await?;
            Ok(told(tx, cx, may, "plan begun", &detail).await?)
        })
        .await
}

/// What was learned in a cycle and what becomes of it, a line each.
async fn learned(tx: &Tx, cycle: Option<CycleId>) -> Result<String, DbErr> {
    let Some(cycle) = cycle else { return Ok(String::new()) };
    let (learnings, _) = cycles::store::learnings(&**tx, cycle).await?;
    let lines = learnings.iter().map(|learning| format!("{}: {}", words::of(&LEARNINGS, &learning.kind), learning.text));
    Ok(lines.collect::<Vec<_>>().join("\n").chars().take(LONG_MOST).collect())
}

/// What stands in a section when a plan begins.
fn first_answers(section: &Section, before: Option<&Stands>, learned: &str) -> Answers {
    let none = Answers::default();
    let kept = before.filter(|_| !section.is_of_its_cycle).map_or(&none, |stands| &stands.answers);
    let mut first = Answers::default();
    // A template may have changed since: what no field asks any more stays with the plan before.
    for field in section.field.iter().filter(|field| field.is_asked()) {
        let lines = match field.prefill {
            Some(Prefill::Learnings) if learned.is_empty() => Vec::new(),
            Some(Prefill::Learnings) => vec![Line::text_of(learned)],
            None => kept.of(&field.id).to_vec(),
        };
        first.put(&field.id, lines);
    }
    first.carried_on()
}

/// Keeps what was written in a section.
///
/// # Errors
/// Stale when somebody else wrote there since it was opened.
pub(super) async fn write(
    may: &May<Run, PlanThere>,
    cx: &Cx,
    section: &Section,
    seen: i32,
    answers: &Answers,
    said: &str,
) -> Result<(), Error> {
    let there = may.thing();
    must_be_changeable(there)?;
    let plan = there.begun()?.id;
    cx.db()
        .write(async |tx| {
            let (author, at) = (Some(may.who().person), cx.now);
            let writing = Writing { section: &section.id, seen, answers, said, author, at };
            store::SECTIONS.put(tx, plan, &writing, &[]).await?;
            Ok(told(tx, cx, may, "plan changed", &section.title).await?)
        })
        .await
}

/// What whoever agrees on a plan saw of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// The number of the last version.
    pub number: i32,
    /// How often its sections were written.
    pub writings: i32,
}

/// Keeps what the plan says now as its next version. Answers its number.
///
/// # Errors
/// Stale when somebody wrote in it since it was seen; refused when it says what the last version says.
pub(super) async fn agree(
    may: &May<Run, PlanThere>,
    cx: &Cx,
    template: &Template,
    framework: Option<&Framework>,
    seen: Seen,
    why: &str,
) -> Result<i32, Error> {
    let there = may.thing();
    must_be_changeable(there)?;
    let plan: &Plan = there.begun()?;
    let number = seen.number + 1;
    cx.db()
        .write(async |tx| {
            let sections = store::SECTIONS.standing(&**tx, plan.id).await?;
            let last = store::told(&**tx, plan.id, None).await?;
            let of_cycle = OfTheCycle::read(&**tx, there.partnership.id, there.cycle().id, cx.today()).await?;
            let drawing = Drawing { cycle: there.cycle(), of_cycle: &of_cycle, framework };
            let now = shown::told(&drawing.sections(template, &sections));
            if store::writings(&sections) != seen.writings {
                return Err(Error::Stale);
            }
            if differences(&last.unwrap_or_default(), &now).is_empty() {
                return Err(Error::Refused(
                    "The plan says what its last version says, so there is nothing to agree on.".to_owned(),
                ));
            }
            let touched = db::exec(
                &**tx,
                "insert into plan_version (plan_id, number, why, said, author_id, at)
                 select $1, $2, $3, $4, $5, $6 where $7 =
                   (select coalesce(max(o.number), 0) from plan_version o where o.plan_id = $1)
                 on conflict (plan_id, number) do nothing",
                vec![
                    plan.id.into(),
                    number.into(),
                    why.into(),
                    serde_json::to_string(&now)?.into(),
                    may.who().person.into(),
                    cx.now.into(),
                    seen.number.into(),
                ],
            )
            .await?;
            if touched == 0 {
                return Err(Error::Stale);
            }
            index(tx, cx, there, &now).await?;
            told(tx, cx, may, "plan agreed on", &format!("version {number}: {why}")).await?;
            Ok(number)
        })
        .await
}
