//! What the pages of a draft show of its lines.

use partnerships::calendar::{Calendar, spoken};
use platform::{Cx, Error};

use super::super::discussion::Comment;
use super::super::{
    super::{
        differs::{self, Text, Words},
        lineage::Fate,
        pack::Pack,
    },
    rules::{Line, Sheet, State},
    store::{self, Draft, Signed},
    verbs::HREF,
};
use super::talk::{self, Said};

/// A draft as it was read: three queries with that of the draft itself.
pub(in super::super) struct Read {
    pub draft: Draft,
    pub pack: Pack,
    pub calendar: Calendar,
    pub sheet: Sheet,
    pub signed: Vec<Signed>,
}

/// A practice as a box of the drawing.
pub(super) struct Node {
    pub code: String,
    pub title: String,
    pub vip: bool,
    pub href: String,
}

/// Practices that hang together, as a row of the drawing.
pub(super) struct Drawn {
    pub before: Vec<Node>,
    pub after: Vec<Node>,
    pub path: String,
    pub fate: Fate,
}

/// A line that differs from what is published.
pub(super) struct Change {
    pub number: i32,
    pub code: String,
    pub title: String,
    pub tag: String,
    pub texts: Vec<Text>,
    pub also: Vec<String>,
    pub why: String,
    pub signed: String,
    pub href: String,
    pub thread: Vec<Said>,
    pub version: i32,
}

impl Read {
    pub(in super::super) async fn of(cx: &Cx, draft: &Draft) -> Result<Self, Error> {
        let pack = draft.pack()?;
        let signed = store::lines(cx.db().read(), draft.id).await?;
        let lines = signed.iter().map(|one| one.line.clone()).collect();
        let sheet = Sheet { base: pack.practices.clone(), lines };
        Ok(Self { draft: draft.clone(), pack, calendar: Calendar::of(&cx.settings), sheet, signed })
    }

    pub(super) fn words(&self) -> Words<'_> {
        Words { pack: &self.pack, calendar: &self.calendar }
    }

    /// The number of the version that the draft began from.
    pub(super) fn base_number(&self) -> i32 {
        self.pack.meta.version
    }

    fn node(&self, line: &Line) -> Node {
        Node {
            code: line.says.code.clone(),
            title: line.says.title.clone(),
            vip: line.says.vip,
            href: format!("#line-{}", line.number),
        }
    }

    /// Everything that does not stay as it is, drawn from version to version.
    pub(super) fn drawn(&self) -> Vec<Drawn> {
        let standing: Vec<&Line> = self.sheet.standing().collect();
        let groups = self.sheet.groups();
        let drawn = groups.iter().filter_map(|group| {
            let after: Vec<&Line> = group.after.iter().filter_map(|place| standing.get(*place).copied()).collect();
            let before: Vec<_> = group.before.iter().filter_map(|place| self.sheet.base.get(*place)).collect();
            let fate = match after.as_slice() {
                [line] if before.len() == 1 => self.sheet.fate(line),
                _ => group.fate(false),
            };
            let changed = after.first().is_none_or(|line| self.sheet.differs(line));
            changed.then(|| Drawn {
                path: group.path(),
                fate,
                before: before
                    .iter()
                    .map(|practice| {
                        let line = after.first().copied().or_else(|| self.sheet.ended(&practice.code));
                        Node {
                            code: practice.code.clone(),
                            title: practice.title.clone(),
                            vip: practice.vip,
                            href: line.map(|line| format!("#line-{}", line.number)).unwrap_or_default(),
                        }
                    })
                    .collect(),
                after: after.iter().map(|line| self.node(line)).collect(),
            })
        });
        drawn.collect()
    }

    /// The lines that stay as they are.
    pub(super) fn kept(&self) -> Vec<Node> {
        let kept = self.sheet.standing().filter(|line| !self.sheet.differs(line));
        kept.map(|line| Node { href: line_href(line.number), ..self.node(line) }).collect()
    }

    /// The lines that differ, with those that end.
    pub(super) fn changes(&self, comments: &[Comment], cx: &Cx) -> Vec<Change> {
        let shown = self.signed.iter().filter(|one| match one.line.state {
            State::Stands => self.sheet.differs(&one.line),
            State::Retired => {
                !one.line.origins.is_empty() && one.line.origins.iter().any(|code| self.sheet.ended(code).is_some())
            }
            State::Merged | State::Undone => false,
        });
        shown.map(|one| self.change(one, comments, cx)).collect()
    }

    pub(super) fn change(&self, one: &Signed, comments: &[Comment], cx: &Cx) -> Change {
        let (line, words) = (&one.line, self.words());
        let was = line.origins.first().and_then(|code| self.sheet.published(code));
        let stands = line.state == State::Stands;
        let day = spoken(cx.settings.local(one.at).date(), cx.today());
        Change {
            number: line.number,
            code: line.says.code.clone(),
            title: line.says.title.clone(),
            tag: self.tag(line),
            texts: if stands { differs::texts(was, &line.says, &words) } else { Vec::new() },
            also: was.filter(|_| stands).map(|was| differs::also(was, &line.says, &words)).unwrap_or_default(),
            why: line.reason.clone(),
            signed: format!("{}, {day}", one.by),
            href: line_href(line.number),
            thread: talk::said(comments, line, cx),
            version: line.version,
        }
    }

    /// What becomes of a line, in a few words.
    pub(super) fn tag(&self, line: &Line) -> String {
        let fate = self.sheet.fate(line);
        match fate {
            Fate::Merged if line.state == State::Stands => format!("Merged from {}", line.origins.join(" and ")),
            Fate::Split => format!("Split from {}", line.origins.join(" and ")),
            Fate::Kept if self.sheet.differs(line) => "Kept, with changes".to_owned(),
            other => other.word().to_owned(),
        }
    }
}

/// Where a line's own page is.
pub(super) fn line_href(number: i32) -> String {
    format!("{HREF}/practices/{number}")
}
