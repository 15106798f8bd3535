//! A walk along the corners of what hidden cells can be.
//!
//! Bounding a cell is a linear program, and bounding all cells of a table is thousands of programs that differ in their goal
//! alone. Each starts at the corner at which the one before it ended, so that most take a few steps.

/// Larger tableaus than this are left to the solver, one program at a time.
const MOST_ENTRIES: usize = 8_000_000;
/// Smaller entries than this are rounding.
const TINY: f64 = 1e-9;
/// After so many steps without progress the entering unknown is the first and not the steepest, which cannot go in a circle.
const STEPS_BEFORE_CAUTION: usize = 40;
/// Sums are checked after so many steps.
const STEPS_BETWEEN_CHECKS: usize = 400;

/// Unknowns with their signs, and what they add up to.
pub(super) type Row = (Vec<(usize, f64)>, f64);

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

/// The present corner: each unknown in `inner` follows from those in `outer`, which are 0.
pub(super) struct Walk<'a> {
    rows: &'a [Row],
    start: &'a [f64],
    inner: Vec<usize>,
    outer: Vec<usize>,
    /// `inner[r]` is `values[r]` less the sum of `table[r][c]` times `outer[c]`.
    table: Vec<f64>,
    values: Vec<f64>,
    /// Where each unknown stands: a row, or a column counted on from the rows.
    place: Vec<usize>,
    steps: usize,
    line: Vec<f64>,
}

impl<'a> Walk<'a> {
    /// The corner next to the true counts; nothing when the table is too large for it.
    pub fn new(rows: &'a [Row], start: &'a [f64]) -> Option<Self> {
        if rows.len().saturating_mul(start.len()) > MOST_ENTRIES {
            return None;
        }
        let mut walk = Self {
            rows,
            start,
            inner: Vec::new(),
            outer: Vec::new(),
            table: Vec::new(),
            values: Vec::new(),
            place: vec![0; start.len()],
            steps: 0,
            line: Vec::new(),
        };
        walk.begin();
        Some(walk)
    }

    /// Solves the equations for as many unknowns as they determine, and moves the others to 0.
    fn begin(&mut self) {
        let width = self.start.len();
        let solved = self.rows.len().min(width / 2);
        self.inner.clear();
        self.outer = (0..width).collect();
        self.place = (0..width).collect();
        self.table = Vec::with_capacity(solved * (width - solved));
        // Equation by equation, so that those which say nothing new take no room.
        for (terms, _) in self.rows {
            self.solve_for_one_more(terms);
        }
        self.values = self.inner.iter().map(|i| self.start[*i]).collect();
        self.move_outer_to_zero();
    }

    /// Solves an equation for an outer unknown, which becomes an inner one; nothing when it follows from those before.
    fn solve_for_one_more(&mut self, terms: &[(usize, f64)]) {
        let (rows, columns) = (self.inner.len(), self.outer.len());
        self.line.clear();
        self.line.resize(columns, 0.0);
        for (unknown, sign) in terms {
            match self.place[*unknown].checked_sub(rows) {
                Some(column) => self.line[column] += sign,
                None => {
                    let own = &self.table[self.place[*unknown] * columns..][..columns];
                    self.line.iter_mut().zip(own).for_each(|(l, entry)| *l -= sign * entry);
                }
            }
        }
        let usable = (0..columns).filter(|c| self.line[*c].abs() > 1e-7);
        // Large counts are far from 0, so that the others can be moved without a step.
        let Some(column) = usable.max_by(|a, b| {
            let rank = |c: usize| (self.line[c].abs().min(1.0), self.start[self.outer[c]]);
            rank(*a).partial_cmp(&rank(*b)).unwrap_or(std::cmp::Ordering::Equal)
        }) else {
            return;
        };
        let scale = 1.0 / self.line.remove(column);
        self.line.iter_mut().for_each(|l| *l = if l.abs() > TINY { *l * scale } else { 0.0 });
        for row in 0..rows {
            let factor = self.table[row * columns + column];
            let (from, to) = (row * columns, row * (columns - 1));
            self.table.copy_within(from..from + column, to);
            self.table.copy_within(from + column + 1..from + columns, to + column);
            if factor != 0.0 {
                for (entry, l) in self.table[to..to + columns - 1].iter_mut().zip(&self.line) {
                    *entry -= factor * l;
                    if entry.abs() < TINY {
                        *entry = 0.0;
                    }
                }
            }
        }
        self.table.truncate(rows * (columns - 1));
        self.table.extend_from_slice(&self.line);
        let unknown = self.outer.remove(column);
        self.inner.push(unknown);
        self.place[unknown] = rows;
        for (column, unknown) in self.outer.iter().enumerate() {
            self.place[*unknown] = rows + 1 + column;
        }
    }

