//! The only place where drafts of frameworks change.

use platform::{
    Cx, Error,
    access::{May, actions::Edit},
    audit::{self, Actor},
    db::{self, PersonId, Tx},
    room::Subject,
};

use super::{
    super::{Framework, pack, store as published},
    policy::{Begin, OpenDraft, Versions},
    rules::{self, Direction, Part, Sheet},
    store::{self, Draft, Drafter},
};
use crate::FrameworkDraftId;

/// The kind of subject that a draft is.
pub(crate) const DRAFT: &str = "framework-draft";
/// Where it is written.
pub(crate) const HREF: &str = "/practices/draft";

impl Draft {
    /// The key of the version to be: `vi-pit-2`.
    pub(super) fn version_key(&self) -> String {
        format!("{}-{}", self.key, self.number)
    }

    /// How other rooms name it.
    pub(crate) fn subject(&self) -> Subject {
        Subject {
            kind: DRAFT,
            key: self.version_key(),
            title: format!("{}, draft of version {}", self.title, self.number),
            href: HREF.to_owned(),
        }
    }

    /// What is published, and the lines that become of it.
    pub(super) fn sheet(&self, lines: Vec<rules::Line>) -> Result<Sheet, Error> {
        Ok(Sheet { base: self.pack()?.practices, lines })
    }

    /// The version that the draft began from, as a content pack.
    pub(crate) fn pack(&self) -> Result<pack::Pack, Error> {
        read_source(&self.frame)
    }
}

/// A version as its content pack says it.
pub(crate) fn read_source(source: &str) -> Result<pack::Pack, Error> {
    pack::read("framework", source).map_err(|refused| {
        let words = refused.first().map(ToString::to_string).unwrap_or_default();
        Error::Ours(format!("the source of a published framework can't be read: {words}"))
    })
}

pub(super) async fn told(tx: &Tx, cx: &Cx, who: Actor, draft: &Draft, action: &str, detail: &str) -> Result<(), Error> {
    Ok(audit::record(tx, cx.db().engine(), cx.now, &who, action, &draft.subject(), detail).await?)
}

/// What a new draft is to be.
pub(super) struct Beginning {
    pub title: String,
    pub note: String,
    pub approvals_needed: i32,
}

/// Begins a draft of the next version with all that is published.
///
/// # Errors
/// Refused when one is being written already, or nothing is published whose source is known.
pub(super) async fn begin(may: &May<Begin, Versions>, cx: &Cx, beginning: &Beginning) -> Result<(), Error> {
    let id = FrameworkDraftId(cx.new_id());
    cx.db()
        .write(async |tx| {
            if store::open(&**tx).await?.is_some() {
                return Err(Error::Refused("A draft is being written already. Go on with that one.".to_owned()));
            }
            let nothing = || Error::Refused("Nothing is published yet. Import a content pack first.".to_owned());
            let base = Framework::current(&**tx, cx.today()).await?.ok_or_else(nothing)?;
            let source = published::source(&**tx, base.id).await?;
            if source.is_empty() {
                return Err(Error::Refused(
                    "The framework was published before its source was kept: import its content pack again as a new version."
                        .to_owned(),
                ));
            }
            let draft = Draft {
                id,
                base_id: base.id,
                key: base.key.clone(),
                number: store::highest(&**tx, &base.key).await? + 1,
                title: beginning.title.clone(),
                frame: source,
                note: beginning.note.clone(),
                approvals_needed: beginning.approvals_needed,
                begun_by: may.who().name.clone(),
                begun_at: cx.now,
                steps: 0,
            };
            insert(tx, &draft, may.who().person).await?;
            let sql = "insert into framework_drafter (draft_id, person_id) values ($1, $2)";
            db::exec(&**tx, sql, vec![id.into(), may.who().person.into()]).await?;
            let sheet = Sheet::begin(draft.pack()?.practices);
            store::add(tx, id, sheet.lines.iter(), (may.who().person, cx.now)).await?;
            told(tx, cx, may.who().into(), &draft, "draft of the practices begun", &draft.note).await
        })
        .await
}

async fn insert(tx: &Tx, draft: &Draft, by: PersonId) -> Result<(), Error> {
    db::exec(
        &**tx,
        "insert into framework_draft (id, base_id, key, number, title, frame, note, approvals_needed, begun_by, begun_at, steps)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        vec![
            draft.id.into(),
            draft.base_id.into(),
            draft.key.clone().into(),
            draft.number.into(),
            draft.title.clone().into(),
            draft.frame.clone().into(),
            draft.note.clone().into(),
            draft.approvals_needed.into(),
            by.into(),
            draft.begun_at.into(),
            draft.steps.into(),
        ],
    )
    .await?;
    Ok(())
}

