//! One section is written.

use askama::Template;
use partnerships::partnerships::{PartnershipFrame, Record};
use platform::{
    Cx, Error,
    access::May,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{
    super::{
        YearThere,
        store::SECTIONS,
        template::{Part, Template as Pattern},
        verbs,
    },
    frame,
};
use crate::{
    frameworks::{Framework, framework_in},
    plans::{
        answers::{Answers, World},
        asked::{Asked, asked},
        sections::Stands,
        shown::{answered, said},
        template::Section,
    },
    wording::Kept,
};

#[derive(Template)]
#[template(path = "close_and_renew/web/section.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    lede: String,
    base: String,
    section: Section,
    is_ours: bool,
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
    part: Part,
    stands: Stands,
    framework: Option<std::sync::Arc<Framework>>,
}

impl Desk {
    async fn read(cx: &Cx, may: &May<Record, YearThere>) -> Result<Self, Error> {
        let begun = may.thing().begun()?;
        let template = Pattern::of(cx.db().read(), &begun.template_key).await?;
        let part = template.part(may.ids().get("year_section")?).ok_or(Error::NotFound)?.clone();
        // Those who write there are all of us.
        let stands = SECTIONS.standing(cx.db().read(), begun.id).await?.remove(&part.section.id).unwrap_or_default();
        Ok(Self { template, part, stands, framework: framework_in(cx, may.thing().partnership.id, may.thing().year).await? })
    }

    fn world(&self) -> World<'_> {
        World { framework: self.framework.as_deref(), changes: &[] }
    }

    fn place(&self) -> usize {
        self.template.parts.iter().position(|part| part.section.id == self.part.section.id).unwrap_or(0)
    }

    fn next(&self) -> Option<&Part> {
        self.template.parts.get(self.place() + 1)
    }
}

async fn page_of(cx: &Cx, may: &May<Record, YearThere>, desk: Desk, form: Form, is_stale: bool) -> Result<Page, Error> {
    let there = may.thing();
    let section = &desk.part.section;
    let mut history = SECTIONS.wordings(cx, there.begun()?.id, &section.id).await?;
    let stands = (is_stale && !history.is_empty()).then(|| history.remove(0));
    let answers = &desk.stands.answers;
    let field = |field| asked(field, answered(section, field, answers, &desk.world()), answers, &form);
    Ok(Page {
        shell: cx.shell(format!("{}: {}", section.title, there.partnership.name), "/partnerships"),
        frame: frame(cx, may.who(), there, section.title.clone(), true),
        lede: format!("{}, {}. Part {} of {}.", there.partnership.name, there.year, desk.place() + 1, desk.template.parts.len()),
        fields: section.field.iter().map(field).collect(),
        changes: Vec::new(),
        next: desk.next().map(|part| part.section.title.clone()).unwrap_or_default(),
        draft: format!("close-and-renew:{}:{}:{}", there.partnership.slug, there.year.key(), section.id),
        base: there.href(),
        section: section.clone(),
        is_ours: desk.part.is_ours,
        form,
        stands,
        history,
    })
}

/// `GET /partnerships/{partnership}/close-and-renew/{school_year}/sections/{year_section}`
pub(super) async fn show(may: May<Record, YearThere>, cx: Cx) -> Answered {
    let desk = Desk::read(&cx, &may).await?;
    let mut form = desk.stands.answers.form(&desk.part.section);
    form.put("version", vec![desk.stands.version.to_string()]);
    page(&page_of(&cx, &may, desk, form, false).await?)
}

/// `POST /partnerships/{partnership}/close-and-renew/{school_year}/sections/{year_section}`
pub(super) async fn write(may: May<Record, YearThere>, cx: Cx, mut form: Form) -> Answered {
    let desk = Desk::read(&cx, &may).await?;
    let answers = Answers::read(&mut form, &desk.part.section, &desk.stands.answers, &desk.world());
    let Some(answers) = answers else {
        return page_with_errors(&page_of(&cx, &may, desk, form, false).await?);
    };
    if answers == desk.stands.answers && form.version() == desk.stands.version {
        return Ok(onward(&may, &desk, &form, "Nothing was changed."));
    }
    let section = &desk.part.section;
    let fields: Vec<_> = section.field.iter().map(|field| answered(section, field, &answers, &desk.world())).collect();
    let words = said(section, &fields);
    match verbs::write(&may, &cx, &desk.part, form.version(), &answers, &words).await {
        Ok(()) => Ok(onward(&may, &desk, &form, "Saved. The wording before is kept.")),
        Err(Error::Stale) => {
            // What is typed stands; sent once more, it is meant to stand over the other's words, which are shown beside it.
            form.put("version", vec![desk.stands.version.to_string()]);
            page_with_errors(&page_of(&cx, &may, desk, form, true).await?)
        }
        Err(error) => Err(error),
    }
}

/// On to the next section, or back to the year.
fn onward(may: &May<Record, YearThere>, desk: &Desk, form: &Form, words: &str) -> axum::response::Response {
    let base = may.thing().href();
    let href = match desk.next().filter(|_| form.value("onward") == "next") {
        Some(next) => format!("{base}/sections/{}", next.section.id),
        None => format!("{base}#section-{}", desk.part.section.id),
    };
    go_to_with(&href, &Toast::saying(words))
}
