//! What the database knows about second factors.

use chrono::NaiveDate;
use platform::{
    config::FactorFor,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId},
};

/// A second factor as it is kept.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Kept {
    pub sealed: Vec<u8>,
    pub last_step: i64,
}

/// The factor of a person, set up to the end or not.
pub(super) async fn factor(on: &impl ConnectionTrait, person: PersonId, confirmed: bool) -> Result<Option<Kept>, DbErr> {
    let sql = if confirmed {
        "select sealed, last_step from second_factor where person_id = $1 and confirmed_at is not null"
    } else {
        "select sealed, last_step from second_factor where person_id = $1 and confirmed_at is null"
    };
    db::one(on, sql, vec![person.into()]).await
}

/// Whether a person has a second factor.
pub(crate) async fn has_one(on: &impl ConnectionTrait, person: PersonId) -> Result<bool, DbErr> {
    Ok(factor(on, person, true).await?.is_some())
}

/// Whether a person's roles of today ask for a second factor.
///
/// # Errors
/// The database's own.
pub(crate) async fn owes(
    on: &impl ConnectionTrait,
    person: PersonId,
    today: NaiveDate,
    factor_for: FactorFor,
) -> Result<bool, DbErr> {
    let sql = match factor_for {
        FactorFor::Nobody => return Ok(false),
        FactorFor::Staff => {
            "select count(*) from person p where p.id = $1 and p.kind = 'staff' and (p.ended_on is null or p.ended_on >= $2)"
        }
        FactorFor::Operators => {
            "select count(*) from person p join membership m on m.person_id = p.id
             where p.id = $1 and p.kind = 'staff' and (p.ended_on is null or p.ended_on >= $2)
               and m.role = 'operator' and m.from_on <= $2 and (m.to_on is null or m.to_on >= $2)"
        }
    };
    Ok(db::scalar::<i64>(on, sql, vec![person.into(), today.into()]).await?.unwrap_or(0) > 0)
}

/// How many recovery codes are left.
pub(super) async fn codes_left(on: &impl ConnectionTrait, person: PersonId) -> Result<i64, DbErr> {
    let left =
        db::scalar::<i64>(on, "select count(*) from recovery_code where person_id = $1 and used_at is null", vec![person.into()])
            .await?;
    Ok(left.unwrap_or(0))
}

/// Somebody without a second factor.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Lacking {
    /// The person's key.
    pub slug: String,
    /// The name.
    pub name: String,
}

/// The operators of today who have no second factor, by name: for the page of those who run the machine.
///
/// # Errors
/// The database's own.
pub async fn lacking(on: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Lacking>, DbErr> {
    db::rows(
        on,
        "select p.slug, p.name from person p
         where p.kind = 'staff' and (p.ended_on is null or p.ended_on >= $1)
           and exists (select 1 from membership m where m.person_id = p.id and m.role = 'operator'
                         and m.from_on <= $1 and (m.to_on is null or m.to_on >= $1))
           and not exists (select 1 from second_factor f where f.person_id = p.id and f.confirmed_at is not null)
         order by p.folded, p.id limit 100",
        vec![today.into()],
    )
    .await
}
