//! What `everbetter analyze` answers, asked of the built program.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, reason = "tests fail by panicking")]

mod agreement;
mod charts;
mod help;
mod mistakes;
mod models;
mod peers;
mod reference;
mod schema;
mod shares;
mod support;
