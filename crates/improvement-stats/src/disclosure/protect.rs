//! Which other cells must be hidden so that hidden cells stay hidden?

use microlp::{ComparisonOp, OptimizationDirection, Problem};

use super::LinkedTable;
use super::audit::{Audit, audit, check_flags, exposed};
use crate::{Error, Result, Warning};

/// How to protect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectOptions {
    /// Smallest range an attacker may be left with; 3 or more.
    pub width: u64,
    /// Whether totals may be hidden where inner cells do not suffice.
    pub hide_totals: bool,
    /// Whether zeros are published and so cannot hide anything.
    pub zeros_published: bool,
    /// Cells that must be published (already in another report). One flag a cell; empty for none.
    pub always_published: Vec<bool>,
}

impl Default for ProtectOptions {
    fn default() -> Self {
        Self { width: 3, hide_totals: true, zeros_published: true, always_published: Vec::new() }
    }
}

/// A table made safe.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Suppression {
    /// One flag a cell: hidden or not.
    pub hidden: Vec<bool>,
    /// Cells hidden because they are small.
    pub primary: Vec<usize>,
    /// Cells hidden so that the others cannot be worked out.
    pub complementary: Vec<usize>,
    /// People counted in complementary cells: what the protection costs.
    pub cost: u64,
    /// The proof.
    pub audit: Audit,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Searching all smaller choices stops being quick beyond this many.
const MOST_CHOICES: usize = 3000;

/// Beyond this many complementary cells, trying to publish each again takes longer than it is worth.
const MOST_CELLS_TRIED_AGAIN: usize = 40;

/// In larger tables lonely hidden cells first get a neighbour in each sum, since a program for each would take too long.
const MOST_CELLS_FOR_PROGRAMS_ALONE: usize = 400;

/// Hides further cells until no hidden cell can be worked out to within `width`.
///
/// `primary` has one flag a cell ([`super::primary_suppression`], and whatever else must not be seen). Hidden cells are both
/// these and the complementary ones; all get the width. The best choice is a hard problem: this one is good, and for small
/// tables no choice of fewer cells is left untried.
///
/// Formula: for each exposed cell a linear program finds the cheapest way to move it up or down by the width while all
/// sums hold; the cells that move are hidden. The audit is repeated until nothing is exposed, then cells that turn out
/// unneeded are published again.
///
/// # Errors
/// [`Error::LengthMismatch`] for flags, [`Error::OutOfRange`] for a width of 0, [`Error::Invalid`] when what must be published gives
/// a hidden cell away.
///
/// Source: Kelly, Golden & Assad (1992), Networks 22; Fischetti & Salazar (2001), Management Science 47.
///
/// ```
/// use improvement_stats::disclosure::{LinkedTable, PrimaryRule, ProtectOptions, primary_suppression, protect};
/// let table = LinkedTable::from_rows(&[vec![10, 3, 40], vec![18, 25, 33], vec![30, 14, 21]])?;
/// let primary = primary_suppression(&table, PrimaryRule { minimum: 10, hide_zeros: false })?;
/// let safe = protect(&table, &primary, &ProtectOptions::default())?;
/// assert!(safe.audit.safe && safe.complementary.len() == 3);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn protect(table: &LinkedTable, primary: &[bool], options: &ProtectOptions) -> Result<Suppression> {
    check_flags(table, primary)?;
    if options.width == 0 {
        return Err(Error::OutOfRange { what: "protection width", value: 0.0, expected: "at least 1" });
    }
    if !options.always_published.is_empty() {
        check_flags(table, &options.always_published)?;
    }
    let usable = |cell: usize, totals: bool| {
        !options.always_published.get(cell).copied().unwrap_or(false)
            && (totals || !table.is_total(cell))
            && (table.counts()[cell] > 0 || !options.zeros_published)
    };
    let mut hidden = primary.to_vec();
    let mut used_totals = false;
    if hidden.len() > MOST_CELLS_FOR_PROGRAMS_ALONE {
        pair_up(table, &mut hidden, &|c: usize| usable(c, false));
    }
    // Each round hides at least one more cell, so the loop ends.
    while let Some(&cell) = exposed(table, &hidden, options.width).first() {
        let inner = |c: usize| usable(c, false);
        let mut found = cheapest(table, &hidden, cell, options.width, &inner);
        if found.is_none() && options.hide_totals {
            found = cheapest(table, &hidden, cell, options.width, &|c: usize| usable(c, true));
            used_totals |= found.is_some();
        }
        let added: Vec<usize> = found.unwrap_or_default().into_iter().filter(|c| !hidden[*c]).collect();
        let added = if added.is_empty() { stopgap(table, &hidden, cell, options.hide_totals, &usable) } else { added };
        if added.is_empty() {
            return Err(Error::Invalid(format!(
                "cell {cell} cannot be hidden: the published sums give it away; hide a total or publish less"
            )));
        }
        added.iter().for_each(|c| hidden[*c] = true);
    }
    release(table, primary, &mut hidden, options.width);
    if let Some(better) = fewer(table, primary, &hidden, options.width, &|c: usize| usable(c, used_totals)) {
        hidden = better;
    }
    let complementary: Vec<usize> = (0..hidden.len()).filter(|c| hidden[*c] && !primary[*c]).collect();
    let mut warnings = Vec::new();
    if complementary.iter().any(|c| table.is_total(*c)) {
        warnings.push(Warning::new("totals_hidden", "Some totals had to be hidden, since inner cells did not suffice."));
    }
    Ok(Suppression {
        primary: (0..hidden.len()).filter(|c| primary[*c]).collect(),
        cost: complementary.iter().map(|c| table.counts()[*c]).sum(),
        audit: audit(table, &hidden, options.width)?,
        complementary,
        hidden,
        warnings,
    })
}