/// The draft of this permission, as it is now.
///
/// # Errors
/// Stale when it was published or dropped meanwhile.
pub(super) async fn held(tx: &Tx, id: FrameworkDraftId) -> Result<Draft, Error> {
    store::open(&**tx).await?.filter(|draft| draft.id == id).ok_or(Error::Stale)
}

/// Changes the draft by a rule that answers what it did, and keeps what stood before. Answers the number of the step.
pub(super) async fn change(
    cx: &Cx,
    (who, id): (&platform::access::Standing, FrameworkDraftId),
    reason: &str,
    rule: impl AsyncFnOnce(&Tx, &mut Sheet) -> Result<String, Error>,
) -> Result<i32, Error> {
    cx.db()
        .write(async |tx| {
            let draft = held(tx, id).await?;
            step(tx, cx, who, &draft, reason, rule).await
        })
        .await
}

/// One step of a draft within a transaction; answers its number.
pub(super) async fn step(
    tx: &Tx,
    cx: &Cx,
    who: &platform::access::Standing,
    draft: &Draft,
    reason: &str,
    rule: impl AsyncFnOnce(&Tx, &mut Sheet) -> Result<String, Error>,
) -> Result<i32, Error> {
    let before: Vec<rules::Line> = store::lines(&**tx, draft.id).await?.into_iter().map(|signed| signed.line).collect();
    let mut sheet = draft.sheet(before.clone())?;
    let what = rule(tx, &mut sheet).await?;
    let kept = rules::kept(&before, &sheet.lines);
    let by = (who.person, cx.now);
    store::add(tx, draft.id, kept.iter().filter(|one| one.before.is_none()).map(|one| &one.after), by).await?;
    for one in kept.iter().filter(|one| one.before.is_some()) {
        store::put(tx, draft.id, &one.after, by).await?;
    }
    // Two steps at the same moment began from the same lines: the later one has not seen what the other did.
    let number = draft.steps + 1;
    let sql = "update framework_draft set steps = $2 where id = $1 and steps = $3";
    if db::exec(&**tx, sql, vec![draft.id.into(), number.into(), draft.steps.into()]).await? == 0 {
        return Err(Error::Stale);
    }
    db::exec(
        &**tx,
        "insert into framework_draft_step (draft_id, number, what, reason, kept, author_id, at) values ($1, $2, $3, $4, $5, $6, $7)",
        vec![
            draft.id.into(),
            number.into(),
            what.as_str().into(),
            reason.into(),
            serde_json::to_string(&kept)?.into(),
            who.person.into(),
            cx.now.into(),
        ],
    )
    .await?;
    let detail = if reason.is_empty() { what } else { format!("{what}: {reason}") };
    told(tx, cx, who.into(), draft, "draft of the practices changed", &detail).await?;
    Ok(number)
}

type MayEdit = May<Edit, OpenDraft>;

fn by(may: &MayEdit) -> (&platform::access::Standing, FrameworkDraftId) {
    (may.who(), may.draft.id)
}

/// Adds a practice that was not there before; answers the step.
pub(super) async fn add(may: &MayEdit, cx: &Cx, says: pack::Practice, reason: &str) -> Result<i32, Error> {
    change(cx, by(may), reason, async |_, sheet| sheet.add(says, reason)).await
}

/// Lets a practice that was opened at this version say something else; answers the step.
pub(super) async fn reword(
    may: &MayEdit,
    cx: &Cx,
    (number, version): (i32, i32),
    says: pack::Practice,
    reason: &str,
) -> Result<i32, Error> {
    change(cx, by(may), reason, async |_, sheet| sheet.change(number, version, says, reason)).await
}

/// Splits a practice; answers the step.
pub(super) async fn split(
    may: &MayEdit,
    cx: &Cx,
    (number, version): (i32, i32),
    parts: &[Part],
    reason: &str,
) -> Result<i32, Error> {
    change(cx, by(may), reason, async |_, sheet| sheet.split(number, version, parts, reason)).await
}

/// Lets a practice take others in; answers the step.
pub(super) async fn merge(
    may: &MayEdit,
    cx: &Cx,
    line: (i32, i32),
    others: &[(i32, i32)],
    words: (&str, &str),
    reason: &str,
) -> Result<i32, Error> {
    change(cx, by(may), reason, async |_, sheet| sheet.merge(line, others, words, reason)).await
}

