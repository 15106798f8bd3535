//! The second step: which column is which, and what the file's words mean.

use std::collections::BTreeMap;

use askama::Template;
use platform::{
    Cx,
    access::May,
    import::{DayOrder, Look, Mapping, Meaning},
    text::counted,
    web::{Answered, Form, Shell, go_to, page, page_with_errors},
};

use super::{Step, called, chosen, content, is_table, looked, steps};
use crate::imports::{Bring, OnItsWay, verbs};

/// The value of a choice that leaves something out.
pub(super) const OUT: &str = "-";

#[derive(Template)]
#[template(path = "imports/web/columns.html")]
struct Page {
    shell: Shell,
    called: String,
    lede: String,
    action: String,
    steps: Vec<Step>,
    look: Look,
    columns: Vec<&'static str>,
    missing: Vec<(String, String)>,
    month_first: bool,
    day_first: bool,
}

pub(super) async fn show(may: May<Bring, OnItsWay>, cx: Cx) -> Answered {
    let draft = &may.draft;
    if draft.is_taken() {
        return Ok(go_to(&draft.address("")));
    }
    let kind = may.kind(&cx)?;
    if !is_table(kind, &draft.file) {
        return Ok(go_to(&draft.address("/trial")));
    }
    let mapping = draft.mapping()?;
    page(&draw(&may, &cx, &mapping, false).await?)
}

async fn draw(may: &May<Bring, OnItsWay>, cx: &Cx, mapping: &Mapping, told: bool) -> Result<Page, platform::Error> {
    let draft = &may.draft;
    let kind = may.kind(cx)?;
    let content = content(cx, draft).await?;
    let look = looked(cx, kind, &draft.file, content, mapping)
        .await?
        .map_err(|refused| platform::Error::Refused(refused.first().map_or_else(String::new, ToString::to_string)))?;
    let rows = counted(i64::try_from(look.rows).unwrap_or(i64::MAX), "row", "rows");
    // What is missing stands in the page from the start; as a mistake only once it was sent that way.
    let missing = look.missing.iter().filter_map(|name| kind.columns.iter().find(|column| column.name == *name));
    let missing = missing.map(|column| ("column-0".to_owned(), format!("Which column holds {}: {}?", column.name, column.about)));
    Ok(Page {
        shell: cx.shell(format!("Bring in {}", called(kind.name)), ""),
        called: called(kind.name),
        lede: format!("{}, {rows}, {}, chosen on {}.", draft.file, look.read_as, chosen(cx, draft)),
        action: draft.address("/columns"),
        steps: steps(1),
        columns: kind.columns.iter().map(|column| column.name).collect(),
        missing: if told { missing.collect() } else { Vec::new() },
        month_first: mapping.days == Some(DayOrder::MonthFirst),
        day_first: mapping.days == Some(DayOrder::DayFirst),
        look,
    })
}

pub(super) async fn save(may: May<Bring, OnItsWay>, cx: Cx, form: Form) -> Answered {
    let draft = &may.draft;
    if draft.is_taken() {
        return Ok(go_to(&draft.address("")));
    }
    verbs::let_go(&cx, draft).await?;
    let mapping = said(&form, draft.mapping()?);
    verbs::say(&cx, draft, &mapping).await?;
    let drawn = draw(&may, &cx, &mapping, true).await?;
    if !drawn.missing.is_empty() {
        return page_with_errors(&drawn);
    }
    // New words and new days appear once columns were matched: one more look at this page then.
    let asked_words = form.names().filter(|name| name.ends_with("-says")).count();
    let asks_more = drawn.look.words.len() > asked_words || drawn.look.days.is_some() && mapping.days.is_none();
    if !asks_more && draft.is_large() {
        verbs::look(&cx, draft).await?;
    }
    Ok(go_to(&draft.address(if asks_more { "/columns" } else { "/trial" })))
}

fn said(form: &Form, before: Mapping) -> Mapping {
    let mut columns = BTreeMap::new();
    let mut words = Vec::new();
    for name in form.names() {
        if let Some(number) = name.strip_prefix("heading-") {
            let goes_to = Some(form.value(&format!("column-{number}"))).filter(|column| *column != OUT && !column.is_empty());
            columns.insert(form.value(name).to_owned(), goes_to.map(str::to_owned));
        }
        if let Some(number) = name.strip_prefix("word-").and_then(|rest| rest.strip_suffix("-says")) {
            let means = form.value(&format!("word-{number}"));
            if !means.is_empty() {
                words.push(Meaning {
                    column: form.value(&format!("word-{number}-column")).to_owned(),
                    says: form.value(name).to_owned(),
                    means: (means != OUT).then(|| means.to_owned()),
                });
            }
        }
    }
    let days = match form.value("days") {
        "month" => Some(DayOrder::MonthFirst),
        "day" => Some(DayOrder::DayFirst),
        _ => None,
    };
    let sheet = Some(form.value("sheet")).filter(|sheet| !sheet.is_empty()).map(str::to_owned);
    Mapping { sheet, columns, words, days, rows: before.rows }
}
