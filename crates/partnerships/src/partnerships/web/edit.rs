//! Forms: a new partnership, and what was agreed.

use askama::Template;
use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{May, actions::Create},
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, TeamId},
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};

use super::super::{
    Partnership, PartnershipFrame, Partnerships, Plan,
    verbs::{self, Agreement},
};
use crate::{SiteId, models, words};

/// What the form offers to choose from.
#[derive(Default)]
pub(in crate::partnerships) struct Offered {
    sites: Vec<SiteRow>,
    teams: Vec<TeamRow>,
    supervisors: Vec<PersonRow>,
    models: Vec<models::SupportModel>,
    networks: Vec<NetworkRow>,
}

#[derive(FromQueryResult)]
struct SiteRow {
    id: SiteId,
    slug: String,
    name: String,
}

#[derive(FromQueryResult)]
struct TeamRow {
    id: TeamId,
    slug: String,
    name: String,
}

#[derive(FromQueryResult)]
struct PersonRow {
    id: PersonId,
    slug: String,
    name: String,
}

#[derive(FromQueryResult)]
struct NetworkRow {
    network: String,
}

impl Offered {
    async fn read(on: &impl ConnectionTrait, today: NaiveDate) -> Result<Self, DbErr> {
        Ok(Self {
            sites: db::rows(
                on,
                "select id, slug, name from site where relation <> 'comparison'
                   and id not in (select site_id from partnership where status = 'active') order by folded, id",
                vec![],
            )
            .await?,
            teams: db::rows(
                on,
                "select id, slug, name from team where kind in ('region', 'national')
                 order by case kind when 'region' then 0 else 1 end, folded, id",
                vec![],
            )
            .await?,
            supervisors: db::rows(
                on,
                "select id, slug, name from person where kind = 'staff' and id in (select person_id from membership
                   where role in ('supervisor', 'director', 'senior-director', 'chief-of-programs')
                   and from_on <= $1 and (to_on is null or to_on >= $1)) order by folded, id",
                vec![today.into()],
            )
            .await?,
            models: models::all(on).await?,
            networks: db::rows(on, "select distinct network from partnership where network is not null order by network", vec![])
                .await?,
        })
    }

    fn of(rows: &[impl Named]) -> Vec<(&str, &str)> {
        rows.iter().map(Named::named).collect()
    }

    fn models(&self) -> Vec<(&str, String)> {
        self.models.iter().map(|model| (model.id.as_str(), format!("{} ({})", model.name, model.dose()))).collect()
    }

    /// What the form says; a word beside each field that needs one.
    pub(in crate::partnerships) fn read_form(&self, form: &mut Form, keeps_team: Option<&Partnership>) -> Option<Agreement> {
        let model = self.models.iter().find(|model| model.id == form.value("model"));
        if model.is_none() {
            form.refuse("model", "Which support model did you agree on?");
        }
        let chosen = form.value("team").to_owned();
        let team = self
            .teams
            .iter()
            .find(|team| team.slug == chosen)
            .map(|team| team.id)
            // The team that has it stays possible, whatever kind of team it is.
            .or_else(|| keeps_team.filter(|_| chosen == "as-now").map(|partnership| partnership.team_id));
        if team.is_none() {
            form.refuse("team", "Which team does the work?");
        }
        let chosen = form.value("supervisor").to_owned();
        let supervisor = match chosen.as_str() {
            "" => Some(None),
            "as-now" => keeps_team.map(|partnership| partnership.supervisor_id),
            slug => self.supervisors.iter().find(|person| person.slug == slug).map(|person| Some(person.id)),
        };
        if supervisor.is_none() {
            form.refuse("supervisor", "Please choose somebody from the list.");
        }
        let started = form.date("started", "On which day does the work begin?");
        let days = form.number("days", 0.05, 7.0);
        let network = form.optional("network", 80).map(|text| db::slug_of(&text));
        let story = form.optional("story", 2000);
        Some(Agreement {
            model_id: model?.id.clone(),
            network: network.filter(|network| !network.is_empty()),
            team_id: team?,
            supervisor_id: supervisor?,
            started_on: started?,
            planned_days_per_week: days?,
            story: story?,
        })
        .filter(|_| !form.has_errors())
    }
}

trait Named {
    fn named(&self) -> (&str, &str);
}

impl Named for SiteRow {
    fn named(&self) -> (&str, &str) {
        (&self.slug, &self.name)
    }
}

impl Named for TeamRow {
    fn named(&self) -> (&str, &str) {
        (&self.slug, &self.name)
    }
}

impl Named for PersonRow {
    fn named(&self) -> (&str, &str) {
        (&self.slug, &self.name)
    }
}

#[derive(Template)]
#[template(path = "partnerships/new.html")]
struct New {
    shell: Shell,
    form: Form,
    offered: Offered,
}

pub(super) async fn new(_: May<Create, Partnerships>, cx: Cx) -> Answered {
    let offered = Offered::read(cx.db().read(), cx.today()).await?;
    let site = cx.address.split_once("site=").map(|(_, site)| db::slug_of(site)).unwrap_or_default();
    let form = Form::with([("started", cx.today().to_string()), ("site", site)]);
    page(&New { shell: cx.shell("New partnership", "/partnerships"), form, offered })
}

