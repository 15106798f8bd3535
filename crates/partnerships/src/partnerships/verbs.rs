//! The only place where partnerships change.

use chrono::{DateTime, NaiveDate, Utc};
use platform::{
    Cx, Error,
    access::{May, Standing, actions::Create},
    audit::{self, Actor},
    db::{self, DbErr, Engine, Params, PersonId, TeamId, Tx, placeholders},
    search::{self, Audience},
};

use super::{COLUMNS, FROM, Partnership, Partnerships, Plan, is_taken_word};
use crate::{
    PartnershipId, SiteId,
    calendar::{Calendar, spoken},
    words,
};

/// What is agreed with a site.
#[derive(Clone, Debug)]
pub(crate) struct Agreement {
    pub model_id: String,
    pub network: Option<String>,
    pub team_id: TeamId,
    pub supervisor_id: Option<PersonId>,
    pub started_on: NaiveDate,
    pub planned_days_per_week: f64,
    pub story: String,
}

/// Puts the search's documents of these partnerships in place.
pub(crate) async fn index_partnerships(tx: &Tx, engine: Engine, ids: &[PartnershipId]) -> Result<(), DbErr> {
    let params: Params = ids.iter().map(|id| (*id).into()).collect();
    let sql = format!("select {COLUMNS} from {FROM} where p.id in ({})", placeholders(1, ids.len()));
    index(tx, engine, &db::rows::<Partnership>(&**tx, &sql, params).await?).await
}

/// The same for the partnerships at a site, whose name is theirs.
pub(crate) async fn index_partnerships_at(tx: &Tx, engine: Engine, site: SiteId) -> Result<(), DbErr> {
    let sql = format!("select {COLUMNS} from {FROM} where p.site_id = $1");
    index(tx, engine, &db::rows::<Partnership>(&**tx, &sql, vec![site.into()]).await?).await
}

async fn index(tx: &Tx, engine: Engine, partnerships: &[Partnership]) -> Result<(), DbErr> {
    for partnership in partnerships {
        let note = format!("Partnership, {}", partnership.model_name);
        let more =
            format!("{} {} {}", partnership.team_name, partnership.region, partnership.network.as_deref().unwrap_or_default());
        let audience = Audience::Site(partnership.site_slug.clone());
        search::put(tx, engine, &partnership.subject(), &note, &more, &audience).await?;
    }
    Ok(())
}

async fn by_id(tx: &Tx, id: PartnershipId) -> Result<Partnership, Error> {
    let sql = format!("select {COLUMNS} from {FROM} where p.id = $1");
    db::one(&**tx, &sql, vec![id.into()]).await?.ok_or(Error::NotFound)
}

/// Begins a partnership with a site; answers its key.
pub(crate) async fn begin(
    may: &May<Create, Partnerships>,
    cx: &Cx,
    (site_id, site_slug): (SiteId, &str),
    agreed: Agreement,
) -> Result<Partnership, Error> {
    let first_year = Calendar::of(&cx.settings).year_of(agreed.started_on);
    let id = PartnershipId(cx.new_id());
    cx.db()
        .write(async |tx| {
            let active = "select count(*) from partnership where site_id = $1 and status = 'active'";
            if db::scalar::<i64>(&**tx, active, vec![site_id.into()]).await?.unwrap_or(0) > 0 {
                return Err(Error::Refused("We already work with this site. Its page has what was agreed.".to_owned()));
            }
            let taken = "select count(*) from partnership where slug = $1 or slug like $2";
            let like = format!("{site_slug}-%");
            let earlier = db::scalar::<i64>(&**tx, taken, vec![site_slug.into(), like.into()]).await?.unwrap_or(0);
            let slug = match earlier {
                0 if !is_taken_word(site_slug) => site_slug.to_owned(),
                // A site that we come back to gets the year into its key.
                _ => format!("{site_slug}-{}", first_year.key()),
            };
            db::exec(
                &**tx,
                "insert into partnership (id, slug, site_id, model_id, network, team_id, supervisor_id, first_school_year,
                   started_on, status, planned_days_per_week, story, version)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', $10, $11, 1)",
                vec![
                    id.into(),
                    slug.into(),
                    site_id.into(),
                    agreed.model_id.clone().into(),
                    agreed.network.clone().into(),
                    agreed.team_id.into(),
                    agreed.supervisor_id.into(),
                    first_year.0.into(),
                    agreed.started_on.into(),
                    agreed.planned_days_per_week.into(),
                    agreed.story.clone().into(),
                ],
            )
            .await?;
            db::exec(&**tx, "update site set relation = 'partner' where id = $1", vec![site_id.into()]).await?;
            let begun = by_id(tx, id).await?;
            let detail = format!("{}, {}, from {}", begun.model_name, begun.team_name, begun.started_on);
            let engine = cx.db().engine();
            audit::record(tx, engine, cx.now, &Actor::from(may.who()), "partnership begun", &begun.subject(), &detail).await?;
            index_partnerships(tx, engine, &[id]).await?;
            Ok(begun)
        })
        .await
}

