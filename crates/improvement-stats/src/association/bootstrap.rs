//! Intervals of correlations by resampling rows.

use super::correlation::{Method, constant};
use super::resampled::Resampled;
use crate::agreement::BootstrapOptions;
use crate::quantile::type7;
use crate::{Error, Interval, Result, Warning, check_level, quantile, rng, tails};

/// Intervals from the same replicates by several rules.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BootstrapIntervals {
    /// Percentile interval, quantiles of type 7.
    pub percentile: Interval,
    /// Percentile interval with quantiles at (replicates + 1) times the share, interpolated on the normal scale.
    pub percentile_normal_scale: Interval,
    /// Basic interval: the percentile interval mirrored at the estimate (normal-scale quantiles).
    pub basic: Interval,
    /// Bias-corrected accelerated interval, type 7; absent without a jackknife or when nothing varies.
    pub bca: Option<Interval>,
    /// The same with normal-scale quantiles.
    pub bca_normal_scale: Option<Interval>,
    /// Shares at which the accelerated interval reads the replicates.
    pub bca_shares: Option<(f64, f64)>,
    /// Bias correction.
    pub z0: f64,
    /// Acceleration from the jackknife.
    pub acceleration: Option<f64>,
    /// Standard deviation of the replicates.
    pub standard_error: f64,
}

/// A bootstrapped correlation.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CorrelationBootstrap {
    /// Correlation of the data.
    pub estimate: f64,
    /// The interval to show: accelerated where it exists, else percentile.
    pub interval: Interval,
    /// All intervals.
    pub intervals: BootstrapIntervals,
    /// Complete pairs.
    pub n: usize,
    /// Replicates that gave a correlation.
    pub resamples: usize,
    /// Resamples in which x or y did not vary.
    pub resamples_dropped: usize,
    /// Which correlation, and how the interval was made.
    pub method: &'static str,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Bootstrap intervals from ready replicates.
///
/// `jackknife` holds the estimate without each row in turn; empty for no accelerated interval.
///
/// Formula: bias correction z0 is the normal quantile of the share of replicates below the estimate; acceleration the sum of
/// cubed over six times the 3/2 power of the sum of squared jackknife differences.
///
/// # Errors
/// [`Error::TooFew`] below two replicates, [`Error::NotFinite`], [`Error::OutOfRange`] for the level.
///
/// Source: Efron (1987), Journal of the American Statistical Association 82; Davison & Hinkley (1997), chapter 5.
///
/// ```
/// use improvement_stats::association::bootstrap_intervals;
/// let replicates: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
/// let intervals = bootstrap_intervals(0.5, &replicates, &[], 0.9)?;
/// assert!((intervals.percentile.low - 0.04995).abs() < 1e-9);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn bootstrap_intervals(estimate: f64, replicates: &[f64], jackknife: &[f64], level: f64) -> Result<BootstrapIntervals> {
    check_level(level)?;
    for (what, values) in [("replicates", replicates), ("jackknife values", jackknife), ("estimate", &[estimate])] {
        if let Some(index) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite { what, index });
        }
    }
    if replicates.len() < 2 {
        return Err(Error::TooFew { what: "replicates", needed: 2, got: replicates.len() });
    }
    let mut sorted = replicates.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = ((1.0 - level) / 2.0, (1.0 + level) / 2.0);
    let plain = |a: f64, b: f64| Interval::new(type7(&sorted, a), type7(&sorted, b), level);
    let scaled = |a: f64, b: f64| Interval::new(normal_scale(&sorted, a), normal_scale(&sorted, b), level);
    let percentile_normal_scale = scaled(low, high);
    let below = sorted.partition_point(|t| *t < estimate);
    let z0 = tails::normal_quantile(below as f64 / sorted.len() as f64);
    let acceleration = acceleration(jackknife);
    let shift = |share: f64, a: f64| {
        let z = z0 + tails::normal_quantile(share);
        1.0 - tails::normal_above(z0 + z / (1.0 - a * z))
    };
    let bca_shares = acceleration
        .filter(|_| z0.is_finite())
        .map(|a| (shift(low, a), shift(high, a)))
        .filter(|s| s.0.is_finite() && s.1.is_finite() && s.0 < s.1);
    Ok(BootstrapIntervals {
        percentile: plain(low, high),
        percentile_normal_scale,
        basic: Interval::new(2.0 * estimate - percentile_normal_scale.high, 2.0 * estimate - percentile_normal_scale.low, level),
        bca: bca_shares.map(|s| plain(s.0, s.1)),
        bca_normal_scale: bca_shares.map(|s| scaled(s.0, s.1)),
        bca_shares,
        z0,
        acceleration,
        standard_error: quantile::standard_deviation(replicates),
    })
}

fn acceleration(jackknife: &[f64]) -> Option<f64> {
    let mean = quantile::mean(jackknife);
    let squares: f64 = jackknife.iter().map(|j| (mean - j).powi(2)).sum();
    let cubes: f64 = jackknife.iter().map(|j| (mean - j).powi(3)).sum();
    Some(cubes / (6.0 * squares.powf(1.5))).filter(|a| a.is_finite())
}

