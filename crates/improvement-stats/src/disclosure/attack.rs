//! What an attacker can work out: hidden cells as unknowns of linear programs.

use microlp::{ComparisonOp, OptimizationDirection, Problem};

use super::{
    LinkedTable,
    equations::Terms,
    walk::{End, Start, Walk},
};

/// Hidden cells that hang together through sums, with the equations that are left of them.
pub(super) struct Component {
    pub cells: Vec<u32>,
    /// Over the cells by their place in `cells`; each adds up to what the true counts do.
    equations: Terms,
    /// Limits that follow from single equations.
    low: Vec<f64>,
    high: Vec<f64>,
    /// Least and greatest value of each unknown among the solutions met so far.
    pub seen: Vec<(f64, f64)>,
    /// Whether a linear program could not be solved; its bound is then what was seen.
    pub incomplete: bool,
}

/// Splits the hidden cells into components that share no equation.
pub(super) fn components(table: &LinkedTable, hidden: &[bool]) -> Vec<Component> {
    let mut leader: Vec<u32> = (0..hidden.len() as u32).collect();
    fn find(leader: &mut [u32], cell: usize) -> usize {
        let mut cell = cell;
        while leader[cell] as usize != cell {
            leader[cell] = leader[leader[cell] as usize];
            cell = leader[cell] as usize;
        }
        cell
    }
    fn unknowns<'a>(relation: &'a super::Relation, hidden: &'a [bool]) -> impl Iterator<Item = (usize, f64)> + Clone + 'a {
        let parts = relation.parts.iter().map(|c| (*c, 1.0));
        parts.chain([(relation.total, -1.0)]).filter(|(c, _)| hidden[*c])
    }
    for relation in table.relations() {
        let cells = unknowns(relation, hidden);
        for ((a, _), (b, _)) in cells.clone().zip(cells.skip(1)) {
            let (a, b) = (find(&mut leader, a), find(&mut leader, b));
            leader[a] = b as u32;
        }
    }
    let mut component_of: Vec<Option<u32>> = vec![None; hidden.len()];
    let mut place = vec![0_u32; hidden.len()];
    let mut components: Vec<Component> = Vec::new();
    for cell in (0..hidden.len()).filter(|c| hidden[*c]) {
        let head = find(&mut leader, cell);
        let own = *component_of[head].get_or_insert_with(|| {
            components.push(Component::empty());
            components.len() as u32 - 1
        });
        component_of[cell] = Some(own);
        let component = &mut components[own as usize];
        place[cell] = component.cells.len() as u32;
        component.cells.push(cell as u32);
        let count = table.counts()[cell] as f64;
        component.seen.push((count, count));
    }
    for relation in table.relations() {
        let cells = unknowns(relation, hidden);
        if let Some(own) = cells.clone().next().and_then(|(first, _)| component_of[first]) {
            components[own as usize].equations.push(cells.map(|(c, sign)| (place[c] as usize, sign)));
        }
    }
    components.iter_mut().for_each(Component::limit);
    components
}

impl Component {
    fn empty() -> Self {
        Self { cells: vec![], equations: Terms::default(), low: vec![], high: vec![], seen: vec![], incomplete: false }
    }

