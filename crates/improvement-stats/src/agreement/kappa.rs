//! Cohen's kappa for two raters, and Light's mean of it for more.

use super::{Ratings, Weights};
use crate::{Error, Interval, Result, Warning, check_level, tails};

/// Two raters' ratings of the same units, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfusionTable {
    categories: Vec<f64>,
    counts: Vec<Vec<f64>>,
}

impl ConfusionTable {
    /// A table from counts: row = first rater's category, column = second rater's, both in the scale's order. The categories
    /// count as 0, 1, 2 …; include those that nobody used.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Invalid`] when not square, [`Error::OutOfRange`] for negative or infinite counts,
    /// [`Error::TooFew`] when all counts are 0.
    ///
    /// ```
    /// use improvement_stats::agreement::ConfusionTable;
    /// assert!(ConfusionTable::from_counts(&[vec![5.0, 1.0], vec![2.0, 9.0]]).is_ok());
    /// ```
    pub fn from_counts(counts: &[Vec<f64>]) -> Result<Self> {
        let k = counts.len();
        if k == 0 {
            return Err(Error::Empty { what: "table" });
        }
        if counts.iter().any(|row| row.len() != k) {
            return Err(Error::Invalid("the table must be square: the same categories for both raters".into()));
        }
        if let Some(&value) = counts.iter().flatten().find(|c| !(c.is_finite() && **c >= 0.0 && **c < 1e15)) {
            return Err(Error::OutOfRange { what: "count", value, expected: "0 or more and below 1e15" });
        }
        if counts.iter().flatten().sum::<f64>() <= 0.0 {
            return Err(Error::TooFew { what: "units that both raters rated", needed: 1, got: 0 });
        }
        Ok(Self { categories: (0..k).map(|c| c as f64).collect(), counts: counts.to_vec() })
    }

    /// The table of two raters (columns of `ratings`) over the units that both rated. `scale` lists the rubric's values in
    /// ascending order, also those nobody used; an empty scale takes the values that these two used.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a rater does not exist or a rating is not on the scale, [`Error::TooFew`] without a common
    /// unit, [`Error::Invalid`] for an unordered scale.
    ///
    /// ```
    /// use improvement_stats::agreement::{ConfusionTable, Ratings};
    /// let ratings = Ratings::from_rows(&[vec![Some(3.0), Some(2.0)], vec![Some(1.0), Some(1.0)]])?;
    /// assert!(ConfusionTable::from_ratings(&ratings, 0, 1, &[0.0, 1.0, 2.0, 3.0, 4.0]).is_ok());
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn from_ratings(ratings: &Ratings, first: usize, second: usize, scale: &[f64]) -> Result<Self> {
        for rater in [first, second] {
            if rater >= ratings.raters() {
                let expected = "the number of a rater, counted from 0";
                return Err(Error::OutOfRange { what: "rater", value: rater as f64, expected });
            }
        }
        let pairs: Vec<(f64, f64)> =
            (0..ratings.units()).filter_map(|unit| Some((ratings.get(unit, first)?, ratings.get(unit, second)?))).collect();
        if pairs.is_empty() {
            return Err(Error::TooFew { what: "units that both raters rated", needed: 1, got: 0 });
        }
        let categories = if scale.is_empty() {
            let mut used: Vec<f64> = pairs.iter().flat_map(|p| [p.0, p.1]).collect();
            used.sort_by(f64::total_cmp);
            used.dedup();
            used
        } else {
            super::check_scale(scale)?
        };
        if categories.len() > super::MOST_CATEGORIES {
            return Err(super::too_many_categories(categories.len()));
        }
        let mut counts = vec![vec![0.0; categories.len()]; categories.len()];
        for (a, b) in pairs {
            counts[super::position(&categories, a)?][super::position(&categories, b)?] += 1.0;
        }
        Ok(Self { categories, counts })
    }
}

