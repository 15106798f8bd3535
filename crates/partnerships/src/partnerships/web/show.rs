//! A partnership's page: its year.

use askama::Template;
use chrono::NaiveDate;
use platform::{
    Cx,
    access::{May, actions::See},
    db::{self, FromQueryResult},
    room::Place,
    web::{Answered, Shell, page},
};

use super::super::{Partnership, PartnershipFrame, People, Plan, Record, people_of};
use crate::{
    calendar::{Calendar, ClosedDays, SchoolYear, spoken},
    dose::{self, Dose, MonthDose},
    visits::{self, Visit},
    words,
};

/// What the page tells about the site, the team and the supervisor.
#[derive(FromQueryResult)]
struct Around {
    district: Option<String>,
    grade_low: String,
    grade_high: String,
    enrolment: Option<i32>,
    team_slug: String,
    supervisor: Option<String>,
    supervisor_slug: Option<String>,
}

#[derive(Template)]
#[template(path = "partnerships/show.html")]
struct Show {
    shell: Shell,
    frame: PartnershipFrame,
    lede: String,
    partnership: Partnership,
    around: Around,
    people: People,
    today: NaiveDate,
    year: SchoolYear,
    dose: Dose,
    months: Vec<MonthDose>,
    recent: Vec<Visit>,
    head: Vec<String>,
    main: Vec<String>,
    rail: Vec<String>,
    for_staff: bool,
    may_record: bool,
    may_plan: bool,
    how_sure: &'static str,
}

impl Show {
    /// The most days of any month: what the bars are measured by.
    fn scale(&self) -> f64 {
        self.months.iter().map(|month| month.planned_days.max(month.delivered_days)).fold(1.0, f64::max)
    }

    /// Days as a share of the widest bar, in per cent with one decimal.
    fn width(&self, days: &f64) -> String {
        format!("{:.1}", days * 100.0 / self.scale())
    }

    fn principal(&self) -> Option<&str> {
        let is_principal = |title: &str| title.eq_ignore_ascii_case("principal");
        self.people.theirs.iter().find(|contact| is_principal(&contact.title)).map(|contact| contact.name.as_str())
    }

    fn leads(&self) -> String {
        let names: Vec<&str> =
            self.people.now(self.today).filter(|worker| worker.role == "lead").map(|worker| worker.name.as_str()).collect();
        names.join(" and ")
    }
}

pub(in super::super) fn lede(partnership: &Partnership, district: Option<&str>, year: SchoolYear, today: NaiveDate) -> String {
    let place = district.map(|district| format!(", in {district}")).unwrap_or_default();
    if let Some(closed) = partnership.closed_on {
        return format!("We worked together from {} to {}{place}.", spoken(partnership.started_on, today), spoken(closed, today));
    }
    let nth = year.0 - partnership.first_school_year + 1;
    if nth < 1 || partnership.started_on > today {
        return format!("We begin on {}{place}.", spoken(partnership.started_on, today));
    }
    format!("Our {} year together{place}.", words::ordinal(nth))
}

pub(super) async fn show(may: May<See, Partnership>, cx: Cx) -> Answered {
    let on = cx.db().read();
    let partnership = may.thing().clone();
    let today = cx.today();
    let calendar = Calendar::of(&cx.settings);
    let year = calendar.year_of(today);
    let around = db::one::<Around>(
        on,
        "select d.name as district, s.grade_low, s.grade_high, s.enrolment, t.slug as team_slug, h.name as supervisor,
           h.slug as supervisor_slug
         from partnership p join site s on s.id = p.site_id left join site d on d.id = s.district_id
         join team t on t.id = p.team_id left join person h on h.id = p.supervisor_id where p.id = $1",
        vec![partnership.id.into()],
    )
    .await?
    .ok_or(platform::Error::NotFound)?;
    let people = people_of(on, &partnership, today).await?;
    let days = visits::days_of_year(on, partnership.id, &calendar, year, today).await?;
    let closed = ClosedDays::of(&cx.settings);
    let over = dose::owed(&calendar, year, today, partnership.started_on, partnership.closed_on);
    let dose = Dose {
        planned_days: dose::planned_days(partnership.planned_days_per_week, over, &closed),
        delivered_days: dose::delivered_days(days.iter().map(|day| day.hours).sum()),
        visits: days.iter().map(|day| day.visits).sum(),
    };
    let by_day: Vec<(NaiveDate, f64)> = days.iter().map(|day| (day.on_day, day.hours)).collect();
    let months = dose::by_month(partnership.planned_days_per_week, over, &closed, &by_day);
    let recent = visits::recent(on, partnership.id, 5).await?;
    let subject = partnership.subject();
    let house = &cx.app.house;
    let mut frame = PartnershipFrame::of(&cx, may.who(), &partnership, "");
    if may.who().is_staff() {
        frame.crumbs.push((partnership.team_name.clone(), format!("/partnerships?team={}", around.team_slug)));
    }
    page(&Show {
        shell: cx.shell(&partnership.name, "/partnerships"),
        frame,
        lede: lede(&partnership, around.district.as_deref(), year, today),
        head: house.panels(&cx, &subject, Place::Head).await?,
        main: house.panels(&cx, &subject, Place::Main).await?,
        rail: house.panels(&cx, &subject, Place::Rail).await?,
        for_staff: may.who().is_staff(),
        may_record: may.also::<Record>(),
        may_plan: may.also::<Plan>(),
        how_sure: closed.how_sure(),
        partnership,
        around,
        people,
        today,
        year,
        dose,
        months,
        recent,
    })
}
