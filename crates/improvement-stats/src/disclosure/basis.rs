//! Equations solved for some of their unknowns, kept in a form that is as sparse as they are.
//!
//! Solved out, a table's equations would fill half of the hidden cells by the other half; as two triangles with few entries
//! they take about the room of the equations themselves. Source: Markowitz (1957), Management Science 3, for the order in which
//! they are eliminated; Forrest & Tomlin (1972), Mathematical Programming 2, for an exchange.

use std::{cmp::Reverse, collections::BinaryHeap};

use smallvec::SmallVec;

/// Smaller entries than this are rounding.
pub(super) const TINY: f64 = 1e-9;
/// A pivot is at least this part of the largest entry of its equation, so that rounding does not grow.
const LEAST_PART: f64 = 0.1;

/// Among so many of the shortest equations the next pivot is sought.
const EQUATIONS_TRIED: usize = 8;
/// What is left where entries cancel each other.
const NOTHING: f64 = 1e-14;
/// After so many exchanges the triangles are made anew.
const MOST_EXCHANGES: usize = 60;

/// An entry of an equation or a column, by its place there; packed, since there are many.
#[derive(Clone, Copy)]
#[repr(Rust, packed(4))]
struct Entry {
    place: u32,
    value: f64,
}

impl Entry {
    fn at(self) -> usize {
        self.place as usize
    }
}

/// An equation that was taken from others, or from which others were taken, and how often each.
struct Taken {
    equation: u32,
    times: Box<[Entry]>,
}

/// As many columns as there are equations, solved: a lower and an upper triangle, and the exchanges since then.
///
/// A column stands in a `slot`; which one is the caller's to know.
pub(super) struct Basis {
    size: usize,
    /// The equation and the slot of each pivot, in the order of the upper triangle.
    pivots: Vec<(u32, u32)>,
    /// The value of each equation's pivot, and its entries in the slots of later ones.
    diagonal: Vec<f64>,
    upper: Vec<Vec<Entry>>,
    /// What was taken from other equations, in time.
    lower: Vec<Taken>,
    /// From what others were taken when the column of its slot was exchanged, in time.
    exchanges: Vec<Taken>,
    /// How many entries the triangles had when they were made.
    fresh: usize,
    line: Vec<f64>,
    /// The last column that was solved, with the lower triangle alone.
    spike: Vec<f64>,
}

impl Basis {
    pub fn new(size: usize) -> Self {
        Self {
            size,
            pivots: Vec::new(),
            diagonal: vec![0.0; size],
            upper: Vec::new(),
            lower: Vec::new(),
            exchanges: Vec::new(),
            fresh: 0,
            line: vec![0.0; size],
            spike: vec![0.0; size],
        }
    }

    fn entries(&self) -> usize {
        let taken = self.lower.iter().chain(&self.exchanges).map(|taken| taken.times.len());
        taken.chain(self.upper.iter().map(Vec::len)).sum()
    }

    /// Whether exchanges have made the triangles so full or so many that they are better made anew.
    pub fn is_worn(&self) -> bool {
        self.exchanges.len() >= MOST_EXCHANGES || self.entries() > self.fresh + self.fresh.max(self.size) * 2 / 5
    }

    /// Takes in one column a slot, given by equation; false when they do not determine each other.
    pub fn factor<I: IntoIterator<Item = (usize, f64)>>(&mut self, column: impl Fn(usize) -> I) -> bool {
        self.pivots.clear();
        self.lower.clear();
        self.exchanges.clear();
        self.upper = Vec::new();
        self.lower.reserve_exact(self.size);
        self.pivots.reserve_exact(self.size);
        let mut left = Elimination::new(self.size, column);
        for _ in 0..self.size {
            let Some((equation, slot)) = left.cheapest() else {
                return false;
            };
            let pivot = left.take(equation, slot);
            let times = left.eliminate(equation, slot, pivot, &mut self.line);
            if !times.is_empty() {
                self.lower.push(Taken { equation: equation as u32, times });
            }
            self.diagonal[equation] = pivot;
            self.pivots.push((equation as u32, slot as u32));
        }
        self.upper = left.equations;
        self.fresh = self.entries();
        true
    }