pub(super) async fn begin(may: May<Create, Partnerships>, cx: Cx, mut form: Form) -> Answered {
    let offered = Offered::read(cx.db().read(), cx.today()).await?;
    let Some(begun) = begun_with(&may, &cx, &mut form, &offered).await? else {
        return page_with_errors(&New { shell: cx.shell("New partnership", "/partnerships"), form, offered });
    };
    let subject = begun.subject();
    let word = format!("The partnership with {} has begun. Who works there?", begun.name);
    Ok(go_to_with(&format!("{}/people", subject.href), &Toast::saying(word)))
}

/// Begins what the form says; nothing is done when something in it needs another look.
async fn begun_with(
    may: &May<Create, Partnerships>,
    cx: &Cx,
    form: &mut Form,
    offered: &Offered,
) -> Result<Option<Partnership>, Error> {
    let agreed = offered.read_form(form, None);
    let site = offered.sites.iter().find(|site| site.slug == form.value("site")).map(|site| (site.id, site.slug.clone()));
    if site.is_none() {
        form.refuse("site", "With which site do we begin? Sites that we already work with are not in this list.");
    }
    let (Some(agreed), Some((site, slug))) = (agreed, site) else { return Ok(None) };
    Ok(Some(verbs::begin(may, cx, (site, &slug), agreed).await?))
}

/// The same for programs.
pub(in crate::partnerships) async fn begun(
    may: &May<Create, Partnerships>,
    cx: &Cx,
    form: &mut Form,
) -> Result<Option<Partnership>, Error> {
    let offered = Offered::read(cx.db().read(), cx.today()).await?;
    begun_with(may, cx, form, &offered).await
}

/// What stands, as the form shows it, and what can be chosen in its place.
pub(in crate::partnerships) async fn standing(may: &May<Plan, Partnership>, cx: &Cx) -> Result<(Form, Offered), Error> {
    let offered = Offered::read(cx.db().read(), cx.today()).await?;
    Ok((standing_in(may.thing(), &offered), offered))
}

fn standing_in(partnership: &Partnership, offered: &Offered) -> Form {
    let slug_or = |slug: Option<String>| slug.unwrap_or_else(|| "as-now".to_owned());
    let team = offered.teams.iter().find(|team| team.id == partnership.team_id).map(|team| team.slug.clone());
    let person = |id| offered.supervisors.iter().find(|person| person.id == id).map(|person| person.slug.clone());
    Form::with([
        ("version", partnership.version.to_string()),
        ("model", partnership.model_id.clone()),
        ("network", partnership.network.as_deref().map(words::word_of).unwrap_or_default()),
        ("team", slug_or(team)),
        ("supervisor", partnership.supervisor_id.map(|id| slug_or(person(id))).unwrap_or_default()),
        ("started", partnership.started_on.to_string()),
        ("days", partnership.planned_days_per_week.to_string()),
        ("story", partnership.story.clone()),
    ])
}

#[derive(Template)]
#[template(path = "partnerships/edit.html")]
struct Edit {
    shell: Shell,
    frame: PartnershipFrame,
    form: Form,
    partnership: Partnership,
    offered: Offered,
    supervisor: Option<String>,
    is_stale: bool,
}

impl Edit {
    fn teams(&self) -> Vec<(&str, &str)> {
        let mut teams = Offered::of(&self.offered.teams);
        if !self.offered.teams.iter().any(|team| team.id == self.partnership.team_id) {
            teams.insert(0, ("as-now", &self.partnership.team_name));
        }
        teams
    }

    fn supervisors(&self) -> Vec<(&str, &str)> {
        let mut people = Offered::of(&self.offered.supervisors);
        let now = self.partnership.supervisor_id;
        if let Some(name) = &self.supervisor
            && !self.offered.supervisors.iter().any(|person| Some(person.id) == now)
        {
            people.insert(0, ("as-now", name));
        }
        people
    }
}

async fn edit_page(may: &May<Plan, Partnership>, cx: &Cx, form: Option<Form>, is_stale: bool) -> Result<Edit, Error> {
    let partnership = may.thing().clone();
    let offered = Offered::read(cx.db().read(), cx.today()).await?;
    let sql = "select h.name from partnership p join person h on h.id = p.supervisor_id where p.id = $1";
    let supervisor = db::scalar::<String>(cx.db().read(), sql, vec![partnership.id.into()]).await?;
    let form = form.unwrap_or_else(|| standing_in(&partnership, &offered));
    let mut frame = PartnershipFrame::of(cx, may.who(), &partnership, "/edit");
    "What we agreed".clone_into(&mut frame.title);
    let shell = cx.shell(format!("What we agreed with {}", partnership.name), "/partnerships");
    Ok(Edit { shell, frame, form, partnership, offered, supervisor, is_stale })
}

pub(super) async fn edit(may: May<Plan, Partnership>, cx: Cx) -> Answered {
    page(&edit_page(&may, &cx, None, false).await?)
}

pub(super) async fn agree(may: May<Plan, Partnership>, cx: Cx, mut form: Form) -> Answered {
    let offered = Offered::read(cx.db().read(), cx.today()).await?;
    let Some(agreed) = offered.read_form(&mut form, Some(may.thing())) else {
        return page_with_errors(&edit_page(&may, &cx, Some(form), false).await?);
    };
    match verbs::agree(&may, &cx, form.version(), agreed).await {
        Ok(()) => Ok(go_to_with(&may.subject().href, &Toast::saying("What we agreed is changed."))),
        Err(Error::Stale) => page_with_errors(&edit_page(&may, &cx, Some(form), true).await?),
        Err(error) => Err(error),
    }
}
