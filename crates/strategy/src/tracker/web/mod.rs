//! The tracker's pages.

mod board;
mod bulk;
mod cell;
mod due;
mod export;
mod grid;
mod history;

use platform::access::Routes;
use serde::Deserialize;

pub(super) use board::Standing;

/// The tracker's routes.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/partnerships/{partnership}/tracker", grid::show)
        .get("/partnerships/{partnership}/tracker/cell", cell::show)
        .post("/partnerships/{partnership}/tracker/entries", cell::record)
        .post("/partnerships/{partnership}/tracker/entries/{entry}/withdrawal", cell::withdraw)
        .get("/partnerships/{partnership}/tracker/bulk", bulk::show)
        .post("/partnerships/{partnership}/tracker/bulk", bulk::record)
        .get("/partnerships/{partnership}/tracker/export/{ending}", export::cells)
        .get("/partnerships/{partnership}/tracker/entries/export/{ending}", export::entries)
        .get("/due", due::show)
        .get("/due/export/{ending}", due::export)
}

/// What the address says: which rows are shown, and which cell is open.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    /// `vips` or `due`; all without a word.
    pub show: String,
    pub step: String,
    pub strand: String,
    pub q: String,
    pub practice: String,
    pub year: String,
    pub cycle: String,
}

impl Chosen {
    /// The filters as they stand in an address, with an `&` behind them where there are some.
    pub fn filters(&self) -> String {
        let mut text = String::new();
        for (name, value) in [("show", &self.show), ("step", &self.step), ("strand", &self.strand), ("q", &self.q)] {
            if !value.trim().is_empty() {
                text.push_str(&format!("{name}={}&", encoded(value)));
            }
        }
        text
    }
}

/// A value as part of an address.
pub(in crate::tracker) fn encoded(value: &str) -> String {
    serde_html_form::to_string([("", value)]).map(|pair| pair.trim_start_matches('=').to_owned()).unwrap_or_default()
}
