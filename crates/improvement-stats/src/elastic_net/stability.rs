//! Stability selection: what is chosen again in half of the rows?

use super::gram::{Gram, centres, check};
use super::path::{NetOptions, Problem, check_options};
use crate::{Error, Result, Warning, rng};

/// How to select.
#[derive(Debug, Clone, PartialEq)]
pub struct StabilityOptions {
    /// The fit. Penalties are walked from large to small; empty for a path from the whole data.
    pub net: NetOptions,
    /// Most predictors that one half may choose (q).
    pub most_chosen: usize,
    /// Complementary pairs of halves; 50 pairs are 100 fits.
    pub pairs: usize,
    /// Share of halves from which a predictor counts as stable, above 0.5.
    pub cutoff: f64,
    /// Seed of the chance numbers.
    pub seed: u64,
}

impl Default for StabilityOptions {
    fn default() -> Self {
        Self { net: NetOptions::default(), most_chosen: 8, pairs: 50, cutoff: 0.75, seed: 1 }
    }
}

/// How often each predictor was chosen.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StabilitySelection {
    /// Share of halves that chose each predictor: "chosen in 83 % of half-samples".
    pub frequency: Vec<f64>,
    /// Predictors at or above the cutoff.
    pub stable: Vec<usize>,
    /// Expected number of wrongly stable predictors is at most this (Meinshausen and Bühlmann).
    pub expected_false: f64,
    /// Halves fitted.
    pub halves: usize,
    /// Rows in a half.
    pub rows_in_half: usize,
    /// Rows.
    pub n: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Which predictors are chosen again and again in random halves of the rows?
///
/// Use it beside within-group estimates, to see which of many related predictors stand out. State the frequency, not a p value.
/// Rows must be independent: with repeated rows centre within groups first.
///
/// Formula: for each pair of disjoint halves the path is walked from strong to weak penalty until more than `most_chosen`
/// coefficients are not 0; what was not 0 before that counts as chosen. Expected false choices are at most
/// q²/((2·cutoff−1)·p).
///
/// # Errors
/// As [`super::elastic_net_path`]; [`Error::OutOfRange`] for cutoff, pairs or `most_chosen`; [`Error::TooFew`] below six rows.
///
/// Source: Meinshausen & Bühlmann (2010), JRSS B 72; Shah & Samworth (2013), JRSS B 75.
///
/// ```
/// use improvement_stats::elastic_net::{StabilityOptions, stability_selection};
/// let x: Vec<Vec<f64>> = (0..60).map(|i| (1..6).map(|j| f64::from(i * j % 7)).collect()).collect();
/// let y: Vec<f64> = x.iter().enumerate().map(|(i, r)| 2.0 * r[0] + (i % 3) as f64).collect();
/// let found = stability_selection(&x, &y, &StabilityOptions { most_chosen: 2, ..StabilityOptions::default() })?;
/// assert!(found.stable.contains(&0));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn stability_selection(x: &[Vec<f64>], y: &[f64], options: &StabilityOptions) -> Result<StabilitySelection> {
    let width = check(x, y)?;
    let n = x.len();
    if n < 6 {
        return Err(Error::TooFew { what: "rows", needed: 6, got: n });
    }
    if !(options.cutoff > 0.5 && options.cutoff <= 1.0) {
        return Err(Error::OutOfRange { what: "cutoff", value: options.cutoff, expected: "above 0.5 and at most 1" });
    }
    if options.pairs == 0 {
        return Err(Error::OutOfRange { what: "pairs", value: 0.0, expected: "at least 1" });
    }
    let mut chance = rng::seeded(options.seed);
    let mut order: Vec<usize> = (0..n).collect();
    let half = n / 2;
    let mut counts = vec![0usize; width];
    let walk = Walk::new(x, y, &options.net, options.most_chosen)?;
    let mut empty = 0;
    for _ in 0..options.pairs {
        rng::shuffle(&mut chance, &mut order);
        for rows in [&order[..half], &order[half..2 * half]] {
            match walk.chosen(rows) {
                Ok(chosen) => counts.iter_mut().zip(chosen).for_each(|(c, chosen)| *c += usize::from(chosen)),
                Err(Error::Undefined { .. }) => empty += 1,
                Err(other) => return Err(other),
            }
        }
    }
    let halves = 2 * options.pairs;
    let frequency: Vec<f64> = counts.iter().map(|c| *c as f64 / halves as f64).collect();
    let stable = (0..width).filter(|j| frequency[*j] >= options.cutoff).collect();
    let q = options.most_chosen as f64;
    let mut warnings = Vec::new();
    if empty > 0 {
        let message = format!("In {empty} halves the outcome did not vary; they chose nothing.");
        warnings.push(Warning::new("halves_without_variation", message));
    }
    if n < 3 * width {
        let message = format!("{n} rows for {width} predictors: treat this as exploration.");
        warnings.push(Warning::new("exploratory", message));
    }
    let expected_false = q * q / ((2.0 * options.cutoff - 1.0) * width as f64);
    Ok(StabilitySelection { frequency, stable, expected_false, halves, rows_in_half: half, n, warnings })
}

