//! Units over periods.

use clap::Args;

use super::{
    column::{Column, codes, in_order},
    input::Table,
    mistake::{Found, Mistake},
};

/// Where units, periods and outcomes stand.
#[derive(Args)]
pub struct Layout {
    /// The column with the units.
    #[arg(long, default_value = "unit", value_name = "COLUMN")]
    pub(super) unit: String,
    /// The column with the periods.
    #[arg(long, default_value = "period", value_name = "COLUMN")]
    pub(super) period: String,
    /// The column with the outcomes.
    #[arg(long, default_value = "outcome", value_name = "COLUMN")]
    pub(super) outcome: String,
}

/// The rows of a panel, with places of units and periods among their names.
pub(super) struct Rows {
    pub(super) unit: Vec<usize>,
    pub(super) units: Vec<String>,
    pub(super) period: Vec<usize>,
    pub(super) periods: Vec<String>,
    outcome: Vec<Option<f64>>,
}

impl Layout {
    /// Reads a panel, in which a unit has at most one row a period.
    pub(super) fn read(&self, table: &Table) -> Found<Rows> {
        let (unit, units) = codes(&table.column(&self.unit, "--unit")?.texts()?);
        let column = table.column(&self.period, "--period")?;
        let labels = column.texts()?;
        let periods = in_order(&labels);
        let place = |label: &String| periods.iter().position(|period| period == label).unwrap_or_default();
        let period: Vec<usize> = labels.iter().map(place).collect();
        let outcome = table.column(&self.outcome, "--outcome")?.numbers_if_any()?;
        Ok(Rows { unit, units, period, periods, outcome })
    }
}

impl Rows {
    /// The outcomes, where NaN is missing.
    pub(super) fn outcome_or_nan(&self) -> Vec<f64> {
        self.outcome.iter().map(|value| value.unwrap_or(f64::NAN)).collect()
    }

    /// The place of a period.
    pub(super) fn period_called(&self, name: &str) -> Found<usize> {
        self.periods.iter().position(|period| period == name).ok_or_else(|| {
            Mistake::new(format!("--start is \"{name}\", but no row has this period. There are: {}.", self.periods.join(", ")))
        })
    }

    /// For each row whether its unit is among the treated, and the place of the first treated period.
    pub(super) fn treatment(&self, column: &Column<'_>, start: Option<&str>) -> Found<(Vec<bool>, usize)> {
        let flags = column.flags()?;
        let mut first: Vec<Option<usize>> = vec![None; self.units.len()];
        for (row, unit) in self.unit.iter().enumerate().filter(|(row, _)| flags[*row]) {
            let period = self.period[row];
            first[*unit] = Some(first[*unit].map_or(period, |first| first.min(period)));
        }
        let treated: Vec<bool> = self.unit.iter().map(|unit| first[*unit].is_some()).collect();
        if let Some(name) = start {
            return Ok((treated, self.period_called(name)?));
        }
        let Some(start) = first.iter().flatten().min().copied() else {
            return Err(column.mistake(0, "nobody is treated. Write 1 in the rows of treated units."));
        };
        if start == 0 {
            return Err(column.mistake(
                0,
                "a treated unit is treated from the first period on, so nothing shows when it began. Say so with --start.",
            ));
        }
        if let Some(row) = (0..flags.len()).find(|row| first[self.unit[*row]].is_some_and(|first| first != start)) {
            let what = "this unit starts later than another. Compare units with one start at a time, with those not yet treated.";
            return Err(column.mistake(row, what));
        }
        Ok((treated, start))
    }
}

/// Units that have an outcome in each period.
pub(super) struct Square {
    /// Their places among all units.
    pub(super) units: Vec<usize>,
    /// A row a unit, a value a period.
    pub(super) outcomes: Vec<Vec<f64>>,
}

impl Square {
    /// The complete units of a panel.
    pub(super) fn new(rows: &Rows) -> Self {
        let mut all = vec![vec![None; rows.periods.len()]; rows.units.len()];
        for (row, outcome) in rows.outcome.iter().enumerate() {
            all[rows.unit[row]][rows.period[row]] = *outcome;
        }
        let complete = all.into_iter().enumerate();
        let complete = complete.filter_map(|(unit, row)| Some((unit, row.into_iter().collect::<Option<Vec<f64>>>()?)));
        let (units, outcomes) = complete.unzip();
        Self { units, outcomes }
    }
}
