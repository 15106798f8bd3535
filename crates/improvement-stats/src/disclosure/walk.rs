//! A walk along the corners of what hidden cells can be.
//!
//! Bounding a cell is a linear program, and bounding all cells of a table is thousands of programs that differ in their goal
//! alone. Each starts at the corner at which the one before it ended, so that most take a few steps.

use super::{
    basis::{Basis, TINY},
    equations::Terms,
};

/// In place of a slot.
const OUTER: u32 = u32::MAX;
/// An equation is not solved for an unknown by a smaller entry than this.
const LEAST_PIVOT: f64 = 0.01;
/// After so many steps without progress the entering unknown is the first and not the steepest, which cannot go in a circle.
const STEPS_BEFORE_CAUTION: usize = 40;
/// Sums are checked after so many steps.
const STEPS_BETWEEN_CHECKS: usize = 400;

/// Where the walk begins: the true counts of the unknowns, which are cells of the table.
#[derive(Clone, Copy)]
pub(super) struct Start<'a> {
    pub counts: &'a [u64],
    pub cells: &'a [u32],
}

impl Start<'_> {
    pub fn of(self, unknown: usize) -> f64 {
        self.counts[self.cells[unknown] as usize] as f64
    }

    /// What the terms of an equation add up to.
    pub fn sum(self, terms: impl Iterator<Item = (usize, f64)>) -> f64 {
        terms.map(|(unknown, sign)| sign * self.of(unknown)).sum()
    }

    fn len(self) -> usize {
        self.cells.len()
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At the exact bound.
    Bound,
    /// Nothing limits the unknown.
    Unlimited,
    /// Rounding or the number of steps stood in the way.
    Lost,
}

/// Solves the equations for as many unknowns as they determine: the unknown of each, nothing where it follows from others.
///
/// Large counts are far from 0, so that the others can be moved there with few steps; and short equations stay short.
fn solve_for_most(equations: &Terms, start: Start) -> Vec<Option<u32>> {
    let size = equations.len();
    let all: Vec<u32> = (0..size as u32).collect();
    let columns = equations.by_unknown(&all, start.len());
    let mut solved = vec![None; size];
    let mut basis = Basis::new(size);
    let factor = |basis: &mut Basis, solved: &[Option<u32>]| {
        basis.factor(|slot| {
            let own = solved[slot].map(|unknown: u32| columns.get(unknown as usize));
            let none = own.is_none().then_some((slot, 1.0));
            own.into_iter().flatten().chain(none)
        })
    };
    factor(&mut basis, &solved);
    let mut largest_first: Vec<u32> = (0..start.len() as u32).collect();
    largest_first.sort_by(|a, b| start.of(*b as usize).total_cmp(&start.of(*a as usize)));
    let mut line = vec![0.0; size];
    for unknown in largest_first {
        line.fill(0.0);
        columns.get(unknown as usize).for_each(|(equation, sign)| line[equation] = sign);
        basis.solve(&mut line);
        let free = (0..size).filter(|slot| solved[*slot].is_none() && line[*slot].abs() > LEAST_PIVOT);
        if let Some(slot) = free.min_by_key(|slot| equations.get(*slot).len()) {
            basis.exchange(slot);
            solved[slot] = Some(unknown);
            if basis.is_worn() && !factor(&mut basis, &solved) {
                break;
            }
        }
    }
    solved
}

/// The present corner: each inner unknown follows from the outer ones, which are 0.
pub(super) struct Walk<'a> {
    equations: &'a Terms,
    start: Start<'a>,
    /// Those of which none follows from the others.
    kept: Vec<u32>,
    /// Where each unknown stands in those, with its sign.
    columns: Terms,
    basis: Basis,
    /// The unknown in each slot of the basis.
    inner: Vec<u32>,
    values: Vec<f64>,
    /// The slot of each unknown, or [`OUTER`].
    slot: Vec<u32>,
    steps: usize,
    is_lost: bool,
    line: Vec<f64>,
}

