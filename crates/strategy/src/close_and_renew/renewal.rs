//! A year is renewed: what is agreed for the next one, its vision, and the theory of action that goes along.
//!
//! The next year's model and dose hold from its first day on; a job sees to it. A renewal can be undone as long as nothing has been
//! done in the new year.

use chrono::{NaiveDate, NaiveTime};
use partnerships::{
    PartnershipId,
    calendar::{Calendar, spoken},
    partnerships::{Settle, change_dose},
};
use platform::{
    App, Cx, Error,
    access::May,
    audit::Actor,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Tx},
    jobs::{self, JobKind},
    room::Answer,
    settings::Settings,
};

use super::{YearThere, store, verbs::told};
use crate::{CloseAndRenewId, TheoryVersionId, theories};

/// The job that lets renewals begin.
pub(crate) const BEGINS: JobKind = JobKind { name: "renewals begin", every: None, run: begin_due };

/// The longest time for which a renewal can be agreed, in school years.
pub(super) const YEARS_MOST: i32 = 5;

/// What is agreed for the next year.
#[derive(Clone, Debug)]
pub(super) struct Agreed {
    pub until: NaiveDate,
    pub model_id: String,
    pub days: f64,
    pub vision: String,
}

/// A renewal as it stands.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Renewal {
    pub agreed_until: NaiveDate,
    pub begins_on: NaiveDate,
    pub model: String,
    pub model_before: String,
    pub days: f64,
    pub days_before: f64,
    pub vision: String,
    pub theory_version_id: Option<TheoryVersionId>,
}

/// The renewal of a year.
pub(super) async fn of(on: &impl ConnectionTrait, id: CloseAndRenewId) -> Result<Option<Renewal>, DbErr> {
    let sql = "select r.agreed_until, r.begins_on, m.name as model, b.name as model_before, r.days, r.days_before, r.vision,
           r.theory_version_id
         from renewal r join support_model m on m.id = r.model_id join support_model b on b.id = r.model_before
         where r.close_and_renew_id = $1";
    db::one(on, sql, vec![id.into()]).await
}

/// Renews: what was agreed is kept, and a draft of the theory of action begins from what stands.
///
/// # Errors
/// Stale when somebody decided meanwhile.
pub(super) async fn renew(may: &May<Settle, YearThere>, cx: &Cx, seen: i32, agreed: &Agreed) -> Result<(), Error> {
    let there = may.thing();
    let (id, partnership) = (there.begun()?.id, &there.partnership);
    let begins_on = Calendar::of(&cx.settings).start(there.year.after());
    let draft = TheoryVersionId(cx.new_id());
    cx.db()
        .write(async |tx| {
            store::decide(tx, id, seen, "renewed", may.who().person, cx.now).await?;
            let origin = format!("carried over into {}", there.year.after());
            let carried = theories::carry_over(tx, cx, may.who(), partnership, draft, &origin).await?;
            db::exec(
                &**tx,
                "insert into renewal (close_and_renew_id, partnership_id, agreed_until, begins_on, model_id, model_before, days,
                   days_before, vision, theory_version_id)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                vec![
                    id.into(),
                    partnership.id.into(),
                    agreed.until.into(),
                    begins_on.into(),
                    agreed.model_id.as_str().into(),
                    partnership.model_id.as_str().into(),
                    agreed.days.into(),
                    partnership.planned_days_per_week.into(),
                    agreed.vision.as_str().into(),
                    carried.then_some(draft).into(),
                ],
            )
            .await?;
            // The offset of the house's clocks says when a day begins.
            let midnight = begins_on.and_time(NaiveTime::MIN).and_utc();
            let starts = midnight - (cx.settings.local(midnight) - midnight.naive_utc());
            jobs::enqueue(&**tx, cx.now, BEGINS.name, &serde_json::Value::Null, starts.max(cx.now)).await?;
            let detail = format!("until {}", spoken(agreed.until, NaiveDate::MIN));
            told(tx, cx, may.who(), there, "partnership renewed", &detail).await?;
            if begins_on <= cx.today() {
                apply(tx, cx.db().engine(), &cx.settings, cx.now).await?;
            }
            Ok(())
        })
        .await
}

fn begin_due<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let settings = Settings::read(app.db.read()).await?;
        let now = app.clock.now();
        app.db.write(async |tx| apply(tx, app.db.engine(), &settings, now).await).await
    })
}

#[derive(FromQueryResult)]
struct Due {
    close_and_renew_id: CloseAndRenewId,
    partnership_id: PartnershipId,
    model_id: String,
    days: f64,
}

