//! Chance-corrected agreement in Gwet's frame: AC1 and AC2 with their relatives, all with a standard error over units.

use super::{Ratings, Weights};
use crate::{Error, Interval, Result, Warning, check_level, tails};

/// What counts as agreement by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Coefficient {
    /// Gwet's AC1 (identity weights) or AC2: chance only where ratings are hard to make. Robust to skewed ratings.
    Gwet,
    /// Brennan and Prediger: all categories equally likely.
    BrennanPrediger,
    /// Fleiss: the categories' overall shares.
    Fleiss,
    /// Conger: each rater's own shares.
    Conger,
    /// Krippendorff's alpha in Gwet's formulation (weights instead of a metric).
    Krippendorff,
}

/// A chance-corrected coefficient.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChanceCorrected {
    /// 1 perfect, 0 chance, below 0 less than chance.
    pub estimate: f64,
    /// Standard error from the spread between units; absent for a single unit.
    pub standard_error: Option<f64>,
    /// t interval over units, cut at 1; absent for a single unit.
    pub interval: Option<Interval>,
    /// Two-sided p value for 0; absent for a single unit.
    pub p_value: Option<f64>,
    /// Units minus one.
    pub df: usize,
    /// Weighted agreement observed.
    pub percent_agreement: f64,
    /// Weighted agreement by chance.
    pub chance_agreement: f64,
    /// Units with a rating (for Krippendorff: with two).
    pub n: usize,
    /// Units with two ratings or more.
    pub pairable_units: usize,
    /// What counted as chance.
    pub coefficient: Coefficient,
    /// Weights used.
    pub weights: &'static str,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Counts of each category in each unit, and what follows from the weights.
struct Table<'a> {
    ratings: &'a Ratings,
    /// Units with at least one rating.
    units: Vec<usize>,
    categories: Vec<f64>,
    weights: Vec<Vec<f64>>,
    /// Unit by category, row by row.
    counts: Vec<f64>,
    /// Ratings of each unit.
    totals: Vec<f64>,
}

/// How far do raters agree beyond chance, when nearly all ratings may be the same?
///
/// AC1 with identity weights, AC2 with others. Use it beside alpha: with skewed ratings the kappa family falls towards 0
/// although raters mostly agree, while AC stays near percent agreement. Not as the only figure, since it can flatter raters
/// who never use the rare level. See [`chance_corrected`] for shapes, errors and source.
///
/// # Errors
/// As [`chance_corrected`]; with one single category AC1 is 1 by convention.
///
/// ```
/// use improvement_stats::agreement::{Ratings, Weights, gwet_ac};
/// let rows: Vec<Vec<Option<f64>>> =
///     [[1., 1.], [2., 2.], [1., 1.], [2., 1.]].iter().map(|r| r.map(Some).to_vec()).collect();
/// let ac1 = gwet_ac(&Ratings::from_rows(&rows)?, &Weights::Identity, &[], 0.95)?;
/// assert!((ac1.percent_agreement - 0.75).abs() < 1e-12);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn gwet_ac(ratings: &Ratings, weights: &Weights, scale: &[f64], level: f64) -> Result<ChanceCorrected> {
    chance_corrected(ratings, Coefficient::Gwet, weights, scale, level)
}