impl<'a> Walk<'a> {
    /// The corner next to the true counts.
    pub fn new(equations: &'a Terms, start: Start<'a>) -> Self {
        let solved = solve_for_most(equations, start);
        let mut kept: Vec<u32> = (0..solved.len() as u32).filter(|e| solved[*e as usize].is_some()).collect();
        kept.shrink_to_fit();
        let size = kept.len();
        let mut walk = Self {
            equations,
            start,
            columns: equations.by_unknown(&kept, start.len()),
            kept,
            basis: Basis::new(size),
            inner: Vec::new(),
            values: Vec::new(),
            slot: Vec::new(),
            steps: 0,
            is_lost: false,
            line: vec![0.0; size],
        };
        walk.begin(solved);
        walk
    }

    /// Goes from the true counts to a corner.
    fn begin(&mut self, solved: Vec<Option<u32>>) {
        self.inner.clear();
        self.inner.reserve_exact(self.kept.len());
        self.inner.extend(solved.into_iter().flatten());
        self.slot = vec![OUTER; self.start.len()];
        self.inner.iter().enumerate().for_each(|(slot, unknown)| self.slot[*unknown as usize] = slot as u32);
        self.values = self.inner.iter().map(|unknown| self.start.of(*unknown as usize)).collect();
        self.factor();
        self.move_outer_to_zero();
        self.factor();
        self.follow();
    }

    /// Makes the basis anew from its columns.
    fn factor(&mut self) {
        let (columns, inner) = (&self.columns, &self.inner);
        self.is_lost |= !self.basis.factor(|slot| columns.get(inner[slot] as usize));
    }

    /// Works the inner unknowns out from the sums, at a corner.
    fn follow(&mut self) {
        let sums = self.kept.iter().map(|equation| self.start.sum(self.equations.get(*equation as usize)));
        self.values.iter_mut().zip(sums).for_each(|(value, sum)| *value = sum);
        self.basis.solve(&mut self.values);
        self.values.iter_mut().for_each(|value| *value = value.max(0.0));
    }

    /// How much less each inner unknown is when this one is one more, into `line`.
    fn solve_for(&mut self, unknown: usize) {
        self.line.fill(0.0);
        self.columns.get(unknown).for_each(|(equation, sign)| self.line[equation] = sign);
        self.basis.solve(&mut self.line);
    }

    fn move_outer_to_zero(&mut self) {
        // Those that leave a slot on the way are at 0 already.
        let outer: Vec<usize> = (0..self.start.len()).filter(|u| self.slot[*u] == OUTER && self.start.of(*u) > 0.0).collect();
        for unknown in outer {
            let count = self.start.of(unknown);
            self.solve_for(unknown);
            let mut reach = count;
            let mut stopped_by = None;
            for (slot, entry) in self.line.iter().enumerate() {
                if *entry < -TINY && self.values[slot] / -entry < reach {
                    reach = self.values[slot] / -entry;
                    stopped_by = Some(slot);
                }
            }
            self.values.iter_mut().zip(&self.line).for_each(|(value, entry)| *value = (*value + reach * entry).max(0.0));
            if let Some(slot) = stopped_by {
                // The unknown that reached 0 leaves its slot; the other is worth what is left of it.
                self.exchange(slot, unknown, count - reach);
            }
        }
    }

    /// Puts an outer unknown, for which `line` is solved, into a slot; the other values are the caller's.
    fn exchange(&mut self, slot: usize, unknown: usize, value: f64) {
        self.basis.exchange(slot);
        self.slot[self.inner[slot] as usize] = OUTER;
        self.inner[slot] = unknown as u32;
        self.slot[unknown] = slot as u32;
        self.values[slot] = value;
        if self.basis.is_worn() {
            self.factor();
        }
    }

