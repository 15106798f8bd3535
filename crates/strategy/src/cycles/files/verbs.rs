//! The only place where files on cycles change.

use chrono::{DateTime, Utc};
use platform::{
    Cx, Error,
    access::{May, Standing},
    attachments::{Attachment, MOST_AT_ONCE},
    audit::Actor,
    db::{self, Engine, Tx},
    text::counted,
};
use uuid::Uuid;

use super::{FileThere, MOST, TABLE, store};
use crate::cycles::{
    Cycle,
    parts::{Goal, Kept, LogEntry, PartThere},
    policy::Run,
    verbs::{keep, must_be_changeable, record, record_of},
};

/// What somebody attaches: files, and what they show.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::cycles) struct Attached<'a> {
    pub files: &'a [Attachment],
    pub caption: &'a str,
}

fn said(name: &str, caption: &str) -> String {
    if caption.is_empty() { name.to_owned() } else { format!("{name}\n{caption}") }
}

/// The key of a form's file of that number.
fn key_of(form: &str, number: usize) -> String {
    format!("{form}.{number}")
}

/// Whether a form has brought its files already: all of these, and to this part.
///
/// # Errors
/// Refused where it has brought others, or to elsewhere.
async fn has_brought(tx: &Tx, part: Uuid, form: &str, files: &[Attachment]) -> Result<bool, Error> {
    let keys: Vec<_> = (1..=MOST_AT_ONCE).map(|number| key_of(form, number)).collect();
    let brought = store::brought(&**tx, &keys).await?;
    if brought.is_empty() {
        return Ok(false);
    }
    let hashes = brought.iter().map(|file| file.hash.as_deref());
    if brought.iter().all(|file| file.part == part) && hashes.eq(files.iter().map(|file| Some(file.hash.as_str()))) {
        return Ok(true);
    }
    Err(was_sent())
}

fn was_sent() -> Error {
    Error::Refused(
        "This form was sent before, with other files or none, and what it brought then is there. Please load the page again, and \
         choose these on it."
            .to_owned(),
    )
}

/// Holds a form that was sent once more against what it brought the first time.
///
/// # Errors
/// Refused where that were other files.
pub(in crate::cycles) async fn must_be_the_same(tx: &Tx, part: Uuid, form: &str, attached: Attached<'_>) -> Result<(), Error> {
    if has_brought(tx, part, form, attached.files).await? || attached.files.is_empty() { Ok(()) } else { Err(was_sent()) }
}

/// Refused where more files would hang on a part than may, with what could be done.
async fn must_have_room<N: Kept>(tx: &Tx, part: Uuid, coming: usize, advice: &str) -> Result<(), Error> {
    let there = store::count(&**tx, N::FILES, part).await?;
    if there + i64::try_from(coming).unwrap_or(i64::MAX) <= MOST {
        return Ok(());
    }
    Err(Error::Refused(format!("{MOST} files are the most on one {}, and there are {there} already. {advice}", N::WORD)))
}

/// Puts files on a part, under keys made from the form's, so that sending it twice puts them there once.
pub(in crate::cycles) async fn put<N: Kept>(
    tx: &Tx,
    cx: &Cx,
    who: &Standing,
    cycle: &Cycle,
    (part, form): (Uuid, &str),
    attached: Attached<'_>,
) -> Result<(), Error> {
    if attached.files.is_empty() || has_brought(tx, part, form, attached.files).await? {
        return Ok(());
    }
    must_have_room::<N>(tx, part, attached.files.len(), "Could the others go on another one?").await?;
    let sql = format!(
        "insert into cycle_file (id, key, cycle_id, {}, hash, name, caption, author_id, added_at, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) on conflict (key) do nothing",
        N::FILES
    );
    for (number, file) in (1..).zip(attached.files) {
        file.keep(tx, cx.now).await?;
        let key = key_of(form, number);
        let params = vec![
            cx.new_id().into(),
            key.clone().into(),
            cycle.id.into(),
            part.into(),
            file.hash.clone().into(),
            file.name.clone().into(),
            attached.caption.into(),
            who.person.into(),
            cx.now.into(),
        ];
        if db::exec(&**tx, &sql, params).await? == 0 {
            // It came twice at the same moment, and the other one was faster.
            return must_be_the_same(tx, part, form, attached).await;
        }
        keep(tx, cx, Some(who), cycle.id, (TABLE, &key), 1, &said(&file.name, attached.caption)).await?;
        record(tx, cx, who, "file added", cycle, &file.name).await?;
    }
    Ok(())
}

