//! Frameworks and their practices, for programs.

use std::sync::Arc;

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{May, PathIds, Policy, Routes, Standing, Thing, actions, actions::See},
    api::{Asks, Call, Field, Item, Listing},
    paging::search_words,
    text::folded,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Framework, Part, Practice,
    policy::{Practices, Published},
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .api_get("/api/v1/frameworks", "List the published versions of the practices", frameworks)
        .api_get("/api/v1/frameworks/{framework}", "Read a version: its steps, cycles, words and levels", framework)
        .api_get(
            "/api/v1/practices",
            "List practices\n\nThose of the version that counts today, unless another one is named.",
            practices,
        )
        .api_get("/api/v1/practices/{practice}", "Read a practice of the version that counts today", practice)
}

/// A published version, known by its key and number: `vi-pit-1`.
pub(super) struct Version(Arc<Framework>);

impl Version {
    /// The version.
    pub(super) fn framework(&self) -> &Framework {
        &self.0
    }
}

pub(super) fn key_of(framework: &Framework) -> String {
    format!("{}-{}", framework.key, framework.version)
}

impl Thing for Version {
    const NAME: &'static str = "framework";

    async fn find(cx: &Cx, _: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let wanted = ids.get("framework")?;
        let all = Framework::all_versions(cx.db().read()).await?;
        Ok(all.into_iter().find(|framework| key_of(framework) == wanted).map(Self))
    }
}

impl Policy<See> for Version {
    // As the practices themselves: published words.
    fn permits(who: &Standing, _: &Self) -> bool {
        <Practices as Policy<actions::See>>::permits(who, &Practices)
    }
}

/// A version of the whole set of practices.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Framework")]
pub(super) struct Told {
    /// Its readable key: the framework's own and its number.
    key: String,
    /// The id.
    id: Uuid,
    /// The title.
    title: String,
    /// The number.
    version: i32,
    /// The day from which it counts.
    effective_from: NaiveDate,
    /// Whether it is the one that counts today.
    counts_today: bool,
}

/// A version with what it says beside its practices.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FrameworkWhole")]
struct ToldWhole {
    #[serde(flatten)]
    framework: Told,
    /// The rule by which work is on track, in words.
    rule: String,
    /// The steps of a cycle, in order.
    steps: Vec<PartTold>,
    /// The strands, in order.
    strands: Vec<PartTold>,
    /// The phases, in order.
    phases: Vec<PartTold>,
    /// The cycles of a year, in order.
    cycles: Vec<CycleTold>,
    /// The words of the tracker.
    statuses: Vec<StatusTold>,
    /// The levels of quality, from the lowest.
    qualities: Vec<QualityTold>,
}

/// A step, a strand or a phase.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FrameworkPart")]
struct PartTold {
    /// The key.
    key: String,
    /// The name.
    name: String,
    /// A sentence about it; empty for none.
    about: String,
}

/// A cycle of the year.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Cycle")]
struct CycleTold {
    /// The number.
    number: i32,
    /// The name.
    name: String,
    /// The first month, from 1.
    start_month: u32,
    /// The last month.
    end_month: u32,
}

/// A word of the tracker.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Status")]
struct StatusTold {
    /// The key.
    key: String,
    /// The name.
    name: String,
    /// Whether it asks for a reason.
    needs_reason: bool,
    /// The reasons offered.
    reasons: Vec<String>,
}

/// A level of quality.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Quality")]
struct QualityTold {
    /// 1 to 4.
    level: i32,
    /// The name.
    name: String,
    /// What it means.
    meaning: String,
}

pub(super) fn told(framework: &Framework, current: Option<&Arc<Framework>>) -> Told {
    Told {
        key: key_of(framework),
        id: framework.id.0,
        title: framework.title.clone(),
        version: framework.version,
        effective_from: framework.effective_from,
        counts_today: current.is_some_and(|current| current.id == framework.id),
    }
}

struct Paged;

impl Asks for Paged {
    const FIELDS: &'static [Field] = &[];
    const PAGED: bool = true;
}

async fn frameworks(_: May<See, Practices>, call: Call<Paged>) -> Result<Listing<Told>, Error> {
    let on = call.db().read();
    let current = Framework::current(on, call.today()).await?;
    let all = Framework::all_versions(on).await?;
    let page = call.window().page_of_all(all, |framework: &Arc<Framework>| key_of(framework));
    Ok(Listing::of(&call, page, |framework| told(&framework, current.as_ref())))
}