    /// Tightens each unknown's limits by each equation until nothing changes, or some rounds have passed.
    fn limit(&mut self) {
        self.equations.shrink_to_fit();
        self.cells.shrink_to_fit();
        self.seen.shrink_to_fit();
        self.low = vec![0.0; self.cells.len()];
        self.high = vec![f64::INFINITY; self.cells.len()];
        for _ in 0..20 {
            let mut changed = false;
            for terms in self.equations.iter() {
                // What has been seen so far is the true counts.
                let sum: f64 = terms.clone().map(|(unknown, sign)| sign * self.seen[unknown].0).sum();
                for (unknown, sign) in terms.clone() {
                    let (mut least, mut most) = (sum, sum);
                    for (other, other_sign) in terms.clone().filter(|(o, _)| *o != unknown) {
                        let (low, high) = (self.low[other], self.high[other]);
                        most -= if other_sign > 0.0 { low } else { -high };
                        least -= if other_sign > 0.0 { high } else { -low };
                    }
                    let (least, most) = if sign > 0.0 { (least, most) } else { (-most, -least) };
                    if least > self.low[unknown] {
                        self.low[unknown] = least;
                        changed = true;
                    }
                    if most < self.high[unknown] {
                        self.high[unknown] = most;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
    }

    /// Widens what has been seen of each unknown to its exact range, or until it is `enough` wide.
    pub fn widen_all(&mut self, counts: &[u64], enough: f64) {
        let (equations, cells) = (std::mem::take(&mut self.equations), std::mem::take(&mut self.cells));
        let start = Start { counts, cells: &cells };
        let mut walk = Walk::new(&equations, start);
        let mut left = Vec::new();
        for unknown in 0..cells.len() {
            for upwards in [true, false] {
                if self.settled(unknown, upwards, enough) {
                    continue;
                }
                let limit = if upwards { self.high[unknown] } else { self.low[unknown] };
                let seen = &mut self.seen;
                let end = walk.go(unknown, upwards, limit, |i, value| seen[i] = (seen[i].0.min(value), seen[i].1.max(value)));
                match end {
                    End::Bound => {}
                    End::Unlimited => self.seen[unknown].1 = f64::INFINITY,
                    End::Lost => left.push((unknown, upwards)),
                }
            }
        }
        // What was seen at a corner where the sums no longer hold would be no proof.
        if !walk.holds() {
            self.seen = (0..cells.len()).map(|unknown| (start.of(unknown), start.of(unknown))).collect();
            left = (0..cells.len()).flat_map(|unknown| [(unknown, true), (unknown, false)]).collect();
        }
        (self.equations, self.cells) = (equations, cells);
        for (unknown, upwards) in left {
            if !self.settled(unknown, upwards, enough) {
                let direction = if upwards { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize };
                self.solve(counts, unknown, direction);
            }
        }
    }

    /// Whether more width would change no answer: the unknown is wide enough, or at the last whole number within its limit.
    fn settled(&self, unknown: usize, upwards: bool, enough: f64) -> bool {
        let (low, high) = self.seen[unknown];
        // Without a width that is enough both ends are sought, also of an unknown that nothing limits from above.
        enough.is_finite() && high - low >= enough
            || if upwards {
                (high + 1e-6).floor() >= (self.high[unknown] + 1e-6).floor()
            } else {
                (low - 1e-6).ceil() <= (self.low[unknown] - 1e-6).ceil()
            }
    }

    /// One program by the solver, for what the walk left.
    fn solve(&mut self, counts: &[u64], unknown: usize, direction: OptimizationDirection) {
        let start = Start { counts, cells: &self.cells };
        let mut problem = Problem::new(direction);
        let weight = |i: usize| if i == unknown { 1.0 } else { 0.0 };
        let variables: Vec<microlp::Variable> =
            (0..self.cells.len()).map(|i| problem.add_var(weight(i), (0.0, f64::INFINITY))).collect();
        for terms in self.equations.iter() {
            let sum = start.sum(terms.clone());
            let terms: Vec<(microlp::Variable, f64)> = terms.map(|(i, sign)| (variables[i], sign)).collect();
            problem.add_constraint(&terms, ComparisonOp::Eq, sum);
        }
        match problem.solve().map(|outcome| outcome.into_solution()) {
            Ok(Ok(solution)) => {
                for (seen, variable) in self.seen.iter_mut().zip(&variables) {
                    let value = solution.var_value(*variable);
                    *seen = (seen.0.min(value), seen.1.max(value));
                }
            }
            // Hidden cells that nothing published limits have no largest value.
            Err(microlp::Error::Unbounded) => self.seen[unknown].1 = f64::INFINITY,
            _ => self.incomplete = true,
        }
    }

    /// The whole numbers that an unknown can be.
    pub fn range(&self, unknown: usize) -> (u64, Option<u64>) {
        let (low, high) = self.seen[unknown];
        let slack = 1e-6 * (1.0 + low.abs());
        let top = (high + 1e-6 * (1.0 + high.abs())).floor();
        ((low - slack).ceil().max(0.0) as u64, high.is_finite().then_some(top as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{disclosure::Dimension, rng};

    /// Bounds of all hidden cells, by the walk and by a program of the solver for each.
    fn both_ways(table: &LinkedTable, hidden: &[bool]) -> Vec<[(u64, Option<u64>); 2]> {
        let mut bounds = Vec::new();
        for (mut walked, mut solved) in components(table, hidden).into_iter().zip(components(table, hidden)) {
            walked.widen_all(table.counts(), f64::INFINITY);
            for unknown in 0..solved.cells.len() {
                solved.solve(table.counts(), unknown, OptimizationDirection::Maximize);
                solved.solve(table.counts(), unknown, OptimizationDirection::Minimize);
            }
            assert!(!walked.incomplete && !solved.incomplete);
            bounds.extend((0..solved.cells.len()).map(|unknown| [walked.range(unknown), solved.range(unknown)]));
        }
        bounds
    }

    #[test]
    fn the_walk_finds_the_bounds_that_the_solver_finds() {
        let mut chance = rng::seeded(11);
        let dimensions =
            [Dimension::flat(3), Dimension::flat(4), Dimension { parents: vec![Some(3), Some(3), Some(4), Some(4), None] }];
        let mut open = 0;
        for _ in 0..25 {
            let places = (0..3).flat_map(|a| (0..4).flat_map(move |b| (0..3).map(move |c| vec![a, b, c])));
            let inner: Vec<(Vec<usize>, u64)> = places.map(|place| (place, rng::below(&mut chance, 30) as u64)).collect();
            let table = LinkedTable::from_dimensions(&dimensions, &inner).unwrap();
            let hidden: Vec<bool> = table.counts().iter().map(|_| rng::below(&mut chance, 10) < 7).collect();
            for [walked, solved] in both_ways(&table, &hidden) {
                assert_eq!(walked, solved);
                open += usize::from(walked.1 != Some(walked.0));
            }
        }
        assert!(open > 600, "only {open} cells have a range, which tells little");
    }
}
