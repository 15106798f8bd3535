//! What nothing refers to any more is destroyed; what is kept is held against its hash.

use std::time::Duration;

use chrono::TimeDelta;

use super::{MIGRATION, content, hash};
use crate::{
    app::App,
    db::{self, ConnectionTrait, DbErr, FromQueryResult},
    error::Error,
    jobs::JobKind,
    room::Answer,
};

/// The job that destroys content to which nothing refers any more.
pub const SWEEP: JobKind = JobKind { name: "destroy attached files", every: Some(Duration::from_secs(3600)), run: sweep };

fn sweep<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        // What has just come in is young: its row of a room may be on the way.
        let before = app.clock.now() - TimeDelta::hours(1);
        let mut sql = "delete from attached_content where at < $1".to_owned();
        for table in app.house.rooms().iter().flat_map(|room| &room.attaches) {
            sql.push_str(" and not exists (select 1 from ");
            sql.push_str(table);
            sql.push_str(" x where x.hash = attached_content.hash)");
        }
        app.db.write(async |tx| db::exec(&**tx, &sql, vec![before.into()]).await).await.map_err(Error::from)?;
        Ok(())
    })
}

#[derive(FromQueryResult)]
struct Hash {
    hash: String,
}

/// The hashes under which other content is kept than they say, and how much was looked at: nothing in a database that has not come
/// along as far as to keep any.
///
/// # Errors
/// The database's own.
pub async fn broken(on: &impl ConnectionTrait) -> Result<(u64, Vec<String>), DbErr> {
    let (mut looked, mut broken) = (0, Vec::new());
    if !db::applied_steps(on).await?.contains(MIGRATION.name) {
        return Ok((looked, broken));
    }
    // One at a time: together they may be larger than the memory.
    for Hash { hash: named } in db::rows::<Hash>(on, "select hash from attached_content order by hash", vec![]).await? {
        looked += 1;
        if content(on, &named).await?.is_none_or(|content| hash(&content) != named) {
            broken.push(named);
        }
    }
    Ok((looked, broken))
}
