//! The names that rows refer to.

use std::collections::{BTreeMap, BTreeSet};

use partnerships::PartnershipId;
use platform::{
    Error,
    db::{self, FromQueryResult, PersonId, TeamId},
    import::{Known, Row, Taking},
};

use crate::{CycleId, PracticeId, frameworks::Framework};

#[derive(FromQueryResult)]
struct PartnershipRow {
    slug: String,
    id: PartnershipId,
}

#[derive(FromQueryResult)]
struct CycleRow {
    key: String,
    id: CycleId,
}

/// Partnerships, for the owners of cycles.
pub(super) async fn partnerships(taking: &Taking<'_>) -> Result<Known<PartnershipId>, Error> {
    let rows = db::rows::<PartnershipRow>(&**taking.tx, "select slug, id from partnership", vec![]).await?;
    Ok(Known { what: "partnership", ids: rows.into_iter().map(|row| (row.slug, row.id)).collect() })
}

/// Teams, for the owners of cycles.
pub(super) async fn teams(taking: &Taking<'_>) -> Result<Known<TeamId>, Error> {
    Ok(Known { what: "team", ids: people::teams::ids_by_slug(&**taking.tx).await? })
}

/// Everybody who has an address.
pub(super) async fn people(taking: &Taking<'_>) -> Result<Known<PersonId>, Error> {
    Ok(Known { what: "person", ids: people::persons::ids_by_email(&**taking.tx).await? })
}

/// The cycles that there are.
pub(super) async fn cycles(taking: &Taking<'_>) -> Result<Known<CycleId>, Error> {
    let rows = db::rows::<CycleRow>(&**taking.tx, "select key, id from cycle", vec![]).await?;
    Ok(Known { what: "cycle", ids: rows.into_iter().map(|row| (row.key, row.id)).collect() })
}

/// The practices of all versions: what was learned years ago keeps the code that it had then.
pub(super) struct Practices(Known<PracticeId>);

impl Practices {
    pub(super) async fn read(taking: &Taking<'_>) -> Result<Self, Error> {
        let versions = Framework::all_versions(&**taking.tx).await?;
        let practices = versions.iter().flat_map(|version| &version.practices);
        let ids: BTreeMap<_, _> = practices.map(|practice| (practice.code.clone(), practice.id)).collect();
        Ok(Self(Known { what: "practice", ids }))
    }

    /// The code of a cell, refused when no version has it; empty for an empty cell.
    pub(super) fn one(&self, row: &mut Row<'_>, column: &str) -> String {
        self.0.find(row, column).and_then(|_| row.text(column)).unwrap_or_default()
    }

    /// The codes of a list.
    pub(super) fn list(&self, row: &mut Row<'_>, column: &str) -> BTreeSet<String> {
        let codes: BTreeSet<String> = row.list(column).into_iter().collect();
        if let Some(unknown) = codes.iter().find(|code| self.0.id(code).is_none()) {
            let problem = format!("There is no practice {unknown}.");
            row.refuse(column, &problem, "Check the code, or import the framework that has it first.");
        }
        codes
    }
}

/// A text that is not longer than it may be; refused when it is.
pub(super) fn text(row: &mut Row<'_>, column: &str, most: usize) -> String {
    let text = row.text(column).unwrap_or_default();
    if text.chars().count() > most {
        row.refuse(column, &format!("This is longer than {most} characters."), "Could part of it go elsewhere?");
    }
    text
}
