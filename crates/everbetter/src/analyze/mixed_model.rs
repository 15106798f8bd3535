//! A linear model with intercepts and slopes that differ between groups.

use clap::{Args, ValueEnum};
use improvement_stats::mixed_model::{
    self as model, DegreesOfFreedom, MixedOptions, RandomEffects, Term, group_codes, within_between,
};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields, named, rows},
    formula::{Differing, Formula, terms_of},
    input::Table,
    mistake::{Found, Mistake},
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads the columns that the formula names: the outcome, predictors (numbers; names become one term for each after the
first; factor(year) treats numbers as names; a:b is a product, a*b both and their product), and the groups after the |.
Rows with an empty cell are left out. The estimate is that of the first predictor; fixed has all, variance_components how
much groups differ, group_effects each group.

What differs between groups: (1 | group) the intercept, (1 + x | group) the slope of x, too, (1 + x || group) the same
uncorrelated, (0 + x | group) the slope alone, (1 | school/class) classes in schools, several brackets for several groups.

Examples:
  everbetter analyze mixed-model --formula 'review ~ planning + year + (1 | partnership)' --split planning years.csv
  everbetter analyze mixed-model --formula 'score ~ year + (1 + year | school)' --ml --df satterthwaite years.csv";

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
    /// How degrees of freedom are found; kenward-roger, with (1 | group) alone, for fewer than 20 groups.
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
        let Some(first) = formula.random.first() else {
            return Err(Mistake::new(format!(
                "--formula '{text}' names no groups. Add (1 | group) with the column of the groups."
            )));
        };
        let response = table.column(&formula.response, "--formula")?.numbers_or_nan()?;
        let (groups, _) = grouping(first, table)?;
        let terms = self.split(formula.terms(table)?, &response, &groups, table)?;
        let df = match self.df {
            Freedom::Satterthwaite => DegreesOfFreedom::Satterthwaite,
            Freedom::KenwardRoger => DegreesOfFreedom::KenwardRoger,
        };
        let options = MixedOptions { reml: !self.ml, df, level: self.common.confidence };
        let answer = match &formula.random[..] {
            [only] if only.slopes.is_empty() => intercepts(table, only, &response, &terms, &options)?,
            random => effects(table, random, &response, &terms, &options)?,
        };
        let fixed = answer.fields().iter().find(|(name, _)| name == "fixed").map(|(_, fixed)| rows(fixed)).unwrap_or_default();
        let main = fixed.get(1).or_else(|| fixed.first()).cloned().unwrap_or_default();
        Ok(answer.with_main_of(&main).with("term", main.get("term")).with("formula", text))
    }
}

/// The number of each row's group, and the groups' names.
fn grouping(differing: &Differing, table: &Table) -> Found<(Vec<usize>, Vec<String>)> {
    let columns = differing.groups.iter().map(|name| table.column(name, "--formula")?.texts()).collect::<Found<Vec<_>>>()?;
    let label = |row: usize| columns.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join(":");
    Ok(group_codes(&(0..table.len()).map(label).collect::<Vec<_>>()))
}

/// One intercept that differs.
fn intercepts(table: &Table, only: &Differing, response: &[f64], terms: &[Term], options: &MixedOptions) -> Found<Answer> {
    let (groups, names) = grouping(only, table)?;
    let fit = model::mixed_model(response, terms, &groups, options).map_err(table.explain_whole())?;
    let (variance, count) = (fit.group_variance, fit.groups);
    let fit = fields(fit);
    let effect = |row: Map<String, Value>| {
        let mut row = named(row, "group", "group", &names);
        row.insert("grouping".to_owned(), json!(only.name()));
        row.insert("term".to_owned(), json!("(Intercept)"));
        row
    };
    let effects: Vec<_> = rows(&fit["group_effects"]).into_iter().map(effect).collect();
    let component = json!([{
        "grouping": only.name(), "term": "(Intercept)", "with": null, "variance": variance,
        "standard_deviation": variance.sqrt(), "correlation": null,
    }]);
    Ok(Answer::new(MixedModel::NAME, fit)
        .with("variance_components", component)
        .with("groupings", json!([{ "name": only.name(), "groups": count }]))
        .with("group_effects", effects))
}

/// Slopes that differ, or several groupings.
fn effects(table: &Table, random: &[Differing], response: &[f64], terms: &[Term], options: &MixedOptions) -> Found<Answer> {
    let (mut sets, mut names) = (Vec::new(), Vec::new());
    for differing in random {
        let (groups, labels) = grouping(differing, table)?;
        let slopes = terms_of(&differing.slopes, table)?;
        sets.push(RandomEffects { name: differing.name(), groups, intercept: differing.intercept, slopes });
        names.push((differing.name(), labels));
    }
    let fit = model::multilevel_model(response, terms, &sets, options).map_err(table.explain_whole())?;
    let groups = fit.groupings.first().map(|grouping| grouping.groups);
    let fit = fields(fit);
    let effect = |row: Map<String, Value>| {
        let labels = names.iter().find(|(name, _)| row["grouping"] == *name).map(|(_, labels)| labels.as_slice());
        named(row, "group", "group", labels.unwrap_or_default())
    };
    let effects: Vec<_> = rows(&fit["group_effects"]).into_iter().map(effect).collect();
    Ok(Answer::new(MixedModel::NAME, fit).with("groups", groups).with("group_effects", effects))
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
