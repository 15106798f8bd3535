//! A plan as it stands: read, printed, begun.

use askama::Template;
use partnerships::partnerships::PartnershipFrame;
use platform::{
    Cx,
    access::{May, actions::See},
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{
    super::{
        PlanThere,
        shown::{self, Drawing, OfTheCycle, ShownSection},
        store::{self, Version},
        template::Template as Pattern,
        told::{Told, differences},
        verbs::{self, Seen},
    },
    agreed, frame, of_cycle,
};
use crate::{
    cycles::{self, Run, store::Member},
    frameworks::framework_in,
    wording,
};

/// A version as the list shows it.
struct VersionLine {
    number: i32,
    when: String,
    by: String,
    why: String,
    href: String,
    /// Where it is compared with the one before; empty for the first.
    compare: String,
}

/// A plan that was begun, as it stands.
struct Standing {
    sections: Vec<ShownSection>,
    /// How far it is, in a sentence.
    said: String,
    /// What of the cycle before was finished, or let go.
    folded: Vec<(String, String)>,
    folded_words: String,
    versions: Vec<VersionLine>,
    seen: Seen,
    /// How much differs from the last version, in words; empty when nothing does.
    differs: String,
    /// What stands in the way of calling it whole.
    open: Vec<String>,
    /// The last plan of before: its cycle, and where the two are compared.
    before: Option<(String, String)>,
    signs: Vec<Member>,
}

#[derive(Template)]
#[template(path = "plans/web/show.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    lede: String,
    base: String,
    cycle_href: String,
    name: String,
    organisation: String,
    standing: Option<Standing>,
    /// What a plan asks, for those who have none yet.
    asks: Vec<(String, String)>,
    /// What a new one begins as.
    begins: String,
    may_write: bool,
    may_run: bool,
    form: Form,
    is_stale: bool,
}

/// `GET /cycles/{cycle}/plan`
pub(super) async fn show(may: May<See, PlanThere>, cx: Cx) -> Answered {
    let page_of = page_of(&cx, may.who(), may.thing(), may.also::<Run>(), Form::default(), false).await?;
    page(&page_of)
}

/// The page with a form that came back.
pub(super) async fn again(cx: &Cx, may: &May<Run, PlanThere>, form: Form, is_stale: bool) -> Answered {
    page_with_errors(&page_of(cx, may.who(), may.thing(), true, form, is_stale).await?)
}

async fn page_of(
    cx: &Cx,
    who: &platform::access::Standing,
    there: &PlanThere,
    may_run: bool,
    form: Form,
    is_stale: bool,
) -> Result<Page, platform::Error> {
    let (on, cycle) = (cx.db().read(), there.cycle());
    let before = store::before(on, there.partnership.id, cycle).await?;
    let mut page = Page {
        shell: cx.shell(format!("Professional Learning Plan: {}", there.partnership.name), "/partnerships"),
        frame: frame(cx, who, there, "Professional Learning Plan", false),
        lede: format!("{}. {}.", there.partnership.name, of_cycle(cx, cycle)),
        base: there.href(),
        cycle_href: cycle.href(),
        name: there.partnership.name.clone(),
        organisation: cx.settings.organisation().to_owned(),
        standing: None,
        asks: Vec::new(),
        begins: String::new(),
        may_write: may_run && cycle.state != "closed",
        may_run,
        form,
        is_stale,
    };
    let Some(plan) = &there.plan else {
        let template = Pattern::latest(on).await?;
        let sections = template.into_iter().flat_map(|template| template.sections);
        page.asks = sections.map(|section| (section.title, section.help)).collect();
        page.begins = match &before {
            Some(before) => format!(
                "It begins as a copy of the plan of Cycle {}, “{}”. Each line that comes along asks whether it is still right.",
                before.number, before.title
            ),
            None => "It begins empty, beside the goals and actions that stand in the cycle already.".to_owned(),
        };
        return Ok(page);
    };
    let template = Pattern::of(on, &plan.template_key).await?;
    let framework = framework_in(cx, there.partnership.id, there.cycle().year()).await?;
    let sections = store::SECTIONS.standing(on, plan.id).await?;
    let of_cycle = OfTheCycle::read(on, there.partnership.id, cycle.id, cx.today()).await?;
    let drawing = Drawing { cycle, of_cycle: &of_cycle, framework: framework.as_deref() };
    let shown = drawing.sections(&template, &sections);
    let versions = store::versions(on, plan.id).await?;
    let last = store::told(on, plan.id, None).await?;
    let folded = folded(cx, there).await?;
    let differs = differs(&versions, last.as_ref(), &shown);
    let base = there.href();
    page.lede = match versions.first() {
        // What is printed says whether it is what was agreed on.
        Some(version) => format!("{} {} {differs}", page.lede, agreed(cx, version.number, version.at)).trim_end().to_owned(),
        None => format!("{} Nothing is agreed on yet.", page.lede),
    };
    page.standing = Some(Standing {
        said: said(&shown),
        folded_words: counted(i64::try_from(folded.len()).unwrap_or(i64::MAX), "action", "actions"),
        folded,
        seen: Seen { number: versions.first().map_or(0, |version| version.number), writings: store::writings(&sections) },
        versions: lines(cx, &base, versions),
        differs,
        open: open(&shown),
        before: before
            .map(|before| (format!("Cycle {}: {}", before.number, before.title), format!("{base}/comparison?from=last"))),
        sections: shown,
        signs: of_cycle.members,
    });
    Ok(page)
}

