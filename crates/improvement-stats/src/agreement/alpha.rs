//! Krippendorff's alpha and its bootstrap interval.

use super::Ratings;
use crate::{Error, Interval, Result, Warning, check_level, quantile::type7, rng};

/// What the numbers of a scale mean, and so how far apart two of them are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Level {
    /// Labels: the same or not.
    Nominal,
    /// Ranks: the number of ratings between the two. The level for rubrics.
    Ordinal,
    /// Measurements with equal steps: the squared difference.
    Interval,
    /// Measurements with a true zero: the squared difference relative to the sum.
    Ratio,
}

/// Krippendorff's alpha with what it was made of.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Alpha {
    /// 1 perfect, 0 what chance gives, below 0 systematic disagreement.
    pub estimate: f64,
    /// Mean squared difference within units, in the unit of the level's metric.
    pub observed_disagreement: f64,
    /// The same for ratings paired without regard to units.
    pub expected_disagreement: f64,
    /// Units with at least two ratings.
    pub n: usize,
    /// Units left out because they had fewer than two.
    pub units_dropped: usize,
    /// Ratings in the units used.
    pub values: usize,
    /// The level of measurement.
    pub level: Level,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrapOptions {
    /// Number of resamples; 1000 at least for a published interval.
    pub resamples: usize,
    /// Seed of the chance numbers: the same seed, the same answer.
    pub seed: u64,
    /// Confidence level, 0.95 for 95 %.
    pub level: f64,
}

impl Default for BootstrapOptions {
    fn default() -> Self {
        Self { resamples: 2000, seed: 1, level: 0.95 }
    }
}

/// A percentile interval from resampled units.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AlphaBootstrap {
    /// Alpha of the data themselves.
    pub estimate: f64,
    /// Percentile interval (quantile type 7).
    pub interval: Interval,
    /// Standard deviation of the resampled alphas.
    pub standard_error: f64,
    /// Resamples that gave an alpha.
    pub resamples: usize,
    /// Resamples without any variation, for which alpha does not exist.
    pub resamples_dropped: usize,
    /// Units with at least two ratings.
    pub n: usize,
    /// How it was made.
    pub method: &'static str,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Units with two ratings or more as category counts: all that alpha needs, small and quick to resample.
pub(super) struct Coincidences {
    level: Level,
    pub(super) categories: Vec<f64>,
    /// Start of each unit's entries; one more at the end.
    starts: Vec<usize>,
    entries: Vec<(u32, f64)>,
    pub(super) unit_numbers: Vec<usize>,
    units_dropped: usize,
}

impl Coincidences {
    pub(super) fn new(ratings: &Ratings, level: Level) -> Result<Self> {
        let categories = ratings.categories();
        if level == Level::Ratio
            && let Some(&value) = categories.first()
            && value < 0.0
        {
            return Err(Error::OutOfRange { what: "rating on a ratio scale", value, expected: "0 or more" });
        }
        let mut out =
            Self { level, categories, starts: vec![0], entries: Vec::new(), unit_numbers: Vec::new(), units_dropped: 0 };
        let mut codes = Vec::new();
        for unit in 0..ratings.units() {
            codes.clear();
            codes.extend(ratings.present(unit).map(|(_, v)| out.code(v)));
            if codes.len() < 2 {
                out.units_dropped += 1;
                continue;
            }
            codes.sort_unstable();
            for run in codes.chunk_by(|a, b| a == b) {
                out.entries.push((run[0], run.len() as f64));
            }
            out.starts.push(out.entries.len());
            out.unit_numbers.push(unit);
        }
        Ok(out)
    }