/// Ends a practice; answers the step.
pub(super) async fn retire(may: &MayEdit, cx: &Cx, (number, version): (i32, i32), reason: &str) -> Result<i32, Error> {
    change(cx, by(may), reason, async |_, sheet| sheet.retire(number, version, reason)).await
}

/// Lets a retired practice stand again; answers the step.
pub(super) async fn bring_back(may: &MayEdit, cx: &Cx, (number, version): (i32, i32), reason: &str) -> Result<i32, Error> {
    change(cx, by(may), reason, async |_, sheet| sheet.bring_back(number, version, reason)).await
}

/// Moves a practice among the others; answers the step.
pub(super) async fn place(may: &MayEdit, cx: &Cx, number: i32, direction: Direction) -> Result<i32, Error> {
    change(cx, by(may), "", async |_, sheet| sheet.place(number, direction)).await
}

/// Takes a step back. That is a step of its own, so nothing is lost by it.
///
/// # Errors
/// Refused when what it changed was changed again since.
pub(super) async fn undo(may: &MayEdit, cx: &Cx, number: i32) -> Result<i32, Error> {
    let draft = may.draft.id;
    cx.db()
        .write(async |tx| {
            let held = held(tx, draft).await?;
            let kept = store::step(&**tx, draft, number).await?.ok_or(Error::NotFound)?;
            if kept.undone_by.is_some() {
                return Err(Error::Refused("That step was undone before.".to_owned()));
            }
            let lines: Vec<rules::Kept> = serde_json::from_str(&kept.kept)?;
            let undone = step(tx, cx, may.who(), &held, "", async |_, sheet| sheet.undo(&kept.what, &lines)).await?;
            let sql = "update framework_draft_step set undone_by = $3 where draft_id = $1 and number = $2";
            db::exec(&**tx, sql, vec![draft.into(), number.into(), undone.into()]).await?;
            Ok(undone)
        })
        .await
}

/// Drops the draft; its lines and steps stay in the database, out of sight.
///
/// # Errors
/// Stale when it is not as it was seen any more.
pub(super) async fn drop_draft(may: &MayEdit, cx: &Cx, seen: i32) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.draft.id).await?;
            if draft.steps != seen {
                return Err(Error::Stale);
            }
            let sql = "update framework_draft set dropped_at = $2 where id = $1";
            db::exec(&**tx, sql, vec![draft.id.into(), cx.now.into()]).await?;
            told(tx, cx, may.who().into(), &draft, "draft of the practices dropped", "").await
        })
        .await
}

/// Lets somebody of staff write at the draft too; nobody where no one of staff has that key.
///
/// # Errors
/// Refused when that person writes at it already.
pub(super) async fn add_drafter(may: &MayEdit, cx: &Cx, person: &str) -> Result<Option<Drafter>, Error> {
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.draft.id).await?;
            let staff = store::staff(&**tx).await?;
            let Some(chosen) = staff.into_iter().find(|one| one.slug == person) else { return Ok(None) };
            let sql = "insert into framework_drafter (draft_id, person_id) values ($1, $2) on conflict do nothing";
            if db::exec(&**tx, sql, vec![draft.id.into(), chosen.person_id.into()]).await? == 0 {
                return Err(Error::Refused(format!("{} drafts already.", chosen.name)));
            }
            told(tx, cx, may.who().into(), &draft, "somebody drafts the practices too", &chosen.name).await?;
            Ok(Some(chosen))
        })
        .await
}

/// Takes that back; answers from whom.
///
/// # Errors
/// Not found when that person does not write at it; refused for the last one who does.
pub(super) async fn remove_drafter(may: &MayEdit, cx: &Cx, person: &str) -> Result<Drafter, Error> {
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.draft.id).await?;
            // Two who take each other off at the same moment wait for each other here, so that one of them stays.
            db::exec(&**tx, "update framework_draft set steps = steps where id = $1", vec![draft.id.into()]).await?;
            let drafters = store::drafters(&**tx, draft.id).await?;
            let is_last = drafters.len() == 1;
            let chosen = drafters.into_iter().find(|one| one.slug == person).ok_or(Error::NotFound)?;
            if is_last {
                let name = &chosen.name;
                return Err(Error::Refused(format!("Nobody but {name} drafts. Let somebody else draft too, or drop the draft.")));
            }
            let sql = "delete from framework_drafter where draft_id = $1 and person_id = $2";
            if db::exec(&**tx, sql, vec![draft.id.into(), chosen.person_id.into()]).await? > 0 {
                told(tx, cx, may.who().into(), &draft, "somebody drafts the practices no longer", &chosen.name).await?;
            }
            Ok(chosen)
        })
        .await
}