    /// What each slot's column is worth when all together make `sums`, one an equation; by slot in the same place.
    pub fn solve(&mut self, sums: &mut [f64]) {
        for Taken { equation, times } in &self.lower {
            let sum = sums[*equation as usize];
            if sum != 0.0 {
                times.iter().for_each(|other| sums[other.at()] -= other.value * sum);
            }
        }
        for Taken { equation, times } in &self.exchanges {
            let rest: f64 = times.iter().map(|other| other.value * sums[other.at()]).sum();
            sums[*equation as usize] -= rest;
        }
        self.spike.copy_from_slice(sums);
        for (equation, slot) in self.pivots.iter().rev() {
            let equation = *equation as usize;
            let rest: f64 = self.upper[equation].iter().map(|other| other.value * self.line[other.at()]).sum();
            self.line[*slot as usize] = (sums[equation] - rest) / self.diagonal[equation];
        }
        sums.copy_from_slice(&self.line);
        self.line.fill(0.0);
    }

    /// What a unit in each equation is worth when a unit of each slot's column is worth `prices`; by equation in the same place.
    pub fn price(&mut self, prices: &mut [f64]) {
        for (equation, slot) in &self.pivots {
            let equation = *equation as usize;
            let own = prices[*slot as usize] / self.diagonal[equation];
            self.line[equation] = own;
            if own != 0.0 {
                self.upper[equation].iter().for_each(|other| prices[other.at()] -= other.value * own);
            }
        }
        for Taken { equation, times } in self.exchanges.iter().rev() {
            let own = self.line[*equation as usize];
            if own != 0.0 {
                times.iter().for_each(|other| self.line[other.at()] -= other.value * own);
            }
        }
        for Taken { equation, times } in self.lower.iter().rev() {
            let rest: f64 = times.iter().map(|other| other.value * self.line[other.at()]).sum();
            self.line[*equation as usize] -= rest;
        }
        prices.copy_from_slice(&self.line);
        self.line.fill(0.0);
    }

    /// Puts the column that was solved last into a slot, where it must have an entry.
    pub fn exchange(&mut self, slot: usize) {
        let Some(at) = self.pivots.iter().position(|(_, s)| *s as usize == slot) else {
            return;
        };
        let own = self.pivots.remove(at);
        let equation = own.0 as usize;
        self.upper.iter_mut().for_each(|entries| entries.retain(|entry| entry.at() != slot));
        // The equation goes behind all later ones, so those are taken from it until no slot of theirs is left in it.
        std::mem::take(&mut self.upper[equation]).into_iter().for_each(|entry| self.line[entry.at()] = entry.value);
        let mut pivot = self.spike[equation];
        let mut times = Vec::new();
        for (later, s) in &self.pivots[at..] {
            let left = std::mem::take(&mut self.line[*s as usize]);
            if left.abs() > NOTHING {
                let value = left / self.diagonal[*later as usize];
                self.upper[*later as usize].iter().for_each(|entry| self.line[entry.at()] -= value * entry.value);
                pivot -= value * self.spike[*later as usize];
                times.push(Entry { place: *later, value });
            }
        }
        for (other, value) in self.spike.iter().enumerate() {
            if other != equation && value.abs() > NOTHING {
                self.upper[other].reserve_exact(1);
                self.upper[other].push(Entry { place: slot as u32, value: *value });
            }
        }
        self.diagonal[equation] = pivot;
        self.pivots.push(own);
        if !times.is_empty() {
            self.exchanges.push(Taken { equation: own.0, times: times.into() });
        }
    }
}

/// Equations in the midst of being eliminated.
struct Elimination {
    /// The entries of each equation that is left, by slot.
    equations: Vec<Vec<Entry>>,
    /// The equations that have or had an entry in each slot; mostly few.
    slots: Vec<SmallVec<[u32; 4]>>,
    /// How many entries each slot has in what is left.
    counts: Vec<u32>,
    is_left: Vec<bool>,
    /// Slots that have, or had, a single entry.
    lonely: Vec<u32>,
    /// Equations by their length, or one that they had.
    shortest: BinaryHeap<Reverse<(u32, u32)>>,
}