    fn code(&self, value: f64) -> u32 {
        self.categories.partition_point(|c| *c < value) as u32
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn unit(&self, index: usize) -> &[(u32, f64)] {
        &self.entries[self.starts[index]..self.starts[index + 1]]
    }

    /// Number of ratings in each category over the units drawn.
    pub(super) fn margins(&self, units: impl Iterator<Item = usize>) -> Vec<f64> {
        let mut margins = vec![0.0; self.categories.len()];
        for unit in units {
            for &(code, count) in self.unit(unit) {
                margins[code as usize] += count;
            }
        }
        margins
    }

    /// Places of the categories such that the metric of the level is the squared difference of places. Ordinal distances
    /// count the ratings between two ranks, which is the difference of their mid-ranks.
    pub(super) fn places(&self, margins: &[f64]) -> Vec<f64> {
        let total: f64 = margins.iter().sum();
        match self.level {
            Level::Ordinal => {
                let mut below = 0.0;
                margins
                    .iter()
                    .map(|&n| {
                        below += n;
                        below - n / 2.0 - total / 2.0
                    })
                    .collect()
            }
            _ => {
                let mean: f64 = self.categories.iter().zip(margins).map(|(c, n)| c * (n / total.max(1.0))).sum();
                self.categories.iter().map(|c| c - mean).collect()
            }
        }
    }

    /// Sum over ordered pairs of ratings in these counts of their squared distance.
    pub(super) fn pair_sum(&self, counts: &[(u32, f64)], places: &[f64]) -> f64 {
        let total: f64 = counts.iter().map(|c| c.1).sum();
        match self.level {
            Level::Nominal => counts.iter().map(|c| c.1 * (total - c.1)).sum(),
            Level::Ordinal | Level::Interval => {
                let mean = counts.iter().map(|c| c.1 * places[c.0 as usize]).sum::<f64>() / total;
                2.0 * total * counts.iter().map(|c| c.1 * (places[c.0 as usize] - mean).powi(2)).sum::<f64>()
            }
            Level::Ratio => {
                let distance = |a: u32, b: u32| {
                    let (a, b) = (self.categories[a as usize], self.categories[b as usize]);
                    ((a - b) / (a + b)).powi(2)
                };
                let mut sum = 0.0;
                for (i, x) in counts.iter().enumerate() {
                    for y in &counts[..i] {
                        sum += 2.0 * x.1 * y.1 * distance(x.0, y.0);
                    }
                }
                sum
            }
        }
    }

    /// Observed and expected disagreement and the number of ratings, over the units drawn (repeats allowed).
    pub(super) fn disagreement(&self, units: impl Iterator<Item = usize> + Clone) -> (f64, f64, f64) {
        let margins = self.margins(units.clone());
        let places = self.places(&margins);
        let n: f64 = margins.iter().sum();
        let observed: f64 = units
            .map(|unit| {
                let counts = self.unit(unit);
                self.pair_sum(counts, &places) / (counts.iter().map(|c| c.1).sum::<f64>() - 1.0)
            })
            .sum();
        let all: Vec<(u32, f64)> = margins.iter().enumerate().filter(|(_, n)| **n > 0.0).map(|(c, n)| (c as u32, *n)).collect();
        let expected = if all.len() < 2 { 0.0 } else { self.pair_sum(&all, &places) };
        (observed / n, expected / (n * (n - 1.0)), n)
    }

    fn alpha(&self, units: impl Iterator<Item = usize> + Clone) -> Option<f64> {
        let (observed, expected, _) = self.disagreement(units);
        Some(1.0 - observed / expected).filter(|a| expected > 0.0 && a.is_finite())
    }
}

/// Do raters agree beyond chance, on any scale, with any number of raters and with gaps?
///
/// Use it as the first figure of a calibration. Beside it show percent agreement: with skewed ratings alpha falls although
/// raters mostly agree. A rater's bias counts as disagreement, which calibration wants. Judge by the lower end of
/// [`bootstrap_alpha`], not by the estimate.
///
/// Formula: 1 minus observed over expected disagreement; observed is the mean squared distance of pairs within units (each
/// unit's pairs divided by its ratings minus one), expected that of all pairs of ratings in use.
///
/// # Errors
/// [`Error::TooFew`] when no unit has two ratings, [`Error::Undefined`] when all ratings are the same,
/// [`Error::OutOfRange`] for negative ratings on a ratio scale.
///
/// Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability.
///
/// ```
/// use improvement_stats::agreement::{Level, Ratings, krippendorff_alpha};
/// let rows: Vec<Vec<Option<f64>>> =
///     [[1., 1.], [2., 3.], [3., 3.], [4., 4.]].iter().map(|r| r.map(Some).to_vec()).collect();
/// let alpha = krippendorff_alpha(&Ratings::from_rows(&rows)?, Level::Ordinal)?;
/// assert!((alpha.estimate - (1.0 - 56.0 / 624.0)).abs() < 1e-12);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn krippendorff_alpha(ratings: &Ratings, level: Level) -> Result<Alpha> {
    let table = Coincidences::new(ratings, level)?;
    check_units(&table)?;
    let (observed, expected, values) = table.disagreement(0..table.len());
    let estimate = 1.0 - observed / expected;
    if expected <= 0.0 || !estimate.is_finite() {
        return Err(no_variation());
    }
    Ok(Alpha {
        estimate,
        observed_disagreement: observed,
        expected_disagreement: expected,
        n: table.len(),
        units_dropped: table.units_dropped,
        values: values as usize,
        level,
        warnings: few_units(table.len()),
    })
}

fn check_units(table: &Coincidences) -> Result<()> {
    if table.len() == 0 {
        return Err(Error::TooFew { what: "units with two ratings or more", needed: 1, got: 0 });
    }
    Ok(())
}

fn no_variation() -> Error {
    Error::Undefined { what: "alpha", reason: "all ratings are the same, so there is no disagreement to expect" }
}

