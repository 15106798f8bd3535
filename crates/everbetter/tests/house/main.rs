//! The whole house, through HTTP, on both databases: a small organisation whose people do things.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, reason = "tests fail by panicking")]

mod access;
mod api;
mod audit;
mod close_and_renew;
mod cycles;
mod exports;
mod hostile;
mod imports;
mod large;
mod learning_plans;
mod log;
mod operator;
mod pages;
mod photos;
mod plans;
mod road_map;
mod search;
mod statements;
mod world;
