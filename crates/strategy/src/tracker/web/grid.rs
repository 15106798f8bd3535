//! The grid: practices down, cycles across; last year's cycles stand to the left where there are any.

use std::collections::HashSet;

use askama::Template;
use axum::extract::Query;
use partnerships::{
    calendar::spoken,
    partnerships::{Partnership, PartnershipFrame, Record},
};
use platform::{
    Cx, Error,
    access::{May, Standing as Who, actions::See},
    text::{counted, folded},
    web::{Answered, Shell, page},
};

use super::{
    Chosen,
    board::{Board, Column, Spot, Standing},
    cell::{Edit, edit_of},
};
use crate::{
    PracticeId,
    frameworks::{Framework, Part, Practice},
    tracker::Status,
};

pub(super) struct Row {
    pub code: String,
    pub title: String,
    pub vip: bool,
    pub href: String,
    pub spots: Vec<Spot>,
}

pub(super) struct Group {
    pub name: String,
    pub rows: Vec<Row>,
}

/// The page.
#[derive(Template)]
#[template(path = "tracker/grid.html")]
pub(super) struct GridPage {
    shell: Shell,
    frame: PartnershipFrame,
    chosen: Chosen,
    may_record: bool,
    is_staff: bool,
    base: String,
    grid: Option<Grid>,
    edit: Option<Edit>,
    /// The words of the legend.
    words: Vec<String>,
}

struct Grid {
    standing: Standing,
    title: String,
    columns: Vec<Column>,
    groups: Vec<Group>,
    shows: Vec<(&'static str, String)>,
    steps: Vec<(String, String)>,
    strands: Vec<(String, String)>,
    is_filtered: bool,
    /// By step, strand or words.
    is_narrowed: bool,
    later: Option<String>,
    /// What is to be known of a version that began within this school year.
    turn: Option<String>,
}

/// `GET /partnerships/{partnership}/tracker`
pub(super) async fn show(may: May<See, Partnership>, cx: Cx, Query(chosen): Query<Chosen>) -> Answered {
    let partnership = may.thing();
    let may_record = may.also::<Record>();
    let board = Board::read(&cx, partnership).await?;
    let edit = match &board {
        Some(board) if !chosen.practice.is_empty() => {
            // A link can name a practice that the version in use there has not: the grid stands without it.
            match edit_of(&cx, may.who(), partnership, board, &chosen, may_record).await {
                Err(Error::NotFound) => None,
                found => Some(found?),
            }
        }
        Some(_) | None => None,
    };
    page(&page_of(&cx, may.who(), partnership, board.as_ref(), chosen, may_record, edit))
}

/// The page, with a cell open or none.
pub(super) fn page_of(
    cx: &Cx,
    who: &Who,
    partnership: &Partnership,
    board: Option<&Board>,
    chosen: Chosen,
    may_record: bool,
    edit: Option<Edit>,
) -> GridPage {
    GridPage {
        shell: cx.shell(format!("Tracker, {}", partnership.name), "/partnerships"),
        frame: PartnershipFrame::of(cx, who, partnership, "/tracker"),
        base: format!("{}/tracker", partnership.subject().href),
        words: board.map(|board| legend(&board.framework)).unwrap_or_default(),
        grid: board.map(|board| grid(board, partnership, &chosen)),
        chosen,
        may_record,
        is_staff: who.is_staff(),
        edit,
    }
}

/// The framework's words for the glyphs, with ours for what is enacted well.
pub(super) fn legend(framework: &Framework) -> Vec<String> {
    let word = |status: Status| status.name(framework).to_owned();
    vec![
        word(Status::NotStarted),
        word(Status::UnderWay),
        word(Status::Enacted),
        format!("{} well", word(Status::Enacted)),
        word(Status::NotApplicable),
    ]
}

fn grid(board: &Board, partnership: &Partnership, chosen: &Chosen) -> Grid {
    let framework = &board.framework;
    let columns = board.columns(partnership);
    let due: HashSet<PracticeId> = board.due(partnership).iter().map(|due| due.window.practice.id).collect();
    let all: Vec<(&Practice, Row)> = framework
        .practices
        .iter()
        .map(|practice| {
            let spots = columns.iter().map(|column| board.spot(partnership, practice, column, chosen)).collect();
            let row = Row {
                code: practice.code.clone(),
                title: practice.title.clone(),
                vip: practice.vip,
                href: practice.subject().href,
                spots,
            };
            (practice, row)
        })
        .filter(|(practice, row)| {
            practice.models.contains_key(&partnership.model_id) && row.spots.iter().any(|spot| !matches!(spot, Spot::Nothing))
        })
        .collect();
    let count = |is: &dyn Fn(&Practice) -> bool| i64::try_from(all.iter().filter(|(one, _)| is(one)).count()).unwrap_or(0);
    let shows = vec![
        ("", format!("All {}", counted(count(&|_| true), "practice", "practices"))),
        ("vips", counted(count(&|practice| practice.vip), "VIP", "VIPs")),
        ("due", format!("{} due now", count(&|practice| due.contains(&practice.id)))),
    ];
    let words = folded(chosen.q.trim());
    let is_shown = |practice: &Practice| {
        (chosen.show != "vips" || practice.vip)
            && (chosen.show != "due" || due.contains(&practice.id))
            && (chosen.step.is_empty() || practice.step == chosen.step)
            && (chosen.strand.is_empty() || practice.strand == chosen.strand)
            && (words.is_empty() || folded(&format!("{} {}", practice.code, practice.title)).contains(&words))
    };
    let mut groups: Vec<Group> =
        framework.strands.iter().map(|part| Group { name: part.name.clone(), rows: Vec::new() }).collect();
    for (practice, row) in all.into_iter().filter(|(practice, _)| is_shown(practice)) {
        if let Some(place) = framework.strands.iter().position(|part| part.key == practice.strand) {
            groups[place].rows.push(row);
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    let named = |parts: &[Part], all: &str| {
        let named = parts.iter().map(|part| (part.key.clone(), part.name.clone()));
        std::iter::once((String::new(), all.to_owned())).chain(named).collect()
    };
    let next = columns.iter().find(|column| column.opens > board.today);
    Grid {
        turn: board.turn.clone(),
        standing: board.standing(partnership),
        title: format!("{}, {}", framework.title.split(':').next().unwrap_or(&framework.title), partnership.model_name),
        shows,
        steps: named(&framework.steps, "Any step"),
        strands: named(&framework.strands, "Any strand"),
        is_filtered: !chosen.filters().is_empty(),
        is_narrowed: [&chosen.step, &chosen.strand, &chosen.q].iter().any(|word| !word.trim().is_empty()),
        later: next.map(|column| {
            let day = spoken(column.opens, board.today);
            format!("{} opens on {day}. A cycle can be recorded from its first day on.", column.name)
        }),
        columns,
        groups,
    }
}
