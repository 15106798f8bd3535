//! The steps of the schema that close and renew needs.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![
        Migration {
            name: "strategy-close-and-renew-001-years",
            why: "How a school year with a partner ends. What is written in a section is only added, so that nothing is lost; a point is \
              ticked by somebody at a time.",
            sql: "create table close_and_renew_template (
  key text primary key,
  title text not null,
  source text not null,
  imported_at {instant} not null
);
create table close_and_renew (
  id {uuid} primary key,
  partnership_id {uuid} not null references partnership (id),
  school_year integer not null,
  template_key text not null references close_and_renew_template (key),
  begun_by {uuid} references person (id),
  begun_at {instant} not null,
  outcome text not null,
  decided_by {uuid} references person (id),
  decided_at {instant},
  version integer not null,
  constraint close_and_renew_of_year unique (partnership_id, school_year),
  constraint close_and_renew_outcome check (outcome in ('', 'renewed', 'closed')),
  constraint close_and_renew_decided check ((outcome = '') = (decided_at is null))
);
create index close_and_renew_year on close_and_renew (school_year, partnership_id);
create table close_and_renew_section (
  close_and_renew_id {uuid} not null references close_and_renew (id),
  section text not null,
  version integer not null,
  answers text not null,
  said text not null,
  is_ours {bool} not null,
  author_id {uuid} references person (id),
  at {instant} not null,
  constraint close_and_renew_section_pk primary key (close_and_renew_id, section, version)
);
create index close_and_renew_section_author on close_and_renew_section (author_id);
create table close_and_renew_tick (
  close_and_renew_id {uuid} not null references close_and_renew (id),
  point text not null,
  ticked_by {uuid} not null references person (id),
  ticked_at {instant} not null,
  constraint close_and_renew_tick_pk primary key (close_and_renew_id, point)
);
create index close_and_renew_tick_by on close_and_renew_tick (ticked_by)",
            only: &[],
        },
        Migration {
            name: "strategy-close-and-renew-002-endings",
            why: "A year is renewed, with what is agreed for the next ones, or the partnership is closed with care: its people become \
              alumni, and a day is set on which confidences are destroyed.",
            sql: "create table renewal (
  close_and_renew_id {uuid} primary key references close_and_renew (id),
  partnership_id {uuid} not null references partnership (id),
  agreed_until {date} not null,
  begins_on {date} not null,
  model_id text not null references support_model (id),
  model_before text not null references support_model (id),
  days double precision not null,
  days_before double precision not null,
  vision text not null,
  theory_version_id {uuid},
  applied_on {date}
);
create index renewal_waiting on renewal (begins_on) where applied_on is null;
create index renewal_partnership on renewal (partnership_id, begins_on);
create table partnership_alumnus (
  partnership_id {uuid} not null references partnership (id),
  person_id {uuid} not null references person (id),
  since {date} not null,
  constraint partnership_alumnus_pk primary key (partnership_id, person_id)
);
create index partnership_alumnus_person on partnership_alumnus (person_id);
create table destruction (
  partnership_id {uuid} primary key references partnership (id),
  due_on {date} not null,
  warn_on {date} not null,
  why text not null,
  version integer not null,
  destroyed_at {instant},
  coachees integer
);
create index destruction_waiting on destruction (due_on) where destroyed_at is null;
create index destruction_warned on destruction (warn_on) where destroyed_at is null",
            only: &[],
        },
    ]
}
