//! Queries about theories of action.

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::PartnershipId;
use platform::db::{ConnectionTrait, DbErr, FromQueryResult, Value};
use platform::{
    Error,
    db::{self, PersonId},
    paging::{Page, Window},
};
use uuid::Uuid;

use super::{Measure, MeasureKind, Node, NodeKind, Theory, TheoryVersion};
use crate::TheoryVersionId;

const VERSION: &str = "select v.id, v.number, v.effective_from, v.why_changed, v.origin, v.published_at, a.name as published_by,
    v.version from theory_version v left join person a on a.id = v.published_by";

/// All versions of a partnership, the newest first; a draft among them.
pub(super) async fn versions(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Vec<TheoryVersion>, DbErr> {
    db::rows(on, &format!("{VERSION} where v.partnership_id = $1 order by v.number desc"), vec![partnership.into()]).await
}

/// The version that counts on a day: the newest that has begun, else the first that will.
pub(super) fn counting(versions: &[TheoryVersion], today: NaiveDate) -> Option<&TheoryVersion> {
    let out = || versions.iter().filter(|version| version.published_at.is_some());
    out().find(|version| version.effective_from.is_some_and(|from| from <= today)).or_else(|| out().next_back())
}

/// The version that counts on a day, with its nodes: three queries.
pub(crate) async fn counting_of(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
    today: NaiveDate,
) -> Result<Option<Theory>, Error> {
    let versions = versions(on, partnership).await?;
    let id = counting(&versions, today).map(|version| version.id);
    // A partnership without one asks as often, so that a page's count does not hang on it.
    let nodes = nodes_of(on, id.unwrap_or(TheoryVersionId(Uuid::nil()))).await?;
    Ok(versions.into_iter().find(|version| Some(version.id) == id).map(|version| Theory { version, nodes }))
}

/// The draft of a partnership, with its nodes: three queries.
///
/// # Errors
/// Not found where none is being written.
pub(super) async fn draft_of(on: &impl ConnectionTrait, partnership: PartnershipId) -> Result<Theory, Error> {
    let versions = versions(on, partnership).await?;
    let version = versions.into_iter().find(|version| version.published_at.is_none()).ok_or(Error::NotFound)?;
    let nodes = nodes_of(on, version.id).await?;
    Ok(Theory { version, nodes })
}

#[derive(FromQueryResult)]
struct NodeRow {
    version_id: TheoryVersionId,
    key: String,
    parent: Option<String>,
    kind: String,
    text: String,
    students: String,
    because: String,
    indicators: String,
    measure: String,
    measure_kind: String,
    baseline: Option<f64>,
    target: Option<f64>,
    version: i32,
}

#[derive(FromQueryResult)]
struct PracticeRow {
    version_id: TheoryVersionId,
    key: String,
    code: String,
}

fn node(row: NodeRow) -> Result<(TheoryVersionId, Node), Error> {
    let kind = NodeKind::from_key(&row.kind).ok_or_else(|| Error::Ours(format!("a node of a theory is a {}", row.kind)))?;
    let measure = MeasureKind::from_key(&row.measure_kind).map(|kind| Measure {
        name: row.measure,
        kind,
        baseline: row.baseline,
        target: row.target,
    });
    let node = Node {
        key: row.key,
        parent: row.parent,
        kind,
        text: row.text,
        students: row.students,
        because: row.because,
        practices: Vec::new(),
        indicators: row.indicators.split_whitespace().map(str::to_owned).collect(),
        measure,
        version: row.version,
    };
    Ok((row.version_id, node))
}

/// The nodes of a version, in their order: two queries.
pub(super) async fn nodes_of(on: &impl ConnectionTrait, version: TheoryVersionId) -> Result<Vec<Node>, Error> {
    let all = nodes_where(on, "n.version_id = $1", vec![version.into()]).await?;
    Ok(all.into_iter().map(|(_, node)| node).collect())
}

/// The nodes of several versions, each with the version that it is of: two queries.
pub(super) async fn nodes_of_all(
    on: &impl ConnectionTrait,
    versions: &[TheoryVersionId],
) -> Result<Vec<(TheoryVersionId, Node)>, Error> {
    let of = format!("n.version_id in ({})", db::placeholders(1, versions.len()));
    nodes_where(on, &of, versions.iter().map(|id| (*id).into()).collect()).await
}

async fn nodes_where(on: &impl ConnectionTrait, of: &str, params: db::Params) -> Result<Vec<(TheoryVersionId, Node)>, Error> {
    let sql = format!(
        "select n.version_id, n.key, n.parent, n.kind, n.text, n.students, n.because, n.indicators, n.measure, n.measure_kind,
           n.baseline, n.target, n.version from theory_node n where {of} order by n.version_id, n.position, n.key"
    );
    let mut nodes = Vec::new();
    for row in db::rows::<NodeRow>(on, &sql, params.clone()).await? {
        nodes.push(node(row)?);
    }
    let sql = format!(
        "select n.version_id, n.key, p.code from theory_node_practice p join theory_node n on n.id = p.node_id
         where {of} order by n.version_id, n.position, n.key, p.position"
    );
    let mut place = 0;
    for row in db::rows::<PracticeRow>(on, &sql, params).await? {
        // Both come in one order, so each row belongs to the node in hand or to a later one.
        while nodes.get(place).is_some_and(|(version, node)| (*version, &node.key) != (row.version_id, &row.key)) {
            place += 1;
        }
        if let Some((_, node)) = nodes.get_mut(place) {
            node.practices.push(row.code);
        }
    }
    Ok(nodes)
}

/// A version as it is put down.
pub(super) struct NewVersion {
    pub id: TheoryVersionId,
    pub key: String,
    pub partnership: PartnershipId,
    pub number: i32,
    pub effective_from: Option<NaiveDate>,
    pub why_changed: String,
    pub origin: String,
    pub begun_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
    pub published_by: Option<PersonId>,
}

/// Puts versions down, without nodes.
pub(super) async fn insert_versions(on: &impl ConnectionTrait, versions: Vec<NewVersion>) -> Result<(), DbErr> {
    let columns =
        "id, key, partnership_id, number, effective_from, why_changed, origin, begun_at, published_at, published_by, version";
    let rows = versions.into_iter().map(|version| {
        vec![
            version.id.into(),
            version.key.into(),
            version.partnership.into(),
            version.number.into(),
            version.effective_from.into(),
            version.why_changed.into(),
            version.origin.into(),
            version.begun_at.into(),
            version.published_at.into(),
            version.published_by.into(),
            1.into(),
        ]
    });
    db::insert(on, "theory_version", columns, rows.collect()).await
}

/// Puts nodes down; `new_id` makes their ids.
pub(super) async fn insert_nodes(
    on: &impl ConnectionTrait,
    nodes: &[(TheoryVersionId, &[Node])],
    new_id: impl Fn() -> Uuid,
) -> Result<(), DbErr> {
    let (mut rows, mut practices): (Vec<Vec<Value>>, Vec<Vec<Value>>) = (Vec::new(), Vec::new());
    for (version, nodes) in nodes {
        for (position, node) in (1_i32..).zip(*nodes) {
            let id = new_id();
            let measure = node.measure.as_ref();
            rows.push(vec![
                id.into(),
                (*version).into(),
                node.key.as_str().into(),
                node.parent.clone().into(),
                node.kind.key().into(),
                position.into(),
                node.text.as_str().into(),
                node.students.as_str().into(),
                node.because.as_str().into(),
                node.indicators.join(" ").into(),
                measure.map_or("", |measure| measure.name.as_str()).into(),
                measure.map_or("", |measure| measure.kind.key()).into(),
                measure.and_then(|measure| measure.baseline).into(),
                measure.and_then(|measure| measure.target).into(),
                node.version.into(),
            ]);
            let codes = (1_i32..).zip(&node.practices);
            practices.extend(codes.map(|(position, code)| vec![id.into(), position.into(), code.as_str().into()]));
        }
    }
    let columns = "id, version_id, key, parent, kind, position, text, students, because, indicators, measure, measure_kind, baseline, \
        target, version";
    db::insert(on, "theory_node", columns, rows).await?;
    db::insert(on, "theory_node_practice", "node_id, position, code", practices).await
}

/// Takes the nodes of a version out, for a draft that is written anew.
pub(super) async fn remove_nodes(on: &impl ConnectionTrait, version: TheoryVersionId) -> Result<(), DbErr> {
    let sql = "delete from theory_node_practice where node_id in (select id from theory_node where version_id = $1)";
    db::exec(on, sql, vec![version.into()]).await?;
    db::exec(on, "delete from theory_node where version_id = $1", vec![version.into()]).await?;
    Ok(())
}

/// A step of a draft, as its history shows it.
#[derive(FromQueryResult)]
pub(super) struct Step {
    pub number: i32,
    pub what: String,
    pub author: String,
    pub at: DateTime<Utc>,
}

const STEP: &str = "select s.number, s.what, a.name as author, s.at from theory_step s join person a on a.id = s.author_id
    where s.version_id = $1";

/// The last steps of a draft, the newest first.
pub(super) async fn steps(on: &impl ConnectionTrait, version: TheoryVersionId) -> Result<Vec<Step>, DbErr> {
    db::rows(on, &format!("{STEP} order by s.number desc limit 30"), vec![version.into()]).await
}

/// A step of a draft.
pub(super) async fn one_step(on: &impl ConnectionTrait, version: TheoryVersionId, number: i32) -> Result<Option<Step>, DbErr> {
    db::one(on, &format!("{STEP} and s.number = $2"), vec![version.into(), number.into()]).await
}

/// A page of a draft's steps, the newest first. A step's key is its number.
pub(super) async fn page_of_steps(
    on: &impl ConnectionTrait,
    version: TheoryVersionId,
    window: Window<'_>,
) -> Result<Page<Step>, DbErr> {
    let mut params: db::Params = vec![version.into()];
    let of_key = "select number from theory_step where version_id = $1 and cast(number as text) = {key}";
    let (bound, ending) = window.clause(&["s.number"], of_key, true, &mut params);
    let rows = db::rows(on, &format!("{STEP}{bound}{ending}"), params).await?;
    Ok(window.page(rows, |step: &Step| step.number.to_string()))
}

/// Key and name of the partnerships that have a theory, other than one, by name.
pub(super) async fn others_with_one(
    on: &impl ConnectionTrait,
    partnership: PartnershipId,
) -> Result<Vec<(String, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        slug: String,
        name: String,
    }
    let sql = "select p.slug, s.name from partnership p join site s on s.id = p.site_id
         where p.id <> $1 and p.id in (select partnership_id from theory_version where published_at is not null)
         order by s.folded, p.slug";
    let rows = db::rows::<Row>(on, sql, vec![partnership.into()]).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.name)).collect())
}

