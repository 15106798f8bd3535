//! The People tab.

mod assign;
mod coach;

use askama::Template;
use chrono::NaiveDate;
use platform::{
    Cx,
    access::{Kind, May, Routes, actions::See},
    web::{Answered, Shell, page},
};

use super::{Coachee, store};
use crate::{
    partnerships::{Coach, Hear, Partnership, PartnershipFrame, People, Plan, people_of},
    words,
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/partnerships/{partnership}/people", show)
        .get("/partnerships/{partnership}/staff/new", assign::new)
        .post("/partnerships/{partnership}/staff", assign::add)
        .get("/partnerships/{partnership}/staff/{assignment}/edit", assign::edit)
        .post("/partnerships/{partnership}/staff/{assignment}", assign::change)
        .get("/partnerships/{partnership}/coachees/new", coach::new)
        .post("/partnerships/{partnership}/coachees", coach::add)
        .get("/partnerships/{partnership}/coachees/{coachee}/edit", coach::edit)
        .post("/partnerships/{partnership}/coachees/{coachee}", coach::change)
}

/// What somebody may know of the coachees.
enum Told {
    /// Everything: the people who work there.
    All { now: Vec<Coachee>, earlier: Vec<Coachee> },
    /// How many, and who coaches: other staff.
    Count { count: usize, coaches: Vec<(String, String)> },
    /// What was agreed with oneself: the coachee.
    Own(Box<Coachee>),
    /// Nothing: anybody else at the site.
    Nothing,
}

impl Told {
    fn of(coachees: Vec<Coachee>, may: &May<See, Partnership>, today: NaiveDate) -> Self {
        if may.also::<Hear>() {
            let (now, earlier) = coachees.into_iter().partition(|coachee| coachee.is_coached(today));
            return Self::All { now, earlier };
        }
        let now = || coachees.iter().filter(|coachee| coachee.is_coached(today));
        match may.who().kind {
            Kind::Staff => {
                let mut coaches: Vec<(String, String)> =
                    now().map(|coachee| (coachee.coach_slug.clone(), coachee.coach_name.clone())).collect();
                coaches.sort();
                coaches.dedup();
                Self::Count { count: now().count(), coaches }
            }
            Kind::Partner | Kind::Alumnus => now()
                .find(|coachee| coachee.person_id == may.who().person)
                .map_or(Self::Nothing, |own| Self::Own(Box::new(own.clone()))),
        }
    }
}

#[derive(Template)]
#[template(path = "roster/show.html")]
struct Show {
    shell: Shell,
    frame: PartnershipFrame,
    partnership: Partnership,
    people: People,
    told: Told,
    today: NaiveDate,
    may_plan: bool,
    may_coach: bool,
    for_staff: bool,
}

async fn show(may: May<See, Partnership>, cx: Cx) -> Answered {
    let on = cx.db().read();
    let partnership = may.thing().clone();
    let today = cx.today();
    let people = people_of(on, &partnership, today).await?;
    let coachees = store::coachees(on, partnership.id).await?;
    page(&Show {
        shell: cx.shell(format!("People at {}", partnership.name), "/partnerships"),
        frame: PartnershipFrame::of(&cx, may.who(), &partnership, "/people"),
        told: Told::of(coachees, &may, today),
        may_plan: may.also::<Plan>(),
        may_coach: may.also::<Coach>(),
        for_staff: may.who().is_staff(),
        partnership,
        people,
        today,
    })
}
