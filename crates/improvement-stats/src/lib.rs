//! The measurement methods of improvement work: is it changing, do raters agree, what goes with it, for whom, compared with
//! whom, and what may be published.
//!
//! Everything is a pure function of numbers: no files, no clock, no threads, and chance only from a seed. A result carries
//! what an honest page needs beside the figure: `n`, degrees of freedom, an [`Interval`], the method, and [`Warning`]s.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod agreement;
pub mod association;
pub mod bands;
mod beta;
pub mod charts;
mod check;
pub mod did;
pub mod disclosure;
pub mod elastic_net;
mod error;
pub mod fairness;
pub mod growth;
mod interval;
pub mod matching;
pub mod mixed_model;
pub mod pooling;
pub mod predictions;
pub mod proportion;
mod quantile;
mod ranks;
pub mod rng;
mod score_test;
pub mod surveys;
pub mod synthetic_control;
mod tails;
mod warning;

pub use error::{Error, Result};
pub use interval::{Interval, check_level};
pub use warning::Warning;
