//! What goes with what: correlations of ranks, their chance p values and intervals, and corrections for asking often.
//!
//! A correlation between partnerships mostly finds good partnerships, not good practices. Correlate changes within partnerships
//! (or use [`crate::mixed_model`]), permute within blocks, and correct for the number of questions with
//! [`benjamini_hochberg`].

mod bootstrap;
mod correlation;
mod kendall;
mod multiplicity;
mod permutation;
mod resampled;

pub use bootstrap::{
    BootstrapIntervals, CorrelationBootstrap, bootstrap_correlation, bootstrap_intervals, correlations_of_resamples,
    jackknife_correlation,
};
pub use correlation::{Correlation, Method, correlate};
pub use multiplicity::{Adjustment, adjust, benjamini_hochberg, benjamini_yekutieli, holm};
pub use permutation::{
    ManyPermutations, Permutation, PermutationOptions, exact_p_value, p_value_of_permutations, permutation_test,
    permutation_tests,
};

use crate::{Error, Result};

/// The pairs in which neither value is missing (NaN).
fn complete_pairs(x: &[f64], y: &[f64]) -> Result<(Vec<f64>, Vec<f64>, Vec<usize>)> {
    if x.len() != y.len() {
        return Err(Error::LengthMismatch { left: "x", left_len: x.len(), right: "y", right_len: y.len() });
    }
    for (what, values) in [("x", x), ("y", y)] {
        if let Some(index) = values.iter().position(|v| v.is_infinite()) {
            return Err(Error::NotFinite { what, index });
        }
    }
    let kept: Vec<usize> = (0..x.len()).filter(|&i| !x[i].is_nan() && !y[i].is_nan()).collect();
    Ok((kept.iter().map(|&i| x[i]).collect(), kept.iter().map(|&i| y[i]).collect(), kept))
}
