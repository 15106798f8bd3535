//! Frameworks in the database: written once, read whole, kept in memory from then on.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::PartnershipId;
use platform::db;
use platform::db::{ConnectionTrait, DbErr, FromQueryResult};

use super::lineage::{self, Sameness};
use super::{CycleMonths, Due, Framework, Part, Practice, Quality, StatusWord};
use crate::{FrameworkId, PracticeId};

/// Versions that were read before. A published version never changes, so nothing here grows stale.
static KEPT: LazyLock<RwLock<HashMap<FrameworkId, Arc<Framework>>>> = LazyLock::new(RwLock::default);

/// A version as a list shows it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Version {
    pub id: FrameworkId,
    pub key: String,
    pub version: i32,
    pub effective_from: NaiveDate,
    pub source_hash: String,
}

/// All versions, by the day from which they count.
pub(super) async fn versions(on: &impl ConnectionTrait) -> Result<Vec<Version>, DbErr> {
    let sql = "select id, key, version, effective_from, source_hash from framework order by effective_from, version, id";
    db::rows(on, sql, vec![]).await
}

/// The version that counts on a day: the newest that has begun, else the one that begins first.
pub(super) fn counting_on(versions: &[Version], day: NaiveDate) -> Option<&Version> {
    versions.iter().rev().find(|version| version.effective_from <= day).or_else(|| versions.first())
}

impl Framework {
    /// The version that counts on a day: the newest that has begun, else the one that begins first.
    ///
    /// # Errors
    /// The database's own.
    pub async fn current(on: &impl ConnectionTrait, today: NaiveDate) -> Result<Option<Arc<Self>>, DbErr> {
        let versions = versions(on).await?;
        let Some(version) = counting_on(&versions, today) else { return Ok(None) };
        Ok(whole(on, &[version.id]).await?.pop())
    }

    /// All versions, by the day from which they count.
    ///
    /// # Errors
    /// The database's own.
    pub async fn all_versions(on: &impl ConnectionTrait) -> Result<Vec<Arc<Self>>, DbErr> {
        let ids: Vec<FrameworkId> = versions(on).await?.into_iter().map(|version| version.id).collect();
        whole(on, &ids).await
    }
}

/// These versions, in the order asked for; while one of them was never read before, all come with a fixed number of queries.
async fn whole(on: &impl ConnectionTrait, ids: &[FrameworkId]) -> Result<Vec<Arc<Framework>>, DbErr> {
    let is_missing = {
        let kept = KEPT.read().unwrap_or_else(PoisonError::into_inner);
        ids.iter().any(|id| !kept.contains_key(id))
    };
    if is_missing {
        let versions = versions(on).await?;
        let all: Vec<FrameworkId> = versions.iter().map(|version| version.id).collect();
        let mut loaded: HashMap<FrameworkId, Framework> =
            load(on, &all).await?.into_iter().map(|framework| (framework.id, framework)).collect();
        let same = lineage::same(on).await?;
        let mut kept = KEPT.write().unwrap_or_else(PoisonError::into_inner);
        let mut before: HashMap<String, Arc<Framework>> = HashMap::new();
        for version in versions {
            let framework = match (kept.get(&version.id), loaded.remove(&version.id)) {
                (Some(framework), _) => Arc::clone(framework),
                (None, Some(framework)) => Arc::new(following(framework, before.get(&version.key), &same)),
                (None, None) => continue,
            };
            kept.insert(version.id, Arc::clone(&framework));
            before.insert(version.key, framework);
        }
    }
    let kept = KEPT.read().unwrap_or_else(PoisonError::into_inner);
    Ok(ids.iter().filter_map(|id| kept.get(id).cloned()).collect())
}

/// How many versions were read so far: they only become more.
pub(crate) fn versions_read() -> usize {
    KEPT.read().unwrap_or_else(PoisonError::into_inner).len()
}

/// Which practices count as one, over all versions that were read before; whoever reads cells has read the version that counts.
pub(crate) fn sameness() -> Sameness {
    let kept = KEPT.read().unwrap_or_else(PoisonError::into_inner);
    let practices = kept.values().flat_map(|framework| &framework.practices);
    Sameness::of(&practices.filter_map(|practice| Some((practice.id, practice.was?))).collect())
}

