//! Large files are looked at, and brought in, by a job: what it finds waits for whoever chose the file.

use platform::{App, Error, import::Refusal, jobs::JobKind, room::Answer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    store,
    trial::{self, Trial},
    verbs::{self, Bringing, Taken},
};

/// Looks at a large file, or brings it in.
pub(crate) const JOB: JobKind = JobKind { name: "bring in a file", every: None, run };

/// What the job is asked to do.
#[derive(Serialize, Deserialize)]
pub(super) struct Order {
    pub import: Uuid,
    /// Its own id: whoever asked again waits for another.
    pub job: Uuid,
    /// The figures that somebody saw and agreed to; without them it only looks.
    pub seen: Option<String>,
}

fn run<'a>(app: &'a App, payload: &'a str) -> Answer<'a, ()> {
    Box::pin(async move {
        let order: Order = serde_json::from_str(payload)?;
        let Some(draft) = store::draft(app.db.read(), order.import).await? else { return Ok(()) };
        if draft.is_taken() || draft.job_id != Some(order.job) {
            return Ok(());
        }
        let now = app.clock.now();
        let kind = app.house.import_kind(&draft.kind).ok_or(Error::NotFound)?;
        // Rights may have gone since the file was chosen.
        let who = app.identify.by_person(&app.db, draft.person_id, now).await?;
        let Some(who) = who.filter(|who| (kind.may)(who)) else {
            let refusal =
                Refusal::whole(&draft.file, "Such files are no longer yours to bring in.", "Send it to somebody who may.");
            return verbs::keep(app, &draft, order.job, &Trial::refusing(refusal)).await;
        };
        let (content, mapping) = (app.files.get(&draft.stored).await?, draft.mapping()?);
        let mut found = trial::run(app, kind, &who, &draft.file, &content, &mapping).await?;
        if let Some(seen) = &order.seen {
            if found.is_possible && found.figures() == *seen {
                let bringing = Bringing { who: &who, kind, draft: &draft, content: &content, seen: &found };
                match verbs::take(app, &app.db, now, bringing).await? {
                    Taken::In => return Ok(()),
                    Taken::Changed => found = trial::run(app, kind, &who, &draft.file, &content, &mapping).await?,
                }
            }
            found.has_changed = true;
        }
        verbs::keep(app, &draft, order.job, &found).await
    })
}
