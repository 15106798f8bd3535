//! The templates of cycles: steps, their questions, and which parts of a cycle's page belong to each.

use platform::db;
use platform::db::{ConnectionTrait, DbErr, FromQueryResult};

use super::Cycle;
use crate::frameworks::Framework;

/// The parts of a cycle that a step can hold.
pub(crate) const PARTS: [&str; 6] = ["people", "goals", "plan", "log", "assessment", "closing"];

/// A kind of cycle.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Template {
    pub name: String,
    pub short: String,
    pub about: String,
    #[row(skip)]
    pub steps: Vec<Step>,
}

/// A step of a template, in order.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Step {
    pub key: String,
    pub name: String,
    pub holds: String,
    pub practices_of: String,
    pub prompts: String,
    pub only_in_last_cycle: bool,
}

impl Step {
    /// The parts of a cycle's page that belong to this step.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        self.holds.split_whitespace()
    }

    /// Whether a year ends in it: what closes a cycle, and belongs to the last one of a year alone.
    pub(crate) fn closes_the_year(&self) -> bool {
        self.only_in_last_cycle && self.parts().any(|part| part == "closing")
    }

    /// The questions that people ask themselves here.
    pub(crate) fn prompts(&self) -> impl Iterator<Item = &str> {
        self.prompts.lines()
    }
}

impl Template {
    /// The template of that key, read with two queries.
    pub(crate) async fn read(on: &impl ConnectionTrait, key: &str) -> Result<Option<Self>, DbErr> {
        let sql = "select name, short, about from cycle_template where key = $1";
        let found = db::one::<Self>(on, sql, vec![key.into()]).await?;
        let sql = "select key, name, holds, practices_of, prompts, only_in_last_cycle from cycle_template_step
             where template_key = $1 order by position";
        let steps = db::rows::<Step>(on, sql, vec![key.into()]).await?;
        Ok(found.map(|template| Self { steps, ..template }))
    }

    /// The steps of a cycle: one that belongs to the year's last cycle only is left out of the others.
    pub(crate) fn steps_of(&self, cycle: &Cycle, framework: Option<&Framework>) -> Vec<&Step> {
        let last = framework.and_then(|framework| framework.cycles.iter().map(|months| months.number).max());
        let is_last = last.is_none_or(|last| cycle.number >= last);
        self.steps.iter().filter(|step| is_last || !step.only_in_last_cycle || step.key == cycle.step_key).collect()
    }
}
