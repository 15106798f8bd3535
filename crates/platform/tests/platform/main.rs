//! The ground that every room stands on, on both databases.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, reason = "tests fail by panicking")]

mod audit;
mod database;
mod imports;
mod jobs;
mod kept;
mod search;

use std::{future::Future, pin::Pin, sync::Arc};

use chrono::{DateTime, Utc};
use platform::{
    Error,
    access::{Identify, Standing},
    db::Db,
    room::House,
    testing::{Bench, on_both},
};

/// A door that knows nobody.
pub struct Nobody;

type Found<'a> = Pin<Box<dyn Future<Output = Result<Option<Standing>, Error>> + Send + 'a>>;

impl Identify for Nobody {
    fn by_session<'a>(&'a self, _: &'a Db, _: Vec<u8>, _: DateTime<Utc>) -> Found<'a> {
        Box::pin(async { Ok(None) })
    }
    fn by_token<'a>(&'a self, _: &'a Db, _: Vec<u8>, _: DateTime<Utc>) -> Found<'a> {
        Box::pin(async { Ok(None) })
    }
}

pub fn nobody() -> Arc<dyn Identify> {
    Arc::new(Nobody)
}

pub fn morning() -> DateTime<Utc> {
    "2026-10-06T09:00:00Z".parse().expect("an instant")
}

/// Runs a test in a house without rooms, on both databases.
pub async fn in_a_bare_house(test: impl AsyncFn(Bench)) {
    on_both(morning(), || House::new(vec![]), nobody, test).await;
}
