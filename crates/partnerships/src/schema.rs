//! The steps of the room's schema.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    let index = Migration {
        name: "partnerships-api-001-visits-by-day",
        why: "Programs read all visits, the newest first, a page at a time.",
        sql: "create index visit_order on visit (on_day, id)",
        only: &[],
    };
    vec![
        Migration {
            name: "partnerships-001-partnerships",
            why: "Sites, support models, partnerships with their people, coachees and visits.",
            sql: "create table site (
  id {uuid} primary key,
  slug text not null,
  kind text not null,
  name text not null,
  folded text not null,
  district_id {uuid} references site (id),
  state text not null,
  region text not null,
  nces_id text,
  state_id text,
  grade_low text not null,
  grade_high text not null,
  enrolment integer,
  relation text not null,
  version integer not null,
  constraint site_slug unique (slug),
  constraint site_kind check (kind in ('district', 'school')),
  constraint site_relation check (relation in ('partner', 'prospect', 'comparison'))
);
create index site_order on site (folded, id);
create index site_district on site (district_id);
create table site_group (
  site_id {uuid} not null references site (id),
  student_group text not null,
  students integer not null,
  constraint site_group_pk primary key (site_id, student_group)
);
create table support_model (
  id text primary key,
  name text not null,
  days_per_week double precision not null,
  days_per_week_most double precision,
  convening_hours_per_month double precision,
  sites text not null,
  staffing text not null,
  shape text not null,
  position integer not null
);
create table partnership (
  id {uuid} primary key,
  slug text not null,
  site_id {uuid} not null references site (id),
  model_id text not null references support_model (id),
  network text,
  team_id {uuid} not null references team (id),
  supervisor_id {uuid} references person (id),
  first_school_year integer not null,
  started_on {date} not null,
  status text not null,
  closed_on {date},
  planned_days_per_week double precision not null,
  story text not null,
  version integer not null,
  constraint partnership_slug unique (slug),
  constraint partnership_status check (status in ('active', 'closed')),
  constraint partnership_closed check ((status = 'closed') = (closed_on is not null))
);
create index partnership_site on partnership (site_id);
create index partnership_team on partnership (team_id);
create index partnership_supervisor on partnership (supervisor_id);
create table partnership_staff (
  id {uuid} primary key,
  partnership_id {uuid} not null references partnership (id),
  person_id {uuid} not null references person (id),
  role text not null,
  from_on {date} not null,
  to_on {date},
  version integer not null,
  constraint partnership_staff_once unique (partnership_id, person_id, role, from_on),
  constraint partnership_staff_role check (role in ('lead', 'co', 'apprentice'))
);
create index partnership_staff_person on partnership_staff (person_id);
create table coachee (
  id {uuid} primary key,
  partnership_id {uuid} not null references partnership (id),
  person_id {uuid} not null references person (id),
  coach_id {uuid} not null references person (id),
  reason text not null,
  frequency text not null,
  from_on {date} not null,
  to_on {date},
  goal text not null,
  focus text not null,
  version integer not null,
  constraint coachee_once unique (partnership_id, person_id, from_on)
);
create index coachee_person on coachee (person_id);
create index coachee_coach on coachee (coach_id);
create table visit (
  id {uuid} primary key,
  key text not null,
  partnership_id {uuid} not null references partnership (id),
  on_day {date} not null,
  hours double precision not null,
  person_id {uuid} not null references person (id),
  mode text not null,
  note text not null,
  logged_on {date} not null,
  removed_at {instant},
  version integer not null,
  constraint visit_key unique (key),
  constraint visit_hours check (hours > 0),
  constraint visit_mode check (mode in ('on-site', 'remote', 'phone', 'convening'))
);
create index visit_partnership on visit (partnership_id, on_day, id);
create index visit_day on visit (on_day, partnership_id);
create index visit_person on visit (person_id, on_day);
create table visit_practice (
  visit_id {uuid} not null references visit (id),
  code text not null,
  constraint visit_practice_pk primary key (visit_id, code)
);
create index visit_practice_code on visit_practice (code)",
            only: &[],
        },
        index,
        Migration {
            name: "partnerships-002-lists-and-doses-by-index",
            why: "Doses and last visits are read from an index alone, and lists come in their order without sorting all of them.",
            sql: "create index visit_dose on visit (partnership_id, on_day, removed_at, hours);
create index partnership_start on partnership (started_on, slug);
create index partnership_network on partnership (network)",
            only: &[],
        },
    ]
}
