//! What changes about invitations.

use platform::{
    Cx, Error,
    access::Standing,
    audit::{self, Actor},
    db::{PersonId, Tx},
    mail::{self, Letter},
};

use super::store;
use crate::{
    persons::{self, Person, verbs::Newcomer},
    signin::{self, Purpose},
    teams::{self, Team, store::Seating},
};

/// The seat that somebody new takes from today on.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub team: Team,
    pub role: String,
    pub supervisor: Option<PersonId>,
}

/// Asks somebody in: makes a page for a new address, a seat where one is named, and sends the letter. Answers the person and
/// whether the address was new.
///
/// # Errors
/// Refused when the address belongs to an alumnus, who comes back through their own page.
pub(crate) async fn invite(
    cx: &Cx,
    who: &Standing,
    newcomer: Newcomer,
    place: Option<Place>,
    words: &str,
) -> Result<(Person, bool), Error> {
    let (engine, actor) = (cx.db().engine(), Actor::from(who));
    cx.db()
        .write(async |tx| {
            let known = persons::store::by_email(&**tx, &newcomer.email).await?;
            let is_new = known.is_none();
            let person = match known {
                Some(person) if person.kind == "alumnus" => {
                    return Err(Error::Refused(format!(
                        "{} was with us before. Their page has the way back: open it, and welcome them there.",
                        person.name
                    )));
                }
                Some(person) => person,
                None => {
                    let started = (newcomer.kind == "staff").then(|| cx.today());
                    persons::verbs::add(tx, engine, PersonId(cx.new_id()), newcomer.clone(), started).await?
                }
            };
            if let Some(place) = &place {
                let seating = Seating {
                    person: person.id,
                    team: place.team.id,
                    role: place.role.clone(),
                    from_on: cx.today(),
                    supervisor: place.supervisor,
                };
                if !teams::store::is_seated(&**tx, &seating).await? {
                    teams::verbs::seat(tx, engine, cx.now, &actor, &place.team, &person.name, &seating).await?;
                }
            }
            send(cx, tx, who, &person, words).await?;
            audit::record(tx, engine, cx.now, &actor, "person invited", &person.subject(), "").await?;
            Ok((person, is_new))
        })
        .await
}

/// Makes the link and puts the letter in the queue; earlier links of this person end.
async fn send(cx: &Cx, tx: &Tx, who: &Standing, person: &Person, words: &str) -> Result<(), Error> {
    let email = person.email.clone().ok_or_else(|| Error::Refused("There is no address to write to.".to_owned()))?;
    let link = signin::invite(&cx.app, tx, person.id, Purpose::Join, Some(who.person), cx.now).await?;
    let organisation = cx.settings.organisation();
    let own = if words.is_empty() { String::new() } else { format!("{words}\n\n") };
    let text = format!(
        "Hello {},\n\n{} has set a place for you at {organisation}, where we keep what we learn together with schools.\n\n\
         {own}This link lets you choose a password and come in. It is good for {} days:\n\n{link}\n\n\
         If you did not expect this letter, you need not do anything.\n",
        person.name,
        who.name,
        signin::JOIN_DAYS,
    );
    mail::enqueue(tx, cx.now, &Letter { to: email, subject: format!("Your place at {organisation}"), text }).await
}

/// Sends another letter to somebody whose invitation is open.
///
/// # Errors
/// Not found when nothing is open.
pub(super) async fn send_again(cx: &Cx, who: &Standing, person: &Person) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            store::of(&**tx, person.id).await?.ok_or(Error::NotFound)?;
            send(cx, tx, who, person, "").await?;
            let actor = Actor::from(who);
            audit::record(tx, cx.db().engine(), cx.now, &actor, "invitation sent again", &person.subject(), "").await?;
            Ok(())
        })
        .await
}

/// Withdraws a person's open invitations.
///
/// # Errors
/// Not found when nothing is open.
pub(super) async fn withdraw(cx: &Cx, who: &Standing, person: &Person) -> Result<(), Error> {
    cx.db()
        .write(async |tx| {
            store::of(&**tx, person.id).await?.ok_or(Error::NotFound)?;
            signin::withdraw_all(tx, person.id, cx.now).await?;
            let actor = Actor::from(who);
            audit::record(tx, cx.db().engine(), cx.now, &actor, "invitation withdrawn", &person.subject(), "").await?;
            Ok(())
        })
        .await
}
