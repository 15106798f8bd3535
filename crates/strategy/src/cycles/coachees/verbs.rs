//! The only place where it changes which coachees an action concerns.

use std::collections::BTreeMap;

use platform::{Cx, Error, access::May};
use uuid::Uuid;

use super::{Concern, partnership_of, store};
use crate::cycles::{
    parts::{Action, PartThere},
    verbs::{must_be_changeable, record},
};

/// Says of coachees, by their ids, whether an action concerns them; those who are not named stay as they are. Answers whether
/// anything changed.
///
/// # Errors
/// Refused in a cycle that is closed, and where one of them is not coached there any more.
pub(in crate::cycles) async fn concern(
    may: &May<Concern, PartThere<Action>>,
    cx: &Cx,
    said: &BTreeMap<Uuid, bool>,
) -> Result<bool, Error> {
    let action = may.thing();
    let cycle = &action.there.cycle;
    must_be_changeable(cycle)?;
    if action.is_removed {
        return Err(Error::Refused("This action was taken out. Bring it back first.".to_owned()));
    }
    let partnership = partnership_of(&action.there).ok_or(Error::NotFound)?;
    cx.db()
        .write(async |tx| {
            let coached = store::coached(&**tx, partnership.id, action.id, cx.today()).await?;
            let mut changed = false;
            for (id, wanted) in said {
                let Some(coachee) = coached.iter().find(|coachee| coachee.id.0 == *id) else {
                    return Err(Error::Refused(
                        "One of them is not coached here any more. Please load the page again and choose once more.".to_owned(),
                    ));
                };
                match (coachee.is_concerned, *wanted) {
                    (false, true) => store::put(tx, action.id, coachee.id).await?,
                    (true, false) => store::remove(tx, action.id, coachee.id).await?,
                    _ => continue,
                }
                changed = true;
            }
            if changed {
                // The log of changes is read by more people than may know who is coached.
                record(tx, cx, may.who(), "coachees of a plan action named", cycle, "").await?;
            }
            Ok(changed)
        })
        .await
}
