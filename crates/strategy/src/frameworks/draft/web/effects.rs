//! What a draft would mean for the partnerships that are in the middle of their year: a preview before it goes out.

use askama::Template;
use partnerships::calendar::Calendar;
use platform::{
    Cx, Error,
    access::{May, actions::See},
    text::counted,
    web::{Answered, Shell, page},
};

use super::{
    super::{
        super::{
            Framework,
            lineage::Fate,
            stays::{Entries, Moves},
        },
        policy::OpenDraft,
        rules::Sheet,
    },
    view::Read,
};
use crate::{overview::store::at_work, tracker::everybodys_cells};

/// What it would mean for one partnership.
struct Line {
    name: String,
    href: String,
    model: String,
    entries: Entries,
}

#[derive(Template)]
#[template(path = "frameworks/draft/web/effects.html")]
struct Page {
    shell: Shell,
    base: i32,
    number: i32,
    summary: String,
    lines: Vec<Line>,
}

/// Whether a published practice goes on as the same one.
fn goes_on(sheet: &Sheet, code: &str) -> bool {
    let mut onward = sheet.onward(code);
    let first = onward.next();
    onward.next().is_none() && first.is_some_and(|line| matches!(sheet.fate(line), Fate::Kept | Fate::Reworded))
}

/// `GET /practices/draft/effects`
pub(super) async fn show(may: May<See, OpenDraft>, cx: Cx) -> Answered {
    let (on, today, calendar) = (cx.db().read(), cx.today(), Calendar::of(&cx.settings));
    let read = Read::of(&cx, &may.draft).await?;
    let versions = Framework::all_versions(on).await?;
    let base = versions.iter().find(|version| version.id == read.draft.base_id).ok_or(Error::NotFound)?;
    let year = calendar.year_of(today);
    let partnerships = at_work(on, &calendar, year, today).await?;
    let cells = everybodys_cells(&cx).await?;
    let anew = read.sheet.standing().filter(|line| !matches!(read.sheet.fate(line), Fate::Kept | Fate::Reworded));
    let models = anew.map(|line| line.says.models.iter().map(String::as_str).collect());
    let moves = Moves::new(base, |practice| goes_on(&read.sheet, &practice.code), models);
    let lines = partnerships.iter().map(|partnership| Line {
        name: partnership.name.clone(),
        href: format!("{}/tracker", partnership.subject().href),
        model: partnership.model_name.clone(),
        entries: moves.entries(partnership, cells.get(partnership.id).map(AsRef::as_ref)),
    });
    let lines: Vec<Line> = lines.collect();
    let touched = lines.iter().filter(|line| line.entries.stay > 0).count();
    page(&Page {
        shell: cx.shell("What moves", "/practices"),
        base: read.base_number(),
        number: read.draft.number,
        summary: format!(
            "In {} of {}, entries of this year stay with the version before.",
            touched,
            counted(i64::try_from(lines.len()).unwrap_or_default(), "partnership", "partnerships")
        ),
        lines,
    })
}