/// Which predictors are chosen in each of the given subsamples (rows counted from 0): the same subsamples, the same choice.
///
/// # Errors
/// As [`stability_selection`]; [`Error::OutOfRangeAt`] for a row that does not exist.
///
/// ```
/// use improvement_stats::elastic_net::{NetOptions, selections_on_subsamples};
/// let x: Vec<Vec<f64>> = (0..20).map(|i| (1..4).map(|j| f64::from(i * j % 7)).collect()).collect();
/// let y: Vec<f64> = x.iter().map(|r| 2.0 * r[0]).collect();
/// let chosen = selections_on_subsamples(&x, &y, &[(0..10).collect()], &NetOptions::default(), 1)?;
/// assert_eq!(chosen[0], [true, false, false]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn selections_on_subsamples(
    x: &[Vec<f64>],
    y: &[f64],
    subsamples: &[Vec<usize>],
    net: &NetOptions,
    most_chosen: usize,
) -> Result<Vec<Vec<bool>>> {
    check(x, y)?;
    let walk = Walk::new(x, y, net, most_chosen)?;
    let expected = "the number of a row, counted from 0";
    subsamples
        .iter()
        .map(|rows| match rows.iter().position(|r| *r >= x.len()) {
            Some(index) => Err(Error::OutOfRangeAt { what: "subsample", index, value: rows[index] as f64, expected }),
            None => walk.chosen(rows),
        })
        .collect()
}

struct Walk<'a> {
    x: &'a [Vec<f64>],
    y: &'a [f64],
    centres: Vec<f64>,
    net: &'a NetOptions,
    lambdas: Vec<f64>,
    most_chosen: usize,
}

impl<'a> Walk<'a> {
    fn new(x: &'a [Vec<f64>], y: &'a [f64], net: &'a NetOptions, most_chosen: usize) -> Result<Self> {
        check_options(net)?;
        if most_chosen == 0 {
            return Err(Error::OutOfRange { what: "most chosen", value: 0.0, expected: "at least 1" });
        }
        if net.alpha <= 0.0 {
            return Err(Error::OutOfRange { what: "alpha", value: net.alpha, expected: "above 0: ridge chooses everything" });
        }
        let centres = centres(x, y);
        let whole = Problem::new(&Gram::new(x, y, 0..x.len(), &centres), net)?;
        let mut lambdas = whole.lambdas(net, x.len(), centres.len() - 1);
        lambdas.sort_by(|a, b| b.total_cmp(a));
        Ok(Self { x, y, centres, net, lambdas, most_chosen })
    }

    fn chosen(&self, rows: &[usize]) -> Result<Vec<bool>> {
        if rows.len() < 3 {
            return Err(Error::TooFew { what: "rows in a subsample", needed: 3, got: rows.len() });
        }
        let gram = Gram::new(self.x, self.y, rows.iter().copied(), &self.centres);
        let problem = Problem::new(&gram, self.net)?;
        let mut state = problem.start();
        let mut chosen = vec![false; problem.width];
        for &lambda in &self.lambdas {
            problem.descend(&mut state, lambda)?;
            if state.beta.iter().filter(|b| **b != 0.0).count() > self.most_chosen {
                break;
            }
            chosen.iter_mut().zip(&state.beta).for_each(|(c, b)| *c |= *b != 0.0);
        }
        Ok(chosen)
    }
}
