//! The only place where theories of action change.

use chrono::NaiveDate;
use partnerships::partnerships::{Partnership, Record};
use platform::db::FromQueryResult;
use platform::{
    Cx, Error,
    access::{May, Standing},
    audit::{self, Actor},
    db::{self, Engine, Tx},
    search::{self, Audience},
};

use super::{
    Node,
    draft::{self, Direction},
    key_of,
    store::{self, NewVersion},
    subject_of,
};
use crate::TheoryVersionId;

/// Puts the search's document of a partnership's theory in place: what counts today.
pub(super) async fn index(tx: &Tx, engine: Engine, partnership: &Partnership, today: NaiveDate) -> Result<(), Error> {
    let Some(theory) = store::counting_of(&**tx, partnership.id, today).await? else { return Ok(()) };
    let texts: Vec<&str> = theory.nodes.iter().map(|node| node.text.as_str()).collect();
    let note = format!("Version {}", theory.version.number);
    let audience = Audience::Site(partnership.site_slug.clone());
    search::put(tx, engine, &subject_of(partnership), &note, &texts.join(" "), &audience).await?;
    Ok(())
}

async fn told(tx: &Tx, cx: &Cx, may: &May<Record, Partnership>, action: &str, detail: &str) -> Result<(), Error> {
    let subject = subject_of(may.thing());
    Ok(audit::record(tx, cx.db().engine(), cx.now, &Actor::from(may.who()), action, &subject, detail).await?)
}

/// Begins a draft of the next version with these nodes; `origin` says in words where they are from.
///
/// # Errors
/// Refused when a draft is being written already.
pub(super) async fn begin(may: &May<Record, Partnership>, cx: &Cx, origin: &str, nodes: &[Node]) -> Result<(), Error> {
    let id = TheoryVersionId(cx.new_id());
    cx.db()
        .write(async |tx| {
            if draft_with(tx, cx, may.who(), may.thing(), id, origin, nodes).await? {
                return Ok(());
            }
            Err(Error::Refused("A draft is being written already. Go on with that one.".to_owned()))
        })
        .await
}

/// Begins a draft, in the transaction of what it comes from, unless one is being written already; answers whether it did.
async fn draft_with(
    tx: &Tx,
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    id: TheoryVersionId,
    origin: &str,
    nodes: &[Node],
) -> Result<bool, Error> {
    let versions = store::versions(&**tx, partnership.id).await?;
    if versions.iter().any(|version| version.published_at.is_none()) {
        return Ok(false);
    }
    let number = versions.first().map_or(0, |version| version.number) + 1;
    let version = NewVersion {
        id,
        key: key_of(partnership, number),
        partnership: partnership.id,
        number,
        effective_from: None,
        why_changed: String::new(),
        origin: origin.to_owned(),
        begun_at: cx.now,
        published_at: None,
        published_by: None,
    };
    store::insert_versions(&**tx, vec![version]).await?;
    let fresh: Vec<Node> = nodes.iter().map(|node| Node { version: 1, ..node.clone() }).collect();
    store::insert_nodes(&**tx, &[(id, &fresh)], || cx.new_id()).await?;
    let (engine, subject) = (cx.db().engine(), subject_of(partnership));
    let detail = format!("version {number}, {origin}");
    audit::record(tx, engine, cx.now, &Actor::from(who), "theory of action drafted", &subject, &detail).await?;
    Ok(true)
}

/// Begins a draft of the next version as what stands, in the transaction of a renewal; answers whether it did: there may be nothing to
/// carry over, or a draft already.
///
/// # Errors
/// The database's own.
pub(crate) async fn carry_over(
    tx: &Tx,
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    draft: TheoryVersionId,
    origin: &str,
) -> Result<bool, Error> {
    let Some(theory) = store::counting_of(&**tx, partnership.id, cx.today()).await? else { return Ok(false) };
    draft_with(tx, cx, who, partnership, draft, origin, &theory.nodes).await
}

/// Drops a draft that was carried over, as long as nobody has changed it or put it out.
///
/// # Errors
/// The database's own.
pub(crate) async fn drop_untouched(
    tx: &Tx,
    cx: &Cx,
    who: &Standing,
    partnership: &Partnership,
    draft: TheoryVersionId,
) -> Result<(), Error> {
    let sql = "select v.number from theory_version v where v.id = $1 and v.published_at is null
         and not exists (select 1 from theory_step s where s.version_id = v.id)";
    let Some(number) = db::scalar::<i32>(&**tx, sql, vec![draft.into()]).await? else { return Ok(()) };
    store::remove_nodes(&**tx, draft).await?;
    db::exec(&**tx, "delete from theory_version where id = $1", vec![draft.into()]).await?;
    let (engine, subject) = (cx.db().engine(), subject_of(partnership));
    let (actor, detail) = (Actor::from(who), format!("version {number}"));
    audit::record(tx, engine, cx.now, &actor, "draft of a theory of action dropped", &subject, &detail).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct DraftRow {
    id: TheoryVersionId,
    number: i32,
    version: i32,
}

/// The draft, held for this transaction: others who change it wait.
async fn held(tx: &Tx, partnership: &Partnership) -> Result<DraftRow, Error> {
    let sql = "update theory_version set version = version + 1 where partnership_id = $1 and published_at is null";
    db::exec(&**tx, sql, vec![partnership.id.into()]).await?;
    let sql = "select id, number, version from theory_version where partnership_id = $1 and published_at is null";
    db::one(&**tx, sql, vec![partnership.id.into()]).await?.ok_or(Error::NotFound)
}

/// Changes the draft by a rule that answers what it did, and keeps what stood before. Answers the number of the step.
async fn change(
    may: &May<Record, Partnership>,
    cx: &Cx,
    rule: impl AsyncFnOnce(&Tx, TheoryVersionId, &mut Vec<Node>) -> Result<String, Error>,
) -> Result<i32, Error> {
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.thing()).await?;
            let before = store::nodes_of(&**tx, draft.id).await?;
            let mut nodes = before.clone();
            let what = rule(tx, draft.id, &mut nodes).await?;
            store::remove_nodes(&**tx, draft.id).await?;
            store::insert_nodes(&**tx, &[(draft.id, &nodes)], || cx.new_id()).await?;
            let kept = serde_json::to_string(&before)?;
            db::exec(
                &**tx,
                "insert into theory_step (version_id, number, what, nodes_before, author_id, at) values ($1, $2, $3, $4, $5, $6)",
                vec![
                    draft.id.into(),
                    draft.version.into(),
                    what.as_str().into(),
                    kept.into(),
                    may.who().person.into(),
                    cx.now.into(),
                ],
            )
            .await?;
            told(tx, cx, may, "theory of action changed", &format!("draft of version {}: {what}", draft.number)).await?;
            Ok(draft.version)
        })
        .await
}

