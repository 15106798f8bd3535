//! The steps of the schema that road maps need.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![Migration {
        name: "strategy-road-map-001-entries",
        why: "The year of a partnership follows a template; what people moved, added, took off or did is kept beside it. Each \
              change keeps what stood before it, so that it can be gone back to.",
        sql: "create table road_map_template (
  key text primary key,
  title text not null,
  source text not null,
  imported_at {instant} not null
);
create table road_map_entry (
  id {uuid} primary key,
  partnership_id {uuid} not null references partnership (id),
  school_year integer not null,
  name text not null,
  kind text not null,
  title text not null,
  from_on {date} not null,
  to_on {date} not null,
  person_id {uuid} references person (id),
  done_on {date},
  is_removed {bool} not null,
  version integer not null,
  constraint road_map_entry_name unique (partnership_id, school_year, name),
  constraint road_map_entry_kind check (kind in ('cycle', 'review', 'meeting', 'closing', 'other')),
  constraint road_map_entry_days check (to_on >= from_on)
);
create index road_map_entry_person on road_map_entry (person_id);
create index road_map_entry_year on road_map_entry (school_year, partnership_id);
create table road_map_change (
  entry_id {uuid} not null references road_map_entry (id),
  number integer not null,
  before text not null,
  after text not null,
  why text not null,
  author_id {uuid} references person (id),
  at {instant} not null,
  constraint road_map_change_pk primary key (entry_id, number)
);
create index road_map_change_author on road_map_change (author_id)",
        only: &[],
    }]
}