/// Refused where nothing can be attached to a part: its cycle is closed, or it was taken out.
pub(in crate::cycles) fn must_take_files<N: Kept>(there: &PartThere<N>) -> Result<(), Error> {
    must_be_changeable(&there.there.cycle)?;
    if there.is_removed {
        return Err(Error::Refused(format!("This {} was taken out. Bring it back first, then add to it.", N::WORD)));
    }
    Ok(())
}

/// Attaches files to a part.
pub(in crate::cycles) async fn attach<N: Kept>(
    may: &May<Run, PartThere<N>>,
    cx: &Cx,
    form: Uuid,
    attached: Attached<'_>,
) -> Result<(), Error> {
    let there = may.thing();
    let cycle = &there.there.cycle;
    must_take_files(there)?;
    cx.db().write(async |tx| put::<N>(tx, cx, may.who(), cycle, (there.id, &form.to_string()), attached).await).await
}

/// Says something else about what a file shows; refused as stale when somebody else was faster.
pub(in crate::cycles) async fn correct(may: &May<Run, FileThere>, cx: &Cx, version: i32, caption: &str) -> Result<(), Error> {
    let FileThere { there, file, .. } = may.thing();
    must_be_changeable(&there.cycle)?;
    cx.db()
        .write(async |tx| {
            let sql = "update cycle_file set caption = $3, version = version + 1
                 where id = $1 and version = $2 and removed_at is null";
            if db::exec(&**tx, sql, vec![file.id.into(), version.into(), caption.into()]).await? == 0 {
                return Err(Error::Stale);
            }
            let of = (TABLE, file.key.as_str());
            keep(tx, cx, Some(may.who()), there.cycle.id, of, version + 1, &said(&file.name, caption)).await?;
            Ok(record(tx, cx, may.who(), "file changed", &there.cycle, &file.name).await?)
        })
        .await
}

/// Takes a file out; doing so twice is doing it once.
pub(in crate::cycles) async fn remove(may: &May<Run, FileThere>, cx: &Cx) -> Result<(), Error> {
    let FileThere { there, file, .. } = may.thing();
    must_be_changeable(&there.cycle)?;
    cx.db()
        .write(async |tx| {
            let sql = "update cycle_file set removed_at = $2, version = version + 1 where id = $1 and removed_at is null";
            if db::exec(&**tx, sql, vec![file.id.into(), cx.now.into()]).await? == 0 {
                return Ok(());
            }
            Ok(record(tx, cx, may.who(), "file taken out", &there.cycle, &file.name).await?)
        })
        .await
}

/// Brings a file back that was taken out, as long as its content is there and there is room where it hung.
pub(in crate::cycles) async fn restore(may: &May<Run, FileThere>, cx: &Cx) -> Result<(), Error> {
    let FileThere { there, file, .. } = may.thing();
    must_be_changeable(&there.cycle)?;
    cx.db()
        .write(async |tx| {
            let sql = "update cycle_file set removed_at = null, version = version + 1
                 where id = $1 and removed_at is not null and hash is not null";
            if db::exec(&**tx, sql, vec![file.id.into()]).await? == 0 {
                return Ok(());
            }
            // It is one of those that are counted now.
            let advice = "Could you take another one out first?";
            match (file.log_entry_id, file.goal_id) {
                (Some(entry), _) => must_have_room::<LogEntry>(tx, entry, 0, advice).await?,
                (None, Some(goal)) => must_have_room::<Goal>(tx, goal, 0, advice).await?,
                (None, None) => {}
            }
            Ok(record(tx, cx, may.who(), "file brought back", &there.cycle, &file.name).await?)
        })
        .await
}

/// Lets go of what was taken out of a cycle before then, by itself or with what it hung on: nothing refers to its content from here
/// any more.
pub(super) async fn forget(
    tx: &Tx,
    engine: Engine,
    now: DateTime<Utc>,
    cycle: &Cycle,
    before: DateTime<Utc>,
) -> Result<(), Error> {
    let sql = "update cycle_file set hash = null where cycle_id = $1 and hash is not null and (removed_at < $2
         or log_entry_id in (select id from log_entry where cycle_id = $1 and removed_at < $2)
         or goal_id in (select id from goal where cycle_id = $1 and removed_at < $2))";
    let gone = db::exec(&**tx, sql, vec![cycle.id.into(), before.into()]).await?;
    // Another worker was faster, or somebody brought it back.
    if gone == 0 {
        return Ok(());
    }
    let actor = Actor::Process("the time that we keep files taken out");
    let detail = counted(i64::try_from(gone).unwrap_or(i64::MAX), "file", "files");
    Ok(record_of(tx, engine, now, &actor, "files destroyed", cycle, &detail).await?)
}