    /// Lets an outer unknown grow until an inner one reaches 0; how far it went.
    fn advance(&mut self, unknown: usize) -> Option<f64> {
        self.solve_for(unknown);
        let mut found: Option<(usize, f64, f64)> = None;
        for (slot, entry) in self.line.iter().copied().enumerate() {
            if entry <= TINY {
                continue;
            }
            let reach = self.values[slot] / entry;
            // Among equals the largest entry keeps the rounding small.
            if found.is_none_or(|(_, best, size)| reach < best - 1e-12 || reach <= best + 1e-12 && entry > size) {
                found = Some((slot, reach, entry));
            }
        }
        let (slot, reach, _) = found?;
        self.values.iter_mut().zip(&self.line).for_each(|(value, entry)| *value = (*value - reach * entry).max(0.0));
        self.exchange(slot, unknown, reach);
        self.steps += 1;
        Some(reach)
    }

    /// The outer unknown that changes the one in `slot` most for the better as it grows; with `caution` the first that does.
    fn entering(&mut self, slot: usize, upwards: bool, caution: bool) -> Option<usize> {
        self.line.fill(0.0);
        self.line[slot] = 1.0;
        self.basis.price(&mut self.line);
        let gain = |unknown: usize| {
            let less: f64 = self.columns.get(unknown).map(|(equation, sign)| sign * self.line[equation]).sum();
            if upwards { -less } else { less }
        };
        let outer = (0..self.start.len()).filter(|unknown| self.slot[*unknown] == OUTER);
        let mut better = outer.map(|unknown| (unknown, gain(unknown))).filter(|(_, gain)| *gain > TINY);
        let found = if caution { better.next() } else { better.max_by(|a, b| a.1.total_cmp(&b.1)) };
        found.map(|(unknown, _)| unknown)
    }

    /// Goes to the greatest (or least) value of an unknown, and tells the value of every unknown at each corner on the way.
    pub fn go(&mut self, unknown: usize, upwards: bool, limit: f64, mut seen: impl FnMut(usize, f64)) -> End {
        let most = self.steps + 50 * (self.equations.len() + self.start.len()) + 1000;
        let mut idle = 0;
        loop {
            if self.is_lost || self.steps > most {
                return End::Lost;
            }
            let entering = match self.slot[unknown] {
                OUTER if upwards => Some(unknown),
                OUTER => {
                    seen(unknown, 0.0);
                    None
                }
                slot => {
                    let value = self.values[slot as usize];
                    // The corner may have been reached on the way to somewhere else, or be the one at which the walk began.
                    seen(unknown, value);
                    if if upwards { value >= limit - 1e-9 } else { value <= limit + 1e-9 } {
                        return End::Bound;
                    }
                    self.entering(slot as usize, upwards, idle > STEPS_BEFORE_CAUTION)
                }
            };
            let Some(entering) = entering else { return End::Bound };
            let Some(reach) = self.advance(entering) else {
                return if upwards { End::Unlimited } else { End::Lost };
            };
            idle = if reach > 1e-9 { 0 } else { idle + 1 };
            if reach > 1e-9 {
                (0..self.start.len()).for_each(|i| seen(i, self.value(i)));
            }
            if self.steps.is_multiple_of(STEPS_BETWEEN_CHECKS) {
                self.factor();
                self.follow();
                if !self.holds() {
                    self.begin(solve_for_most(self.equations, self.start));
                    self.is_lost |= !self.holds();
                }
            }
        }
    }

    fn value(&self, unknown: usize) -> f64 {
        self.values.get(self.slot[unknown] as usize).copied().unwrap_or(0.0)
    }

    /// Whether all sums hold at the present corner.
    pub fn holds(&self) -> bool {
        self.equations.iter().all(|terms| {
            let sum = self.start.sum(terms.clone());
            let (mut total, mut size) = (-sum, 1.0 + sum.abs());
            for (i, sign) in terms {
                total += sign * self.value(i);
                size += self.value(i);
            }
            total.abs() <= 1e-8 * size
        })
    }
}
