//! A school year's road maps, read with a fixed number of queries, whatever the number of partnerships.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use partnerships::{
    PartnershipId,
    calendar::{Calendar, SchoolYear},
    partnerships::Partnership,
};
use platform::{Error, db::ConnectionTrait, settings::Settings};

use super::{
    rules::{self, Entry, Pattern},
    store,
    template::Template,
};
use crate::{
    frameworks::{Framework, InUse, Schedules},
    tracker::{
        cells_of,
        on_track::{Cells, Count},
    },
};

/// The road maps of some partnerships in a school year.
pub(super) struct Year {
    in_use: Option<InUse>,
    pub pattern: Pattern,
    /// The entries of each, also those that were taken off.
    pub entries: BTreeMap<PartnershipId, Vec<Entry>>,
    cells: BTreeMap<PartnershipId, Cells>,
}

impl Pattern {
    /// Reads what the year is made of.
    pub(super) async fn read(
        on: &impl ConnectionTrait,
        framework: Option<Arc<Framework>>,
        calendar: Calendar,
        year: SchoolYear,
        today: NaiveDate,
    ) -> Result<Self, Error> {
        let (template, closing) = (Template::latest(on).await?, store::closing(on).await?);
        Ok(Self { framework, template, closing, calendar, year, today })
    }
}

impl Year {
    /// Reads the road maps of these partnerships.
    pub(super) async fn read(
        on: &impl ConnectionTrait,
        settings: &Settings,
        in_use: Option<InUse>,
        (year, today): (SchoolYear, NaiveDate),
        partnerships: &[Partnership],
    ) -> Result<Self, Error> {
        let now = in_use.as_ref().map(|in_use| Arc::clone(&in_use.now));
        let pattern = Pattern::read(on, now, Calendar::of(settings), year, today).await?;
        let ids: Vec<PartnershipId> = partnerships.iter().map(|partnership| partnership.id).collect();
        let mut kept = store::kept(on, year, &ids).await?;
        let cycles = store::cycles(on, year, &ids).await?;
        let cells = cells_of(on, year, &ids).await?;
        let decided = store::decided(on, year, &ids).await?;
        let none = Cells::new();
        let now_id = pattern.framework.as_ref().map(|version| version.id);
        let entries = partnerships.iter().map(|partnership| {
            let id = partnership.id;
            let cycles = cycles.get(&id).map_or(&[][..], Vec::as_slice);
            let kept = kept.remove(&id).unwrap_or_default();
            let cells = cells.get(&id).unwrap_or(&none);
            let other = in_use.as_ref().map(|in_use| in_use.of(id, year)).filter(|version| Some(version.id) != now_id);
            let mut entries = match other {
                Some(version) => pattern.by(version).road_map(partnership.into(), kept, cycles, cells),
                None => pattern.road_map(partnership.into(), kept, cycles, cells),
            };
            if let Some(at) = decided.get(&id) {
                rules::decided(&mut entries, settings.local(*at).date());
            }
            (id, entries)
        });
        let entries = entries.collect();
        Ok(Self { in_use, entries, cells, pattern })
    }

    /// The entries of one of them.
    pub(super) fn of(&self, partnership: PartnershipId) -> &[Entry] {
        self.entries.get(&partnership).map_or(&[], Vec::as_slice)
    }

    /// What is counted of the practices that are due, by each of the year's twelve months, for these partnerships together.
    pub(super) fn practices<'a>(&self, partnerships: impl Iterator<Item = &'a Partnership>) -> [Count; 12] {
        let mut months = [Count::default(); 12];
        let Some(in_use) = &self.in_use else { return months };
        let Pattern { calendar, year, today, .. } = self.pattern;
        let schedules = Schedules::of(in_use, &calendar, year);
        let none = Cells::new();
        for partnership in partnerships {
            let cells = self.cells.get(&partnership.id).unwrap_or(&none);
            for (day, count) in schedules.schedule(partnership.id).by_last_day(partnership.into(), cells, today) {
                let sum = &mut months[self.month_of(day)];
                *sum = sum.and(count);
            }
        }
        months
    }

    /// The month of the school year, from 0, that a day lies in; the nearest where it lies in another year.
    pub(super) fn month_of(&self, day: NaiveDate) -> usize {
        let start = self.pattern.calendar.start(self.pattern.year);
        (1..12_u32).take_while(|month| start + chrono::Months::new(*month) <= day).count()
    }
}