fn few_units(n: usize) -> Vec<Warning> {
    if n < 30 {
        let message = format!("Only {n} units have two ratings or more: the interval will be wide.");
        vec![Warning::new("few_units", message)]
    } else {
        Vec::new()
    }
}

/// Alpha of given resamples of the rows of `ratings` (zero-based, repeats allowed): the same resamples, the same figures.
///
/// Rows with fewer than two ratings may be drawn and add nothing. `None` stands for a resample without variation.
///
/// # Errors
/// As [`krippendorff_alpha`], and [`Error::OutOfRangeAt`] for a row that does not exist.
///
/// ```
/// use improvement_stats::agreement::{Level, Ratings, alpha_of_resamples};
/// let ratings = Ratings::from_rows(&[vec![Some(1.0), Some(1.0)], vec![Some(2.0), Some(3.0)]])?;
/// let alphas = alpha_of_resamples(&ratings, Level::Nominal, &[vec![0, 0], vec![0, 1]])?;
/// assert_eq!(alphas[0], None);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn alpha_of_resamples(ratings: &Ratings, level: Level, resamples: &[Vec<usize>]) -> Result<Vec<Option<f64>>> {
    let table = Coincidences::new(ratings, level)?;
    check_units(&table)?;
    let mut place = vec![None; ratings.units()];
    for (index, &unit) in table.unit_numbers.iter().enumerate() {
        place[unit] = Some(index);
    }
    let mut alphas = Vec::with_capacity(resamples.len());
    for rows in resamples {
        if let Some(index) = rows.iter().position(|r| *r >= place.len()) {
            let expected = "the number of a row, counted from 0";
            return Err(Error::OutOfRangeAt { what: "resample", index, value: rows[index] as f64, expected });
        }
        alphas.push(table.alpha(rows.iter().filter_map(|r| place[*r])));
    }
    Ok(alphas)
}

/// How sure are we of alpha? A percentile interval from resampling whole units.
///
/// Use it whenever alpha is shown. Not below about 10 units: resampling so few says little. Resamples in which all ratings are
/// the same have no alpha; they are left out and counted. This resamples units, unlike Krippendorff's own 2006 algorithm, which
/// resamples coincidences; the two give different intervals.
///
/// # Errors
/// As [`krippendorff_alpha`], [`Error::OutOfRange`] for a level outside (0, 1), [`Error::TooFew`] for fewer than 2 resamples
/// that vary.
///
/// Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
///
/// ```
/// use improvement_stats::agreement::{BootstrapOptions, Level, Ratings, bootstrap_alpha};
/// let rows: Vec<Vec<Option<f64>>> =
///     (0..40).map(|i| vec![Some((i % 5) as f64), Some(((i + i / 20) % 5) as f64)]).collect();
/// let ratings = Ratings::from_rows(&rows)?;
/// let first = bootstrap_alpha(&ratings, Level::Ordinal, &BootstrapOptions::default())?;
/// assert!(first.interval.contains(first.estimate));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn bootstrap_alpha(ratings: &Ratings, level: Level, options: &BootstrapOptions) -> Result<AlphaBootstrap> {
    check_level(options.level)?;
    let Alpha { estimate, n, mut warnings, .. } = krippendorff_alpha(ratings, level)?;
    let table = Coincidences::new(ratings, level)?;
    let mut chance = rng::seeded(options.seed);
    let mut drawn = vec![0; n];
    let mut alphas = Vec::with_capacity(options.resamples.min(1 << 20));
    for _ in 0..options.resamples {
        drawn.fill_with(|| rng::below(&mut chance, n));
        alphas.extend(table.alpha(drawn.iter().copied()));
    }
    if alphas.len() < 2 {
        return Err(Error::TooFew { what: "resamples in which ratings vary", needed: 2, got: alphas.len() });
    }
    let dropped = options.resamples - alphas.len();
    if dropped > 0 {
        let message = format!("{dropped} of {} resamples had no variation and were left out.", options.resamples);
        warnings.push(Warning::new("resamples_dropped", message));
    }
    if alphas.len() < 1000 {
        warnings.push(Warning::new("few_resamples", "Fewer than 1000 resamples: the ends of the interval are rough."));
    }
    let standard_error = crate::quantile::standard_deviation(&alphas);
    alphas.sort_by(f64::total_cmp);
    let tail = (1.0 - options.level) / 2.0;
    Ok(AlphaBootstrap {
        estimate,
        interval: Interval::new(type7(&alphas, tail), type7(&alphas, 1.0 - tail), options.level),
        standard_error,
        resamples: alphas.len(),
        resamples_dropped: dropped,
        n,
        method: "percentile bootstrap of units",
        warnings,
    })
}
