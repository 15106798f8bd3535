//! The steps of the room's schema.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![
        Migration {
            name: "strategy-001-frameworks",
            why: "A framework with everything it says: practices, when and for whom they are due, and the words of the tracker.",
            sql: "create table framework (
  id {uuid} primary key,
  key text not null,
  version integer not null,
  title text not null,
  effective_from {date} not null,
  rule text not null,
  on_track_from double precision not null,
  watch_from double precision not null,
  vip_days_to_watch integer not null,
  source_hash text not null,
  imported_at {instant} not null,
  constraint framework_version unique (key, version)
);
create table framework_part (
  framework_id {uuid} not null references framework (id),
  part text not null,
  key text not null,
  position integer not null,
  name text not null,
  about text not null,
  constraint framework_part_pk primary key (framework_id, part, key),
  constraint framework_part_part check (part in ('step', 'strand', 'phase'))
);
create table framework_prompt (
  framework_id {uuid} not null references framework (id),
  step_key text not null,
  position integer not null,
  prompt text not null,
  constraint framework_prompt_pk primary key (framework_id, step_key, position)
);
create table framework_cycle (
  framework_id {uuid} not null references framework (id),
  number integer not null,
  name text not null,
  start_month integer not null,
  end_month integer not null,
  constraint framework_cycle_pk primary key (framework_id, number)
);
create table framework_status (
  framework_id {uuid} not null references framework (id),
  key text not null,
  position integer not null,
  name text not null,
  counts_as_enacted {bool} not null,
  needs_reason {bool} not null,
  reasons text not null,
  constraint framework_status_pk primary key (framework_id, key)
);
create table framework_quality (
  framework_id {uuid} not null references framework (id),
  level integer not null,
  name text not null,
  meaning text not null,
  constraint framework_quality_pk primary key (framework_id, level)
);
create table practice (
  id {uuid} primary key,
  framework_id {uuid} not null references framework (id),
  code text not null,
  position integer not null,
  strand text not null,
  phase text not null,
  item integer not null,
  step_key text not null,
  title text not null,
  folded text not null,
  good text not null,
  vip {bool} not null,
  vip_reason text not null,
  first_year_only {bool} not null,
  recurs text not null,
  essential text not null,
  constraint practice_code unique (framework_id, code)
);
create table practice_due (
  practice_id {uuid} not null references practice (id),
  cycle integer not null,
  start_month integer not null,
  end_month integer not null,
  constraint practice_due_pk primary key (practice_id, cycle)
);
create table practice_model (
  practice_id {uuid} not null references practice (id),
  model_id text not null references support_model (id),
  adapted text not null,
  constraint practice_model_pk primary key (practice_id, model_id)
);
create table practice_evidence (
  practice_id {uuid} not null references practice (id),
  position integer not null,
  text text not null,
  constraint practice_evidence_pk primary key (practice_id, position)
);
create table practice_indicator (
  practice_id {uuid} not null references practice (id),
  rubric text not null,
  code text not null,
  constraint practice_indicator_pk primary key (practice_id, rubric, code)
)",
            only: &[],
        },
        Migration {
            name: "strategy-002-tracker",
            why: "Entries are only added; the newest of each cell is kept beside them, so that pages need not look for it.",
            sql: "create table tracker_entry (
  id {uuid} primary key,
  key text not null,
  partnership_id {uuid} not null references partnership (id),
  practice_id {uuid} not null references practice (id),
  school_year integer not null,
  cycle integer not null,
  status text not null,
  quality integer,
  reason text not null,
  note text not null,
  author_id {uuid} not null references person (id),
  entered_at {instant} not null,
  withdrawn_at {instant},
  withdrawn_by {uuid} references person (id),
  constraint tracker_entry_key unique (key),
  constraint tracker_entry_status check (status in ('not_started', 'under_way', 'enacted', 'not_applicable')),
  constraint tracker_entry_quality check (quality is null or (status = 'enacted' and quality between 1 and 4)),
  constraint tracker_entry_reason check (status <> 'not_applicable' or reason <> '')
);
create index tracker_entry_cell on tracker_entry (partnership_id, practice_id, school_year, cycle, entered_at);
create index tracker_entry_author on tracker_entry (author_id, entered_at);
create index tracker_entry_recent on tracker_entry (partnership_id, entered_at);
create table tracker_cell (
  partnership_id {uuid} not null references partnership (id),
  practice_id {uuid} not null references practice (id),
  school_year integer not null,
  cycle integer not null,
  entry_id {uuid} not null references tracker_entry (id),
  status text not null,
  quality integer,
  entered_at {instant} not null,
  constraint tracker_cell_pk primary key (partnership_id, school_year, cycle, practice_id)
);
create index tracker_cell_practice on tracker_cell (practice_id, school_year, cycle, partnership_id)",
            only: &[],
        },
        Migration {
            name: "strategy-api-001-entries-by-time",
            why: "Programs read all entries, the newest first, a page at a time.",
            sql: "create index tracker_entry_order on tracker_entry (entered_at, id)",
            only: &[],
        },
    ]
}
