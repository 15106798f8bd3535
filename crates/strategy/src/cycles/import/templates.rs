//! Templates of cycles as a content pack.

use std::collections::HashSet;

use platform::{
    Error,
    db::{self, Db, FromQueryResult},
    import::{Export, Form, Kind, Refusal, Source, Taking, Tally},
};
use serde::{Deserialize, Serialize};

use crate::{cycles::template::PARTS, tracker::rules::is_key};

pub(super) const KIND: Kind = Kind {
    name: "cycle-templates",
    about: "The kinds of cycles: steps, their questions, and what belongs to each, as TOML.",
    columns: &[],
    form: Form::Text,
    may: super::operator,
    opens_doors: false,
    run: |taking, sources| Box::pin(run(taking, sources)),
    export: |db| Box::pin(export(db)),
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    template: Vec<Template>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Template {
    id: String,
    name: String,
    short: String,
    about: String,
    step: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Step {
    id: String,
    name: String,
    holds: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    practices_of: String,
    #[serde(default)]
    only_in_last_cycle: bool,
    prompts: Vec<String>,
}

#[derive(FromQueryResult)]
struct TemplateRow {
    key: String,
    name: String,
    short: String,
    about: String,
}

#[derive(FromQueryResult)]
struct StepRow {
    template_key: String,
    key: String,
    name: String,
    holds: String,
    practices_of: String,
    only_in_last_cycle: bool,
    prompts: String,
}

/// All templates, in order.
async fn all(on: &impl db::ConnectionTrait) -> Result<Vec<Template>, Error> {
    let sql = "select key, name, short, about from cycle_template order by position, key";
    let templates = db::rows::<TemplateRow>(on, sql, vec![]).await?;
    let sql = "select template_key, key, name, holds, practices_of, only_in_last_cycle, prompts from cycle_template_step
         order by template_key, position";
    let steps = db::rows::<StepRow>(on, sql, vec![]).await?;
    let steps_of = |key: &str| {
        let own = steps.iter().filter(|step| step.template_key == key);
        let step = |step: &StepRow| Step {
            id: step.key.clone(),
            name: step.name.clone(),
            holds: step.holds.split_whitespace().map(str::to_owned).collect(),
            practices_of: step.practices_of.clone(),
            only_in_last_cycle: step.only_in_last_cycle,
            prompts: step.prompts.lines().map(str::to_owned).collect(),
        };
        own.map(step).collect()
    };
    let template =
        |row: TemplateRow| Template { step: steps_of(&row.key), id: row.key, name: row.name, short: row.short, about: row.about };
    Ok(templates.into_iter().map(template).collect())
}

async fn export(db: &Db) -> Result<Export, Error> {
    let pack = Pack { template: all(db.read()).await? };
    toml::to_string(&pack).map(Export::Text).map_err(|error| Error::Ours(error.to_string()))
}

async fn run(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let before = all(&**taking.tx).await?;
    let mut tally = Tally::default();
    let mut taken: Vec<(usize, Template)> = Vec::new();
    for source in sources {
        let Source::Text(file, text) = source else { continue };
        match toml::from_str::<Pack>(text) {
            Ok(pack) => {
                for template in pack.template {
                    check(file, &template, &mut tally.refused);
                    if taken.iter().any(|(_, known)| known.id == template.id) {
                        tally.refused.push(refusal(file, &template.id, "Two templates have this id.", "Give each its own."));
                    }
                    let place = before.iter().position(|known| known.id == template.id);
                    match place {
                        Some(place) if before[place] == template => tally.same += 1,
                        Some(place) => {
                            check_standing(taking, file, &template, &mut tally.refused).await?;
                            tally.changed += 1;
                            taken.push((place, template));
                        }
                        None => {
                            tally.new += 1;
                            taken.push((before.len() + taken.len(), template));
                        }
                    }
                }
            }
            Err(error) => {
                let row = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() as u64 + 1);
                let said = error.message().trim_end_matches('.').replace('\n', " ");
                let problem = format!("It can’t be read: {said}.");
                tally.refused.push(Refusal { row, ..Refusal::whole(file, problem, "Compare it with the default pack.") });
            }
        }
    }
    if tally.is_clean() {
        for (place, template) in taken {
            put(taking, place, &template).await?;
        }
    }
    Ok(tally)
}

fn refusal(file: &str, place: &str, problem: &str, advice: &str) -> Refusal {
    Refusal::whole(file, problem, advice).column(place)
}

/// What a template must hold.
fn check(file: &str, template: &Template, refused: &mut Vec<Refusal>) {
    let mut refuse = |place: String, problem: &str, advice: &str| refused.push(refusal(file, &place, problem, advice));
    let called = format!("template {}", template.id);
    if !is_key(&template.id) {
        refuse(called.clone(), "Its id can’t stand in an address.", "Use letters, digits, points and hyphens.");
    }
    if [&template.name, &template.short].into_iter().any(|text| text.trim().is_empty()) {
        refuse(called.clone(), "It has no name.", "Write a name and a short one.");
    }
    if template.step.is_empty() {
        refuse(called.clone(), "It has no step.", "Write at least one [[template.step]].");
    }
    let mut seen = HashSet::new();
    for step in &template.step {
        let place = format!("{called}, step {}", step.id);
        if !is_key(&step.id) || !seen.insert(step.id.as_str()) {
            refuse(place.clone(), "Each step needs an id of its own.", "Use letters, digits, points and hyphens.");
        }
        if step.name.trim().is_empty() {
            refuse(place.clone(), "It has no name.", "Write one or two words.");
        }
        if let Some(unknown) = step.holds.iter().find(|part| !PARTS.contains(&part.as_str())) {
            let problem = format!("A cycle has no part that is called {unknown}.");
            refuse(place.clone(), &problem, &format!("It can be: {}.", PARTS.join(", ")));
        }
        if step.prompts.iter().any(|prompt| prompt.trim().is_empty() || prompt.contains('\n')) {
            refuse(place, "A question is empty, or longer than a line.", "Write each as one line.");
        }
    }
}

/// A step in which an open cycle stands can't go.
async fn check_standing(taking: &Taking<'_>, file: &str, template: &Template, refused: &mut Vec<Refusal>) -> Result<(), Error> {
    #[derive(FromQueryResult)]
    struct Standing {
        step_key: String,
        cycles: i64,
    }
    let sql = "select step_key, count(*) as cycles from cycle where template_key = $1 and state = 'open' group by step_key";
    for standing in db::rows::<Standing>(&**taking.tx, sql, vec![template.id.clone().into()]).await? {
        if !template.step.iter().any(|step| step.id == standing.step_key) {
            let problem = format!("{} open cycles stand in the step {}, which is left out.", standing.cycles, standing.step_key);
            refused.push(refusal(file, &format!("template {}", template.id), &problem, "Keep the step until they are closed."));
        }
    }
    Ok(())
}

async fn put(taking: &Taking<'_>, place: usize, template: &Template) -> Result<(), Error> {
    let tx = taking.tx;
    let place = i32::try_from(place).unwrap_or(i32::MAX);
    db::exec(
        &**tx,
        "insert into cycle_template (key, position, name, short, about) values ($1, $2, $3, $4, $5)
         on conflict (key) do update set name = excluded.name, short = excluded.short, about = excluded.about",
        vec![
            template.id.clone().into(),
            place.into(),
            template.name.clone().into(),
            template.short.clone().into(),
            template.about.clone().into(),
        ],
    )
    .await?;
    db::exec(&**tx, "delete from cycle_template_step where template_key = $1", vec![template.id.clone().into()]).await?;
    let rows = (1_i32..).zip(&template.step).map(|(position, step)| {
        vec![
            template.id.clone().into(),
            step.id.clone().into(),
            position.into(),
            step.name.clone().into(),
            step.holds.join(" ").into(),
            step.practices_of.clone().into(),
            step.prompts.join("\n").into(),
            step.only_in_last_cycle.into(),
        ]
    });
    let columns = "template_key, key, position, name, holds, practices_of, prompts, only_in_last_cycle";
    db::insert(&**tx, "cycle_template_step", columns, rows.collect()).await?;
    Ok(())
}
