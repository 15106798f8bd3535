//! The versions of a plan: agreed on, read again, compared.

use askama::Template;
use axum::extract::Query;
use partnerships::partnerships::PartnershipFrame;
use platform::{
    Cx, Error,
    access::{May, actions::See},
    web::{Answered, Form, Shell, Toast, go_to_with, page},
};
use serde::Deserialize;

use super::{
    super::{
        PlanThere,
        shown::{self, Drawing, OfTheCycle},
        store::{self, Version},
        template::Template as Pattern,
        told::{Differences, Told, ToldSection, differences},
        verbs::{self, Seen},
    },
    agreed, frame, show as plan,
};
use crate::{cycles::Run, frameworks::framework_in};

/// The longest reason, in characters.
const WHY_MOST: usize = 200;

/// `POST /cycles/{cycle}/plan/versions`
pub(super) async fn agree(may: May<Run, PlanThere>, cx: Cx, mut form: Form) -> Answered {
    let there = may.thing();
    let template = Pattern::of(cx.db().read(), &there.begun()?.template_key).await?;
    let framework = framework_in(&cx, there.partnership.id, there.cycle().year()).await?;
    let number = |name: &str| form.value(name).parse().unwrap_or(-1);
    let seen = Seen { number: number("version"), writings: number("writings") };
    let Some(why) = form.required("why", "Why does it differ? A line is enough.", WHY_MOST) else {
        return plan::again(&cx, &may, form, false).await;
    };
    match verbs::agree(&may, &cx, &template, framework.as_deref(), seen, &why).await {
        Ok(number) => Ok(go_to_with(&there.href(), &Toast::saying(format!("Version {number} is agreed on. It stays as it is.")))),
        Err(Error::Refused(words)) => {
            form.refuse("why", words);
            plan::again(&cx, &may, form, false).await
        }
        Err(Error::Stale) => plan::again(&cx, &may, form, true).await,
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "plans/web/version.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    lede: String,
    why: String,
    base: String,
    number: i32,
    sections: Vec<ToldSection>,
}

fn named(versions: &[Version], number: &str) -> Result<Version, Error> {
    versions.iter().find(|version| version.number.to_string() == number).cloned().ok_or(Error::NotFound)
}

async fn told(cx: &Cx, there: &PlanThere, number: i32) -> Result<Told, Error> {
    store::told(cx.db().read(), there.begun()?.id, Some(number)).await?.ok_or(Error::NotFound)
}

/// `GET /cycles/{cycle}/plan/versions/{version}`
pub(super) async fn show(may: May<See, PlanThere>, cx: Cx) -> Answered {
    let there = may.thing();
    let versions = store::versions(cx.db().read(), there.begun()?.id).await?;
    let version = named(&versions, may.ids().get("version")?)?;
    let mut told = told(&cx, there, version.number).await?;
    for section in &mut told.sections {
        section.fields.retain(|field| !field.text.is_empty());
    }
    told.sections.retain(|section| !section.fields.is_empty());
    page(&Page {
        shell: cx.shell(format!("Version {} of the plan: {}", version.number, there.partnership.name), "/partnerships"),
        frame: frame(&cx, may.who(), there, &format!("Version {} of the plan", version.number), true),
        lede: agreed(&cx, version.number, version.at),
        why: version.why,
        base: there.href(),
        number: version.number,
        sections: told.sections,
    })
}

/// What the address says: two versions, by their numbers; `now` is what stands, `last` the last version of the plan before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "plans/web/comparison.html")]
struct Comparison {
    shell: Shell,
    frame: PartnershipFrame,
    base: String,
    befores: Vec<(String, String)>,
    afters: Vec<(String, String)>,
    from: String,
    to: String,
    heads: (String, String),
    why: String,
    summary: String,
    sections: Vec<Differences>,
}

/// `GET /cycles/{cycle}/plan/comparison`
pub(super) async fn compare(may: May<See, PlanThere>, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let (on, there) = (cx.db().read(), may.thing());
    let plan = there.begun()?;
    let versions = store::versions(on, plan.id).await?;
    let before = store::before(on, there.partnership.id, there.cycle()).await?;
    let to = if asked.to.is_empty() { "now".to_owned() } else { asked.to };
    let from = match (asked.from.as_str(), versions.first()) {
        ("", Some(version)) => version.number.to_string(),
        ("", None) => "last".to_owned(),
        (from, _) => from.to_owned(),
    };
    let (after, after_head, why) = if to == "now" {
        (now(&cx, there).await?, "What stands now".to_owned(), String::new())
    } else {
        let version = named(&versions, &to)?;
        (told(&cx, there, version.number).await?, format!("Version {}", version.number), version.why)
    };
    let (earlier, before_head) = if from == "last" {
        match &before {
            Some(before) => {
                (store::told(on, before.id, None).await?.unwrap_or_default(), format!("The plan of Cycle {}", before.number))
            }
            None => (Told::default(), "Nothing".to_owned()),
        }
    } else {
        let version = named(&versions, &from)?;
        (told(&cx, there, version.number).await?, format!("Version {}", version.number))
    };
    let sections = differences(&earlier, &after);
    let numbers: Vec<(String, String)> =
        versions.iter().map(|version| (version.number.to_string(), format!("Version {}", version.number))).collect();
    let last = before.iter().map(|before| ("last".to_owned(), format!("The plan of Cycle {}", before.number)));
    page(&Comparison {
        shell: cx.shell(format!("What changed in the plan: {}", there.partnership.name), "/partnerships"),
        frame: frame(&cx, may.who(), there, "What changed", true),
        base: there.href(),
        befores: numbers.iter().cloned().chain(last).collect(),
        afters: std::iter::once(("now".to_owned(), "What stands now".to_owned())).chain(numbers).collect(),
        from,
        to,
        heads: (before_head, after_head),
        why,
        summary: match sections.iter().map(|section| section.fields.len()).sum::<usize>() {
            0 => "Nothing differs.".to_owned(),
            1 => "One answer differs.".to_owned(),
            more => format!("{more} answers differ."),
        },
        sections,
    })
}

/// What the plan says as it stands.
async fn now(cx: &Cx, there: &PlanThere) -> Result<Told, Error> {
    let (on, plan) = (cx.db().read(), there.begun()?);
    let template = Pattern::of(on, &plan.template_key).await?;
    let framework = framework_in(cx, there.partnership.id, there.cycle().year()).await?;
    let sections = store::SECTIONS.standing(on, plan.id).await?;
    let of_cycle = OfTheCycle::read(on, there.partnership.id, there.cycle().id, cx.today()).await?;
    let drawing = Drawing { cycle: there.cycle(), of_cycle: &of_cycle, framework: framework.as_deref() };
    Ok(shown::told(&drawing.sections(&template, &sections)))
}
