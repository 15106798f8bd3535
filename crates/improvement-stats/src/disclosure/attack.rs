//! What an attacker can work out: hidden cells as unknowns of linear programs.

use microlp::{ComparisonOp, OptimizationDirection, Problem};

use super::LinkedTable;

/// Hidden cells that hang together through sums, with the equations that are left of them.
pub(super) struct Component {
    pub cells: Vec<usize>,
    /// Unknowns (by place in `cells`) with their signs, and what they add up to.
    rows: Vec<(Vec<(usize, f64)>, f64)>,
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
    let mut leader: Vec<usize> = (0..hidden.len()).collect();
    fn find(leader: &mut [usize], mut cell: usize) -> usize {
        while leader[cell] != cell {
            leader[cell] = leader[leader[cell]];
            cell = leader[cell];
        }
        cell
    }
    let unknowns = |relation: &super::Relation| -> Vec<(usize, f64)> {
        let parts = relation.parts.iter().map(|c| (*c, 1.0));
        parts.chain([(relation.total, -1.0)]).filter(|(c, _)| hidden[*c]).collect()
    };
    for relation in table.relations() {
        let cells = unknowns(relation);
        for pair in cells.windows(2) {
            let (a, b) = (find(&mut leader, pair[0].0), find(&mut leader, pair[1].0));
            leader[a] = b;
        }
    }
    let mut component_of = vec![usize::MAX; hidden.len()];
    let mut place = vec![0; hidden.len()];
    let mut components: Vec<Component> = Vec::new();
    for cell in (0..hidden.len()).filter(|c| hidden[*c]) {
        let head = find(&mut leader, cell);
        if component_of[head] == usize::MAX {
            component_of[head] = components.len();
            components.push(Component::empty());
        }
        let component = &mut components[component_of[head]];
        component_of[cell] = component_of[head];
        place[cell] = component.cells.len();
        component.cells.push(cell);
        let count = table.counts()[cell] as f64;
        component.seen.push((count, count));
    }
    for relation in table.relations() {
        let cells = unknowns(relation);
        if let Some((first, _)) = cells.first() {
            let sum = cells.iter().map(|(c, sign)| sign * table.counts()[*c] as f64).sum();
            let row = cells.iter().map(|(c, sign)| (place[*c], *sign)).collect();
            components[component_of[*first]].rows.push((row, sum));
        }
    }
    components.iter_mut().for_each(Component::limit);
    components
}

impl Component {
    fn empty() -> Self {
        Self { cells: vec![], rows: vec![], low: vec![], high: vec![], seen: vec![], incomplete: false }
    }

    /// Tightens each unknown's limits by each equation until nothing changes, or some rounds have passed.
    fn limit(&mut self) {
        self.low = vec![0.0; self.cells.len()];
        self.high = vec![f64::INFINITY; self.cells.len()];
        for _ in 0..20 {
            let mut changed = false;
            for (row, sum) in &self.rows {
                for &(unknown, sign) in row {
                    let (mut least, mut most) = (*sum, *sum);
                    for &(other, other_sign) in row.iter().filter(|(o, _)| *o != unknown) {
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

    /// Widens what has been seen of an unknown to its exact range, or until it is `enough` wide.
    pub fn widen(&mut self, unknown: usize, enough: f64) {
        for direction in [OptimizationDirection::Maximize, OptimizationDirection::Minimize] {
            let (low, high) = self.seen[unknown];
            let upwards = direction == OptimizationDirection::Maximize;
            let reached = if upwards { high >= self.high[unknown] - 0.5 } else { low <= self.low[unknown] + 0.5 };
            if high - low >= enough {
                return;
            }
            if !reached {
                self.solve(unknown, direction);
            }
        }
    }

    /// Moves all unknowns that are not yet `enough` wide at once, some up and some down. A few such programs settle most
    /// unknowns of a large component, which spares a program for each.
    pub fn widen_together(&mut self, enough: f64) {
        if self.cells.len() < 8 {
            return;
        }
        for round in 0..6u64 {
            let mut goal = vec![0.0; self.cells.len()];
            for (i, (low, high)) in self.seen.iter().enumerate().filter(|(_, s)| s.1 - s.0 < enough) {
                // Multiplying by an odd constant spreads the signs without any pattern along rows or columns.
                let sign = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (40 + round) & 1;
                let upwards = (sign == 1) ^ (round % 2 == 1);
                let room = if upwards { self.high[i] - high } else { low - self.low[i] };
                goal[i] = if room <= 0.5 {
                    0.0
                } else if upwards {
                    1.0
                } else {
                    -1.0
                };
            }
            if goal.iter().all(|g| *g == 0.0) {
                return;
            }
            self.optimise(&goal, OptimizationDirection::Maximize, None);
        }
    }

    fn solve(&mut self, unknown: usize, direction: OptimizationDirection) {
        let mut goal = vec![0.0; self.cells.len()];
        goal[unknown] = 1.0;
        self.optimise(&goal, direction, Some(unknown));
    }

    fn optimise(&mut self, goal: &[f64], direction: OptimizationDirection, unknown: Option<usize>) {
        let mut problem = Problem::new(direction);
        let variables: Vec<microlp::Variable> =
            goal.iter().map(|weight| problem.add_var(*weight, (0.0, f64::INFINITY))).collect();
        for (row, sum) in &self.rows {
            let terms: Vec<(microlp::Variable, f64)> = row.iter().map(|(i, sign)| (variables[*i], *sign)).collect();
            problem.add_constraint(&terms, ComparisonOp::Eq, *sum);
        }
        match problem.solve().map(|outcome| outcome.into_solution()) {
            Ok(Ok(solution)) => {
                for (seen, variable) in self.seen.iter_mut().zip(&variables) {
                    let value = solution.var_value(*variable);
                    *seen = (seen.0.min(value), seen.1.max(value));
                }
            }
            // Hidden cells that nothing published limits have no largest value.
            Err(microlp::Error::Unbounded) => {
                if let Some(unknown) = unknown {
                    self.seen[unknown].1 = f64::INFINITY;
                }
            }
            _ => self.incomplete |= unknown.is_some(),
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
