//! A team's page.

use askama::Template;
use chrono::{NaiveDate, TimeDelta};
use platform::{
    Cx,
    access::{May, Standing, actions::See},
    db::TeamId,
    room::Place,
    text::{self, counted},
    web::{Answered, Shell, page},
};

use crate::{
    teams::{
        Team, kind_words,
        policy::{Lead, may_give},
        store::{self, Member},
    },
    words,
};

/// Somebody counts as new for so many days.
const NEW_DAYS: i64 = 60;
/// The most of those who were here that a page names.
const MOST_BEFORE: usize = 100;

struct Seat {
    member: Member,
    initials: String,
    hue: u8,
    codes: Vec<String>,
    since: String,
    until: Option<String>,
    may_change: bool,
}

struct Group {
    role: String,
    seats: Vec<Seat>,
}

struct Before {
    slug: String,
    name: String,
    words: String,
}

#[derive(Template)]
#[template(path = "teams/show.html")]
struct Show {
    shell: Shell,
    team: Team,
    kind: String,
    count: String,
    parent: Option<Team>,
    below: Vec<Team>,
    groups: Vec<Group>,
    new: Vec<Seat>,
    later: Vec<Seat>,
    before: Vec<Before>,
    main: Vec<String>,
    rail: Vec<String>,
    may_lead: bool,
}

pub(super) async fn show(may: May<See, Team>, cx: Cx) -> Answered {
    let (on, team, today) = (cx.db().read(), may.thing().clone(), cx.today());
    let members = store::members(on, team.id).await?;
    let (parents, below): (Vec<Team>, Vec<Team>) =
        store::around(on, &team).await?.into_iter().partition(|other| Some(other.id) == team.parent_id);
    let subject = team.subject();
    let main = cx.app.house.panels(&cx, &subject, Place::Main).await?;
    let rail = cx.app.house.panels(&cx, &subject, Place::Rail).await?;
    let is_now = |member: &&Member| member.from_on <= today && member.to_on.is_none_or(|to| to >= today);
    let now: Vec<&Member> = members.iter().filter(is_now).collect();
    let mut people: Vec<_> = now.iter().map(|member| member.person_id).collect();
    people.sort_unstable();
    people.dedup();
    let leading = may.also::<Lead>().then(|| Leads { who: may.who(), team: team.id });
    let leads = leading.as_ref();
    let recent = today - TimeDelta::days(NEW_DAYS);
    // Another role in the same team makes nobody new.
    let came = |member: &Member| members.iter().filter(|one| one.person_id == member.person_id).map(|one| one.from_on).min();
    let mut new: Vec<&Member> =
        now.iter().copied().filter(|one| one.from_on >= recent && came(one) == Some(one.from_on)).collect();
    new.sort_by_key(|member| std::cmp::Reverse(member.from_on));
    let later = members.iter().filter(|member| member.from_on > today).map(|member| seat(member, today, leads)).collect();
    page(&Show {
        shell: cx.shell(&team.name, "/people"),
        kind: kind_words(&team.kind),
        count: counted(i64::try_from(people.len()).unwrap_or(i64::MAX), "person", "people"),
        parent: parents.into_iter().next(),
        below,
        groups: groups(&now, today, leads),
        new: new.into_iter().map(|member| seat(member, today, leads)).collect(),
        later,
        before: before(&members, &people, today),
        main,
        rail,
        may_lead: may.also::<Lead>(),
        team,
    })
}

/// Somebody who leads the team, and so may change those memberships whose role they could give.
struct Leads<'a> {
    who: &'a Standing,
    team: TeamId,
}

fn seat(member: &Member, today: NaiveDate, leads: Option<&Leads<'_>>) -> Seat {
    let codes = member.glad_to_be_asked.split(';').map(str::trim).filter(|code| !code.is_empty());
    Seat {
        initials: text::initials(&member.name),
        hue: text::hue(&member.name),
        codes: codes.map(str::to_owned).collect(),
        since: words::day(member.from_on, today),
        until: member.to_on.map(|day| words::day(day, today)),
        may_change: leads.is_some_and(|leads| may_give(leads.who, leads.team, &member.role)),
        member: member.clone(),
    }
}

/// Those who sit there today, by role in the order in which roles are listed; own roles come last.
fn groups(now: &[&Member], today: NaiveDate, leads: Option<&Leads<'_>>) -> Vec<Group> {
    let mut roles: Vec<&str> = now.iter().map(|member| member.role.as_str()).collect();
    // Those who lead come first: in a list of roles they stand behind those whom they lead.
    let first = ["chief-of-programs", "senior-director", "director", "lead", "supervisor"];
    let place = |role: &str| {
        first.iter().position(|known| *known == role).unwrap_or_else(|| {
            first.len() + words::ROLES.iter().position(|(known, _)| *known == role).unwrap_or(words::ROLES.len())
        })
    };
    roles.sort_by_key(|role| (place(role), *role));
    roles.dedup();
    roles
        .into_iter()
        .map(|role| Group {
            role: words::role(role),
            seats: now.iter().filter(|member| member.role == role).map(|member| seat(member, today, leads)).collect(),
        })
        .collect()
}

/// Those who were here and are not any more, the latest first.
fn before(members: &[Member], people: &[platform::db::PersonId], today: NaiveDate) -> Vec<Before> {
    let mut past: Vec<&Member> = members
        .iter()
        .filter(|member| member.to_on.is_some_and(|to| to < today) && !people.contains(&member.person_id))
        .collect();
    past.sort_by_key(|member| std::cmp::Reverse(member.to_on));
    let said = |member: &Member| {
        let (from, to) = (words::month(member.from_on), member.to_on.map(words::month).unwrap_or_default());
        let role = words::role(&member.role);
        if from == to { format!("{role}, {from}") } else { format!("{role}, {from} to {to}") }
    };
    past.into_iter()
        .take(MOST_BEFORE)
        .map(|member| Before { slug: member.slug.clone(), name: member.name.clone(), words: said(member) })
        .collect()
}