/// Cohen's kappa with its interval.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Kappa {
    /// 1 perfect, 0 what independent raters with these habits reach, below 0 less than that.
    pub estimate: f64,
    /// Large-sample standard error (Fleiss, Cohen, Everitt).
    pub standard_error: f64,
    /// Normal interval.
    pub interval: Interval,
    /// Standard error if kappa were 0.
    pub null_standard_error: f64,
    /// Two-sided p value for kappa = 0; absent when its standard error is 0.
    pub p_value: Option<f64>,
    /// Share of units on which both chose the same.
    pub percent_agreement: f64,
    /// Weighted agreement observed.
    pub observed_agreement: f64,
    /// Weighted agreement expected from the two raters' habits.
    pub chance_agreement: f64,
    /// The largest unweighted kappa that these two raters' habits allow.
    pub maximum: f64,
    /// Units rated by both.
    pub n: f64,
    /// Weights used.
    pub weights: &'static str,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Do two raters agree beyond what their habits alone would give?
///
/// Use it for exactly two raters with complete pairs. For ordered levels give weights, over the rubric's full scale. Not for
/// more raters or gaps (use [`super::krippendorff_alpha`]); with skewed ratings read percent agreement and
/// [`super::gwet_ac`] beside it. Quadratic kappa rises with the length of the scale.
///
/// Formula: (observed − expected) / (1 − expected) weighted agreement, where expected multiplies the raters' shares.
///
/// # Errors
/// [`Error::Undefined`] when expected agreement is 1 (both used one and the same category), errors of [`Weights::matrix`],
/// [`Error::OutOfRange`] for a level outside (0, 1).
///
/// Source: Cohen (1960, 1968); standard error Fleiss, Cohen & Everitt (1969).
///
/// ```
/// use improvement_stats::agreement::{ConfusionTable, Weights, cohen_kappa};
/// let table = ConfusionTable::from_counts(&[vec![20.0, 5.0], vec![10.0, 15.0]])?;
/// let kappa = cohen_kappa(&table, &Weights::Identity, 0.95)?;
/// assert!((kappa.estimate - 0.4).abs() < 1e-12);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn cohen_kappa(table: &ConfusionTable, weights: &Weights, level: f64) -> Result<Kappa> {
    check_level(level)?;
    let k = table.categories.len();
    let w = weights.matrix(&table.categories)?;
    let n: f64 = table.counts.iter().flatten().sum();
    let p: Vec<Vec<f64>> = table.counts.iter().map(|row| row.iter().map(|c| c / n).collect()).collect();
    let rows: Vec<f64> = p.iter().map(|row| row.iter().sum()).collect();
    let columns: Vec<f64> = (0..k).map(|j| p.iter().map(|row| row[j]).sum()).collect();
    let sum = |cell: &dyn Fn(usize, usize) -> f64| -> f64 { (0..k).map(|i| (0..k).map(|j| cell(i, j)).sum::<f64>()).sum() };
    let observed = sum(&|i, j| w[i][j] * p[i][j]);
    let expected = sum(&|i, j| w[i][j] * rows[i] * columns[j]);
    if 1.0 - expected < 1e-14 {
        let reason = "both raters used one and the same category throughout";
        return Err(Error::Undefined { what: "kappa", reason });
    }
    let estimate = (observed - expected) / (1.0 - expected);
    let row_weights: Vec<f64> = (0..k).map(|i| (0..k).map(|j| columns[j] * w[i][j]).sum()).collect();
    let column_weights: Vec<f64> = (0..k).map(|j| (0..k).map(|i| rows[i] * w[i][j]).sum()).collect();
    let spread = sum(&|i, j| p[i][j] * (w[i][j] - (row_weights[i] + column_weights[j]) * (1.0 - estimate)).powi(2))
        - (estimate - expected * (1.0 - estimate)).powi(2);
    let null_spread =
        sum(&|i, j| rows[i] * columns[j] * (w[i][j] - row_weights[i] - column_weights[j]).powi(2)) - expected * expected;
    // Rounding leaves a trace where the spread is 0, and its square root would look like a real error.
    let to_error = |spread: f64| if spread < 1e-15 { 0.0 } else { (spread / n).sqrt() / (1.0 - expected) };
    let (standard_error, null_standard_error) = (to_error(spread), to_error(null_spread));
    let plain_expected: f64 = (0..k).map(|i| rows[i] * columns[i]).sum();
    let most: f64 = (0..k).map(|i| rows[i].min(columns[i])).sum();
    let reach = -tails::normal_quantile((1.0 - level) / 2.0) * standard_error;
    let mut warnings = Vec::new();
    if n < 50.0 {
        let message = format!("Only {n} units: the interval rests on a large-sample formula and is approximate.");
        warnings.push(Warning::new("interval_approximate", message));
    }
    if k == 2 && !(0.2..=0.8).contains(&((rows[0] + columns[0]) / 2.0)) {
        let message = "One category is rare: kappa is low although raters mostly agree; read percent agreement and AC1 too.";
        warnings.push(Warning::new("skewed_ratings", message));
    }
    Ok(Kappa {
        estimate,
        standard_error,
        interval: Interval::new(estimate - reach, estimate + reach, level),
        null_standard_error,
        p_value: (null_standard_error > 0.0).then(|| tails::normal_two_sided(estimate / null_standard_error)),
        percent_agreement: (0..k).map(|i| p[i][i]).sum(),
        observed_agreement: observed,
        chance_agreement: expected,
        maximum: if plain_expected < 1.0 { (most - plain_expected) / (1.0 - plain_expected) } else { 1.0 },
        n,
        weights: weights.name(),
        warnings,
    })
}

