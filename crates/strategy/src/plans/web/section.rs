//! One section of a plan is written.

use askama::Template;
use partnerships::partnerships::PartnershipFrame;
use platform::{
    Cx, Error,
    access::May,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{
    super::{
        PlanThere,
        answers::{Answers, World},
        asked::{Asked, asked},
        sections::{Sections, Stands},
        shown::{self, Drawing, OfTheCycle},
        store,
        template::{Section, Template as Pattern},
        verbs,
    },
    frame, of_cycle,
};
use crate::{
    cycles::Run,
    frameworks::{Framework, framework_in},
    wording::Kept,
};

#[derive(Template)]
#[template(path = "plans/web/section.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    lede: String,
    base: String,
    section: Section,
    /// All sections: title, address, whether it is this one, its sign and its state.
    sections: Vec<(String, String, bool, &'static str, &'static str)>,
    fields: Vec<Asked>,
    changes: Vec<(String, String)>,
    form: Form,
    draft: String,
    /// The title of the section that comes next; empty for the last.
    next: String,
    stands: Option<Kept>,
    history: Vec<Kept>,
}

/// A section with everything that its form needs.
struct Desk {
    template: Pattern,
    section: Section,
    sections: Sections,
    of_cycle: OfTheCycle,
    framework: Option<std::sync::Arc<Framework>>,
}

impl Desk {
    async fn read(cx: &Cx, may: &May<Run, PlanThere>) -> Result<Self, Error> {
        let (on, there) = (cx.db().read(), may.thing());
        let plan = there.begun()?;
        let template = Pattern::of(on, &plan.template_key).await?;
        let section = template.section(may.ids().get("section")?).ok_or(Error::NotFound)?.clone();
        let sections = store::SECTIONS.standing(on, plan.id).await?;
        let of_cycle = OfTheCycle::read(on, there.partnership.id, there.cycle().id, cx.today()).await?;
        Ok(Self {
            template,
            section,
            sections,
            of_cycle,
            framework: framework_in(cx, there.partnership.id, there.cycle().year()).await?,
        })
    }

    fn stands(&self) -> Stands {
        self.sections.get(&self.section.id).cloned().unwrap_or_default()
    }

    fn drawing<'a>(&'a self, there: &'a PlanThere) -> Drawing<'a> {
        Drawing { cycle: there.cycle(), of_cycle: &self.of_cycle, framework: self.framework.as_deref() }
    }
}

async fn page_of(cx: &Cx, may: &May<Run, PlanThere>, desk: Desk, form: Form, is_stale: bool) -> Result<Page, Error> {
    let there = may.thing();
    let mut history = store::SECTIONS.wordings(cx, there.begun()?.id, &desk.section.id).await?;
    let stands = (is_stale && !history.is_empty()).then(|| history.remove(0));
    let base = there.href();
    let answers = desk.stands().answers;
    let drawing = desk.drawing(there);
    let all = drawing.sections(&desk.template, &desk.sections);
    let place = all.iter().position(|section| section.key == desk.section.id).unwrap_or(0);
    let shown = drawing.section(&desk.section, &answers);
    let fields = desk.section.field.iter().zip(shown.fields).map(|(field, shown)| asked(field, shown, &answers, &form));
    Ok(Page {
        shell: cx.shell(format!("{}: {}", desk.section.title, there.partnership.name), "/partnerships"),
        frame: frame(cx, may.who(), there, &desk.section.title, true),
        lede: format!("Section {} of {} of the plan. {}.", place + 1, all.len(), of_cycle(cx, there.cycle())),
        fields: fields.collect(),
        next: all.get(place + 1).map(|section| section.title.clone()).unwrap_or_default(),
        sections: all
            .iter()
            .map(|one| {
                let href = format!("{base}/sections/{}", one.key);
                (one.title.clone(), href, one.key == desk.section.id, one.glyph(), one.state())
            })
            .collect(),
        changes: desk.of_cycle.changes,
        draft: format!("plan:{}:{}", there.cycle().key, desk.section.id),
        section: desk.section,
        base,
        form,
        stands,
        history,
    })
}

/// `GET /cycles/{cycle}/plan/sections/{section}`
pub(super) async fn show(may: May<Run, PlanThere>, cx: Cx) -> Answered {
    let desk = Desk::read(&cx, &may).await?;
    let stands = desk.stands();
    let mut form = stands.answers.form(&desk.section);
    form.put("version", vec![stands.version.to_string()]);
    page(&page_of(&cx, &may, desk, form, false).await?)
}

/// `POST /cycles/{cycle}/plan/sections/{section}`
pub(super) async fn write(may: May<Run, PlanThere>, cx: Cx, mut form: Form) -> Answered {
    let desk = Desk::read(&cx, &may).await?;
    let stands = desk.stands();
    let answers = {
        let world = World { framework: desk.framework.as_deref(), changes: &desk.of_cycle.changes };
        Answers::read(&mut form, &desk.section, &stands.answers, &world)
    };
    let Some(answers) = answers else {
        return page_with_errors(&page_of(&cx, &may, desk, form, false).await?);
    };
    if answers == stands.answers && form.version() == stands.version {
        return Ok(onward(&may, &desk, &form, "Nothing was changed."));
    }
    let said = shown::said(&desk.section, &desk.drawing(may.thing()).section(&desk.section, &answers).fields);
    match verbs::write(&may, &cx, &desk.section, form.version(), &answers, &said).await {
        Ok(()) => Ok(onward(&may, &desk, &form, "Saved. The wording before is kept.")),
        Err(Error::Stale) => {
            // What is typed stands; sent once more, it is meant to stand over the other's words, which are shown beside it.
            form.put("version", vec![stands.version.to_string()]);
            page_with_errors(&page_of(&cx, &may, desk, form, true).await?)
        }
        Err(error) => Err(error),
    }
}

/// On to the next section, or back to the plan.
fn onward(may: &May<Run, PlanThere>, desk: &Desk, form: &Form, words: &str) -> axum::response::Response {
    let base = may.thing().href();
    let place = desk.template.sections.iter().position(|section| section.id == desk.section.id);
    let next = place.and_then(|place| desk.template.sections.get(place + 1)).filter(|_| form.value("onward") == "next");
    let href = match next {
        Some(next) => format!("{base}/sections/{}", next.id),
        None => format!("{base}#section-{}", desk.section.id),
    };
    go_to_with(&href, &Toast::saying(words))
}
