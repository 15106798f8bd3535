//! The steps of the room's schema.

use platform::db::Migration;

pub(crate) fn migrations() -> Vec<Migration> {
    vec![
        Migration {
            name: "people-001-persons",
            why: "Persons, teams and dated memberships: everything else names them.",
            sql: "create table person (
  id {uuid} primary key,
  slug text not null,
  email text,
  name text not null,
  folded text not null,
  kind text not null,
  title text not null,
  works_at text,
  started_on {date},
  ended_on {date},
  about text not null,
  glad_to_be_asked text not null,
  version integer not null,
  constraint person_slug unique (slug),
  constraint person_email unique (email),
  constraint person_kind check (kind in ('staff', 'partner', 'alumnus'))
);
create index person_order on person (folded, id);
create index person_works_at on person (works_at);
create table team (
  id {uuid} primary key,
  slug text not null,
  name text not null,
  folded text not null,
  kind text not null,
  parent_id {uuid} references team (id),
  purpose text not null,
  version integer not null,
  constraint team_slug unique (slug)
);
create index team_parent on team (parent_id);
create table membership (
  id {uuid} primary key,
  person_id {uuid} not null references person (id),
  team_id {uuid} not null references team (id),
  role text not null,
  from_on {date} not null,
  to_on {date},
  supervisor_id {uuid} references person (id),
  version integer not null,
  constraint membership_once unique (person_id, team_id, role, from_on),
  constraint membership_dates check (to_on is null or to_on >= from_on)
);
create index membership_team on membership (team_id, to_on);
create index membership_supervisor on membership (supervisor_id)",
            only: &[],
        },
        Migration {
            name: "people-002-sign-in",
            why: "Passwords, sessions, invitations, limits and personal API tokens; of every token only the hash is kept.",
            sql: "create table password (
  person_id {uuid} primary key references person (id),
  phc text not null,
  changed_at {instant} not null
);
create table session (
  token_hash {bytes} primary key,
  person_id {uuid} not null references person (id),
  created_at {instant} not null,
  seen_at {instant} not null,
  ends_at {instant} not null,
  idle_ends_at {instant} not null,
  idle_seconds bigint not null,
  agent text not null
);
create index session_person on session (person_id);
create index session_ends on session (ends_at);
create index session_idle_ends on session (idle_ends_at);
create table invitation (
  id {uuid} primary key,
  token_hash {bytes} not null,
  person_id {uuid} not null references person (id),
  purpose text not null,
  invited_by {uuid} references person (id),
  created_at {instant} not null,
  expires_at {instant} not null,
  accepted_at {instant},
  withdrawn_at {instant},
  constraint invitation_token unique (token_hash),
  constraint invitation_purpose check (purpose in ('join', 'new-password'))
);
create index invitation_person on invitation (person_id);
create table sign_in_try (
  id {uuid} primary key,
  about text not null,
  at {instant} not null
);
create index sign_in_try_about on sign_in_try (about, at);
create index sign_in_try_at on sign_in_try (at);
create table api_token (
  id {uuid} primary key,
  person_id {uuid} not null references person (id),
  name text not null,
  token_hash {bytes} not null,
  created_at {instant} not null,
  expires_at {instant},
  used_at {instant},
  revoked_at {instant},
  constraint api_token_hash unique (token_hash)
);
create index api_token_person on api_token (person_id)",
            only: &[],
        },
        Migration {
            name: "people-003-since",
            why: "The list of people can be sorted by their first day with us; those without one come last.",
            sql: "create index person_since on person ((coalesce(started_on, '9999-12-31')), folded, id)",
            only: &[],
        },
        Migration {
            name: "people-004-second-factor",
            why: "A second factor with its recovery codes, the time of a session's last proof, steps \
                  of a sign-in that are under way, \
                  and accounts at a provider. What must stay secret is encrypted with a key that is not in the database.",
            sql: "alter table session add column proved_at {instant};
alter table session add column factor_for text;
create table second_factor (
  person_id {uuid} primary key references person (id),
  sealed {bytes} not null,
  last_step bigint not null,
  created_at {instant} not null,
  confirmed_at {instant}
);
create table recovery_code (
  code_hash {bytes} primary key,
  person_id {uuid} not null references person (id),
  used_at {instant}
);
create index recovery_code_person on recovery_code (person_id);
create table door_step (
  token_hash {bytes} primary key,
  kind text not null,
  person_id {uuid} references person (id),
  sealed {bytes} not null,
  expires_at {instant} not null
);
create index door_step_expires on door_step (expires_at);
create index door_step_person on door_step (person_id);
create table provider_account (
  id {uuid} primary key,
  person_id {uuid} not null references person (id),
  issuer text not null,
  subject text not null,
  linked_at {instant} not null,
  used_at {instant},
  constraint provider_account_once unique (issuer, subject)
);
create index provider_account_person on provider_account (person_id)",
            only: &[],
        },
        Migration {
            name: "people-005-tokens-and-the-second-factor",
            why: "A token gives what its owner has in a session and no more: it keeps who must have a second factor for it to give \
                  what roles give, and whether its maker had one. Tokens of before had none of this, so they are held \
                  to what every new house asks.",
            sql: "alter table api_token add column factor_for text not null default 'operators';
alter table api_token add column had_factor integer not null default 0;
update api_token set had_factor = 1
where exists (select 1 from second_factor f
              where f.person_id = api_token.person_id and f.confirmed_at is not null and f.confirmed_at <= api_token.created_at)",
            only: &[],
        },
        Migration {
            name: "people-006-the-few-who-are-glad-to-be-asked",
            why: "The practices' pages name them, whoever else has an account.",
            sql: "create index person_glad_to_be_asked on person (folded, id) where kind = 'staff' and glad_to_be_asked <> ''",
            only: &[],
        },
    ]
}