/// Lets what was agreed for a year that has begun hold from now on.
async fn apply(tx: &Tx, engine: db::Engine, settings: &Settings, now: chrono::DateTime<chrono::Utc>) -> Result<(), Error> {
    let today = settings.local(now).date();
    let sql = "select r.close_and_renew_id, r.partnership_id, r.model_id, r.days from renewal r join partnership p on p.id = r.partnership_id
         where r.applied_on is null and r.begins_on <= $1 and p.status = 'active' order by r.begins_on";
    for due in db::rows::<Due>(&**tx, sql, vec![today.into()]).await? {
        let sql = "update renewal set applied_on = $2 where close_and_renew_id = $1 and applied_on is null";
        if db::exec(&**tx, sql, vec![due.close_and_renew_id.into(), today.into()]).await? > 0 {
            let actor = Actor::Process("a renewal");
            change_dose(tx, engine, now, &actor, due.partnership_id, &due.model_id, due.days).await?;
        }
    }
    Ok(())
}

/// What has been done in the year that a renewal began: the reason why it can't be undone; nothing while it can.
pub(super) async fn done_since(
    on: &impl ConnectionTrait,
    there: &YearThere,
    begins_on: NaiveDate,
) -> Result<Option<&'static str>, DbErr> {
    #[derive(FromQueryResult)]
    struct Counts {
        entries: i64,
        cycles: i64,
        visits: i64,
        years: i64,
    }
    let sql = "select
           (select count(*) from tracker_cell t where t.partnership_id = $1 and t.school_year = $2) as entries,
           (select count(*) from cycle c where c.partnership_id = $1 and c.school_year = $2) as cycles,
           (select count(*) from visit v where v.partnership_id = $1 and v.on_day >= $3 and v.removed_at is null) as visits,
           (select count(*) from close_and_renew y where y.partnership_id = $1 and y.school_year = $2) as years";
    let params = vec![there.partnership.id.into(), there.year.after().0.into(), begins_on.into()];
    let Some(counts) = db::one::<Counts>(on, sql, params).await? else { return Ok(None) };
    Ok(match counts {
        Counts { entries: 1.., .. } => Some("The tracker says something about the new year already."),
        Counts { cycles: 1.., .. } => Some("A cycle of the new year has begun already."),
        Counts { visits: 1.., .. } => Some("There was a visit in the new year already."),
        Counts { years: 1.., .. } => Some("The end of the new year is being written already."),
        _ => None,
    })
}

/// Undoes a renewal, as long as nothing has been done in the new year.
///
/// # Errors
/// Refused once something was done; stale when somebody undid it meanwhile.
pub(super) async fn undo(may: &May<Settle, YearThere>, cx: &Cx, seen: i32) -> Result<(), Error> {
    #[derive(FromQueryResult)]
    struct Row {
        begins_on: NaiveDate,
        model_id: String,
        model_before: String,
        days: f64,
        days_before: f64,
        theory_version_id: Option<TheoryVersionId>,
        applied_on: Option<NaiveDate>,
    }
    let there = may.thing();
    let id = there.begun()?.id;
    cx.db()
        .write(async |tx| {
            store::undecide(tx, id, seen, "renewed").await?;
            let sql = "select begins_on, model_id, model_before, days, days_before, theory_version_id, applied_on from renewal
                 where close_and_renew_id = $1";
            let row = db::one::<Row>(&**tx, sql, vec![id.into()]).await?.ok_or(Error::Stale)?;
            if let Some(words) = done_since(&**tx, there, row.begins_on).await? {
                return Err(Error::Refused(format!("{words} What was agreed can be changed on the partnership’s page.")));
            }
            db::exec(&**tx, "delete from renewal where close_and_renew_id = $1", vec![id.into()]).await?;
            if let Some(draft) = row.theory_version_id {
                theories::drop_untouched(tx, cx, may.who(), &there.partnership, draft).await?;
            }
            // What somebody agreed on since stays.
            let stands = there.partnership.model_id == row.model_id
                && (there.partnership.planned_days_per_week - row.days).abs() < f64::EPSILON;
            if row.applied_on.is_some() && stands {
                let actor = Actor::from(may.who());
                let (engine, id) = (cx.db().engine(), there.partnership.id);
                change_dose(tx, engine, cx.now, &actor, id, &row.model_before, row.days_before).await?;
            }
            Ok(told(tx, cx, may.who(), there, "renewal undone", "").await?)
        })
        .await
}
