//! The sheets on Today: an implementer's week, a partner's partnership, a supervisor's partnerships.

use askama::Template;
use chrono::{Datelike, Days, NaiveDate};
use platform::{
    Cx, Error,
    access::{Kind, Standing, roles},
    db,
    text::counted,
};

use crate::{
    calendar::{Calendar, ClosedDays, SchoolYear, Span, spoken},
    dose::{self, Dose},
    partnerships::{self, Partnership, People, people_of},
    visits::{self, OwnVisit, Visit},
    words,
};

/// A day of the week's strip.
struct DayOfWeek {
    day: NaiveDate,
    visits: Vec<OwnVisit>,
}

#[derive(Template)]
#[template(path = "today/week.html")]
struct Week {
    days: Vec<DayOfWeek>,
    partnerships: Vec<Partnership>,
    promise: String,
    today: NaiveDate,
    is_empty: bool,
}

/// The days from Monday to Friday of the week that a day lies in.
fn working_week(day: NaiveDate) -> Span {
    let monday = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
    Span { from: monday, to: monday + Days::new(4) }
}

pub(super) async fn week(cx: &Cx, who: &Standing) -> Result<Option<String>, Error> {
    if !who.is_staff() {
        return Ok(None);
    }
    let on = cx.db().read();
    let today = cx.today();
    let own = partnerships::worked_at_by(on, who.person, today).await?;
    if own.is_empty() {
        return Ok(None);
    }
    let span = working_week(today);
    let logged = visits::of_person(on, who.person, span).await?;
    let is_empty = logged.is_empty();
    let mut days: Vec<DayOfWeek> =
        span.from.iter_days().take_while(|day| *day <= span.to).map(|day| DayOfWeek { day, visits: Vec::new() }).collect();
    for visit in logged {
        if let Some(day) = days.iter_mut().find(|day| day.day == visit.on_day) {
            day.visits.push(visit);
        }
    }
    let promise = match own.as_slice() {
        [one] => format!("{} with {}.", sentence(&words::a_week(one.planned_days_per_week)), one.name),
        several => {
            let days: f64 = several.iter().map(|partnership| partnership.planned_days_per_week).sum();
            let schools = counted(i64::try_from(several.len()).unwrap_or(i64::MAX), "partnership", "partnerships");
            format!("{} promised to {schools}, all of us together.", sentence(&words::a_week(days)))
        }
    };
    Ok(Some(Week { days, partnerships: own, promise, today, is_empty }.render()?))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "today/partner.html")]
struct Partner {
    partnership: Partnership,
    people: People,
    recent: Vec<Visit>,
    supervisor: Option<String>,
    today: NaiveDate,
    year: SchoolYear,
}

pub(super) async fn partner(cx: &Cx, who: &Standing) -> Result<Option<String>, Error> {
    let (Kind::Partner, Some(site)) = (who.kind, who.works_at.as_deref()) else { return Ok(None) };
    let on = cx.db().read();
    let today = cx.today();
    let Some(partnership) = partnerships::at_site(on, site).await? else { return Ok(None) };
    let people = people_of(on, &partnership, today).await?;
    let recent = visits::recent(on, partnership.id, 3).await?;
    let sql = "select h.name from partnership p join person h on h.id = p.supervisor_id where p.id = $1";
    let supervisor = db::scalar::<String>(on, sql, vec![partnership.id.into()]).await?;
    let year = Calendar::of(&cx.settings).year_of(today);
    Ok(Some(Partner { partnership, people, recent, supervisor, today, year }.render()?))
}

impl Partner {
    fn lede(&self) -> String {
        let nth = self.year.0 - self.partnership.first_school_year + 1;
        match self.partnership.closed_on {
            Some(closed) => format!("Our work together ended on {}.", spoken(closed, self.today)),
            None if nth < 1 => format!("We begin on {}.", spoken(self.partnership.started_on, self.today)),
            None => {
                format!("Our {} year together, {}.", words::ordinal(nth), words::a_week(self.partnership.planned_days_per_week))
            }
        }
    }
}

/// How many partnerships the sheet names; the list has the others.
const NAMED: usize = 24;

#[derive(Template)]
#[template(path = "today/looked_after.html")]
struct LookedAfter {
    rows: Vec<(Partnership, Dose)>,
    all: Dose,
    count: usize,
    more: String,
    year: SchoolYear,
    how_sure: &'static str,
}

pub(super) async fn looked_after(cx: &Cx, who: &Standing) -> Result<Option<String>, Error> {
    if !who.holds(&[roles::SUPERVISOR, roles::DIRECTOR, roles::SENIOR_DIRECTOR]) {
        return Ok(None);
    }
    let on = cx.db().read();
    let teams: Vec<_> = who.seats.iter().map(|seat| seat.team).collect();
    let mut found = partnerships::looked_after_by(cx, who.person, &teams).await?;
    let supervised = found.iter().filter(|partnership| partnership.supervisor_id == Some(who.person)).count();
    // A supervisor looks after some of a team's partnerships, whoever directs the team after all of them.
    let all_of_team = supervised == 0 || who.holds(&[roles::DIRECTOR, roles::SENIOR_DIRECTOR]);
    found.retain(|partnership| all_of_team || partnership.supervisor_id == Some(who.person));
    if found.is_empty() {
        return Ok(None);
    }
    let calendar = Calendar::of(&cx.settings);
    let year = calendar.year_of(cx.today());
    let ids: Vec<_> = found.iter().map(|partnership| partnership.id).collect();
    let named = partnerships::of_ids(on, &ids[..ids.len().min(NAMED)]).await?;
    let doses = dose::everybodys(cx).await?;
    let all = ids.iter().fold(Dose::default(), |sum, id| sum.and(doses.of(*id)));
    let count = found.len();
    let more =
        if all_of_team { "/partnerships?status=active".to_owned() } else { format!("/partnerships?supervisor={}", who.slug) };
    let rows = named
        .into_iter()
        .map(|partnership| {
            let dose = doses.of(partnership.id);
            (partnership, dose)
        })
        .collect();
    Ok(Some(LookedAfter { rows, all, count, more, year, how_sure: ClosedDays::of(&cx.settings).how_sure() }.render()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_monday_to_friday() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        for inside in ["2021-10-04", "2021-10-06", "2021-10-10"] {
            assert_eq!(working_week(day(inside)), Span { from: day("2021-10-04"), to: day("2021-10-08") }, "{inside}");
        }
    }
}
