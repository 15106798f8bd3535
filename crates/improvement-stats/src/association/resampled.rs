//! The correlation of resampled rows, quickly.

use super::correlation::{Method, pearson};
use super::kendall::tau_b;

/// Complete pairs prepared for many resamples.
pub(super) struct Resampled<'a> {
    x: &'a [f64],
    y: &'a [f64],
    method: Method,
    /// Place of each value among the distinct values; with it a resample is ranked by counting instead of sorting.
    codes: [Vec<usize>; 2],
}

impl<'a> Resampled<'a> {
    pub fn new(x: &'a [f64], y: &'a [f64], method: Method) -> Self {
        let codes = if method == Method::Spearman { [codes(x), codes(y)] } else { [Vec::new(), Vec::new()] };
        Self { x, y, method, codes }
    }

    /// The correlation of these rows; `None` when x or y does not vary in them.
    pub fn of(&self, rows: &[usize]) -> Option<f64> {
        let pick = |values: &[f64]| rows.iter().map(|i| values[*i]).collect::<Vec<f64>>();
        match self.method {
            Method::Spearman => self.spearman(rows),
            Method::Kendall => tau_b(&pick(self.x), &pick(self.y)).map(|t| t.tau),
            Method::Pearson | Method::PointBiserial => pearson(&pick(self.x), &pick(self.y)),
        }
    }

    fn spearman(&self, rows: &[usize]) -> Option<f64> {
        let [u, v] = [0, 1].map(|side| ranks(&self.codes[side], rows));
        let (mut product, mut left, mut right) = (0.0, 0.0, 0.0);
        for row in rows {
            let (a, b) = (u[self.codes[0][*row]], v[self.codes[1][*row]]);
            product += a * b;
            left += a * a;
            right += b * b;
        }
        (left > 0.0 && right > 0.0).then(|| (product / (left.sqrt() * right.sqrt())).clamp(-1.0, 1.0))
    }
}

fn codes(values: &[f64]) -> Vec<usize> {
    let mut distinct: Vec<f64> = values.iter().map(|v| v + 0.0).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    values.iter().map(|v| distinct.partition_point(|d| d < v)).collect()
}

/// Mid-rank of each code among the rows, minus the mean rank.
fn ranks(codes: &[usize], rows: &[usize]) -> Vec<f64> {
    let mut counts = vec![0usize; codes.len()];
    rows.iter().for_each(|row| counts[codes[*row]] += 1);
    let centre = (rows.len() as f64 + 1.0) / 2.0;
    let mut below = 0.0;
    counts
        .iter()
        .map(|&count| {
            let rank = below + (count as f64 + 1.0) / 2.0 - centre;
            below += count as f64;
            rank
        })
        .collect()
}
