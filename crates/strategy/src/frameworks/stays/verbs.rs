//! The only place where it changes by which version a partnership finishes a school year.

use std::collections::BTreeMap;

use partnerships::partnerships::{Partnership, Settle, all_on};
use platform::{
    Cx, Error,
    access::{May, Policy, actions::Edit},
    audit,
};

use super::{
    Turn,
    policy::ThisYear,
    store::{self, Stays},
};

/// Lets partnerships finish the year on the version before, or move over; answers how many changed. By their keys, whether they stay.
///
/// # Errors
/// Refused when one of them is not theirs to decide, or there is no such one.
pub(super) async fn decide(
    may: &May<Edit, ThisYear>,
    cx: &Cx,
    turn: &Turn,
    decided: &BTreeMap<String, bool>,
) -> Result<usize, Error> {
    let who = may.who();
    cx.db()
        .write(async |tx| {
            let (all, stays) = (all_on(&**tx, cx.today()).await?, Stays::read(&**tx, turn.year).await?);
            let mut changed = 0;
            for (slug, wanted) in decided {
                let found = all.iter().find(|partnership| partnership.slug == *slug).filter(|one| turn.asks(one));
                let partnership = found.ok_or_else(|| {
                    Error::Refused("One of these partnerships is not at work any more. Please load the page again.".to_owned())
                })?;
                if !<Partnership as Policy<Settle>>::permits(who, partnership) {
                    let words = format!("{} is not yours to decide about. Ask its director or supervisor.", partnership.name);
                    return Err(Error::Refused(words));
                }
                if stays.of(partnership.id, turn.year).is_some() == *wanted {
                    continue;
                }
                // What was decided about a version before this one makes room.
                store::remove(tx, partnership.id, turn.year).await?;
                let (action, version) = if *wanted {
                    let which = (partnership.id, turn.year, turn.before.id);
                    store::put(tx, which, (who.person, cx.now)).await?;
                    ("year finished on a version of the practices", turn.before.version)
                } else {
                    ("moved over to a version of the practices", turn.after.version)
                };
                let told = format!("{}, version {version}", turn.year);
                let subject = partnership.subject();
                audit::record(tx, cx.db().engine(), cx.now, &who.into(), action, &subject, &told).await?;
                changed += 1;
            }
            Ok(changed)
        })
        .await
}