/// Changes what was agreed.
pub(crate) async fn agree(may: &May<Plan, Partnership>, cx: &Cx, version: i32, agreed: Agreement) -> Result<(), Error> {
    let before = may.thing();
    let first_year = if agreed.started_on == before.started_on {
        before.first_school_year
    } else {
        Calendar::of(&cx.settings).year_of(agreed.started_on).0
    };
    cx.db()
        .write(async |tx| {
            let touched = db::exec(
                &**tx,
                "update partnership set model_id = $3, network = $4, team_id = $5, supervisor_id = $6, first_school_year = $7,
                   started_on = $8, planned_days_per_week = $9, story = $10, version = version + 1
                 where id = $1 and version = $2",
                vec![
                    before.id.into(),
                    version.into(),
                    agreed.model_id.clone().into(),
                    agreed.network.clone().into(),
                    agreed.team_id.into(),
                    agreed.supervisor_id.into(),
                    first_year.into(),
                    agreed.started_on.into(),
                    agreed.planned_days_per_week.into(),
                    agreed.story.clone().into(),
                ],
            )
            .await?;
            if touched == 0 {
                return Err(Error::Stale);
            }
            let after = by_id(tx, before.id).await?;
            let engine = cx.db().engine();
            let detail = differences(before, &after);
            audit::record(tx, engine, cx.now, &Actor::from(may.who()), "partnership changed", &after.subject(), &detail).await?;
            index_partnerships(tx, engine, &[before.id]).await?;
            Ok(())
        })
        .await
}

fn differences(before: &Partnership, after: &Partnership) -> String {
    let mut said = Vec::new();
    let mut say = |what: &str, before: String, after: String| {
        if before != after {
            said.push(format!("{what}: {before} → {after}"));
        }
    };
    say("model", before.model_name.clone(), after.model_name.clone());
    say("network", before.network.clone().unwrap_or_default(), after.network.clone().unwrap_or_default());
    say("team", before.team_name.clone(), after.team_name.clone());
    say("start", before.started_on.to_string(), after.started_on.to_string());
    say("dose", words::a_week(before.planned_days_per_week), words::a_week(after.planned_days_per_week));
    if before.supervisor_id != after.supervisor_id {
        said.push("another supervisor".to_owned());
    }
    if before.story != after.story {
        said.push("the story told anew".to_owned());
    }
    said.join("; ")
}

/// Closes the partnership on a day, in the transaction of what follows from it; the reason goes to the end of its story.
///
/// # Errors
/// Stale when somebody changed it meanwhile.
pub async fn close(
    tx: &Tx,
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    on_day: NaiveDate,
    reason: &str,
) -> Result<(), Error> {
    let story = format!("{} {reason}", partnership.story).trim().to_owned();
    let sql = "update partnership set status = 'closed', closed_on = $3, story = $4, version = version + 1
        where id = $1 and version = $2 and status = 'active'";
    let params: Params = vec![partnership.id.into(), partnership.version.into(), on_day.into(), story.into()];
    let detail = format!("closed on {}: {reason}", spoken(on_day, on_day));
    set_status(tx, cx, who, partnership, (sql, params), ("partnership closed", &detail)).await
}

/// Takes up a closed partnership again, in the transaction of what follows from it.
///
/// # Errors
/// Stale when somebody changed it meanwhile; refused when we work with the site under another partnership by now.
pub async fn reopen(
    tx: &Tx,
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    version: i32,
    reason: &str,
) -> Result<(), Error> {
    let active = "select count(*) from partnership where site_id = $1 and status = 'active'";
    if db::scalar::<i64>(&**tx, active, vec![partnership.site_id.into()]).await?.unwrap_or(0) > 0 {
        let words = "We work with this site already, in a partnership that began later. Its page has what was agreed.";
        return Err(Error::Refused(words.to_owned()));
    }
    let sql = "update partnership set status = 'active', closed_on = null, version = version + 1
        where id = $1 and version = $2 and status = 'closed'";
    let params: Params = vec![partnership.id.into(), version.into()];
    set_status(tx, cx, who, partnership, (sql, params), ("partnership reopened", reason)).await
}

async fn set_status(
    tx: &Tx,
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    (sql, params): (&str, Params),
    (action, detail): (&str, &str),
) -> Result<(), Error> {
    if db::exec(&**tx, sql, params).await? == 0 {
        return Err(Error::Stale);
    }
    audit::record(tx, cx.db().engine(), cx.now, &Actor::from(who), action, &partnership.subject(), detail).await?;
    Ok(())
}

/// Lets another support model and dose hold from now on, where they differ.
///
/// # Errors
/// The database's own.
pub async fn change_dose(
    tx: &Tx,
    engine: Engine,
    now: DateTime<Utc>,
    actor: &Actor,
    partnership: PartnershipId,
    model_id: &str,
    days: f64,
) -> Result<(), Error> {
    let before = by_id(tx, partnership).await?;
    let sql = "update partnership set model_id = $2, planned_days_per_week = $3, version = version + 1
         where id = $1 and (model_id <> $2 or planned_days_per_week <> $3)";
    if db::exec(&**tx, sql, vec![partnership.into(), model_id.into(), days.into()]).await? == 0 {
        return Ok(());
    }
    let after = by_id(tx, partnership).await?;
    let detail = differences(&before, &after);
    audit::record(tx, engine, now, actor, "partnership changed", &after.subject(), &detail).await?;
    index_partnerships(tx, engine, &[partnership]).await?;
    Ok(())
}
