//! What changes about persons: their pages, their leaving, their coming back.

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{May, Standing, actions::Edit},
    audit::{self, Actor},
    db::{self, PersonId, Tx},
};

use super::{
    COLUMNS, Person, RESERVED, free_slug,
    policy::{Depart, Keep, Someone},
    store,
};
use crate::{signin, words};

/// What a person's form says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub name: String,
    pub title: String,
    pub about: String,
    /// Codes of practices, parted by semicolons.
    pub glad: String,
    /// What only those who answer for the person may change.
    pub kept: Option<Kept>,
}

/// What only those who answer for a person may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub email: Option<String>,
    pub kind: String,
    pub works_at: Option<String>,
    pub started_on: Option<NaiveDate>,
}

/// Changes a person's page.
///
/// # Errors
/// Stale when somebody else was faster; refused when the address is somebody else's; a new address asks for a fresh proof of who
/// changes it.
pub(crate) async fn change(cx: &Cx, may: &May<Edit, Someone>, change: Change, version: i32) -> Result<(), Error> {
    let before = &may.thing().person;
    let mut after = Person {
        name: change.name,
        title: change.title,
        about: change.about,
        glad_to_be_asked: change.glad,
        version,
        ..before.clone()
    };
    if let (Some(kept), true) = (change.kept, may.also::<Keep>()) {
        after.email = kept.email;
        after.kind = kept.kind;
        after.works_at = kept.works_at;
        after.started_on = kept.started_on;
    }
    if after.email != before.email {
        // Letters for a new password go to this address.
        cx.must_be_fresh().await?;
    }
    let parts = [
        ("name", before.name != after.name),
        ("title", before.title != after.title),
        ("about", before.about != after.about),
        ("glad to be asked about", before.glad_to_be_asked != after.glad_to_be_asked),
        ("address", before.email != after.email),
        ("kind", before.kind != after.kind),
        ("site", before.works_at != after.works_at),
        ("first day", before.started_on != after.started_on),
    ];
    let detail = parts.iter().filter(|(_, differs)| *differs).map(|(part, _)| *part).collect::<Vec<_>>().join(", ");
    cx.db()
        .write(async |tx| {
            if let (true, Some(email)) = (before.email != after.email, &after.email)
                && store::by_email(&**tx, email).await?.is_some()
            {
                return Err(Error::Refused("Somebody else has this address.".to_owned()));
            }
            if !store::update(tx, &after).await? {
                return Err(Error::Stale);
            }
            if before.email != after.email {
                // A link sent to the address before must not open this door any more.
                signin::withdraw_all(tx, after.id, cx.now).await?;
                let told = (&before.name, before.email.as_deref());
                signin::tell_of_change(cx, tx, told.0, told.1, "changed the address by which we know you").await?;
            }
            after.index(tx, cx.db().engine()).await?;
            recorded(cx, tx, may.who(), "person changed", &after, &detail).await
        })
        .await
}

async fn recorded(cx: &Cx, tx: &Tx, who: &Standing, action: &str, person: &Person, detail: &str) -> Result<(), Error> {
    audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), action, &person.subject(), detail).await?;
    Ok(())
}

/// Lets somebody go: memberships end on the last day, sessions and tokens at once.
///
/// # Errors
/// Stale when somebody else was faster.
pub(crate) async fn depart(cx: &Cx, may: &May<Depart, Someone>, last_day: NaiveDate, version: i32) -> Result<(), Error> {
    let after = Person { kind: "alumnus".to_owned(), ended_on: Some(last_day), version, ..may.thing().person.clone() };
    cx.db()
        .write(async |tx| {
            if !store::update(tx, &after).await? {
                return Err(Error::Stale);
            }
            // A membership that would only begin later ends on the day on which it would have begun.
            db::exec(
                &**tx,
                "update membership set to_on = case when from_on > $1 then from_on else $1 end, version = version + 1
                 where person_id = $2 and (to_on is null or to_on > $1)",
                vec![last_day.into(), after.id.into()],
            )
            .await?;
            signin::end_all(tx, after.id).await?;
            signin::withdraw_all(tx, after.id, cx.now).await?;
            db::exec(
                &**tx,
                "update api_token set revoked_at = $1 where person_id = $2 and revoked_at is null",
                vec![cx.now.into(), after.id.into()],
            )
            .await?;
            after.index(tx, cx.db().engine()).await?;
            recorded(cx, tx, may.who(), "person departed", &after, &format!("last day {last_day}")).await
        })
        .await
}

