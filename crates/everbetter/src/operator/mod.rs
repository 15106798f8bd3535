//! The operator's page: how the server is, which work waits or was given up, and where things are kept.

use std::time::Duration;

use askama::Template;
use axum::extract::Path;
use chrono::{DateTime, Utc};
use platform::{
    App, Cx, Error,
    access::{Action, May, Policy, Routes, Standing, Whole, actions::See, roles},
    audit, db,
    jobs::{self, JobKind, Load},
    room::{Answer, Subject},
    text::counted,
    web::{Answered, Shell, Toast, go_to_with, page},
};
use sea_orm::FromQueryResult;
use uuid::Uuid;

platform::actions! {
    /// Set work going again.
    Restart = "restart",
}

/// Finished jobs are kept this long, so that an operator can look back.
const KEPT_DAYS: i64 = 30;

/// Takes old finished jobs away.
pub(crate) const TIDY: JobKind = JobKind { name: "tidy finished jobs", every: Some(Duration::from_secs(24 * 3600)), run: tidy };

/// The server as a whole.
#[derive(Default)]
pub(crate) struct Server;

impl Whole for Server {
    const NAME: &'static str = "server";
}

impl<A: Action> Policy<A> for Server {
    const ASKS_AGAIN: bool = true;

    fn permits(who: &Standing, _: &Self) -> bool {
        may_see(who)
    }
}

pub(crate) fn may_see(who: &Standing) -> bool {
    who.holds(&[roles::OPERATOR])
}

pub(crate) fn routes() -> Routes {
    Routes::new().get("/operator", show).post("/operator/jobs/{job}/another-try", try_again)
}

#[derive(FromQueryResult)]
struct JobRow {
    id: Uuid,
    kind: String,
    run_at: DateTime<Utc>,
    attempts: i32,
    last_error: Option<String>,
    given_up_at: Option<DateTime<Utc>>,
    done_at: Option<DateTime<Utc>>,
}

struct JobLine {
    id: Uuid,
    kind: String,
    when: String,
    how: String,
    given_up: bool,
}

#[derive(Template)]
#[template(path = "operator/show.html")]
struct Page {
    shell: Shell,
    summary: String,
    well: bool,
    load: Load,
    jobs: Vec<JobLine>,
    engine: &'static str,
    data: String,
    mail: &'static str,
    version: &'static str,
    sessions: i64,
    events: i64,
}

async fn show(_: May<See, Server>, cx: Cx) -> Answered {
    let on = cx.db().read();
    let load = jobs::load(on).await?;
    // What needs somebody stands first, then what waits, then what was done last.
    let rows = db::rows::<JobRow>(
        on,
        "select * from (select id, kind, run_at, attempts, last_error, given_up_at, done_at from job
           where given_up_at is not null and done_at is null order by run_at desc limit 20) a
         union all select * from (select id, kind, run_at, attempts, last_error, given_up_at, done_at from job
           where given_up_at is null and done_at is null order by run_at limit 20) b
         union all select * from (select id, kind, run_at, attempts, last_error, given_up_at, done_at from job
           where done_at is not null order by done_at desc limit 20) c",
        vec![],
    )
    .await?;
    let sessions = db::scalar::<i64>(on, "select count(*) from session where ends_at > $1", vec![cx.now.into()]).await?;
    let events = db::scalar::<i64>(on, "select seq from audit_head", vec![]).await?;
    let spoken = |at: DateTime<Utc>| cx.settings.local(at).format("%-d %b, %H:%M").to_string();
    let jobs = rows
        .into_iter()
        .map(|row| JobLine {
            id: row.id,
            when: spoken(row.done_at.unwrap_or(row.run_at)),
            how: match (row.done_at, row.given_up_at, row.last_error) {
                (Some(_), ..) => "Done".to_owned(),
                (None, Some(_), error) => {
                    format!(
                        "Given up after {} tries: {}",
                        row.attempts,
                        error.unwrap_or_else(|| "no reason is on record".to_owned())
                    )
                }
                (None, None, Some(error)) => format!("Will try again: {error}"),
                (None, None, None) => "Waiting".to_owned(),
            },
            given_up: row.given_up_at.is_some() && row.done_at.is_none(),
            kind: row.kind,
        })
        .collect();
    let well = load.given_up == 0;
    let summary = if well {
        match load.waiting {
            0 => "All is well: the database answers, and no job waits.".to_owned(),
            waiting => format!(
                "All is well: the database answers, and {}.",
                counted(waiting, "job waits its turn", "jobs wait their turn")
            ),
        }
    } else {
        format!("{} up. The reasons stand below.", counted(load.given_up, "job was given", "jobs were given"))
    };
    page(&Page {
        shell: cx.shell("This server", "/operator"),
        summary,
        well,
        load,
        jobs,
        engine: match cx.db().engine() {
            db::Engine::Sqlite => "SQLite, inside this program",
            db::Engine::Postgres => "PostgreSQL",
        },
        data: cx.app.config.data.display().to_string(),
        mail: if cx.app.config.smtp.is_some() {
            "Sent through your mail server"
        } else {
            "Written as files into the data folder"
        },
        version: env!("CARGO_PKG_VERSION"),
        sessions: sessions.unwrap_or(0),
        events: events.unwrap_or(0),
    })
}

async fn try_again(may: May<Restart, Server>, cx: Cx, Path(job): Path<Uuid>) -> Answered {
    cx.db()
        .write(async |tx| {
            let set = db::exec(
                &**tx,
                "update job set given_up_at = null, attempts = 0, run_at = $1 where id = $2 and given_up_at is not null and done_at is null",
                vec![cx.now.into(), job.into()],
            )
            .await?;
            if set == 0 {
                return Err(Error::NotFound);
            }
            let subject = Subject { kind: "job", key: job.to_string(), title: "A job".to_owned(), href: "/operator".to_owned() };
            audit::record(tx, cx.db().engine(), cx.now, &may.who().into(), "job set going again", &subject, "").await?;
            Ok(())
        })
        .await?;
    Ok(go_to_with("/operator", &Toast::saying("It goes again within a few seconds.")))
}

fn tidy<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let before = app.clock.now() - chrono::Duration::days(KEPT_DAYS);
        app.db.write(async |tx| db::exec(&**tx, "delete from job where done_at < $1", vec![before.into()]).await).await?;
        Ok(())
    })
}
