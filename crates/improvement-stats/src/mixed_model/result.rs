//! The fit and what is reported of it.

use nalgebra::{DMatrix, DVector};

use super::data::{Data, Term};
use super::kenward_roger::KenwardRoger;
use super::profile::Point;
use crate::{Error, Interval, Result, Warning, check_level, tails};

/// How degrees of freedom of the fixed effects are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum DegreesOfFreedom {
    /// Satterthwaite's, from the curvature of the criterion.
    Satterthwaite,
    /// Kenward and Roger's, with corrected standard errors: below about 20 groups. REML only.
    KenwardRoger,
}

/// How to fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixedOptions {
    /// Restricted maximum likelihood (true, for estimates) or maximum likelihood (false, to compare models).
    pub reml: bool,
    /// How degrees of freedom are found.
    pub df: DegreesOfFreedom,
    /// Confidence level, 0.95 for 95 %.
    pub level: f64,
}

impl Default for MixedOptions {
    fn default() -> Self {
        Self { reml: true, df: DegreesOfFreedom::Satterthwaite, level: 0.95 }
    }
}

/// One fixed effect.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FixedEffect {
    /// Name of the term; "(Intercept)" for the intercept.
    pub term: String,
    /// Change of the response for one unit of the term.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Estimate over standard error.
    pub t: f64,
    /// Two-sided p value.
    pub p_value: f64,
    /// t interval.
    pub interval: Interval,
}

/// One group's deviation, pulled towards 0 by as much as it may be chance.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GroupEffect {
    /// The group's number as given.
    pub group: usize,
    /// Its complete rows.
    pub n: usize,
    /// Its predicted deviation from what the fixed effects say.
    pub estimate: f64,
    /// Standard deviation of the deviation, given the fixed effects.
    pub standard_error: f64,
    /// Reliability: share of the group's raw deviation that is kept.
    pub reliability: f64,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MixedModel {
    /// Intercept first, then the terms in the order given.
    pub fixed: Vec<FixedEffect>,
    /// Covariance of the fixed effects.
    pub covariance: Vec<Vec<f64>>,
    /// Variance between groups.
    pub group_variance: f64,
    /// Variance within groups.
    pub residual_variance: f64,
    /// Share of the remaining variance that is between groups.
    pub icc: f64,
    /// Log-likelihood, restricted when fitted by REML.
    pub log_likelihood: f64,
    /// −2 times it.
    pub deviance: f64,
    /// No variance between groups can be seen (the estimate is 0).
    pub singular: bool,
    /// Predicted deviations of the groups, by number.
    pub group_effects: Vec<GroupEffect>,
    /// Complete rows.
    pub n: usize,
    /// Groups.
    pub groups: usize,
    /// Rows left out because a value was missing.
    pub rows_dropped: usize,
    /// "REML" or "ML".
    pub method: &'static str,
    /// How degrees of freedom were found.
    pub df_method: DegreesOfFreedom,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// What goes with the response when rows of a group belong together?
///
/// Use it for repeated rows of the same partnership, school or person: partnership-years, pupils in schools. Split predictors
/// with [`super::within_between`] and read the within effect for drivers. Not for counts and shares near 0 or 1, nor below
/// about five groups. An intercept is always fitted; each term, the response and the group's number have one value a row; NaN
/// is missing and drops the row.
///
/// Formula: response = intercept + terms × effects + group's deviation + residual, both random parts normal. The deviance is
/// profiled over the ratio of the two variances, on per-group sums, so large data cost one pass. A group's predicted deviation
/// is its mean residual times n·ratio / (1 + n·ratio).
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`], [`Error::TooFew`] (rows at least effects + 2, two groups, one group with two
/// rows), [`Error::Singular`] when a term is a mixture of others, [`Error::Invalid`] for a constant term or response, or
/// Kenward-Roger without REML, [`Error::Undefined`] when nothing is left unexplained.
///
/// Source: Bates, Mächler, Bolker & Walker (2015), Journal of Statistical Software 67; Satterthwaite (1946); Kenward & Roger
/// (1997), Biometrics 53.
///
/// ```
/// use improvement_stats::mixed_model::{MixedOptions, Term, mixed_model};
/// let groups: Vec<usize> = (0..40).map(|i| i / 4).collect();
/// let x: Vec<f64> = (0..40).map(|i| f64::from(i % 4)).collect();
/// let y: Vec<f64> = (0..40).map(|i| f64::from(i % 4) * 0.5 + f64::from(i / 4) + f64::from(i * 7 % 5) * 0.1).collect();
/// let model = mixed_model(&y, &[Term::new("year", x)], &groups, &MixedOptions::default())?;
/// assert!((model.fixed[1].estimate - 0.5).abs() < 0.1);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn mixed_model(response: &[f64], terms: &[Term], groups: &[usize], options: &MixedOptions) -> Result<MixedModel> {
    check_level(options.level)?;
    if options.df == DegreesOfFreedom::KenwardRoger && !options.reml {
        return Err(Error::Invalid("Kenward-Roger's correction needs a fit by REML".into()));
    }
    let data = Data::new(response, terms, groups)?;
    let ratio = data.best_ratio(options.reml)?;
    let point = data.at(ratio, options.reml)?;
    let (p, m) = (data.p, data.freedom(options.reml));
    let variance = point.residual / m;
    let (centre, scale) = data.scaling[p];
    let back = undo_scaling(&data.scaling);
    let mut estimates = &back * &point.coefficients;
    estimates[0] += centre;
    let correction = match options.df {
        DegreesOfFreedom::Satterthwaite => None,
        DegreesOfFreedom::KenwardRoger => Some(
            KenwardRoger::new(&data, ratio * variance, variance)
                .ok_or(Error::Singular { what: "Kenward-Roger's information matrix", reason: "too few groups or rows for it" })?,
        ),
    };
    let standardised = match &correction {
        Some(correction) => correction.covariance.clone(),
        None => &point.inverse * variance,
    };
    let covariance = &back * standardised * back.transpose();
    let names = std::iter::once("(Intercept)").chain(terms.iter().map(|t| t.name.as_str()));
    let fixed = names
        .enumerate()
        .map(|(i, name)| {
            let contrast = back.row(i).transpose();
            let df = match &correction {
                Some(correction) => correction.df(&contrast),
                None => satterthwaite(&point, &contrast, variance, ratio, m),
            };
            fixed_effect(name, estimates[i], covariance[(i, i)].max(0.0).sqrt(), df, options.level)
        })
        .collect();
    let scales: f64 = data.scaling[1..p].iter().map(|s| s.1.ln()).sum();
    let deviance = point.deviance + 2.0 * m * scale.ln() + if options.reml { 2.0 * scales } else { 0.0 };
    let residual_variance = variance * scale * scale;
    let group_variance = ratio * residual_variance;
    Ok(MixedModel {
        fixed,
        covariance: covariance.row_iter().map(|row| row.iter().copied().collect()).collect(),
        group_variance,
        residual_variance,
        icc: ratio / (1.0 + ratio),
        log_likelihood: -0.5 * deviance,
        deviance,
        singular: ratio == 0.0,
        group_effects: group_effects(&data, &point, ratio, residual_variance.sqrt(), scale),
        n: data.n,
        groups: data.groups.len(),
        rows_dropped: data.rows_dropped,
        method: if options.reml { "REML" } else { "ML" },
        df_method: options.df,
        warnings: warnings(&data, ratio, options),
    })
}

