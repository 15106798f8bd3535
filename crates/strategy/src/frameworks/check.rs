//! What a framework must hold to be published: the rules, each with what to do about it.

use std::{collections::HashSet, fmt::Display, hash::Hash};

use platform::import::Refusal;
use regex::Regex;

use super::pack::{Due, Pack, Practice, refusal};
use crate::tracker;

/// Everything that is wrong with a pack.
pub(super) fn all(file: &str, pack: &Pack) -> Vec<Refusal> {
    let mut check = Check { file, refused: Vec::new() };
    check.meta(pack);
    check.frame(pack);
    check.words(pack);
    let pattern = check.pattern(pack);
    check.unique("practice", "code", pack.practices.iter().map(|practice| practice.code.as_str()));
    for practice in &pack.practices {
        check.practice(pack, practice, pattern.as_ref());
    }
    check.refused
}

/// Everything that is wrong with one practice of a pack.
pub(super) fn practice(pack: &Pack, practice: &Practice) -> Vec<Refusal> {
    let mut check = Check { file: "", refused: Vec::new() };
    let pattern = check.pattern(pack);
    check.practice(pack, practice, pattern.as_ref());
    check.refused
}

struct Check<'a> {
    file: &'a str,
    refused: Vec<Refusal>,
}

impl Check<'_> {
    fn refuse(&mut self, place: &str, value: impl Display, problem: &str, advice: &str) {
        self.refused.push(refusal(self.file, place, Some(value.to_string()), problem, advice));
    }

    fn filled(&mut self, place: &str, text: &str) {
        if text.trim().is_empty() {
            self.refuse(place, text, "It is empty.", "Say it in a sentence.");
        }
    }

    fn month(&mut self, place: &str, month: u32) {
        if !(1..=12).contains(&month) {
            self.refuse(place, month, "A month is a number from 1 to 12.", "Write 10 for October.");
        }
    }

    fn unique<T: Copy + Display + Eq + Hash>(&mut self, part: &str, field: &str, values: impl Iterator<Item = T>) {
        let mut seen = HashSet::new();
        for value in values {
            if !seen.insert(value) {
                let problem = format!("Two of the {part}s have this {field}.");
                self.refuse(&format!("{part} {value}, {field}"), value, &problem, "Give each its own.");
            }
        }
    }

    fn meta(&mut self, pack: &Pack) {
        self.filled("meta, id", &pack.meta.id);
        self.filled("meta, title", &pack.meta.title);
        if pack.meta.version < 1 {
            self.refuse("meta, version", pack.meta.version, "Versions count from 1.", "Write a whole number from 1.");
        }
        self.month("meta, school_year_starts_in", pack.meta.school_year_starts_in);
    }

    fn frame(&mut self, pack: &Pack) {
        self.unique("step", "id", pack.steps.iter().map(|step| step.id.as_str()));
        self.unique("strand", "id", pack.strands.iter().map(|strand| strand.id.as_str()));
        self.unique("strand", "number", pack.strands.iter().map(|strand| strand.number));
        self.unique("phase", "id", pack.phases.iter().map(|phase| phase.id.as_str()));
        self.unique("phase", "number", pack.phases.iter().map(|phase| phase.number));
        self.unique("cycle", "number", pack.cycles.iter().map(|cycle| cycle.number));
        self.unique("model", "id", pack.models.iter().map(|model| model.id.as_str()));
        for phase in &pack.phases {
            for step in &phase.steps {
                self.step(pack, &format!("phase {}, steps", phase.id), step);
            }
        }
        for cycle in &pack.cycles {
            let place = |field: &str| format!("cycle {}, {field}", cycle.number);
            self.month(&place("start"), cycle.start);
            self.month(&place("end"), cycle.end);
            self.order(pack, &place("end"), cycle.start, cycle.end);
            if cycle.number < 1 {
                self.refuse(&place("number"), cycle.number, "Cycles count from 1.", "Number them 1, 2, 3.");
            }
        }
        for model in &pack.models {
            let place = format!("model {}, dose_days_per_week", model.id);
            if !(0.0..=7.0).contains(&model.dose_days_per_week) {
                self.refuse(
                    &place,
                    model.dose_days_per_week,
                    "A week has no such number of days.",
                    "Write days a week, from 0 to 7.",
                );
            }
            if let Some(most) = model.dose_days_per_week_max
                && !(model.dose_days_per_week..=7.0).contains(&most)
            {
                let advice = "Write days a week, at least as many as dose_days_per_week.";
                self.refuse(&format!("{place}_max"), most, "It is no upper bound.", advice);
            }
        }
    }

    fn words(&mut self, pack: &Pack) {
        self.unique("status", "id", pack.statuses.iter().map(|status| status.id.as_str()));
        self.unique("quality", "level", pack.qualities.iter().map(|quality| quality.level));
        for status in &pack.statuses {
            if tracker::Status::from_key(&status.id).is_none() {
                let advice = "The tracker knows not_started, under_way, enacted and not_applicable; choose the name freely.";
                self.refuse(&format!("status {}, id", status.id), &status.id, "The tracker does not know it.", advice);
            }
            if status.needs_reason && status.reasons.is_empty() {
                let place = format!("status {}, reasons", status.id);
                self.refuse(&place, "", "It asks for a reason but offers none.", "List at least one reason.");
            }
        }
        for known in tracker::Status::ALL {
            if !pack.statuses.iter().any(|status| status.id == known.key()) {
                self.refuse("status", known.key(), "The tracker needs this status.", "Add a status with that id.");
            }
        }
        for quality in &pack.qualities {
            if !(1..=4).contains(&quality.level) {
                let place = format!("quality {}, level", quality.level);
                self.refuse(&place, quality.level, "Levels go from 1 to 4.", "Write four levels, the best one is 4.");
            }
        }
        let rule = &pack.on_track;
        for (field, share) in [("on_track_from", rule.on_track_from), ("watch_from", rule.watch_from)] {
            if !(0.0..=1.0).contains(&share) {
                self.refuse(&format!("on_track, {field}"), share, "A share lies between 0 and 1.", "Write 0.8 for 80 per cent.");
            }
        }
        if rule.watch_from > rule.on_track_from {
            let problem = "It lies above on_track_from, so nothing could wobble.";
            self.refuse("on_track, watch_from", rule.watch_from, problem, "Write a lower share.");
        }
        if rule.vip_overdue_days_to_watch < 0 {
            let place = "on_track, vip_overdue_days_to_watch";
            self.refuse(place, rule.vip_overdue_days_to_watch, "Days can’t be fewer than none.", "Write 0 or more.");
        }
    }

    fn pattern(&mut self, pack: &Pack) -> Option<Regex> {
        if pack.meta.code_pattern.is_empty() {
            return None;
        }
        let pattern = Regex::new(&pack.meta.code_pattern);
        if pattern.is_err() {
            let advice = "Mend it, or leave it out to allow any code.";
            self.refuse("meta, code_pattern", &pack.meta.code_pattern, "It is no regular expression.", advice);
        }
        pattern.ok()
    }

    fn step(&mut self, pack: &Pack, place: &str, step: &str) {
        if !pack.steps.iter().any(|known| known.id == step) {
            let known = listed(pack.steps.iter().map(|step| step.id.as_str()));
            self.refuse(place, step, "There is no step of that id.", &format!("Choose one of {known}, or add it to the steps."));
        }
    }

    fn model(&mut self, pack: &Pack, place: &str, model: &str) {
        if !pack.models.iter().any(|known| known.id == model) {
            let known = listed(pack.models.iter().map(|model| model.id.as_str()));
            let advice = format!("Choose one of {known}, or add it to the support models.");
            self.refuse(place, model, "There is no support model of that id.", &advice);
        }
    }

    /// A window runs forward within one school year.
    fn order(&mut self, pack: &Pack, place: &str, start: u32, end: u32) {
        let first = pack.meta.school_year_starts_in;
        if [first, start, end].iter().any(|month| !(1..=12).contains(month)) {
            return;
        }
        let index = |month: u32| (month + 12 - first) % 12;
        if index(end) < index(start) {
            let problem = format!("The window from month {start} to month {end} runs past the end of the school year.");
            self.refuse(place, end, &problem, "End it within the school year, or write two windows.");
        }
    }

    fn practice(&mut self, pack: &Pack, practice: &Practice, pattern: Option<&Regex>) {
        let place = |field: &str| format!("practice {}, {field}", practice.code);
        if practice.code.trim().is_empty() || practice.code.contains(['/', '?', '#', '%', ';', ' ']) {
            self.refuse(
                &place("code"),
                &practice.code,
                "It can’t stand in an address.",
                "Use letters, digits, dots and hyphens.",
            );
        } else if pattern.is_some_and(|pattern| !pattern.is_match(&practice.code)) {
            let problem = format!("It does not fit the pattern {}.", pack.meta.code_pattern);
            self.refuse(&place("code"), &practice.code, &problem, "Write it like the others, or change code_pattern.");
        }
        self.filled(&place("title"), &practice.title);
        self.filled(&place("good"), &practice.good);
        if practice.vip && practice.vip_reason.trim().is_empty() {
            let problem = "It is a very important practice, and nobody says why.";
            self.refuse(&place("vip_reason"), "", problem, "Say in a sentence why it matters so much, or don’t mark it as one.");
        }
        if !pack.strands.iter().any(|strand| strand.number == practice.strand) {
            let advice = "Use the number of one of the strands, or add it to them.";
            self.refuse(&place("strand"), practice.strand, "There is no strand of that number.", advice);
        }
        if !pack.phases.iter().any(|phase| phase.number == practice.phase) {
            let advice = "Use the number of one of the phases, or add it to them.";
            self.refuse(&place("phase"), practice.phase, "There is no phase of that number.", advice);
        }
        self.step(pack, &place("step"), &practice.step);
        if practice.models.is_empty() {
            self.refuse(&place("models"), "", "It is for no support model.", "Name at least one.");
        }
        self.unique(&format!("models of practice {}", practice.code), "id", practice.models.iter().map(String::as_str));
        for model in &practice.models {
            self.model(pack, &place("models"), model);
        }
        for model in practice.adapt.keys() {
            if !practice.models.contains(model) {
                let problem = "It says how the practice is adapted to a model that it is not for.";
                self.refuse(&place("adapt"), model, problem, "Add the model to models, or take the line out.");
            }
        }
        let of = |rubric: &str| format!("{rubric} indicators of practice {}", practice.code);
        self.unique(&of("str"), "code", practice.str.iter().map(String::as_str));
        self.unique(&of("caf"), "code", practice.caf.iter().map(String::as_str));
        if practice.due.is_empty() {
            self.refuse(&place("due"), "", "It is never due.", "Give it at least one window.");
        }
        for due in &practice.due {
            self.due(pack, practice, *due);
        }
    }

    fn due(&mut self, pack: &Pack, practice: &Practice, due: Due) {
        let place = |field: &str| format!("practice {}, due in cycle {}, {field}", practice.code, due.cycle);
        if !pack.cycles.iter().any(|cycle| cycle.number == due.cycle) {
            let known = listed(pack.cycles.iter().map(|cycle| cycle.number));
            let advice = format!("Choose one of {known}, or add it to the cycles.");
            self.refuse(&place("cycle"), due.cycle, "There is no cycle of that number.", &advice);
        }
        if practice.due.iter().filter(|other| other.cycle == due.cycle).count() > 1 {
            self.refuse(&place("cycle"), due.cycle, "It is due twice in this cycle.", "Write one window a cycle.");
        }
        self.month(&place("start"), due.start);
        self.month(&place("end"), due.end);
        self.order(pack, &place("end"), due.start, due.end);
    }
}

fn listed(known: impl Iterator<Item = impl Display>) -> String {
    known.map(|word| word.to_string()).collect::<Vec<_>>().join(", ")
}
