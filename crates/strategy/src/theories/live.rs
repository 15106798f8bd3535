//! Where what a theory rests on stands today: the tracker's state of the practices that a node names, the last reading of a measure.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use partnerships::{
    calendar::{Calendar, spoken},
    partnerships::Partnership,
};
use platform::{Cx, Error};

use super::kept;
use crate::{
    PracticeId,
    frameworks::{Framework, framework_of},
    tracker::{
        self, everybodys_cells,
        on_track::{Cells, Count, State, by_practice},
    },
};

/// A practice that a node names, as its page, its sign and its words.
#[derive(Clone, Debug)]
pub(super) struct PracticeLine {
    pub code: String,
    pub title: String,
    pub href: String,
    pub glyph: &'static str,
    pub words: String,
}

/// The tracker's state of a partnership, practice by practice.
pub(super) struct Live {
    framework: Option<Arc<Framework>>,
    counts: HashMap<PracticeId, Count>,
    cells: Arc<Cells>,
    /// The number of the cycle that today lies in.
    cycle: i32,
    /// The newest reading of each measure, in words.
    readings: HashMap<String, String>,
}

impl Live {
    /// No state at all: for examples, which no tracker knows.
    pub(super) fn none() -> Self {
        Self { framework: None, counts: HashMap::new(), cells: Arc::default(), cycle: 0, readings: HashMap::new() }
    }

    /// Today's state: two queries at most beside the framework.
    pub(super) async fn read(cx: &Cx, partnership: &Partnership) -> Result<Self, Error> {
        let readings = kept::readings(cx.db().read(), partnership.id).await?.into_iter();
        let words = |reading: &kept::Reading| format!("{} on {}", reading.value, spoken(reading.on_day, cx.today()));
        let readings = readings.map(|reading| (reading.measure.clone(), words(&reading))).collect();
        let Some(framework) = framework_of(cx, partnership.id).await? else { return Ok(Self { readings, ..Self::none() }) };
        let (calendar, today) = (Calendar::of(&cx.settings), cx.today());
        let cells = everybodys_cells(cx).await?.get(partnership.id).cloned().unwrap_or_default();
        Ok(Self { readings, ..Self::of(framework, &calendar, partnership, cells, today) })
    }

    fn of(
        framework: Arc<Framework>,
        calendar: &Calendar,
        partnership: &Partnership,
        cells: Arc<Cells>,
        today: NaiveDate,
    ) -> Self {
        let counts = by_practice(&framework, calendar, partnership.into(), &cells, today);
        let cycle = framework.cycle_at(calendar, today).map_or(0, |(cycle, _)| cycle.number);
        Self { framework: Some(framework), counts, cells, cycle, readings: HashMap::new() }
    }

    /// The newest reading of a measure, in words; empty before the first.
    pub(super) fn reading(&self, measure: &str) -> &str {
        self.readings.get(measure).map_or("", String::as_str)
    }

    /// Where these practices stand together; nothing where none of them is known.
    pub(super) fn state(&self, codes: &BTreeSet<&str>) -> Option<(State, String)> {
        let framework = self.framework.as_ref()?;
        let known: Vec<PracticeId> = codes.iter().filter_map(|code| framework.practice(code)).map(|one| one.id).collect();
        if known.is_empty() {
            return None;
        }
        let counts = known.iter().filter_map(|id| self.counts.get(id));
        let count = counts.fold(Count::default(), |sum, one| sum.and(*one));
        let state = count.state(framework);
        // The pill of what was never due says all of it, and a theory has many such nodes.
        let words = if state == State::NothingDue && count.not_applicable == 0 { String::new() } else { count.sentence() };
        Some((state, words))
    }

    /// A practice, with what its latest cell of this school year shows.
    pub(super) fn practice(&self, code: &str) -> PracticeLine {
        let practice = self.framework.as_ref().and_then(|framework| framework.practice(code));
        let (Some(framework), Some(practice)) = (&self.framework, practice) else {
            let code = code.to_owned();
            return PracticeLine { code, title: String::new(), href: String::new(), glyph: "", words: String::new() };
        };
        let until_now = practice.due.iter().map(|due| due.cycle).filter(|cycle| *cycle <= self.cycle);
        let cell = until_now.filter_map(|cycle| self.cells.get(&(practice.id, cycle)).map(|cell| (cycle, cell)));
        let cell = cell.max_by_key(|(cycle, _)| *cycle).map(|(_, cell)| *cell);
        PracticeLine {
            code: practice.code.clone(),
            title: practice.title.clone(),
            href: practice.subject().href,
            glyph: cell.map_or("none", tracker::Cell::glyph),
            words: cell.map_or_else(|| "Nothing recorded yet this school year".to_owned(), |cell| cell.words(framework)),
        }
    }
}
