use super::{design, least_squares};
use crate::tails::t_critical;
use crate::{Error, Interval, Result, Warning, check_level};

/// How one group stands against its prediction.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GroupResidual {
    /// The group.
    pub group: String,
    /// Mean of (score minus predicted score) in it.
    pub estimate: f64,
    /// Residual standard deviation over √n.
    pub standard_error: f64,
    /// t interval.
    pub interval: Interval,
    /// Students in it.
    pub n: usize,
}

/// Groups against the prediction from prior scores.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AdjustedMeans {
    /// The groups in order of first appearance.
    pub groups: Vec<GroupResidual>,
    /// Intercept, then one coefficient a predictor.
    pub coefficients: Vec<f64>,
    /// Residual standard deviation.
    pub residual_sd: f64,
    /// Degrees of freedom of the residuals.
    pub df: usize,
    /// Students.
    pub n: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Which groups score higher or lower than their students' prior scores predict?
///
/// `predictors` hold one column each (prior scores, for instance), `groups` the school of each student. Means of small
/// groups vary most, so the extremes are mostly small: for a ranking use the partially pooled values of a mixed model
/// instead. In words: one least-squares line for everybody; a group's figure is the mean of its students' residuals.
///
/// # Errors
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::TooFew`] cases, [`Error::Singular`] for
/// predictors that are constant or follow from the others, [`Error::OutOfRange`] for the level.
///
/// ```
/// use improvement_stats::growth::adjusted_means;
/// let school: Vec<String> = ["a", "a", "b", "b"].iter().map(|s| s.to_string()).collect();
/// let found = adjusted_means(&[2.0, 3.0, 3.0, 4.0], &[vec![1.0, 2.0, 1.0, 2.0]], &school, 0.95)?;
/// assert!((found.groups[1].estimate - 0.5).abs() < 1e-12);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn adjusted_means(outcome: &[f64], predictors: &[Vec<f64>], groups: &[String], level: f64) -> Result<AdjustedMeans> {
    check_level(level)?;
    let matrix = design(outcome, predictors)?;
    if groups.len() != outcome.len() {
        return Err(Error::LengthMismatch { left: "outcome", left_len: outcome.len(), right: "groups", right_len: groups.len() });
    }
    let coefficients = least_squares(&matrix, outcome)?;
    let residual = |i: usize| outcome[i] - matrix.row(i).iter().zip(&coefficients).map(|(x, b)| x * b).sum::<f64>();
    let residuals: Vec<f64> = (0..outcome.len()).map(residual).collect();
    let n = outcome.len();
    let df = n - coefficients.len();
    let residual_sd = (residuals.iter().map(|r| r * r).sum::<f64>() / df as f64).sqrt();
    let critical = t_critical(level, df as f64);
    let mut places = std::collections::HashMap::new();
    let mut sums: Vec<(String, f64, usize)> = Vec::new();
    for (group, residual) in groups.iter().zip(residuals) {
        let place = *places.entry(group).or_insert_with(|| {
            sums.push((group.clone(), 0.0, 0));
            sums.len() - 1
        });
        sums[place].1 += residual;
        sums[place].2 += 1;
    }
    let found = sums.into_iter().map(|(group, sum, count)| {
        let estimate = sum / count as f64;
        let standard_error = residual_sd / (count as f64).sqrt();
        let half = critical * standard_error;
        GroupResidual {
            group,
            estimate,
            standard_error,
            interval: Interval::new(estimate - half, estimate + half, level),
            n: count,
        }
    });
    let groups: Vec<GroupResidual> = found.collect();
    let mut warnings = Vec::new();
    let small = groups.iter().filter(|g| g.n < 20).count();
    if small > 0 {
        let text =
            format!("{small} of {} groups have fewer than 20 students: their means vary most, do not rank them.", groups.len());
        warnings.push(Warning::new("small_groups", text));
    }
    Ok(AdjustedMeans { groups, coefficients, residual_sd, df, n, warnings })
}
