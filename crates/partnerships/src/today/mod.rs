//! What this room shows on Today and on other rooms' pages.

mod panels;
mod sheets;

use platform::room::{Panel, Place, TodaySheet};

pub(crate) fn sheets() -> Vec<TodaySheet> {
    vec![
        TodaySheet { place: Place::Head, order: 10, draw: |cx, who| Box::pin(sheets::week(cx, who)) },
        TodaySheet { place: Place::Main, order: 10, draw: |cx, who| Box::pin(sheets::partner(cx, who)) },
        TodaySheet { place: Place::Main, order: 60, draw: |cx, who| Box::pin(sheets::looked_after(cx, who)) },
    ]
}

pub(crate) fn panels() -> Vec<Panel> {
    vec![
        Panel { on: "person", place: Place::Main, order: 20, draw: |cx, subject| Box::pin(panels::of_person(cx, subject)) },
        Panel { on: "team", place: Place::Main, order: 20, draw: |cx, subject| Box::pin(panels::of_team(cx, subject)) },
    ]
}
