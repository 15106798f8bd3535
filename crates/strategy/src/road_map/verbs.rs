//! The only place where road maps change.

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::{
    PartnershipId,
    calendar::{SchoolYear, spoken},
    partnerships::{Partnership, Record},
};
use platform::{
    Cx, Error,
    access::May,
    audit::{self, Actor},
    db::{self, DbErr, PersonId, Tx},
};

use super::{
    OWN_MOST,
    store::{self, Said},
    subject_of,
};
use crate::RoadMapEntryId;

/// Which entry changes: in which partnership and year, and its name.
pub(super) struct At<'a> {
    pub partnership: PartnershipId,
    pub year: SchoolYear,
    pub name: &'a str,
}

/// What changes there.
pub(super) struct Changing<'a> {
    /// The version that was seen; 0 where nobody had touched it.
    pub seen: i32,
    pub before: &'a Said,
    pub after: &'a Said,
    pub why: &'a str,
    /// Nobody for a file.
    pub author: Option<PersonId>,
    pub at: DateTime<Utc>,
    /// The id of the row, if it becomes one.
    pub id: RoadMapEntryId,
}

/// Writes what an entry says now, and keeps what it said; answers the number of the change.
pub(super) async fn put(tx: &Tx, at: &At<'_>, changing: &Changing<'_>) -> Result<i32, Error> {
    let Changing { seen, before, after, why, author, .. } = *changing;
    let (on, number) = (&**tx, seen + 1);
    let person = after.person.as_ref().map(|(slug, _)| slug.clone());
    let said = [
        after.title.as_str().into(),
        after.from.into(),
        after.to.into(),
        person.into(),
        after.done_on.into(),
        after.removed.into(),
        number.into(),
    ];
    let touched = if seen == 0 {
        let sql = "insert into road_map_entry
               (title, from_on, to_on, person_id, done_on, is_removed, version, id, partnership_id, school_year, name, kind)
             values ($1, $2, $3, (select id from person where slug = $4), $5, $6, $7, $8, $9, $10, $11, $12)
             on conflict (partnership_id, school_year, name) do nothing";
        let place = [changing.id.into(), at.partnership.into(), at.year.0.into(), at.name.into(), after.kind.as_str().into()];
        db::exec(on, sql, said.into_iter().chain(place).collect()).await?
    } else {
        let sql = "update road_map_entry set title = $1, from_on = $2, to_on = $3,
               person_id = (select id from person where slug = $4), done_on = $5, is_removed = $6, version = $7, kind = $12
             where partnership_id = $8 and school_year = $9 and name = $10 and version = $11";
        let place = [at.partnership.into(), at.year.0.into(), at.name.into(), seen.into(), after.kind.as_str().into()];
        db::exec(on, sql, said.into_iter().chain(place).collect()).await?
    };
    if touched == 0 {
        return Err(Error::Stale);
    }
    db::exec(
        on,
        "insert into road_map_change (entry_id, number, before, after, why, author_id, at)
         select id, $1, $2, $3, $4, $5, $6 from road_map_entry where partnership_id = $7 and school_year = $8 and name = $9",
        vec![
            number.into(),
            serde_json::to_string(before)?.into(),
            serde_json::to_string(after)?.into(),
            why.into(),
            author.into(),
            changing.at.into(),
            at.partnership.into(),
            at.year.0.into(),
            at.name.into(),
        ],
    )
    .await?;
    Ok(number)
}

/// What a change does, in words: for the audit log, and for whoever reads what has moved.
pub(super) fn described(before: &Said, after: &Said, today: NaiveDate) -> String {
    let days = |said: &Said| match said.from == said.to {
        true => spoken(said.from, today),
        false => format!("{} to {}", spoken(said.from, today), spoken(said.to, today)),
    };
    match (before.removed, after.removed) {
        (true, false) => return format!("put on the road map, {}", days(after)),
        (false, true) => return "taken off the road map".to_owned(),
        _ => {}
    }
    let mut parts = Vec::new();
    if (before.from, before.to) != (after.from, after.to) {
        parts.push(format!("moved from {} to {}", days(before), days(after)));
    }
    match (before.done_on, after.done_on) {
        (before, after) if before == after => {}
        (_, Some(day)) => parts.push(format!("done on {}", spoken(day, today))),
        (_, None) => parts.push("not done after all".to_owned()),
    }
    if before.person != after.person {
        let words = after.person.as_ref().map_or("nobody sees to it yet".to_owned(), |(_, name)| format!("{name} sees to it"));
        parts.push(words);
    }
    if before.title != after.title {
        parts.push(format!("called “{}”", after.title));
    }
    if before.kind != after.kind {
        parts.push("of another kind".to_owned());
    }
    if parts.is_empty() { "for another reason".to_owned() } else { parts.join(", ") }
}

async fn told(tx: &Tx, cx: &Cx, may: &May<Record, Partnership>, year: SchoolYear, change: (&Said, &Said)) -> Result<(), DbErr> {
    let (before, after) = change;
    let detail = format!("{}: {}", after.title, described(before, after, cx.today()));
    let subject = subject_of(may.thing(), year);
    audit::record(tx, cx.db().engine(), cx.now, &Actor::from(may.who()), "road map changed", &subject, &detail).await
}

/// Changes an entry, as it was seen; answers the number of the change.
///
/// # Errors
/// Stale when somebody changed it since it was seen.
pub(super) async fn change(
    may: &May<Record, Partnership>,
    cx: &Cx,
    (year, name): (SchoolYear, &str),
    seen: i32,
    (before, after): (&Said, &Said),
    why: &str,
) -> Result<i32, Error> {
    let at = At { partnership: may.thing().id, year, name };
    let changing =
        Changing { seen, before, after, why, author: Some(may.who().person), at: cx.now, id: RoadMapEntryId(cx.new_id()) };
    cx.db()
        .write(async |tx| {
            let number = put(tx, &at, &changing).await?;
            told(tx, cx, may, year, (before, after)).await?;
            Ok(number)
        })
        .await
}

/// Adds an entry of their own; answers its name.
///
/// # Errors
/// Refused when there are too many already.
pub(super) async fn add(
    may: &May<Record, Partnership>,
    cx: &Cx,
    year: SchoolYear,
    after: &Said,
    why: &str,
) -> Result<String, Error> {
    let partnership = may.thing().id;
    let before = Said { removed: true, ..after.clone() };
    cx.db()
        .write(async |tx| {
            let own = store::own(&**tx, partnership, year).await?;
            if own.len() >= OWN_MOST {
                let words =
                    format!("A year has room for {OWN_MOST} entries of your own. Which of them could another one stand for?");
                return Err(Error::Refused(words));
            }
            // A file may have brought others in than those that were counted here.
            let last = own.iter().filter_map(|name| name.strip_prefix("own-")?.parse::<u32>().ok()).max().unwrap_or(0);
            let name = format!("own-{}", last + 1);
            let at = At { partnership, year, name: &name };
            let author = Some(may.who().person);
            let id = RoadMapEntryId(cx.new_id());
            put(tx, &at, &Changing { seen: 0, before: &before, after, why, author, at: cx.now, id }).await?;
            told(tx, cx, may, year, (&before, after)).await?;
            Ok(name)
        })
        .await
}