/// Adds a node to the draft; answers the step, and the node with the key that it got.
pub(super) async fn add(may: &May<Record, Partnership>, cx: &Cx, mut node: Node) -> Result<(i32, Node), Error> {
    let step = change(may, cx, async |_, _, nodes| draft::add(nodes, &mut node)).await?;
    Ok((step, node))
}

/// Puts other words into a node that was opened at this version; answers the step.
pub(super) async fn reword(may: &May<Record, Partnership>, cx: &Cx, version: i32, node: Node) -> Result<i32, Error> {
    change(may, cx, async |_, _, nodes| draft::reword(nodes, version, node)).await
}

/// Moves a node among those beside it; answers the step.
pub(super) async fn place(may: &May<Record, Partnership>, cx: &Cx, key: &str, direction: Direction) -> Result<i32, Error> {
    change(may, cx, async |_, _, nodes| draft::place(nodes, key, direction)).await
}

/// Takes a node out, with everything below it; answers the step. Where a version was seen, only in that one.
pub(super) async fn remove(may: &May<Record, Partnership>, cx: &Cx, key: &str, seen: Option<i32>) -> Result<i32, Error> {
    change(may, cx, async |_, _, nodes| draft::remove(nodes, key, seen)).await
}

/// Brings back what stood before a step. That is a step of its own, so nothing is lost by it.
pub(super) async fn restore(may: &May<Record, Partnership>, cx: &Cx, step: i32) -> Result<i32, Error> {
    change(may, cx, async |tx, draft, nodes| {
        let sql = "select what, nodes_before from theory_step where version_id = $1 and number = $2";
        let (what, kept) = match db::one::<KeptStep>(&**tx, sql, vec![draft.into(), step.into()]).await? {
            Some(kept) => (kept.what, kept.nodes_before),
            None => return Err(Error::NotFound),
        };
        *nodes = draft::brought_back(nodes, serde_json::from_str(&kept)?);
        Ok(format!("as it was before “{what}”"))
    })
    .await
}

#[derive(FromQueryResult)]
struct KeptStep {
    what: String,
    nodes_before: String,
}

/// Drops the draft, with its steps; where a version of it was seen, only in that one.
pub(super) async fn drop_draft(may: &May<Record, Partnership>, cx: &Cx, seen: Option<i32>) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            let draft = held(tx, may.thing()).await?;
            if seen.is_some_and(|seen| draft.version != seen + 1) {
                return Err(Error::Stale);
            }
            store::remove_nodes(&**tx, draft.id).await?;
            for table in ["theory_step where version_id", "theory_version where id"] {
                db::exec(&**tx, &format!("delete from {table} = $1"), vec![draft.id.into()]).await?;
            }
            told(tx, cx, may, "draft of a theory of action dropped", &format!("version {}", draft.number)).await
        })
        .await
}

/// Puts the draft out as the next version, as it was seen: from a day on, for a reason.
///
/// # Errors
/// Stale when somebody changed it meanwhile; refused when it has no aim or would count from before the version before it.
pub(super) async fn publish(
    may: &May<Record, Partnership>,
    cx: &Cx,
    seen: i32,
    from: NaiveDate,
    why: &str,
) -> Result<i32, Error> {
    let partnership = may.thing();
    cx.db()
        .write(async |tx| {
            let draft = held(tx, partnership).await?;
            if draft.version != seen + 1 {
                return Err(Error::Stale);
            }
            let nodes = store::nodes_of(&**tx, draft.id).await?;
            draft::may_go_out(&nodes).map_err(Error::Refused)?;
            let sql = "select max(effective_from) from theory_version where partnership_id = $1";
            if db::scalar::<NaiveDate>(&**tx, sql, vec![partnership.id.into()]).await?.is_some_and(|before| from < before) {
                return Err(Error::Refused("A version can’t count from before the one that it follows.".to_owned()));
            }
            db::exec(
                &**tx,
                "update theory_version set effective_from = $2, why_changed = $3, published_at = $4, published_by = $5 where id = $1",
                vec![draft.id.into(), from.into(), why.into(), cx.now.into(), may.who().person.into()],
            )
            .await?;
            // The steps led here; what is out has its own history from version to version.
            db::exec(&**tx, "delete from theory_step where version_id = $1", vec![draft.id.into()]).await?;
            told(tx, cx, may, "theory of action put out", &format!("version {}, from {from}: {why}", draft.number)).await?;
            index(tx, cx.db().engine(), partnership, cx.today()).await?;
            Ok(draft.number)
        })
        .await
}
