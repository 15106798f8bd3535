//! The operator's page: how the server is, which work waits or was given up, mail, sign-in, and the audit log's chain.

mod checks;
mod schema;
mod store;
mod verbs;
mod web;

use std::time::Duration;

use platform::{
    App,
    access::{Action, Policy, Standing, Whole, roles},
    db,
    jobs::JobKind,
    room::Answer,
};

pub(crate) use checks::JOB as CHECK;
pub(crate) use schema::migrations;
pub(crate) use web::routes;

platform::actions! {
    /// Set work going again, or let it be.
    Restart = "restart",
    /// Let something happen now that would happen by itself later, or prove that it can.
    Run = "run",
}

/// The kind of subject that a piece of work is.
pub(crate) const JOB: &str = "job";

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

fn tidy<'a>(app: &'a App, _: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let before = app.clock.now() - chrono::Duration::days(KEPT_DAYS);
        app.db.write(async |tx| db::exec(&**tx, "delete from job where done_at < $1", vec![before.into()]).await).await?;
        Ok(())
    })
}
