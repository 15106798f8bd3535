//! Joining a team, and changing or ending a membership.

use askama::Template;
use platform::{
    Cx, Error,
    access::May,
    audit::Actor,
    db::{PersonId, slug_of},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use crate::{
    persons,
    teams::{
        Team,
        policy::{Lead, may_give},
        store::{self, Member, Seating},
        verbs::{self, Term},
    },
    words,
};

#[derive(Template)]
#[template(path = "teams/members.html")]
struct Members {
    shell: Shell,
    team: Team,
    form: Form,
    /// Staff to choose from: address and name.
    staff: Vec<(String, String)>,
    /// The membership that is changed; none while one is added.
    member: Option<Member>,
    role: String,
    version: i32,
}

impl Members {
    async fn of(cx: &Cx, team: &Team, form: Form, member: Option<Member>) -> Result<Self, Error> {
        let title = member.as_ref().map_or_else(|| format!("Add somebody to {}", team.name), |member| member.name.clone());
        Ok(Self {
            shell: cx.shell(title, "/people"),
            team: team.clone(),
            staff: persons::store::staff(cx.db().read()).await?,
            role: member.as_ref().map(|member| words::role(&member.role)).unwrap_or_default(),
            version: form.version(),
            form,
            member,
        })
    }
}

/// The supervisor whom a form names: nothing when nobody has that name, `Some(None)` when the field is empty.
async fn supervisor(cx: &Cx, form: &mut Form, of: Option<PersonId>) -> Result<Option<Option<PersonId>>, Error> {
    let typed = form.value("supervisor").trim().to_owned();
    if typed.is_empty() {
        return Ok(Some(None));
    }
    match persons::store::typed(cx.db().read(), &typed).await? {
        Some(found) if Some(found.id) == of => form.refuse("supervisor", "Nobody supervises themselves. Who else could it be?"),
        Some(found) if found.kind != "staff" => form.refuse("supervisor", "Only a colleague can supervise."),
        Some(found) => return Ok(Some(Some(found.id))),
        None => form.refuse("supervisor", "We know nobody of this address. Please choose from the list."),
    }
    Ok(None)
}

pub(super) async fn new(may: May<Lead, Team>, cx: Cx) -> Answered {
    let form = Form::with([("from_on", cx.today().to_string())]);
    page(&Members::of(&cx, may.thing(), form, None).await?)
}

pub(super) async fn add(may: May<Lead, Team>, cx: Cx, mut form: Form) -> Answered {
    let team = may.thing();
    let typed = form.required("person", "Who joins?", 200);
    let person = match &typed {
        Some(typed) => persons::store::typed(cx.db().read(), typed).await?,
        None => None,
    };
    match &person {
        None => form.refuse("person", "We know nobody of this address. Somebody new needs an invitation first."),
        Some(person) if person.kind != "staff" => form.refuse("person", "Only colleagues sit in teams."),
        Some(_) => {}
    }
    let role = form.required("role", "In which role?", 80).map(|role| role_key(&role));
    if let Some(role) = &role {
        if role.is_empty() {
            form.refuse("role", "Please write the role in letters.");
        } else if !may_give(may.who(), team.id, role) {
            form.refuse(
                "role",
                "This role reaches further than yours in this team. Somebody who holds it, or the operator, can give it.",
            );
        }
    }
    let from_on = form.date("from_on", "From which day on?");
    let supervisor = supervisor(&cx, &mut form, person.as_ref().map(|person| person.id)).await?;
    let (Some(person), Some(role), Some(from_on), Some(supervisor), false) =
        (person, role, from_on, supervisor, form.has_errors())
    else {
        return page_with_errors(&Members::of(&cx, team, form, None).await?);
    };
    let seating = Seating { person: person.id, team: team.id, role, from_on, supervisor };
    let actor = Actor::from(may.who());
    let added =
        cx.db().write(async |tx| verbs::seat(tx, cx.db().engine(), cx.now, &actor, team, &person.name, &seating).await).await;
    match added {
        Ok(()) => {
            let word = format!("{} sits in {} from {}.", person.name, team.name, words::day(from_on, cx.today()));
            Ok(go_to_with(&format!("/teams/{}", team.slug), &Toast::saying(word)))
        }
        Err(Error::Refused(why)) => {
            form.refuse("role", why);
            page_with_errors(&Members::of(&cx, team, form, None).await?)
        }
        Err(error) => Err(error),
    }
}

/// The role's key, from the key or from the words that the list shows.
fn role_key(typed: &str) -> String {
    let known = words::ROLES.iter().find(|(_, words)| words.eq_ignore_ascii_case(typed.trim()));
    known.map_or_else(|| slug_of(typed), |(key, _)| (*key).to_owned())
}

async fn member_of(may: &May<Lead, Team>, cx: &Cx) -> Result<Member, Error> {
    let id = may.ids().get("membership")?.parse().map_err(|_| Error::NotFound)?;
    let member = store::member(cx.db().read(), may.thing().id, id).await?.ok_or(Error::NotFound)?;
    // Whoever could not give a role must not end it either.
    if !may_give(may.who(), may.thing().id, &member.role) {
        return Err(Error::NotAllowed);
    }
    Ok(member)
}

pub(super) async fn edit(may: May<Lead, Team>, cx: Cx) -> Answered {
    let member = member_of(&may, &cx).await?;
    let form = Form::with([
        ("from_on", member.from_on.to_string()),
        ("to_on", member.to_on.map(|day| day.to_string()).unwrap_or_default()),
        ("supervisor", member.supervisor_email.clone().or_else(|| member.supervisor_slug.clone()).unwrap_or_default()),
        ("version", member.version.to_string()),
    ]);
    page(&Members::of(&cx, may.thing(), form, Some(member)).await?)
}

pub(super) async fn change(may: May<Lead, Team>, cx: Cx, mut form: Form) -> Answered {
    let (team, member) = (may.thing(), member_of(&may, &cx).await?);
    let from_on = form.date("from_on", "From which day on?");
    let to_on = form.optional_date("to_on");
    if let (Some(from), Some(Some(to))) = (from_on, to_on)
        && to < from
    {
        form.refuse("to_on", "The last day lies before the first one.");
    }
    let supervisor = supervisor(&cx, &mut form, Some(member.person_id)).await?;
    let (Some(from_on), Some(to_on), Some(supervisor), false) = (from_on, to_on, supervisor, form.has_errors()) else {
        return page_with_errors(&Members::of(&cx, team, form, Some(member)).await?);
    };
    let term = Term { from_on, to_on, supervisor };
    match verbs::change_term(&cx, may.who(), team, &member, term, form.version()).await {
        Ok(()) => Ok(go_to_with(&format!("/teams/{}", team.slug), &Toast::saying("Saved."))),
        Err(Error::Refused(why)) => {
            form.refuse("from_on", why);
            page_with_errors(&Members::of(&cx, team, form, Some(member)).await?)
        }
        Err(Error::Stale) => {
            let days = member.to_on.map_or_else(|| "goes on".to_owned(), |to| format!("ends on {}", words::day(to, cx.today())));
            let from = words::day(member.from_on, cx.today());
            form.refuse("from_on", format!("Somebody changed this while you wrote: now it begins on {from} and {days}. Save again to put yours in its place."));
            let version = member.version;
            page_with_errors(&Members { version, ..Members::of(&cx, team, form, Some(member)).await? })
        }
        Err(error) => Err(error),
    }
}
