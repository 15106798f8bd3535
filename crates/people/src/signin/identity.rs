//! Who stands behind a token: the person, and the seats held today.

use std::{future::Future, pin::Pin, sync::Arc};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use platform::{
    Cx, Error,
    access::{Identify, KeptForm, Kind, Seat, Standing, Via, roles},
    config::FactorFor,
    db::{self, Db, DbErr, FromQueryResult, PersonId, TeamId},
    room::Answer,
};

/// How exactly the time of the last visit is kept: a write a minute at most.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What the people room lends to the door.
#[must_use]
pub fn identity() -> Arc<dyn Identify> {
    Arc::new(Identity)
}

struct Identity;

type Found<'a> = Pin<Box<dyn Future<Output = Result<Option<Standing>, Error>> + Send + 'a>>;

#[derive(FromQueryResult)]
struct PersonRow {
    id: PersonId,
    slug: String,
    name: String,
    kind: String,
    works_at: Option<String>,
    ended_on: Option<NaiveDate>,
    used_at: Option<DateTime<Utc>>,
    /// Who must have a second factor; empty when this person has one, and had it when the token was made.
    factor_for: Option<String>,
}

/// A person with one of the seats held today, or none.
#[derive(FromQueryResult)]
struct SeatedRow {
    #[row(nested)]
    person: PersonRow,
    team_id: Option<TeamId>,
    team_slug: Option<String>,
    role: Option<String>,
}

const SEATED: &str = "m.team_id, t.slug as team_slug, m.role";
/// Joins the seats of the person `p` on the day `$3`.
const SEATS: &str = "left join membership m on m.person_id = p.id and m.from_on <= $3 and (m.to_on is null or m.to_on >= $3)
    left join team t on t.id = m.team_id";

impl Identify for Identity {
    fn by_session<'a>(&'a self, db: &'a Db, token_hash: Vec<u8>, now: DateTime<Utc>) -> Found<'a> {
        Box::pin(async move {
            let sql = format!(
                "select p.id, p.slug, p.name, p.kind, p.works_at, p.ended_on, s.seen_at as used_at,
                        case when exists (select 1 from second_factor f
                                          where f.person_id = p.id and f.confirmed_at is not null)
                             then null else s.factor_for end as factor_for, {SEATED}
                 from session s join person p on p.id = s.person_id {SEATS}
                 where s.token_hash = $1 and s.ends_at > $2 and s.idle_ends_at > $2 order by t.slug, m.role"
            );
            let Some((person, seats)) = seated(db, &sql, of_token(&token_hash, now)).await? else { return Ok(None) };
            if person.used_at.is_none_or(|seen| seen + SEEN_EVERY < now) {
                let noted: Result<(), DbErr> = db
                    .write(async |tx| {
                        // The idle limit moves by as much as time went on since the last visit.
                        super::sessions::seen(tx, &token_hash, now).await
                    })
                    .await;
                Error::spared_when_full(noted)?;
            }
            standing(person, seats, Via::Session(token_hash), now).map(Some)
        })
    }

    fn proved_at<'a>(&'a self, db: &'a Db, token_hash: Vec<u8>) -> Answer<'a, Option<DateTime<Utc>>> {
        Box::pin(async move { Ok(super::sessions::proved_at(db.read(), token_hash).await?) })
    }

    fn keep_form<'a>(&'a self, cx: &'a Cx, form: KeptForm) -> Answer<'a, Option<String>> {
        Box::pin(async move { super::again::keep(cx, &form).await })
    }

    fn by_token<'a>(&'a self, db: &'a Db, token_hash: Vec<u8>, now: DateTime<Utc>) -> Found<'a> {
        Box::pin(async move {
            let sql = format!(
                "select p.id, p.slug, p.name, p.kind, p.works_at, p.ended_on, a.used_at,
                        case when a.had_factor = 1
                              and exists (select 1 from second_factor f
                                          where f.person_id = p.id and f.confirmed_at is not null)
                             then null else a.factor_for end as factor_for, {SEATED}
                 from api_token a join person p on p.id = a.person_id {SEATS}
                 where a.token_hash = $1 and a.revoked_at is null and (a.expires_at is null or a.expires_at > $2)
                 order by t.slug, m.role"
            );
            let Some((person, seats)) = seated(db, &sql, of_token(&token_hash, now)).await? else { return Ok(None) };
            if person.used_at.is_none_or(|used| used + SEEN_EVERY < now) {
                let noted: Result<u64, DbErr> = db
                    .write(async |tx| {
                        db::exec(
                            &**tx,
                            "update api_token set used_at = $1 where token_hash = $2",
                            vec![now.into(), token_hash.into()],
                        )
                        .await
                    })
                    .await;
                Error::spared_when_full(noted.map(drop))?;
            }
            standing(person, seats, Via::Token, now).map(Some)
        })
    }

    fn by_person<'a>(&'a self, db: &'a Db, person: PersonId, now: DateTime<Utc>) -> Answer<'a, Option<Standing>> {
        Box::pin(async move {
            // Of the times that a token's question knows there is only the day.
            let seats = SEATS.replace("$3", "$2");
            let sql = format!(
                "select p.id, p.slug, p.name, p.kind, p.works_at, p.ended_on, cast(null as text) as used_at,
                        cast(null as text) as factor_for, {SEATED}
                 from person p {seats} where p.id = $1 order by t.slug, m.role"
            );
            let found = seated(db, &sql, vec![person.into(), now.date_naive().into()]).await?;
            found.map(|(person, seats)| standing(person, seats, Via::Token, now)).transpose()
        })
    }
}

/// What a token's question is asked with: its hash, the time, and the day.
fn of_token(token_hash: &[u8], now: DateTime<Utc>) -> db::Params {
    vec![token_hash.to_vec().into(), now.into(), now.date_naive().into()]
}

/// A person and the seats held today, with one statement.
async fn seated(db: &Db, sql: &str, params: db::Params) -> Result<Option<(PersonRow, Vec<Seat>)>, DbErr> {
    let (mut found, mut seats) = (None, Vec::new());
    for row in db::rows::<SeatedRow>(db.read(), sql, params).await? {
        if let (Some(team), Some(slug), Some(role)) = (row.team_id, row.team_slug, row.role) {
            seats.push(Seat { team, slug, role });
        }
        found = Some(row.person);
    }
    Ok(found.map(|person| (person, seats)))
}

fn standing(person: PersonRow, seats: Vec<Seat>, via: Via, now: DateTime<Utc>) -> Result<Standing, Error> {
    let kind = Kind::from_word(&person.kind).ok_or_else(|| Error::Ours(format!("a person of kind {}", person.kind)))?;
    // Whoever has left, staff or partner side, keeps what alumni keep, from the day after the last one.
    let kind = if person.ended_on.is_some_and(|ended| ended < now.date_naive()) { Kind::Alumnus } else { kind };
    let mut standing =
        Standing { person: person.id, slug: person.slug, name: person.name, kind, seats, works_at: person.works_at, via };
    let owes = match person.factor_for.as_deref().and_then(FactorFor::from_word) {
        Some(FactorFor::Operators) => standing.holds(&[roles::OPERATOR]),
        Some(FactorFor::Staff) => standing.is_staff(),
        Some(FactorFor::Nobody) | None => false,
    };
    if owes {
        // Roles give nothing until the second factor that they ask for is there.
        standing.seats.clear();
    }
    Ok(standing)
}
