//! The steps of the schema that belong to the house as a whole.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![
        Migration {
            name: "house-001-server-checks",
            why: "That the database is sound and the audit log's chain unbroken is only known when somebody looked; what was found is kept.",
            sql: "create table server_check (
  id {uuid} primary key,
  at {instant} not null,
  events bigint not null,
  broken_at bigint,
  findings text not null
);
create index server_check_at on server_check (at)",
            only: &[],
        },
        Migration {
            name: "house-002-jobs-by-kind",
            why: "The operator's page asks for the jobs of a kind, and for those that are not done.",
            sql: "create index job_kind on job (kind, id);
create index job_kind_done on job (kind, done_at);
create index job_open on job (id) where done_at is null",
            only: &[],
        },
        crate::imports::MIGRATION,
        crate::imports::BY_JOB,
    ]
}
