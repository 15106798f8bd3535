//! Persons: staff, partners and alumni, each with a page.

mod api;
mod import;
pub(crate) mod policy;
pub(crate) mod store;
mod time;
pub(crate) mod verbs;
mod web;

use std::collections::BTreeMap;

use platform::{
    access::Kind,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId, slug_of},
    room::Subject,
    search::{self, Audience},
};

pub(crate) use import::KIND;
pub use verbs::{come_back_to_site, leave_with_site};

pub(crate) fn routes() -> platform::access::Routes {
    web::routes().and(api::routes())
}

/// The kind of subject that a person is, for panels.
pub const SUBJECT: &str = "person";

/// A person as the table has it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Person {
    pub id: PersonId,
    pub slug: String,
    pub email: Option<String>,
    pub name: String,
    pub kind: String,
    pub title: String,
    pub works_at: Option<String>,
    pub started_on: Option<chrono::NaiveDate>,
    pub ended_on: Option<chrono::NaiveDate>,
    pub about: String,
    pub glad_to_be_asked: String,
    pub version: i32,
}

/// The columns of [`Person`].
pub(crate) const COLUMNS: &str =
    "id, slug, email, name, kind, title, works_at, started_on, ended_on, about, glad_to_be_asked, version";

impl Person {
    /// How other rooms name the person.
    pub(crate) fn subject(&self) -> Subject {
        Subject { kind: SUBJECT, key: self.slug.clone(), title: self.name.clone(), href: format!("/people/{}", self.slug) }
    }

    /// The kind.
    pub(crate) fn kind(&self) -> Kind {
        // The column's constraint lets no other word in.
        Kind::from_word(&self.kind).unwrap_or(Kind::Alumnus)
    }

    /// Codes of practices that the person is glad to be asked about.
    pub(crate) fn glad_codes(&self) -> Vec<&str> {
        self.glad_to_be_asked.split(';').map(str::trim).filter(|code| !code.is_empty()).collect()
    }

    /// Puts the person's document into the search.
    pub(crate) async fn index(&self, tx: &db::Tx, engine: db::Engine) -> Result<(), DbErr> {
        let more = self.email.clone().unwrap_or_default();
        search::put(tx, engine, &self.subject(), &self.title, &more, &Audience::Staff).await
    }
}

/// Words that stand in the place of a slug in our own addresses.
pub(crate) const RESERVED: [&str; 3] = ["new", "invitations", "export"];

/// A slug for a name that nobody has yet: the name's own, or with a number after it.
pub(crate) fn free_slug(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let slug = slug_of(name);
    let slug = if slug.is_empty() { "person".to_owned() } else { slug };
    if !is_taken(&slug) {
        return slug;
    }
    let mut number = 2_u64;
    while is_taken(&format!("{slug}-{number}")) {
        number += 1;
    }
    format!("{slug}-{number}")
}

#[derive(FromQueryResult)]
struct EmailRow {
    id: PersonId,
    email: String,
}

/// Everybody who has an address, by it: for files that name people so.
///
/// # Errors
/// The database's own.
pub async fn ids_by_email(on: &impl ConnectionTrait) -> Result<BTreeMap<String, PersonId>, DbErr> {
    let rows = db::rows::<EmailRow>(on, "select id, email from person where email is not null", vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.email, row.id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_free_or_gets_a_number() {
        assert_eq!(free_slug("Lucía Ferrer", |_| false), "lucia-ferrer");
        assert_eq!(free_slug("Lucía Ferrer", |slug| slug == "lucia-ferrer"), "lucia-ferrer-2");
        assert_eq!(free_slug("???", |_| false), "person");
    }
}
