//! What an operator sets going.

use platform::{
    Cx, Error,
    access::Standing,
    audit, db,
    jobs::{self, JobKind},
    mail::{self, Letter},
    room::Subject,
};
use uuid::Uuid;

use super::store;

fn job(key: &str, title: &str) -> Subject {
    Subject { kind: super::JOB, key: key.to_owned(), title: title.to_owned(), href: "/operator/jobs".to_owned() }
}

/// Tries a job again that was given up.
///
/// # Errors
/// Not found, when it was not given up.
pub(super) async fn try_again(cx: &Cx, who: &Standing, id: Uuid) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            let sql = "update job set given_up_at = null, attempts = 0, run_at = $1
                       where id = $2 and given_up_at is not null and done_at is null";
            if db::exec(&**tx, sql, vec![cx.now.into(), id.into()]).await? == 0 {
                return Err(Error::NotFound);
            }
            let about = job(&id.to_string(), "A job");
            audit::record(tx, cx.db().engine(), cx.now, &who.into(), "job set going again", &about, "").await?;
            Ok(())
        })
        .await
}

/// Lets a job be that was given up: it counts as settled, and what went wrong stays on record until it is tidied away.
///
/// # Errors
/// Not found, when it was not given up.
pub(super) async fn dismiss(cx: &Cx, who: &Standing, id: Uuid) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            let sql = "update job set done_at = $1 where id = $2 and given_up_at is not null and done_at is null";
            if db::exec(&**tx, sql, vec![cx.now.into(), id.into()]).await? == 0 {
                return Err(Error::NotFound);
            }
            let about = job(&id.to_string(), "A job");
            audit::record(tx, cx.db().engine(), cx.now, &who.into(), "job dismissed", &about, "").await?;
            Ok(())
        })
        .await
}

/// Lets a recurring kind of job run now.
///
/// # Errors
/// The database's own.
pub(super) async fn run_now(cx: &Cx, who: &Standing, kind: &JobKind) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            jobs::run_now(&**tx, cx.now, kind).await?;
            let about = job(kind.name, kind.name);
            audit::record(tx, cx.db().engine(), cx.now, &who.into(), "job asked for", &about, "").await?;
            Ok(())
        })
        .await
}

/// Puts a letter to the operator in the queue, and answers the address.
///
/// # Errors
/// Refused, when the operator has no address.
pub(super) async fn test_letter(cx: &Cx, who: &Standing) -> Result<String, Error> {
    let to = store::address_of(cx.db().read(), &who.slug).await?.ok_or_else(|| {
        Error::Refused(
            "There is no e-mail address on your own page, so we don’t know where to write to. Add it there first.".to_owned(),
        )
    })?;
    let text = format!(
        "Hello {},\n\nthis is the letter that you asked for on the page “This server” of {}. It went the way that all letters go; \
         since you are reading it, mail works.\n\n{}/operator\n",
        who.first_name(),
        cx.settings.organisation(),
        cx.app.config.public_url
    );
    let letter = Letter { to: to.clone(), subject: "A letter to see that mail works".to_owned(), text };
    cx.db()
        .write(async |tx| {
            mail::enqueue(tx, cx.now, &letter).await?;
            let about = job("mail", "A letter to oneself");
            audit::record(tx, cx.db().engine(), cx.now, &who.into(), "test letter asked for", &about, "").await?;
            Ok(to)
        })
        .await
}
