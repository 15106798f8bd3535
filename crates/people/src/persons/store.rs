//! What pages about persons ask the database.

use chrono::NaiveDate;
use platform::{
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Params, PersonId, Tx},
    paging::{Page, Window, search_words},
    text::folded,
};

use super::{COLUMNS, Person, policy::Held};

/// The person of a slug.
pub(crate) async fn by_slug(on: &impl ConnectionTrait, slug: &str) -> Result<Option<Person>, DbErr> {
    db::one(on, &format!("select {COLUMNS} from person where slug = $1"), vec![slug.into()]).await
}

/// The person of an address.
pub(crate) async fn by_email(on: &impl ConnectionTrait, email: &str) -> Result<Option<Person>, DbErr> {
    db::one(on, &format!("select {COLUMNS} from person where email = $1"), vec![email.into()]).await
}

/// The person whom somebody typed: by address or by slug.
pub(crate) async fn typed(on: &impl ConnectionTrait, text: &str) -> Result<Option<Person>, DbErr> {
    let text = text.trim().to_lowercase();
    if text.contains('@') { by_email(on, &text).await } else { by_slug(on, &text).await }
}

/// Slugs that begin with this one.
pub(crate) async fn slugs_like(on: &impl ConnectionTrait, slug: &str) -> Result<Vec<String>, DbErr> {
    let rows = db::rows::<Slug>(
        on,
        "select slug from person where slug = $1 or slug like $2",
        vec![slug.into(), format!("{slug}-%").into()],
    )
    .await?;
    Ok(rows.into_iter().map(|row| row.slug).collect())
}

#[derive(FromQueryResult)]
struct Slug {
    slug: String,
}

/// Adds a person.
pub(crate) async fn insert(tx: &Tx, person: &Person) -> Result<(), DbErr> {
    db::exec(
        &**tx,
        "insert into person (id, slug, email, name, folded, kind, title, works_at, started_on, ended_on, about, glad_to_be_asked, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)",
        vec![
            person.id.into(),
            person.slug.clone().into(),
            person.email.clone().into(),
            person.name.clone().into(),
            folded(&person.name).into(),
            person.kind.clone().into(),
            person.title.clone().into(),
            person.works_at.clone().into(),
            person.started_on.into(),
            person.ended_on.into(),
            person.about.clone().into(),
            person.glad_to_be_asked.clone().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Puts a person's row in place of the one of the same version; answers whether it was still there.
pub(crate) async fn update(tx: &Tx, person: &Person) -> Result<bool, DbErr> {
    let touched = db::exec(
        &**tx,
        "update person set email = $1, name = $2, folded = $3, kind = $4, title = $5, works_at = $6, started_on = $7, ended_on = $8,
           about = $9, glad_to_be_asked = $10, version = version + 1 where id = $11 and version = $12",
        vec![
            person.email.clone().into(),
            person.name.clone().into(),
            folded(&person.name).into(),
            person.kind.clone().into(),
            person.title.clone().into(),
            person.works_at.clone().into(),
            person.started_on.into(),
            person.ended_on.into(),
            person.about.clone().into(),
            person.glad_to_be_asked.clone().into(),
            person.id.into(),
            person.version.into(),
        ],
    )
    .await?;
    Ok(touched > 0)
}

/// The seats that a person holds on a day.
pub(crate) async fn held(on: &impl ConnectionTrait, person: PersonId, day: NaiveDate) -> Result<Vec<Held>, DbErr> {
    db::rows(
        on,
        "select team_id, role from membership where person_id = $1 and from_on <= $2 and (to_on is null or to_on >= $2)",
        vec![person.into(), day.into()],
    )
    .await
}

/// What a list of persons is narrowed to; empty texts narrow nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter<'a> {
    pub kind: &'a str,
    /// The slug of a team in which they sit today.
    pub team: &'a str,
    /// A role that they hold today.
    pub role: &'a str,
    /// Words of their names.
    pub q: &'a str,
    pub today: NaiveDate,
}

impl Filter<'_> {
    fn clause(&self, params: &mut Params) -> String {
        let mut sql = "1 = 1".to_owned();
        if !self.kind.is_empty() {
            params.push(self.kind.into());
            sql.push_str(&format!(" and p.kind = ${}", params.len()));
        }
        if !self.team.is_empty() || !self.role.is_empty() {
            params.push(self.today.into());
            let today = params.len();
            sql.push_str(&format!(
                " and p.id in (select m.person_id from membership m join team t on t.id = m.team_id
                   where m.from_on <= ${today} and (m.to_on is null or m.to_on >= ${today})"
            ));
            for (column, value) in [("t.slug", self.team), ("m.role", self.role)] {
                if !value.is_empty() {
                    params.push(value.into());
                    sql.push_str(&format!(" and {column} = ${}", params.len()));
                }
            }
            sql.push(')');
        }
        for word in search_words(self.q) {
            params.push(format!("%{word}%").into());
            sql.push_str(&format!(" and p.folded like ${}", params.len()));
        }
        sql
    }
}

/// How the list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// By name.
    Name,
    /// By the first day with us; those without one come last.
    Since,
}

