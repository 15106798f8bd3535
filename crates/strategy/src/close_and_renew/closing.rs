//! A partnership is closed with care, and taken up again when that was a mistake.
//!
//! With it the people of the site become alumni, and the day is set on which confidences are destroyed.

use chrono::{Days, NaiveDate};
use partnerships::{
    PartnershipId,
    calendar::spoken,
    partnerships::{Partnership, Settle, close as close_partnership, reopen as reopen_partnership},
};
use people::persons;
use platform::{
    Cx, Error,
    access::May,
    db::{self, DbErr, FromQueryResult, PersonId, Tx},
};

use super::{YearThere, store, verbs::told};
/// What is said when a partnership is closed.
#[derive(Clone, Debug)]
pub(super) struct Closing {
    pub on_day: NaiveDate,
    pub reason: String,
    /// The day on which confidences are destroyed, and why then.
    pub destroy_on: NaiveDate,
    pub why: String,
    /// So many days before, those who can put it off are told.
    pub warn_days: u64,
}

/// Closes a partnership with care.
///
/// # Errors
/// Stale when somebody decided, or changed what was agreed, meanwhile.
pub(super) async fn close(may: &May<Settle, YearThere>, cx: &Cx, seen: i32, closing: &Closing) -> Result<(), Error> {
    let there = may.thing();
    let (id, partnership) = (there.begun()?.id, &there.partnership);
    cx.db()
        .write(async |tx| {
            store::decide(tx, id, seen, "closed", may.who().person, cx.now).await?;
            close_partnership(tx, cx, may.who(), partnership, closing.on_day, &closing.reason).await?;
            let alumni = persons::leave_with_site(tx, cx, may.who(), &partnership.site_slug, closing.on_day).await?;
            let rows = alumni.iter().map(|person| vec![partnership.id.into(), (*person).into(), closing.on_day.into()]).collect();
            db::insert(&**tx, "partnership_alumnus", "partnership_id, person_id, since", rows).await?;
            db::exec(
                &**tx,
                "insert into destruction (partnership_id, due_on, warn_on, why, version) values ($1, $2, $3, $4, 1)",
                vec![
                    partnership.id.into(),
                    closing.destroy_on.into(),
                    (closing.destroy_on - Days::new(closing.warn_days)).into(),
                    closing.why.as_str().into(),
                ],
            )
            .await?;
            let detail =
                format!("{} alumni; confidences are destroyed on {}", alumni.len(), spoken(closing.destroy_on, NaiveDate::MIN));
            Ok(told(tx, cx, may.who(), there, "closed with care", &detail).await?)
        })
        .await
}

#[derive(FromQueryResult)]
struct Alumnus {
    person_id: PersonId,
    since: NaiveDate,
}

/// Takes a closed partnership up again, with the people of its site.
///
/// # Errors
/// Refused once confidences were destroyed; stale when somebody changed it meanwhile.
pub(super) async fn reopen(may: &May<Settle, Partnership>, cx: &Cx, version: i32, reason: &str) -> Result<(), Error> {
    let partnership = may.thing();
    cx.db()
        .write(async |tx| {
            let sql = "select count(*) from destruction where partnership_id = $1 and destroyed_at is not null";
            if db::scalar::<i64>(&**tx, sql, vec![partnership.id.into()]).await?.unwrap_or(0) > 0 {
                let words = "What was told in confidence there is destroyed, so this partnership stays closed. Begin a new one with \
                             the site.";
                return Err(Error::Refused(words.to_owned()));
            }
            reopen_partnership(tx, cx, may.who(), partnership, version, reason).await?;
            let sql = "select person_id, since from partnership_alumnus where partnership_id = $1 order by person_id";
            for alumnus in db::rows::<Alumnus>(&**tx, sql, vec![partnership.id.into()]).await? {
                persons::come_back_to_site(tx, cx, may.who(), alumnus.person_id, alumnus.since).await?;
            }
            undo_rows(tx, partnership.id).await?;
            Ok(())
        })
        .await
}

async fn undo_rows(tx: &Tx, partnership: PartnershipId) -> Result<(), DbErr> {
    for sql in [
        "delete from partnership_alumnus where partnership_id = $1",
        "delete from destruction where partnership_id = $1",
        "update close_and_renew set outcome = '', decided_by = null, decided_at = null, version = version + 1
         where partnership_id = $1 and outcome = 'closed'",
    ] {
        db::exec(&**tx, sql, vec![partnership.into()]).await?;
    }
    Ok(())
}
