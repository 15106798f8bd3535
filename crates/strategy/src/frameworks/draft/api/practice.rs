//! The practices of a draft: each with what it comes from and why it differs; a new one, and other words or settings.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    access::{
        May, Routes,
        actions::{Edit as Change, See},
    },
    api::{Call, Edit, Field, Fields, Flaw, Item, Made, New, Problem, objects},
    web::Form,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::{
    super::pack::{Due, Pack, Practice},
    policy::OpenDraft,
    rules::{CODE_MOST, REASON_MOST, Sheet, State, TEXT_MOST, TITLE_MOST},
    store::{Draft, Signed},
    verbs,
    web::{act::line_of, fields, line::named, view::Read},
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_post(
            "/api/v1/framework-drafts/{draft}/practices",
            "Add a practice to a draft\n\nIt comes after the others of its strand and phase.",
            add,
        )
        .api_get("/api/v1/framework-drafts/{draft}/practices/{line}", "Read a practice of a draft", show)
        .api_patch(
            "/api/v1/framework-drafts/{draft}/practices/{line}",
            "Reword a practice of a draft, or change its settings\n\nA change against what is published needs its reason.",
            change,
        )
}

/// A practice of a draft.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DraftPractice")]
pub(super) struct Told {
    /// Its number within the draft.
    number: i32,
    /// Counts its changes; splitting, merging and retiring name the one that they are meant for.
    version: i32,
    /// `kept`, `reworded`, `split`, `merged`, `new` or `retired`.
    fate: String,
    /// The codes of the published practices that it comes from.
    comes_from: Vec<String>,
    /// Why it differs; empty where it does not.
    reason: String,
    /// Who changed it last.
    changed_by: String,
    /// When.
    changed_at: DateTime<Utc>,
    /// The code.
    code: String,
    /// Its wording.
    title: String,
    /// What good looks like.
    good: String,
    /// The key of the step of the cycle that it belongs to.
    step: String,
    /// The number of its strand.
    strand: i32,
    /// The number of its phase.
    phase: i32,
    /// When it is due, cycle by cycle.
    due: Vec<ToldDue>,
    /// The keys of the support models that it applies to.
    models: Vec<String>,
    /// How it is adapted, by the key of the support model.
    adapt: BTreeMap<String, String>,
    /// Whether it is a very important practice.
    vip: bool,
    /// Why it is one.
    vip_reason: String,
    /// Whether it is for a partnership's first year alone.
    first_year_only: bool,
    /// How often it comes again.
    recurs: String,
    /// What shows it.
    evidence: Vec<String>,
    /// Codes of the rubric for teaching that it serves.
    str: Vec<String>,
    /// Codes of the coaching framework that it serves.
    caf: Vec<String>,
    /// The code of the essential action that it serves.
    essential: String,
}

/// A window of a practice.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DraftPracticeDue")]
struct ToldDue {
    /// The number of the cycle.
    cycle: i32,
    /// The month in which the window opens.
    start: u32,
    /// The month in which it closes.
    end: u32,
}

pub(super) fn tell(sheet: &Sheet, one: &Signed) -> Told {
    let says = one.line.says.clone();
    Told {
        number: one.line.number,
        version: one.line.version,
        fate: sheet.fate(&one.line).key().to_owned(),
        comes_from: one.line.origins.clone(),
        reason: one.line.reason.clone(),
        changed_by: one.by.clone(),
        changed_at: one.at,
        code: says.code,
        title: says.title,
        good: says.good,
        step: says.step,
        strand: says.strand,
        phase: says.phase,
        due: says.due.into_iter().map(|Due { cycle, start, end }| ToldDue { cycle, start, end }).collect(),
        models: says.models,
        adapt: says.adapt,
        vip: says.vip,
        vip_reason: says.vip_reason,
        first_year_only: says.first_year_only,
        recurs: says.recurs,
        evidence: says.evidence,
        str: says.str,
        caf: says.caf,
        essential: says.essential,
    }
}

/// A practice of the draft, as it stands now.
async fn told(cx: &Cx, draft: &Draft, number: &str) -> Result<Item<Told>, Error> {
    let read = Read::of(cx, draft).await?;
    let one = named(&read, number)?;
    Ok(Item::of(one.line.version, tell(&read.sheet, &one)))
}

async fn show(may: May<See, OpenDraft>, call: Call) -> Result<Item<Told>, Error> {
    told(&call, &may.draft, may.ids().get("line")?).await
}

static DUE: [Field; 3] = [
    Field::whole("cycle", 1, 12, "The number of the cycle.").required(),
    Field::whole("start", 1, 12, "The month in which the window opens.").required(),
    Field::whole("end", 1, 12, "The month in which it closes.").required(),
];

static ADAPTED: [Field; 2] = [
    Field::text("model", 60, "The key of the support model.").required(),
    Field::text("text", TEXT_MOST, "How it is adapted there.").required(),
];

pub(super) struct Said;

