//! How strong a penalty predicts best?

use super::gram::{Gram, centres, check};
use super::path::{NetOptions, NetPath, Problem, check_options, elastic_net_path};
use crate::{Error, Result, quantile, rng};

/// A cross-validated path.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CrossValidation {
    /// Fits to all rows.
    pub path: NetPath,
    /// Mean squared error of rows left out, one a penalty.
    pub error: Vec<f64>,
    /// Standard error of it over the folds.
    pub error_se: Vec<f64>,
    /// Place in the path of the smallest error.
    pub best: usize,
    /// Place of the strongest penalty whose error is within one standard error of the smallest: fewer predictors, hardly worse.
    pub simplest: usize,
    /// Folds.
    pub folds: usize,
}

/// Which strength of penalty predicts rows best that the fit has not seen?
///
/// Rows are dealt into `folds` at random from `seed`, or by `groups` (all rows of a partnership into one fold) when that is not
/// empty: with repeated rows give groups, or the error is too good.
///
/// Formula: each fold in turn is left out and predicted; errors are averaged over folds weighted by their rows.
///
/// # Errors
/// As [`elastic_net_path`]; [`Error::OutOfRange`] for fewer than two folds or more than rows or groups, [`Error::LengthMismatch`]
/// for groups.
///
/// Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, chapter 7.
///
/// ```
/// use improvement_stats::elastic_net::{NetOptions, cross_validate};
/// let x: Vec<Vec<f64>> = (0..40).map(|i| vec![f64::from(i % 7), f64::from(i % 5)]).collect();
/// let y: Vec<f64> = x.iter().enumerate().map(|(i, r)| 2.0 * r[0] + (i % 3) as f64).collect();
/// let chosen = cross_validate(&x, &y, &NetOptions::default(), 5, &[], 1)?;
/// assert!(chosen.simplest <= chosen.best);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn cross_validate(
    x: &[Vec<f64>],
    y: &[f64],
    options: &NetOptions,
    folds: usize,
    groups: &[usize],
    seed: u64,
) -> Result<CrossValidation> {
    check(x, y)?;
    check_options(options)?;
    let path = elastic_net_path(x, y, options)?;
    let lambdas: Vec<f64> = path.fits.iter().map(|f| f.lambda).collect();
    let places = deal(x.len(), folds, groups, seed)?;
    let centres = centres(x, y);
    let parts: Vec<Gram> = (0..folds).map(|f| Gram::new(x, y, (0..x.len()).filter(|i| places[*i] == f), &centres)).collect();
    let whole = Gram::new(x, y, 0..x.len(), &centres);
    let mut errors = vec![Vec::new(); lambdas.len()];
    for part in &parts {
        let fits = Problem::new(&whole.without(part), options)?.path(&lambdas)?;
        for (errors, fit) in errors.iter_mut().zip(fits) {
            errors.push(part.squared_error(fit.intercept, &fit.beta) / part.n);
        }
    }
    let n = x.len() as f64;
    let error: Vec<f64> = errors.iter().map(|e| e.iter().zip(&parts).map(|(e, p)| e * p.n / n).sum()).collect();
    let error_se: Vec<f64> = errors.iter().map(|e| quantile::standard_deviation(e) / (folds as f64).sqrt()).collect();
    let best = (0..error.len()).min_by(|a, b| error[*a].total_cmp(&error[*b])).unwrap_or(0);
    let limit = error[best] + error_se[best];
    let simplest = (0..error.len())
        .filter(|i| error[*i] <= limit && lambdas[*i] >= lambdas[best])
        .max_by(|a, b| lambdas[*a].total_cmp(&lambdas[*b]))
        .unwrap_or(best);
    Ok(CrossValidation { path, error, error_se, best, simplest, folds })
}

/// The fold of each row.
fn deal(n: usize, folds: usize, groups: &[usize], seed: u64) -> Result<Vec<usize>> {
    if !groups.is_empty() && groups.len() != n {
        return Err(Error::LengthMismatch { left: "rows", left_len: n, right: "groups", right_len: groups.len() });
    }
    let rows: Vec<usize> = (0..n).collect();
    let (codes, labels) = crate::mixed_model::group_codes(if groups.is_empty() { &rows } else { groups });
    if folds < 2 || folds > labels.len() {
        let expected = "at least 2 and at most the number of rows or groups";
        return Err(Error::OutOfRange { what: "folds", value: folds as f64, expected });
    }
    let mut order: Vec<usize> = (0..labels.len()).collect();
    rng::shuffle(&mut rng::seeded(seed), &mut order);
    let mut fold = vec![0; labels.len()];
    order.iter().enumerate().for_each(|(place, label)| fold[*label] = place % folds);
    Ok(codes.iter().map(|c| fold[*c]).collect())
}
