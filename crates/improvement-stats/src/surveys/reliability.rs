use nalgebra::DMatrix;

use super::factor::one_factor;
use crate::check::usable;
use crate::tails::f_quantile;
use crate::{Error, Interval, Result, Warning, check_level};

/// Which items run the other way, and the ends of the answer scale.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScaleItems {
    /// Zero-based positions of reverse-keyed items: their answers are replaced by lowest + highest - answer.
    pub reversed: Vec<usize>,
    /// Lowest and highest possible answer; needed when an item is reversed.
    pub range: Option<(f64, f64)>,
}

/// How one item fits its scale.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ItemReliability {
    /// Correlation with the sum of the other items, over complete rows; absent when either is constant. Negative:
    /// probably reverse-keyed.
    pub item_rest: Option<f64>,
    /// Alpha without this item; absent when undefined.
    pub alpha_if_dropped: Option<f64>,
    /// Mean answer, after reversing.
    pub mean: f64,
    /// Standard deviation of the answers.
    pub standard_deviation: f64,
    /// How many answered it.
    pub n: usize,
}

/// Omega total from one factor.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Omega {
    /// (Σ loadings)² / ((Σ loadings)² + Σ residual variances).
    pub estimate: f64,
    /// (Σ loadings)² over the observed variance of the sum.
    pub against_observed_variance: f64,
    /// Loadings in the unit of the answers, the first one positive.
    pub loadings: Vec<f64>,
    /// Residual variances.
    pub residual_variances: Vec<f64>,
    /// Log likelihood of the fit.
    pub log_likelihood: f64,
    /// Complete rows.
    pub n: usize,
}

/// Whether several items measure one thing.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Reliability {
    /// Cronbach's alpha from pairwise covariances.
    pub estimate: f64,
    /// Feldt's interval.
    pub interval: Interval,
    /// Degrees of freedom of its F distribution.
    pub df: (f64, f64),
    /// Alpha of standardised items; absent when an item is constant.
    pub standardised_alpha: Option<f64>,
    /// Mean correlation between items; absent when an item is constant.
    pub average_correlation: Option<f64>,
    /// Guttman's lambda 6; absent when the correlations have no inverse.
    pub guttman_lambda6: Option<f64>,
    /// Omega total; absent when one factor cannot be fitted (see warnings).
    pub omega: Option<Omega>,
    /// The items in the order given.
    pub items: Vec<ItemReliability>,
    /// Rows with at least one answer.
    pub n: usize,
    /// Rows without a gap.
    pub n_complete: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Do these items measure one thing well enough to be added up?