impl Fields for Said {
    const NAME: &'static str = "DraftPractice";
    const FIELDS: &'static [Field] = &[
        Field::text("code", CODE_MOST, "The code.").required(),
        Field::text("title", TITLE_MOST, "Its wording.").required(),
        Field::text("good", TEXT_MOST, "What good looks like.").required(),
        Field::text("step", 60, "The key of the step of the cycle that it belongs to.").required(),
        Field::whole("strand", 1, 99, "The number of its strand.").required(),
        Field::whole("phase", 1, 99, "The number of its phase.").required(),
        Field::objects("due", 12, &DUE, "When it is due, cycle by cycle: one window at least.").required(),
        Field::texts("models", 20, 60, "The keys of the support models that it applies to: one at least.").required(),
        Field::objects("adapt", 20, &ADAPTED, "How it is adapted to models that it is for."),
        Field::flag("vip", "Whether it is a very important practice."),
        Field::text("vip_reason", TEXT_MOST, "Why it is one."),
        Field::flag("first_year_only", "Whether it is for a partnership's first year alone."),
        Field::text("recurs", 200, "How often it comes again."),
        Field::lines("evidence", 20, 140, "What shows it."),
        Field::texts("str", 20, 19, "Codes of the rubric for teaching that it serves."),
        Field::texts("caf", 20, 19, "Codes of the coaching framework that it serves."),
        Field::text("essential", 200, "The code of the essential action that it serves."),
        Field::text("reason", REASON_MOST, "Why: those who come after us will ask.").required(),
    ];
}

/// Turns what programs send into what the page's form holds.
fn as_on_the_page(form: &mut Form, pack: &Pack) {
    for flag in ["vip", "first_year_only"] {
        match form.value(flag) {
            "true" => form.put(flag, vec!["yes".to_owned()]),
            "false" => form.forget(flag),
            _ => {}
        }
    }
    let models: Vec<String> =
        form.all("models").iter().flat_map(|keys| keys.split(',')).filter(|key| !key.is_empty()).map(str::to_owned).collect();
    if let Some(unknown) = models.iter().find(|key| !pack.models.iter().any(|model| model.id == **key)) {
        let known: Vec<&str> = pack.models.iter().map(|model| model.id.as_str()).collect();
        form.refuse("models", format!("There is no support model {unknown}. There are: {}.", known.join(", ")));
    }
    form.put("models", models);
    if form.names().any(|name| name == "due") {
        for cycle in &pack.cycles {
            form.forget(&format!("start-{}", cycle.number));
            form.forget(&format!("end-{}", cycle.number));
        }
        let mut told = BTreeSet::new();
        for due in objects(form, "due") {
            let member = |name: &str| due.get(name).cloned().unwrap_or_default();
            let cycle = member("cycle");
            if !told.insert(cycle.clone()) {
                form.refuse("due", format!("Cycle {cycle} stands there twice. Which window is meant?"));
            }
            if !pack.cycles.iter().any(|known| known.number.to_string() == cycle) {
                form.refuse("due", format!("There is no cycle {cycle}."));
            }
            form.put(&format!("start-{cycle}"), vec![member("start")]);
            form.put(&format!("end-{cycle}"), vec![member("end")]);
        }
    }
    if form.names().any(|name| name == "adapt") {
        for model in &pack.models {
            form.forget(&format!("adapt-{}", model.id));
        }
        let mut told = BTreeSet::new();
        for adapted in objects(form, "adapt") {
            let member = |name: &str| adapted.get(name).cloned().unwrap_or_default();
            let model = member("model");
            if !told.insert(model.clone()) {
                form.refuse("adapt", format!("The support model {model} stands there twice. Which words are meant?"));
            }
            if !form.holds("models", &model) {
                form.refuse("adapt", format!("It is not for the support model {model}, so it can’t be adapted to it."));
            }
            form.put(&format!("adapt-{model}"), vec![member("text")]);
        }
    }
}

/// The answer for a form that needs another look.
fn refused(form: &Form) -> Error {
    let flaws = form.errors().iter().map(|(field, word)| {
        let name = match field.split('-').next() {
            Some("start" | "end") => "due",
            Some("adapt") => "adapt",
            _ => field.as_str(),
        };
        let is_known = Said::FIELDS.iter().any(|known| known.is_called(name));
        Flaw::of(if is_known { name } else { "" }, word)
    });
    Problem::unfit(flaws.collect()).into()
}

async fn add(may: May<Change, OpenDraft>, call: Call, new: New<Said>) -> Result<Made<Told>, Error> {
    new.make(&call, may.who(), async |cx| {
        let read = Read::of(cx, &may.draft).await?;
        let mut form = new.form();
        as_on_the_page(&mut form, &read.pack);
        let says = fields::read(&mut form, &read.pack, &Practice::blank(read.sheet.next_item()));
        let reason = form.required("reason", "Why is it needed? A sentence is enough.", REASON_MOST);
        let (Some(says), Some(reason), false) = (says, reason, form.has_errors()) else { return Err(refused(&form)) };
        let code = says.code.clone();
        verbs::add(&may, cx, says, &reason).await?;
        let read = Read::of(cx, &may.draft).await?;
        let one = read.signed.iter().find(|one| one.line.state == State::Stands && one.line.says.code == code);
        let one = one.ok_or(Error::Stale)?;
        let at = format!("/api/v1/framework-drafts/{}/practices/{}", may.draft.version_key(), one.line.number);
        Ok(Made::at(at, one.line.version, tell(&read.sheet, one)))
    })
    .await
}

async fn change(may: May<Change, OpenDraft>, call: Call, edit: Edit<Said>) -> Result<Item<Told>, Error> {
    let number = line_of(&may)?;
    let read = Read::of(&call, &may.draft).await?;
    let one = named(&read, may.ids().get("line")?)?;
    let version = edit.on(one.line.version)?;
    let mut form = edit.over(fields::standing(&one.line.says, &one.line.reason, one.line.version));
    as_on_the_page(&mut form, &read.pack);
    let says = fields::read(&mut form, &read.pack, &one.line.says);
    let reason = form.optional("reason", REASON_MOST);
    let (Some(says), Some(reason), false) = (says, reason, form.has_errors()) else { return Err(refused(&form)) };
    verbs::reword(&may, &call, (number, version), says, &reason).await?;
    told(&call, &may.draft, may.ids().get("line")?).await
}
