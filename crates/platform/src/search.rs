//! One search over everything that has a page: SQLite's FTS5 or PostgreSQL's text vectors, behind two functions.
//!
//! A document is put in the transaction that changes its subject, so a search never lags behind.

use crate::{
    access::{Kind, Standing},
    db::{self, ConnectionTrait, DbErr, Engine, FromQueryResult, Migration, Tx},
    room::Subject,
    text::folded,
};

/// The search's tables.
pub const MIGRATION: Migration = Migration {
    name: "platform-004-search",
    why: "One shortcut finds people, partnerships and practices.",
    sql: "create table search_document (
  kind text not null,
  key text not null,
  title text not null,
  note text not null,
  href text not null,
  audience text not null,
  words text not null,
  constraint search_document_pk primary key (kind, key)
)",
    only: &[
        (
            Engine::Sqlite,
            "create virtual table search_index using fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61')",
        ),
        (Engine::Postgres, "create index search_document_words on search_document using gin (to_tsvector('simple', words))"),
    ],
};

/// Who may find a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever is signed in.
    Everyone,
    /// Staff.
    Staff,
    /// Staff, and the partner side of this site.
    Site(String),
}

impl Audience {
    fn word(&self) -> String {
        match self {
            Self::Everyone => "everyone".to_owned(),
            Self::Staff => "staff".to_owned(),
            Self::Site(slug) => format!("site:{slug}"),
        }
    }
}

/// Something that was found.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Hit {
    /// The kind of subject.
    pub kind: String,
    /// What people call it.
    pub title: String,
    /// A short line beside it.
    pub note: String,
    /// Its page.
    pub href: String,
}

/// The words of a text as both engines keep them. A dotted number such as 2.2.3 stays one word: engines part it differently.
fn terms(text: &str) -> Vec<String> {
    let letters: Vec<char> = folded(text).chars().collect();
    let digit_at = |place: Option<usize>| place.and_then(|place| letters.get(place)).is_some_and(char::is_ascii_digit);
    let joined: String = letters
        .iter()
        .enumerate()
        .map(|(place, letter)| match letter {
            '.' if digit_at(place.checked_sub(1)) && digit_at(place.checked_add(1)) => 'p',
            letter if letter.is_alphanumeric() => *letter,
            _ => ' ',
        })
        .collect();
    joined.split_whitespace().map(str::to_owned).collect()
}

/// Puts a subject's document in place of what was there. `more` holds further words to find it by.
///
/// # Errors
/// The database's own.
pub async fn put(tx: &Tx, engine: Engine, subject: &Subject, note: &str, more: &str, audience: &Audience) -> Result<(), DbErr> {
    let words = terms(&format!("{} {} {} {more}", subject.key, subject.title, note)).join(" ");
    remove(tx, engine, subject.kind, &subject.key).await?;
    db::exec(
        &**tx,
        "insert into search_document (kind, key, title, note, href, audience, words) values ($1, $2, $3, $4, $5, $6, $7)",
        vec![
            subject.kind.into(),
            subject.key.clone().into(),
            subject.title.clone().into(),
            note.into(),
            subject.href.clone().into(),
            audience.word().into(),
            words.clone().into(),
        ],
    )
    .await?;
    if engine == Engine::Sqlite {
        db::exec(
            &**tx,
            "insert into search_index (rowid, words) select rowid, words from search_document where kind = $1 and key = $2",
            vec![subject.kind.into(), subject.key.clone().into()],
        )
        .await?;
    }
    Ok(())
}

/// Makes the index anew from the documents, where the engine keeps it apart from them.
///
/// # Errors
/// The database's own.
pub async fn index_anew(tx: &Tx, engine: Engine) -> Result<(), DbErr> {
    if engine == Engine::Sqlite {
        db::exec(&**tx, "delete from search_index", vec![]).await?;
        db::exec(&**tx, "insert into search_index (rowid, words) select rowid, words from search_document", vec![]).await?;
    }
    Ok(())
}

/// Takes a subject out of the search.
///
/// # Errors
/// The database's own.
pub async fn remove(tx: &Tx, engine: Engine, kind: &str, key: &str) -> Result<(), DbErr> {
    if engine == Engine::Sqlite {
        db::exec(
            &**tx,
            "delete from search_index where rowid in (select rowid from search_document where kind = $1 and key = $2)",
            vec![kind.into(), key.into()],
        )
        .await?;
    }
    db::exec(&**tx, "delete from search_document where kind = $1 and key = $2", vec![kind.into(), key.into()]).await?;
    Ok(())
}

/// What `who` may find by these words; each word may be the beginning of a longer one.
///
/// # Errors
/// The database's own.
pub async fn find(
    on: &impl ConnectionTrait,
    engine: Engine,
    who: &Standing,
    question: &str,
    limit: u64,
) -> Result<Vec<Hit>, DbErr> {
    let terms = terms(question);
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let mut params: db::Params = Vec::new();
    let matches = match engine {
        Engine::Sqlite => {
            params.push(terms.iter().map(|term| format!("\"{term}\"*")).collect::<Vec<_>>().join(" ").into());
            "d.rowid in (select rowid from search_index where search_index match $1)"
        }
        Engine::Postgres => {
            params.push(terms.iter().map(|term| format!("{term}:*")).collect::<Vec<_>>().join(" & ").into());
            "to_tsvector('simple', d.words) @@ to_tsquery('simple', $1)"
        }
    };
    let audience = match who.kind {
        Kind::Staff => "1 = 1".to_owned(),
        Kind::Partner => {
            params.push(Audience::Site(who.works_at.clone().unwrap_or_default()).word().into());
            format!("d.audience in ('everyone', ${})", params.len())
        }
        Kind::Alumnus => "d.audience = 'everyone'".to_owned(),
    };
    params.push(terms[0].clone().into());
    let first = params.len();
    // What begins with the first word comes first, then the order of the alphabet.
    let sql = format!(
        "select d.kind, d.title, d.note, d.href from search_document d where {matches} and {audience}
         order by case when d.words like ${first} || '%' then 0 else 1 end, d.title, d.href limit {limit}"
    );
    db::rows(on, &sql, params).await
}
