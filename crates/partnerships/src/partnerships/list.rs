//! Which partnerships there are: by what is asked for, and by who works there.

use std::sync::Arc;

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, PersonId, TeamId, placeholders},
    kept::Before,
};

use super::{COLUMNS, FROM, Partnership};
use crate::{
    PartnershipId, SiteId,
    paging::{Page, Seek, Window, search_words},
};

/// What is asked for; an empty text leaves its part open.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The support model's key.
    pub model: String,
    /// The network's key.
    pub network: String,
    /// The team's key.
    pub team: String,
    /// The region.
    pub region: String,
    /// The supervisor's key.
    pub supervisor: String,
    /// `active` or `closed`.
    pub status: String,
    /// Words of the name.
    pub q: String,
}

/// The same tables as [`FROM`], with what joins the first two to be written among the conditions. `cross join` makes SQLite begin
/// with the sites, whose index has the order of names, so that a page of the list needs neither all rows nor sorting.
const BY_NAME: (&str, &str) = (
    "site s cross join partnership p join support_model m on m.id = p.model_id join team t on t.id = p.team_id",
    "p.site_id = s.id",
);

impl Filter {
    /// Whether it leaves all of them, or nearly all: most go on.
    fn is_open(&self) -> bool {
        let Self { model, network, team, region, supervisor, status, q } = self;
        [model, network, team, region, supervisor, q].into_iter().all(String::is_empty) && status != "closed"
    }

    fn conditions(&self, params: &mut Params) -> String {
        let mut sql = "1 = 1".to_owned();
        let equal = [
            ("p.model_id = ", &self.model),
            ("p.network = ", &self.network),
            ("t.slug = ", &self.team),
            ("s.region = ", &self.region),
            ("p.supervisor_id = (select id from person where slug = {})", &self.supervisor),
            ("p.status = ", &self.status),
        ];
        for (condition, value) in equal.into_iter().filter(|(_, value)| !value.is_empty()) {
            params.push(value.clone().into());
            let parameter = format!("${}", params.len());
            sql.push_str(" and ");
            if condition.contains("{}") {
                sql.push_str(&condition.replace("{}", &parameter));
            } else {
                sql.push_str(condition);
                sql.push_str(&parameter);
            }
        }
        for word in search_words(&self.q) {
            params.push(format!("%{word}%").into());
            sql.push_str(&format!(" and s.folded like ${}", params.len()));
        }
        sql
    }
}

/// The partnerships that are asked for, by name; one query, without staff.
///
/// # Errors
/// The database's own.
pub async fn list(on: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<Partnership>, DbErr> {
    let mut params = Vec::new();
    let conditions = filter.conditions(&mut params);
    db::rows(on, &format!("select {COLUMNS} from {FROM} where {conditions} order by s.folded, p.slug"), params).await
}

/// How a list is sorted by the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Name,
    Start,
}

pub(crate) async fn page(
    on: &impl ConnectionTrait,
    filter: &Filter,
    order: Order,
    descending: bool,
    seek: Seek<'_>,
) -> Result<Page<Partnership>, DbErr> {
    page_at(on, filter, None, order, descending, seek.into()).await
}

/// The same, of any size, and where `site` names one, of that site alone.
pub(crate) async fn page_at(
    on: &impl ConnectionTrait,
    filter: &Filter,
    site: Option<&str>,
    order: Order,
    descending: bool,
    seek: Window<'_>,
) -> Result<Page<Partnership>, DbErr> {
    let mut params = Vec::new();
    let mut conditions = filter.conditions(&mut params);
    if let Some(site) = site {
        params.push(site.into());
        conditions.push_str(&format!(" and s.slug = ${}", params.len()));
    }
    let (columns, key) = match order {
        Order::Name => (["s.folded", "p.slug"], "s2.folded, p2.slug"),
        Order::Start => (["p.started_on", "p.slug"], "p2.started_on, p2.slug"),
    };
    let of_key = format!("select {key} from partnership p2 join site s2 on s2.id = p2.site_id where p2.slug = {{key}}");
    let (bound, ending) = seek.clause(&columns, &of_key, descending, &mut params);
    // Where a condition leaves few, its own index finds them sooner than the order does.
    let (from, joined) = if filter.is_open() && site.is_none() && order == Order::Name { BY_NAME } else { (FROM, "1 = 1") };
    let sql = format!("select {COLUMNS} from {from} where {joined} and {conditions}{bound}{ending}");
    let rows = db::rows(on, &sql, params).await?;
    Ok(seek.page(rows, |partnership: &Partnership| partnership.slug.clone()))
}

/// The active partnerships that a person is assigned to on a day, by name; one query, without staff.
///
/// # Errors
/// The database's own.
pub async fn worked_at_by(on: &impl ConnectionTrait, person: PersonId, day: NaiveDate) -> Result<Vec<Partnership>, DbErr> {
    let sql = format!(
        "select {COLUMNS} from {FROM} where p.status = 'active' and p.id in (select partnership_id from partnership_staff
           where person_id = $1 and from_on <= $2 and (to_on is null or to_on >= $2))
         order by s.folded, p.slug"
    );
    db::rows(on, &sql, vec![person.into(), day.into()]).await
}

