//! Kendall's tau-b in n log n.

use crate::tails::normal_two_sided;

pub(super) struct Tau {
    pub tau: f64,
    pub p_value: f64,
}

/// Sums over groups of tied values that the variance of tau needs.
#[derive(Default)]
struct Ties {
    pairs: f64,
    triples: f64,
    weighted: f64,
}

impl Ties {
    fn of(sizes: impl Iterator<Item = usize>) -> Self {
        let mut ties = Self::default();
        for t in sizes.map(|t| t as f64) {
            ties.pairs += t * (t - 1.0) / 2.0;
            ties.triples += t * (t - 1.0) * (t - 2.0);
            ties.weighted += t * (t - 1.0) * (2.0 * t + 5.0);
        }
        ties
    }
}

fn group_sizes(values: &[f64]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).collect()
}

/// tau-b and its normal p value; `None` when either list does not vary. Values must be finite.
pub(super) fn tau_b(x: &[f64], y: &[f64]) -> Option<Tau> {
    let n = x.len() as f64;
    let pairs = n * (n - 1.0) / 2.0;
    let ties_x = Ties::of(group_sizes(x).into_iter());
    let ties_y = Ties::of(group_sizes(y).into_iter());
    if ties_x.pairs >= pairs || ties_y.pairs >= pairs {
        return None;
    }
    let mut rows: Vec<(f64, f64)> = x.iter().zip(y).map(|(a, b)| (a + 0.0, b + 0.0)).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let both = Ties::of(rows.chunk_by(|a, b| a == b).map(<[(f64, f64)]>::len)).pairs;
    let mut column: Vec<f64> = rows.iter().map(|r| r.1).collect();
    let mut buffer = column.clone();
    let discordant = inversions(&mut column, &mut buffer) as f64;
    let score = pairs - ties_x.pairs - ties_y.pairs + both - 2.0 * discordant;
    let tau = score / ((pairs - ties_x.pairs).sqrt() * (pairs - ties_y.pairs).sqrt());
    let untied = n * (n - 1.0) * (2.0 * n + 5.0);
    let mut variance = (untied - ties_x.weighted - ties_y.weighted) / 18.0;
    variance += 2.0 * ties_x.pairs * ties_y.pairs / (n * (n - 1.0));
    if n > 2.0 {
        variance += ties_x.triples * ties_y.triples / (9.0 * n * (n - 1.0) * (n - 2.0));
    }
    let p_value = normal_two_sided(score / variance.sqrt());
    Some(Tau { tau: tau.clamp(-1.0, 1.0), p_value })
}

/// Pairs in the wrong order, counted while merge-sorting.
fn inversions(values: &mut [f64], buffer: &mut [f64]) -> u64 {
    let n = values.len();
    if n < 2 {
        return 0;
    }
    let middle = n / 2;
    let mut count = {
        let (left, right) = values.split_at_mut(middle);
        let (left_buffer, right_buffer) = buffer.split_at_mut(middle);
        inversions(left, left_buffer) + inversions(right, right_buffer)
    };
    let (mut i, mut j) = (0, middle);
    for slot in buffer.iter_mut() {
        if j >= n || (i < middle && values[i] <= values[j]) {
            *slot = values[i];
            i += 1;
        } else {
            *slot = values[j];
            j += 1;
            count += (middle - i) as u64;
        }
    }
    values.copy_from_slice(buffer);
    count
}
