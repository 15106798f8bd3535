//! Every wording that a practice has had, with why and since when, back through the versions.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use partnerships::calendar::spoken;

use super::{
    Framework, Practice,
    lineage::{Fate, Passed},
};
use crate::PracticeId;

/// A wording of a practice, or of one that it comes from.
pub(super) struct Wording {
    pub version: i32,
    pub since: String,
    pub code: String,
    pub title: String,
    pub good: String,
    /// What became of it here; none in the first version.
    pub fate: Option<Fate>,
    pub why: String,
    /// Who decided so, and when.
    pub by: String,
}

/// The wordings of a practice, the newest first; nothing when it has had only one.
pub(super) fn of(
    practice: &Practice,
    framework: &Framework,
    versions: &[Arc<Framework>],
    passed: &[Passed],
    today: NaiveDate,
    local: impl Fn(DateTime<Utc>) -> NaiveDate,
) -> Vec<Wording> {
    let mut wordings = Vec::new();
    let mut ids: Vec<PracticeId> = vec![practice.id];
    let older = versions.iter().rev().filter(|version| version.effective_from <= framework.effective_from);
    for version in older {
        let mut before = Vec::new();
        for own in version.practices.iter().filter(|own| ids.contains(&own.id)) {
            let hops: Vec<&Passed> = passed.iter().filter(|hop| hop.to == Some(own.id)).collect();
            before.extend(hops.iter().filter_map(|hop| hop.from));
            let hop = hops.first();
            wordings.push(Wording {
                version: version.version,
                since: spoken(version.effective_from, today),
                code: own.code.clone(),
                title: own.title.clone(),
                good: own.good.clone(),
                fate: hop.map(|hop| hop.fate),
                why: hop.map(|hop| hop.reason.clone()).unwrap_or_default(),
                by: hop
                    .and_then(|hop| Some(format!("{}, {}", hop.by.as_ref()?, spoken(local(hop.at), today))))
                    .unwrap_or_default(),
            });
        }
        ids.extend(before);
    }
    let is_told = wordings.len() > 1 || wordings.iter().any(|wording| wording.fate.is_some());
    if is_told { wordings } else { Vec::new() }
}
