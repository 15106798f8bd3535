//! What a cycle is made of: goals, actions of the plan, entries of the log, learnings. Each is written, changed, taken out and
//! brought back in the same way; each says here what it holds.

mod action;
mod goal;
mod learning;
mod log_entry;
pub(super) mod verbs;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use platform::{
    Cx, Error,
    access::{PathIds, Standing, Thing},
    db::{self, ConnectionTrait, FromQueryResult, PersonId, Value},
    web::Form,
};
use uuid::Uuid;

pub(super) use action::Action;
pub(super) use goal::Goal;
pub(super) use learning::Learning;
pub(super) use log_entry::LogEntry;

use super::{
    CycleThere,
    store::{self, Candidate},
};
use crate::frameworks::Framework;

/// What a form of a part refers to.
pub(super) struct World {
    pub today: NaiveDate,
    pub who: PersonId,
    /// Who can be named.
    pub people: Vec<Candidate>,
    pub framework: Option<std::sync::Arc<Framework>>,
}

impl World {
    pub(super) async fn read(cx: &Cx, who: &Standing, there: &CycleThere) -> Result<Self, Error> {
        let people = store::candidates(cx.db().read(), &there.owner, Some(there.cycle.id), cx.today()).await?;
        Ok(Self { today: cx.today(), who: who.person, people, framework: there.owner.framework(cx, there.cycle.year()).await? })
    }

    /// The codes in a field, parted by commas; refused when the framework has none of that code.
    fn codes(&self, form: &mut Form, name: &str) -> Option<BTreeSet<String>> {
        let text = form.optional(name, 300)?;
        let parts = text.split([',', ';', ' ']).map(str::trim).filter(|code| !code.is_empty());
        let codes: BTreeSet<String> = parts.map(str::to_owned).collect();
        // A code that is no more may stand there from before.
        let unknown = |code: &&String| self.framework.as_ref().is_some_and(|framework| !framework.knew(code));
        if let Some(code) = codes.iter().find(unknown) {
            form.refuse(name, format!("There is no practice {code}. Codes look like 2.2.3; please part them by commas."));
            return None;
        }
        Some(codes)
    }
}

/// A part of a cycle, as somebody says it.
pub(super) trait Kept: FromQueryResult + Clone + Send + Sync + 'static {
    /// The table that holds it.
    const TABLE: &'static str;
    /// What stands for it in addresses.
    const PATH: &'static str;
    /// The name of its key in routes.
    const ID: &'static str;
    /// What people call it.
    const WORD: &'static str;
    /// Where on the cycle's page it stands.
    const PLACE: &'static str;
    /// The columns that a query needs.
    const COLUMNS: &'static str;
    /// Whether it has a place among its like.
    const IS_ORDERED: bool;
    /// Whether a table beside it holds practices.
    const HAS_PRACTICES: bool;
    /// Columns that are said once, when it is written, and stay.
    const STAY: &'static [&'static str] = &[];
    /// The column of files that names what they hang on; empty where none can.
    const FILES: &'static str = "";
    /// Whether it is changed by nobody but its author.
    const IS_ITS_AUTHORS: bool;

    /// Reads a form; what is wrong gets its word there.
    fn read(form: &mut Form, world: &World) -> Option<Self>;
    /// The form before anybody typed, in a new one.
    fn blank(world: &World) -> Form;
    /// The form over what stands.
    fn form(&self, world: &World) -> Form;
    /// All of it in words, a line each: what the history keeps, and what stands beside a form when two people were at it.
    fn said(&self, world: &World) -> String;
    /// The columns that it fills.
    fn values(&self) -> Vec<(&'static str, Value)>;
    /// The practices that it names.
    fn practices(&self) -> Option<&BTreeSet<String>> {
        None
    }
    /// Takes the practices that the table beside it holds.
    fn with_practices(self, _: BTreeSet<String>) -> Self {
        self
    }
}

#[derive(FromQueryResult)]
struct Meta {
    id: Uuid,
    version: i32,
    is_removed: bool,
    author_id: Option<PersonId>,
}

/// A part with the cycle that it belongs to; also one that was taken out, so that it can come back.
pub(super) struct PartThere<N> {
    pub there: CycleThere,
    pub part: N,
    pub id: Uuid,
    pub key: String,
    pub version: i32,
    pub is_removed: bool,
    /// Whose name it carries, where that says who may change it.
    pub author: Option<PersonId>,
}

/// A part as it stands now.
pub(super) async fn load<N: Kept>(
    on: &impl ConnectionTrait,
    there: &CycleThere,
    key: &str,
) -> Result<Option<(Uuid, i32, bool, Option<PersonId>, N)>, Error> {
    let sql = format!(
        "select x.id, x.version, x.removed_at is not null as is_removed, h.id as author_id from {} x
         left join person h on {} where x.cycle_id = $1 and x.key = $2",
        N::TABLE,
        if N::IS_ITS_AUTHORS { "h.id = x.author_id" } else { "1 = 0" },
    );
    let Some(meta) = db::one::<Meta>(on, &sql, vec![there.cycle.id.into(), key.into()]).await? else { return Ok(None) };
    let sql = format!("select {} from {} x where x.id = $1", N::COLUMNS, N::TABLE);
    let Some(part) = db::one::<N>(on, &sql, vec![meta.id.into()]).await? else { return Ok(None) };
    let part = if N::HAS_PRACTICES {
        #[derive(FromQueryResult)]
        struct Code {
            code: String,
        }
        let sql = format!("select code from {0}_practice where {0}_id = $1", N::TABLE);
        let codes = db::rows::<Code>(on, &sql, vec![meta.id.into()]).await?;
        part.with_practices(codes.into_iter().map(|row| row.code).collect())
    } else {
        part
    };
    Ok(Some((meta.id, meta.version, meta.is_removed, meta.author_id, part)))
}

impl<N: Kept> Thing for PartThere<N> {
    const NAME: &'static str = N::WORD;

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let key = ids.get(N::ID)?.to_owned();
        // Pages name its cycle too; programs know it by its own key.
        let cycle = match ids.get("cycle") {
            Ok(cycle) => Some(cycle.to_owned()),
            Err(_) => store::cycle_of(cx.db().read(), N::TABLE, &key).await?,
        };
        let Some(cycle) = cycle else { return Ok(None) };
        let Some(there) = CycleThere::seen_by(cx, who, &cycle).await? else { return Ok(None) };
        let found = load::<N>(cx.db().read(), &there, &key).await?;
        Ok(found.map(|(id, version, is_removed, author, part)| Self { there, part, id, key, version, is_removed, author }))
    }
}

/// A line of what is said, left out when nothing is.
fn line(label: &str, said: impl Into<String>) -> Option<String> {
    let said = said.into();
    (!said.is_empty()).then(|| format!("{label}: {said}"))
}

fn lines(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// A number that may be left out.
fn figure(form: &mut Form, name: &str) -> Option<Option<f64>> {
    if form.value(name).trim().is_empty() {
        Some(None)
    } else {
        form.number(name, -super::FIGURE_MOST, super::FIGURE_MOST).map(Some)
    }
}

/// A choice out of a list; an empty one is taken where the list need not be answered.
fn choice(form: &mut Form, name: &str, list: &[(&str, &str)], ask: &str) -> Option<String> {
    let chosen = form.value(name).to_owned();
    if list.iter().any(|(key, _)| *key == chosen) || (ask.is_empty() && chosen.is_empty()) {
        return Some(chosen);
    }
    form.refuse(name, if ask.is_empty() { "Please choose one of these." } else { ask });
    None
}
