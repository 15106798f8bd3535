//! What is worked out from the whole database, and holds until something in it changes.
//!
//! Every change of data is recorded in the audit log by the transaction that makes it, and the log has one order on both
//! databases. So the number of its newest event says what state of the data somebody saw, in whichever instance: one look at
//! one row says whether an answer still holds, and the events since then say what of it has to be read anew.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Cx, Error,
    audit::{self, Change},
};

/// So many answers of one type are kept, such as of this day and the one before; the one that nobody asked for longest makes room.
const OF_ONE_TYPE: usize = 4;
/// After so many events it is no dearer to begin anew than to follow them.
const FOLLOWED: usize = 400;

/// The answers of this process.
#[derive(Default)]
pub struct Kept(Mutex<Answers>);

#[derive(Default)]
struct Answers {
    asked: u64,
    by_name: HashMap<(TypeId, String), Answer>,
}

struct Answer {
    what: Arc<dyn Any + Send + Sync>,
    /// The number of the event after which it was worked out.
    seq: i64,
    /// When it was asked for, counted in askings.
    asked: u64,
}

/// An answer that held once, and what has been recorded since.
pub struct Before<T> {
    /// The answer.
    pub what: Arc<T>,
    /// What has changed, oldest first, without the kinds that rooms keep [`apart`](crate::room::Room::apart).
    pub changes: Vec<Change>,
}

impl<T> Before<T> {
    /// The answer, where nothing changed beside things of these kinds.
    #[must_use]
    pub fn unless_beyond(self, unrelated: &[&str]) -> Option<Arc<T>> {
        self.changes.iter().all(|change| unrelated.contains(&change.subject_kind.as_str())).then_some(self.what)
    }
}

impl Kept {
    fn find<T: Send + Sync + 'static>(&self, key: &(TypeId, String)) -> Option<(Arc<T>, i64)> {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.asked += 1;
        let asked = answers.asked;
        let answer = answers.by_name.get_mut(key)?;
        answer.asked = asked;
        Some((Arc::clone(&answer.what).downcast().ok()?, answer.seq))
    }

    fn keep<T: Send + Sync + 'static>(&self, key: (TypeId, String), what: &Arc<T>, seq: i64) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Of two that were worked out at once, the later stays.
        if answers.by_name.get(&key).is_some_and(|answer| answer.seq > seq) {
            return;
        }
        let (asked, of) = (answers.asked, key.0);
        answers.by_name.insert(key, Answer { what: Arc::<T>::clone(what), seq, asked });
        let same_type = || answers.by_name.iter().filter(|(key, _)| key.0 == of);
        if same_type().count() > OF_ONE_TYPE {
            let longest = same_type().min_by_key(|(_, answer)| answer.asked).map(|(key, _)| key.clone());
            longest.and_then(|key| answers.by_name.remove(&key));
        }
    }
}

impl Cx {
    /// What `work` makes of the database, worked out again only when a change was recorded. `name` says which one of its type
    /// it is: whatever the answer depends on beside the data, such as the day. `work` gets the answer of before, where there is
    /// one, and may answer with it when the changes do not concern it. What somebody may see must not go into it: it is
    /// one for all.
    ///
    /// # Errors
    /// What `work` answers with; the database's own.
    pub async fn kept<T, W>(&self, name: String, work: impl FnOnce(Option<Before<T>>) -> W + Send) -> Result<Arc<T>, Error>
    where
        T: Send + Sync + 'static,
        W: Future<Output = Result<Arc<T>, Error>> + Send,
    {
        let on = self.db().read();
        // The number is read first: what is committed in between is in the answer and is only looked at once more.
        let seq = self.once("of the audit log".to_owned(), audit::newest(on)).await?;
        let key = (TypeId::of::<T>(), name);
        let known = self.app.kept.find::<T>(&key);
        let before = match known {
            Some((what, of)) if of == seq => return Ok(what),
            Some((what, of)) if of < seq => {
                let mut changes = audit::changes(on, of, FOLLOWED + 1).await?;
                let are_few = changes.len() <= FOLLOWED;
                changes.retain(|change| !self.app.house.is_apart(&change.subject_kind));
                are_few.then_some(Before { what, changes })
            }
            _ => None,
        };
        let what = work(before).await?;
        self.app.kept.keep(key, &what, seq);
        Ok(what)
    }
}
