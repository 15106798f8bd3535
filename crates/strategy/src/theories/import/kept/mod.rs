//! Answers and readings out of files: only ever added, with the author and the time that the file gives. A row that says what is
//! there already changes nothing.

mod answers;
mod readings;

use std::{cell::RefCell, collections::BTreeSet};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use partnerships::{PartnershipId, partnerships::all_on};
use platform::{
    Error,
    clock::new_id,
    db::{self, FromQueryResult, PersonId, Value},
    import::{Row, Source, Taking, Tally, tables},
    settings::Settings,
};

use crate::{
    bringing::{Authors, Places},
    frameworks::Framework,
};

pub(in crate::theories) use answers::KIND as ANSWERS;
pub(in crate::theories) use readings::KIND as READINGS;

/// What a row says that is only added.
trait Added: FromQueryResult {
    /// Where it is kept.
    const TABLE: &'static str;
    /// The columns that [`Added::values`] fill, parted by `, `.
    const COLUMNS: &'static str;
    /// The column in which a file says when.
    const WHEN: &'static str;

    /// What a row says; all that is wrong in it is named there. `at` is when it was said.
    fn of_row(row: &mut Row<'_>, world: &World<'_>, by: Option<PersonId>, at: Option<DateTime<Utc>>) -> Option<Self>;
    /// When it was said.
    fn at(&self) -> DateTime<Utc>;
    /// All that it says, but for when.
    fn says(&self) -> Vec<String>;
    fn values(&self) -> Vec<Value>;
    /// What stands for it where somebody reads what a file changed.
    fn title(row: &Row<'_>) -> String;
}

/// The names that rows refer to, and what whoever brings a file in may write.
struct World<'a> {
    places: Places,
    authors: Authors<'a>,
    /// The versions that are out.
    versions: BTreeSet<(PartnershipId, i32)>,
    /// Their measures.
    measures: BTreeSet<(PartnershipId, String)>,
    cycles: BTreeSet<i32>,
    today: NaiveDate,
}

#[derive(FromQueryResult)]
struct VersionRow {
    partnership_id: PartnershipId,
    number: i32,
    measure: Option<String>,
}

impl<'a> World<'a> {
    async fn read(taking: &Taking<'a>) -> Result<Self, Error> {
        let on = &**taking.tx;
        let today = Settings::read(on).await?.local(taking.now).date();
        let sql = "select distinct v.partnership_id, v.number, n.measure from theory_version v
             left join theory_node n on n.version_id = v.id where v.published_at is not null";
        let rows = db::rows::<VersionRow>(on, sql, vec![]).await?;
        let framework = Framework::current(on, today).await?;
        Ok(Self {
            places: Places::of(&all_on(on, today).await?, taking.who),
            authors: Authors::read(taking).await?,
            versions: rows.iter().map(|row| (row.partnership_id, row.number)).collect(),
            measures: rows.into_iter().filter_map(|row| Some((row.partnership_id, row.measure?))).collect(),
            cycles: framework.iter().flat_map(|framework| &framework.cycles).map(|cycle| cycle.number).collect(),
            today,
        })
    }
}

/// Two rows that say the same are one, and so are two at the same moment; a row that names none means whichever there is.
fn marks<N: Added>(said: &N) -> (String, String) {
    let words = said.says().join("\u{1f}");
    let at = said.at().to_rfc3339_opts(SecondsFormat::Micros, true);
    let dated = format!("{words}\u{1f}{at}");
    (words, dated)
}

async fn run<N: Added>(taking: &Taking<'_>, sources: &[Source]) -> Result<Tally, Error> {
    let on = &**taking.tx;
    let world = World::read(taking).await?;
    let (mut words, mut dated) = (BTreeSet::new(), BTreeSet::new());
    for known in db::rows::<N>(on, &format!("select {} from {}", N::COLUMNS, N::TABLE), vec![]).await? {
        let marks = marks(&known);
        words.insert(marks.0);
        dated.insert(marks.1);
    }
    let refused = RefCell::new(Vec::new());
    let mut tally = Tally::default();
    let mut fresh = Vec::new();
    for table in tables(sources) {
        for mut row in table.rows(&refused) {
            let is_dated = row.cell(N::WHEN).is_some();
            let at = if is_dated {
                row.instant(N::WHEN)
            } else if taking.who.is_some() {
                Some(taking.now)
            } else {
                row.filled(N::WHEN).and(None)
            };
            if at.is_some_and(|at| at > taking.now) {
                row.refuse(N::WHEN, "This moment is still to come.", "Write when it was said.");
            }
            let by = world.authors.find(&mut row);
            let Some(said) = N::of_row(&mut row, &world, by, at).filter(|_| !row.is_refused()) else { continue };
            let marks = marks(&said);
            let is_known = if is_dated { dated.contains(&marks.1) } else { words.contains(&marks.0) };
            if is_known {
                tally.add_same(row.number, || N::title(&row));
                continue;
            }
            tally.add_new(row.number, || N::title(&row));
            words.insert(marks.0);
            dated.insert(marks.1);
            fresh.push(said);
        }
    }
    tally.refused = refused.into_inner();
    if tally.is_clean() {
        let rows = fresh.iter().map(|said| std::iter::once(new_id(taking.now).into()).chain(said.values()).collect());
        db::insert(on, N::TABLE, &format!("id, {}", N::COLUMNS), rows.collect()).await?;
    }
    Ok(tally)
}

/// A text of at most so many characters; refused when it is longer.
fn text(row: &mut Row<'_>, column: &str, most: usize) -> String {
    let text = row.text(column).unwrap_or_default();
    if text.chars().count() > most {
        row.refuse(column, &format!("This is longer than {most} characters."), "Could part of it go elsewhere?");
    }
    text
}

/// An instant as files say it.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
