//! The way of a draft into the open: what must hold, who approves, and publishing it from a day on.

use chrono::{DateTime, NaiveDate, Utc};
use platform::{
    Cx, Error,
    access::May,
    db::{self, ConnectionTrait, DbErr, FromQueryResult},
    web::Form,
};

use super::{
    super::{
        check,
        lineage::{self, Fate, Passage},
        pack::Pack,
        publish::{self, Moment},
        store as published,
    },
    policy::{Approve, OpenDraft, Publish},
    rules::{Line, Sheet},
    store::{self, Draft, Signed},
    verbs::{held, told},
};
use crate::FrameworkDraftId;

/// Somebody's word that a draft can go out as it stood then.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Approval {
    pub slug: String,
    pub name: String,
    pub words: String,
    /// The number of steps that the draft had then.
    pub step: i32,
    pub approved_at: DateTime<Utc>,
}

/// All approvals of a draft, those of before its last changes among them.
pub(super) async fn approvals(on: &impl ConnectionTrait, draft: FrameworkDraftId) -> Result<Vec<Approval>, DbErr> {
    let sql = "select p.slug, p.name, a.words, a.step, a.approved_at
         from framework_draft_approval a join person p on p.id = a.person_id where a.draft_id = $1 order by a.approved_at, p.id";
    db::rows(on, sql, vec![draft.into()]).await
}

/// How many approve a draft as it stands now.
pub(super) fn standing(draft: &Draft, approvals: &[Approval]) -> i32 {
    i32::try_from(approvals.iter().filter(|approval| approval.step == draft.steps).count()).unwrap_or(i32::MAX)
}

/// Something that was looked at before a draft can go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub holds: bool,
    /// Whether it keeps the draft from going out while it does not hold.
    pub must: bool,
    pub words: String,
    /// The line that it is about, where it is about one.
    pub line: Option<i32>,
}

/// Everything that is looked at, approvals aside. Pure.
pub(super) fn checks(draft: &Draft, sheet: &Sheet, pack: &Pack, waiting: usize) -> Vec<Checked> {
    let all = sheet.base.len();
    let lead =
        sheet.base.iter().filter(|old| sheet.onward(&old.code).next().is_some() || sheet.ended(&old.code).is_some()).count();
    let changed: Vec<&Line> = sheet.standing().filter(|line| sheet.differs(line)).collect();
    let ended = sheet.base.iter().filter(|old| sheet.ended(&old.code).is_some()).count();
    let must = |holds: bool, words: String| Checked { holds, must: true, words, line: None };
    let mut checks = vec![
        must(lead == all, format!("All {all} practices of version {} lead somewhere, or say why they end", draft.number - 1)),
        must(changed.iter().all(|line| !line.reason.is_empty()), "Each change has a reason and a person".to_owned()),
        must(!changed.is_empty() || ended > 0, "Something differs from what is published".to_owned()),
    ];
    let wrong = check::all("", pack);
    if wrong.is_empty() {
        let words = "Every practice says what good looks like, when it comes up and for whom";
        checks.push(must(true, words.to_owned()));
    }
    for refusal in wrong {
        let place = refusal.column.unwrap_or_default();
        let code = place.strip_prefix("practice ").and_then(|rest| rest.split(',').next()).unwrap_or_default();
        let line = sheet.standing().find(|line| line.says.code == code).map(|line| line.number);
        checks.push(Checked { line, ..must(false, format!("{place}: {} {}", refusal.problem, refusal.advice)) });
    }
    if waiting > 0 {
        let words = if waiting == 1 {
            "One proposal waits for an answer".to_owned()
        } else {
            format!("{waiting} proposals wait for an answer")
        };
        checks.push(Checked { holds: false, must: false, words, line: None });
    }
    checks
}

/// The draft as the content pack that it would be published as.
pub(super) fn pack_of(draft: &Draft, sheet: &Sheet, from: Option<NaiveDate>) -> Result<Pack, Error> {
    let mut pack = draft.pack()?;
    pack.meta.version = draft.number;
    draft.title.clone_into(&mut pack.meta.title);
    if let Some(from) = from {
        pack.meta.effective_from = from;
    }
    pack.practices = sheet.standing().map(|line| line.says.clone()).collect();
    Ok(pack)
}

/// The longest words with which somebody approves a draft, in characters.
pub(super) const WORDS_MOST: usize = 500;

/// What somebody who approves a draft looked at; what is wrong gets its word in the form.
pub(super) fn read_words(form: &mut Form) -> Option<String> {
    form.required("words", "What did you look at? A sentence is enough.", WORDS_MOST)
}

/// Says that the draft can go out as it was seen.
///
/// # Errors
/// Stale when it was changed since.
pub(super) async fn approve(may: &May<Approve, OpenDraft>, cx: &Cx, seen: i32, words: &str) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.draft.id).await?;
            if draft.steps != seen {
                return Err(Error::Stale);
            }
            db::exec(
                &**tx,
                "insert into framework_draft_approval (draft_id, person_id, words, step, approved_at) values ($1, $2, $3, $4, $5)
                 on conflict (draft_id, person_id)
                 do update set words = excluded.words, step = excluded.step, approved_at = excluded.approved_at",
                vec![draft.id.into(), may.who().person.into(), words.into(), seen.into(), cx.now.into()],
            )
            .await?;
            told(tx, cx, may.who().into(), &draft, "draft of the practices approved", words).await
        })
        .await
}

