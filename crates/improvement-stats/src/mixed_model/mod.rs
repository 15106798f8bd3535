//! Linear mixed models: what goes with what within groups, when rows of a group belong together.
//!
//! [`within_between`] splits a predictor into its change within a group and the group's mean; [`mixed_model`] fits it
//! with an intercept that differs between groups, [`multilevel_model`] with slopes that differ, too, and several groupings. For
//! drivers report the within effect: the between effect describes stronger partnerships, not better practices.

mod data;
mod kenward_roger;
mod multilevel;
mod profile;
mod result;

pub use data::{Term, WithinBetween, group_codes, within_between};
pub use multilevel::{Grouping, MultilevelModel, RandomEffect, RandomEffects, VarianceComponent, multilevel_model};
pub use result::{DegreesOfFreedom, FixedEffect, GroupEffect, MixedModel, MixedOptions, mixed_model};