async fn framework(may: May<See, Version>, call: Call) -> Result<Item<ToldWhole>, Error> {
    let current = Framework::current(call.db().read(), call.today()).await?;
    let framework = &may.thing().0;
    let parts = |parts: &[Part]| {
        let told = parts.iter();
        told.map(|part| PartTold { key: part.key.clone(), name: part.name.clone(), about: part.about.clone() }).collect()
    };
    let cycles = framework.cycles.iter().map(|cycle| CycleTold {
        number: cycle.number,
        name: cycle.name.clone(),
        start_month: cycle.start_month,
        end_month: cycle.end_month,
    });
    let statuses = framework.statuses.iter().map(|status| StatusTold {
        key: status.key.clone(),
        name: status.name.clone(),
        needs_reason: status.needs_reason,
        reasons: status.reasons.clone(),
    });
    let qualities = framework.qualities.iter();
    let qualities = qualities.map(|one| QualityTold { level: one.level, name: one.name.clone(), meaning: one.meaning.clone() });
    Ok(Item::fixed(ToldWhole {
        rule: framework.rule.clone(),
        steps: parts(&framework.steps),
        strands: parts(&framework.strands),
        phases: parts(&framework.phases),
        cycles: cycles.collect(),
        statuses: statuses.collect(),
        qualities: qualities.collect(),
        framework: told(framework, current.as_ref()),
    }))
}

/// One line item.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Practice")]
struct PracticeTold {
    /// The code.
    code: String,
    /// The id.
    id: Uuid,
    /// The key of the version that it belongs to.
    framework: String,
    /// Its wording.
    title: String,
    /// What good looks like.
    good: String,
    /// The step's key.
    step: String,
    /// The strand's key.
    strand: String,
    /// The phase's key.
    phase: String,
    /// Whether it is a very important practice.
    vip: bool,
    /// Why it is one; empty where it is none.
    vip_reason: String,
    /// Whether it is due only in a partnership's first year.
    first_year_only: bool,
    /// When it is due.
    due: Vec<DueTold>,
    /// The keys of the support models that it applies to.
    models: Vec<String>,
    /// What shows that it was done.
    evidence: Vec<String>,
}

/// A window in which a practice is due.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Due")]
struct DueTold {
    /// The cycle's number.
    cycle: i32,
    /// The first month, from 1.
    start_month: u32,
    /// The last month.
    end_month: u32,
}

fn practice_told(framework: &Framework, practice: &Practice) -> PracticeTold {
    let due = practice.due.iter();
    PracticeTold {
        code: practice.code.clone(),
        id: practice.id.0,
        framework: key_of(framework),
        title: practice.title.clone(),
        good: practice.good.clone(),
        step: practice.step.clone(),
        strand: practice.strand.clone(),
        phase: practice.phase.clone(),
        vip: practice.vip,
        vip_reason: practice.vip_reason.clone(),
        first_year_only: practice.first_year_only,
        due: due.map(|due| DueTold { cycle: due.cycle, start_month: due.start_month, end_month: due.end_month }).collect(),
        models: practice.models.keys().cloned().collect(),
        evidence: practice.evidence.clone(),
    }
}

struct Ask;

impl Asks for Ask {
    const FIELDS: &'static [Field] = &[
        Field::text("framework", 100, "Those of the version of this key.").filled(),
        Field::text("step", 60, "Only those of this step.").filled(),
        Field::text("strand", 60, "Only those of this strand.").filled(),
        Field::text("phase", 60, "Only those of this phase.").filled(),
        Field::text("model", 60, "Only those that apply to this support model.").filled(),
        Field::flag("vip", "Only the very important ones, or only the others."),
        Field::text("q", 200, "Words of the code or the title.").filled(),
    ];
    const PAGED: bool = true;
}

async fn practices(_: May<See, Practices>, call: Call<Ask>) -> Result<Listing<PracticeTold>, Error> {
    let on = call.db().read();
    let framework = match call.text("framework") {
        "" => Framework::current(on, call.today()).await?,
        key => Framework::all_versions(on).await?.into_iter().find(|framework| key_of(framework) == key),
    };
    let words = search_words(call.text("q"));
    let is_or_open = |name: &str, value: &str| call.text(name).is_empty() || call.text(name) == value;
    let fits = |practice: &Practice| {
        let text = folded(&format!("{} {}", practice.code, practice.title));
        is_or_open("step", &practice.step)
            && is_or_open("strand", &practice.strand)
            && is_or_open("phase", &practice.phase)
            && (call.text("model").is_empty() || practice.models.contains_key(call.text("model")))
            && is_or_open("vip", if practice.vip { "true" } else { "false" })
            && words.iter().all(|word| text.contains(word.as_str()))
    };
    let of = |framework: &Arc<Framework>| -> Vec<PracticeTold> {
        framework.practices.iter().filter(|practice| fits(practice)).map(|practice| practice_told(framework, practice)).collect()
    };
    let chosen = framework.as_ref().map(of).unwrap_or_default();
    let page = call.window().page_of_all(chosen, |practice: &PracticeTold| practice.code.clone());
    Ok(Listing::of(&call, page, |practice| practice))
}

async fn practice(may: May<See, Published>, _: Call) -> Result<Item<PracticeTold>, Error> {
    if may.is_gone {
        return Err(Error::NotFound);
    }
    Ok(Item::fixed(practice_told(&may.framework, &may.practice)))
}