///
/// `responses` holds a row a person with an answer an item, `None` for a gap. At least 3 items and 3 complete rows.
/// Alpha assumes that all items count alike and understates otherwise; omega lets them differ. Neither says *what* is
/// measured, nor that it is one thing: alpha also rises with the number of items. Reverse items first: one forgotten
/// item turned .70 into .43.
///
/// In words: alpha = k/(k - 1) (1 - Σ item variances / variance of the sum), from covariances over the rows that both
/// items have; Feldt (1965): 1 - (1 - alpha) F quantiles with n - 1 and (n - 1)(k - 1) degrees of freedom, n complete
/// rows. Omega total (McDonald 1999) from one factor fitted by maximum likelihood to the complete rows.
///
/// # Errors
/// [`Error::Empty`]; [`Error::LengthMismatch`] for rows of unlike length; [`Error::TooFew`] items or rows;
/// [`Error::NotFinite`]; [`Error::OutOfRange`] for a level; [`Error::Invalid`] for reversing without a range;
/// [`Error::Undefined`] when no sum varies.
///
/// ```
/// use improvement_stats::surveys::{ScaleItems, reliability};
/// let row = |answers: [f64; 3]| answers.map(Some).to_vec();
/// let rows = [row([1.0, 2.0, 1.0]), row([2.0, 2.0, 3.0]), row([4.0, 3.0, 4.0]), row([5.0, 5.0, 4.0])];
/// let scale = reliability(&rows, &ScaleItems::default(), 0.95)?;
/// assert!(scale.estimate > 0.9 && scale.interval.low < 0.8);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn reliability(responses: &[Vec<Option<f64>>], items: &ScaleItems, level: f64) -> Result<Reliability> {
    check_level(level)?;
    let rows = prepare(responses, items)?;
    let k = rows[0].len();
    let complete: Vec<Vec<f64>> = rows.iter().filter_map(|row| row.iter().copied().collect()).collect();
    let n_complete = complete.len();
    if n_complete < 3 {
        return Err(Error::TooFew { what: "complete rows", needed: 3, got: n_complete });
    }
    let covariance = pairwise_covariance(&rows);
    let everything: Vec<usize> = (0..k).collect();
    let undefined = Error::Undefined { what: "alpha", reason: "the sum of the items does not vary" };
    let estimate = alpha(&covariance, &everything).ok_or(undefined)?;
    let df = ((n_complete - 1) as f64, ((n_complete - 1) * (k - 1)) as f64);
    let tail = (1.0 - level) / 2.0;
    let limit = |p: f64| 1.0 - (1.0 - estimate) * f_quantile(p, df.0, df.1);
    let correlations = correlations(&covariance);
    let average = correlations.as_ref().map(|r| (r.sum() - k as f64) / (k * (k - 1)) as f64);
    let mut warnings = Vec::new();
    let omega = match omega(&complete) {
        Ok(omega) => Some(omega),
        Err(error) => {
            warnings.push(Warning::new("no_omega", format!("No omega: {error}.")));
            None
        }
    };
    let items: Vec<ItemReliability> = (0..k).map(|item| item_figures(item, &rows, &complete, &covariance)).collect();
    if items.iter().any(|item| item.item_rest.is_some_and(|r| r < 0.0)) {
        let text = "An item goes against the others: check whether it is reverse-keyed.";
        warnings.push(Warning::new("negative_item", text));
    }
    if n_complete < 30 {
        warnings.push(Warning::new("small_n", format!("Only {n_complete} complete rows: judge by the lower limit.")));
    }
    if n_complete < rows.len() {
        let text = format!(
            "{} of {} rows have gaps: alpha uses them where it can, the rest does not.",
            rows.len() - n_complete,
            rows.len()
        );
        warnings.push(Warning::new("gaps", text));
    }
    Ok(Reliability {
        estimate,
        interval: Interval::new(limit(1.0 - tail), limit(tail), level),
        df,
        standardised_alpha: average.map(|r| k as f64 * r / (1.0 + (k as f64 - 1.0) * r)).filter(|v| v.is_finite()),
        average_correlation: average,
        guttman_lambda6: correlations.and_then(lambda6),
        omega,
        items,
        n: rows.iter().filter(|row| row.iter().any(Option::is_some)).count(),
        n_complete,
        warnings,
    })
}

/// Checked rows with reversed items turned.
fn prepare(responses: &[Vec<Option<f64>>], items: &ScaleItems) -> Result<Vec<Vec<Option<f64>>>> {
    let Some(first) = responses.first() else { return Err(Error::Empty { what: "responses" }) };
    let k = first.len();
    if k < 3 {
        return Err(Error::TooFew { what: "items", needed: 3, got: k });
    }
    if items.reversed.iter().any(|&item| item >= k) {
        return Err(Error::Invalid("a reversed item is not among the items".into()));
    }
    if !items.reversed.is_empty() && items.range.is_none_or(|(low, high)| !(low.is_finite() && high.is_finite() && low < high)) {
        return Err(Error::Invalid("to reverse an item, give the lowest and highest possible answer".into()));
    }
    let turn = items.range.map_or(0.0, |(low, high)| low + high);
    let mut rows = responses.to_vec();
    for (index, row) in rows.iter_mut().enumerate() {
        if row.len() != k {
            return Err(Error::LengthMismatch { left: "first row", left_len: k, right: "another row", right_len: row.len() });
        }
        if row.iter().flatten().any(|v| !usable(*v)) {
            return Err(Error::NotFinite { what: "responses", index });
        }
        for &item in &items.reversed {
            row[item] = row[item].map(|v| turn - v);
        }
    }
    Ok(rows)
}

