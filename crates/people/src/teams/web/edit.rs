//! Making and changing a team.

use askama::Template;
use platform::{
    Cx, Error,
    access::{May, actions::Create},
    audit::Actor,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use crate::{
    persons::free_slug,
    teams::{
        KINDS, Team,
        policy::{Lead, Teams},
        store,
        verbs::{self, Sketch, belongs_below},
    },
};

#[derive(Template)]
#[template(path = "teams/edit.html")]
struct EditPage {
    shell: Shell,
    form: Form,
    /// Where the form goes.
    action: String,
    /// Where one goes without saving.
    back: String,
    title: String,
    version: i32,
    /// Teams that it can belong to: slug and name.
    parents: Vec<(String, String)>,
    /// What stands there now, when somebody else was faster.
    standing: Option<Team>,
}

fn page_for_new(cx: &Cx, form: Form, teams: &[Team]) -> EditPage {
    EditPage {
        shell: cx.shell("A new team", "/people"),
        form,
        action: "/teams/new".to_owned(),
        back: "/teams".to_owned(),
        title: "A new team".to_owned(),
        version: 0,
        parents: teams.iter().map(|team| (team.slug.clone(), team.name.clone())).collect(),
        standing: None,
    }
}

fn page_for(cx: &Cx, team: &Team, form: Form, teams: &[Team]) -> EditPage {
    let others = teams.iter().filter(|other| !belongs_below(teams, Some(other.id), team.id));
    EditPage {
        shell: cx.shell(format!("Edit {}", team.name), "/people"),
        action: format!("/teams/{}/edit", team.slug),
        back: format!("/teams/{}", team.slug),
        title: team.name.clone(),
        version: form.version(),
        form,
        parents: others.map(|other| (other.slug.clone(), other.name.clone())).collect(),
        standing: None,
    }
}

/// What the form says; nothing when something in it needs another look.
pub(in crate::teams) fn read(form: &mut Form, teams: &[Team]) -> Option<Sketch> {
    let name = form.required("name", "What is the team called?", 120);
    let purpose = form.required("purpose", "What is it for? One sentence is enough.", 400);
    let kind = form.value("kind").to_owned();
    if !KINDS.iter().any(|(known, _)| *known == kind) {
        form.refuse("kind", "Please choose one of these.");
    }
    let parent = teams.iter().find(|team| team.slug == form.value("parent")).map(|team| team.id);
    if parent.is_none() && !form.value("parent").is_empty() {
        form.refuse("parent", "There is no such team any more. Please choose another.");
    }
    let sketch = Sketch { name: name?, kind, parent, purpose: purpose? };
    (!form.has_errors()).then_some(sketch)
}

pub(super) async fn new(_: May<Create, Teams>, cx: Cx) -> Answered {
    let teams = store::all(cx.db().read()).await?;
    let form = Form::with([("kind", "working-group".to_owned())]);
    page(&page_for_new(&cx, form, &teams))
}

pub(super) async fn make(may: May<Create, Teams>, cx: Cx, mut form: Form) -> Answered {
    let teams = store::all(cx.db().read()).await?;
    let Some(sketch) = read(&mut form, &teams) else {
        return page_with_errors(&page_for_new(&cx, form, &teams));
    };
    let slug = free_slug(&sketch.name, |slug| slug == "new" || teams.iter().any(|team| team.slug == slug));
    let actor = Actor::from(may.who());
    let team =
        cx.db().write(async |tx| verbs::make(tx, cx.db().engine(), cx.now, &actor, slug.clone(), sketch.clone()).await).await?;
    let word = format!("{} is made. Who belongs to it?", team.name);
    Ok(go_to_with(&format!("/teams/{}", team.slug), &Toast::saying(word)))
}

/// What stands, as the form shows it.
pub(in crate::teams) fn standing(team: &Team, teams: &[Team]) -> Form {
    let parent = teams.iter().find(|other| Some(other.id) == team.parent_id).map(|other| other.slug.clone());
    Form::with([
        ("name", team.name.clone()),
        ("kind", team.kind.clone()),
        ("purpose", team.purpose.clone()),
        ("parent", parent.unwrap_or_default()),
        ("version", team.version.to_string()),
    ])
}

pub(super) async fn edit(may: May<Lead, Team>, cx: Cx) -> Answered {
    let teams = store::all(cx.db().read()).await?;
    let team = may.thing();
    let form = standing(team, &teams);
    page(&page_for(&cx, team, form, &teams))
}

pub(super) async fn change(may: May<Lead, Team>, cx: Cx, mut form: Form) -> Answered {
    let teams = store::all(cx.db().read()).await?;
    let team = may.thing();
    let Some(sketch) = read(&mut form, &teams) else {
        return page_with_errors(&page_for(&cx, team, form, &teams));
    };
    match verbs::change(&cx, may.who(), team, sketch, form.version()).await {
        Ok(()) => Ok(go_to_with(&format!("/teams/{}", team.slug), &Toast::saying("Saved."))),
        Err(Error::Stale) => {
            let standing = store::by_slug(cx.db().read(), &team.slug).await?.ok_or(Error::NotFound)?;
            let version = standing.version;
            page_with_errors(&EditPage { standing: Some(standing), version, ..page_for(&cx, team, form, &teams) })
        }
        Err(Error::Refused(why)) => {
            form.refuse("parent", why);
            page_with_errors(&page_for(&cx, team, form, &teams))
        }
        Err(error) => Err(error),
    }
}
