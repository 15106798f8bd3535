//! What was told in confidence is destroyed on its day: who was coached and what they worked towards, and what we wrote for ourselves in
//! hand-overs.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::{
    PartnershipId,
    calendar::spoken,
    partnerships::{Partnership, SUBJECT, Settle, forget_coachees},
};
use platform::{
    App, Cx, Error,
    access::May,
    audit::{self, Actor},
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Tx},
    jobs::JobKind,
    room::{Answer, Subject},
    settings::Settings,
};

/// The job that destroys what is due.
pub(crate) const JOB: JobKind = JobKind { name: "destroy confidences", every: Some(Duration::from_secs(3600)), run: destroy_due };

/// When a partnership's confidences are destroyed, or were.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Destruction {
    pub due_on: NaiveDate,
    pub why: String,
    pub version: i32,
    pub destroyed_at: Option<DateTime<Utc>>,
    pub coachees: Option<i32>,
}

/// The destruction of a partnership's confidences, once a day is set.
pub(super) async fn of(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Option<Destruction>, DbErr> {
    let sql = "select due_on, why, version, destroyed_at, coachees from destruction where partnership_id = $1";
    db::one(on, sql, vec![partnership.into()]).await
}

#[derive(FromQueryResult)]
struct DueAndWarned {
    due_on: NaiveDate,
    warn_on: NaiveDate,
}

/// Sets another day, for a reason.
///
/// # Errors
/// Stale when somebody did so meanwhile, or when it is done.
pub(super) async fn put_off(
    may: &May<Settle, Partnership>,
    cx: &Cx,
    version: i32,
    due_on: NaiveDate,
    why: &str,
) -> Result<(), Error> {
    let partnership = may.thing();
    cx.db()
        .write(async |tx| {
            let sql = "select due_on, warn_on from destruction where partnership_id = $1";
            let days = db::one::<DueAndWarned>(&**tx, sql, vec![partnership.id.into()]).await?.ok_or(Error::Stale)?;
            // Whoever can put it off is told as long before as until now.
            let warn_on = due_on - (days.due_on - days.warn_on);
            let sql = "update destruction set due_on = $3, warn_on = $4, why = $5, version = version + 1
                 where partnership_id = $1 and version = $2 and destroyed_at is null";
            let params = vec![partnership.id.into(), version.into(), due_on.into(), warn_on.into(), why.into()];
            if db::exec(&**tx, sql, params).await? == 0 {
                return Err(Error::Stale);
            }
            let detail = format!("{}: {why}", spoken(due_on, NaiveDate::MIN));
            let (engine, actor) = (cx.db().engine(), Actor::from(may.who()));
            audit::record(tx, engine, cx.now, &actor, "destruction of confidences moved", &partnership.subject(), &detail)
                .await?;
            Ok(())
        })
        .await
}

fn destroy_due<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let settings = Settings::read(app.db.read()).await?;
        let now = app.clock.now();
        let today = settings.local(now).date();
        // One transaction for each: whatever ends the program, a partnership's confidences are all there or all gone.
        for due in due(app.db.read(), today).await? {
            app.db.write(async |tx| destroy(tx, app.db.engine(), now, today, &due).await).await?;
        }
        Ok(())
    })
}

#[derive(FromQueryResult)]
struct Due {
    partnership_id: PartnershipId,
    slug: String,
    name: String,
}

async fn due(on: &impl ConnectionTrait, today: NaiveDate) -> Result<Vec<Due>, DbErr> {
    let sql = "select d.partnership_id, p.slug, s.name from destruction d join partnership p on p.id = d.partnership_id
         join site s on s.id = p.site_id where d.destroyed_at is null and d.due_on <= $1 and p.status = 'closed'
         order by d.due_on, d.partnership_id";
    db::rows(on, sql, vec![today.into()]).await
}

/// Destroys the confidences of one partnership, unless somebody put that off, or another worker was faster.
async fn destroy(tx: &Tx, engine: db::Engine, now: DateTime<Utc>, today: NaiveDate, due: &Due) -> Result<(), Error> {
    let sql = "update destruction set destroyed_at = $2, version = version + 1
         where partnership_id = $1 and destroyed_at is null and due_on <= $3";
    if db::exec(&**tx, sql, vec![due.partnership_id.into(), now.into(), today.into()]).await? == 0 {
        return Ok(());
    }
    let coachees = forget_coachees(tx, due.partnership_id).await?;
    let count = i32::try_from(coachees).unwrap_or(i32::MAX);
    let sql = "update destruction set coachees = $2 where partnership_id = $1";
    db::exec(&**tx, sql, vec![due.partnership_id.into(), count.into()]).await?;
    let ours = forget_ours(tx, due.partnership_id).await?;
    let subject =
        Subject { kind: SUBJECT, key: due.slug.clone(), title: due.name.clone(), href: format!("/partnerships/{}", due.slug) };
    let detail = format!("records of coaching: {coachees}; wordings of what we wrote for ourselves: {ours}");
    let actor = Actor::Process("the time that we keep confidences");
    audit::record(tx, engine, now, &actor, "confidences destroyed", &subject, &detail).await?;
    Ok(())
}

/// Takes away, with its history, what was written where the partner side does not read.
async fn forget_ours(tx: &Tx, partnership: PartnershipId) -> Result<u64, DbErr> {
    let sql = "delete from close_and_renew_section where is_ours = $2 and close_and_renew_id in
         (select id from close_and_renew where partnership_id = $1)";
    db::exec(&**tx, sql, vec![partnership.into(), true.into()]).await
}
