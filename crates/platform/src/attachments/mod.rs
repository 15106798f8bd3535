//! Files that people attach to what they write: photos, and documents of a few kinds.
//!
//! What is attached is kept in the database, once for each content, under the hash of its bytes. This module knows content alone: a
//! room keeps a table of its own that says what hangs where, what it is called and who may see it, and names that table in
//! [`Room::attaches`](crate::room::Room::attaches). Its column `hash` refers to `attached_content`. What no such table refers to any more
//! is destroyed by a job.

mod answer;
mod kind;
mod photo;
mod sent;
mod sweep;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

pub use answer::{Size, serve};
pub use kind::Kind;
pub use sent::{FormWithFiles, SentFile};
pub use sweep::{SWEEP, broken};

use crate::{
    db::{self, ConnectionTrait, DbErr, FromQueryResult, Migration, Tx},
    error::Error,
    secret, text,
};

/// The largest file, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// The most bytes of all files of one form together.
pub const MOST_TOGETHER: usize = 25 * 1024 * 1024;
/// The most files of one form.
pub const MOST_AT_ONCE: usize = 6;
/// What a form's field for files names: phones turn their own kinds of photos into JPEG when they read this.
pub const ACCEPT: &str = "image/jpeg,image/png,image/webp,application/pdf,.docx,.xlsx,.pptx,.csv,.txt";
/// What we take, in words.
pub const TAKEN: &str = "photos (JPEG, PNG, WebP), PDF, Word, Excel, PowerPoint and plain text";

/// The table of attached content.
pub const MIGRATION: Migration = Migration {
    name: "platform-attachments-001-content",
    why: "Photos and documents hang on what people write; in the database, backups and every instance have them.",
    sql: "create table attached_content (
  hash text primary key,
  kind text not null,
  size bigint not null,
  width integer,
  height integer,
  at {instant} not null,
  small {bytes},
  content {bytes} not null
);
create index attached_content_at on attached_content (at)",
    only: &[],
};

/// Drawing a photo anew takes memory: one at a time, whoever sends it.
static ONE_PHOTO: Semaphore = Semaphore::const_new(1);

/// A file that was looked at and can be kept.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// What it is called, with the ending of its kind.
    pub name: String,
    /// The SHA-256 of what is kept of it, in hexadecimal digits.
    pub hash: String,
    kind: Kind,
    size: Option<(i32, i32)>,
    small: Option<Bytes>,
    content: Bytes,
}

impl Attachment {
    /// Looks at what was sent: a photo is drawn anew without what it tells beside the picture, a document stays as it is.
    ///
    /// # Errors
    /// A sentence for whoever sent it, that names the file, what is wrong with it and what to do; ours when we can't look.
    pub async fn of(file: SentFile) -> Result<Result<Self, String>, Error> {
        let SentFile { name, content } = file;
        let Some(content) = content else {
            return Ok(Err(format!("“{name}” has more than {} MB. Could it be smaller, or part of it?", MOST_BYTES >> 20)));
        };
        let found = match kind::of(&name, &content) {
            Ok(found) => found,
            Err(why) => return Ok(Err(format!("“{name}” {why}"))),
        };
        let Some(format) = found.photo() else {
            let name = kind::named(&name, found);
            return Ok(Ok(Self { name, hash: hash(&content), kind: found, size: None, small: None, content }));
        };
        let Ok(_turn) = ONE_PHOTO.acquire().await else { return Err(Error::Ours("no turn to draw a photo".to_owned())) };
        // A photo that makes its reader panic is one that can't be opened.
        let drawn = tokio::task::spawn_blocking(move || photo::drawn(&content, format)).await;
        let photo = match drawn.unwrap_or(Err(photo::Unread::Broken)) {
            Ok(photo) => photo,
            Err(why) => return Ok(Err(format!("“{name}” {}", why.words()))),
        };
        let name = kind::named(&name, photo.kind);
        let hash = hash(&photo.content);
        let small = Some(photo.small.into());
        Ok(Ok(Self { name, hash, kind: photo.kind, size: Some(photo.size), small, content: photo.content.into() }))
    }

    /// Keeps its content, unless the same is there already.
    ///
    /// # Errors
    /// The database's own.
    pub async fn keep(&self, tx: &Tx, now: DateTime<Utc>) -> Result<(), DbErr> {
        let length = i64::try_from(self.content.len()).unwrap_or(i64::MAX);
        let (width, height) = self.size.unzip();
        // One that is there already is young again, so that it is not swept away before something refers to it.
        db::exec(
            &**tx,
            "insert into attached_content (hash, kind, size, width, height, at, small, content)
             values ($1, $2, $3, cast($4 as integer), cast($5 as integer), $6, $7, $8)
             on conflict (hash) do update set at = excluded.at",
            vec![
                self.hash.clone().into(),
                self.kind.key().into(),
                length.into(),
                width.into(),
                height.into(),
                now.into(),
                self.small.as_ref().map(|bytes| bytes.to_vec()).into(),
                self.content.to_vec().into(),
            ],
        )
        .await?;
        Ok(())
    }
}

/// The hash of some content.
fn hash(content: &[u8]) -> String {
    secret::hex(&Sha256::digest(content))
}

/// What is told of attached content without its bytes. A query that joins `attached_content` as `a` reads it through [`FACTS`].
#[derive(Clone, Debug, FromQueryResult)]
pub struct Facts {
    content_kind: String,
    content_size: i64,
    content_width: Option<i32>,
    content_height: Option<i32>,
}

/// The columns of [`Facts`].
pub const FACTS: &str = "a.kind as content_kind, a.size as content_size, a.width as content_width, a.height as content_height";

impl Facts {
    /// What kind of file it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        // Nothing else is ever kept.
        Kind::from_key(&self.content_kind).unwrap_or(Kind::Text)
    }

    /// How many bytes it has.
    #[must_use]
    pub fn bytes(&self) -> i64 {
        self.content_size
    }

    /// How many bytes it has, in words.
    #[must_use]
    pub fn size_in_words(&self) -> String {
        text::size(u64::try_from(self.content_size).unwrap_or(0))
    }

    /// Width and height of a photo.
    #[must_use]
    pub fn size(&self) -> Option<(i32, i32)> {
        self.content_width.zip(self.content_height)
    }

    /// Width and height of the small picture of a photo.
    #[must_use]
    pub fn small_size(&self) -> Option<(i32, i32)> {
        self.size().map(photo::small_size)
    }
}

/// The bytes of some content, for an archive.
///
/// # Errors
/// The database's own.
pub async fn content(on: &impl ConnectionTrait, hash: &str) -> Result<Option<Vec<u8>>, DbErr> {
    db::scalar(on, "select content from attached_content where hash = $1", vec![hash.into()]).await
}
