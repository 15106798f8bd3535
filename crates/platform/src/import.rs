//! Files in: each kind of file says its columns; a file changes all or nothing; each error names file, row, column and value.

mod known;
mod tally;

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::{
    access::Standing,
    app::App,
    audit::{self, Actor},
    db::{Db, Tx},
    error::Error,
    room::{Answer, Subject},
    sheet::Sheet,
};

pub use ::tables::{
    Book, Column, DayOrder, DaysInFigures, Heading, Holds, LARGEST_CELL, LARGEST_FILE, Leaf, Look, MOST_COLUMNS, MOST_REFUSED,
    Mapping, Meaning, OddWord, Refusal, Row, RowChoice, Table, near, only_rows,
};
pub use known::Known;
pub use tally::{Change, Outcome, RowOutcome, TOLD, Tally, changes};

use ::tables::Input;

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
    /// Who may bring it in on a page; each row is then checked by the rules of the page that would change it.
    pub may: fn(&Standing) -> bool,
    /// Whether it makes people or gives rights: bringing it in on a page asks for a fresh proof of who it is.
    pub opens_doors: bool,
    /// Takes the files in, inside one transaction.
    pub run: for<'a> fn(&'a Taking<'a>, &'a [Source]) -> Answer<'a, Tally>,
    /// Gives all of it out, as a file that brings the same in.
    pub export: for<'a> fn(&'a Db) -> Answer<'a, Export>,
}

/// What a kind of file looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Rows and columns.
    Table,
    /// A text that the room reads itself.
    Text,
    /// A text that the room reads itself, or a table of the columns.
    Either,
    /// A text, or a workbook of several sheets; the room reads both itself.
    Book,
}

/// What leaves by a kind.
pub enum Export {
    /// Rows and columns.
    Table(Sheet),
    /// A text, TOML.
    Text(String),
    /// The same as a text, TOML, and as the sheets of a workbook.
    Either(String, Vec<Sheet>),
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
    /// Who brings it in on a page; nobody at the command line, which acts as the operator.
    pub who: Option<&'a Standing>,
}

/// One file, read.
pub enum Source {
    /// Rows and columns.
    Table(Table),
    /// The file's name and text.
    Text(String, String),
    /// Several sheets.
    Book(Book),
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

impl From<crate::db::DbErr> for Undone {
    fn from(error: crate::db::DbErr) -> Self {
        Self::Error(error.into())
    }
}

/// Reads a file for a kind.
///
/// # Errors
/// What is wrong with the file as a whole, or with its rows as rows.
pub fn read(kind: &Kind, name: &str, bytes: &[u8]) -> Result<Source, Vec<Refusal>> {
    read_as(kind, name, bytes, &Mapping::default())
}

/// Reads a file for a kind, with what somebody says about its columns, words and rows.
///
/// # Errors
/// As [`read`].
pub fn read_as(kind: &Kind, name: &str, bytes: &[u8], mapping: &Mapping) -> Result<Source, Vec<Refusal>> {
    source(kind, name, Input::Bytes(bytes), mapping)
}

/// Reads a file from the disk, without holding all of it; one that was packed with gzip is unpacked.
///
/// # Errors
/// As a refusal, so that it reads like the others.
pub fn read_file(kind: &Kind, path: &Path, mapping: &Mapping) -> Result<Source, Vec<Refusal>> {
    let shown = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    source(kind, &shown, Input::File(path), mapping)
}

fn source(kind: &Kind, name: &str, input: Input<'_>, mapping: &Mapping) -> Result<Source, Vec<Refusal>> {
    let as_text = match kind.form {
        Form::Table => false,
        Form::Text => true,
        Form::Either => is_toml(name),
        Form::Book => {
            return ::tables::whole(name, input).map(|whole| match whole {
                ::tables::Whole::Text(text) => Source::Text(name.to_owned(), text),
                ::tables::Whole::Book(book) => Source::Book(book),
            });
        }
    };
    if as_text {
        return ::tables::text(name, input).map(|text| Source::Text(name.to_owned(), text));
    }
    ::tables::read(kind.columns, name, input, mapping).map(Source::Table)
}

fn is_toml(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with(".toml") || name.ends_with(".toml.gz")
}

/// Looks at a file of a kind, with what was said about it so far.
///
/// # Errors
/// Why the file can't be opened at all.
pub fn look(kind: &Kind, name: &str, bytes: &[u8], mapping: &Mapping) -> Result<Look, Vec<Refusal>> {
    ::tables::look(kind.columns, name, Input::Bytes(bytes), mapping)
}

/// Takes sources in: all or nothing. A dry run, or a single refusal, leaves everything as it was.
///
/// # Errors
/// The database's own; what is wrong with the files stands in the tally.
pub async fn take(app: &App, kind: &Kind, sources: &[Source], actor: &Actor, mode: Mode) -> Result<Tally, Error> {
    take_for(app, kind, sources, actor, None, mode).await
}

/// Takes sources in for somebody on a page: each row must be one that this person could write there.
///
/// # Errors
/// As [`take`]; not allowed when this kind is not for this person.
pub async fn take_as(app: &App, kind: &Kind, sources: &[Source], who: &Standing, mode: Mode) -> Result<Tally, Error> {
    if !(kind.may)(who) {
        return Err(Error::NotAllowed);
    }
    take_for(app, kind, sources, &Actor::from(who), Some(who), mode).await
}

async fn take_for(
    app: &App,
    kind: &Kind,
    sources: &[Source],
    actor: &Actor,
    who: Option<&Standing>,
    mode: Mode,
) -> Result<Tally, Error> {
    let now = app.clock.now();
    let outcome = app
        .db
        .write_alone(async |tx| {
            let taking = Taking { app, tx, now, actor, who };
            let mut tally = (kind.run)(&taking, sources).await.map_err(Undone::Error)?;
            for table in tables(sources) {
                let unread = |name: &String| format!("{}: nothing reads the column {name}.", table.file);
                tally.notices.extend(table.notices().iter().cloned().chain(table.ignored().iter().map(unread)));
            }
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

impl Kind {
    /// Whether it is read as rows and columns.
    #[must_use]
    pub fn is_table(&self) -> bool {
        matches!(self.form, Form::Table | Form::Either)
    }
}

impl Source {
    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Table(table) => &table.file,
            Self::Text(name, _) => name,
            Self::Book(book) => &book.file,
        }
    }
}

/// The tables among the sources.
pub fn tables(sources: &[Source]) -> impl Iterator<Item = &Table> {
    sources.iter().filter_map(|source| match source {
        Source::Table(table) => Some(table),
        Source::Text(..) | Source::Book(_) => None,
    })
}
