//! The steps of the schema for cycles.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![
        Migration {
            name: "strategy-004-cycles",
            why: "Cycles of persons, teams, partnerships and the organisation, with goals, plan, log and learnings, by templates.",
            sql: "create table cycle_template (
  key text primary key,
  position integer not null,
  name text not null,
  short text not null,
  about text not null
);
create table cycle_template_step (
  template_key text not null references cycle_template (key),
  key text not null,
  position integer not null,
  name text not null,
  holds text not null,
  practices_of text not null,
  prompts text not null,
  only_in_last_cycle {bool} not null,
  constraint cycle_template_step_pk primary key (template_key, key)
);
create table cycle (
  id {uuid} primary key,
  key text not null,
  owner_kind text not null,
  person_id {uuid} references person (id),
  team_id {uuid} references team (id),
  partnership_id {uuid} references partnership (id),
  school_year integer not null,
  number integer not null,
  title text not null,
  template_key text not null references cycle_template (key),
  starts_on {date} not null,
  ends_on {date} not null,
  state text not null,
  step_key text not null,
  agreements text not null,
  closed_on {date},
  carried_from_id {uuid} references cycle (id),
  version integer not null,
  constraint cycle_key unique (key),
  constraint cycle_state check (state in ('planned', 'open', 'closed')),
  constraint cycle_step check (state <> 'open' or step_key <> ''),
  constraint cycle_days check (ends_on >= starts_on),
  constraint cycle_owner check (
    (owner_kind = 'person' and person_id is not null and team_id is null and partnership_id is null)
    or (owner_kind = 'team' and person_id is null and team_id is not null and partnership_id is null)
    or (owner_kind = 'partnership' and person_id is null and team_id is null and partnership_id is not null)
    or (owner_kind = 'organisation' and person_id is null and team_id is null and partnership_id is null))
);
create index cycle_of_person on cycle (person_id, school_year, number);
create index cycle_of_team on cycle (team_id, school_year, number);
create index cycle_of_partnership on cycle (partnership_id, school_year, number);
create index cycle_of_kind on cycle (owner_kind, school_year, number);
create index cycle_carried on cycle (carried_from_id);
create table cycle_member (
  cycle_id {uuid} not null references cycle (id),
  person_id {uuid} not null references person (id),
  constraint cycle_member_pk primary key (cycle_id, person_id)
);
create index cycle_member_person on cycle_member (person_id);
create table goal (
  id {uuid} primary key,
  key text not null,
  cycle_id {uuid} not null references cycle (id),
  position integer not null,
  kind text not null,
  text text not null,
  measure text not null,
  unit text not null,
  student_group text not null,
  baseline double precision,
  target double precision,
  by_on {date},
  predicted double precision,
  predicted_low double precision,
  predicted_high double precision,
  confidence integer,
  outcome double precision,
  met text not null,
  version integer not null,
  removed_at {instant},
  constraint goal_key unique (key),
  constraint goal_kind check (kind in ('student', 'adult')),
  constraint goal_met check (met in ('', 'yes', 'partly', 'no', 'not_measured')),
  constraint goal_confidence check (confidence is null or confidence between 1 and 99)
);
create index goal_cycle on goal (cycle_id, position);
create table goal_practice (
  goal_id {uuid} not null references goal (id),
  code text not null,
  constraint goal_practice_pk primary key (goal_id, code)
);
create index goal_practice_code on goal_practice (code);
create table plan_action (
  id {uuid} primary key,
  key text not null,
  cycle_id {uuid} not null references cycle (id),
  position integer not null,
  text text not null,
  owner_id {uuid} references person (id),
  due_on {date},
  practice text not null,
  evidence text not null,
  status text not null,
  why_not text not null,
  version integer not null,
  removed_at {instant},
  constraint plan_action_key unique (key),
  constraint plan_action_status check (status in ('not_started', 'under_way', 'done', 'carried_over', 'dropped'))
);
create index plan_action_cycle on plan_action (cycle_id, position);
create index plan_action_owner on plan_action (owner_id, status, due_on);
create index plan_action_practice on plan_action (practice);
create table log_entry (
  id {uuid} primary key,
  key text not null,
  cycle_id {uuid} not null references cycle (id),
  on_day {date} not null,
  author_id {uuid} not null references person (id),
  text text not null,
  version integer not null,
  removed_at {instant},
  constraint log_entry_key unique (key)
);
create index log_entry_cycle on log_entry (cycle_id, on_day, id);
create index log_entry_author on log_entry (author_id);
create table learning (
  id {uuid} primary key,
  key text not null,
  cycle_id {uuid} not null references cycle (id),
  position integer not null,
  kind text not null,
  text text not null,
  for_others text not null,
  author_id {uuid} not null references person (id),
  written_on {date} not null,
  version integer not null,
  removed_at {instant},
  constraint learning_key unique (key),
  constraint learning_kind check (kind in ('keep', 'adapt', 'drop', 'success', 'failure'))
);
create index learning_cycle on learning (cycle_id, position);
create index learning_author on learning (author_id);
create table learning_practice (
  learning_id {uuid} not null references learning (id),
  code text not null,
  constraint learning_practice_pk primary key (learning_id, code)
);
create index learning_practice_code on learning_practice (code)",
            only: &[],
        },
        Migration {
            name: "strategy-005-cycle-revisions",
            why: "Nothing that was written in a cycle is lost: every wording stays, with who wrote it. Goals say what came of them.",
            sql: "create table cycle_revision (
  id {uuid} primary key,
  cycle_id {uuid} not null references cycle (id),
  kind text not null,
  key text not null,
  version integer not null,
  said text not null,
  author_id {uuid} references person (id),
  at {instant} not null
);
create index cycle_revision_of on cycle_revision (cycle_id, kind, key, version);
create table cycle_step (
  cycle_id {uuid} not null references cycle (id),
  step_key text not null,
  reached_on {date} not null,
  constraint cycle_step_pk primary key (cycle_id, step_key)
);
create index learning_order on learning (written_on, id);
alter table goal add column happened text not null default '';
alter table goal add column decision text not null default ''",
            only: &[],
        },
        Migration {
            name: "strategy-cycles-001-resources",
            why: "An action of a plan says what it takes: material, money, time.",
            sql: "alter table plan_action add column resources text not null default ''",
            only: &[],
        },
        Migration {
            name: "strategy-cycles-002-orders",
            why: "Programs list the cycles of all owners, and all logs, in order.",
            sql: "create index cycle_order on cycle (school_year, number, id);
create index log_entry_order on log_entry (on_day, id)",
            only: &[],
        },
        super::files::migration(),
        Migration {
            name: "strategy-cycles-004-taken-out",
            why: "What was taken out is found by when, without a look at all that was ever written.",
            sql: "create index log_entry_removed on log_entry (removed_at) where removed_at is not null;
create index goal_removed on goal (removed_at) where removed_at is not null",
            only: &[],
        },
        super::coachees::migration(),
    ]
}
