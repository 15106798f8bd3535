//! What a draft would mean for the partnerships that are in the middle of their year: a preview before it goes out.

use std::collections::BTreeSet;

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
        super::{Framework, lineage::Fate},
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
    goes_on: usize,
    stays: usize,
    /// The practices whose entries of this year stay with the version before.
    codes: String,
    begins: usize,
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
    let going: BTreeSet<&str> =
        base.practices.iter().map(|practice| practice.code.as_str()).filter(|code| goes_on(&read.sheet, code)).collect();
    let anew: Vec<_> =
        read.sheet.standing().filter(|line| !matches!(read.sheet.fate(line), Fate::Kept | Fate::Reworded)).collect();
    let lines = partnerships.iter().map(|partnership| {
        let own = cells.get(partnership.id);
        // A cell stands under each id that its practice has had: only those of the version in hand count.
        let recorded = base.practices.iter().filter_map(|practice| {
            let count = own.map_or(0, |own| own.keys().filter(|(id, _)| *id == practice.id).count());
            (count > 0).then_some((practice.code.as_str(), count))
        });
        let (goes, stays): (Vec<_>, Vec<_>) = recorded.partition(|(code, _)| going.contains(code));
        let sum = |list: &[(&str, usize)]| list.iter().map(|(_, count)| count).sum();
        Line {
            name: partnership.name.clone(),
            href: format!("{}/tracker", partnership.subject().href),
            model: partnership.model_name.clone(),
            goes_on: sum(&goes),
            stays: sum(&stays),
            codes: stays.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(", "),
            begins: anew.iter().filter(|line| line.says.models.contains(&partnership.model_id)).count(),
        }
    });
    let lines: Vec<Line> = lines.collect();
    let touched = lines.iter().filter(|line| line.stays > 0).count();
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
