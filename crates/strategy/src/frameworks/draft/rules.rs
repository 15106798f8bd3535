//! How a draft changes, practice by practice. Pure: each rule answers in words what it did, or refuses and changes nothing.

use std::collections::BTreeSet;

use platform::Error;
use serde::{Deserialize, Serialize};

use super::super::{
    lineage::{self, Fate, Group},
    pack::Practice,
};

/// The longest code, in characters.
pub(crate) const CODE_MOST: usize = 40;
/// The longest wording.
pub(crate) const TITLE_MOST: usize = 300;
/// The longest of the other texts.
pub(crate) const TEXT_MOST: usize = 3_000;
/// The longest reason, in characters.
pub(crate) const REASON_MOST: usize = 1_000;
/// The most practices of a draft: beyond it nobody keeps a tracker.
pub(crate) const MOST: usize = 200;
/// The most parts that a practice is split into at once.
pub(crate) const PARTS_MOST: usize = 4;

/// Whether a line of the draft is part of the version to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It is one of the next version's practices.
    Stands,
    /// It ends, for its reason.
    Retired,
    /// Another line took it in.
    Merged,
    /// It was added, and that was undone.
    Undone,
}

impl State {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Stands => "stands",
            Self::Retired => "retired",
            Self::Merged => "merged",
            Self::Undone => "undone",
        }
    }

    pub(crate) fn from_key(key: &str) -> Option<Self> {
        [Self::Stands, Self::Retired, Self::Merged, Self::Undone].into_iter().find(|state| state.key() == key)
    }
}

/// A practice as the draft has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// What it is called within the draft; never changes.
    pub number: i32,
    /// Where it stands among the others.
    pub place: f64,
    pub state: State,
    /// What it says.
    pub says: Practice,
    /// Codes of the published practices that it comes from; none for a new one.
    pub origins: Vec<String>,
    /// Why it differs from what is published; empty while it does not.
    pub reason: String,
    pub version: i32,
}

/// Where a line moves among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// What a practice is split into: a code, a wording, what good looks like.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub code: String,
    pub title: String,
    pub good: String,
}

/// What a step did to a line: as it was before (none where the step made it), and right after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub before: Option<Line>,
    pub after: Line,
}

/// The draft: what is published, and the lines that become of it.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    pub base: Vec<Practice>,
    /// All lines, those that don't stand any more among them, in their order.
    pub lines: Vec<Line>,
}

fn refused<T>(words: impl Into<String>) -> Result<T, Error> {
    Err(Error::Refused(words.into()))
}

fn reasoned(reason: &str) -> Result<(), Error> {
    if reason.trim().is_empty() { refused("Why? A sentence is enough; those who come after us will ask.") } else { Ok(()) }
}

