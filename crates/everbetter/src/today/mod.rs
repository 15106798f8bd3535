//! Today: the home page asks and points, in the order of what matters to this person now. Rooms bring its sheets.

use askama::Template;
use chrono::Timelike;
use partnerships::calendar::spoken;
use platform::{
    Cx,
    access::{Routes, SignedIn},
    room::{Place, TodaySheet},
    web::{Answered, Shell, page},
};

pub(crate) fn routes() -> Routes {
    Routes::new().get("/", show)
}

#[derive(Template)]
#[template(path = "today/show.html")]
struct Today {
    shell: Shell,
    greeting: String,
    day: String,
    head: Vec<String>,
    main: Vec<String>,
    rail: Vec<String>,
}

async fn show(me: SignedIn, cx: Cx) -> Answered {
    let who = me.who();
    let now = cx.settings.local(cx.now);
    let greeting = match now.hour() {
        4..=11 => "Good morning",
        12..=17 => "Good afternoon",
        _ => "Good evening",
    };
    let mut sheets: Vec<&TodaySheet> = cx.app.house.rooms().iter().flat_map(|room| &room.today).collect();
    sheets.sort_by_key(|sheet| sheet.order);
    let mut drawn = [(Place::Head, Vec::new()), (Place::Main, Vec::new()), (Place::Rail, Vec::new())];
    for sheet in sheets {
        if let Some(html) = (sheet.draw)(&cx, who).await?
            && let Some((_, place)) = drawn.iter_mut().find(|(place, _)| *place == sheet.place)
        {
            place.push(html);
        }
    }
    let [(_, head), (_, main), (_, rail)] = drawn;
    page(&Today {
        shell: cx.shell("Today", "/"),
        greeting: format!("{greeting}, {}", who.first_name()),
        day: format!("{} {}", now.format("%A"), spoken(now.date(), now.date())),
        head,
        main,
        rail,
    })
}