/// How far do raters agree beyond chance, with a standard error that treats units as a sample?
///
/// Any number of raters, gaps allowed; `weights` give credit to near misses. `scale` lists the rubric's values in ascending
/// order, also unused ones (empty: the values found). Compare coefficients only with the same weights and scale.
///
/// Formula: (observed − chance) / (1 − chance). Observed is the mean over units with two ratings of the weighted share of
/// agreeing pairs. Chance depends on the [`Coefficient`]: for Gwet the sum of all weights over q(q−1) times the sum of
/// share × (1 − share) of the q categories. The standard error linearises the coefficient over units; t with units − 1.
///
/// # Errors
/// [`Error::TooFew`] below two raters or when no unit has two ratings, [`Error::Undefined`] when chance agreement is 1 (all
/// ratings the same; only Gwet's coefficient is then 1 by convention), [`Error::OutOfRange`] for a rating off the scale or
/// a level outside (0, 1), errors of [`Weights::matrix`].
///
/// Source: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61; Gwet (2014), Handbook of Inter-Rater
/// Reliability, 4th edition.
///
/// ```
/// use improvement_stats::agreement::{Coefficient, Ratings, Weights, chance_corrected};
/// let ratings = Ratings::from_rows(&[
///     vec![Some(1.0), Some(1.0), None],
///     vec![Some(2.0), Some(3.0), Some(2.0)],
///     vec![Some(4.0), Some(4.0), Some(4.0)],
/// ])?;
/// let ac2 = chance_corrected(&ratings, Coefficient::Gwet, &Weights::Quadratic, &[0., 1., 2., 3., 4.], 0.95)?;
/// assert!(ac2.estimate > 0.9);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn chance_corrected(
    ratings: &Ratings,
    coefficient: Coefficient,
    weights: &Weights,
    scale: &[f64],
    level: f64,
) -> Result<ChanceCorrected> {
    check_level(level)?;
    super::need_raters(ratings)?;
    let fewest = if coefficient == Coefficient::Krippendorff { 2 } else { 1 };
    let table = Table::new(ratings, weights, scale, fewest)?;
    let pairable = table.totals.iter().filter(|t| **t >= 2.0).count();
    if pairable == 0 {
        return Err(Error::TooFew { what: "units with two ratings or more", needed: 1, got: 0 });
    }
    let shares = table.mean_shares();
    if coefficient == Coefficient::Gwet && table.categories.len() == 1 {
        return Ok(one_category(&table, pairable, weights, level));
    }
    let parts = match coefficient {
        Coefficient::Gwet => table.gwet(&shares),
        Coefficient::BrennanPrediger => table.brennan_prediger(),
        Coefficient::Fleiss => table.fleiss(&shares),
        Coefficient::Conger => table.conger()?,
        Coefficient::Krippendorff => table.krippendorff(),
    };
    if 1.0 - parts.chance < 1e-14 {
        let reason = "chance agreement is 1: all ratings are the same";
        return Err(Error::Undefined { what: "chance-corrected agreement", reason });
    }
    Ok(table.finish(parts, coefficient, pairable, weights, level))
}

/// What a coefficient consists of, before the correction for chance.
struct Parts {
    observed: f64,
    /// Observed agreement without the small-sample correction (only Krippendorff's differs).
    observed_plain: f64,
    chance: f64,
    observed_by_unit: Vec<f64>,
    chance_by_unit: Vec<f64>,
}

impl<'a> Table<'a> {
    fn new(ratings: &'a Ratings, weights: &Weights, scale: &[f64], fewest: usize) -> Result<Self> {
        let categories = if scale.is_empty() { ratings.categories() } else { super::check_scale(scale)? };
        let q = categories.len();
        if q > super::MOST_CATEGORIES {
            return Err(super::too_many_categories(q));
        }
        let weights = weights.matrix(&categories)?;
        let mut table = Self { ratings, units: Vec::new(), categories, weights, counts: Vec::new(), totals: Vec::new() };
        let mut row = vec![0.0; q];
        for unit in 0..ratings.units() {
            row.fill(0.0);
            for (_, value) in ratings.present(unit) {
                row[super::position(&table.categories, value)?] += 1.0;
            }
            let total: f64 = row.iter().sum();
            if total >= fewest as f64 {
                table.units.push(unit);
                table.counts.extend_from_slice(&row);
                table.totals.push(total);
            }
        }
        Ok(table)
    }

    fn rows(&self) -> impl Iterator<Item = (&[f64], f64)> {
        self.counts.chunks(self.categories.len().max(1)).zip(self.totals.iter().copied())
    }

    fn mean_shares(&self) -> Vec<f64> {
        let mut shares = vec![0.0; self.categories.len()];
        for (row, total) in self.rows() {
            for (share, count) in shares.iter_mut().zip(row) {
                *share += count / total / self.units.len() as f64;
            }
        }
        shares
    }

    /// Weighted count of agreeing ordered pairs of ratings in one unit.
    fn agreeing(&self, row: &[f64]) -> f64 {
        let credit = |k: usize| -> f64 { self.weights[k].iter().zip(row).map(|(w, c)| w * c).sum() };
        row.iter().enumerate().filter(|(_, c)| **c > 0.0).map(|(k, c)| c * (credit(k) - 1.0)).sum()
    }