/// The columns with the table's short name before each.
fn columns() -> String {
    COLUMNS.split(", ").map(|column| format!("p.{column}")).collect::<Vec<_>>().join(", ")
}

/// A page of the list.
pub(crate) async fn page(
    on: &impl ConnectionTrait,
    filter: &Filter<'_>,
    order: Order,
    descending: bool,
    window: impl Into<Window<'_>>,
) -> Result<Page<Person>, DbErr> {
    let seek = window.into();
    let mut params = Params::new();
    let narrowed = filter.clause(&mut params);
    let by: &[&str] = match order {
        Order::Name => &["p.folded", "p.id"],
        // Written as in its index.
        Order::Since => &["coalesce(p.started_on, '9999-12-31')", "p.folded", "p.id"],
    };
    let of_key = format!("select {} from person k where k.slug = {{key}}", by.join(", ").replace("p.", "k."));
    let (bound, tail) = seek.clause(by, &of_key, descending, &mut params);
    let sql = format!("select {} from person p where {narrowed}{bound}{tail}", columns());
    Ok(seek.page(db::rows(on, &sql, params).await?, |person: &Person| person.slug.clone()))
}

/// All of the list, for a file.
pub(crate) async fn all(on: &impl ConnectionTrait, filter: &Filter<'_>) -> Result<Vec<Person>, DbErr> {
    let mut params = Params::new();
    let narrowed = filter.clause(&mut params);
    db::rows(on, &format!("select {} from person p where {narrowed} order by p.folded, p.id", columns()), params).await
}

/// A seat of one of several persons.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct SeatOf {
    pub person_id: PersonId,
    pub slug: String,
    pub name: String,
}

/// The seats that these persons hold on a day, by the teams' names.
pub(crate) async fn seats_of(
    on: &impl ConnectionTrait,
    persons: impl Iterator<Item = PersonId>,
    day: NaiveDate,
) -> Result<Vec<SeatOf>, DbErr> {
    let mut params: Params = vec![day.into()];
    params.extend(persons.map(Into::into));
    let sql = format!(
        "select m.person_id, t.slug, t.name from membership m join team t on t.id = m.team_id
         where m.person_id in ({}) and m.from_on <= $1 and (m.to_on is null or m.to_on >= $1)
         group by m.person_id, t.slug, t.name, t.folded order by t.folded, t.slug",
        db::placeholders(2, params.len() - 1)
    );
    db::rows(on, &sql, params).await
}

/// A membership of one person, past or present.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Belonging {
    pub team_slug: String,
    pub team_name: String,
    pub role: String,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub supervisor_slug: Option<String>,
    pub supervisor_name: Option<String>,
}

/// All memberships of a person, the earliest first.
pub(crate) async fn belongings(on: &impl ConnectionTrait, person: PersonId) -> Result<Vec<Belonging>, DbErr> {
    db::rows(
        on,
        "select t.slug as team_slug, t.name as team_name, m.role, m.from_on, m.to_on, s.slug as supervisor_slug,
           s.name as supervisor_name
         from membership m join team t on t.id = m.team_id left join person s on s.id = m.supervisor_id
         where m.person_id = $1 order by m.from_on, t.folded, m.id",
        vec![person.into()],
    )
    .await
}

/// A name with its page.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Named {
    pub slug: String,
    pub name: String,
}

/// Whom a person supervises on a day.
pub(crate) async fn supervised(on: &impl ConnectionTrait, person: PersonId, day: NaiveDate) -> Result<Vec<Named>, DbErr> {
    db::rows(
        on,
        "select p.slug, p.name from membership m join person p on p.id = m.person_id
         where m.supervisor_id = $1 and m.from_on <= $2 and (m.to_on is null or m.to_on >= $2)
         group by p.slug, p.name, p.folded order by p.folded, p.slug",
        vec![person.into(), day.into()],
    )
    .await
}

/// Staff for a field that chooses one of them: address and name.
pub(crate) async fn staff(on: &impl ConnectionTrait) -> Result<Vec<(String, String)>, DbErr> {
    let rows = db::rows::<Addressed>(
        on,
        "select email, name from person where kind = 'staff' and email is not null order by folded, id limit 1000",
        vec![],
    )
    .await?;
    Ok(rows.into_iter().map(|row| (row.email, row.name)).collect())
}

#[derive(FromQueryResult)]
struct Addressed {
    email: String,
    name: String,
}
