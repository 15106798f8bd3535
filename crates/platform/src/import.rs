//! Files in: each kind of file says its columns; a file changes all or nothing; each error names file, row, column and value.

mod table;

use std::{collections::BTreeMap, fmt, path::Path};

use chrono::{DateTime, Utc};

use crate::{
    app::App,
    audit::{self, Actor},
    db::Tx,
    error::Error,
    room::{Answer, Subject},
};

pub use table::{Row, Table};

/// A kind of file that a room takes in.
pub struct Kind {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it holds, in a sentence.
    pub about: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// Whether it is read as a table or as text of its own (a content pack).
    pub form: Form,
    /// Takes the files in, inside one transaction.
    pub run: for<'a> fn(&'a Taking<'a>, &'a [Source]) -> Answer<'a, Tally>,
}

/// What a kind of file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Rows and columns.
    Table,
    /// A text that the room reads itself.
    Text,
}

/// A column of a table.
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// Whether a file without it is refused.
    pub required: bool,
    /// What its values look like.
    pub holds: Holds,
    /// What it means, in a few words.
    pub about: &'static str,
}

/// What the values of a column look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Any text.
    Text,
    /// A day, `2026-10-06`.
    Date,
    /// An instant, `2026-10-06T14:30:00Z`.
    Instant,
    /// A school year, `2026-27`.
    SchoolYear,
    /// A number.
    Number,
    /// Texts parted by semicolons.
    List,
}

/// One import under way.
pub struct Taking<'a> {
    /// The running program.
    pub app: &'a App,
    /// The transaction that holds all of it.
    pub tx: &'a Tx,
    /// When it happens.
    pub now: DateTime<Utc>,
    /// Who does it.
    pub actor: &'a Actor,
}

/// One file, read.
pub enum Source {
    /// Rows and columns.
    Table(Table),
    /// The file's name and text.
    Text(String, String),
}

/// What an import did, or would do.
#[derive(Debug, Default)]
pub struct Tally {
    /// Rows that were not there before.
    pub new: u64,
    /// Rows that say something else than before.
    pub changed: u64,
    /// Rows that were there already.
    pub same: u64,
    /// What could not be taken in; with one of these nothing is.
    pub refused: Vec<Refusal>,
    /// What is worth knowing, a sentence each: a column that nothing reads.
    pub notices: Vec<String>,
}

/// Something in a file that can't be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The file.
    pub file: String,
    /// The row as a spreadsheet counts it: the header is row 1.
    pub row: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub advice: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        if let Some(value) = &self.value {
            write!(f, ", \"{value}\"")?;
        }
        write!(f, ": {} {}", self.problem, self.advice)
    }
}

impl Tally {
    /// Adds what another part did.
    pub fn and(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.same += other.same;
        self.refused.extend(other.refused);
        self.notices.extend(other.notices);
    }

    /// Whether all of it could be taken in.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.refused.is_empty()
    }
}

/// Whether an import is for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Take it in.
    Take,
    /// Say what it would do.
    DryRun,
}

enum Undone {
    Tally(Tally),
    Error(Error),
}

impl From<sea_orm::DbErr> for Undone {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Error(error.into())
    }
}

/// Reads a file for a kind.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(kind: &Kind, name: &str, bytes: &[u8]) -> Result<Source, Vec<Refusal>> {
    match kind.form {
        Form::Table => Table::read(kind, name, bytes).map(Source::Table),
        Form::Text => table::text_of(name, bytes).map(|text| Source::Text(name.to_owned(), text)),
    }
}

/// Reads a file from the disk; a name that ends in `.gz` is unpacked.
///
/// # Errors
/// As a refusal, so that it reads like the others.
pub fn read_file(kind: &Kind, path: &Path) -> Result<Source, Vec<Refusal>> {
    let shown = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let bytes = std::fs::read(path).map_err(|error| {
        vec![Refusal {
            file: path.display().to_string(),
            row: None,
            column: None,
            value: None,
            problem: format!("The file can’t be read: {error}."),
            advice: "Check its name and whether you may open it.".to_owned(),
        }]
    })?;
    read(kind, &shown, &bytes)
}

/// Takes sources in: all or nothing. A dry run, or a single refusal, leaves everything as it was.
///
/// # Errors
/// The database's own; what is wrong with the files stands in the tally.
pub async fn take(app: &App, kind: &Kind, sources: &[Source], actor: &Actor, mode: Mode) -> Result<Tally, Error> {
    let now = app.clock.now();
    let outcome = app
        .db
        .write(async |tx| {
            let taking = Taking { app, tx, now, actor };
            let tally = (kind.run)(&taking, sources).await.map_err(Undone::Error)?;
            if mode == Mode::DryRun || !tally.is_clean() {
                return Err(Undone::Tally(tally));
            }
            if tally.new + tally.changed > 0 {
                let files = sources.iter().map(Source::name).collect::<Vec<_>>().join(", ");
                let subject = Subject {
                    kind: "import",
                    key: kind.name.to_owned(),
                    title: format!("{} from {files}", kind.name),
                    href: String::new(),
                };
                let detail = format!("{} new, {} changed, {} the same", tally.new, tally.changed, tally.same);
                audit::record(tx, app.db.engine(), now, actor, "files imported", &subject, &detail).await?;
            }
            Ok(tally)
        })
        .await;
    match outcome {
        Ok(tally) | Err(Undone::Tally(tally)) => Ok(tally),
        Err(Undone::Error(error)) => Err(error),
    }
}

impl Source {
    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Table(table) => &table.file,
            Self::Text(name, _) => name,
        }
    }
}

/// The tables among the sources.
pub fn tables(sources: &[Source]) -> impl Iterator<Item = &Table> {
    sources.iter().filter_map(|source| match source {
        Source::Table(table) => Some(table),
        Source::Text(..) => None,
    })
}

/// Names that a file may refer to, with the ids behind them; refuses the others kindly.
pub struct Known<Id> {
    /// What they are: `person`, `team`.
    pub what: &'static str,
    /// Name to id.
    pub ids: BTreeMap<String, Id>,
}

impl<Id: Copy> Known<Id> {
    /// The id of the name in a row's column, if the cell is filled; notes a refusal when nobody has that name.
    pub fn find(&self, row: &mut Row<'_>, column: &str) -> Option<Id> {
        let name = row.text(column)?;
        let found = self.ids.get(&name).copied();
        if found.is_none() {
            row.refuse(
                column,
                &format!("There is no {} of that name.", self.what),
                &format!("Check the spelling, or import the {} first.", self.what),
            );
        }
        found
    }
}
