//! What must hold when things end badly: killed in the middle of a write, a power cut, a full disk, one instance of two gone, an old
//! schema, a backup under load. Each test drives the real program; `cargo ci crashes` runs them, `EVERBETTER_LONG=1` with more rounds.

#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, reason = "tests fail by panicking")]

mod backup;
mod full;
mod harness;
mod instances;
mod kills;
mod power;
mod shim;
mod upgrade;
