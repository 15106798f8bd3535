//! The table of files on their way in.

use platform::db::Migration;

pub(crate) const MIGRATION: Migration = Migration {
    name: "house-003-imports",
    why: "A file is brought in over several pages; what was said about it so far, and what came of it, must outlive each of them.",
    sql: "create table import_draft (
  id {uuid} primary key,
  person_id {uuid} not null references person (id),
  kind text not null,
  file text not null,
  stored text not null,
  bytes bigint not null,
  mapping text not null,
  state text not null,
  new_rows bigint not null,
  changed_rows bigint not null,
  same_rows bigint not null,
  left_out text not null,
  event_seq bigint,
  created_at {instant} not null,
  expires_at {instant} not null,
  taken_at {instant},
  constraint import_draft_state check (state in ('open', 'taken'))
);
create index import_draft_person on import_draft (person_id, id);
create index import_draft_taken on import_draft (id) where state = 'taken';
create index import_draft_expires on import_draft (expires_at) where stored <> ''",
    only: &[],
};

pub(crate) const BY_JOB: Migration = Migration {
    name: "house-004-imports-by-job",
    why: "A large file is tried, and brought in, by a job: the page says what is going on, and what was found waits to be looked at.",
    sql: "alter table import_draft add column work text not null default '';
alter table import_draft add column job_id {uuid};
alter table import_draft add column found text not null default ''",
    only: &[],
};
