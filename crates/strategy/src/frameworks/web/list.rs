//! All practices over the year.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::extract::RawQuery;
use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, SchoolYear, spoken},
    models::{self, SupportModel},
    partnerships::WHO_AND_WHERE,
};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    kept::Before,
    sheet::{Cell, Sheet},
    text::{counted, hue, initials},
    web::{Answered, Shell, page},
};

use super::super::{
    Framework, InUse, Practice,
    browse::{Boxes, By, Choice},
    policy::Practices,
    stays::Selected,
    store::{self, Glad},
    timeline::{Bar, Timeline, index, months_in_words},
};
use crate::{
    PracticeId,
    overview::{
        store::at_work,
        uptake::{Uptake, of_partnership},
    },
    tracker::everybodys_cells,
};

/// How many cards stand under "Coming up".
const CARDS: usize = 6;

#[derive(Template)]
#[template(path = "frameworks/web/list.html")]
struct ListPage {
    shell: Shell,
    title: String,
    count: String,
    choice: Choice,
    boxes: Boxes,
    timeline: Timeline,
    today: String,
    groups: Vec<Group>,
    coming: Option<Coming>,
    without: Vec<String>,
    query: String,
    by_links: Vec<ByLink>,
}

#[derive(Template)]
#[template(path = "frameworks/web/none.html")]
struct NonePage {
    shell: Shell,
    staff: bool,
}

struct Group {
    name: String,
    rows: Vec<Row>,
}

struct Row {
    code: String,
    title: String,
    href: String,
    vip: bool,
    note: String,
    months: String,
    bars: Vec<Bar>,
}

struct Coming {
    month: String,
    cards: Vec<Card>,
}

struct Card {
    code: String,
    title: String,
    href: String,
    vip: bool,
    good: String,
    asked: Option<Asked>,
}

struct Asked {
    name: String,
    initials: String,
    hue: u8,
    note: String,
}

struct ByLink {
    words: &'static str,
    href: String,
    current: bool,
}

/// What the list and its file are made from.
struct Loaded {
    framework: Arc<Framework>,
    calendar: Calendar,
    today: NaiveDate,
    models: Vec<SupportModel>,
    /// For staff alone: how far each practice has taken hold this school year.
    uptake: Option<Arc<Uptakes>>,
}

impl Loaded {
    async fn read(cx: &Cx, staff: bool) -> Result<Option<Self>, Error> {
        let (on, today, calendar) = (cx.db().read(), cx.today(), Calendar::of(&cx.settings));
        let Some(framework) = Framework::current(on, today).await? else { return Ok(None) };
        let models = models::all(on).await?;
        let uptake = if staff { Some(uptake(cx, &framework, &calendar, today).await?) } else { None };
        Ok(Some(Self { framework, calendar, today, models, uptake }))
    }

    fn year(&self) -> SchoolYear {
        self.calendar.year_of(self.today)
    }

