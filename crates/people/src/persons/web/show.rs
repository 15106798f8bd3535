//! A person's page.

use askama::Template;
use platform::{
    Cx,
    access::{
        Kind, May,
        actions::{Edit, See},
    },
    room::Place,
    text,
    web::{Answered, Shell, page},
};

use crate::{
    persons::{
        policy::{Depart, Own, Reset, Someone},
        store::{self, Named},
        time::{self, Time},
    },
    words,
};

#[derive(Template)]
#[template(path = "persons/show.html")]
struct Show {
    shell: Shell,
    person: Someone,
    initials: String,
    hue: u8,
    first: String,
    lede: String,
    glad: Vec<String>,
    kind: &'static str,
    teams: Vec<Named>,
    time: Option<Time>,
    supervisors: Vec<Named>,
    supervises: Vec<Named>,
    works_at: String,
    since: Option<String>,
    until: Option<String>,
    main: Vec<String>,
    rail: Vec<String>,
    has_left: bool,
    for_staff: bool,
    is_own: bool,
    may_edit: bool,
    may_depart: bool,
    may_reset: bool,
    may_sign_out: bool,
}

pub(super) async fn show(may: May<See, Someone>, cx: Cx) -> Answered {
    let on = cx.db().read();
    let person = may.thing().clone();
    let (today, subject) = (cx.today(), person.subject());
    let belongings = store::belongings(on, person.id).await?;
    let supervises = store::supervised(on, person.id, today).await?;
    let house = &cx.app.house;
    let main = house.panels(&cx, &subject, Place::Main).await?;
    let rail = house.panels(&cx, &subject, Place::Rail).await?;
    let now = || belongings.iter().filter(|one| one.from_on <= today && one.to_on.is_none_or(|to| to >= today));
    let (mut teams, mut supervisors) = (Vec::new(), Vec::new());
    for belonging in now() {
        let team = Named { slug: belonging.team_slug.clone(), name: belonging.team_name.clone() };
        if !teams.contains(&team) {
            teams.push(team);
        }
        if let (Some(slug), Some(name)) = (&belonging.supervisor_slug, &belonging.supervisor_name) {
            let supervisor = Named { slug: slug.clone(), name: name.clone() };
            if !supervisors.contains(&supervisor) {
                supervisors.push(supervisor);
            }
        }
    }
    let lede = lede(&person.title, &teams);
    page(&Show {
        shell: cx.shell(&person.name, "/people"),
        initials: text::initials(&person.name),
        hue: text::hue(&person.name),
        first: words::first(&person.name).to_owned(),
        lede,
        glad: person.glad_codes().into_iter().map(str::to_owned).collect(),
        kind: words::kind(person.kind()),
        teams,
        time: time::draw(&belongings, today),
        supervisors,
        supervises,
        works_at: person.works_at.as_deref().map(words::of_key).unwrap_or_default(),
        since: person.started_on.map(|day| words::day(day, today)),
        until: person.ended_on.map(|day| words::day(day, today)),
        main,
        rail,
        has_left: person.kind() == Kind::Alumnus,
        for_staff: may.who().is_staff(),
        is_own: may.also::<Own>(),
        may_edit: may.also::<Edit>(),
        may_depart: may.also::<Depart>(),
        may_sign_out: may.also::<Reset>(),
        may_reset: may.also::<Reset>() && crate::signin::has_second_factor(on, person.id).await?,
        person,
    })
}

/// `Supervising improvement partner, Coastal team`.
fn lede(title: &str, teams: &[Named]) -> String {
    let title = (!title.is_empty()).then_some(title);
    title.into_iter().chain(teams.first().map(|team| team.name.as_str())).collect::<Vec<_>>().join(", ")
}
