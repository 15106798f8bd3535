//! One practice of the draft: what it says now and was before, and the form that changes it; and the form of a new one.

use askama::Template;
use platform::{
    Cx, Error,
    access::{
        May,
        actions::{Edit, See},
    },
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{
    super::{
        super::pack::Practice,
        discussion::{self, Comment},
        policy::OpenDraft,
        rules::{REASON_MOST, State},
        store::Signed,
        verbs::{self, HREF},
    },
    fields::{self, Fields},
    view::{Change, Read, line_href},
};
use crate::differences::{Woven, woven};

#[derive(Template)]
#[template(path = "frameworks/draft/web/line.html")]
pub(super) struct Page {
    shell: Shell,
    title: String,
    base: i32,
    number: i32,
    href: String,
    change: Change,
    differs: bool,
    retired: bool,
    stands: bool,
    version: i32,
    fields: Fields,
    /// What somebody else wrote meanwhile, woven with what stands in the form.
    other: Vec<(&'static str, Vec<Woven>)>,
    act: Act,
    /// All that is wrong in that form, under the ids of its fields.
    act_errors: Vec<(String, String)>,
    parts: Vec<PartFields>,
    others: Vec<(String, String)>,
    /// The words that stand, for proposals.
    says: (String, String),
    may_edit: bool,
}

/// The form of one of the other acts, when it came back.
#[derive(Default)]
pub(super) struct Act {
    pub name: &'static str,
    pub form: Form,
}

/// A field of a part that a practice is split into.
struct PartField {
    name: String,
    id: String,
    value: String,
    error: String,
}

/// A part that a practice is split into.
struct PartFields {
    place: usize,
    code: PartField,
    title: PartField,
    good: PartField,
}

#[derive(Template)]
#[template(path = "frameworks/draft/web/addition.html")]
struct AdditionPage {
    shell: Shell,
    number: i32,
    fields: Fields,
}

/// The line that the address names.
pub(in super::super) fn named(read: &Read, number: &str) -> Result<Signed, Error> {
    let number: i32 = number.parse().map_err(|_| Error::NotFound)?;
    let found = read.signed.iter().find(|one| one.line.number == number);
    found.filter(|one| matches!(one.line.state, State::Stands | State::Retired)).cloned().ok_or(Error::NotFound)
}

/// What stands in the forms of a line's page.
pub(super) struct Forms {
    /// That of the practice itself; none for what stands in the draft.
    pub change: Option<Form>,
    pub act: Act,
    pub is_stale: bool,
}

pub(super) fn page_of(cx: &Cx, read: &Read, one: &Signed, comments: &[Comment], may_edit: bool, forms: Forms) -> Page {
    let line = &one.line;
    let title = format!("{} {}", line.says.code, line.says.title);
    let mut form = forms.change.unwrap_or_else(|| fields::standing(&line.says, &line.reason, line.version));
    let mut other = Vec::new();
    if forms.is_stale {
        // What is typed stands; sent once more, it is meant to stand over the other's words, which are shown beside it.
        form.put("version", vec![line.version.to_string()]);
        for (name, label, now) in [("title", "Wording", &line.says.title), ("good", "What good looks like", &line.says.good)] {
            other.push((label, woven(now, form.value(name))));
        }
    }
    let others = read.sheet.standing().filter(|another| another.number != line.number);
    let others = others.map(|another| {
        let key = format!("{}.{}", another.number, another.version);
        (key, format!("{} {}", another.says.code, another.says.title))
    });
    Page {
        shell: cx.shell(format!("{title}: draft of version {}", read.draft.number), "/practices"),
        title,
        base: read.base_number(),
        number: read.draft.number,
        href: line_href(line.number),
        change: read.change(one, comments, cx),
        differs: read.sheet.differs(line),
        retired: line.state == State::Retired,
        stands: line.state == State::Stands,
        version: line.version,
        parts: parts_of(&forms.act, &line.says),
        act_errors: forms.act.errors(),
        fields: Fields::of(form, &read.pack, &read.calendar),
        other,
        act: forms.act,
        says: (line.says.title.clone(), line.says.good.clone()),
        others: std::iter::once((String::new(), "Choose a practice".to_owned())).chain(others).collect(),
        may_edit,
    }
}

impl Act {
    fn errors(&self) -> Vec<(String, String)> {
        let errors = self.form.errors().iter();
        errors.map(|(name, words)| (format!("{}-{name}", self.name), words.clone())).collect()
    }
}

/// How many parts the form offers; the third may stay empty.
const PARTS: usize = 3;

fn parts_of(act: &Act, says: &Practice) -> Vec<PartFields> {
    let field = |name: &str, place: usize, standing: &str| {
        let name = format!("{name}-{place}");
        let is_back = act.name == "split";
        let first = if place == 1 { standing } else { "" };
        PartField {
            id: format!("split-{name}"),
            value: if is_back { act.form.value(&name) } else { first }.to_owned(),
            error: if is_back { act.form.error(&name) } else { "" }.to_owned(),
            name,
        }
    };
    let parts = (1..=PARTS).map(|place| PartFields {
        place,
        code: field("code", place, &says.code),
        title: field("title", place, &says.title),
        good: field("good", place, &says.good),
    });
    parts.collect()
}

impl Page {
    /// What stands in a field of one of the other acts: what was typed, else what the practice says.
    fn act_value<'a>(&'a self, act: &str, name: &str, standing: &'a str) -> &'a str {
        if self.act.name == act { self.act.form.value(name) } else { standing }
    }

    fn act_error(&self, act: &str, name: &str) -> &str {
        if self.act.name == act { self.act.form.error(name) } else { "" }
    }
}

/// `GET /practices/draft/practices/{line}`
pub(super) async fn show(may: May<See, OpenDraft>, cx: Cx) -> Answered {
    let read = Read::of(&cx, &may.draft).await?;
    let one = named(&read, may.ids().get("line")?)?;
    let forms = Forms { change: None, act: Act::default(), is_stale: false };
    let comments = discussion::all(cx.db().read(), read.draft.id).await?;
    page(&page_of(&cx, &read, &one, &comments, may.also::<Edit>(), forms))
}

/// What a step is told as, with the way back.
pub(super) fn done(address: &str, words: &str, step: i32) -> Answered {
    Ok(go_to_with(address, &Toast::with_undo(words, format!("{HREF}/steps/{step}/reversal"))))
}

/// `POST /practices/draft/practices/{line}`
pub(super) async fn change(may: May<Edit, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    let read = Read::of(&cx, &may.draft).await?;
    let one = named(&read, may.ids().get("line")?)?;
    let says = fields::read(&mut form, &read.pack, &one.line.says);
    let reason = form.optional("reason", REASON_MOST);
    let mut is_stale = false;
    if let (Some(says), Some(reason)) = (says, reason) {
        match verbs::reword(&may, &cx, (one.line.number, form.version()), says, &reason).await {
            Ok(step) => return done(&format!("{HREF}#line-{}", one.line.number), "Changed.", step),
            Err(Error::Refused(words)) => form.refuse(if reason.is_empty() { "reason" } else { "code" }, words),
            Err(Error::Stale) => is_stale = true,
            Err(error) => return Err(error),
        }
    }
    let forms = Forms { change: Some(form), act: Act::default(), is_stale };
    let comments = discussion::all(cx.db().read(), read.draft.id).await?;
    page_with_errors(&page_of(&cx, &read, &one, &comments, true, forms))
}

fn addition(cx: &Cx, read: &Read, form: Form) -> AdditionPage {
    AdditionPage {
        shell: cx.shell(format!("A new practice: draft of version {}", read.draft.number), "/practices"),
        number: read.draft.number,
        fields: Fields::of(form, &read.pack, &read.calendar),
    }
}

/// `GET /practices/draft/addition`
pub(super) async fn begin(may: May<Edit, OpenDraft>, cx: Cx) -> Answered {
    let read = Read::of(&cx, &may.draft).await?;
    let models = read.pack.models.iter().map(|model| ("models".to_owned(), model.id.clone()));
    let form = Form::of(models);
    page(&addition(&cx, &read, form))
}

/// `POST /practices/draft/practices`
pub(super) async fn add(may: May<Edit, OpenDraft>, cx: Cx, mut form: Form) -> Answered {
    let read = Read::of(&cx, &may.draft).await?;
    let says = fields::read(&mut form, &read.pack, &Practice::blank(read.sheet.next_item()));
    let reason = form.required("reason", "Why is it needed? A sentence is enough.", REASON_MOST);
    if let (Some(says), Some(reason)) = (says, reason) {
        match verbs::add(&may, &cx, says, &reason).await {
            Ok(step) => return done(HREF, "Added.", step),
            Err(Error::Refused(words)) => form.refuse("code", words),
            Err(error) => return Err(error),
        }
    }
    page_with_errors(&addition(&cx, &read, form))
}
