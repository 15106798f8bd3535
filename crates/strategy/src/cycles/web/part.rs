//! A part of a cycle is written, changed, taken out and brought back: a goal, an action, an entry of the log, a learning.

use askama::Template;
use axum::extract::Query;
use platform::{
    Cx, Error,
    access::{May, actions::See},
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};
use serde::Deserialize;
use uuid::Uuid;

use super::coachees::{self, Concerned};

use crate::{
    cycles::{
        ACTION_STATUSES, CycleThere, DECISIONS, GOAL_KINDS, LEARNINGS, MET, Owner,
        files::{self, lines::FileLine, verbs::Attached},
        parts::{Kept as Part, PartThere, World, verbs},
        policy::Run,
        store::{self, Revision},
    },
    wording::Kept,
};

/// What was kept of something.
pub(super) fn kept(cx: &Cx, revision: Revision) -> Kept {
    Kept::of(cx, revision.said, revision.author, revision.at)
}

/// From where a form was opened.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    from: String,
}

/// Where one goes after a form: to the plan, where it was opened from there, else to the cycle.
pub(super) fn back_of<N: Part>(there: &CycleThere, from: &str) -> String {
    match (&there.owner, from) {
        (Owner::Partnership(_), "plan") => format!("{}/plan", there.cycle.href()),
        _ => format!("{}#{}", there.cycle.href(), N::PLACE),
    }
}

#[derive(Template)]
#[template(path = "cycles/web/part.html")]
pub(super) struct Page {
    shell: Shell,
    /// Which form: the table's name.
    kind: &'static str,
    word: &'static str,
    crumbs: Vec<(String, String)>,
    back: String,
    action: String,
    form: Form,
    people: Vec<(String, String)>,
    draft: String,
    readers: String,
    is_new: bool,
    is_removed: bool,
    may_run: bool,
    /// All of it in words, for those who only read.
    said: String,
    stands: Option<Kept>,
    history: Vec<Kept>,
    /// Whether files can hang on it.
    takes_files: bool,
    files: Vec<FileLine>,
    /// How many were destroyed while it was taken out, in words; empty for none.
    destroyed: String,
    /// The key of what is attached next.
    files_key: String,
    /// Whom it concerns, for those who may know.
    concerned: Option<Concerned>,
}

impl Page {
    fn title(&self) -> String {
        match (self.is_new, self.may_run) {
            (true, _) => format!("A new {}", self.word),
            (false, true) => format!("Change the {}", self.word),
            (false, false) => format!("The {}", self.word),
        }
    }
}

pub(super) fn page_of<N: Part>(cx: &Cx, who: &platform::access::Standing, there: &CycleThere, world: &World, form: Form) -> Page {
    let CycleThere { owner, cycle, .. } = there;
    let mut crumbs: Vec<_> = owner.href().map(|href| (owner.name().to_owned(), href)).into_iter().collect();
    crumbs.push((format!("Cycle {}: {}", cycle.number, cycle.title), cycle.href()));
    let nobody = (String::new(), "Nobody yet".to_owned());
    Page {
        shell: cx.shell(format!("{}, Cycle {}, {}", upper_first(N::WORD), cycle.number, owner.name()), owner.section()),
        kind: N::TABLE,
        word: N::WORD,
        crumbs,
        back: back_of::<N>(there, form.value("from")),
        action: format!("{}/{}", cycle.href(), N::PATH),
        form,
        people: std::iter::once(nobody)
            .chain(world.people.iter().map(|person| (person.slug.clone(), person.name.clone())))
            .collect(),
        draft: format!("cycle:{}:{}:new", cycle.key, N::PATH),
        readers: owner.readers(who),
        is_new: true,
        is_removed: false,
        may_run: true,
        said: String::new(),
        stands: None,
        history: Vec::new(),
        takes_files: !N::FILES.is_empty(),
        files: Vec::new(),
        destroyed: String::new(),
        files_key: cx.new_id().to_string(),
        concerned: None,
    }
}

fn upper_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `GET /cycles/{cycle}/goals/new` and the like
pub(super) async fn new<N: Part>(may: May<Run, CycleThere>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let world = World::read(&cx, may.who(), may.thing()).await?;
    let mut form = N::blank(&world);
    form.put("key", vec![cx.new_id().to_string()]);
    form.put("from", vec![ask.from]);
    page(&page_of::<N>(&cx, may.who(), may.thing(), &world, form))
}

/// `POST /cycles/{cycle}/goals` and the like
pub(super) async fn add<N: Part>(may: May<Run, CycleThere>, cx: Cx, mut form: Form) -> Answered {
    let world = World::read(&cx, may.who(), may.thing()).await?;
    let part = <N as Part>::read(&mut form, &world);
    put(&may, &cx, &world, form, part.map(|part| (part, Attached::default()))).await
}

/// The key that a form was made with. One that came without gets its word beside that field, where nothing else is wrong with it.
pub(super) fn key_of(form: &mut Form, beside: &str) -> Option<Uuid> {
    let key = form.value("key").parse().ok();
    if key.is_none() && !form.has_errors() {
        form.refuse(beside, "We could not tell this form from others. Please send it once more.");
    }
    key
}

