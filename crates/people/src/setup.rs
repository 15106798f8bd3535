//! What commands on the server do about people: the first operator, a link for a new password, a token for a program.
//!
//! Whoever runs commands on the server holds the database in their hands, so nothing here asks for a permission. Each leaves
//! its trace in the audit log all the same. Links and tokens are answered, to be printed, and kept nowhere.

use chrono::NaiveDate;
use platform::{
    App, Error,
    access::roles,
    audit::{self, Actor},
    clock,
    db::{PersonId, Tx},
    settings::Settings,
};

use crate::{
    persons::{self, Person, verbs::Newcomer},
    signin::{self, Purpose},
    teams::{self, Team, store::Seating, verbs::Sketch},
    tokens, words,
};

const ACTOR: Actor = Actor::Process("a command on the server");

/// Makes sure that there is an operator of this name and address, and answers the link with which they come in.
///
/// Somebody new becomes staff. Where there is no team yet, one that holds everybody is made. The link is good for some days;
/// earlier links of the same person end.
///
/// # Errors
/// Refused when the address is none, or belongs to somebody who is not staff.
pub async fn add_operator(app: &App, name: &str, email: &str) -> Result<String, Error> {
    let (now, name, email) = (app.clock.now(), name.trim().to_owned(), email.trim().to_lowercase());
    if name.is_empty() || !words::is_email(&email) {
        return Err(Error::Refused("An operator needs a name and an e-mail address such as name@example.org.".to_owned()));
    }
    app.db
        .write(async |tx| {
            let settings = Settings::read(&**tx).await?;
            let today = settings.local(now).date();
            let person = match persons::store::by_email(&**tx, &email).await? {
                Some(person) if person.kind == "staff" => person,
                Some(person) => {
                    return Err(Error::Refused(format!(
                        "{} is known as {}, and only staff can be operators.",
                        person.name, person.kind
                    )));
                }
                None => {
                    let newcomer = Newcomer {
                        name: name.clone(),
                        email: email.clone(),
                        kind: "staff".to_owned(),
                        title: String::new(),
                        works_at: None,
                    };
                    persons::verbs::add(tx, app.db.engine(), PersonId(clock::new_id(now)), newcomer, Some(today)).await?
                }
            };
            seat_operator(app, tx, &settings, &person, today).await?;
            audit::record(tx, app.db.engine(), now, &ACTOR, "operator added", &person.subject(), "").await?;
            signin::invite(app, tx, person.id, Purpose::Join, None, now).await
        })
        .await
}

async fn seat_operator(app: &App, tx: &Tx, settings: &Settings, person: &Person, today: NaiveDate) -> Result<(), Error> {
    let held = persons::store::held(&**tx, person.id, today).await?;
    if held.iter().any(|held| held.role == roles::OPERATOR) {
        return Ok(());
    }
    let now = app.clock.now();
    let all = teams::store::all(&**tx).await?;
    let team: Team = match all.iter().find(|team| team.kind == "organisation").or(all.first()) {
        Some(team) => team.clone(),
        None => {
            let sketch = Sketch {
                name: settings.get("organisation").unwrap_or("Everybody").to_owned(),
                kind: "organisation".to_owned(),
                parent: None,
                purpose: String::new(),
            };
            teams::verbs::make(tx, app.db.engine(), now, &ACTOR, "everybody".to_owned(), sketch).await?
        }
    };
    let seating =
        Seating { person: person.id, team: team.id, role: roles::OPERATOR.to_owned(), from_on: today, supervisor: None };
    teams::verbs::seat(tx, app.db.engine(), now, &ACTOR, &team, &person.name, &seating).await
}

/// Answers a link that lets somebody choose a new password within some hours.
///
/// # Errors
/// Refused when nobody has this address.
pub async fn new_password_link(app: &App, email: &str) -> Result<String, Error> {
    let now = app.clock.now();
    app.db
        .write(async |tx| {
            let person = known(tx, email).await?;
            audit::record(tx, app.db.engine(), now, &ACTOR, "link for a new password made", &person.subject(), "").await?;
            signin::invite(app, tx, person.id, Purpose::NewPassword, None, now).await
        })
        .await
}

/// Makes a personal API token that is good until it is revoked, and answers its text. What asks for a second factor it gives
/// to those who have one.
///
/// # Errors
/// Refused when nobody has this address, or the token has no name.
pub async fn make_token(app: &App, email: &str, name: &str) -> Result<String, Error> {
    let (now, name) = (app.clock.now(), name.trim());
    if name.is_empty() {
        return Err(Error::Refused("A token needs a name that says what it is for.".to_owned()));
    }
    app.db
        .write(async |tx| {
            let person = known(tx, email).await?;
            tokens::make(tx, app.db.engine(), now, &ACTOR, &person, name, None, app.config.factor_for).await
        })
        .await
}

async fn known(tx: &Tx, email: &str) -> Result<Person, Error> {
    let email = email.trim().to_lowercase();
    let person = persons::store::by_email(&**tx, &email).await?;
    person.ok_or_else(|| Error::Refused(format!("Nobody has the address {email}.")))
}
