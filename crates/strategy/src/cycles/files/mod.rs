//! Photos and files on a cycle: what was noticed in its log, and evidence for its goals. Whoever sees the cycle sees them.

mod forget;
pub(super) mod lines;
pub(super) mod store;
pub(super) mod verbs;

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    access::{Action, PathIds, Policy, Standing, Thing, actions},
    attachments::Facts,
    db::{FromQueryResult, Migration, PersonId},
};
use uuid::Uuid;

pub(crate) use forget::FORGET;

use super::CycleThere;

/// The table that says what hangs where.
pub(crate) const TABLE: &str = "cycle_file";

/// The most files on one entry of a log or one goal.
pub(super) const MOST: i64 = 12;
/// The longest caption, in characters.
pub(super) const CAPTION_MOST: usize = 200;
/// After so many days, what was taken out can't be brought back.
pub(super) const DAYS_KEPT: i64 = 7;

pub(super) fn migration() -> Migration {
    Migration {
        name: "strategy-cycles-003-files",
        why: "Photos and files hang on entries of the log, and on goals as evidence.",
        sql: "create table cycle_file (
  id {uuid} primary key,
  key text not null,
  cycle_id {uuid} not null references cycle (id),
  log_entry_id {uuid} references log_entry (id),
  goal_id {uuid} references goal (id),
  hash text references attached_content (hash),
  name text not null,
  caption text not null,
  author_id {uuid} not null references person (id),
  added_at {instant} not null,
  version integer not null,
  removed_at {instant},
  constraint cycle_file_key unique (key),
  constraint cycle_file_of check ((log_entry_id is null) <> (goal_id is null))
);
create index cycle_file_cycle on cycle_file (cycle_id, goal_id);
create index cycle_file_log_entry on cycle_file (log_entry_id);
create index cycle_file_goal on cycle_file (goal_id);
create index cycle_file_hash on cycle_file (hash);
create index cycle_file_author on cycle_file (author_id);
create index cycle_file_removed on cycle_file (removed_at) where removed_at is not null and hash is not null",
        only: &[],
    }
}

/// A file, as the table has it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct CycleFile {
    pub id: Uuid,
    pub key: String,
    pub log_entry_id: Option<Uuid>,
    pub goal_id: Option<Uuid>,
    pub hash: String,
    pub name: String,
    pub caption: String,
    pub author: String,
    pub added_at: DateTime<Utc>,
    pub version: i32,
    #[row(nested)]
    pub facts: Facts,
}

/// A file that was put on a cycle, together with the cycle; also one that was taken out, so that it can come back.
pub(super) struct FileThere {
    pub there: CycleThere,
    pub file: CycleFile,
    pub is_removed: bool,
    /// Where it hangs: the name of the key in addresses, and the part's own key.
    pub part: (&'static str, String),
    /// The words for where it hangs.
    pub of: String,
    /// Whose name the entry of the log carries, if it hangs on one.
    pub author: Option<PersonId>,
}

impl FileThere {
    /// Where its page is.
    pub(super) fn href(&self) -> String {
        href(&self.there.cycle.href(), &self.file.key)
    }

    /// Where the page of the part is on which it hangs.
    pub(super) fn part_href(&self) -> String {
        format!("{}/{}/{}", self.there.cycle.href(), self.part.0, self.part.1)
    }
}

/// Where the page of a file is.
pub(super) fn href(cycle: &str, key: &str) -> String {
    format!("{cycle}/files/{key}")
}

impl Thing for FileThere {
    const NAME: &'static str = "file";

    async fn find(cx: &Cx, who: &Standing, ids: &PathIds) -> Result<Option<Self>, Error> {
        let Some(there) = CycleThere::seen_by(cx, who, ids.get("cycle")?).await? else { return Ok(None) };
        Ok(store::one(cx.db().read(), there, ids.get("file")?).await?)
    }
}

impl<A: Action> Policy<A> for FileThere
where
    CycleThere: Policy<A>,
{
    /// What hangs on an entry of the log is its author's to change, as the entry is.
    fn permits(who: &Standing, file: &Self) -> bool {
        let is_others = A::NAME != actions::See::NAME && file.author.is_some_and(|author| author != who.person);
        !is_others && <CycleThere as Policy<A>>::permits(who, &file.there)
    }
}