/// A version with what it follows: which of its practices were there before, and since when each is what it is.
fn following(mut framework: Framework, before: Option<&Arc<Framework>>, same: &HashMap<PracticeId, PracticeId>) -> Framework {
    let Some(before) = before else { return framework };
    for practice in &mut framework.practices {
        let was = same.get(&practice.id).and_then(|id| before.practices.iter().find(|was| was.id == *id));
        practice.was = was.map(|was| was.id);
        practice.since = was.map_or(Some(framework.effective_from), |was| was.since);
    }
    framework.before = Some(Arc::clone(before));
    framework
}

#[derive(FromQueryResult)]
struct FrameworkRow {
    id: FrameworkId,
    key: String,
    version: i32,
    title: String,
    effective_from: NaiveDate,
    rule: String,
    on_track_from: f64,
    watch_from: f64,
    vip_days_to_watch: i32,
}

#[derive(FromQueryResult)]
struct PartRow {
    framework_id: FrameworkId,
    part: String,
    key: String,
    name: String,
    about: String,
}

#[derive(FromQueryResult)]
struct PromptRow {
    framework_id: FrameworkId,
    step_key: String,
    prompt: String,
}

#[derive(FromQueryResult)]
struct CycleRow {
    framework_id: FrameworkId,
    number: i32,
    name: String,
    start_month: i32,
    end_month: i32,
}

#[derive(FromQueryResult)]
struct StatusRow {
    framework_id: FrameworkId,
    key: String,
    name: String,
    counts_as_enacted: bool,
    needs_reason: bool,
    reasons: String,
}

#[derive(FromQueryResult)]
struct QualityRow {
    framework_id: FrameworkId,
    level: i32,
    name: String,
    meaning: String,
}

#[derive(FromQueryResult)]
struct PracticeRow {
    id: PracticeId,
    framework_id: FrameworkId,
    code: String,
    strand: String,
    phase: String,
    step_key: String,
    title: String,
    good: String,
    vip: bool,
    vip_reason: String,
    first_year_only: bool,
    recurs: String,
    essential: String,
}

#[derive(FromQueryResult)]
struct DueRow {
    practice_id: PracticeId,
    cycle: i32,
    start_month: i32,
    end_month: i32,
}

#[derive(FromQueryResult)]
struct ModelRow {
    practice_id: PracticeId,
    model_id: String,
    adapted: String,
}

#[derive(FromQueryResult)]
struct EvidenceRow {
    practice_id: PracticeId,
    text: String,
}

#[derive(FromQueryResult)]
struct IndicatorRow {
    practice_id: PracticeId,
    rubric: String,
    code: String,
}

/// What hangs on a framework or a practice, read from one table.
async fn of<R: FromQueryResult>(on: &impl ConnectionTrait, sql: &str, ids: &[FrameworkId]) -> Result<Vec<R>, DbErr> {
    let sql = sql.replace("{ids}", &db::placeholders(1, ids.len()));
    db::rows(on, &sql, ids.iter().map(|id| (*id).into()).collect()).await
}

const OF_PRACTICES: &str = "practice_id in (select id from practice where framework_id in ({ids}))";

async fn load(on: &impl ConnectionTrait, ids: &[FrameworkId]) -> Result<Vec<Framework>, DbErr> {
    let mut practices = practices(on, ids).await?;
    let parts: Vec<PartRow> = of(
        on,
        "select framework_id, part, key, name, about from framework_part where framework_id in ({ids}) order by part, position",
        ids,
    )
    .await?;
    let prompts: Vec<PromptRow> = of(
        on,
        "select framework_id, step_key, prompt from framework_prompt where framework_id in ({ids}) order by step_key, position",
        ids,
    )
    .await?;
    let cycles: Vec<CycleRow> = of(
        on,
        "select framework_id, number, name, start_month, end_month from framework_cycle
         where framework_id in ({ids}) order by number",
        ids,
    )
    .await?;
    let statuses: Vec<StatusRow> = of(
        on,
        "select framework_id, key, name, counts_as_enacted, needs_reason, reasons from framework_status
         where framework_id in ({ids}) order by position",
        ids,
    )
    .await?;
    let qualities: Vec<QualityRow> = of(
        on,
        "select framework_id, level, name, meaning from framework_quality where framework_id in ({ids}) order by level",
        ids,
    )
    .await?;
    let frameworks: Vec<FrameworkRow> = of(
        on,
        "select id, key, version, title, effective_from, rule, on_track_from, watch_from, vip_days_to_watch from framework
         where id in ({ids})",
        ids,
    )
    .await?;
    Ok(frameworks
        .into_iter()
        .map(|row| Framework {
            id: row.id,
            steps: parts_of(&parts, &prompts, row.id, "step"),
            strands: parts_of(&parts, &prompts, row.id, "strand"),
            phases: parts_of(&parts, &prompts, row.id, "phase"),
            cycles: cycles.iter().filter(|cycle| cycle.framework_id == row.id).map(CycleRow::whole).collect(),
            statuses: statuses.iter().filter(|status| status.framework_id == row.id).map(StatusRow::whole).collect(),
            qualities: qualities.iter().filter(|quality| quality.framework_id == row.id).map(QualityRow::whole).collect(),
            practices: practices.remove(&row.id).unwrap_or_default(),
            before: None,
            key: row.key,
            version: row.version,
            title: row.title,
            effective_from: row.effective_from,
            rule: row.rule,
            on_track_from: row.on_track_from,
            watch_from: row.watch_from,
            vip_days_to_watch: row.vip_days_to_watch.into(),
        })
        .collect())
}