/// Takes somebody's approval back, given at the step `seen`; nothing happens where there is none any more.
///
/// # Errors
/// Not allowed for the approval of somebody else; stale when it was given anew since.
pub(super) async fn disapprove(may: &May<Approve, OpenDraft>, cx: &Cx, person: &str, seen: i32) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.draft.id).await?;
            if person != may.who().slug {
                return Err(Error::NotAllowed);
            }
            let own = approvals(&**tx, draft.id).await?.into_iter().find(|approval| approval.slug == person);
            if own.is_some_and(|own| own.step != seen) {
                return Err(Error::Stale);
            }
            let sql = "delete from framework_draft_approval where draft_id = $1 and person_id = $2";
            if db::exec(&**tx, sql, vec![draft.id.into(), may.who().person.into()]).await? == 0 {
                return Ok(());
            }
            told(tx, cx, may.who().into(), &draft, "approval taken back", "").await
        })
        .await
}

/// Puts the draft out as it was seen: the next version, from a day on, with its lineage.
///
/// # Errors
/// Stale when it was changed since; refused when a check does not hold, an approval is missing, the day lies behind us or is
/// not after that of each other version, or the version came in as a file.
pub(super) async fn publish(may: &May<Publish, OpenDraft>, cx: &Cx, seen: i32, from: NaiveDate) -> Result<(), Error> {
    let refused = |words: String| Err(Error::Refused(words));
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.draft.id).await?;
            if draft.steps != seen {
                return Err(Error::Stale);
            }
            let signed = store::lines(&**tx, draft.id).await?;
            let sheet = draft.sheet(signed.iter().map(|one| one.line.clone()).collect())?;
            let pack = pack_of(&draft, &sheet, Some(from))?;
            if let Some(open) = checks(&draft, &sheet, &pack, 0).into_iter().find(|check| check.must && !check.holds) {
                return refused(format!("This does not hold yet: {}.", open.words.trim_end_matches('.')));
            }
            let (have, need) = (standing(&draft, &approvals(&**tx, draft.id).await?), draft.approvals_needed);
            if have < need {
                return refused(format!("{have} of {need} approve it as it stands now. It can go out when all {need} do."));
            }
            if from < cx.today() {
                return refused("That day lies behind us. People act by the words that they could read.".to_owned());
            }
            let versions = published::versions(&**tx).await?;
            if versions.iter().any(|version| version.key == draft.key && version.version == draft.number) {
                let number = draft.number;
                return refused(format!(
                    "Version {number} came in as a file meanwhile. Take this draft along as a file, drop it, and begin the next one."
                ));
            }
            if let Some(other) = publish::not_before(&versions, &draft.key, from) {
                let (problem, advice) = publish::too_early(other);
                return refused(format!("{problem} {advice}"));
            }
            let moment = Moment { tx, engine: cx.db().engine(), now: cx.now };
            let passages = passages(&sheet, &signed);
            let published =
                publish::publish(&moment, &pack, &pack.fingerprint()?, Some((draft.base_id, passages.as_slice()))).await?;
            publish::begins(&moment, from).await?;
            db::exec(
                &**tx,
                "update framework_draft set published_at = $2, published_by = $3, framework_id = $4 where id = $1",
                vec![draft.id.into(), cx.now.into(), may.who().person.into(), published.into()],
            )
            .await?;
            let detail = format!("version {}, from {from}", draft.number);
            told(tx, cx, may.who().into(), &draft, "practices published", &detail).await
        })
        .await
}

/// What becomes of each practice, line by line, with reasons and who gave them.
fn passages(sheet: &Sheet, signed: &[Signed]) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut add = |from: Option<&String>, to: Option<&String>, fate: Fate, line: i32, reason: &str| {
        let one = signed.iter().find(|one| one.line.number == line);
        passages.push(Passage {
            from: from.cloned(),
            to: to.cloned(),
            fate,
            reason: reason.to_owned(),
            decided_by: one.map(|one| one.by_id),
        });
    };
    for line in sheet.standing() {
        if line.origins.is_empty() {
            add(None, Some(&line.says.code), Fate::New, line.number, &line.reason);
        }
        for origin in &line.origins {
            let fate = lineage::fate_of(
                sheet.onward(origin).count(),
                line.origins.len(),
                sheet.was(line).is_some_and(|was| super::rules::is_reworded(was, &line.says)),
            );
            add(Some(origin), Some(&line.says.code), fate, line.number, &line.reason);
        }
    }
    for old in &sheet.base {
        if let Some(ended) = sheet.ended(&old.code) {
            add(Some(&old.code), None, Fate::Retired, ended.number, &ended.reason);
        }
    }
    passages
}
