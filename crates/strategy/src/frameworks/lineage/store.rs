//! The lineage of published versions in the database.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use platform::{
    Error, clock,
    db::{self, ConnectionTrait, DbErr, FromQueryResult, PersonId},
};

use super::{super::publish::Moment, Fate};
use crate::{FrameworkId, PracticeId};

/// What becomes of a practice of one version in the next, by code; nothing before for a new one, nothing after for one that ends.
#[derive(Clone, Debug)]
pub(crate) struct Passage {
    pub from: Option<String>,
    pub to: Option<String>,
    pub fate: Fate,
    pub reason: String,
    pub decided_by: Option<PersonId>,
}

/// Writes down what becomes of each practice from one version to the next.
pub(crate) async fn record(
    moment: &Moment<'_>,
    (before, after): (FrameworkId, FrameworkId),
    passages: &[Passage],
) -> Result<(), Error> {
    #[derive(FromQueryResult)]
    struct Row {
        id: PracticeId,
        framework_id: FrameworkId,
        code: String,
    }
    let sql = "select id, framework_id, code from practice where framework_id in ($1, $2)";
    let rows = db::rows::<Row>(&**moment.tx, sql, vec![before.into(), after.into()]).await?;
    let id = |framework: FrameworkId, code: &Option<String>| {
        let code = code.as_ref()?;
        rows.iter().find(|row| row.framework_id == framework && row.code == *code).map(|row| row.id)
    };
    for passage in passages {
        db::exec(
            &**moment.tx,
            "insert into practice_lineage (id, framework_id, from_id, to_id, fate, reason, decided_by, decided_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                clock::new_id(moment.now).into(),
                after.into(),
                id(before, &passage.from).into(),
                id(after, &passage.to).into(),
                passage.fate.key().into(),
                passage.reason.clone().into(),
                passage.decided_by.into(),
                moment.now.into(),
            ],
        )
        .await?;
    }
    Ok(())
}

/// A published passage, by practice.
#[derive(Clone, Debug)]
pub(crate) struct Passed {
    /// The later version.
    pub framework: FrameworkId,
    pub from: Option<PracticeId>,
    pub to: Option<PracticeId>,
    pub fate: Fate,
    pub reason: String,
    pub by: Option<String>,
    pub at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct PassedRow {
    framework_id: FrameworkId,
    from_id: Option<PracticeId>,
    to_id: Option<PracticeId>,
    fate: String,
    reason: String,
    by: Option<String>,
    decided_at: DateTime<Utc>,
}

/// All passages between all versions: as many rows as practices were published.
pub(crate) async fn all(on: &impl ConnectionTrait) -> Result<Vec<Passed>, Error> {
    let sql = "select l.framework_id, l.from_id, l.to_id, l.fate, l.reason, a.name as by, l.decided_at
         from practice_lineage l left join person a on a.id = l.decided_by order by l.decided_at, l.id";
    let rows = db::rows::<PassedRow>(on, sql, vec![]).await?;
    let passed = rows.into_iter().map(|row| {
        let fate = Fate::from_key(&row.fate).ok_or_else(|| Error::Ours(format!("a practice was {}", row.fate)))?;
        Ok(Passed {
            framework: row.framework_id,
            from: row.from_id,
            to: row.to_id,
            fate,
            reason: row.reason,
            by: row.by,
            at: row.decided_at,
        })
    });
    passed.collect()
}

#[derive(FromQueryResult)]
struct SameRow {
    from_id: PracticeId,
    to_id: PracticeId,
}

/// The practice that each one was in the version before, where both count as one.
pub(crate) async fn same(on: &impl ConnectionTrait) -> Result<HashMap<PracticeId, PracticeId>, DbErr> {
    let sql = "select from_id, to_id from practice_lineage
         where fate in ('kept', 'reworded') and from_id is not null and to_id is not null";
    Ok(db::rows::<SameRow>(on, sql, vec![]).await?.into_iter().map(|row| (row.to_id, row.from_id)).collect())
}

/// Practices that count as one, whatever version somebody recorded them by.
pub(crate) struct Sameness(HashMap<PracticeId, Vec<PracticeId>>);

impl Sameness {
    /// Works it out from what each practice was in the version before.
    pub(crate) fn of(same: &HashMap<PracticeId, PracticeId>) -> Self {
        let first = |mut id: PracticeId| {
            while let Some(was) = same.get(&id) {
                id = *was;
            }
            id
        };
        let mut groups: HashMap<PracticeId, Vec<PracticeId>> = HashMap::new();
        for id in same.keys() {
            groups.entry(first(*id)).or_insert_with(|| vec![first(*id)]).push(*id);
        }
        let all = groups.into_values().flat_map(|group| group.clone().into_iter().map(move |id| (id, group.clone())));
        Self(all.collect())
    }

    /// All ids of the practice that has this one.
    pub(crate) fn ids(&self, id: PracticeId) -> Vec<PracticeId> {
        self.0.get(&id).cloned().unwrap_or_else(|| vec![id])
    }
}

#[cfg(test)]
mod tests {
    use platform::clock::{Clock, new_id};

    use super::*;

    #[test]
    fn what_was_kept_twice_is_one_practice() {
        let ids: Vec<PracticeId> = (0..4).map(|_| PracticeId(new_id(Clock::system().now()))).collect();
        let sameness = Sameness::of(&HashMap::from([(ids[1], ids[0]), (ids[2], ids[1])]));
        for id in &ids[..3] {
            let mut all = sameness.ids(*id);
            all.sort_by_key(|id| id.0);
            let mut wanted = ids[..3].to_vec();
            wanted.sort_by_key(|id| id.0);
            assert_eq!(all, wanted);
        }
        assert_eq!(sameness.ids(ids[3]), [ids[3]]);
    }
}
