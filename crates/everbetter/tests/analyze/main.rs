//! What `everbetter analyze` answers, asked of the built program.

mod agreement;
mod charts;
mod mistakes;
mod models;
mod peers;
mod schema;
mod shares;
mod support;