/// Adds what a form says, with what hangs on it; where something is wrong with it, shows it once more.
pub(super) async fn put<N: Part>(
    may: &May<Run, CycleThere>,
    cx: &Cx,
    world: &World,
    mut form: Form,
    said: Option<(N, Attached<'_>)>,
) -> Answered {
    let there = may.thing();
    let key = key_of(&mut form, "text");
    let (Some((part, attached)), Some(key)) = (said, key) else {
        if key.is_none() {
            form.put("key", vec![cx.new_id().to_string()]);
        }
        return page_with_errors(&page_of::<N>(cx, may.who(), there, world, form));
    };
    verbs::add(may, cx, world, key, &part, attached).await?;
    let base = there.cycle.href();
    let undo = format!("{base}/{}/{key}/removal", N::PATH);
    Ok(go_to_with(&back_of::<N>(there, form.value("from")), &Toast::with_undo("Saved.", undo)))
}

pub(super) async fn standing<N: Part>(
    cx: &Cx,
    who: &platform::access::Standing,
    there: &PartThere<N>,
    world: &World,
    form: Form,
    may_run: bool,
    is_stale: bool,
) -> Result<Page, Error> {
    let history = store::revisions(cx.db().read(), there.there.cycle.id, N::TABLE, &there.key).await?;
    let mut history: Vec<Kept> = history.into_iter().map(|revision| kept(cx, revision)).collect();
    let stands = is_stale.then(|| if history.is_empty() { Kept::somebodys(there.part.said(world)) } else { history.remove(0) });
    let (files, destroyed) = match N::FILES {
        "" => (Vec::new(), 0),
        column => (
            files::store::on_parts(cx.db().read(), column, &[there.id]).await?,
            files::store::destroyed(cx.db().read(), column, there.id).await?,
        ),
    };
    let concerned = coachees::beside(cx, who, there).await?;
    let page = page_of::<N>(cx, who, &there.there, world, form);
    let may_run = may_run && there.there.cycle.state != "closed";
    let (base, of) = (there.there.cycle.href(), format!("of this {}", N::WORD));
    Ok(Page {
        concerned,
        destroyed: if destroyed == 0 { String::new() } else { counted(destroyed, "file", "files") },
        files: FileLine::list(&base, files.iter(), &of, may_run),
        action: format!("{}/{}", page.action, there.key),
        draft: format!("cycle:{}:{}:{}", there.there.cycle.key, N::PATH, there.key),
        is_new: false,
        is_removed: there.is_removed,
        may_run,
        said: there.part.said(world),
        stands,
        history,
        ..page
    })
}

/// `GET /cycles/{cycle}/goals/{goal}` and the like
pub(super) async fn show<N: Part>(may: May<See, PartThere<N>>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    let there = may.thing();
    let world = World::read(&cx, may.who(), &there.there).await?;
    let mut form = there.part.form(&world);
    form.put("version", vec![there.version.to_string()]);
    form.put("from", vec![ask.from]);
    page(&standing(&cx, may.who(), there, &world, form, may.also::<Run>(), false).await?)
}

/// `POST /cycles/{cycle}/goals/{goal}` and the like
pub(super) async fn correct<N: Part>(may: May<Run, PartThere<N>>, cx: Cx, mut form: Form) -> Answered {
    let there = may.thing();
    let world = World::read(&cx, may.who(), &there.there).await?;
    let Some(part) = <N as Part>::read(&mut form, &world) else {
        return page_with_errors(&standing(&cx, may.who(), there, &world, form, true, false).await?);
    };
    match verbs::correct(&may, &cx, &world, form.version(), &part).await {
        Ok(()) => {
            Ok(go_to_with(&back_of::<N>(&there.there, form.value("from")), &Toast::saying("Saved. The wording before is kept.")))
        }
        Err(Error::Stale) => {
            form.put("version", vec![there.version.to_string()]);
            page_with_errors(&standing(&cx, may.who(), there, &world, form, true, true).await?)
        }
        Err(error) => Err(error),
    }
}

/// `POST /cycles/{cycle}/goals/{goal}/removal` and the like
pub(super) async fn remove<N: Part>(may: May<Run, PartThere<N>>, cx: Cx) -> Answered {
    verbs::remove(&may, &cx).await?;
    let there = may.thing();
    let base = there.there.cycle.href();
    let undo = format!("{base}/{}/{}/restoration", N::PATH, there.key);
    let toast = Toast::with_undo(format!("The {} is taken out.", N::WORD), undo);
    Ok(go_to_with(&format!("{base}#{}", N::PLACE), &toast))
}

/// `POST /cycles/{cycle}/goals/{goal}/restoration` and the like
pub(super) async fn restore<N: Part>(may: May<Run, PartThere<N>>, cx: Cx) -> Answered {
    verbs::restore(&may, &cx).await?;
    let href = may.thing().there.cycle.href();
    Ok(go_to_with(&format!("{href}#{}", N::PLACE), &Toast::saying("It is back.")))
}
