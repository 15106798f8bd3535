//! The steps of the schema that plans need.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![Migration {
        name: "strategy-plans-001-plans",
        why: "A Professional Learning Plan for a cycle of a partnership. What is written in a section is only added, so that nothing \
              is lost; a version keeps what the whole plan said when it was agreed on, and why it differs.",
        sql: "create table plan_template (
  key text primary key,
  title text not null,
  source text not null,
  imported_at {instant} not null
);
create table plan (
  id {uuid} primary key,
  cycle_id {uuid} not null references cycle (id),
  template_key text not null references plan_template (key),
  carried_from_id {uuid} references plan (id),
  begun_by {uuid} references person (id),
  begun_at {instant} not null,
  constraint plan_of_cycle unique (cycle_id)
);
create index plan_carried on plan (carried_from_id);
create table plan_section (
  plan_id {uuid} not null references plan (id),
  section text not null,
  version integer not null,
  answers text not null,
  said text not null,
  author_id {uuid} references person (id),
  at {instant} not null,
  constraint plan_section_pk primary key (plan_id, section, version)
);
create index plan_section_author on plan_section (author_id);
create table plan_version (
  plan_id {uuid} not null references plan (id),
  number integer not null,
  why text not null,
  said text not null,
  author_id {uuid} references person (id),
  at {instant} not null,
  constraint plan_version_pk primary key (plan_id, number)
);
create index plan_version_author on plan_version (author_id)",
        only: &[],
    }]
}