async fn practices(on: &impl ConnectionTrait, ids: &[FrameworkId]) -> Result<HashMap<FrameworkId, Vec<Practice>>, DbErr> {
    let rows: Vec<PracticeRow> = of(
        on,
        "select id, framework_id, code, strand, phase, step_key, title, good, vip, vip_reason, first_year_only, recurs, essential
         from practice where framework_id in ({ids}) order by framework_id, position",
        ids,
    )
    .await?;
    let sql = format!("select practice_id, cycle, start_month, end_month from practice_due where {OF_PRACTICES} order by cycle");
    let mut dues: HashMap<PracticeId, Vec<Due>> = HashMap::new();
    for row in of::<DueRow>(on, &sql, ids).await? {
        let due = Due { cycle: row.cycle, start_month: row.start_month.unsigned_abs(), end_month: row.end_month.unsigned_abs() };
        dues.entry(row.practice_id).or_default().push(due);
    }
    let sql = format!("select practice_id, model_id, adapted from practice_model where {OF_PRACTICES}");
    let mut models: HashMap<PracticeId, BTreeMap<String, String>> = HashMap::new();
    for row in of::<ModelRow>(on, &sql, ids).await? {
        models.entry(row.practice_id).or_default().insert(row.model_id, row.adapted);
    }
    let sql = format!("select practice_id, text from practice_evidence where {OF_PRACTICES} order by position");
    let mut evidence: HashMap<PracticeId, Vec<String>> = HashMap::new();
    for row in of::<EvidenceRow>(on, &sql, ids).await? {
        evidence.entry(row.practice_id).or_default().push(row.text);
    }
    let sql = format!("select practice_id, rubric, code from practice_indicator where {OF_PRACTICES} order by rubric desc, code");
    let mut indicators: HashMap<PracticeId, Vec<(String, String)>> = HashMap::new();
    for row in of::<IndicatorRow>(on, &sql, ids).await? {
        indicators.entry(row.practice_id).or_default().push((row.rubric, row.code));
    }
    let mut practices: HashMap<FrameworkId, Vec<Practice>> = HashMap::new();
    for row in rows {
        practices.entry(row.framework_id).or_default().push(Practice {
            id: row.id,
            was: None,
            since: None,
            code: row.code,
            strand: row.strand,
            phase: row.phase,
            step: row.step_key,
            title: row.title,
            good: row.good,
            vip: row.vip,
            vip_reason: row.vip_reason,
            first_year_only: row.first_year_only,
            recurs: row.recurs,
            essential: row.essential,
            due: dues.remove(&row.id).unwrap_or_default(),
            models: models.remove(&row.id).unwrap_or_default(),
            evidence: evidence.remove(&row.id).unwrap_or_default(),
            indicators: indicators.remove(&row.id).unwrap_or_default(),
        });
    }
    Ok(practices)
}

fn parts_of(parts: &[PartRow], prompts: &[PromptRow], framework: FrameworkId, kind: &str) -> Vec<Part> {
    let prompts_of = |step: &str| {
        let own = prompts.iter().filter(|prompt| prompt.framework_id == framework && prompt.step_key == step);
        own.map(|prompt| prompt.prompt.clone()).collect()
    };
    parts
        .iter()
        .filter(|part| part.framework_id == framework && part.part == kind)
        .map(|part| Part {
            key: part.key.clone(),
            name: part.name.clone(),
            about: part.about.clone(),
            prompts: if kind == "step" { prompts_of(&part.key) } else { Vec::new() },
        })
        .collect()
}

impl CycleRow {
    fn whole(&self) -> CycleMonths {
        CycleMonths {
            number: self.number,
            name: self.name.clone(),
            start_month: self.start_month.unsigned_abs(),
            end_month: self.end_month.unsigned_abs(),
        }
    }
}

