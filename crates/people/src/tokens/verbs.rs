//! What changes about tokens.

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    access::May,
    audit::{self, Actor},
    clock,
    config::FactorFor,
    db::{self, Engine, Tx},
    secret,
};
use uuid::Uuid;

use crate::{
    persons::{
        Person,
        policy::{Own, Someone},
    },
    signin,
};

/// Makes a token for a person; answers the text that is never shown again. It gives what roles give as long as its owner has
/// the second factor that `factor_for` asks for, and had it at the making.
///
/// # Errors
/// The database's own.
#[allow(clippy::too_many_arguments, reason = "what a row holds")]
pub(crate) async fn make(
    tx: &Tx,
    engine: Engine,
    now: DateTime<Utc>,
    actor: &Actor,
    person: &Person,
    name: &str,
    expires_at: Option<DateTime<Utc>>,
    factor_for: FactorFor,
) -> Result<String, Error> {
    let had_factor = i32::from(signin::has_second_factor(&**tx, person.id).await?);
    let token = format!("eb_{}", secret::new_token());
    db::exec(
        &**tx,
        "insert into api_token (id, person_id, name, token_hash, created_at, expires_at, factor_for, had_factor)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        vec![
            clock::new_id(now).into(),
            person.id.into(),
            name.into(),
            secret::token_hash(&token).into(),
            now.into(),
            expires_at.into(),
            factor_for.word().into(),
            had_factor.into(),
        ],
    )
    .await?;
    audit::record(tx, engine, now, actor, "token made", &person.subject(), name).await?;
    Ok(token)
}

/// Revokes a token: it opens nothing from now on.
///
/// # Errors
/// Not found when it is somebody else's, or revoked already.
pub(super) async fn revoke(cx: &Cx, may: &May<Own, Someone>, token: Uuid) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            let touched = db::exec(
                &**tx,
                "update api_token set revoked_at = $1 where id = $2 and person_id = $3 and revoked_at is null",
                vec![cx.now.into(), token.into(), may.thing().id.into()],
            )
            .await?;
            if touched == 0 {
                return Err(Error::NotFound);
            }
            let actor = Actor::from(may.who());
            audit::record(tx, cx.db().engine(), cx.now, &actor, "token revoked", &may.thing().subject(), "").await?;
            Ok(())
        })
        .await
}
