//! The pages about invitations.

use askama::Template;
use platform::{
    Cx, Error,
    access::{May, Routes},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::{
    store::{self, Open},
    verbs::{self, Place},
};
use crate::{
    persons::{
        self, Person,
        policy::{Invite, People, Someone},
        verbs::Newcomer,
    },
    teams::{self, policy::may_give},
    words,
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/people/new", new)
        .post("/people/new", send)
        .get("/people/invitations", list)
        .post("/people/{person}/invitation/withdrawal", withdraw)
        .post("/people/{person}/invitation/another-letter", send_again)
}

#[derive(Template)]
#[template(path = "invitations/new.html")]
struct New {
    shell: Shell,
    form: Form,
    teams: Vec<(String, String)>,
    staff: Vec<(String, String)>,
}

impl New {
    async fn of(cx: &Cx, form: Form) -> Result<Self, Error> {
        let on = cx.db().read();
        Ok(Self {
            shell: cx.shell("Invite somebody", "/people"),
            form,
            teams: teams::choices(on).await?,
            staff: persons::store::staff(on).await?,
        })
    }

    fn kinds(&self) -> [(&'static str, &'static str); 2] {
        [("staff", "A colleague"), ("partner", "Somebody at a partner site")]
    }
}

async fn new(_: May<Invite, People>, cx: Cx) -> Answered {
    page(&New::of(&cx, Form::with([("kind", "staff".to_owned())])).await?)
}

async fn send(may: May<Invite, People>, cx: Cx, mut form: Form) -> Answered {
    match invited(&may, &cx, &mut form).await? {
        Some((person, is_new)) => {
            let word = if is_new {
                format!("{} has a page now, and a letter is on its way.", person.name)
            } else {
                format!("We knew {} already. A letter is on its way.", person.name)
            };
            Ok(go_to_with("/people/invitations", &Toast::saying(word)))
        }
        None => page_with_errors(&New::of(&cx, form).await?),
    }
}

/// Invites whom the form describes; answers the person and whether the address was new. Nothing is done, and the form says
/// why, when something in it needs another look.
async fn invited(may: &May<Invite, People>, cx: &Cx, form: &mut Form) -> Result<Option<(Person, bool)>, Error> {
    let newcomer = read(form);
    let place = place(may, cx, form).await?;
    let said = form.optional("words", 1000);
    let (Some(newcomer), Some(place), Some(said), false) = (newcomer, place, said, form.has_errors()) else { return Ok(None) };
    match verbs::invite(cx, may.who(), newcomer, place, &said).await {
        Ok(invited) => Ok(Some(invited)),
        Err(Error::Refused(why)) => {
            form.refuse("email", why);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// As the form's page does it, for programs.
pub(crate) async fn sent(may: &May<Invite, People>, cx: &Cx, form: &mut Form) -> Result<Option<Person>, Error> {
    Ok(invited(may, cx, form).await?.map(|(person, _)| person))
}

/// The person whom the form describes; nothing when something in it needs another look.
fn read(form: &mut Form) -> Option<Newcomer> {
    let name = form.required("name", "What is the name?", 200);
    let email = form.required("email", "Where does the letter go?", 200).map(|email| email.to_lowercase());
    if email.as_deref().is_some_and(|email| !words::is_email(email)) {
        form.refuse("email", "Please write it as name@example.org.");
    }
    let title = form.optional("title", 200);
    let works_at = form.optional("works_at", 100)?;
    let kind = form.value("kind").to_owned();
    match kind.as_str() {
        "partner" if works_at.is_empty() => form.refuse("works_at", "Which site do they work at?"),
        "staff" if !works_at.is_empty() => form.refuse("works_at", "Only people on the partner side work at a site."),
        "staff" | "partner" => {}
        _ => form.refuse("kind", "Please choose one of the two."),
    }
    Some(Newcomer { name: name?, email: email?, kind, title: title?, works_at: (!works_at.is_empty()).then_some(works_at) })
}

/// The seat that the form names: nothing when something in it needs another look, `Some(None)` when it names none.
async fn place(may: &May<Invite, People>, cx: &Cx, form: &mut Form) -> Result<Option<Option<Place>>, Error> {
    let (slug, role, beside) =
        (form.value("team").to_owned(), form.value("role").to_owned(), form.value("supervisor").trim().to_owned());
    if slug.is_empty() {
        if !role.is_empty() {
            form.refuse("team", "In which team?");
        }
        return Ok((!form.has_errors()).then_some(None));
    }
    let on = cx.db().read();
    let team = teams::store::by_slug(on, &slug).await?;
    match &team {
        None => form.refuse("team", "There is no such team any more. Please choose another."),
        Some(_) if form.value("kind") != "staff" => form.refuse("team", "Only colleagues sit in teams."),
        Some(_) if role.is_empty() => form.refuse("role", "In which role?"),
        Some(team) if !may_give(may.who(), team.id, &role) => {
            form.refuse("role", "In this team that role is for others to give. Leave both open, and ask whoever leads the team.");
        }
        Some(_) => {}
    }
    let mut supervisor = None;
    if !beside.is_empty() {
        match persons::store::typed(on, &beside).await? {
            Some(found) if found.kind == "staff" => supervisor = Some(found.id),
            _ => form.refuse("supervisor", "We know no colleague of this address. Please choose from the list."),
        }
    }
    Ok(team.filter(|_| !form.has_errors()).map(|team| Some(Place { team, role, supervisor })))
}

struct Row {
    open: Open,
    kind: &'static str,
    sent: String,
    until: String,
    is_over: bool,
}

#[derive(Template)]
#[template(path = "invitations/list.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
}

async fn list(_: May<Invite, People>, cx: Cx) -> Answered {
    let day = |at| words::day(cx.settings.local(at).date(), cx.today());
    let rows = store::open(cx.db().read())
        .await?
        .into_iter()
        .map(|open| Row {
            kind: if open.kind == "partner" { "Partner side" } else { "Staff" },
            sent: day(open.created_at),
            until: day(open.expires_at),
            is_over: open.expires_at <= cx.now,
            open,
        })
        .collect();
    page(&List { shell: cx.shell("Invitations", "/people"), rows })
}

async fn withdraw(may: May<Invite, Someone>, cx: Cx, _: Form) -> Answered {
    verbs::withdraw(&cx, may.who(), may.thing()).await?;
    let word = format!("The link for {} opens nothing any more. The page stays.", may.thing().name);
    Ok(go_to_with("/people/invitations", &Toast::saying(word)))
}

async fn send_again(may: May<Invite, Someone>, cx: Cx, _: Form) -> Answered {
    verbs::send_again(&cx, may.who(), may.thing()).await?;
    let word = format!("Another letter to {} is on its way. The link before opens nothing any more.", may.thing().name);
    Ok(go_to_with("/people/invitations", &Toast::saying(word)))
}
