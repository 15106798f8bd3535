//! The steps of the schema that drafts of frameworks need.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![
        Migration {
            name: "strategy-framework-drafts-001",
            why: "The next version of the practices is written beside the published one: its practices with where they come from and \
              why they differ, who writes, and each step with what stood before.",
            sql: "create table framework_draft (
  id {uuid} primary key,
  base_id {uuid} not null references framework (id),
  key text not null,
  number integer not null,
  title text not null,
  frame text not null,
  note text not null,
  approvals_needed integer not null,
  begun_by {uuid} not null references person (id),
  begun_at {instant} not null,
  steps integer not null,
  published_at {instant},
  published_by {uuid} references person (id),
  framework_id {uuid} references framework (id),
  dropped_at {instant},
  constraint framework_draft_approvals check (approvals_needed between 1 and 9),
  constraint framework_draft_published check ((published_at is null) = (framework_id is null))
);
create unique index framework_draft_open on framework_draft (key) where published_at is null and dropped_at is null;
create table framework_drafter (
  draft_id {uuid} not null references framework_draft (id),
  person_id {uuid} not null references person (id),
  constraint framework_drafter_pk primary key (draft_id, person_id)
);
create table framework_draft_practice (
  draft_id {uuid} not null references framework_draft (id),
  number integer not null,
  place double precision not null,
  state text not null,
  says text not null,
  origins text not null,
  reason text not null,
  version integer not null,
  changed_by {uuid} not null references person (id),
  changed_at {instant} not null,
  constraint framework_draft_practice_pk primary key (draft_id, number),
  constraint framework_draft_practice_state check (state in ('stands', 'retired', 'merged', 'undone'))
);
create table framework_draft_step (
  draft_id {uuid} not null references framework_draft (id),
  number integer not null,
  what text not null,
  reason text not null,
  kept text not null,
  author_id {uuid} not null references person (id),
  at {instant} not null,
  undone_by integer,
  constraint framework_draft_step_pk primary key (draft_id, number)
)",
            only: &[],
        },
        Migration {
            name: "strategy-framework-drafts-002",
            why: "A draft is talked through line by line, approved by those who answer for it as it stood then, and published with what \
              becomes of each practice, for what reason.",
            sql: "create table framework_draft_comment (
  id {uuid} primary key,
  draft_id {uuid} not null references framework_draft (id),
  line integer not null,
  author_id {uuid} not null references person (id),
  said_at {instant} not null,
  text text not null,
  title text,
  good text,
  adopted_at {instant},
  adopted_by {uuid} references person (id),
  constraint framework_draft_comment_line foreign key (draft_id, line) references framework_draft_practice (draft_id, number),
  constraint framework_draft_comment_proposal check ((title is null) = (good is null)),
  constraint framework_draft_comment_adopted check ((adopted_at is null) = (adopted_by is null))
);
create index framework_draft_comment_order on framework_draft_comment (draft_id, said_at, id);
create table framework_draft_approval (
  draft_id {uuid} not null references framework_draft (id),
  person_id {uuid} not null references person (id),
  words text not null,
  step integer not null,
  approved_at {instant} not null,
  constraint framework_draft_approval_pk primary key (draft_id, person_id)
);
create table practice_lineage (
  id {uuid} primary key,
  framework_id {uuid} not null references framework (id),
  from_id {uuid} references practice (id),
  to_id {uuid} references practice (id),
  fate text not null,
  reason text not null,
  decided_by {uuid} references person (id),
  decided_at {instant} not null,
  constraint practice_lineage_fate check (fate in ('kept', 'reworded', 'split', 'merged', 'new', 'retired')),
  constraint practice_lineage_ends check (from_id is not null or to_id is not null)
);
create index practice_lineage_framework on practice_lineage (framework_id);
create index practice_lineage_order on practice_lineage (decided_at, id)",
            only: &[],
        },
    ]
}
