//! Writing a version down, once and for all.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use partnerships::models::{self, SupportModel};
use platform::{
    App, Error, clock,
    db::{self, DbErr, Engine, Tx},
    jobs::{self, JobKind},
    room::Answer,
    search::{self, Audience},
    settings::Settings,
    text::folded,
};

use super::{
    Framework, PRACTICE,
    lineage::{self, Passage},
    pack::{Model, Pack, Practice},
    store::{self, Version},
};
use crate::{FrameworkId, PracticeId};

/// The transaction in which a version is written, and the time at which it is.
pub(crate) struct Moment<'a> {
    pub tx: &'a Tx,
    pub engine: Engine,
    pub now: DateTime<Utc>,
}

/// The last version of a framework that does not count from before a day: none may follow it from that day. Pure.
pub(super) fn not_before<'a>(versions: &'a [Version], key: &str, from: NaiveDate) -> Option<&'a Version> {
    versions.iter().filter(|version| version.key == key && version.effective_from >= from).max_by_key(|one| one.effective_from)
}

/// What is wrong with a day that is not after the one from which a version counts, and what to do.
pub(super) fn too_early(version: &Version) -> (String, String) {
    let (number, from) = (version.version, version.effective_from);
    let problem = format!("Version {number} counts from {from}, and each version counts from a later day than the one before.");
    (problem, format!("Write a day after {from}."))
}

/// Writes a version with all that it says, and makes what counts today findable.
///
/// `passages` say what becomes of each practice of the version before; whoever reads the version finds them with it.
pub(super) async fn publish(
    moment: &Moment<'_>,
    pack: &Pack,
    fingerprint: &str,
    passages: Option<(FrameworkId, &[Passage])>,
) -> Result<FrameworkId, Error> {
    let tx = moment.tx;
    let id = FrameworkId(clock::new_id(moment.now));
    for (position, model) in (0_i32..).zip(&pack.models) {
        put_model(tx, model, position).await?;
    }
    db::exec(
        &**tx,
        "insert into framework (id, key, version, title, effective_from, rule, on_track_from, watch_from, vip_days_to_watch,
           source_hash, imported_at, source)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        vec![
            id.into(),
            pack.meta.id.clone().into(),
            pack.meta.version.into(),
            pack.meta.title.clone().into(),
            pack.meta.effective_from.into(),
            pack.on_track.rule.clone().into(),
            pack.on_track.on_track_from.into(),
            pack.on_track.watch_from.into(),
            pack.on_track.vip_overdue_days_to_watch.into(),
            fingerprint.into(),
            moment.now.into(),
            pack.written().map_err(|error| DbErr::Custom(error.to_string()))?.into(),
        ],
    )
    .await?;
    frame(tx, id, pack).await?;
    words(tx, id, pack).await?;
    for (position, practice) in (0_i32..).zip(&pack.practices) {
        let practice_id = PracticeId(clock::new_id(moment.now));
        put_practice(tx, id, practice_id, pack, practice, position).await?;
        hangs_on(tx, practice_id, practice).await?;
    }
    if let Some((before, passages)) = passages {
        lineage::record(moment, (before, id), passages).await?;
    }
    let settings = Settings::read(&**tx).await?;
    calendar(tx, &settings, pack.meta.school_year_starts_in).await?;
    findable(tx, moment.engine, settings.local(moment.now).date()).await?;
    Ok(id)
}

/// The job that makes the practices of a version findable on the day from which it counts.
pub(crate) const BEGINS: JobKind = JobKind { name: "practices begin", every: None, run: begin };

fn begin<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let today = Settings::read(app.db.read()).await?.local(app.clock.now()).date();
        app.db.write(async |tx| findable(tx, app.db.engine(), today).await).await?;
        Ok(())
    })
}

/// Lets a version that counts from a day to come be found from then on.
pub(super) async fn begins(moment: &Moment<'_>, from: NaiveDate) -> Result<(), DbErr> {
    let settings = Settings::read(&**moment.tx).await?;
    let midnight = from.and_time(NaiveTime::MIN).and_utc();
    let starts = midnight - (settings.local(midnight) - midnight.naive_utc());
    if starts <= moment.now {
        return Ok(());
    }
    jobs::enqueue(&**moment.tx, moment.now, BEGINS.name, &serde_json::Value::Null, starts).await
}

async fn frame(tx: &Tx, id: FrameworkId, pack: &Pack) -> Result<(), DbErr> {
    let steps = pack.steps.iter().map(|step| ("step", &step.id, &step.name, ""));
    let strands = pack.strands.iter().map(|strand| ("strand", &strand.id, &strand.name, strand.summary.as_str()));
    let phases = pack.phases.iter().map(|phase| ("phase", &phase.id, &phase.name, phase.summary.as_str()));
    for (position, (part, key, name, about)) in (0_i32..).zip(steps.chain(strands).chain(phases)) {
        db::exec(
            &**tx,
            "insert into framework_part (framework_id, part, key, position, name, about) values ($1, $2, $3, $4, $5, $6)",
            vec![id.into(), part.into(), key.clone().into(), position.into(), name.clone().into(), about.into()],
        )
        .await?;
    }
    for step in &pack.steps {
        for (position, prompt) in (0_i32..).zip(&step.prompts) {
            db::exec(
                &**tx,
                "insert into framework_prompt (framework_id, step_key, position, prompt) values ($1, $2, $3, $4)",
                vec![id.into(), step.id.clone().into(), position.into(), prompt.clone().into()],
            )
            .await?;
        }
    }
    for cycle in &pack.cycles {
        db::exec(
            &**tx,
            "insert into framework_cycle (framework_id, number, name, start_month, end_month) values ($1, $2, $3, $4, $5)",
            vec![
                id.into(),
                cycle.number.into(),
                cycle.name.clone().into(),
                whole_month(cycle.start).into(),
                whole_month(cycle.end).into(),
            ],
        )
        .await?;
    }
    Ok(())
}