/// The cheapest cells that let `target` move by the width, up or down or some of both.
fn cheapest(
    table: &LinkedTable,
    hidden: &[bool],
    target: usize,
    width: u64,
    usable: &dyn Fn(usize) -> bool,
) -> Option<Vec<usize>> {
    let count = table.counts()[target];
    let down = count.min(width);
    let mut plans = vec![vec![width as f64]];
    plans.push(if down < width { vec![-(down as f64), (width - down) as f64] } else { vec![-(width as f64)] });
    if width > 1 && count > 0 {
        let part = (width / 2).min(count);
        plans.push(vec![-(part as f64), (width - part) as f64]);
    }
    let mut best: Option<(u64, Vec<usize>)> = None;
    for plan in plans {
        let mut all = Vec::new();
        let reached =
            plan.iter().filter(|m| **m != 0.0).all(|&movement| match move_cell(table, hidden, target, movement, usable) {
                Some(cells) => {
                    all.extend(cells);
                    true
                }
                None => false,
            });
        if !reached {
            continue;
        }
        all.sort_unstable();
        all.dedup();
        let cost: u64 = all.iter().filter(|c| !hidden[**c]).map(|c| price(table, *c)).sum();
        if best.as_ref().is_none_or(|b| cost < b.0) {
            best = Some((cost, all));
        }
    }
    best.map(|b| b.1)
}

/// Hiding many people's cells costs more, but each cell costs something, and totals most.
fn price(table: &LinkedTable, cell: usize) -> u64 {
    let base = 20 + table.counts()[cell];
    if table.is_total(cell) { base.saturating_mul(10) } else { base }
}

/// Cells that move when `target` moves by `movement`, all sums holding and no count falling below 0.
fn move_cell(
    table: &LinkedTable,
    hidden: &[bool],
    target: usize,
    movement: f64,
    usable: &dyn Fn(usize) -> bool,
) -> Option<Vec<usize>> {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let mut variables = vec![None; hidden.len()];
    for cell in 0..hidden.len() {
        if cell == target {
            continue;
        }
        if hidden[cell] || usable(cell) {
            let price = if hidden[cell] { 1e-3 } else { price(table, cell) as f64 };
            let up = problem.add_var(price, (0.0, movement.abs() * 4.0));
            let down = problem.add_var(price, (0.0, (table.counts()[cell] as f64).min(movement.abs() * 4.0)));
            variables[cell] = Some((up, down));
        }
    }
    for relation in table.relations() {
        let mut terms = Vec::new();
        let mut moved = 0.0;
        for (cell, sign) in relation.parts.iter().map(|c| (*c, 1.0)).chain([(relation.total, -1.0)]) {
            if cell == target {
                moved = sign * movement;
            }
            if let Some((up, down)) = variables[cell] {
                terms.push((up, sign));
                terms.push((down, -sign));
            }
        }
        if terms.is_empty() {
            if moved != 0.0 {
                return None;
            }
            continue;
        }
        problem.add_constraint(&terms, ComparisonOp::Eq, -moved);
    }
    let solution = problem.solve().ok()?.into_solution().ok()?;
    let moves =
        |(up, down): (microlp::Variable, microlp::Variable)| (solution.var_value(up) - solution.var_value(down)).abs() > 1e-6;
    Some((0..hidden.len()).filter(|c| variables[*c].is_some_and(moves)).collect())
}

