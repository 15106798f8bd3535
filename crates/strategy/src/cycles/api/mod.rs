//! Cycles and what belongs to them, for programs: by the verbs of the pages, and for the same eyes.
//!
//! Members are called as the columns of the files are.

mod action;
mod cycle;
mod file;
mod goal;
mod learning;
mod log_entry;
mod part;
mod store;

use platform::{
    access::{Kind, Policy, Routes, Standing, Whole, actions::See},
    api::Field,
};

use super::{
    OwnerKind,
    parts::{Action, Goal, Learning, LogEntry},
};

/// The cycles that somebody may see, as a whole.
#[derive(Default)]
struct Cycles;

impl Whole for Cycles {
    const NAME: &'static str = "all cycles";
}

impl Policy<See> for Cycles {
    /// Whoever works with us sees some of them; those who left see none, not even their own.
    fn permits(who: &Standing, _: &Self) -> bool {
        who.kind != Kind::Alumnus
    }
}

const OWNER_KINDS: [&str; OwnerKind::ALL.len()] = ["person", "team", "partnership", "organisation"];

// What every list can be narrowed by: whose cycle it is, and when.
const OWNER_KIND: Field = Field::choice("owner_kind", &OWNER_KINDS, "Only those of owners of this kind.");
const OWNER: Field = Field::text("owner", 100, "Only those of the person, team or partnership of this key.").filled();
const SCHOOL_YEAR: Field = Field::year("school_year", "Only those of this school year.");
const CYCLE: Field = Field::text("cycle", 100, "Only those of the cycle of this key.").filled();

pub(super) fn routes() -> Routes {
    Routes::new()
        .api_get(
            "/api/v1/cycles",
            "List cycles, the latest first\n\nA person's own are listed for that person and the supervisor; the partner side sees those of the own partnership.",
            cycle::list,
        )
        .api_get("/api/v1/cycles/{cycle}", "Read a cycle", cycle::show)
        .api_patch("/api/v1/cycles/{cycle}", "Change what is said about a cycle as a whole", cycle::change)
        .api_patch(
            "/api/v1/cycles/{cycle}/step",
            "Move a cycle on, back, or to its end\n\nWhat was planned or closed is opened by naming a step; null closes it.",
            cycle::go,
        )
        .api_post("/api/v1/people/{person}/cycles", "Begin a cycle of one's own", cycle::begin)
        .api_post("/api/v1/teams/{team}/cycles", "Begin a cycle of a team", cycle::begin)
        .api_post("/api/v1/partnerships/{partnership}/cycles", "Begin a cycle of a partnership", cycle::begin)
        .api_post("/api/v1/organisation/cycles", "Begin a cycle of the whole organisation", cycle::begin)
        .api_get("/api/v1/goals", "List goals, the newest first", part::list::<Goal>)
        .api_post("/api/v1/cycles/{cycle}/goals", "Set a goal", part::add::<Goal>)
        .api_get("/api/v1/goals/{goal}", "Read a goal", part::show::<Goal>)
        .api_patch(
            "/api/v1/goals/{goal}",
            "Change a goal, or assess it\n\nTo assess it, say what came of it: `outcome`, `met`, `happened`, and the `decision`.",
            part::correct::<Goal>,
        )
        .api_delete("/api/v1/goals/{goal}", "Take a goal out\n\nIts page can bring it back.", part::remove::<Goal>)
        .api_get("/api/v1/plan-actions", "List actions of plans, the newest first", part::list::<Action>)
        .api_post("/api/v1/cycles/{cycle}/plan-actions", "Plan an action", part::add::<Action>)
        .api_get("/api/v1/plan-actions/{action}", "Read an action", part::show::<Action>)
        .api_patch("/api/v1/plan-actions/{action}", "Change an action, or say where it stands", part::correct::<Action>)
        .api_delete("/api/v1/plan-actions/{action}", "Take an action out\n\nIts page can bring it back.", part::remove::<Action>)
        .api_get("/api/v1/log-entries", "List entries of logs, the latest days first", part::list::<LogEntry>)
        .api_post("/api/v1/cycles/{cycle}/log-entries", "Note something in the log", part::add::<LogEntry>)
        .api_get("/api/v1/log-entries/{log_entry}", "Read an entry of a log", part::show::<LogEntry>)
        .api_patch("/api/v1/log-entries/{log_entry}", "Change an entry of one's own", part::correct::<LogEntry>)
        .api_delete(
            "/api/v1/log-entries/{log_entry}",
            "Take an entry of one's own out\n\nIts page can bring it back.",
            part::remove::<LogEntry>,
        )
        .api_get("/api/v1/learnings", "List what was learned, the newest first", part::list::<Learning>)
        .api_post("/api/v1/cycles/{cycle}/learnings", "Write down what was learned", part::add::<Learning>)
        .api_get("/api/v1/learnings/{learning}", "Read what was learned", part::show::<Learning>)
        .api_patch("/api/v1/learnings/{learning}", "Change what was learned", part::correct::<Learning>)
        .api_delete(
            "/api/v1/learnings/{learning}",
            "Take out what was learned\n\nIts page can bring it back.",
            part::remove::<Learning>,
        )
}