/// A version that is out, with the key of its partnership.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Anywhere {
    pub id: TheoryVersionId,
    pub key: String,
    pub partnership: String,
    pub number: i32,
    pub effective_from: NaiveDate,
    pub why_changed: String,
    pub published_at: DateTime<Utc>,
}

const ANYWHERE: &str = "select v.id, v.key, p.slug as partnership, v.number, v.effective_from, v.why_changed, v.published_at
    from theory_version v join partnership p on p.id = v.partnership_id join site s on s.id = p.site_id
    where v.published_at is not null";

/// The version of that key, if it is out; where `site` names one only when it is of that site.
pub(super) async fn anywhere(on: &impl ConnectionTrait, key: &str, site: Option<&str>) -> Result<Option<Anywhere>, DbErr> {
    let mut sql = format!("{ANYWHERE} and v.key = $1");
    let mut params: db::Params = vec![key.into()];
    if let Some(site) = site {
        params.push(site.into());
        sql.push_str(" and s.slug = $2");
    }
    db::one(on, &sql, params).await
}

/// A page over all partnerships, the newest first.
pub(super) async fn page_anywhere(
    on: &impl ConnectionTrait,
    site: Option<&str>,
    partnership: &str,
    window: Window<'_>,
) -> Result<Page<Anywhere>, DbErr> {
    let (mut sql, mut params) = (ANYWHERE.to_owned(), db::Params::new());
    for (column, value) in [("s.slug", site), ("p.slug", Some(partnership).filter(|slug| !slug.is_empty()))] {
        if let Some(value) = value {
            params.push(value.into());
            sql.push_str(&format!(" and {column} = ${}", params.len()));
        }
    }
    let of_key = "select id from theory_version where key = {key}";
    let (bound, ending) = window.clause(&["v.id"], of_key, true, &mut params);
    let rows = db::rows(on, &format!("{sql}{bound}{ending}"), params).await?;
    Ok(window.page(rows, |row: &Anywhere| row.key.clone()))
}
