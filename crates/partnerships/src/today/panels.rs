//! The parts on pages of persons and teams.

use askama::Template;
use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::Standing,
    db::{self, FromQueryResult},
    room::Subject,
};

use crate::{
    calendar::{Calendar, SchoolYear},
    dose::{self, Dose},
    partnerships::{self, Partnership},
    words,
};

/// A partnership that a person works at, or worked at.
#[derive(FromQueryResult)]
struct WorksAt {
    slug: String,
    site_slug: String,
    name: String,
    model: String,
    role: String,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
    coachees: i64,
}

#[derive(Template)]
#[template(path = "today/person.html")]
struct OfPerson {
    now: Vec<WorksAt>,
    earlier: Vec<WorksAt>,
    at_site: Option<Partnership>,
    coachees: i64,
    today: NaiveDate,
}

/// Whether somebody may know of a partnership at this site.
fn may_know(who: &Standing, site: &str) -> bool {
    who.is_staff() || who.works_at.as_deref() == Some(site)
}

pub(super) async fn of_person(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    let Some(who) = cx.who.as_deref() else { return Ok(None) };
    let on = cx.db().read();
    let today = cx.today();
    let works_at = db::rows::<WorksAt>(
        on,
        "select p.slug, s.slug as site_slug, s.name, m.name as model, a.role, a.from_on, a.to_on,
           (select count(*) from coachee c where c.partnership_id = p.id and c.coach_id = h.id and (c.to_on is null or c.to_on >= $2))
             as coachees
         from person h join partnership_staff a on a.person_id = h.id join partnership p on p.id = a.partnership_id
         join site s on s.id = p.site_id join support_model m on m.id = p.model_id
         where h.slug = $1 order by s.folded, a.from_on desc",
        vec![subject.key.clone().into(), today.into()],
    )
    .await?;
    let site = db::scalar::<String>(
        on,
        "select works_at from person where slug = $1 and kind = 'partner'",
        vec![subject.key.clone().into()],
    )
    .await?
    .unwrap_or_default();
    let at_site = partnerships::at_site(on, &site).await?.filter(|partnership| may_know(who, &partnership.site_slug));
    let (now, earlier): (Vec<WorksAt>, Vec<WorksAt>) =
        works_at.into_iter().filter(|row| may_know(who, &row.site_slug)).partition(|row| row.to_on.is_none_or(|to| to >= today));
    if now.is_empty() && earlier.is_empty() && at_site.is_none() {
        return Ok(None);
    }
    let mut coachees = 0;
    let mut counted: Vec<&str> = Vec::new();
    // Somebody with two roles in one partnership coaches the same people in both.
    for row in now.iter().filter(|_| who.is_staff()) {
        if !counted.contains(&row.slug.as_str()) {
            counted.push(&row.slug);
            coachees += row.coachees;
        }
    }
    Ok(Some(OfPerson { coachees, now, earlier, at_site, today }.render()?))
}

#[derive(Template)]
#[template(path = "today/team.html")]
struct OfTeam {
    rows: Vec<(Partnership, Dose)>,
    all: Dose,
    team: String,
    year: SchoolYear,
}

pub(super) async fn of_team(cx: &Cx, subject: &Subject) -> Result<Option<String>, Error> {
    if !cx.who.as_ref().is_some_and(|who| who.is_staff()) {
        return Ok(None);
    }
    let on = cx.db().read();
    let found = partnerships::of_team(on, &subject.key).await?;
    let year = Calendar::of(&cx.settings).year_of(cx.today());
    if found.is_empty() {
        return Ok(None);
    }
    let doses = dose::everybodys(cx).await?;
    let all = found.iter().fold(Dose::default(), |sum, partnership| sum.and(doses.of(partnership.id)));
    let rows = found
        .into_iter()
        .map(|partnership| {
            let dose = doses.of(partnership.id);
            (partnership, dose)
        })
        .collect();
    Ok(Some(OfTeam { rows, all, team: subject.key.clone(), year }.render()?))
}
