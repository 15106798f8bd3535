//! What is known by partnership, of all of them: for pages that count over many.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use platform::{
    Cx, Error,
    audit::Change,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, placeholders},
    kept::Before,
};

use super::SUBJECT;
use crate::PartnershipId;

/// Something that is known of every partnership.
#[derive(Debug)]
pub struct OfEverybody<T>(HashMap<PartnershipId, Arc<T>>);

impl<T> OfEverybody<T> {
    /// What is known of one; `None` where there is nothing.
    #[must_use]
    pub fn get(&self, partnership: PartnershipId) -> Option<&Arc<T>> {
        self.0.get(&partnership)
    }
}

impl<T: Copy + Default> OfEverybody<T> {
    /// What is known of one, or what there is by default.
    #[must_use]
    pub fn of(&self, partnership: PartnershipId) -> T {
        self.get(partnership).map(|known| **known).unwrap_or_default()
    }
}

/// Kinds of subjects that say who and where: what is counted by partnership stays as it is when they change.
pub const WHO_AND_WHERE: [&str; 3] = [people::persons::SUBJECT, people::teams::SUBJECT, crate::sites::SUBJECT];

/// Reads something of every partnership and keeps it: the next time only those are read of which a change was recorded
/// since. `name` is as in [`Cx::kept`]. It may not hang on who or where ([`WHO_AND_WHERE`]); a change of anything else that is no
/// partnership has all read anew. `read` gets the partnerships that are asked about, or `None` for all.
///
/// # Errors
/// What `read` answers with; the database's own.
pub async fn of_everybody<T, R>(
    cx: &Cx,
    name: String,
    read: impl FnOnce(Option<Vec<PartnershipId>>) -> R + Send,
) -> Result<Arc<OfEverybody<T>>, Error>
where
    T: Send + Sync + 'static,
    R: Future<Output = Result<BTreeMap<PartnershipId, T>, Error>> + Send,
{
    cx.kept(name, |before: Option<Before<OfEverybody<T>>>| async move {
        let known = before.and_then(|Before { what, changes }| Some((what, changed(&changes)?)));
        let (mut all, fresh) = match known {
            None => (HashMap::new(), read(None).await?),
            Some((what, slugs)) if slugs.is_empty() => return Ok(what),
            Some((what, slugs)) => {
                let ids = ids_of(cx.db().read(), &slugs).await?;
                let mut all = what.0.clone();
                all.retain(|id, _| !ids.contains(id));
                (all, read(Some(ids)).await?)
            }
        };
        all.extend(fresh.into_iter().map(|(id, known)| (id, Arc::new(known))));
        Ok(Arc::new(OfEverybody(all)))
    })
    .await
}

/// The keys of the partnerships that were changed; `None` where anything may have been.
fn changed(changes: &[Change]) -> Option<BTreeSet<String>> {
    let mut slugs = BTreeSet::new();
    for change in changes {
        match change.subject_kind.as_str() {
            SUBJECT => {
                slugs.insert(change.subject_key.clone());
            }
            kind if WHO_AND_WHERE.contains(&kind) => {}
            _ => return None,
        }
    }
    Some(slugs)
}

async fn ids_of(on: &impl ConnectionTrait, slugs: &BTreeSet<String>) -> Result<Vec<PartnershipId>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        id: PartnershipId,
    }
    let sql = format!("select id from partnership where slug in ({})", placeholders(1, slugs.len()));
    let rows = db::rows::<Row>(on, &sql, slugs.iter().map(|slug| slug.as_str().into()).collect()).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: &str, key: &str) -> Change {
        Change { subject_kind: kind.to_owned(), subject_key: key.to_owned() }
    }

    #[test]
    fn changes_say_what_has_to_be_read_anew() {
        let of = |changes: &[Change]| changed(changes).map(|slugs| slugs.into_iter().collect::<Vec<_>>());
        assert_eq!(of(&[]), Some(vec![]));
        assert_eq!(of(&[change("person", "ada")]), Some(vec![]));
        let two = [change("partnership", "b"), change("person", "ada"), change("partnership", "a"), change("partnership", "b")];
        assert_eq!(of(&two), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(of(&[change("partnership", "a"), change("import", "tracker")]), None, "an import may have changed them all");
    }
}