/// Quantile at (count + 1) × share, between neighbours interpolated on the normal scale; the extremes beyond them.
fn normal_scale(sorted: &[f64], share: f64) -> f64 {
    let count = sorted.len();
    let place = (count + 1) as f64 * share;
    // Shares such as 0.975 are not exact in binary; a place this near a whole number is that number.
    let nearest = place.round();
    let below = if (place - nearest).abs() < 1e-10 * place { nearest } else { place.floor() };
    let exact = below == nearest && (place - nearest).abs() < 1e-10 * place;
    if below < 1.0 {
        return sorted[0];
    }
    if below >= count as f64 {
        return sorted[count - 1];
    }
    let k = below as usize;
    if exact {
        return sorted[k - 1];
    }
    let z = |i: f64| tails::normal_quantile(i / (count + 1) as f64);
    let part = (tails::normal_quantile(share) - z(below)) / (z(below + 1.0) - z(below));
    sorted[k - 1] + part * (sorted[k] - sorted[k - 1])
}

/// Correlations of given resamples of the complete pairs (positions counted from 0): the same resamples, the same figures.
///
/// `None` for a resample in which x or y does not vary.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::OutOfRangeAt`] for a position that does not exist.
///
/// ```
/// use improvement_stats::association::{Method, correlations_of_resamples};
/// let found = correlations_of_resamples(&[1., 2., 3.], &[1., 2., 3.], Method::Pearson, &[vec![0, 0, 0], vec![0, 1, 1]])?;
/// assert!(found[0].is_none() && found[1].is_some());
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn correlations_of_resamples(x: &[f64], y: &[f64], method: Method, resamples: &[Vec<usize>]) -> Result<Vec<Option<f64>>> {
    let (a, b, kept) = super::complete_pairs(x, y)?;
    let resampled = Resampled::new(&a, &b, method);
    let expected = "the number of a complete pair, counted from 0";
    resamples
        .iter()
        .map(|rows| match rows.iter().position(|r| *r >= kept.len()) {
            Some(index) => Err(Error::OutOfRangeAt { what: "resample", index, value: rows[index] as f64, expected }),
            None => Ok(resampled.of(rows)),
        })
        .collect()
}

/// The correlation without each complete pair in turn.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::Undefined`] when leaving one pair out leaves no variation.
///
/// ```
/// use improvement_stats::association::{Method, jackknife_correlation};
/// assert_eq!(jackknife_correlation(&[1., 2., 3.], &[1., 2., 3.], Method::Spearman)?.len(), 3);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn jackknife_correlation(x: &[f64], y: &[f64], method: Method) -> Result<Vec<f64>> {
    let (a, b, kept) = super::complete_pairs(x, y)?;
    let mut rows: Vec<usize> = (1..kept.len()).collect();
    let mut values = Vec::with_capacity(kept.len());
    let resampled = Resampled::new(&a, &b, method);
    for left_out in 0..kept.len() {
        values.push(resampled.of(&rows).ok_or_else(constant)?);
        if left_out < rows.len() {
            rows[left_out] = left_out;
        }
    }
    Ok(values)
}

/// How sure are we of a correlation?
///
/// Resamples whole rows; use it when rows are independent. With several rows of a partnership the interval is too narrow: use
/// one row each, or [`crate::mixed_model`]. Ties in the resamples shrink rank correlations a little, which the accelerated
/// interval corrects for in part.
///
/// # Errors
/// As [`super::correlate`]; [`Error::TooFew`] when fewer than two resamples vary.
///
/// Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapter 14.
///
/// ```
/// use improvement_stats::agreement::BootstrapOptions;
/// use improvement_stats::association::{Method, bootstrap_correlation};
/// let x: Vec<f64> = (0..30).map(f64::from).collect();
/// let y: Vec<f64> = (0..30).map(|i| f64::from(i + 7 * (i % 5))).collect();
/// let found = bootstrap_correlation(&x, &y, Method::Spearman, &BootstrapOptions::default())?;
/// assert!(found.interval.contains(found.estimate));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn bootstrap_correlation(x: &[f64], y: &[f64], method: Method, options: &BootstrapOptions) -> Result<CorrelationBootstrap> {
    check_level(options.level)?;
    let plain = super::correlate(x, y, method)?;
    let (a, b, kept) = super::complete_pairs(x, y)?;
    let resampled = Resampled::new(&a, &b, method);
    let mut chance = rng::seeded(options.seed);
    let mut rows = vec![0; kept.len()];
    let mut replicates = Vec::with_capacity(options.resamples.min(1 << 20));
    for _ in 0..options.resamples {
        rows.fill_with(|| rng::below(&mut chance, kept.len()));
        replicates.extend(resampled.of(&rows));
    }
    let jackknife = jackknife_correlation(&a, &b, method).unwrap_or_default();
    let intervals = bootstrap_intervals(plain.estimate, &replicates, &jackknife, options.level)?;
    let dropped = options.resamples - replicates.len();
    let mut warnings = plain.warnings;
    if dropped > 0 {
        let message = format!("{dropped} of {} resamples had no variation and were left out.", options.resamples);
        warnings.push(Warning::new("resamples_dropped", message));
    }
    if replicates.len() < 1000 {
        warnings.push(Warning::new("few_resamples", "Fewer than 1000 resamples: the ends of the interval are rough."));
    }
    Ok(CorrelationBootstrap {
        estimate: plain.estimate,
        interval: intervals.bca.unwrap_or(intervals.percentile),
        intervals,
        n: kept.len(),
        resamples: replicates.len(),
        resamples_dropped: dropped,
        method: plain.method,
        warnings,
    })
}
