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
use platform::{Cx, Error, access::Standing, kept::Before};

use super::{choice::Choice, store};
use crate::{
    frameworks::{Framework, InUse, Schedules, stays::Selected},
    tracker::{
        self, cells_of, everybodys_cells,
        on_track::{Assessment, Cells, Count, State},
    },
};

/// What of the organisation was asked for.
pub(super) struct Data {
    pub choice: Choice,
    whole: Arc<Whole>,
}

/// The whole organisation in one school year.
pub(super) struct Whole {
    /// The version that counts today.
    pub framework: Arc<Framework>,
    /// Those by which partnerships worked in the year.
    pub in_use: InUse,
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
    /// Who might be told about; only of the present year.
    pub contact: Contact,
}

impl std::ops::Deref for Data {
    type Target = Whole;
    fn deref(&self) -> &Whole {
        &self.whole
    }
}

/// One partnership with what is known about it.
pub(super) struct Work {
    pub partnership: Partnership,
    pub cells: Arc<Cells>,
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

impl Whole {
    /// The present year: worked out when something changed that is in it.
    async fn now(cx: &Cx, framework: &Arc<Framework>, year: SchoolYear) -> Result<Arc<Self>, Error> {
        let name = format!("{} by {}", cx.today(), framework.id.0);
        cx.kept(name, |before: Option<Before<Self>>| async move {
            if let Some(whole) = before.and_then(|before| before.unless_beyond(&[])) {
                return Ok(whole);
            }
            let (cells, doses) = (everybodys_cells(cx).await?, dose::everybodys(cx).await?);
            let none = Arc::<Cells>::default();
            let known = |id: PartnershipId| (Arc::clone(cells.get(id).unwrap_or(&none)), doses.of(id));
            let span = Calendar::of(&cx.settings).span(year);
            let contact = Contact::read(cx, span.from, span.to.min(cx.today())).await?;
            let partnerships = store::at_work(cx.db().read(), &Calendar::of(&cx.settings), year, cx.today()).await?;
            Ok(Arc::new(Self::of(cx, framework, year, (partnerships, contact), known).await?))
        })
        .await
    }

    /// A year that is past.
    async fn past(cx: &Cx, framework: &Arc<Framework>, year: SchoolYear) -> Result<Arc<Self>, Error> {
        let (on, today, calendar) = (cx.db().read(), cx.today(), Calendar::of(&cx.settings));
        let partnerships = store::at_work(on, &calendar, year, today).await?;
        let ids: Vec<PartnershipId> = partnerships.iter().map(|partnership| partnership.id).collect();
        let mut cells = cells_of(on, year, &ids).await?;
        let doses = dose::of(on, &calendar, &ClosedDays::of(&cx.settings), year, today, &ids).await?;
        let known =
            |id: PartnershipId| (Arc::new(cells.remove(&id).unwrap_or_default()), doses.get(&id).copied().unwrap_or_default());
        Ok(Arc::new(Self::of(cx, framework, year, (partnerships, Contact::default()), known).await?))
    }

    async fn of(
        cx: &Cx,
        framework: &Arc<Framework>,
        year: SchoolYear,
        (partnerships, contact): (Vec<Partnership>, Contact),
        mut known: impl FnMut(PartnershipId) -> (Arc<Cells>, Dose) + Send,
    ) -> Result<Self, Error> {
        let (on, today, calendar) = (cx.db().read(), cx.today(), Calendar::of(&cx.settings));
        let (teams, models) = (teams_at_work(on).await?, models::all(on).await?);
        let first = store::first_year(on).await?.unwrap_or(year).min(calendar.year_of(today));
        let day = calendar.span(year).to.min(today);
        let mut networks: Vec<String> = partnerships.iter().filter_map(|partnership| partnership.network.clone()).collect();
        networks.sort();
        networks.dedup();
        let in_use = InUse::since(cx, year).await?.ok_or(Error::NotFound)?;
        let schedules = Schedules::of(&in_use, &calendar, year);
        let works = partnerships.into_iter().map(|partnership| {
            let (cells, dose) = known(partnership.id);
            let assessment = schedules.schedule(partnership.id).assess((&partnership).into(), &cells, day);
            Work { partnership, cells, assessment, dose }
        });
        let works = works.collect();
        drop(schedules);
        let framework = Arc::clone(framework);
        Ok(Self { framework, in_use, calendar, today, year, day, first, teams, models, networks, works, contact })
    }
}

impl Data {
    /// Reads it; nothing while there is no framework.
    pub(super) async fn read(cx: &Cx, who: &Standing, choice: Choice) -> Result<Option<Self>, Error> {
        let Some(framework) = tracker::framework(cx).await? else { return Ok(None) };
        let now = Calendar::of(&cx.settings).year_of(cx.today());
        let asked = match choice.year {
            Some(year) if year < now => store::first_year(cx.db().read()).await?.filter(|first| *first <= year).map(|_| year),
            _ => None,
        };
        let whole = match asked {
            Some(year) => Whole::past(cx, &framework, year).await?,
            None => Whole::now(cx, &framework, now).await?,
        };
        let choice = Choice { year: choice.year.and(Some(whole.year)), ..choice.settled(who, &whole.teams) };
        Ok(Some(Self { choice, whole }))
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
    pub(super) fn practices(&self) -> Selected {
        let choice = &self.choice;
        Selected::of(&self.in_use, |practice| {
            (!choice.vips || practice.vip) && (choice.practice.is_empty() || practice.code == choice.practice)
        })
    }
}

/// Who might be told about: the last visit of each partnership within the year so far, and who leads the work there.
#[derive(Default)]
pub(super) struct Contact {
    pub last_visits: BTreeMap<PartnershipId, NaiveDate>,
    pub leads: BTreeMap<PartnershipId, store::Lead>,
}

impl Contact {
    async fn read(cx: &Cx, from: NaiveDate, day: NaiveDate) -> Result<Self, Error> {
        let on = cx.db().read();
        Ok(Self { last_visits: store::last_visits(on, from, day).await?, leads: store::leads(on, day).await? })
    }
}
