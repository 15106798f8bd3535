//! What was taken out is let go after some days: then its content is destroyed.

use std::time::Duration;

use chrono::TimeDelta;
use platform::{App, Error, db, jobs::JobKind, room::Answer};

use super::DAYS_KEPT;

/// The job that lets go of files that were taken out.
pub(crate) const FORGET: JobKind =
    JobKind { name: "let go of files taken out", every: Some(Duration::from_secs(3600)), run: forget };

fn forget<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let before = app.clock.now() - TimeDelta::days(DAYS_KEPT);
        // Those of a part that was taken out go with it.
        let sql = "update cycle_file set hash = null where hash is not null and (removed_at < $1
             or log_entry_id in (select id from log_entry where removed_at < $1)
             or goal_id in (select id from goal where removed_at < $1))";
        app.db.write(async |tx| db::exec(&**tx, sql, vec![before.into()]).await).await.map_err(Error::from)?;
        Ok(())
    })
}
