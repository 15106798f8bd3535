//! Backups on schedule, and which of them are kept.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use platform::{App, Error, config::Backups, jobs::JobKind, room::Answer};

use super::{Cause, archive::UNFINISHED, store, verbs};

/// The job that makes a backup.
pub(crate) const JOB: JobKind = JobKind { name: "backup", every: None, run };

/// How often we look whether it is time.
const LOOK: Duration = Duration::from_secs(60);

/// Puts a backup in the queue whenever it is time, until the program ends.
pub(crate) async fn keep_schedule(app: Arc<App>) {
    let Some(backups) = app.config.backups.clone() else { return };
    loop {
        if let Err(error) = put_when_due(&app, &backups).await {
            tracing::error!(%error, "a backup on schedule can't be put in the queue");
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn put_when_due(app: &App, backups: &Backups) -> Result<(), Error> {
    let now = app.clock.now();
    let every = chrono::Duration::from_std(backups.every).unwrap_or(chrono::Duration::days(1));
    let due = store::last_begun(app.db.read()).await?.is_none_or(|last| last + every <= now);
    if due && !store::is_waiting(app.db.read()).await? {
        verbs::put_in_queue(app).await?;
    }
    Ok(())
}

fn run<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let Some(backups) = &app.config.backups else {
            return Err(Error::Ours("no folder is set for backups (backup_folder)".to_owned()));
        };
        let now = app.clock.now();
        sweep(app, backups).await?;
        let file = backups.folder.join(format!("everbetter-{}.tar.gz", now.format("%Y-%m-%d-%H%M%S")));
        verbs::back_up(app, Cause::Schedule, &file, true).await.map_err(|error| Error::Ours(format!("{error:#}")))?;
        take_old_away(app, backups).await
    })
}

/// Sees to what a backup left behind that was broken off. Only one such job runs at a time.
async fn sweep(app: &App, backups: &Backups) -> Result<(), Error> {
    std::fs::create_dir_all(&backups.folder)?;
    for entry in std::fs::read_dir(&backups.folder)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_file(entry.path())?;
        }
    }
    verbs::end_broken_off(app).await
}

async fn take_old_away(app: &App, backups: &Backups) -> Result<(), Error> {
    let all = store::kept(app.db.read()).await?;
    let kept = kept(all.iter().map(|backup| backup.began_at), backups.keep_days, backups.keep_weeks);
    for backup in all.iter().filter(|backup| !kept.contains(&backup.began_at)) {
        verbs::take_away(app, backup).await?;
    }
    Ok(())
}

/// Which of these times, newest first, are kept: the newest of each of the last days and of the last weeks that have one.
fn kept(times: impl Iterator<Item = DateTime<Utc>>, days: u64, weeks: u64) -> BTreeSet<DateTime<Utc>> {
    let (mut kept, mut by_day, mut by_week) = (BTreeSet::new(), BTreeSet::<NaiveDate>::new(), BTreeSet::new());
    for time in times {
        let (day, week) = (time.date_naive(), time.date_naive().iso_week());
        let for_day = (by_day.len() as u64) < days && by_day.insert(day);
        let for_week = (by_week.len() as u64) < weeks && by_week.insert((week.year(), week.week()));
        if for_day || for_week {
            kept.insert(time);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_each_day_and_week_is_kept() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        // Two a day for four weeks, newest first; 23 November 2026 is a Monday.
        let noon = at("2026-11-23T12:00:00Z");
        let times: Vec<_> = (0..56).map(|half| noon - chrono::Duration::hours(12 * half)).collect();
        let kept = kept(times.iter().copied(), 3, 3);
        let wanted = ["2026-11-23T12:00:00Z", "2026-11-22T12:00:00Z", "2026-11-21T12:00:00Z", "2026-11-15T12:00:00Z"];
        assert_eq!(kept, wanted.into_iter().map(at).collect());
    }
}
