//! Who moves over to the version that begins in the middle of the year, and who finishes the year on the one before.

use askama::Template;
use axum::extract::Query;
use partnerships::{
    calendar::{Calendar, spoken},
    partnerships::{Partnership, Settle, teams_at_work},
};
use platform::{
    Cx, Error,
    access::{
        May, Policy, Routes, Standing,
        actions::{Edit, See},
    },
    paging::{Seek, address},
    text::counted,
    web::{Answered, Form, Shell, Toast, go_to_with, page, page_with_errors},
};
use serde::{Deserialize, Serialize};

use super::{Entries, InUse, Moves, Turn, policy::ThisYear, verbs};
use crate::{frameworks::Framework, overview::store::at_work, tracker::everybodys_cells};

/// Where it is decided.
pub(crate) const HREF: &str = "/practices/moves";
/// The word in the address for all teams.
const ALL: &str = "all";

pub(crate) fn routes() -> Routes {
    Routes::new().get(HREF, show).post(HREF, decide)
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Ask {
    /// A team's key, or the word for all; empty for the visitor's own.
    #[serde(skip_serializing_if = "String::is_empty")]
    team: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

struct Line {
    slug: String,
    name: String,
    href: String,
    model: String,
    entries: Entries,
    stays: bool,
    /// Whether whoever looks may decide.
    is_theirs: bool,
}

#[derive(Template)]
#[template(path = "frameworks/stays/moves.html")]
struct Page {
    shell: Shell,
    /// The numbers of both versions, and when the later one begins; nothing where none begins within the year.
    turn: Option<(i32, i32, String)>,
    summary: String,
    teams: Vec<(String, String)>,
    ask: Ask,
    lines: Vec<Line>,
    may_decide: bool,
    here: String,
    page_before: String,
    page_after: String,
    form: Form,
}

/// `GET /practices/moves`
async fn show(may: May<See, ThisYear>, cx: Cx, Query(ask): Query<Ask>) -> Answered {
    page(&page_of(&cx, may.who(), ask, Form::default()).await?)
}

/// The turn of this school year, where there is one.
async fn turn_of(cx: &Cx) -> Result<Option<Turn>, Error> {
    let versions = Framework::all_versions(cx.db().read()).await?;
    Ok(Turn::among(versions.iter().rev(), &Calendar::of(&cx.settings), cx.today()))
}

async fn page_of(cx: &Cx, who: &Standing, ask: Ask, form: Form) -> Result<Page, Error> {
    let (on, today, calendar) = (cx.db().read(), cx.today(), Calendar::of(&cx.settings));
    let mut drawn = Page {
        shell: cx.shell("Who moves over", "/practices"),
        turn: None,
        summary: String::new(),
        teams: Vec::new(),
        lines: Vec::new(),
        may_decide: false,
        here: address(HREF, &ask),
        page_before: String::new(),
        page_after: String::new(),
        ask,
        form,
    };
    let (Some(turn), Some(in_use)) = (turn_of(cx).await?, InUse::today(cx).await?) else { return Ok(drawn) };
    let teams = teams_at_work(on).await?;
    if drawn.ask.team.is_empty() {
        let own = teams.iter().find(|team| who.sits_in(team.id));
        drawn.ask.team = own.map_or_else(|| ALL.to_owned(), |team| team.slug.clone());
    }
    let team = teams.iter().find(|team| team.slug == drawn.ask.team).map(|team| team.id);
    let mut asked = at_work(on, &calendar, turn.year, today).await?;
    asked.retain(|partnership| turn.asks(partnership) && team.is_none_or(|team| partnership.team_id == team));
    let cells = everybodys_cells(cx).await?;
    let stays = |partnership: &Partnership| in_use.stays_on(partnership.id, turn.year).is_some();
    let (staying, of) = (asked.iter().filter(|one| stays(one)).count(), asked.len());
    let moves = Moves::of(&turn);
    let seek = Seek { after: &drawn.ask.after, before: &drawn.ask.before };
    let found = seek.page_of_all(asked, |partnership| partnership.slug.clone());
    let lines = found.rows.into_iter().map(|partnership| Line {
        entries: moves.entries(&partnership, cells.get(partnership.id).map(AsRef::as_ref)),
        stays: stays(&partnership),
        is_theirs: <Partnership as Policy<Settle>>::permits(who, &partnership),
        href: format!("{}/tracker", partnership.subject().href),
        model: partnership.model_name,
        name: partnership.name,
        slug: partnership.slug,
    });
    drawn.lines = lines.collect();
    drawn.may_decide = drawn.lines.iter().any(|line| line.is_theirs);
    let begins = turn.after.effective_from;
    let when = if begins <= today { "began on" } else { "begins on" };
    drawn.turn = Some((turn.before.version, turn.after.version, format!("{when} {}", spoken(begins, today))));
    let of = counted(i64::try_from(of).unwrap_or(i64::MAX), "partnership", "partnerships");
    drawn.summary = match staying {
        0 => format!("All of {of} move over."),
        staying => format!("{staying} of {of} finish the year on version {}.", turn.before.version),
    };
    let named = teams.into_iter().map(|team| (team.slug, team.name));
    drawn.teams = std::iter::once((ALL.to_owned(), "All teams".to_owned())).chain(named).collect();
    let way = |after: &str, before: &str| {
        let ask = Ask { team: drawn.ask.team.clone(), after: after.to_owned(), before: before.to_owned() };
        if after.is_empty() && before.is_empty() { String::new() } else { address(HREF, &ask) }
    };
    (drawn.page_before, drawn.page_after) = (way("", &found.before), way(&found.after, ""));
    Ok(drawn)
}

/// `POST /practices/moves`: the boxes that were on the page, those that were ticked when it was drawn, and those that are now.
async fn decide(may: May<Edit, ThisYear>, cx: Cx, Query(ask): Query<Ask>, mut form: Form) -> Answered {
    let Some(turn) = turn_of(&cx).await? else { return Ok(go_to_with(HREF, &Toast::saying("There is nothing to decide."))) };
    // Only what somebody changed is decided: another's word about the others stands.
    let decided = form.ticked_anew("stays");
    match verbs::decide(&may, &cx, &turn, &decided).await {
        Ok(0) => Ok(go_to_with(&address(HREF, &ask), &Toast::saying("Nothing was changed, so nothing was saved."))),
        Ok(changed) => {
            let changed = counted(i64::try_from(changed).unwrap_or(i64::MAX), "partnership", "partnerships");
            Ok(go_to_with(&address(HREF, &ask), &Toast::saying(format!("Saved for {changed}."))))
        }
        Err(Error::Refused(words)) => {
            form.refuse("stays", words);
            page_with_errors(&page_of(&cx, may.who(), ask, form).await?)
        }
        Err(error) => Err(error),
    }
}
