//! The pages of close and renew.

mod decision;
mod list;
mod section;
mod show;

use partnerships::partnerships::PartnershipFrame;
use platform::{
    Cx,
    access::{Routes, Standing},
};

use super::{YearThere, archive};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/partnerships/{partnership}/close-and-renew", list::show)
        .get("/partnerships/{partnership}/close-and-renew/{school_year}", show::show)
        .post("/partnerships/{partnership}/close-and-renew/{school_year}", show::begin)
        .get("/partnerships/{partnership}/close-and-renew/{school_year}/sections/{year_section}", section::show)
        .post("/partnerships/{partnership}/close-and-renew/{school_year}/sections/{year_section}", section::write)
        .post("/partnerships/{partnership}/close-and-renew/{school_year}/points/{point}", show::tick)
        .post("/partnerships/{partnership}/close-and-renew/{school_year}/points/{point}/removal", show::untick)
        .post("/partnerships/{partnership}/close-and-renew/{school_year}/renewal", decision::renew)
        .post("/partnerships/{partnership}/close-and-renew/{school_year}/renewal/removal", decision::undo)
        .post("/partnerships/{partnership}/close-and-renew/{school_year}/closure", decision::close)
        .get("/partnerships/{partnership}/archive", archive::download)
        .post("/partnerships/{partnership}/reopening", decision::reopen)
        .post("/partnerships/{partnership}/destruction", decision::put_off)
}

/// The frame of a page of a year's end: under the partnership's tab; a page below the year's leads back to it.
fn frame(cx: &Cx, who: &Standing, there: &YearThere, title: String, is_below: bool) -> PartnershipFrame {
    let mut frame = PartnershipFrame::of(cx, who, &there.partnership, "/close-and-renew");
    frame.crumbs.push(("Close and renew".to_owned(), format!("{}/close-and-renew", there.partnership.subject().href)));
    if is_below {
        frame.crumbs.push((there.year.to_string(), there.href()));
    }
    frame.title = title;
    frame
}