/// The first words of a text, for histories.
pub(crate) fn short(text: &str) -> String {
    const LONG: usize = 60;
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

fn named(says: &Practice) -> String {
    format!("{} “{}”", says.code, short(&says.title))
}

impl Sheet {
    /// A draft in which nothing has changed yet.
    pub(crate) fn begin(base: Vec<Practice>) -> Self {
        let lines = (1..).zip(&base).map(|(number, practice)| Line {
            number,
            place: f64::from(number),
            state: State::Stands,
            says: practice.clone(),
            origins: vec![practice.code.clone()],
            reason: String::new(),
            version: 1,
        });
        Self { lines: lines.collect(), base }
    }

    /// The lines that make the next version, in order.
    pub(crate) fn standing(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.state == State::Stands)
    }

    /// The item that comes after all that stand.
    pub(crate) fn next_item(&self) -> i32 {
        self.standing().map(|line| line.says.item).max().unwrap_or(0) + 1
    }

    /// The line of that number.
    pub(crate) fn line(&self, number: i32) -> Option<&Line> {
        self.lines.iter().find(|line| line.number == number)
    }

    /// The published practice of that code.
    pub(crate) fn published(&self, code: &str) -> Option<&Practice> {
        self.base.iter().find(|practice| practice.code == code)
    }

    /// What the line was published as, where it comes from exactly one practice.
    pub(crate) fn was(&self, line: &Line) -> Option<&Practice> {
        match line.origins.as_slice() {
            [code] => self.published(code),
            _ => None,
        }
    }

    /// The standing lines that come from a published practice.
    pub(crate) fn onward<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Line> {
        self.standing().filter(move |line| line.origins.iter().any(|origin| origin == code))
    }

    /// What becomes of a line: kept, reworded, split, merged or new; retired where it ends.
    pub(crate) fn fate(&self, line: &Line) -> Fate {
        if line.state != State::Stands {
            return if line.state == State::Merged { Fate::Merged } else { Fate::Retired };
        }
        let is_parted = line.origins.iter().any(|code| self.onward(code).count() > 1);
        if line.origins.len() > 1 {
            return Fate::Merged;
        }
        let is_reworded = self.was(line).is_none_or(|was| is_reworded(was, &line.says));
        lineage::fate_of(if is_parted { 2 } else { 1 }, line.origins.len(), is_reworded)
    }

    /// Whether a line differs from what is published in anything, its order aside.
    pub(crate) fn differs(&self, line: &Line) -> bool {
        self.fate(line) != Fate::Kept || self.was(line).is_none_or(|was| *was != line.says)
    }

    /// Why a published practice ends; nothing where it leads somewhere.
    pub(crate) fn ended(&self, code: &str) -> Option<&Line> {
        if self.onward(code).next().is_some() {
            return None;
        }
        let ended = self.lines.iter().filter(|line| line.state == State::Retired);
        ended.filter(|line| line.origins.iter().any(|origin| origin == code)).max_by_key(|line| line.version)
    }

    /// The lines between published practices and those that stand, by place in `base` and among the standing.
    pub(crate) fn lineage(&self) -> BTreeSet<(usize, usize)> {
        let mut lines = BTreeSet::new();
        for (after, line) in self.standing().enumerate() {
            let before = line.origins.iter().filter_map(|code| self.base.iter().position(|practice| practice.code == *code));
            lines.extend(before.map(|before| (before, after)));
        }
        lines
    }

    /// What hangs together, for drawing.
    pub(crate) fn groups(&self) -> Vec<Group> {
        lineage::groups(self.base.len(), self.standing().count(), &self.lineage())
    }

    fn index(&self, number: i32, version: i32) -> Result<usize, Error> {
        let place = self.lines.iter().position(|line| line.number == number).ok_or(Error::NotFound)?;
        let line = &self.lines[place];
        if line.version != version || line.state != State::Stands { Err(Error::Stale) } else { Ok(place) }
    }

    fn free(&self, code: &str, but: Option<i32>) -> Result<(), Error> {
        match self.standing().find(|line| line.says.code == code && Some(line.number) != but) {
            Some(line) => {
                refused(format!("The code {code} stands for “{}” already. Choose another one.", short(&line.says.title)))
            }
            None => Ok(()),
        }
    }

    fn next_number(&self) -> i32 {
        self.lines.iter().map(|line| line.number).max().unwrap_or(0) + 1
    }

    /// A place right after a line, before whatever follows it.
    fn after(&self, place: f64) -> f64 {
        let next = self.lines.iter().map(|line| line.place).filter(|other| *other > place).fold(f64::INFINITY, f64::min);
        if next.is_finite() { f64::midpoint(place, next) } else { place + 1.0 }
    }

    fn sort(&mut self) {
        self.lines.sort_by(|one, other| one.place.total_cmp(&other.place).then(one.number.cmp(&other.number)));
    }

    /// Adds a practice that was not there before, after those of its strand and phase.
    pub(crate) fn add(&mut self, mut says: Practice, reason: &str) -> Result<String, Error> {
        reasoned(reason)?;
        self.free(&says.code, None)?;
        if self.standing().count() >= MOST {
            return refused(format!("{MOST} practices are the most. Which one could go?"));
        }
        let beside = |line: &&Line| (line.says.strand, line.says.phase) == (says.strand, says.phase);
        let last = self.standing().filter(beside).map(|line| line.place).fold(f64::NEG_INFINITY, f64::max);
        let last = if last.is_finite() { last } else { self.lines.iter().map(|line| line.place).fold(0.0, f64::max) };
        // Another one may have been added since this one was written.
        says.item = self.next_item();
        let said = format!("{} added", named(&says));
        let line = Line {
            number: self.next_number(),
            place: self.after(last),
            state: State::Stands,
            says,
            origins: Vec::new(),
            reason: reason.to_owned(),
            version: 1,
        };
        self.lines.push(line);
        self.sort();
        Ok(said)
    }

    /// Lets a practice say something else: its words, windows, models, or whether it is a VIP.
    pub(crate) fn change(&mut self, number: i32, version: i32, says: Practice, reason: &str) -> Result<String, Error> {
        let place = self.index(number, version)?;
        self.free(&says.code, Some(number))?;
        let before = self.lines[place].clone();
        let mut line = Line { says, version: version + 1, ..before.clone() };
        let shares = |other: &&Line| other.number != number && other.origins.iter().any(|code| line.origins.contains(code));
        let is_alone = !self.lines.iter().any(|other| shares(&other));
        let is_back = is_alone && self.was(&line).is_some_and(|was| *was == line.says);
        if is_back {
            line.reason.clear();
        } else {
            reasoned(reason)?;
            reason.clone_into(&mut line.reason);
        }
        let said = if is_back {
            format!("{} as it is published", named(&line.says))
        } else {
            format!("{} {}", named(&before.says), done_to(&before.says, &line.says))
        };
        self.lines[place] = line;
        Ok(said)
    }

    /// Splits a practice: the first part stays where it is, the others follow it.
    pub(crate) fn split(&mut self, number: i32, version: i32, parts: &[Part], reason: &str) -> Result<String, Error> {
        let place = self.index(number, version)?;
        reasoned(reason)?;
        let Some((first, others)) = parts.split_first().filter(|(_, others)| (1..PARTS_MOST).contains(&others.len())) else {
            return refused(format!("Into what? Write at least two parts, and {PARTS_MOST} at most."));
        };
        self.free(&first.code, Some(number))?;
        let mut codes = BTreeSet::from([first.code.as_str()]);
        for part in others {
            self.free(&part.code, Some(number))?;
            if !codes.insert(&part.code) {
                return refused(format!("Two parts have the code {}. Give each its own.", part.code));
            }
        }
        if self.standing().count() + others.len() > MOST {
            return refused(format!("{MOST} practices are the most. Which one could go?"));
        }
        let before = self.lines[place].clone();
        let as_part = |part: &Part| Practice {
            code: part.code.clone(),
            title: part.title.clone(),
            good: part.good.clone(),
            ..before.says.clone()
        };
        self.lines[place].says = as_part(first);
        reason.clone_into(&mut self.lines[place].reason);
        self.lines[place].version += 1;
        let mut last = before.place;
        for part in others {
            last = self.after(last);
            let number = self.next_number();
            self.lines.push(Line {
                number,
                place: last,
                state: State::Stands,
                says: as_part(part),
                origins: before.origins.clone(),
                reason: reason.to_owned(),
                version: 1,
            });
        }
        self.sort();
        let into: Vec<&str> = parts.iter().map(|part| part.code.as_str()).collect();
        Ok(format!("{} split into {}", named(&before.says), into.join(" and ")))
    }

    /// Lets a practice take others in, under one wording.
    pub(crate) fn merge(
        &mut self,
        (number, version): (i32, i32),
        others: &[(i32, i32)],
        (title, good): (&str, &str),
        reason: &str,
    ) -> Result<String, Error> {
        let place = self.index(number, version)?;
        reasoned(reason)?;
        let mut taken = BTreeSet::new();
        for (other, version) in others {
            let index = self.index(*other, *version)?;
            if *other != number {
                taken.insert(index);
            }
        }
        if taken.is_empty() {
            return refused("With which one? Choose at least one other practice.");
        }
        let mut line = Line { version: version + 1, reason: reason.to_owned(), ..self.lines[place].clone() };
        title.clone_into(&mut line.says.title);
        good.clone_into(&mut line.says.good);
        let mut codes = Vec::new();
        for index in taken {
            let other = &mut self.lines[index];
            other.state = State::Merged;
            other.version += 1;
            reason.clone_into(&mut other.reason);
            codes.push(other.says.code.clone());
            take_in(&mut line, other);
        }
        let said = format!("{} merged with {}", named(&self.lines[place].says), codes.join(" and "));
        self.lines[place] = line;
        Ok(said)
    }

    /// Ends a practice. One that is new in this draft just goes.
    pub(crate) fn retire(&mut self, number: i32, version: i32, reason: &str) -> Result<String, Error> {
        let place = self.index(number, version)?;
        reasoned(reason)?;
        let line = &mut self.lines[place];
        line.state = State::Retired;
        line.version += 1;
        reason.clone_into(&mut line.reason);
        Ok(format!("{} retired", named(&line.says)))
    }

    /// Lets a retired practice stand again.
    pub(crate) fn bring_back(&mut self, number: i32, version: i32, reason: &str) -> Result<String, Error> {
        let place = self.lines.iter().position(|line| line.number == number).ok_or(Error::NotFound)?;
        let line = &self.lines[place];
        if line.version != version || line.state != State::Retired {
            return Err(Error::Stale);
        }
        self.free(&line.says.code, Some(number))?;
        let mut back = Line { state: State::Stands, version: version + 1, ..line.clone() };
        reason.clone_into(&mut back.reason);
        let said = format!("{} stands again", named(&back.says));
        let before = std::mem::replace(&mut self.lines[place], back);
        if self.differs(&self.lines[place]) && reason.trim().is_empty() {
            self.lines[place] = before;
            reasoned("")?;
        }
        Ok(said)
    }

    /// Moves a practice before or after its neighbour. At either end there is nowhere to go, which is no mistake.
    pub(crate) fn place(&mut self, number: i32, direction: Direction) -> Result<String, Error> {
        let order: Vec<(i32, f64)> = self.standing().map(|line| (line.number, line.place)).collect();
        let here = order.iter().position(|(other, _)| *other == number).ok_or(Error::Stale)?;
        let other = match direction {
            Direction::Up => here.checked_sub(1),
            Direction::Down => Some(here + 1).filter(|next| *next < order.len()),
        };
        if let Some(other) = other {
            for (number, place) in [(order[here].0, order[other].1), (order[other].0, order[here].1)] {
                for line in self.lines.iter_mut().filter(|line| line.number == number) {
                    line.place = place;
                }
            }
            self.sort();
        }
        let line = self.line(number).ok_or(Error::NotFound)?;
        Ok(format!("{} moved {}", named(&line.says), if direction == Direction::Up { "up" } else { "down" }))
    }

    /// Takes a step back, as long as nothing that it touched has changed since.
    pub(crate) fn undo(&mut self, what: &str, kept: &[Kept]) -> Result<String, Error> {
        let mut lines = self.lines.clone();
        for Kept { before, after } in kept {
            let line = lines.iter_mut().find(|line| line.number == after.number).ok_or(Error::NotFound)?;
            if !line.is_like(after) {
                return refused(format!("{} was changed again since. Undo that first.", named(&line.says)));
            }
            let (place, version) = (line.place, line.version + 1);
            *line = match before {
                Some(before) if before.is_like(after) => Line { place: before.place, ..line.clone() },
                Some(before) => Line { place, version, ..before.clone() },
                None => Line { state: State::Undone, version, ..line.clone() },
            };
        }
        let back = Self { base: self.base.clone(), lines };
        for line in back.standing() {
            back.free(&line.says.code, Some(line.number))?;
            if back.differs(line) && line.reason.is_empty() {
                return refused(format!("Another change rests on {} as it is now. Undo that first.", named(&line.says)));
            }
        }
        self.lines = back.lines;
        self.sort();
        Ok(format!("undone: {what}"))
    }
}

