//! Writers of SQLite take turns, and those who wait for one at the same time are committed together
//! ([why](../../../../docs/decisions/0011-writers-who-wait-commit-together.md)).
//!
//! A commit waits for the disk, and the disk takes as long for one change as for twenty. So whoever is done leaves the
//! transaction open and queues once more, behind those who wait already and will work in it too; the first of the done ones
//! to come up commits for all. Each works in a savepoint of its own, so a refusal undoes that one alone, and nobody is
//! answered before the disk has it.

use std::sync::Arc;

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};
use tokio::{
    runtime::Handle,
    sync::{
        Mutex,
        watch::{self, error::RecvError},
    },
};

use super::{Tx, begin, worked};
use crate::api::Mark;

/// Whoever holds it may write; with it goes the transaction that is open.
#[derive(Default)]
pub(super) struct Turns(Arc<Mutex<Option<Group>>>);

/// Sees to it that a transaction does not stay open when the only one who would have committed it goes away.
struct Leaving<'a> {
    turns: &'a Turns,
    is_early: bool,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if self.is_early
            && let Ok(runtime) = Handle::try_current()
        {
            let turn = Arc::clone(&self.turns.0);
            runtime.spawn(async move {
                if let Some(group) = turn.lock().await.take() {
                    group.commit();
                }
            });
        }
    }
}

/// A transaction of one writer or several.
struct Group {
    tx: DatabaseTransaction,
    /// What came of the commit, for those who wait for it.
    outcome: Arc<watch::Sender<Option<Result<(), DbErr>>>>,
    done: usize,
}

impl Group {
    /// Commits in a task of its own, so that nobody who goes away leaves the others without an answer.
    fn commit(self) {
        tokio::spawn(async move {
            let committed = self.tx.commit().await;
            self.outcome.send_replace(Some(committed));
        });
    }

    /// Tells everybody that nothing of it was saved.
    async fn give_up(self, error: DbErr) {
        roll_back(self.tx).await;
        self.outcome.send_replace(Some(Err(error)));
    }
}

/// On a full disk SQLite has undone everything already and has nothing to roll back; the refusal says more.
pub(super) async fn roll_back(tx: DatabaseTransaction) {
    if let Err(error) = tx.rollback().await {
        tracing::debug!(%error, "nothing was left to roll back");
    }
}

/// The answer, if the transaction that it belongs to was committed.
fn saved<T, E: From<DbErr>>(outcome: Result<Option<Result<(), DbErr>>, RecvError>, answer: T) -> Result<T, E> {
    match outcome {
        Ok(Some(Err(error))) => Err(error.into()),
        Ok(_) => Ok(answer),
        Err(_) => Err(DbErr::Custom("the program ended before the change was saved".to_owned()).into()),
    }
}

impl Turns {
    /// Runs `work` in its turn; answers when it is committed or undone. `alone`: what waits to be committed goes first, and
    /// nothing else waits for this one.
    pub(super) async fn write<T, E>(
        &self,
        writer: &DatabaseConnection,
        mark: Option<&Mark>,
        alone: bool,
        work: impl AsyncFnOnce(&Tx) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<DbErr>,
    {
        let mut leaving = Leaving { turns: self, is_early: true };
        let answer = self.in_turn(writer, mark, alone, work).await;
        leaving.is_early = false;
        answer
    }

    async fn in_turn<T, E>(
        &self,
        writer: &DatabaseConnection,
        mark: Option<&Mark>,
        alone: bool,
        work: impl AsyncFnOnce(&Tx) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<DbErr>,
    {
        let mut turn = self.0.lock().await;
        if alone && let Some(group) = turn.take() {
            group.commit();
        }
        let group = match &mut *turn {
            Some(group) => group,
            none => none.insert(Group { tx: begin(writer).await?, outcome: Arc::new(watch::Sender::new(None)), done: 0 }),
        };
        let outcome = Arc::clone(&group.outcome);
        let (done, kept) = match group.tx.begin().await.map(Tx) {
            Ok(tx) => match worked(&tx, mark, work).await {
                Ok(answer) => (Ok(answer), tx.0.commit().await),
                Err(refusal) => (Err(refusal), tx.0.rollback().await),
            },
            Err(error) => (Err(error.clone().into()), Err(error)),
        };
        if let Err(error) = kept {
            // The whole transaction is gone, as on a full disk; a refusal knows more about why than this error.
            if let Some(group) = turn.take() {
                group.give_up(error.clone()).await;
            }
            return Err(done.err().unwrap_or_else(|| error.into()));
        }
        if done.is_ok() {
            group.done += 1;
        } else if group.done == 0
            && let Some(group) = turn.take()
        {
            roll_back(group.tx).await;
        }
        let answer = done?;
        let mut committed = outcome.subscribe();
        if !alone {
            drop(turn);
            // Whoever commits for all may go on to work for long with the turn in hand, and nobody waits for that.
            turn = tokio::select! {
                turn = self.0.lock() => turn,
                found = committed.wait_for(Option::is_some) => return saved(found.map(|found| found.clone()), answer),
            };
        }
        if turn.as_ref().is_some_and(|open| Arc::ptr_eq(&open.outcome, &outcome))
            && let Some(group) = turn.take()
        {
            group.commit();
        }
        drop(turn);
        saved(committed.wait_for(Option::is_some).await.map(|found| found.clone()), answer)
    }
}
