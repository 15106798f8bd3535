//! Writing a version down, once and for all.

use chrono::NaiveDate;
use partnerships::models::{self, SupportModel};
use platform::{
    clock,
    db::{self, DbErr, Tx},
    import::Taking,
    search::{self, Audience},
    settings::Settings,
    text::folded,
};

use super::{
    Framework, PRACTICE,
    pack::{Model, Pack, Practice},
    store,
};
use crate::{FrameworkId, PracticeId};

/// Writes a version with all that it says, and makes what counts today findable.
pub(super) async fn publish(taking: &Taking<'_>, pack: &Pack, fingerprint: &str) -> Result<(), DbErr> {
    let tx = taking.tx;
    let id = FrameworkId(clock::new_id(taking.now));
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
            taking.now.into(),
            pack.written().map_err(|error| DbErr::Custom(error.to_string()))?.into(),
        ],
    )
    .await?;
    frame(tx, id, pack).await?;
    words(tx, id, pack).await?;
    for (position, practice) in (0_i32..).zip(&pack.practices) {
        let practice_id = PracticeId(clock::new_id(taking.now));
        put_practice(tx, id, practice_id, pack, practice, position).await?;
        hangs_on(tx, practice_id, practice).await?;
    }
    let settings = Settings::read(&**tx).await?;
    calendar(tx, &settings, pack.meta.school_year_starts_in).await?;
    findable(taking, settings.local(taking.now).date()).await
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
async fn findable(taking: &Taking<'_>, today: NaiveDate) -> Result<(), DbErr> {
    let engine = taking.app.db.engine();
    let Some(framework) = Framework::current(&**taking.tx, today).await? else { return Ok(()) };
    for code in store::other_codes(&**taking.tx, framework.id).await? {
        search::remove(taking.tx, engine, PRACTICE, &code).await?;
    }
    for practice in &framework.practices {
        let note = if practice.vip { "Very important practice" } else { "Practice" };
        let more = format!("{} {}", practice.good, framework.step_name(&practice.step));
        search::put(taking.tx, engine, &practice.subject(), note, &more, &Audience::Everyone).await?;
    }
    Ok(())
}

fn whole_month(month: u32) -> i32 {
    i32::try_from(month).unwrap_or_default()
}
