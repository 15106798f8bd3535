//! A linear model with a random intercept.

use clap::{Args, ValueEnum};
use improvement_stats::mixed_model::{self as model, DegreesOfFreedom, MixedOptions, Term, group_codes, within_between};

use super::{
    Ask, Common,
    answer::{Answer, fields, named, rows},
    formula::Formula,
    input::Table,
    mistake::{Found, Mistake},
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads the columns that the formula names: the outcome, predictors (numbers; names become one term for each after the
first; factor(year) treats numbers as names), and the group after the |. Rows with an empty cell are left out. The
estimate is that of the first predictor; fixed has all, group_effects the groups.

Example:
  everbetter analyze mixed-model --formula 'review ~ planning + year + (1 | partnership)' --split planning years.csv";

/// Asks for a mixed model.
#[derive(Args)]
pub struct MixedModel {
    #[command(flatten)]
    common: Common,
    /// The model, such as 'y ~ x1 + x2 + (1 | group)'.
    #[arg(long, required_unless_present = "schema", value_name = "FORMULA")]
    formula: Option<String>,
    /// Fit by maximum likelihood, to compare models; restricted maximum likelihood otherwise.
    #[arg(long)]
    ml: bool,
    /// Split these predictors into change within groups and difference between groups.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    split: Vec<String>,
    /// How degrees of freedom are found; kenward-roger for fewer than 20 groups.
    #[arg(long, value_enum, default_value_t = Freedom::Satterthwaite)]
    df: Freedom,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Freedom {
    Satterthwaite,
    KenwardRoger,
}

impl Ask for MixedModel {
    const NAME: &'static str = "mixed-model";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let text = self.formula.as_deref().unwrap_or_default();
        let formula = Formula::read(text)?;
        let Some(group) = &formula.group else {
            return Err(Mistake::new(format!(
                "--formula '{text}' names no groups. Add (1 | group) with the column of the groups."
            )));
        };
        let response = table.column(&formula.response, "--formula")?.numbers_or_nan()?;
        let labels = table.column(group, "--formula")?.texts()?;
        let (groups, names) = group_codes(&labels);
        let terms = self.split(formula.terms(table)?, &response, &groups, table)?;
        let df = match self.df {
            Freedom::Satterthwaite => DegreesOfFreedom::Satterthwaite,
            Freedom::KenwardRoger => DegreesOfFreedom::KenwardRoger,
        };
        let options = MixedOptions { reml: !self.ml, df, level: self.common.confidence };
        let fit = model::mixed_model(&response, &terms, &groups, &options).map_err(table.explain_whole())?;
        let fit = fields(fit);
        let effects: Vec<_> = rows(&fit["group_effects"]).into_iter().map(|row| named(row, "group", "group", &names)).collect();
        let fixed = rows(&fit["fixed"]);
        let main = fixed.get(1).or_else(|| fixed.first()).cloned().unwrap_or_default();
        Ok(Answer::new(Self::NAME, fit)
            .with_main_of(&main)
            .with("term", main.get("term"))
            .with("formula", text)
            .with("group_effects", effects))
    }
}

impl MixedModel {
    /// Puts two terms in the place of each that is split.
    fn split(&self, terms: Vec<Term>, response: &[f64], groups: &[usize], table: &Table) -> Found<Vec<Term>> {
        if let Some(name) = self.split.iter().find(|name| !terms.iter().any(|term| term.name == **name)) {
            return Err(Mistake::new(format!("--split names \"{name}\", which is no predictor in the formula. Add it there.")));
        }
        let complete: Vec<bool> = (0..response.len())
            .map(|row| !response[row].is_nan() && terms.iter().all(|term| !term.values[row].is_nan()))
            .collect();
        let mut split = Vec::new();
        for term in terms {
            if !self.split.contains(&term.name) {
                split.push(term);
                continue;
            }
            let used: Vec<f64> =
                term.values.iter().zip(&complete).map(|(value, used)| if *used { *value } else { f64::NAN }).collect();
            let parts = within_between(&used, groups).map_err(table.explain(&term.name))?;
            split.push(Term::new(format!("{} within", term.name), parts.within));
            split.push(Term::new(format!("{} between", term.name), parts.between));
        }
        Ok(split)
    }
}