/// Gives each sum with one hidden cell a second one: the cheapest, and rather one that serves several such sums.
fn pair_up(table: &LinkedTable, hidden: &mut [bool], usable: &dyn Fn(usize) -> bool) {
    let cells = |r: &super::Relation| r.parts.iter().copied().chain([r.total]).collect::<Vec<usize>>();
    let members: Vec<Vec<usize>> = table.relations().iter().map(cells).collect();
    let mut sums_of = vec![Vec::new(); hidden.len()];
    for (sum, cells) in members.iter().enumerate() {
        cells.iter().for_each(|c| sums_of[*c].push(sum));
    }
    let mut counts: Vec<usize> = members.iter().map(|m| m.iter().filter(|c| hidden[**c]).count()).collect();
    let mut lonely: Vec<usize> = (0..members.len()).filter(|s| counts[*s] == 1).collect();
    while let Some(sum) = lonely.pop() {
        if counts[sum] != 1 {
            continue;
        }
        let served = |cell: usize| sums_of[cell].iter().filter(|s| counts[**s] == 1).count() as u64;
        let candidates = members[sum].iter().copied().filter(|c| !hidden[*c] && usable(*c));
        let Some(cell) = candidates.min_by_key(|c| (price(table, *c) / served(*c).max(1), *c)) else { continue };
        hidden[cell] = true;
        for &other in &sums_of[cell] {
            counts[other] += 1;
            if counts[other] == 1 {
                lonely.push(other);
            }
        }
    }
}

/// Where the program finds nothing (the neighbours are too small to give way by the width at once): the smallest usable
/// neighbour in a sum with the exposed cell.
fn stopgap(table: &LinkedTable, hidden: &[bool], cell: usize, totals: bool, usable: &dyn Fn(usize, bool) -> bool) -> Vec<usize> {
    let mut neighbours: Vec<usize> = table
        .relations()
        .iter()
        .filter(|r| r.total == cell || r.parts.contains(&cell))
        .flat_map(|r| r.parts.iter().copied().chain([r.total]))
        .filter(|c| !hidden[*c] && usable(*c, totals))
        .collect();
    neighbours.sort_by_key(|c| price(table, *c));
    if neighbours.is_empty() {
        neighbours = (0..hidden.len()).filter(|c| !hidden[*c] && usable(*c, totals)).collect();
        neighbours.sort_by_key(|c| price(table, *c));
    }
    neighbours.truncate(1);
    neighbours
}

/// Publishes complementary cells again where the table stays safe, the largest first.
fn release(table: &LinkedTable, primary: &[bool], hidden: &mut [bool], width: u64) {
    let mut cells: Vec<usize> = (0..hidden.len()).filter(|c| hidden[*c] && !primary[*c]).collect();
    if cells.len() > MOST_CELLS_TRIED_AGAIN {
        return;
    }
    cells.sort_by_key(|c| std::cmp::Reverse(price(table, *c)));
    for cell in cells {
        hidden[cell] = false;
        if !exposed(table, hidden, width).is_empty() {
            hidden[cell] = true;
        }
    }
}

/// A safe choice of fewer complementary cells, or of as many with fewer people, where all such choices can be tried.
fn fewer(
    table: &LinkedTable,
    primary: &[bool],
    hidden: &[bool],
    width: u64,
    usable: &dyn Fn(usize) -> bool,
) -> Option<Vec<bool>> {
    let candidates: Vec<usize> = (0..hidden.len()).filter(|c| !primary[*c] && usable(*c)).collect();
    let found: Vec<usize> = (0..hidden.len()).filter(|c| hidden[*c] && !primary[*c]).collect();
    let mut tried = 0;
    for size in 1..=found.len() {
        let choices = (0..size).fold(1.0, |n, i| n * (candidates.len() as f64 - i as f64) / (i + 1) as f64);
        if tried as f64 + choices > MOST_CHOICES as f64 {
            return None;
        }
        tried += choices as usize;
        let mut best: Option<(u64, Vec<bool>)> = None;
        let mut places: Vec<usize> = (0..size).collect();
        loop {
            let mut trial = primary.to_vec();
            places.iter().for_each(|p| trial[candidates[*p]] = true);
            let cost: u64 = places.iter().map(|p| table.counts()[candidates[*p]]).sum();
            if best.as_ref().is_none_or(|b| cost < b.0) && exposed(table, &trial, width).is_empty() {
                best = Some((cost, trial));
            }
            let Some(turn) = (0..size).rev().find(|i| places[*i] < candidates.len() - size + i) else { break };
            places[turn] += 1;
            for later in turn + 1..size {
                places[later] = places[later - 1] + 1;
            }
        }
        if best.is_some() {
            return best.map(|b| b.1);
        }
    }
    None
}
