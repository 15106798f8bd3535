//! How one wording of a practice differs from another: words woven into one another, and all that is no words in sentences. Pure.

use std::collections::BTreeSet;

use partnerships::calendar::Calendar;

use super::pack::{Pack, Practice};
use crate::differences::{Woven, woven};

/// A text of a practice under its heading, as it was and as it is.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub heading: String,
    pub pieces: Vec<Woven>,
}

/// What words the codes of a pack stand for.
pub(crate) struct Words<'a> {
    pub pack: &'a Pack,
    pub calendar: &'a Calendar,
}

impl Words<'_> {
    /// A step's name.
    pub(crate) fn step(&self, key: &str) -> String {
        self.pack.steps.iter().find(|step| step.id == key).map_or(key.to_owned(), |step| step.name.clone())
    }

    /// A strand's name.
    pub(crate) fn strand(&self, number: i32) -> String {
        let strand = self.pack.strands.iter().find(|strand| strand.number == number);
        strand.map_or_else(|| number.to_string(), |strand| strand.name.clone())
    }

    /// A phase's name.
    pub(crate) fn phase(&self, number: i32) -> String {
        let phase = self.pack.phases.iter().find(|phase| phase.number == number);
        phase.map_or_else(|| number.to_string(), |phase| phase.name.clone())
    }

    /// A support model's name.
    pub(crate) fn model(&self, key: &str) -> String {
        self.pack.models.iter().find(|model| model.id == key).map_or(key.to_owned(), |model| model.name.clone())
    }

    /// When a practice comes up.
    pub(crate) fn months(&self, practice: &Practice) -> String {
        let windows = practice.due.iter().map(|due| {
            let (from, to) = (self.calendar.month_name(due.start), self.calendar.month_name(due.end));
            if from == to { from } else { format!("{from} to {to}") }
        });
        windows.collect::<Vec<_>>().join(", then ")
    }

    /// For which support models it is.
    pub(crate) fn models(&self, practice: &Practice) -> String {
        let known: BTreeSet<&str> = self.pack.models.iter().map(|model| model.id.as_str()).collect();
        if known.iter().all(|model| practice.models.iter().any(|one| one == model)) {
            return "all".to_owned();
        }
        practice.models.iter().map(|model| self.model(model)).collect::<Vec<_>>().join(", ")
    }
}

/// The texts that differ; all of them where nothing stood before.
pub(crate) fn texts(was: Option<&Practice>, now: &Practice, words: &Words<'_>) -> Vec<Text> {
    let none = String::new();
    let mut pairs = vec![
        ("Wording".to_owned(), was.map_or("", |was| &was.title).to_owned(), now.title.clone()),
        ("What good looks like".to_owned(), was.map_or("", |was| &was.good).to_owned(), now.good.clone()),
        ("What shows it".to_owned(), was.map(|was| was.evidence.join("\n")).unwrap_or_default(), now.evidence.join("\n")),
    ];
    let models = was.iter().flat_map(|was| was.adapt.keys()).chain(now.adapt.keys()).collect::<BTreeSet<_>>();
    for model in models {
        let of = |practice: Option<&Practice>| practice.and_then(|one| one.adapt.get(model)).unwrap_or(&none).clone();
        pairs.push((format!("In {}", words.model(model)), of(was), of(Some(now))));
    }
    pairs.push(("Why it is a VIP".to_owned(), was.map_or("", |was| &was.vip_reason).to_owned(), now.vip_reason.clone()));
    let differing = pairs.into_iter().filter(|(_, was, now)| was != now);
    differing.map(|(heading, was, now)| Text { heading, pieces: woven(&was, &now) }).collect()
}

/// What differs beside the texts, a sentence each.
pub(crate) fn also(was: &Practice, now: &Practice, words: &Words<'_>) -> Vec<String> {
    let mut also = Vec::new();
    let mut say = |what: &str, was: String, now: String| {
        let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        if was != now {
            also.push(format!("{what}: {} → {}.", or_none(was), or_none(now)));
        }
    };
    say("Code", was.code.clone(), now.code.clone());
    say("Step", words.step(&was.step), words.step(&now.step));
    say("Strand", words.strand(was.strand), words.strand(now.strand));
    say("Phase", words.phase(was.phase), words.phase(now.phase));
    say("Comes up in", words.months(was), words.months(now));
    say("How often within its months", was.recurs.clone(), now.recurs.clone());
    say("Support models", words.models(was), words.models(now));
    let years = |practice: &Practice| if practice.first_year_only { "the first only" } else { "every year" }.to_owned();
    say("Years", years(was), years(now));
    say("Approach Essentials module", was.essential.clone(), now.essential.clone());
    let indicators = |practice: &Practice| [practice.str.join(", "), practice.caf.join(", ")].join(" ").trim().to_owned();
    say("Expected to move", indicators(was), indicators(now));
    if was.vip != now.vip {
        also.push(
            if now.vip { "Now marked as a very important practice." } else { "No longer marked as a very important practice." }
                .to_owned(),
        );
    }
    also
}
