//! Steps of a sign-in that are under way: short-lived rows under a word that only the browser has, with what must be
//! remembered until the next step, encrypted.

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    App, Error,
    db::{self, ConnectionTrait, FromQueryResult, PersonId, Tx},
    secret,
};
use serde::{Serialize, de::DeserializeOwned};

/// A step waits for this long.
pub(super) const WAITS: TimeDelta = TimeDelta::minutes(10);

/// Which step it is: what was kept for one opens no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The password was right; the second factor is to come.
    SecondFactor,
    /// A form waits until its sender has shown who it is.
    Form,
    /// Somebody went to the provider and is to come back.
    Provider,
}

impl Step {
    fn word(self) -> &'static str {
        match self {
            Self::SecondFactor => "second-factor",
            Self::Form => "form",
            Self::Provider => "provider",
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    person_id: Option<PersonId>,
    sealed: Vec<u8>,
}

/// Keeps a step; answers the word that opens it.
pub(super) async fn keep<T: Serialize>(
    tx: &Tx,
    app: &App,
    step: Step,
    person: Option<PersonId>,
    what: &T,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    let token = secret::new_token();
    let sealed = app.config.secrets.seal(step.word(), &serde_json::to_vec(what)?)?;
    db::exec(
        &**tx,
        "insert into door_step (token_hash, kind, person_id, sealed, expires_at) values ($1, $2, $3, $4, $5)",
        vec![secret::token_hash(&token).into(), step.word().into(), person.into(), sealed.into(), (now + WAITS).into()],
    )
    .await?;
    Ok(token)
}

/// For whom a row was kept, and what.
type Opened<T> = Option<(Option<PersonId>, T)>;

fn open<T: DeserializeOwned>(app: &App, step: Step, row: Option<Row>) -> Result<Opened<T>, Error> {
    let Some(row) = row else { return Ok(None) };
    Ok(Some((row.person_id, serde_json::from_slice(&app.config.secrets.open(step.word(), &row.sealed)?)?)))
}

/// What was kept under the word, and for whom; it stays kept.
pub(super) async fn look<T: DeserializeOwned>(
    on: &impl ConnectionTrait,
    app: &App,
    step: Step,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Opened<T>, Error> {
    let row = db::one::<Row>(
        on,
        "select person_id, sealed from door_step where token_hash = $1 and kind = $2 and expires_at > $3",
        vec![secret::token_hash(token).into(), step.word().into(), now.into()],
    )
    .await?;
    open(app, step, row)
}

/// Takes what was kept: nobody can take it a second time.
pub(super) async fn take<T: DeserializeOwned>(
    tx: &Tx,
    app: &App,
    step: Step,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Opened<T>, Error> {
    let row = db::one::<Row>(
        &**tx,
        "delete from door_step where token_hash = $1 and kind = $2 and expires_at > $3 returning person_id, sealed",
        vec![secret::token_hash(token).into(), step.word().into(), now.into()],
    )
    .await?;
    open(app, step, row)
}
