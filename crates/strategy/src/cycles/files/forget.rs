//! What was taken out is let go after some days: then its content is destroyed.

use std::time::Duration;

use chrono::TimeDelta;
use platform::{App, jobs::JobKind, room::Answer};

use super::{DAYS_KEPT, store, verbs};

/// The job that lets go of files that were taken out.
pub(crate) const FORGET: JobKind =
    JobKind { name: "let go of files taken out", every: Some(Duration::from_secs(3600)), run: forget };

fn forget<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let now = app.clock.now();
        let before = now - TimeDelta::days(DAYS_KEPT);
        // One transaction for each: whatever ends the program, what was destroyed on a cycle is told.
        for cycle in store::due(app.db.read(), before).await? {
            app.db.write(async |tx| verbs::forget(tx, app.db.engine(), now, &cycle, before).await).await?;
        }
        Ok(())
    })
}