impl StatusRow {
    fn whole(&self) -> StatusWord {
        StatusWord {
            key: self.key.clone(),
            name: self.name.clone(),
            counts_as_enacted: self.counts_as_enacted,
            needs_reason: self.needs_reason,
            reasons: self.reasons.lines().map(str::to_owned).collect(),
        }
    }
}

impl QualityRow {
    fn whole(&self) -> Quality {
        Quality { level: self.level, name: self.name.clone(), meaning: self.meaning.clone() }
    }
}

/// The content pack that a published version came from; empty where it was published before such were kept.
pub(crate) async fn source(on: &impl ConnectionTrait, framework: FrameworkId) -> Result<String, DbErr> {
    let sql = "select source from framework where id = $1";
    Ok(db::scalar::<String>(on, sql, vec![framework.into()]).await?.unwrap_or_default())
}

/// The content packs of several versions.
pub(crate) async fn sources(
    on: &impl ConnectionTrait,
    frameworks: &[FrameworkId],
) -> Result<HashMap<FrameworkId, String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: FrameworkId,
        source: String,
    }
    let sql = format!("select id, source from framework where id in ({})", db::placeholders(1, frameworks.len()));
    let rows = db::rows::<Row>(on, &sql, frameworks.iter().map(|id| (*id).into()).collect()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.source)).collect())
}

/// Codes that only other versions have.
pub(super) async fn other_codes(on: &impl ConnectionTrait, framework: FrameworkId) -> Result<Vec<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        code: String,
    }
    let sql = "select distinct code from practice
         where framework_id <> $1 and code not in (select code from practice where framework_id = $1) order by code";
    Ok(db::rows::<Row>(on, sql, vec![framework.into()]).await?.into_iter().map(|row| row.code).collect())
}

/// Somebody who said which practices they are glad to be asked about.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Glad {
    pub slug: String,
    pub name: String,
    pub title: String,
    glad_to_be_asked: String,
}

impl Glad {
    /// Whether a practice of that code is among them.
    pub(super) fn is_asked_about(&self, code: &str) -> bool {
        self.glad_to_be_asked.split(';').any(|one| one.trim() == code)
    }
}

/// Everybody of us who is glad to be asked about something, by name.
pub(super) async fn glad(on: &impl ConnectionTrait) -> Result<Vec<Glad>, DbErr> {
    db::rows(
        on,
        "select slug, name, title, glad_to_be_asked from person where kind = 'staff' and glad_to_be_asked <> '' order by folded, id",
        vec![],
    )
    .await
}

/// What somebody wrote beside an entry that still stands.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Note {
    pub note: String,
    pub entered_at: DateTime<Utc>,
    pub status: String,
    pub quality: Option<i32>,
    pub author: String,
    pub partnership: String,
    pub partnership_slug: String,
}

/// How many notes stand on a practice's page.
const NOTES: u8 = 6;

/// The newest notes beside what cells of a practice show.
pub(super) async fn notes(on: &impl ConnectionTrait, practices: &[PracticeId]) -> Result<Vec<Note>, DbErr> {
    let ids = db::placeholders(1, practices.len());
    let sql = format!(
        "select e.note, e.entered_at, c.status, c.quality, a.name as author, s.name as partnership, p.slug as partnership_slug
         from tracker_cell c join tracker_entry e on e.id = c.entry_id join person a on a.id = e.author_id
           join partnership p on p.id = c.partnership_id join site s on s.id = p.site_id
         where c.practice_id in ({ids}) and e.note <> '' order by e.entered_at desc, e.id desc limit {NOTES}"
    );
    db::rows(on, &sql, practices.iter().map(|id| (*id).into()).collect()).await
}

/// A cell of one practice, anywhere and in any year.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Anywhere {
    pub partnership_id: PartnershipId,
    pub school_year: i32,
    pub cycle: i32,
    pub status: String,
    pub quality: Option<i32>,
}

/// All cells of a practice under all the ids that it has had, the newest last.
pub(super) async fn anywhere(on: &impl ConnectionTrait, practices: &[PracticeId]) -> Result<Vec<Anywhere>, DbErr> {
    let sql = format!(
        "select partnership_id, school_year, cycle, status, quality from tracker_cell where practice_id in ({})
         order by entered_at",
        db::placeholders(1, practices.len())
    );
    db::rows(on, &sql, practices.iter().map(|id| (*id).into()).collect()).await
}
