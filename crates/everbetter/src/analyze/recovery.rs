//! A published table with hidden counts, completed by whole numbers that fit: where an attack on it can start.

use improvement_stats::disclosure::{LinkedTable, Relation};
use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::{
    dimensions::Cells,
    input::Table,
    mistake::{Found, Mistake},
};

/// A table as it is published.
pub(super) struct Published {
    /// Counts that fit what is published; those of hidden cells may be others.
    pub(super) table: LinkedTable,
    /// Which cells are not published.
    pub(super) hidden: Vec<bool>,
    /// Which cells the file lists.
    pub(super) listed: Vec<bool>,
    /// Whether totals count as published although the file lists none.
    pub(super) totals_assumed: bool,
}

impl Published {
    /// The table of a file whose rows have these counts, where known, and are hidden or not.
    pub(super) fn new(table: &Table, cells: &Cells, column: &str, counts: &[Option<u64>], flagged: &[bool]) -> Found<Self> {
        let explain = table.explain(column);
        let empty = cells.table(&vec![0; counts.len()]).map_err(&explain)?;
        let size = empty.counts().len();
        let places = cells.places();
        let (mut known, mut listed, mut hidden) = (vec![None; size], vec![false; size], vec![false; size]);
        for (row, place) in places.iter().enumerate() {
            if listed[*place] {
                let what = "this cell stands there twice. Keep one row for each, or name all dimensions with --dimensions.";
                return Err(table.mistake_at(row, column, what));
            }
            listed[*place] = true;
            hidden[*place] = flagged[row];
            known[*place] = counts[row];
        }
        for cell in (0..size).filter(|cell| !listed[*cell] && !empty.is_total(*cell)) {
            known[cell] = Some(0);
        }
        let totals_assumed = (0..counts.len()).all(|row| cells.is_inner(row)) && counts.iter().all(Option::is_some);
        if !totals_assumed {
            (0..size).filter(|cell| !listed[*cell] && known[*cell].is_none()).for_each(|cell| hidden[cell] = true);
        }
        let whole = completed(&known, empty.relations());
        let whole = whole.and_then(|counts| LinkedTable::new(counts, empty.relations().to_vec()).ok());
        let Some(whole) = whole else {
            return Err(wrong_sum(table, cells, column, &known, empty.relations()));
        };
        Ok(Self { table: whole, hidden, listed, totals_assumed })
    }
}

/// Whole numbers for all cells that are unknown, such that all sums hold.
fn completed(known: &[Option<u64>], relations: &[Relation]) -> Option<Vec<u64>> {
    let mut counts = known.to_vec();
    // What follows at once needs no search: totals of known parts, and a part that alone is unknown.
    let mut changed = true;
    while changed {
        changed = false;
        for relation in relations {
            let parts: u64 = relation.parts.iter().filter_map(|part| counts[*part]).sum();
            let mut open = relation.parts.iter().filter(|part| counts[**part].is_none());
            match (counts[relation.total], open.next().copied(), open.next()) {
                (None, None, _) => counts[relation.total] = Some(parts),
                (Some(total), Some(part), None) => counts[part] = Some(total.checked_sub(parts)?),
                _ => continue,
            }
            changed = true;
        }
    }
    if counts.iter().any(Option::is_none) {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let unknown: Vec<Option<Variable>> =
            counts.iter().map(|count| count.is_none().then(|| problem.add_integer_var(0.0, (0, i32::MAX)))).collect();
        for relation in relations {
            let signed = relation.parts.iter().map(|part| (*part, 1.0)).chain([(relation.total, -1.0)]);
            let (mut terms, mut rest) = (Vec::new(), 0.0);
            for (cell, sign) in signed {
                match (unknown[cell], counts[cell]) {
                    (Some(variable), _) => terms.push((variable, sign)),
                    (None, count) => rest -= sign * count.unwrap_or_default() as f64,
                }
            }
            if !terms.is_empty() {
                problem.add_constraint(&terms, ComparisonOp::Eq, rest);
            }
        }
        let solution = problem.solve().ok()?.into_solution().ok()?;
        for (count, variable) in counts.iter_mut().zip(unknown) {
            if let Some(variable) = variable {
                *count = Some(solution.var_value(variable).round().max(0.0) as u64);
            }
        }
    }
    counts.into_iter().collect()
}

/// Names a total that does not hold, as far as one can be named.
fn wrong_sum(table: &Table, cells: &Cells, column: &str, known: &[Option<u64>], relations: &[Relation]) -> Mistake {
    let wrong = relations.iter().find(|relation| {
        let parts: Vec<Option<u64>> = relation.parts.iter().map(|part| known[*part]).collect();
        let sum: u64 = parts.iter().flatten().sum();
        known[relation.total].is_some_and(|total| if parts.contains(&None) { sum > total } else { sum != total })
    });
    match wrong.and_then(|relation| cells.places().iter().position(|place| *place == relation.total)) {
        Some(row) => table.mistake_at(row, column, "this total does not fit its parts. Correct one of them."),
        None => Mistake::new(format!(
            "{}, column \"{column}\": no whole numbers fit in the hidden cells. Check the published totals.",
            table.file
        )),
    }
}
