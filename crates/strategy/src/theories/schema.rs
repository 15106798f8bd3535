//! The steps of the schema that theories of action need.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![
        Migration {
            name: "strategy-theories-001-theories",
            why: "What each partnership thinks leads to what, version by version. A version that is out never changes.",
            sql: "create table theory_version (
  id {uuid} primary key,
  key text not null,
  partnership_id {uuid} not null references partnership (id),
  number integer not null,
  effective_from {date},
  why_changed text not null,
  origin text not null,
  begun_at {instant} not null,
  published_at {instant},
  published_by {uuid} references person (id),
  version integer not null,
  constraint theory_version_key unique (key),
  constraint theory_version_number unique (partnership_id, number),
  constraint theory_version_published check (published_at is null or effective_from is not null)
);
create table theory_node (
  id {uuid} primary key,
  version_id {uuid} not null references theory_version (id),
  key text not null,
  parent text,
  kind text not null,
  position integer not null,
  text text not null,
  students text not null,
  because text not null,
  indicators text not null,
  measure text not null,
  measure_kind text not null,
  baseline double precision,
  target double precision,
  version integer not null,
  constraint theory_node_key unique (version_id, key),
  constraint theory_node_kind check (kind in
    ('context', 'sentence', 'aim', 'change', 'condition', 'action', 'assumption', 'measure', 'voices', 'equity')),
  constraint theory_node_measure check (measure_kind in ('', 'lagging', 'leading', 'process', 'balancing')),
  constraint theory_node_measured check ((measure = '') = (measure_kind = ''))
);
create table theory_node_practice (
  node_id {uuid} not null references theory_node (id),
  position integer not null,
  code text not null,
  constraint theory_node_practice_pk primary key (node_id, position)
);
create table theory_template (
  key text primary key,
  title text not null,
  source text not null,
  imported_at {instant} not null
)",
            only: &[],
        },
        Migration {
            name: "strategy-theories-002-steps",
            why: "What a draft was before each change, so that every step can be gone back to.",
            sql: "create table theory_step (
  version_id {uuid} not null references theory_version (id),
  number integer not null,
  what text not null,
  nodes_before text not null,
  author_id {uuid} not null references person (id),
  at {instant} not null,
  constraint theory_step_pk primary key (version_id, number)
)",
            only: &[],
        },
        Migration {
            name: "strategy-theories-003-answers",
            why: "Each cycle we ask whether we are on track with the theory of action; answers and readings of measures are only added.",
            sql: "create table theory_answer (
  id {uuid} primary key,
  partnership_id {uuid} not null references partnership (id),
  number integer not null,
  school_year integer not null,
  cycle integer not null,
  answer text not null,
  why text not null,
  rests_on text not null,
  author_id {uuid} not null references person (id),
  answered_at {instant} not null,
  constraint theory_answer_answer check (answer in ('yes', 'partly', 'no'))
);
create index theory_answer_cycle on theory_answer (partnership_id, school_year, cycle, answered_at);
create table theory_reading (
  id {uuid} primary key,
  partnership_id {uuid} not null references partnership (id),
  measure text not null,
  on_day {date} not null,
  value double precision not null,
  note text not null,
  author_id {uuid} not null references person (id),
  entered_at {instant} not null
);
create index theory_reading_measure on theory_reading (partnership_id, measure, on_day, entered_at)",
            only: &[],
        },
    ]
}