/// Takes somebody back: as staff, or to the partner side when a site is known. Teams are chosen afresh.
///
/// # Errors
/// Stale when somebody else was faster.
pub(crate) async fn take_back(cx: &Cx, may: &May<Depart, Someone>, version: i32) -> Result<(), Error> {
    let person = &may.thing().person;
    let kind = if person.works_at.is_some() { "partner" } else { "staff" };
    let after = Person { kind: kind.to_owned(), ended_on: None, version, ..person.clone() };
    cx.db()
        .write(async |tx| {
            if !store::update(tx, &after).await? {
                return Err(Error::Stale);
            }
            after.index(tx, cx.db().engine()).await?;
            recorded(cx, tx, may.who(), "person returned", &after, "").await
        })
        .await
}

/// Lets the people of a site become alumni, when our work there ends: they keep their account, and with it what alumni see. Answers
/// who they are.
///
/// # Errors
/// The database's own.
pub async fn leave_with_site(tx: &Tx, cx: &Cx, who: &Standing, site: &str, last_day: NaiveDate) -> Result<Vec<PersonId>, Error> {
    let sql = format!(
        "select {COLUMNS} from person where works_at = $1 and kind = 'partner' and (ended_on is null or ended_on >= $2)
         order by folded, id"
    );
    let people = db::rows::<Person>(&**tx, &sql, vec![site.into(), last_day.into()]).await?;
    for person in &people {
        let after = Person { kind: "alumnus".to_owned(), ended_on: Some(last_day), ..person.clone() };
        if !store::update(tx, &after).await? {
            return Err(Error::Stale);
        }
        after.index(tx, cx.db().engine()).await?;
        let detail = format!("our work at {} ended on {last_day}", words::of_key(site));
        recorded(cx, tx, who, "person became an alumnus", &after, &detail).await?;
    }
    Ok(people.into_iter().map(|person| person.id).collect())
}

/// Lets somebody come back to the partner side who became an alumnus on that day, when our work there goes on. Whoever came back, or
/// left otherwise, meanwhile stays as they are.
///
/// # Errors
/// The database's own.
pub async fn come_back_to_site(tx: &Tx, cx: &Cx, who: &Standing, person: PersonId, since: NaiveDate) -> Result<(), Error> {
    let sql =
        format!("select {COLUMNS} from person where id = $1 and kind = 'alumnus' and ended_on = $2 and works_at is not null");
    let Some(person) = db::one::<Person>(&**tx, &sql, vec![person.into(), since.into()]).await? else { return Ok(()) };
    let after = Person { kind: "partner".to_owned(), ended_on: None, ..person };
    if !store::update(tx, &after).await? {
        return Err(Error::Stale);
    }
    after.index(tx, cx.db().engine()).await?;
    recorded(cx, tx, who, "person returned", &after, "our work at their site goes on").await
}

/// Somebody new, as far as an invitation knows them.
#[derive(Clone, Debug)]
pub(crate) struct Newcomer {
    pub name: String,
    pub email: String,
    pub kind: String,
    pub title: String,
    pub works_at: Option<String>,
}

/// Adds somebody new, with a page and a place in the search.
///
/// # Errors
/// The database's own.
pub(crate) async fn add(
    tx: &Tx,
    engine: db::Engine,
    id: PersonId,
    newcomer: Newcomer,
    started_on: Option<NaiveDate>,
) -> Result<Person, Error> {
    let base = free_slug(&newcomer.name, |_| false);
    let taken = store::slugs_like(&**tx, &base).await?;
    let person = Person {
        id,
        slug: free_slug(&newcomer.name, |slug| RESERVED.contains(&slug) || taken.iter().any(|other| other == slug)),
        email: Some(newcomer.email),
        name: newcomer.name,
        kind: newcomer.kind,
        title: newcomer.title,
        works_at: newcomer.works_at,
        started_on,
        ended_on: None,
        about: String::new(),
        glad_to_be_asked: String::new(),
        version: 1,
    };
    store::insert(tx, &person).await?;
    person.index(tx, engine).await?;
    Ok(person)
}