fn pairwise_covariance(rows: &[Vec<Option<f64>>]) -> DMatrix<f64> {
    let k = rows[0].len();
    DMatrix::from_fn(k, k, |i, j| {
        let pairs: Vec<(f64, f64)> = rows.iter().filter_map(|row| row[i].zip(row[j])).collect();
        covariance_of(&pairs)
    })
}

fn covariance_of(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (a, b) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    pairs.iter().map(|p| (p.0 - a) * (p.1 - b)).sum::<f64>() / (n - 1.0)
}

fn alpha(covariance: &DMatrix<f64>, items: &[usize]) -> Option<f64> {
    let k = items.len() as f64;
    let trace: f64 = items.iter().map(|&i| covariance[(i, i)]).sum();
    let total: f64 = items.iter().flat_map(|&i| items.iter().map(move |&j| covariance[(i, j)])).sum();
    let value = k / (k - 1.0) * (1.0 - trace / total);
    (total > 0.0 && value.is_finite()).then_some(value)
}

fn correlations(covariance: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let k = covariance.nrows();
    let varies = (0..k).all(|i| covariance[(i, i)] > 0.0);
    varies.then(|| DMatrix::from_fn(k, k, |i, j| covariance[(i, j)] / (covariance[(i, i)] * covariance[(j, j)]).sqrt()))
}

/// 1 - Σ (1 - squared multiple correlation) / Σ correlations.
fn lambda6(correlations: DMatrix<f64>) -> Option<f64> {
    let total = correlations.sum();
    let inverse = correlations.try_inverse()?;
    let unexplained: f64 = inverse.diagonal().iter().map(|v| 1.0 / v).sum();
    let value = 1.0 - unexplained / total;
    value.is_finite().then_some(value)
}

fn omega(complete: &[Vec<f64>]) -> Result<Omega> {
    let (n, k) = (complete.len() as f64, complete[0].len());
    let covariance = DMatrix::from_fn(k, k, |i, j| {
        let pairs: Vec<(f64, f64)> = complete.iter().map(|row| (row[i], row[j])).collect();
        covariance_of(&pairs) * (n - 1.0) / n
    });
    let fit = one_factor(&covariance)?;
    let common = fit.loadings.sum().powi(2);
    Ok(Omega {
        estimate: common / (common + fit.residuals.sum()),
        against_observed_variance: common / covariance.sum(),
        loadings: fit.loadings.iter().copied().collect(),
        residual_variances: fit.residuals.iter().copied().collect(),
        log_likelihood: -n / 2.0 * (k as f64 * std::f64::consts::TAU.ln() + fit.fit),
        n: complete.len(),
    })
}

fn item_figures(item: usize, rows: &[Vec<Option<f64>>], complete: &[Vec<f64>], covariance: &DMatrix<f64>) -> ItemReliability {
    let pairs: Vec<(f64, f64)> = complete.iter().map(|row| (row[item], row.iter().sum::<f64>() - row[item])).collect();
    let own: Vec<(f64, f64)> = pairs.iter().map(|p| (p.0, p.0)).collect();
    let rest: Vec<(f64, f64)> = pairs.iter().map(|p| (p.1, p.1)).collect();
    let (own, rest) = (covariance_of(&own), covariance_of(&rest));
    let others: Vec<usize> = (0..covariance.nrows()).filter(|&i| i != item).collect();
    let answers: Vec<f64> = rows.iter().filter_map(|row| row[item]).collect();
    ItemReliability {
        item_rest: (own > 0.0 && rest > 0.0).then(|| covariance_of(&pairs) / (own * rest).sqrt()),
        alpha_if_dropped: alpha(covariance, &others),
        mean: answers.iter().sum::<f64>() / answers.len() as f64,
        standard_deviation: covariance[(item, item)].max(0.0).sqrt(),
        n: answers.len(),
    }
}
