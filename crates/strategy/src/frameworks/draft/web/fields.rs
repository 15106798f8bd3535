//! The form of a practice: its words, its place, its windows, its support models, its marks.

use partnerships::calendar::Calendar;
use platform::web::Form;

use super::super::{
    super::{
        check,
        pack::{Due, Pack, Practice},
    },
    rules::{CODE_MOST, TEXT_MOST, TITLE_MOST},
};

/// The form with all that can be chosen in it.
pub(super) struct Fields {
    pub form: Form,
    pub steps: Vec<(String, String)>,
    pub strands: Vec<(String, String)>,
    pub phases: Vec<(String, String)>,
    pub months: Vec<(String, String)>,
    pub cycles: Vec<CycleField>,
    pub models: Vec<ModelField>,
}

/// A window of a cycle: the names of its two fields, each with its label.
pub(super) struct CycleField {
    pub start: String,
    pub from: String,
    pub end: String,
    pub to: String,
}

/// A support model that it can be for.
pub(super) struct ModelField {
    pub key: String,
    pub name: String,
    /// The field that says how it is adapted there, with its label.
    pub adapt: String,
    pub label: String,
}

impl Fields {
    pub(super) fn of(form: Form, pack: &Pack, calendar: &Calendar) -> Self {
        let months = (0..12).map(|place| (pack.meta.school_year_starts_in + place - 1) % 12 + 1);
        let none = std::iter::once((String::new(), "Not due".to_owned()));
        Self {
            form,
            steps: pack.steps.iter().map(|step| (step.id.clone(), step.name.clone())).collect(),
            strands: pack.strands.iter().map(|strand| (strand.number.to_string(), strand.name.clone())).collect(),
            phases: pack.phases.iter().map(|phase| (phase.number.to_string(), phase.name.clone())).collect(),
            months: none.chain(months.map(|month| (month.to_string(), calendar.month_name(month)))).collect(),
            cycles: pack
                .cycles
                .iter()
                .map(|cycle| CycleField {
                    start: format!("start-{}", cycle.number),
                    from: format!("{}: from", cycle.name),
                    end: format!("end-{}", cycle.number),
                    to: format!("{}: to", cycle.name),
                })
                .collect(),
            models: pack
                .models
                .iter()
                .map(|model| ModelField {
                    key: model.id.clone(),
                    name: model.name.clone(),
                    adapt: format!("adapt-{}", model.id),
                    label: format!("How it is adapted in {}", model.name),
                })
                .collect(),
        }
    }
}

impl Fields {
    /// Whether something is wrong in the part that is folded away.
    pub(super) fn has_more_errors(&self) -> bool {
        ["evidence", "recurs", "essential", "str", "caf"].iter().any(|name| !self.form.error(name).is_empty())
    }
}

/// What a practice says, as its form shows it.
pub(in super::super) fn standing(practice: &Practice, reason: &str, version: i32) -> Form {
    let one = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut values = vec![
        one("version", &version.to_string()),
        one("code", &practice.code),
        one("title", &practice.title),
        one("good", &practice.good),
        one("step", &practice.step),
        one("strand", &practice.strand.to_string()),
        one("phase", &practice.phase.to_string()),
        one("recurs", &practice.recurs),
        one("vip_reason", &practice.vip_reason),
        one("evidence", &practice.evidence.join("\n")),
        one("str", &practice.str.join(", ")),
        one("caf", &practice.caf.join(", ")),
        one("essential", &practice.essential),
        one("reason", reason),
    ];
    for due in &practice.due {
        values.push(one(&format!("start-{}", due.cycle), &due.start.to_string()));
        values.push(one(&format!("end-{}", due.cycle), &due.end.to_string()));
    }
    values.extend(practice.models.iter().map(|model| one("models", model)));
    values.extend(practice.adapt.iter().map(|(model, text)| one(&format!("adapt-{model}"), text)));
    if practice.vip {
        values.push(one("vip", "yes"));
    }
    if practice.first_year_only {
        values.push(one("first_year_only", "yes"));
    }
    Form::of(values)
}

fn codes(text: &str) -> Vec<String> {
    text.split([',', ';', ' ', '\n']).map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// The practice that a form asks for; what it does not show stays as it was.
pub(in super::super) fn read(form: &mut Form, pack: &Pack, before: &Practice) -> Option<Practice> {
    let code = form.required("code", "Which code does it have? Such as 2.2.3.", CODE_MOST);
    let title = form.required("title", "What do we do? A short sentence is enough.", TITLE_MOST);
    let good = form.required("good", "What does good look like?", TEXT_MOST);
    let texts: Vec<Option<String>> = [("recurs", 200), ("vip_reason", TEXT_MOST), ("evidence", TEXT_MOST), ("essential", 200)]
        .into_iter()
        .map(|(name, most)| form.optional(name, most))
        .collect();
    let lists: Vec<Option<String>> = ["str", "caf"].into_iter().map(|name| form.optional(name, 400)).collect();
    let mut adapt = std::collections::BTreeMap::new();
    let mut models = Vec::new();
    for model in &pack.models {
        let text = form.optional(&format!("adapt-{}", model.id), TEXT_MOST).unwrap_or_default();
        if form.holds("models", &model.id) {
            models.push(model.id.clone());
            if !text.is_empty() {
                adapt.insert(model.id.clone(), text);
            }
        }
    }
    let month = |form: &Form, name: String| form.value(&name).parse::<u32>().ok();
    let due = pack.cycles.iter().filter_map(|cycle| {
        let start = month(form, format!("start-{}", cycle.number))?;
        let end = month(form, format!("end-{}", cycle.number)).unwrap_or(start);
        Some(Due { cycle: cycle.number, start, end })
    });
    let due = due.collect();
    if form.has_errors() {
        return None;
    }
    let text = |place: usize| texts.get(place).cloned().flatten().unwrap_or_default();
    let list = |place: usize| codes(&lists.get(place).cloned().flatten().unwrap_or_default());
    let practice = Practice {
        code: code?,
        title: title?,
        good: good?,
        step: form.value("step").to_owned(),
        strand: form.value("strand").parse().unwrap_or(0),
        phase: form.value("phase").parse().unwrap_or(0),
        due,
        // What it is adapted for can only be said of a model that it is for.
        adapt,
        models,
        vip: form.holds("vip", "yes"),
        vip_reason: text(1),
        first_year_only: form.holds("first_year_only", "yes"),
        recurs: text(0),
        evidence: text(2).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        str: list(0),
        caf: list(1),
        essential: text(3),
        ..before.clone()
    };
    for refusal in check::practice(pack, &practice) {
        let place = refusal.column.unwrap_or_default();
        form.refuse(&field(&place), format!("{} {}", refusal.problem, refusal.advice));
    }
    (!form.has_errors()).then_some(practice)
}

/// The field of the form that a refusal's place names.
fn field(place: &str) -> String {
    let last = place.rsplit(", ").next().unwrap_or(place);
    if let Some(cycle) = place.split("due in cycle ").nth(1).and_then(|rest| rest.split(',').next()) {
        return format!("{}-{cycle}", if last == "end" { "end" } else { "start" });
    }
    match last {
        "adapt" => "models".to_owned(),
        _ if place.starts_with("str ") => "str".to_owned(),
        _ if place.starts_with("caf ") => "caf".to_owned(),
        known => known.to_owned(),
    }
}