    /// `All models`, or the names of those it is for.
    fn models_of(&self, practice: &Practice) -> String {
        let known =
            self.models.iter().filter(|model| self.framework.practices.iter().any(|one| one.models.contains_key(&model.id)));
        let (for_it, others): (Vec<&SupportModel>, Vec<&SupportModel>) =
            known.partition(|model| practice.models.contains_key(&model.id));
        if others.is_empty() {
            return "All models".to_owned();
        }
        for_it.iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Where the practice is in the year, and for staff where it has taken hold.
    fn standing(&self, practice: &Practice) -> String {
        let spans: Vec<_> = practice.due.iter().map(|due| due.span(&self.calendar, self.year())).collect();
        let open = spans.iter().find(|span| span.contains(self.today)).map(|span| format!("Open until {}", self.said(span.to)));
        let next = || spans.iter().find(|span| span.from > self.today).map(|span| format!("Opens on {}", self.said(span.from)));
        let past = || spans.last().map(|span| format!("Was due by {}", self.said(span.to)));
        let mut words = open.or_else(next).or_else(past).unwrap_or_default();
        let uptake = self.uptake.as_ref().and_then(|all| all.get(&practice.id)).filter(|uptake| uptake.of > 0);
        if let Some(uptake) = uptake {
            words.push_str(&format!(". Enacted in {}", uptake.counts()));
        }
        words
    }

    fn said(&self, day: NaiveDate) -> String {
        spoken(day, self.today)
    }
}

/// How far each practice has taken hold, over the whole organisation.
type Uptakes = BTreeMap<PracticeId, Uptake>;

/// How far each practice has taken hold this school year: counted anew when something was entered.
async fn uptake(cx: &Cx, framework: &Framework, calendar: &Calendar, today: NaiveDate) -> Result<Arc<Uptakes>, Error> {
    let year = calendar.year_of(today);
    cx.kept(format!("{today} by {}", framework.id.0), |before: Option<Before<Uptakes>>| async move {
        if let Some(uptake) = before.and_then(|before| before.unless_beyond(&WHO_AND_WHERE)) {
            return Ok(uptake);
        }
        let (cells, none) = (everybodys_cells(cx).await?, Default::default());
        let partnerships = at_work(cx.db().read(), calendar, year, today).await?;
        let mut uptake = Uptakes::new();
        let in_use = InUse::today(cx).await?.ok_or(Error::NotFound)?;
        let selected = Selected::of(&in_use, |_| true);
        let schedules = selected.schedules(&in_use, calendar, year);
        for partnership in &partnerships {
            let own = cells.get(partnership.id).map_or(&none, |cells| cells);
            for (practice, _, cell) in of_partnership(schedules.schedule(partnership.id), partnership.into(), None, today, own) {
                uptake.entry(selected.today(practice)).or_default().add(framework, cell);
            }
        }
        Ok(Arc::new(uptake))
    })
    .await
}

pub(super) async fn show(may: May<See, Practices>, cx: Cx, RawQuery(query): RawQuery) -> Answered {
    let Some(loaded) = Loaded::read(&cx, may.who().is_staff()).await? else {
        return page(&NonePage { shell: cx.shell("Practices", "/practices"), staff: may.who().is_staff() });
    };
    let glad = store::glad(cx.db().read()).await?;
    let choice = Choice::read(query.as_deref());
    let (framework, calendar, today) = (&loaded.framework, &loaded.calendar, loaded.today);
    let timeline = Timeline::of(framework, calendar, today);
    let models: Vec<_> = loaded.models.iter().map(|model| (model.id.clone(), model.name.clone())).collect();
    let row = |practice: &Practice| Row {
        code: practice.code.clone(),
        title: practice.title.clone(),
        href: practice.subject().href,
        vip: practice.vip,
        note: format!("{}. {}", loaded.models_of(practice), loaded.standing(practice)),
        months: months_in_words(practice, calendar),
        bars: timeline.bars(practice, today),
    };
    let groups = choice.groups(framework, calendar).into_iter();
    let groups = groups.map(|(name, practices)| Group { name, rows: practices.into_iter().map(row).collect() }).collect();
    let without = framework.steps.iter().filter(|step| !framework.practices.iter().any(|practice| practice.step == step.key));
    let without = without.map(|step| step.name.clone()).collect();
    let by_links = [(By::Step, "By step"), (By::Month, "By month"), (By::Strand, "By strand")].map(|(by, words)| ByLink {
        words,
        href: format!("/practices?{}", Choice { by, ..choice.clone() }.query()),
        current: by == choice.by,
    });
    page(&ListPage {
        shell: cx.shell("Practices", "/practices"),
        title: framework.title.clone(),
        count: counted(i64::try_from(framework.practices.len()).unwrap_or_default(), "thing we do", "things we do"),
        boxes: choice.boxes(framework, calendar, &models),
        today: spoken(today, today),
        groups,
        coming: if choice.narrows() { None } else { coming(&loaded, &glad) },
        without,
        query: choice.query(),
        by_links: by_links.into(),
        timeline,
        choice,
    })
}

/// What has opened this month, the very important ones first.
fn coming(loaded: &Loaded, glad: &[Glad]) -> Option<Coming> {
    let (framework, calendar, today) = (&loaded.framework, &loaded.calendar, loaded.today);
    let month = (1..=12).find(|month| calendar.months(loaded.year(), *month, *month).contains(today))?;
    let opens = |practice: &Practice| practice.due.iter().any(|due| index(calendar, due.start_month) == index(calendar, month));
    let mut practices: Vec<&Practice> = framework.practices.iter().filter(|practice| opens(practice)).collect();
    practices.sort_by_key(|practice| !practice.vip);
    let cards: Vec<Card> = practices
        .into_iter()
        .take(CARDS)
        .map(|practice| Card {
            code: practice.code.clone(),
            title: practice.title.clone(),
            href: practice.subject().href,
            vip: practice.vip,
            good: practice.good.clone(),
            asked: glad.iter().find(|person| person.is_asked_about(&practice.code)).map(|person| Asked {
                name: person.name.clone(),
                initials: initials(&person.name),
                hue: hue(&person.name),
                note: person.title.clone(),
            }),
        })
        .collect();
    (!cards.is_empty()).then(|| Coming { month: calendar.month_name(month), cards })
}

pub(super) async fn export(may: May<See, Practices>, cx: Cx, RawQuery(query): RawQuery) -> Answered {
    let loaded = Loaded::read(&cx, may.who().is_staff()).await?.ok_or(Error::NotFound)?;
    let framework = &loaded.framework;
    let mut header = vec![
        "code",
        "title",
        "step",
        "strand",
        "phase",
        "vip",
        "vip_reason",
        "due",
        "models",
        "good",
        "evidence",
        "indicators",
        "essential",
    ];
    if loaded.uptake.is_some() {
        header.extend(["partnerships", "enacted", "enacted_well"]);
    }
    let rows = Choice::read(query.as_deref()).of(framework).into_iter().map(|practice| {
        let indicators = practice.indicators.iter().map(|(_, code)| code.as_str()).collect::<Vec<_>>().join("; ");
        let mut row: Vec<Cell> = vec![
            practice.code.as_str().into(),
            practice.title.as_str().into(),
            framework.step_name(&practice.step).into(),
            framework.strand_name(&practice.strand).into(),
            framework.phase_name(&practice.phase).into(),
            if practice.vip { "yes" } else { "no" }.into(),
            practice.vip_reason.as_str().into(),
            months_in_words(practice, &loaded.calendar).into(),
            loaded.models_of(practice).into(),
            practice.good.as_str().into(),
            practice.evidence.join("; ").into(),
            indicators.into(),
            practice.essential.as_str().into(),
        ];
        if let Some(uptake) = &loaded.uptake {
            let uptake = uptake.get(&practice.id).cloned().unwrap_or_default();
            row.extend([uptake.of.into(), uptake.enacted.into(), uptake.well().into()]);
        }
        row
    });
    Sheet { name: "practices".to_owned(), header, rows: rows.collect() }.download(may.ids().get("ending")?)
}