/// A partnership that is at work, and who looks after it.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct LookedAfter {
    /// Its id.
    pub id: PartnershipId,
    team_id: TeamId,
    /// Its supervisor.
    pub supervisor_id: Option<PersonId>,
}

/// All partnerships that are at work, by name.
struct AtWork(Vec<LookedAfter>);

/// The active partnerships that a person supervises and those of these teams, by name: all are kept in memory until one of them
/// changes, since a large team is looked after by every morning's page of whoever leads it.
///
/// # Errors
/// The database's own.
pub async fn looked_after_by(cx: &Cx, person: PersonId, teams: &[TeamId]) -> Result<Vec<LookedAfter>, Error> {
    let all = cx
        .kept(String::new(), |before: Option<Before<AtWork>>| async move {
            if let Some(all) = before.and_then(|before| before.unless_beyond(&[people::persons::SUBJECT, people::teams::SUBJECT]))
            {
                return Ok(all);
            }
            let sql = "select p.id, p.team_id, p.supervisor_id from partnership p join site s on s.id = p.site_id
                 where p.status = 'active' order by s.folded, p.slug";
            Ok(Arc::new(AtWork(db::rows(cx.db().read(), sql, vec![]).await?)))
        })
        .await?;
    let is_theirs = |one: &&LookedAfter| one.supervisor_id == Some(person) || teams.contains(&one.team_id);
    Ok(all.0.iter().filter(is_theirs).copied().collect())
}

/// These partnerships, by name; one query, without staff.
pub(crate) async fn of_ids(on: &impl ConnectionTrait, ids: &[PartnershipId]) -> Result<Vec<Partnership>, DbErr> {
    let sql = format!("select {COLUMNS} from {FROM} where p.id in ({}) order by s.folded, p.slug", placeholders(1, ids.len()));
    db::rows(on, &sql, ids.iter().map(|id| (*id).into()).collect()).await
}

/// The active partnerships of a team, by its key, by name; one query, without staff.
///
/// # Errors
/// The database's own.
pub async fn of_team(on: &impl ConnectionTrait, team: &str) -> Result<Vec<Partnership>, DbErr> {
    list(on, &Filter { team: team.to_owned(), status: "active".to_owned(), ..Filter::default() }).await
}

/// The partnership at a site: the active one, else the newest; one query, without staff.
///
/// # Errors
/// The database's own.
pub async fn at_site(on: &impl ConnectionTrait, site: &str) -> Result<Option<Partnership>, DbErr> {
    let sql = format!(
        "select {COLUMNS} from {FROM} where s.slug = $1 order by case when p.status = 'active' then 0 else 1 end, p.started_on desc, p.slug limit 1"
    );
    db::one(on, &sql, vec![site.into()]).await
}

/// A team that works with partners.
#[derive(Clone, Debug, FromQueryResult)]
pub struct WorkingTeam {
    /// The team.
    pub id: TeamId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// The teams that work with partners, by name.
///
/// # Errors
/// The database's.
pub async fn teams_at_work(on: &impl ConnectionTrait) -> Result<Vec<WorkingTeam>, DbErr> {
    let sql = "select t.id, t.slug, t.name from team t
               where exists (select 1 from partnership p where p.team_id = t.id) order by t.folded, t.id";
    db::rows(on, sql, vec![]).await
}

/// What the list's filters offer: kind of choice, value, words.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Choice {
    pub kind: String,
    pub value: String,
    pub words: String,
}

/// What lists of partnerships can be narrowed to, over all of them.
pub(crate) async fn choices(cx: &Cx) -> Result<Arc<Vec<Choice>>, Error> {
    cx.kept(String::new(), |before: Option<Before<Vec<Choice>>>| async move {
        match before.and_then(|before| before.unless_beyond(&[])) {
            Some(choices) => Ok(choices),
            None => Ok(Arc::new(read_choices(cx.db().read()).await?)),
        }
    })
    .await
}

async fn read_choices(on: &impl ConnectionTrait) -> Result<Vec<Choice>, DbErr> {
    db::rows(
        on,
        "select kind, value, words from (
           select 'model' as kind, m.id as value, m.name as words, m.position as place, m.id as folded from support_model m
           union all
           select 'team', t.slug, t.name, 0, t.folded from team t
           where exists (select 1 from partnership p where p.team_id = t.id)
           union all
           select 'supervisor', h.slug, h.name, 0, h.folded from person h where h.id in (select supervisor_id from partnership)
           union all
           select distinct 'network', p.network, p.network, 0, p.network from partnership p where p.network is not null
         ) choices order by kind, place, folded, value",
        vec![],
    )
    .await
}

/// The partnerships at a site, or at the schools of a district, by name.
pub(crate) async fn within(on: &impl ConnectionTrait, site: SiteId) -> Result<Vec<Partnership>, DbErr> {
    let sql = format!("select {COLUMNS} from {FROM} where s.id = $1 or s.district_id = $1 order by s.folded, p.started_on desc");
    db::rows(on, &sql, vec![site.into()]).await
}
