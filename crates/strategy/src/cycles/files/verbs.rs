//! The only place where files on cycles change.

use platform::{
    Cx, Error,
    access::{May, Standing},
    attachments::Attachment,
    db::{self, Tx},
};
use uuid::Uuid;

use super::{FileThere, MOST, TABLE};
use crate::cycles::{
    Cycle,
    parts::{Kept, PartThere},
    policy::Run,
    verbs::{keep, must_be_changeable, record},
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

/// Puts files on a part, under keys made from the form's, so that sending it twice puts them there once.
pub(in crate::cycles) async fn put<N: Kept>(
    tx: &Tx,
    cx: &Cx,
    who: &Standing,
    cycle: &Cycle,
    (part, form): (Uuid, &str),
    attached: Attached<'_>,
) -> Result<(), Error> {
    if attached.files.is_empty() {
        return Ok(());
    }
    let sql = format!("select count(*) from cycle_file where {} = $1 and removed_at is null", N::FILES);
    let there = db::scalar::<i64>(&**tx, &sql, vec![part.into()]).await?.unwrap_or(0);
    let coming = i64::try_from(attached.files.len()).unwrap_or(i64::MAX);
    if there + coming > MOST {
        return Err(Error::Refused(format!(
            "{MOST} files are the most on one {}, and there are {there} already. Could the others go on another one?",
            N::WORD
        )));
    }
    let sql = format!(
        "insert into cycle_file (id, key, cycle_id, {}, hash, name, caption, author_id, added_at, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) on conflict (key) do nothing",
        N::FILES
    );
    for (number, file) in (1..).zip(attached.files) {
        file.keep(tx, cx.now).await?;
        let key = format!("{form}.{number}");
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
            continue;
        }
        keep(tx, cx, Some(who), cycle.id, (TABLE, &key), 1, &said(&file.name, attached.caption)).await?;
        record(tx, cx, who, "file added", cycle, &file.name).await?;
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
    must_be_changeable(cycle)?;
    if there.is_removed {
        return Err(Error::Refused(format!("This {} was taken out. Bring it back first, then add to it.", N::WORD)));
    }
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
    let sql = "update cycle_file set removed_at = $2, version = version + 1 where id = $1 and removed_at is null";
    set_removed(may, cx, sql, Some(cx.now), "file taken out").await
}

/// Brings a file back that was taken out, as long as its content is there.
pub(in crate::cycles) async fn restore(may: &May<Run, FileThere>, cx: &Cx) -> Result<(), Error> {
    let sql = "update cycle_file set removed_at = $2, version = version + 1
         where id = $1 and removed_at is not null and hash is not null";
    set_removed(may, cx, sql, None, "file brought back").await
}

async fn set_removed(
    may: &May<Run, FileThere>,
    cx: &Cx,
    sql: &str,
    at: Option<chrono::DateTime<chrono::Utc>>,
    done: &str,
) -> Result<(), Error> {
    let FileThere { there, file, .. } = may.thing();
    must_be_changeable(&there.cycle)?;
    cx.db()
        .write(async |tx| {
            if db::exec(&**tx, sql, vec![file.id.into(), at.into()]).await? == 0 {
                return Ok(());
            }
            Ok(record(tx, cx, may.who(), done, &there.cycle, &file.name).await?)
        })
        .await
}