    fn move_outer_to_zero(&mut self) {
        let columns = self.outer.len();
        let left: Vec<f64> = self.outer.iter().map(|c| self.start[*c]).collect();
        for (column, count) in left.into_iter().enumerate() {
            if count > 0.0 {
                let mut reach = count;
                let mut stopped_by = None;
                for row in 0..self.inner.len() {
                    let entry = self.table[row * columns + column];
                    if entry < -TINY && self.values[row] / -entry < reach {
                        reach = self.values[row] / -entry;
                        stopped_by = Some(row);
                    }
                }
                for row in 0..self.inner.len() {
                    self.values[row] = (self.values[row] + reach * self.table[row * columns + column]).max(0.0);
                }
                if let Some(row) = stopped_by {
                    // The unknown that reached 0 takes the column; the other is worth what is left of it.
                    self.exchange(row, column);
                    self.values[row] = count - reach;
                }
            }
        }
    }

    /// Exchanges an inner and an outer unknown in the equations; the values are the caller's.
    fn exchange(&mut self, row: usize, column: usize) {
        let columns = self.outer.len();
        let own = &mut self.table[row * columns..(row + 1) * columns];
        let inverse = 1.0 / own[column];
        own.iter_mut().for_each(|v| *v *= inverse);
        own[column] = inverse;
        self.line.clear();
        self.line.extend_from_slice(own);
        self.line[column] = 0.0;
        for (other, line) in self.table.chunks_exact_mut(columns).enumerate() {
            let factor = line[column];
            if other == row || factor == 0.0 {
                continue;
            }
            line.iter_mut().zip(&self.line).for_each(|(v, p)| *v -= factor * p);
            line[column] = -factor * inverse;
        }
        let (gone, come) = (self.inner[row], self.outer[column]);
        (self.inner[row], self.outer[column]) = (come, gone);
        self.place[come] = row;
        self.place[gone] = self.inner.len() + column;
        self.steps += 1;
    }

    /// Lets an outer unknown grow until an inner one reaches 0; the row of that one and how far it went.
    fn advance(&mut self, column: usize) -> Option<f64> {
        let columns = self.outer.len();
        let mut found: Option<(usize, f64, f64)> = None;
        for row in 0..self.inner.len() {
            let entry = self.table[row * columns + column];
            if entry <= TINY {
                continue;
            }
            let reach = self.values[row] / entry;
            // Among equals the largest entry keeps the rounding small.
            if found.is_none_or(|(_, best, size)| reach < best - 1e-12 || reach <= best + 1e-12 && entry > size) {
                found = Some((row, reach, entry));
            }
        }
        let (row, reach, _) = found?;
        for other in 0..self.inner.len() {
            let entry = self.table[other * columns + column];
            if entry != 0.0 {
                self.values[other] = (self.values[other] - reach * entry).max(0.0);
            }
        }
        self.exchange(row, column);
        self.values[row] = reach;
        Some(reach)
    }

    /// Goes to the greatest (or least) value of an unknown, and tells the value of every unknown at each corner on the way.
    pub fn go(&mut self, unknown: usize, upwards: bool, limit: f64, mut seen: impl FnMut(usize, f64)) -> End {
        let most = self.steps + 50 * (self.inner.len() + self.outer.len()) + 1000;
        let mut idle = 0;
        loop {
            if self.steps > most {
                return End::Lost;
            }
            let (rows, columns) = (self.inner.len(), self.outer.len());
            let place = self.place[unknown];
            let column = if place >= rows {
                if !upwards {
                    seen(unknown, 0.0);
                    return End::Bound;
                }
                Some(place - rows)
            } else {
                let value = self.values[place];
                // The corner may have been reached on the way to somewhere else, or be the one at which the walk began.
                seen(unknown, value);
                if if upwards { value >= limit - 1e-9 } else { value <= limit + 1e-9 } {
                    return End::Bound;
                }
                let line = &self.table[place * columns..(place + 1) * columns];
                let gain = |c: &usize| if upwards { -line[*c] } else { line[*c] };
                let mut better = (0..columns).filter(|c| gain(c) > TINY);
                if idle > STEPS_BEFORE_CAUTION {
                    better.min_by_key(|c| self.outer[*c])
                } else {
                    better.by_ref().max_by(|a, b| gain(a).total_cmp(&gain(b)))
                }
            };
            let Some(column) = column else { return End::Bound };
            let Some(reach) = self.advance(column) else {
                return if upwards { End::Unlimited } else { End::Lost };
            };
            idle = if reach > 1e-9 { 0 } else { idle + 1 };
            if reach > 1e-9 {
                self.inner.iter().zip(&self.values).for_each(|(i, v)| seen(*i, *v));
                self.outer.iter().for_each(|i| seen(*i, 0.0));
            }
            if self.steps.is_multiple_of(STEPS_BETWEEN_CHECKS) && !self.holds() {
                self.begin();
                if !self.holds() {
                    return End::Lost;
                }
            }
        }
    }

    /// Whether all sums hold at the present corner.
    pub fn holds(&self) -> bool {
        let rows = self.inner.len();
        let value = |i: usize| if self.place[i] < rows { self.values[self.place[i]] } else { 0.0 };
        self.rows.iter().all(|(terms, sum)| {
            let (mut total, mut size) = (-sum, 1.0 + sum.abs());
            for (i, sign) in terms {
                total += sign * value(*i);
                size += value(*i);
            }
            total.abs() <= 1e-8 * size
        })
    }
}