async fn words(tx: &Tx, id: FrameworkId, pack: &Pack) -> Result<(), DbErr> {
    for (position, status) in (0_i32..).zip(&pack.statuses) {
        db::exec(
            &**tx,
            "insert into framework_status (framework_id, key, position, name, counts_as_enacted, needs_reason, reasons)
             values ($1, $2, $3, $4, $5, $6, $7)",
            vec![
                id.into(),
                status.id.clone().into(),
                position.into(),
                status.name.clone().into(),
                status.counts_as_enacted.into(),
                status.needs_reason.into(),
                status.reasons.join("\n").into(),
            ],
        )
        .await?;
    }
    for quality in &pack.qualities {
        db::exec(
            &**tx,
            "insert into framework_quality (framework_id, level, name, meaning) values ($1, $2, $3, $4)",
            vec![id.into(), quality.level.into(), quality.name.clone().into(), quality.meaning.clone().into()],
        )
        .await?;
    }
    Ok(())
}

async fn put_practice(
    tx: &Tx,
    framework: FrameworkId,
    id: PracticeId,
    pack: &Pack,
    practice: &Practice,
    position: i32,
) -> Result<(), DbErr> {
    // The checks let only known numbers in, so the fallback is never taken.
    let strand = pack.strands.iter().find(|strand| strand.number == practice.strand).map_or("", |strand| strand.id.as_str());
    let phase = pack.phases.iter().find(|phase| phase.number == practice.phase).map_or("", |phase| phase.id.as_str());
    db::exec(
        &**tx,
        "insert into practice (id, framework_id, code, position, strand, phase, item, step_key, title, folded, good, vip,
           vip_reason, first_year_only, recurs, essential)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        vec![
            id.into(),
            framework.into(),
            practice.code.clone().into(),
            position.into(),
            strand.into(),
            phase.into(),
            practice.item.into(),
            practice.step.clone().into(),
            practice.title.clone().into(),
            folded(&practice.title).into(),
            practice.good.clone().into(),
            practice.vip.into(),
            practice.vip_reason.clone().into(),
            practice.first_year_only.into(),
            practice.recurs.clone().into(),
            practice.essential.clone().into(),
        ],
    )
    .await?;
    Ok(())
}

async fn hangs_on(tx: &Tx, id: PracticeId, practice: &Practice) -> Result<(), DbErr> {
    for due in &practice.due {
        db::exec(
            &**tx,
            "insert into practice_due (practice_id, cycle, start_month, end_month) values ($1, $2, $3, $4)",
            vec![id.into(), due.cycle.into(), whole_month(due.start).into(), whole_month(due.end).into()],
        )
        .await?;
    }
    for model in &practice.models {
        let adapted = practice.adapt.get(model).cloned().unwrap_or_default();
        db::exec(
            &**tx,
            "insert into practice_model (practice_id, model_id, adapted) values ($1, $2, $3)",
            vec![id.into(), model.clone().into(), adapted.into()],
        )
        .await?;
    }
    for (position, text) in (0_i32..).zip(&practice.evidence) {
        db::exec(
            &**tx,
            "insert into practice_evidence (practice_id, position, text) values ($1, $2, $3)",
            vec![id.into(), position.into(), text.clone().into()],
        )
        .await?;
    }
    let indicators = practice.str.iter().map(|code| ("str", code)).chain(practice.caf.iter().map(|code| ("caf", code)));
    for (rubric, code) in indicators {
        db::exec(
            &**tx,
            "insert into practice_indicator (practice_id, rubric, code) values ($1, $2, $3)",
            vec![id.into(), rubric.into(), code.clone().into()],
        )
        .await?;
    }
    Ok(())
}

async fn put_model(tx: &Tx, model: &Model, position: i32) -> Result<(), DbErr> {
    let model = SupportModel {
        id: model.id.clone(),
        name: model.name.clone(),
        days_per_week: model.dose_days_per_week,
        days_per_week_most: model.dose_days_per_week_max,
        convening_hours_per_month: model.convening_hours_per_month,
        sites: model.sites.clone(),
        staffing: model.staffing.clone(),
        shape: model.shape.clone(),
        position,
    };
    models::put(tx, &model).await.map(drop)
}

/// The framework says which month it calls the first; the day on which school years begin stays the organisation's own.
async fn calendar(tx: &Tx, settings: &Settings, first_month: u32) -> Result<(), DbErr> {
    Settings::set(&**tx, "school_year_first_month", &first_month.to_string()).await?;
    if settings.get("school_year_starts").is_none() {
        Settings::set(&**tx, "school_year_starts", &format!("{first_month:02}-01")).await?;
    }
    Ok(())
}

/// Puts the practices of the version that counts today into the search, in place of those of any other.
async fn findable(tx: &Tx, engine: Engine, today: NaiveDate) -> Result<(), DbErr> {
    let Some(framework) = Framework::current(&**tx, today).await? else { return Ok(()) };
    for code in store::other_codes(&**tx, framework.id).await? {
        search::remove(tx, engine, PRACTICE, &code).await?;
    }
    for practice in &framework.practices {
        let note = if practice.vip { "Very important practice" } else { "Practice" };
        let more = format!("{} {}", practice.good, framework.step_name(&practice.step));
        search::put(tx, engine, &practice.subject(), note, &more, &Audience::Everyone).await?;
    }
    Ok(())
}

fn whole_month(month: u32) -> i32 {
    i32::try_from(month).unwrap_or_default()
}