    fn observed(&self) -> (f64, Vec<f64>) {
        let by_unit: Vec<f64> =
            self.rows().map(|(row, t)| if t < 2.0 { 0.0 } else { self.agreeing(row) / (t * (t - 1.0)) }).collect();
        let pairable = self.totals.iter().filter(|t| **t >= 2.0).count();
        (by_unit.iter().sum::<f64>() / pairable as f64, by_unit)
    }

    fn by_unit_share(&self, value: impl Fn(usize) -> f64) -> Vec<f64> {
        let values: Vec<f64> = (0..self.categories.len()).map(value).collect();
        self.rows().map(|(row, total)| row.iter().zip(&values).map(|(c, v)| c * v).sum::<f64>() / total).collect()
    }

    fn parts(&self, chance: f64, chance_by_unit: Vec<f64>) -> Parts {
        let (observed, observed_by_unit) = self.observed();
        Parts { observed, observed_plain: observed, chance, observed_by_unit, chance_by_unit }
    }

    fn gwet(&self, shares: &[f64]) -> Parts {
        let q = self.categories.len() as f64;
        let factor = self.weights.iter().flatten().sum::<f64>() / (q * (q - 1.0));
        let chance = factor * shares.iter().map(|p| p * (1.0 - p)).sum::<f64>();
        self.parts(chance, self.by_unit_share(|k| factor * (1.0 - shares[k])))
    }

    fn brennan_prediger(&self) -> Parts {
        let q = self.categories.len() as f64;
        let chance = self.weights.iter().flatten().sum::<f64>() / (q * q);
        self.parts(chance, vec![chance; self.units.len()])
    }

    /// For each category the mean credit it gets against ratings with these shares.
    fn credit(&self, shares: &[f64]) -> Vec<f64> {
        (0..shares.len())
            .map(|k| (0..shares.len()).map(|l| shares[l] * (self.weights[k][l] + self.weights[l][k]) / 2.0).sum())
            .collect()
    }

    fn fleiss(&self, shares: &[f64]) -> Parts {
        let credit = self.credit(shares);
        let chance = shares.iter().zip(&credit).map(|(p, c)| p * c).sum();
        self.parts(chance, self.by_unit_share(|k| credit[k]))
    }

    fn krippendorff(&self) -> Parts {
        let n = self.units.len() as f64;
        let mean_total = self.totals.iter().sum::<f64>() / n;
        let mut shares = vec![0.0; self.categories.len()];
        for (row, _) in self.rows() {
            for (share, count) in shares.iter_mut().zip(row) {
                *share += count / mean_total / n;
            }
        }
        let raw: Vec<f64> = self.rows().map(|(row, t)| self.agreeing(row) / (mean_total * (t - 1.0))).collect();
        let plain = raw.iter().sum::<f64>() / n;
        let correction = 1.0 / (mean_total * n);
        let observed = (1.0 - correction) * plain + correction;
        let credit = self.credit(&shares);
        let chance: f64 = shares.iter().zip(&credit).map(|(p, c)| p * c).sum();
        let surplus = |t: f64| (t - mean_total) / mean_total;
        let observed_by_unit = raw.iter().zip(&self.totals).map(|(a, t)| a - observed * surplus(*t)).collect();
        let expected = |row: &[f64]| row.iter().zip(&credit).map(|(c, w)| c * w).sum::<f64>() / mean_total;
        let chance_by_unit = self.rows().map(|(row, t)| expected(row) - chance * surplus(t)).collect();
        Parts { observed, observed_plain: plain, chance, observed_by_unit, chance_by_unit }
    }

