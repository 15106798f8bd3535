//! Did it change more here than elsewhere? Difference in differences, with standard errors for rows that belong together.
//!
//! [`difference_in_differences`] for a panel with one starting time, [`event_study`] to look at the years before,
//! [`placebo_did`] when one or a few units were treated (then cluster-robust errors mean nothing), [`cluster_robust`] for any
//! other regression, [`wild_cluster_bootstrap`] below about 40 clusters.

mod bias_reduced;
mod least_squares;
mod panel;
mod placebo;
mod wild;

pub use least_squares::{RegressionOptions, RobustCoefficient, RobustRegression, cluster_robust};
pub use panel::{EventStudy, EventTime, Panel, difference_in_differences, event_study};
pub use placebo::{PlaceboDid, placebo_did};
pub use wild::{WildBootstrap, wild_cluster_bootstrap};
