//! Do raters agree, and who and what differs most?
//!
//! Start from a table of [`Ratings`]. [`percent_agreement`] says it in everybody's words; [`krippendorff_alpha`] with
//! [`bootstrap_alpha`] is the figure for calibration (any scale, any raters, gaps allowed); [`gwet_ac`] holds up when nearly all
//! ratings are the same; [`cohen_kappa`] is for two raters; [`icc`] for measurements; [`kendall_w`] for rankings.
//! [`contributions`] shows which items, raters and pairs of levels cause the disagreement: that is what a data dive works on.
//! Never show one figure alone.

mod alpha;
mod contributions;
mod fleiss;
mod gwet;
mod icc;
mod kappa;
mod kendall;
mod percent;
mod ratings;
mod weights;

pub use alpha::{Alpha, AlphaBootstrap, BootstrapOptions, Level, alpha_of_resamples, bootstrap_alpha, krippendorff_alpha};
pub use contributions::{ConfusedLevels, Contributions, RaterContribution, UnitContribution, contributions};
pub use fleiss::{FleissKappa, fleiss_kappa};
pub use gwet::{ChanceCorrected, Coefficient, chance_corrected, gwet_ac};
pub use icc::{Icc, IccForm, icc};
pub use kappa::{ConfusionTable, Kappa, LightKappa, cohen_kappa, light_kappa};
pub use kendall::{KendallW, kendall_w};
pub use percent::{PercentAgreement, percent_agreement};
pub use ratings::{LabelledRatings, Ratings};
pub use weights::Weights;

use crate::{Error, Result, Warning};

/// Beyond this many categories a square matrix of them is no rubric and would eat the memory.
const MOST_CATEGORIES: usize = 1000;

fn too_many_categories(found: usize) -> Error {
    Error::Invalid(format!(
        "{found} different ratings: this coefficient needs categories (at most {MOST_CATEGORIES}); use icc or alpha"
    ))
}

fn check_scale(scale: &[f64]) -> Result<Vec<f64>> {
    if let Some(index) = scale.iter().position(|v| !v.is_finite()) {
        return Err(Error::NotFinite { what: "scale", index });
    }
    if scale.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(Error::Invalid("the scale must list each value once, in ascending order".into()));
    }
    Ok(scale.to_vec())
}

fn position(categories: &[f64], value: f64) -> Result<usize> {
    let expected = "one of the values of the scale";
    categories.binary_search_by(|c| c.total_cmp(&(value + 0.0))).map_err(|_| Error::OutOfRange {
        what: "rating",
        value,
        expected,
    })
}

fn need_raters(ratings: &Ratings) -> Result<()> {
    if ratings.raters() < 2 {
        return Err(Error::TooFew { what: "raters", needed: 2, got: ratings.raters() });
    }
    Ok(())
}

fn units_left_out(count: usize) -> Vec<Warning> {
    if count == 0 {
        return Vec::new();
    }
    let message = format!("{count} units with a gap are left out: this figure needs every rater's rating.");
    vec![Warning::new("units_left_out", message)]
}
