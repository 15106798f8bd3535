//! The steps of the schema that partnerships need which finish a school year on the version before.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![Migration {
        name: "strategy-framework-stays-001",
        why: "A partnership that is in the middle of its year when a version begins can finish the year on the one before.",
        sql: "create table framework_stay (
  partnership_id {uuid} not null references partnership (id),
  school_year integer not null,
  framework_id {uuid} not null references framework (id),
  decided_by {uuid} not null references person (id),
  decided_at {instant} not null,
  constraint framework_stay_pk primary key (school_year, partnership_id)
);
create index framework_stay_partnership on framework_stay (partnership_id);
create index framework_stay_framework on framework_stay (framework_id);
create index framework_stay_decided_by on framework_stay (decided_by)",
        only: &[],
    }]
}