    fn conger(&self) -> Result<Parts> {
        let (n, q) = (self.units.len() as f64, self.categories.len());
        let mut habits = vec![vec![0.0; q]; self.ratings.raters()];
        for &unit in &self.units {
            for (rater, value) in self.ratings.present(unit) {
                habits[rater][super::position(&self.categories, value)?] += 1.0;
            }
        }
        let rated: Vec<f64> = habits.iter().map(|h| h.iter().sum()).collect();
        let active = rated.iter().filter(|t| **t > 0.0).count() as f64;
        for (habit, total) in habits.iter_mut().zip(&rated).filter(|(_, t)| **t > 0.0) {
            habit.iter_mut().for_each(|c| *c /= total);
        }
        let sums: Vec<f64> = (0..q).map(|k| habits.iter().map(|h| h[k]).sum()).collect();
        // Expected agreement of two different raters: all ordered pairs minus each rater with themselves.
        let mut chance = 0.0;
        for k in 0..q {
            for l in 0..q {
                let same: f64 = habits.iter().map(|h| h[k] * h[l]).sum();
                chance += self.weights[k][l] * (sums[k] * sums[l] - same);
            }
        }
        chance /= active * (active - 1.0);
        // Credit of a rating of category l against all other raters' habits, and its mean for each rater.
        let mut against: Vec<Vec<f64>> = vec![Vec::new(); habits.len()];
        let mut own_mean = vec![0.0; habits.len()];
        for (rater, habit) in habits.iter().enumerate() {
            let credit = |l: usize| (0..q).map(|k| self.weights[k][l] * (sums[k] - habit[k])).sum();
            against[rater] = (0..q).map(credit).collect();
            own_mean[rater] = against[rater].iter().zip(habit).map(|(a, h)| a * h).sum();
        }
        let mut chance_by_unit = Vec::with_capacity(self.units.len());
        for &unit in &self.units {
            let mut sum: f64 = own_mean.iter().sum();
            for (rater, value) in self.ratings.present(unit) {
                let l = super::position(&self.categories, value)?;
                sum += n / rated[rater] * (against[rater][l] - own_mean[rater]);
            }
            chance_by_unit.push(sum / (active * (active - 1.0)));
        }
        Ok(self.parts(chance, chance_by_unit))
    }

    fn finish(&self, parts: Parts, kind: Coefficient, pairable: usize, weights: &Weights, level: f64) -> ChanceCorrected {
        let n = self.units.len();
        let room = 1.0 - parts.chance;
        let estimate = (parts.observed - parts.chance) / room;
        let plain = (parts.observed_plain - parts.chance) / room;
        let factor = n as f64 / pairable as f64;
        let squares: f64 = (0..n)
            .map(|i| {
                let expected = if self.totals[i] >= 2.0 { parts.chance } else { 0.0 };
                let own = factor * (parts.observed_by_unit[i] - expected) / room;
                let shift = 2.0 * (1.0 - plain) * (parts.chance_by_unit[i] - parts.chance) / room;
                (own - shift - plain).powi(2)
            })
            .sum();
        let standard_error = (n > 1).then(|| (squares / (n as f64 * (n as f64 - 1.0))).sqrt());
        let df = n - 1;
        let interval = standard_error.map(|se| {
            let reach = tails::t_critical(level, df as f64) * se;
            Interval::new(estimate - reach, (estimate + reach).min(1.0), level)
        });
        let p_value = standard_error.map(|se| tails::t_two_sided(estimate / se, df as f64)).filter(|p| !p.is_nan());
        let mut warnings = Vec::new();
        if pairable < 30 {
            let message = format!("Only {pairable} units have two ratings or more: the interval is approximate.");
            warnings.push(Warning::new("interval_approximate", message));
        }
        ChanceCorrected {
            estimate,
            standard_error,
            interval,
            p_value,
            df,
            percent_agreement: parts.observed,
            chance_agreement: parts.chance,
            n,
            pairable_units: pairable,
            coefficient: kind,
            weights: weights.name(),
            warnings,
        }
    }
}

fn one_category(table: &Table<'_>, pairable: usize, weights: &Weights, level: f64) -> ChanceCorrected {
    let message = "All ratings are the same, so AC1 is 1 by convention; this says nothing about other levels.";
    ChanceCorrected {
        estimate: 1.0,
        standard_error: Some(0.0),
        interval: Some(Interval::new(1.0, 1.0, level)),
        p_value: None,
        df: table.units.len() - 1,
        percent_agreement: 1.0,
        chance_agreement: 0.0,
        n: table.units.len(),
        pairable_units: pairable,
        coefficient: Coefficient::Gwet,
        weights: weights.name(),
        warnings: vec![Warning::new("no_variation", message)],
    }
}