/// Light's kappa: the mean of Cohen's kappa over all pairs of raters.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LightKappa {
    /// Mean of the pairs' kappas.
    pub estimate: f64,
    /// Each pair of raters with its kappa; pairs without a defined kappa are left out.
    pub pairs: Vec<(usize, usize, f64)>,
    /// Units that every rater rated; only these are used.
    pub n: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// How well do several raters agree, pair by pair?
///
/// Use it to see which pairs differ when all raters rated all units. With gaps use [`super::krippendorff_alpha`]; units with a
/// gap are left out here.
///
/// Formula: unweighted (or weighted) Cohen's kappa of each pair over complete units, then the mean.
///
/// # Errors
/// [`Error::TooFew`] below two raters or without a complete unit, [`Error::Undefined`] when no pair has a kappa.
///
/// Source: Light (1971), Psychological Bulletin 76.
///
/// ```
/// use improvement_stats::agreement::{Ratings, Weights, light_kappa};
/// let rows: Vec<Vec<Option<f64>>> =
///     [[1., 1., 2.], [2., 2., 2.], [3., 3., 3.]].iter().map(|r| r.map(Some).to_vec()).collect();
/// let light = light_kappa(&Ratings::from_rows(&rows)?, &Weights::Identity)?;
/// assert_eq!(light.pairs.len(), 3);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn light_kappa(ratings: &Ratings, weights: &Weights) -> Result<LightKappa> {
    super::need_raters(ratings)?;
    let rows = ratings.complete_rows(1)?;
    let complete = Ratings::from_rows(&rows.iter().map(|r| r.iter().copied().map(Some).collect()).collect::<Vec<_>>())?;
    let scale = complete.categories();
    let mut pairs = Vec::new();
    let mut undefined = 0;
    for a in 0..ratings.raters() {
        for b in a + 1..ratings.raters() {
            let table = ConfusionTable::from_ratings(&complete, a, b, &scale)?;
            match cohen_kappa(&table, weights, 0.95) {
                Ok(kappa) => pairs.push((a, b, kappa.estimate)),
                Err(Error::Undefined { .. }) => undefined += 1,
                Err(other) => return Err(other),
            }
        }
    }
    if pairs.is_empty() {
        return Err(Error::Undefined { what: "Light's kappa", reason: "no pair of raters has a kappa: nothing varies" });
    }
    let mut warnings = super::units_left_out(ratings.units() - rows.len());
    if undefined > 0 {
        let message = format!("{undefined} pairs of raters used one category only and have no kappa; they are left out.");
        warnings.push(Warning::new("pairs_undefined", message));
    }
    let estimate = pairs.iter().map(|p| p.2).sum::<f64>() / pairs.len() as f64;
    Ok(LightKappa { estimate, pairs, n: rows.len(), warnings })
}