/// The matrix that turns standardised coefficients into those of the terms as given.
pub(super) fn undo_scaling(scaling: &[(f64, f64)]) -> DMatrix<f64> {
    let p = scaling.len() - 1;
    let response_scale = scaling[p].1;
    DMatrix::from_fn(p, p, |i, j| {
        let (centre, scale) = scaling[j];
        match (i, j) {
            (0, 0) => response_scale,
            (0, _) => -response_scale * centre / scale,
            _ if i == j => response_scale / scale,
            _ => 0.0,
        }
    })
}

/// Degrees of freedom from how sure the two variances are; at a ratio of 0 only the residual variance is uncertain.
fn satterthwaite(point: &Point, contrast: &DVector<f64>, variance: f64, ratio: f64, m: f64) -> f64 {
    let side = &point.inverse * contrast;
    let size = contrast.dot(&side);
    let [[a, b], [_, d]] = point.curvature;
    let determinant = a * d - b * b;
    if ratio == 0.0 || determinant <= 0.0 {
        return m;
    }
    let by_ratio = -variance * side.dot(&(&point.gram_slope * &side));
    let quadratic = (by_ratio * by_ratio * d - 2.0 * by_ratio * size * b + size * size * a) / determinant;
    (variance * size).powi(2) / quadratic
}

/// A fixed effect with what follows from its error and degrees of freedom.
pub(super) fn fixed_effect(term: &str, estimate: f64, standard_error: f64, df: f64, level: f64) -> FixedEffect {
    let t = estimate / standard_error;
    let reach = tails::t_critical(level, df) * standard_error;
    FixedEffect {
        term: term.to_owned(),
        estimate,
        standard_error,
        df,
        t,
        p_value: tails::t_two_sided(t, df),
        interval: Interval::new(estimate - reach, estimate + reach, level),
    }
}

fn group_effects(data: &Data, point: &Point, ratio: f64, sigma: f64, scale: f64) -> Vec<GroupEffect> {
    let p = data.p;
    data.groups
        .iter()
        .map(|(group, size, mean)| {
            let residual = mean[p] - mean.rows(0, p).dot(&point.coefficients);
            let reliability = size * ratio / (1.0 + size * ratio);
            let standard_error = sigma * (ratio / (1.0 + size * ratio)).sqrt();
            let estimate = reliability * residual * scale;
            GroupEffect { group: *group, n: *size as usize, estimate, standard_error, reliability }
        })
        .collect()
}

fn warnings(data: &Data, ratio: f64, options: &MixedOptions) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let groups = data.groups.len();
    if ratio == 0.0 {
        let message = "No variance between groups can be seen; that is not proof that there is none.";
        warnings.push(Warning::new("singular_fit", message));
    }
    if groups < 5 {
        let message = format!("{groups} groups are too few to tell their variance: compare them one by one.");
        warnings.push(Warning::new("too_few_groups", message));
    } else if groups < 20 && options.df == DegreesOfFreedom::Satterthwaite {
        let message = format!("With {groups} groups use Kenward-Roger's degrees of freedom.");
        warnings.push(Warning::new("few_groups", message));
    }
    if data.rows_dropped > 0 {
        let message = format!("{} rows with a missing value are left out.", data.rows_dropped);
        warnings.push(Warning::new("rows_dropped", message));
    }
    warnings
}
