//! Everything that the overview is drawn from, read with a fixed number of queries.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, ClosedDays, SchoolYear},
    dose::{self, Dose},
    models::{self, SupportModel},
    partnerships::{Partnership, WorkingTeam, teams_at_work},
};
use platform::{Cx, Error, access::Standing};

use super::{choice::Choice, store};
use crate::{
    frameworks::Framework,
    tracker::{
        cells_of,
        on_track::{Assessment, Cells, Count, Schedule, State},
    },
};

/// The whole organisation in one school year, and what of it was asked for.
pub(super) struct Data {
    pub choice: Choice,
    pub framework: Arc<Framework>,
    pub calendar: Calendar,
    pub today: NaiveDate,
    /// The school year that is looked at.
    pub year: SchoolYear,
    /// The day as of which it is looked at: today, or the last of a year that is past.
    pub day: NaiveDate,
    /// The first school year that there is something about.
    pub first: SchoolYear,
    pub teams: Vec<WorkingTeam>,
    pub models: Vec<SupportModel>,
    pub networks: Vec<String>,
    /// All partnerships of the year, by name.
    pub works: Vec<Work>,
}

/// One partnership with what is known about it.
pub(super) struct Work {
    pub partnership: Partnership,
    pub cells: Cells,
    pub assessment: Assessment,
    pub dose: Dose,
}

impl Work {
    /// What was counted, and where it stands, over all practices or the very important ones.
    pub(super) fn stands(&self, vips: bool) -> (Count, State) {
        let assessment = &self.assessment;
        if vips { (assessment.vips, assessment.vip_state) } else { (assessment.all, assessment.state) }
    }
}

impl Data {
    /// Reads it; nothing while there is no framework.
    pub(super) async fn read(cx: &Cx, who: &Standing, choice: Choice) -> Result<Option<Self>, Error> {
        let (on, today, calendar) = (cx.db().read(), cx.today(), Calendar::of(&cx.settings));
        let Some(framework) = Framework::current(on, today).await? else { return Ok(None) };
        let teams = teams_at_work(on).await?;
        let models = models::all(on).await?;
        let now = calendar.year_of(today);
        let first = store::first_year(on).await?.unwrap_or(now).min(now);
        let year = choice.year.filter(|year| (first..=now).contains(year)).unwrap_or(now);
        let day = calendar.span(year).to.min(today);
        let partnerships = store::at_work(on, &calendar, year, today).await?;
        let ids: Vec<PartnershipId> = partnerships.iter().map(|partnership| partnership.id).collect();
        let mut cells = cells_of(on, year, &ids).await?;
        let doses = dose::of(on, &calendar, &ClosedDays::of(&cx.settings), year, today, &ids).await?;
        let mut networks: Vec<String> = partnerships.iter().filter_map(|partnership| partnership.network.clone()).collect();
        networks.sort();
        networks.dedup();
        let schedule = Schedule::of(&framework, &calendar, year);
        let works = partnerships.into_iter().map(|partnership| {
            let cells = cells.remove(&partnership.id).unwrap_or_default();
            let assessment = schedule.assess((&partnership).into(), &cells, day);
            let dose = doses.get(&partnership.id).copied().unwrap_or_default();
            Work { partnership, cells, assessment, dose }
        });
        let works = works.collect();
        let choice = Choice { year: choice.year.and(Some(year)), ..choice.settled(who, &teams) };
        Ok(Some(Self { choice, calendar, today, year, day, first, teams, models, networks, works, framework }))
    }

    /// What was asked for, by name.
    pub(super) fn chosen(&self) -> impl Iterator<Item = &Work> {
        self.works.iter().filter(|work| self.choice.holds(&work.partnership, &self.teams))
    }

    /// Whether the year is the present one.
    pub(super) fn is_now(&self) -> bool {
        self.year == self.calendar.year_of(self.today)
    }

    /// The practices that were asked for.
    pub(super) fn practices(&self) -> Framework {
        let choice = &self.choice;
        self.framework
            .only(|practice| (!choice.vips || practice.vip) && (choice.practice.is_empty() || practice.code == choice.practice))
    }
}

/// Who might be told about: the last visit of each partnership within the year so far, and who leads the work there.
pub(super) struct Contact {
    pub last_visits: BTreeMap<PartnershipId, NaiveDate>,
    pub leads: BTreeMap<PartnershipId, store::Lead>,
}

impl Contact {
    /// Reads it; two queries.
    pub(super) async fn read(cx: &Cx, data: &Data) -> Result<Self, Error> {
        let on = cx.db().read();
        let last_visits = store::last_visits(on, data.calendar.start(data.year), data.day).await?;
        Ok(Self { last_visits, leads: store::leads(on, data.day).await? })
    }
}
