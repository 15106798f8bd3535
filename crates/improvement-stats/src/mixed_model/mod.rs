//! Linear mixed models with a random intercept: what goes with what within groups, when rows of a group belong together.
//!
//! [`within_between`] splits a predictor into its change within a group and the group's mean; [`mixed_model`] fits it. For
//! drivers report the within effect: the between effect describes stronger partnerships, not better practices.

mod data;
mod kenward_roger;
mod profile;
mod result;

pub use data::{Term, WithinBetween, group_codes, within_between};
pub use result::{DegreesOfFreedom, FixedEffect, GroupEffect, MixedModel, MixedOptions, mixed_model};
