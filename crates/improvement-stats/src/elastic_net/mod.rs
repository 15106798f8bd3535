//! Many predictors at once: which of them carry the outcome together?
//!
//! [`elastic_net_path`] fits, [`cross_validate`] chooses how strong the penalty is, [`stability_selection`] tells which
//! predictors are chosen again and again. Never report selected coefficients with ordinary p values. With fewer than three rows
//! a predictor treat everything here as exploration.

mod cross_validation;
mod error_bounds;
mod gram;
mod path;
mod stability;

pub use cross_validation::{CrossValidation, cross_validate};
pub use error_bounds::{ErrorBound, ErrorBoundKind, error_bound};
pub use path::{NetCoefficients, NetOptions, NetPath, Ridge, elastic_net_path};
pub use stability::{StabilityOptions, StabilitySelection, selections_on_subsamples, stability_selection};