impl Elimination {
    fn new<I: IntoIterator<Item = (usize, f64)>>(size: usize, column: impl Fn(usize) -> I) -> Self {
        let mut lengths = vec![0; size];
        (0..size).flat_map(&column).for_each(|(equation, _)| lengths[equation] += 1);
        let mut left = Self {
            equations: lengths.into_iter().map(Vec::with_capacity).collect(),
            slots: Vec::with_capacity(size),
            counts: Vec::with_capacity(size),
            is_left: vec![true; size],
            lonely: Vec::new(),
            shortest: BinaryHeap::with_capacity(size + size / 4),
        };
        for slot in 0..size {
            let mut own = SmallVec::new();
            for (equation, value) in column(slot) {
                left.equations[equation].push(Entry { place: slot as u32, value });
                own.push(equation as u32);
            }
            left.counts.push(own.len() as u32);
            left.slots.push(own);
        }
        left.lonely.extend((0..size as u32).rev().filter(|slot| left.counts[*slot as usize] == 1));
        left.shortest.extend(left.equations.iter().enumerate().map(|(e, entries)| Reverse((entries.len() as u32, e as u32))));
        left
    }

    /// A pivot that brings few new entries: of a slot with no other entry, or else in one of the shortest equations.
    fn cheapest(&mut self) -> Option<(usize, usize)> {
        while let Some(slot) = self.lonely.pop() {
            let mut left = self.slots[slot as usize].iter().map(|e| *e as usize).filter(|e| self.is_left[*e]);
            if self.counts[slot as usize] == 1
                && let Some(equation) = left.find(|e| self.is_large_enough(*e, slot))
            {
                return Some((equation, slot as usize));
            }
        }
        let mut tried = Vec::with_capacity(EQUATIONS_TRIED);
        let mut best: Option<(u32, usize, usize)> = None;
        while let Some(Reverse((length, equation))) = self.shortest.pop() {
            let entries = &self.equations[equation as usize];
            if !self.is_left[equation as usize] || entries.len() != length as usize {
                continue;
            }
            let usable = entries.iter().map(|entry| entry.place).filter(|s| self.is_large_enough(equation as usize, *s));
            if let Some(slot) = usable.min_by_key(|s| self.counts[*s as usize]) {
                let fill = (length - 1) * (self.counts[slot as usize] - 1);
                if best.is_none_or(|(least, ..)| fill < least) {
                    best = Some((fill, equation as usize, slot as usize));
                }
            }
            tried.push(Reverse((length, equation)));
            if tried.len() == EQUATIONS_TRIED {
                break;
            }
        }
        self.shortest.extend(tried);
        best.map(|(_, equation, slot)| (equation, slot))
    }

    fn is_large_enough(&self, equation: usize, slot: u32) -> bool {
        let entries = &self.equations[equation];
        let largest = entries.iter().map(|entry| entry.value.abs()).fold(0.0, f64::max);
        entries
            .iter()
            .filter(|entry| entry.place == slot)
            .any(|own| own.value.abs() > TINY && own.value.abs() >= LEAST_PART * largest)
    }

    /// Takes a pivot out: what is left of its equation stays as it is from now on.
    fn take(&mut self, equation: usize, slot: usize) -> f64 {
        self.is_left[equation] = false;
        for place in 0..self.equations[equation].len() {
            self.count_less(self.equations[equation][place].place);
        }
        self.slots[slot].retain(|e| self.is_left[*e as usize]);
        let own = &mut self.equations[equation];
        let pivot = own.iter().position(|entry| entry.at() == slot).map_or(0.0, |at| own.swap_remove(at).value);
        own.shrink_to_fit();
        pivot
    }

    fn count_less(&mut self, slot: u32) {
        let count = &mut self.counts[slot as usize];
        *count -= 1;
        if *count == 1 {
            self.lonely.push(slot);
        }
    }

    fn note_length(&mut self, equation: u32, length: usize) {
        if self.shortest.len() == self.shortest.capacity() {
            let (equations, is_left) = (&self.equations, &self.is_left);
            self.shortest.retain(|Reverse((length, e))| is_left[*e as usize] && equations[*e as usize].len() == *length as usize);
        }
        self.shortest.push(Reverse((length as u32, equation)));
    }

