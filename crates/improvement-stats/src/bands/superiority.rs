use super::{same_bands, total};
use crate::proportion::{critical_z, wilson};
use crate::tails::{normal_quantile, normal_two_sided, t_critical};
use crate::{Interval, Result, Warning, check_level};

/// How often somebody of one group stands higher than somebody of another.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Superiority {
    /// P(comparison higher) + P(same band)/2, from 0 to 1; 0.5 means no difference.
    pub estimate: f64,
    /// Standard error of the estimate (Brunner and Munzel 2000).
    pub standard_error: f64,
    /// Interval, made on the log-odds scale so that it stays between 0 and 1.
    pub interval: Interval,
    /// Degrees of freedom behind the interval (Satterthwaite), infinite when the spread is 0.
    pub df: f64,
    /// P(comparison higher) - P(comparison lower), Somers' d, from -1 to 1.
    pub somers_d: f64,
    /// √2 Φ⁻¹(estimate): the gap in standard deviations of a bell curve that would give this estimate (Ho and Reardon
    /// 2012). Infinite when the groups do not overlap.
    pub normal_equivalent: f64,
    /// Two-sided p value of the Mann-Whitney test with tie correction, without continuity correction; 1 when all are in
    /// one band.
    pub p_value: f64,
    /// How many in the reference group.
    pub n_reference: u64,
    /// How many in the comparison group.
    pub n_comparison: u64,
    /// 'Brunner-Munzel, logit interval'.
    pub method: &'static str,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Take one person of each group by chance: how likely does the one from the comparison group stand in a higher band?
///
/// Both inputs count people in the same bands, lowest band first. Use it to compare two years or two groups over all
/// bands; it does not depend on a cut. Bands hide differences inside them, so with few bands the estimate lies closer
/// to 0.5 than the scores would show. Do not use it for the same people twice.
///
/// In words: for every pair of one from each group, count 1 when the comparison stands higher and 1/2 when both are in
/// one band; take the mean. Its spread comes from how each person's mean over the other group varies.
///
/// # Errors
/// [`crate::Error::Empty`], [`crate::Error::LengthMismatch`], [`crate::Error::TooFew`] for a group without anybody,
/// [`crate::Error::OutOfRange`] for a wrong level.
///
/// ```
/// use improvement_stats::bands::superiority;
/// let gap = superiority(&[124, 140, 24, 2], &[85, 188, 58, 2], 0.95)?;
/// assert_eq!(format!("{:.3}", gap.estimate), "0.604");
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn superiority(reference: &[u64], comparison: &[u64], level: f64) -> Result<Superiority> {
    same_bands(reference, comparison)?;
    let n_reference = total(reference, "reference bands")?;
    let n_comparison = total(comparison, "comparison bands")?;
    check_level(level)?;
    let (n1, n2) = (n_reference as f64, n_comparison as f64);
    let above_reference = placements(reference, n1);
    let above_comparison = placements(comparison, n2);
    let estimate = weighted_mean(comparison, &above_reference, n2);
    let spread1 = weighted_variance(reference, &above_comparison, n1) / n1;
    let spread2 = weighted_variance(comparison, &above_reference, n2) / n2;
    let variance = spread1 + spread2;
    let standard_error = variance.sqrt();
    let df = variance.powi(2) / (share_of_df(spread1, n1) + share_of_df(spread2, n2));
    let df = if df.is_finite() && df > 0.0 { df } else { f64::INFINITY };

    let mut warnings = Vec::new();
    let (low, high) = if estimate <= 0.0 || estimate >= 1.0 || standard_error == 0.0 {
        let text = "The groups do not overlap or do not vary: the interval is Wilson's for the smaller group.";
        warnings.push(Warning::new("no_overlap", text));
        let smaller = n1.min(n2);
        wilson(estimate * smaller, smaller, critical_z(level))
    } else {
        let critical = if df.is_finite() { t_critical(level, df) } else { critical_z(level) };
        let half = critical * standard_error / (estimate * (1.0 - estimate));
        let logit = (estimate / (1.0 - estimate)).ln();
        (logistic(logit - half), logistic(logit + half))
    };
    if n1.min(n2) < 10.0 {
        warnings.push(Warning::new("small_n", "One of the groups has fewer than 10 people: the interval is approximate."));
    }
    Ok(Superiority {
        estimate,
        standard_error,
        interval: Interval::new(low, high, level),
        df,
        somers_d: 2.0 * estimate - 1.0,
        normal_equivalent: std::f64::consts::SQRT_2 * normal_quantile(estimate),
        p_value: mann_whitney(reference, comparison, estimate, n1, n2),
        n_reference,
        n_comparison,
        method: "Brunner-Munzel, logit interval",
        warnings,
    })
}

/// For each band, the share of the group below it plus half the share in it.
fn placements(counts: &[u64], n: f64) -> Vec<f64> {
    let mut below = 0.0;
    let place = |&count: &u64| {
        let here = (below + count as f64 / 2.0) / n;
        below += count as f64;
        here
    };
    counts.iter().map(place).collect()
}

fn weighted_mean(counts: &[u64], values: &[f64], n: f64) -> f64 {
    counts.iter().zip(values).map(|(&count, value)| count as f64 * value).sum::<f64>() / n
}

fn weighted_variance(counts: &[u64], values: &[f64], n: f64) -> f64 {
    if n < 2.0 {
        return 0.0;
    }
    let mean = weighted_mean(counts, values, n);
    counts.iter().zip(values).map(|(&count, value)| count as f64 * (value - mean).powi(2)).sum::<f64>() / (n - 1.0)
}

fn share_of_df(spread: f64, n: f64) -> f64 {
    if n < 2.0 { 0.0 } else { spread * spread / (n - 1.0) }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn mann_whitney(reference: &[u64], comparison: &[u64], estimate: f64, n1: f64, n2: f64) -> f64 {
    let n = n1 + n2;
    let ties: f64 = reference.iter().zip(comparison).map(|(&a, &b)| (a as f64 + b as f64).powi(3) - (a + b) as f64).sum();
    let variance = n1 * n2 / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    if variance > 0.0 { normal_two_sided((estimate - 0.5) * n1 * n2 / variance.sqrt()) } else { 1.0 }
}