impl Line {
    /// Whether both say and are the same, wherever they stand and however often they changed.
    fn is_like(&self, other: &Self) -> bool {
        *self == Self { place: self.place, version: self.version, ..other.clone() }
    }
}

/// Which lines differ, as a step keeps it.
pub(crate) fn kept(before: &[Line], after: &[Line]) -> Vec<Kept> {
    let fresh = after.iter().filter_map(|line| {
        let was = before.iter().find(|was| was.number == line.number);
        (was != Some(line)).then(|| Kept { before: was.cloned(), after: line.clone() })
    });
    fresh.collect()
}

/// Whether the words differ by which people know what to do; windows, models and marks are no words.
pub(crate) fn is_reworded(was: &Practice, now: &Practice) -> bool {
    was.title != now.title || was.good != now.good || was.evidence != now.evidence || adapted(was) != adapted(now)
}

/// How it is adapted where it is for both.
fn adapted(practice: &Practice) -> Vec<(&String, &String)> {
    practice.adapt.iter().filter(|(_, text)| !text.is_empty()).collect()
}

fn done_to(before: &Practice, after: &Practice) -> String {
    let models = |practice: &Practice| practice.models.iter().cloned().collect::<BTreeSet<_>>();
    let due = |practice: &Practice| practice.due.iter().map(|due| (due.cycle, due.start, due.end)).collect::<Vec<_>>();
    let done: Vec<&str> = [
        (before.code != after.code, "renumbered"),
        (is_reworded(before, after), "reworded"),
        (due(before) != due(after) || before.recurs != after.recurs, "given other windows"),
        (models(before) != models(after) || before.first_year_only != after.first_year_only, "given to other support models"),
        (!before.vip && after.vip, "marked VIP"),
        (before.vip && !after.vip, "no longer marked VIP"),
        ((&before.step, before.strand, before.phase) != (&after.step, after.strand, after.phase), "put elsewhere"),
    ]
    .into_iter()
    .filter_map(|(is_so, words)| is_so.then_some(words))
    .collect();
    if done.is_empty() { "changed".to_owned() } else { done.join(", ") }
}

/// What a merged practice gives to the one that takes it in: where it comes from, for whom it was, what shows it.
fn take_in(line: &mut Line, other: &Line) {
    for origin in &other.origins {
        if !line.origins.contains(origin) {
            line.origins.push(origin.clone());
        }
    }
    let (says, more) = (&mut line.says, &other.says);
    for (list, others) in [
        (&mut says.models, &more.models),
        (&mut says.evidence, &more.evidence),
        (&mut says.str, &more.str),
        (&mut says.caf, &more.caf),
    ] {
        let fresh: Vec<String> = others.iter().filter(|one| !list.contains(one)).cloned().collect();
        list.extend(fresh);
    }
    for (model, text) in &more.adapt {
        says.adapt.entry(model.clone()).or_insert_with(|| text.clone());
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