    /// Takes an equation from all that have an entry in `slot`, as often as that leaves none there; tells how often.
    /// `line` is 0 everywhere, before and after.
    fn eliminate(&mut self, equation: usize, slot: usize, pivot: f64, line: &mut [f64]) -> Box<[Entry]> {
        let own = std::mem::take(&mut self.equations[equation]);
        let mut taken = Vec::new();
        for other in std::mem::take(&mut self.slots[slot]) {
            let mut entries = std::mem::take(&mut self.equations[other as usize]);
            if let Some(at) = entries.iter().position(|entry| entry.at() == slot) {
                let times = entries.swap_remove(at).value / pivot;
                taken.push(Entry { place: other, value: times });
                own.iter().for_each(|entry| line[entry.at()] = times * entry.value);
                entries.retain_mut(|entry| {
                    entry.value -= std::mem::take(&mut line[entry.at()]);
                    let stays = entry.value.abs() > NOTHING;
                    if !stays {
                        self.count_less(entry.place);
                    }
                    stays
                });
                entries.reserve_exact(own.iter().filter(|entry| line[entry.at()] != 0.0).count());
                for Entry { place, .. } in own.iter().copied() {
                    let value = std::mem::take(&mut line[place as usize]);
                    if value != 0.0 {
                        entries.push(Entry { place, value: -value });
                        self.counts[place as usize] += 1;
                        let equations = &mut self.slots[place as usize];
                        if !equations.contains(&other) {
                            equations.reserve_exact(1);
                            equations.push(other);
                        }
                    }
                }
                self.note_length(other, entries.len());
            }
            self.equations[other as usize] = entries;
        }
        self.equations[equation] = own;
        taken.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    /// Columns with few entries, the diagonal among them so that most determine each other.
    fn sparse(size: usize, chance: &mut rand_chacha::ChaCha8Rng) -> Vec<Vec<(usize, f64)>> {
        let column = |slot: usize, chance: &mut rand_chacha::ChaCha8Rng| {
            let mut own = vec![((slot * 7 + 3) % size, 1.0)];
            for _ in 0..rng::below(chance, 4) {
                let equation = rng::below(chance, size);
                if own.iter().all(|(e, _)| *e != equation) {
                    own.push((equation, if rng::below(chance, 2) == 0 { 1.0 } else { -1.0 }));
                }
            }
            own
        };
        (0..size).map(|slot| column(slot, chance)).collect()
    }

    fn sums(columns: &[Vec<(usize, f64)>], worth: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; worth.len()];
        for (column, worth) in columns.iter().zip(worth) {
            column.iter().for_each(|(equation, entry)| sums[*equation] += entry * worth);
        }
        sums
    }

    fn differ(a: &[f64], b: &[f64]) -> bool {
        a.iter().zip(b).any(|(a, b)| (a - b).abs() > 1e-7)
    }

    #[test]
    fn columns_are_worth_what_makes_the_sums_also_after_exchanges() {
        let mut chance = rng::seeded(5);
        let size = 60;
        let (mut solved, mut exchanged) = (0, 0);
        for _ in 0..30 {
            let mut columns = sparse(size, &mut chance);
            let mut basis = Basis::new(size);
            if !basis.factor(|slot| columns[slot].clone()) {
                continue;
            }
            for (slot, new) in [(7, 40), (20, 3), (7, 12), (59, 0)] {
                let worth: Vec<f64> = (0..size).map(|_| rng::below(&mut chance, 20) as f64).collect();
                let mut found = sums(&columns, &worth);
                basis.solve(&mut found);
                assert!(!differ(&found, &worth), "{found:?} {worth:?}");
                // A price an equation gives each column a price; from those the first ones are found again.
                let prices: Vec<f64> = (0..size).map(|_| rng::below(&mut chance, 20) as f64).collect();
                let of_columns = columns.iter().map(|column| column.iter().map(|(e, entry)| entry * prices[*e]).sum());
                let mut found: Vec<f64> = of_columns.collect();
                basis.price(&mut found);
                assert!(!differ(&found, &prices), "{found:?} {prices:?}");
                solved += 1;

                let column = sparse(size, &mut chance).swap_remove(new);
                let mut line = vec![0.0; size];
                column.iter().for_each(|(equation, entry)| line[*equation] = *entry);
                basis.solve(&mut line);
                if line[slot].abs() > 1e-3 {
                    basis.exchange(slot);
                    columns[slot] = column;
                    exchanged += 1;
                }
            }
        }
        assert!(solved > 60 && exchanged > 20, "{solved} solved, {exchanged} exchanged");
    }

    #[test]
    fn columns_that_follow_from_each_other_are_refused() {
        let columns = [vec![(0, 1.0), (1, 1.0)], vec![(1, 1.0), (2, 1.0)], vec![(0, 1.0), (2, -1.0)]];
        assert!(!Basis::new(3).factor(|slot| columns[slot].clone()));
        let columns = [vec![(0, 1.0), (1, 1.0)], vec![(1, 1.0), (2, 1.0)], vec![(0, 1.0), (2, 1.0)]];
        assert!(Basis::new(3).factor(|slot| columns[slot].clone()));
    }
}
