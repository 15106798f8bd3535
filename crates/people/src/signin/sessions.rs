//! Sessions as rows: begun, seen, ended.

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    App, Error,
    config::{Config, FactorFor},
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, Tx},
    room::Answer,
    secret,
};

/// A session, as its owner sees it.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct SessionRow {
    pub token_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub agent: String,
}

/// Begins a session; answers the token that goes into the cookie and nowhere else.
/// `factor_for` says who must have a second factor for this session to give what roles give.
pub(super) async fn begin(
    tx: &Tx,
    config: &Config,
    person: PersonId,
    agent: &str,
    factor_for: FactorFor,
    now: DateTime<Utc>,
) -> Result<String, DbErr> {
    let token = secret::new_token();
    let limit = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::days(30));
    let idle = limit(config.session_idle);
    db::exec(
        &**tx,
        "insert into session (token_hash, person_id, created_at, seen_at, ends_at, idle_ends_at, idle_seconds, agent,
                              proved_at, factor_for)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        vec![
            secret::token_hash(&token).into(),
            person.into(),
            now.into(),
            now.into(),
            (now + limit(config.session_limit)).into(),
            (now + idle).into(),
            idle.num_seconds().into(),
            agent.chars().take(200).collect::<String>().into(),
            now.into(),
            factor_for.word().into(),
        ],
    )
    .await?;
    Ok(token)
}

/// Moves the idle limit on.
pub(super) async fn seen(tx: &Tx, token_hash: &[u8], now: DateTime<Utc>) -> Result<(), DbErr> {
    let idle =
        db::scalar::<i64>(&**tx, "select idle_seconds from session where token_hash = $1", vec![token_hash.to_vec().into()])
            .await?;
    let Some(idle) = idle else { return Ok(()) };
    db::exec(
        &**tx,
        "update session set seen_at = $1, idle_ends_at = $2 where token_hash = $3",
        vec![now.into(), (now + TimeDelta::seconds(idle)).into(), token_hash.to_vec().into()],
    )
    .await?;
    Ok(())
}

/// When the person of a session last showed who it is.
pub(super) async fn proved_at(on: &impl ConnectionTrait, token_hash: Vec<u8>) -> Result<Option<DateTime<Utc>>, DbErr> {
    db::scalar(on, "select coalesce(proved_at, created_at) from session where token_hash = $1", vec![token_hash.into()]).await
}

/// Who must have a second factor for this session to give what roles give.
pub(crate) async fn factor_for(on: &impl ConnectionTrait, token_hash: Vec<u8>) -> Result<FactorFor, DbErr> {
    let word = db::scalar::<String>(on, "select factor_for from session where token_hash = $1", vec![token_hash.into()]).await?;
    Ok(word.as_deref().and_then(FactorFor::from_word).unwrap_or(FactorFor::Nobody))
}

/// Notes a proof of who it is, under a new token: whoever had learned the one before is outside. Answers the new one.
pub(super) async fn prove(tx: &Tx, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<String>, DbErr> {
    let token = secret::new_token();
    let touched = db::exec(
        &**tx,
        "update session set token_hash = $1, proved_at = $2 where token_hash = $3",
        vec![secret::token_hash(&token).into(), now.into(), token_hash.to_vec().into()],
    )
    .await?;
    Ok((touched == 1).then_some(token))
}

/// Ends one session of a person.
pub(super) async fn end_one(tx: &Tx, person: PersonId, token_hash: Vec<u8>) -> Result<u64, DbErr> {
    db::exec(&**tx, "delete from session where token_hash = $1 and person_id = $2", vec![token_hash.into(), person.into()]).await
}

/// Ends one session.
pub(super) async fn end(tx: &Tx, token_hash: &[u8]) -> Result<u64, DbErr> {
    db::exec(&**tx, "delete from session where token_hash = $1", vec![token_hash.to_vec().into()]).await
}

/// Ends all sessions of a person.
pub(crate) async fn end_all(tx: &Tx, person: PersonId) -> Result<u64, DbErr> {
    db::exec(&**tx, "delete from session where person_id = $1", vec![person.into()]).await
}

/// Ends all sessions of a person but this one.
pub(crate) async fn end_others(tx: &Tx, person: PersonId, token_hash: &[u8]) -> Result<u64, DbErr> {
    db::exec(
        &**tx,
        "delete from session where person_id = $1 and token_hash <> $2",
        vec![person.into(), token_hash.to_vec().into()],
    )
    .await
}

/// The open sessions of a person, the latest seen first.
pub(crate) async fn sessions_of(
    on: &impl ConnectionTrait,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Vec<SessionRow>, DbErr> {
    db::rows(
        on,
        "select token_hash, created_at, seen_at, agent from session
         where person_id = $1 and ends_at > $2 and idle_ends_at > $2 order by seen_at desc limit 50",
        vec![person.into(), now.into()],
    )
    .await
}

/// Removes what has ended, and tries that no limit counts any more.
pub(super) fn tidy<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let now = app.clock.now();
        app.db
            .write(async |tx| {
                db::exec(&**tx, "delete from session where ends_at < $1", vec![now.into()]).await?;
                db::exec(&**tx, "delete from session where idle_ends_at < $1", vec![now.into()]).await?;
                db::exec(&**tx, "delete from door_step where expires_at < $1", vec![now.into()]).await?;
                db::exec(&**tx, "delete from sign_in_try where at < $1", vec![(now - TimeDelta::days(1)).into()]).await?;
                Ok::<_, Error>(())
            })
            .await
    })
}
