//! A partnership's theory of action: the version that counts, or an earlier one.

use askama::Template;
use axum::extract::Query;
use partnerships::{
    calendar::spoken,
    partnerships::{Partnership, PartnershipFrame, Record},
};
use platform::{
    Cx, Error,
    access::{May, actions::See},
    web::{Answered, Shell, page},
};
use serde::Deserialize;

use super::super::{
    TheoryVersion,
    diagram::Diagram,
    live::Live,
    store,
    template::{Example, Template as Pattern},
};

/// What the address says: the number of a version.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    version: String,
}

/// A version as the list shows it.
struct VersionLine {
    number: i32,
    since: String,
    why: String,
    by: String,
    href: String,
    /// Where it is compared with the one before; empty for the first.
    compare: String,
    is_shown: bool,
}

/// A version, drawn.
struct Shown {
    number: i32,
    since: String,
    why: String,
    is_latest: bool,
    diagram: Diagram,
}

/// An example, drawn.
struct ExampleDrawn {
    title: String,
    site: String,
    diagram: Diagram,
}

/// What an empty page teaches with.
struct Lesson {
    fields: Vec<(String, String)>,
    rules: Vec<String>,
    /// The sentence with gaps.
    sentence: String,
    questions: Vec<String>,
    examples: Vec<ExampleDrawn>,
}

#[derive(Template)]
#[template(path = "theories/web/show.html")]
struct Page {
    shell: Shell,
    frame: PartnershipFrame,
    base: String,
    may_record: bool,
    shown: Option<Shown>,
    lesson: Option<Lesson>,
    versions: Vec<VersionLine>,
    /// Whether a draft of the next version is being written.
    has_draft: bool,
}

/// `GET /partnerships/{partnership}/theory`
pub(super) async fn show(may: May<See, Partnership>, cx: Cx, Query(asked): Query<Asked>) -> Answered {
    let (on, partnership) = (cx.db().read(), may.thing());
    let versions = store::versions(on, partnership.id).await?;
    let counting = store::counting(&versions, cx.today());
    let out = || versions.iter().filter(|version| version.published_at.is_some());
    let version = match asked.version.as_str() {
        "" => counting,
        number => Some(out().find(|version| version.number.to_string() == number).ok_or(Error::NotFound)?),
    };
    let (shown, lesson) = match version {
        Some(version) => {
            let nodes = store::nodes_of(on, version.id).await?;
            let live = Live::read(&cx, partnership).await?;
            let since = since(version, &cx);
            let is_latest = counting.is_some_and(|counting| counting.number == version.number);
            let diagram = Diagram::of(&nodes, &live);
            (Some(Shown { number: version.number, since, why: version.why_changed.clone(), is_latest, diagram }), None)
        }
        None => (None, Pattern::read(on).await?.map(lesson)),
    };
    let base = format!("{}/theory", partnership.subject().href);
    let shown_number = version.map(|version| version.number);
    let lines = out().enumerate().map(|(place, one)| VersionLine {
        number: one.number,
        since: since(one, &cx),
        why: one.why_changed.clone(),
        by: one.published_by.clone().unwrap_or_default(),
        href: if counting.is_some_and(|counting| counting.number == one.number) {
            base.clone()
        } else {
            format!("{base}?version={}", one.number)
        },
        compare: out()
            .nth(place + 1)
            .map_or_else(String::new, |before| format!("{base}/comparison?from={}&to={}", before.number, one.number)),
        is_shown: shown_number == Some(one.number),
    });
    let lines = lines.collect();
    page(&Page {
        shell: cx.shell(format!("Theory of action: {}", partnership.name), "/partnerships"),
        frame: PartnershipFrame::of(&cx, may.who(), partnership, "/theory"),
        may_record: may.also::<Record>(),
        has_draft: versions.iter().any(|version| version.published_at.is_none()),
        base,
        shown,
        lesson,
        versions: lines,
    })
}

/// Since when a version counts, in words.
pub(super) fn since(version: &TheoryVersion, cx: &Cx) -> String {
    version.effective_from.map_or_else(String::new, |from| {
        let word = if from > cx.today() { "from" } else { "since" };
        format!("{word} {}", spoken(from, cx.today()))
    })
}

fn lesson(template: Pattern) -> Lesson {
    let drawn = |example: &Example| ExampleDrawn {
        title: example.title.clone(),
        site: example.site.clone(),
        diagram: Diagram::of(&example.nodes, &Live::none()),
    };
    Lesson {
        examples: template.examples.iter().map(drawn).collect(),
        fields: template.fields.into_iter().map(|field| (field.label, field.help)).collect(),
        rules: template.rules.rules,
        sentence: template.rules.sentence,
        questions: template.rules.equity_questions,
    }
}
