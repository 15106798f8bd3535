//! Elastic net.

use clap::{Args, ValueEnum};
use improvement_stats::elastic_net::{
    NetCoefficients, NetOptions, Ridge, StabilityOptions, cross_validate, elastic_net_path, stability_selection,
};
use serde_json::{Value, json};

use super::{
    Ask, Common,
    answer::Answer,
    input::Table,
    mistake::{Found, Mistake},
};

/// Help after the options.
pub(super) const HELP: &str = "\
Reads the outcome (--y) and predictors (--x; all other columns with numbers when not given); rows with an empty cell are
left out. Without --lambda the penalty comes from cross-validation. The estimate is the share of the outcome's variance
that the fit explains; coefficients has the predictors. Selected coefficients have no p values: use --stability.

Examples:
  everbetter analyze elastic-net --y review --alpha 0.5 --stability 50 --seed 7 years.csv
  everbetter analyze elastic-net --y review --folds 5 --groups partnership --choose simplest years.csv
  everbetter analyze elastic-net --y review --x planning,coaching --lambda 0.5,0.1 --ridge glmnet --unstandardised years.csv
  everbetter analyze elastic-net --y review --stability 100 --most-chosen 6 --cutoff 0.8 years.csv";

/// Asks for an elastic net.
#[derive(Args)]
pub struct ElasticNet {
    #[command(flatten)]
    common: Common,
    /// The column with the outcome.
    #[arg(long, required_unless_present = "schema", value_name = "COLUMN")]
    y: Option<String>,
    /// The columns with predictors.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    x: Vec<String>,
    /// Share of the lasso: 1 lasso, 0 ridge.
    #[arg(long, default_value_t = 1.0, value_name = "SHARE")]
    alpha: f64,
    /// Penalties to fit at instead of choosing one; the last is the main one.
    #[arg(long, value_delimiter = ',', value_name = "NUMBER,…")]
    lambda: Vec<f64>,
    /// Parts for cross-validation.
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    folds: usize,
    /// A column of groups that stay together in cross-validation.
    #[arg(long, value_name = "COLUMN")]
    groups: Option<String>,
    /// Which penalty of the cross-validation: smallest error, or the simplest within one standard error of it.
    #[arg(long, value_enum, default_value_t = Choice::Best)]
    choose: Choice,
    /// Leave predictors in their own units before the penalty.
    #[arg(long)]
    unstandardised: bool,
    /// How the ridge part is scaled: as in textbooks, or as R's glmnet does.
    #[arg(long, value_enum, default_value_t = Scaling::Textbook)]
    ridge: Scaling,
    /// Also say how often each predictor is chosen in this many pairs of halves.
    #[arg(long, value_name = "PAIRS")]
    stability: Option<usize>,
    /// Most predictors that one half may choose, for --stability.
    #[arg(long, default_value_t = 8, value_name = "NUMBER")]
    most_chosen: usize,
    /// Share of halves from which a predictor counts as stable.
    #[arg(long, default_value_t = 0.75, value_name = "SHARE")]
    cutoff: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Choice {
    Best,
    Simplest,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scaling {
    Textbook,
    Glmnet,
}

/// Complete rows.
struct Complete {
    x: Vec<Vec<f64>>,
    y: Vec<f64>,
    groups: Vec<usize>,
    dropped: usize,
}

impl Ask for ElasticNet {
    const NAME: &'static str = "elastic-net";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let outcome = self.y.as_deref().unwrap_or_default();
        table.column(outcome, "--y")?;
        let mut except = vec![outcome];
        except.extend(self.groups.as_deref());
        let names = if self.x.is_empty() { table.number_columns(&except) } else { self.x.clone() };
        if names.is_empty() {
            return Err(Mistake::new(format!(
                "{} has no column of numbers besides the outcome. Name predictors with --x.",
                table.file
            )));
        }
        let rows = self.read(table, outcome, &names)?;
        let explain = table.explain_whole();
        let options = NetOptions {
            alpha: self.alpha,
            lambdas: self.lambda.clone(),
            standardise: !self.unstandardised,
            ridge: if self.ridge == Scaling::Glmnet { Ridge::Glmnet } else { Ridge::Textbook },
        };
        let (path, chosen, validation) = if self.lambda.is_empty() {
            let folds = self.folds.min(rows.y.len());
            let found = cross_validate(&rows.x, &rows.y, &options, folds, &rows.groups, self.common.seed).map_err(&explain)?;
            let chosen = if self.choose == Choice::Best { found.best } else { found.simplest };
            let lambda = |place: usize| found.path.fits.get(place).map(|fit| fit.lambda);
            let validation = json!({
                "error": found.error.get(chosen), "error_standard_error": found.error_se.get(chosen),
                "folds": found.folds, "best_lambda": lambda(found.best), "simplest_lambda": lambda(found.simplest),
            });
            (found.path, chosen, validation)
        } else {
            let path = elastic_net_path(&rows.x, &rows.y, &options).map_err(&explain)?;
            let last = path.fits.len().saturating_sub(1);
            (path, last, Value::Null)
        };
        let coefficients = |fit: &NetCoefficients| -> Vec<Value> {
            fit.beta.iter().zip(&names).map(|(beta, name)| json!({ "term": name, "estimate": beta })).collect()
        };
        let Some(main) = path.fits.get(chosen) else {
            return Err(Mistake::new("No penalty was fitted. Give at least one with --lambda, or none for the usual ones."));
        };
        let fits: Vec<Value> = if self.lambda.len() > 1 { &path.fits[..] } else { &[] }
            .iter()
            .map(|fit| json!({ "lambda": fit.lambda, "intercept": fit.intercept, "r_squared": fit.r_squared, "coefficients": coefficients(fit) }))
            .collect();
        let mut answer = Answer::new(Self::NAME, json!({ "estimate": main.r_squared, "n": path.n, "warnings": path.warnings }))
            .with("alpha", path.alpha)
            .with("lambda", main.lambda)
            .with("lambda_max", path.lambda_max)
            .with("intercept", main.intercept)
            .with("nonzero", main.nonzero)
            .with("coefficients", coefficients(main))
            .with("cross_validation", validation)
            .with("rows_dropped", rows.dropped)
            .with("seed", self.common.seed);
        if !fits.is_empty() {
            answer = answer.with("path", fits);
        }
        if let Some(pairs) = self.stability {
            let most_chosen = self.most_chosen.min(names.len());
            let options = StabilityOptions { net: options, most_chosen, pairs, cutoff: self.cutoff, seed: self.common.seed };
            let found = stability_selection(&rows.x, &rows.y, &options).map_err(&explain)?;
            let terms: Vec<Value> = found
                .frequency
                .iter()
                .enumerate()
                .map(
                    |(place, share)| json!({ "term": names[place], "frequency": share, "stable": found.stable.contains(&place) }),
                )
                .collect();
            answer = answer.with(
                "stability",
                json!({ "terms": terms, "expected_false": found.expected_false, "halves": found.halves, "rows_in_half": found.rows_in_half, "warnings": found.warnings }),
            );
        }
        Ok(answer)
    }
}

impl ElasticNet {
    fn read(&self, table: &Table, outcome: &str, names: &[String]) -> Found<Complete> {
        let y = table.column(outcome, "--y")?.numbers_if_any()?;
        let columns = names.iter().map(|name| table.column(name, "--x")?.numbers_if_any()).collect::<Found<Vec<_>>>()?;
        let groups = match &self.groups {
            Some(name) => table.column(name, "--groups")?.codes()?.0,
            None => Vec::new(),
        };
        let mut rows = Complete { x: Vec::new(), y: Vec::new(), groups: Vec::new(), dropped: 0 };
        for (row, outcome) in y.iter().enumerate() {
            let x: Option<Vec<f64>> = columns.iter().map(|column| column[row]).collect();
            let (Some(outcome), Some(x)) = (outcome, x) else {
                rows.dropped += 1;
                continue;
            };
            rows.x.push(x);
            rows.y.push(*outcome);
            rows.groups.extend(groups.get(row));
        }
        if rows.y.is_empty() {
            return Err(Mistake::new(format!(
                "{}: no row has a value in each of the columns {outcome}, {}. Fill cells, or name fewer with --x.",
                table.file,
                names.join(", ")
            )));
        }
        Ok(rows)
    }
}