/// How far a plan is.
fn said(sections: &[ShownSection]) -> String {
    let whole = sections.iter().filter(|section| section.is_whole()).count();
    let carried: usize = sections.iter().map(|section| section.carried).sum();
    let asks = match carried {
        0 => String::new(),
        1 => " One line came along from the last plan. Is it still right?".to_owned(),
        more => format!(" {more} lines came along from the last plan. Are they still right?"),
    };
    format!("{whole} of {} sections are written.{asks}", sections.len())
}

/// The sections that are not whole, for those who are about to agree on it.
fn open(sections: &[ShownSection]) -> Vec<String> {
    // What belongs to a later step of the cycle is not missing yet.
    let asked = sections.iter().filter(|section| section.fields.iter().any(|field| field.is_missing) || section.carried > 0);
    asked.map(|section| section.title.clone()).collect()
}

fn differs(versions: &[Version], last: Option<&Told>, shown: &[ShownSection]) -> String {
    let now = shown::told(shown);
    let nothing = Told::default();
    let count: usize = differences(last.unwrap_or(&nothing), &now).iter().map(|section| section.fields.len()).sum();
    match (versions.first(), count) {
        (_, 0) => String::new(),
        (None, _) => "This will be its first version.".to_owned(),
        (Some(version), 1) => format!("One answer differs from version {}.", version.number),
        (Some(version), more) => format!("{more} answers differ from version {}.", version.number),
    }
}

/// What was finished, or let go, in the cycle that this one carries on: text and state.
async fn folded(cx: &Cx, there: &PlanThere) -> Result<Vec<(String, String)>, platform::Error> {
    // A cycle that carries none on asks as often.
    let before = there.cycle().carried_from_id.unwrap_or(crate::CycleId(uuid::Uuid::nil()));
    let actions = cycles::store::plan(cx.db().read(), before).await?;
    let over = actions.into_iter().filter(|action| ["done", "dropped"].contains(&action.status.as_str()));
    let words = |status: &str| cycles::words::of(&cycles::ACTION_STATUSES, status).to_owned();
    Ok(over.map(|action| (words(&action.status), action.text)).map(|(state, text)| (text, state)).collect())
}

fn lines(cx: &Cx, base: &str, versions: Vec<Version>) -> Vec<VersionLine> {
    let line = |version: Version| VersionLine {
        number: version.number,
        when: wording::when(cx, version.at),
        by: version.author.unwrap_or_default(),
        why: version.why,
        href: format!("{base}/versions/{}", version.number),
        compare: if version.number > 1 {
            format!("{base}/comparison?from={}&to={}", version.number - 1, version.number)
        } else {
            String::new()
        },
    };
    versions.into_iter().map(line).collect()
}

/// `POST /cycles/{cycle}/plan`
pub(super) async fn begin(may: May<Run, PlanThere>, cx: Cx) -> Answered {
    let framework = framework_in(&cx, may.thing().partnership.id, may.thing().cycle().year()).await?;
    verbs::begin(&may, &cx, framework.as_deref()).await?;
    Ok(go_to_with(&may.thing().href(), &Toast::saying("The plan is begun. Write it section by section, in any order.")))
}
