//! p values from shuffling.

use std::rc::Rc;

use super::correlation::{Method, check_two_values, constant, scores, standardised};
use super::kendall::tau_b;
use crate::{Error, Result, Warning, rng};

/// How to permute.
#[derive(Debug, Clone, PartialEq)]
pub struct PermutationOptions {
    /// Number of random permutations; 9,999 gives p to two digits near 0.05.
    pub permutations: usize,
    /// Seed of the chance numbers: the same seed, the same answer.
    pub seed: u64,
    /// A block for each row (partnership, support model): values move only within their block. Empty for one block.
    pub blocks: Vec<usize>,
}

impl Default for PermutationOptions {
    fn default() -> Self {
        Self { permutations: 9999, seed: 1, blocks: Vec::new() }
    }
}

/// A correlation with its permutation p value.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Permutation {
    /// The correlation observed.
    pub estimate: f64,
    /// Two-sided p value: (1 + permutations at least as strong) / (permutations + 1).
    pub p_value: f64,
    /// Permutations at least as strong as the data.
    pub as_strong: usize,
    /// Permutations made.
    pub permutations: usize,
    /// Complete pairs.
    pub n: usize,
    /// Which correlation.
    pub method: &'static str,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Permutation tests of many items against one outcome: `None` for an item without an answer, with the reason.
pub type ManyPermutations = Vec<Result<Permutation>>;

/// Items, by their places, with what is computed of them.
type Members = Vec<(usize, Statistic)>;

/// Differences below this are rounding, and count as equally strong.
const EQUALLY_STRONG: f64 = 1e-12;

/// The statistic as a function of a reordered y.
enum Statistic {
    Product { x: Vec<f64>, y: Rc<[f64]> },
    Tau { x: Vec<f64>, y: Rc<[f64]> },
}

impl Statistic {
    fn new(x: &[f64], y: &[f64], method: Method) -> Result<Self> {
        if method == Method::PointBiserial {
            check_two_values(x)?;
        }
        if method == Method::Kendall {
            tau_b(x, y).ok_or_else(constant)?;
            return Ok(Self::Tau { x: x.to_vec(), y: y.into() });
        }
        let (u, v) = scores(x, y, method);
        match (standardised(&u), standardised(&v)) {
            (Some(x), Some(y)) => Ok(Self::Product { x, y: y.into() }),
            _ => Err(constant()),
        }
    }

    /// Holds the outcome together with another item that has the same complete rows.
    fn share(&mut self, other: &Self) {
        let (Self::Product { y: shared, .. } | Self::Tau { y: shared, .. }) = other;
        let (Self::Product { y, .. } | Self::Tau { y, .. }) = self;
        *y = Rc::clone(shared);
    }

    fn at(&self, order: &[usize]) -> f64 {
        match self {
            Self::Product { x, y } => x.iter().zip(order).map(|(a, &i)| a * y[i]).sum(),
            Self::Tau { x, y } => {
                let moved: Vec<f64> = order.iter().map(|&i| y[i]).collect();
                tau_b(x, &moved).map_or(0.0, |t| t.tau)
            }
        }
    }
}

/// Could chance alone have paired these values so strongly?
///
/// Use it with few rows, ties or odd distributions, where formulas for p are rough. With repeated rows of the same partnership
/// give `blocks`, so that values are shuffled within it only; the question then is about changes within partnerships. NaN in
/// either list means missing.
///
/// Formula: y is shuffled, x stays; p = (1 + number of shuffles with |r| at least as large) / (shuffles + 1), never 0.
///
/// # Errors
/// As [`super::correlate`]; [`Error::LengthMismatch`] for blocks, [`Error::TooFew`] without permutations, [`Error::Undefined`]
/// when no block holds two rows.
///
/// Source: Phipson & Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9.
///
/// ```
/// use improvement_stats::association::{Method, PermutationOptions, permutation_test};
/// let x: Vec<f64> = (0..20).map(f64::from).collect();
/// let test = permutation_test(&x, &x, Method::Spearman, &PermutationOptions::default())?;
/// assert_eq!(test.p_value, 1e-4);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn permutation_test(x: &[f64], y: &[f64], method: Method, options: &PermutationOptions) -> Result<Permutation> {
    let mut answers = permutation_tests(&[x], y, method, options);
    answers.pop().unwrap_or(Err(Error::Empty { what: "x" }))
}

/// The same for many items against one outcome; items with the same complete rows share their shuffles.
///
/// Correct the p values for their number afterwards ([`super::benjamini_hochberg`]).
///
/// # Errors
/// Each item answers for itself; see [`permutation_test`].
///
/// ```
/// use improvement_stats::association::{Method, PermutationOptions, permutation_tests};
/// let y = [1., 2., 3., 4., 5., 6.];
/// let items: [&[f64]; 2] = [&[1., 2., 3., 4., 5., 6.], &[2., 2., 2., 2., 2., 2.]];
/// let answers = permutation_tests(&items, &y, Method::Spearman, &PermutationOptions::default());
/// assert!(answers[0].is_ok() && answers[1].is_err());
/// ```
pub fn permutation_tests(items: &[&[f64]], y: &[f64], method: Method, options: &PermutationOptions) -> ManyPermutations {
    let mut answers: Vec<Option<Result<Permutation>>> = (0..items.len()).map(|_| None).collect();
    // Items by the rows in which they are complete.
    let mut groups: Vec<(Vec<usize>, Members)> = Vec::new();
    for (item, x) in items.iter().enumerate() {
        match prepare(x, y, method, options) {
            Err(error) => answers[item] = Some(Err(error)),
            Ok((kept, mut statistic)) => match groups.iter_mut().find(|g| g.0 == kept) {
                Some((_, members)) => {
                    statistic.share(&members[0].1);
                    members.push((item, statistic));
                }
                None => groups.push((kept, vec![(item, statistic)])),
            },
        }
    }
    for (kept, members) in groups {
        let blocks: Vec<usize> =
            if options.blocks.is_empty() { Vec::new() } else { kept.iter().map(|i| options.blocks[*i]).collect() };
        match shuffle_group(kept.len(), &blocks, &members, method, options) {
            Ok(found) => {
                for ((item, _), answer) in members.iter().zip(found) {
                    answers[*item] = Some(Ok(answer));
                }
            }
            Err(error) => members.iter().for_each(|(item, _)| answers[*item] = Some(Err(error.clone()))),
        }
    }
    answers.into_iter().map(|a| a.unwrap_or(Err(Error::Empty { what: "x" }))).collect()
}

fn prepare(x: &[f64], y: &[f64], method: Method, options: &PermutationOptions) -> Result<(Vec<usize>, Statistic)> {
    if options.permutations == 0 {
        return Err(Error::TooFew { what: "permutations", needed: 1, got: 0 });
    }
    if !options.blocks.is_empty() && options.blocks.len() != y.len() {
        let right_len = options.blocks.len();
        return Err(Error::LengthMismatch { left: "y", left_len: y.len(), right: "blocks", right_len });
    }
    let (a, b, kept) = super::complete_pairs(x, y)?;
    if kept.len() < 2 {
        return Err(Error::TooFew { what: "complete pairs", needed: 2, got: kept.len() });
    }
    Ok((kept, Statistic::new(&a, &b, method)?))
}

fn shuffle_group(
    n: usize,
    blocks: &[usize],
    members: &[(usize, Statistic)],
    method: Method,
    options: &PermutationOptions,
) -> Result<Vec<Permutation>> {
    let mut rows: Vec<usize> = (0..n).collect();
    if !blocks.is_empty() {
        rows.sort_by_key(|i| blocks[*i]);
    }
    let sizes: Vec<usize> =
        if blocks.is_empty() { vec![n] } else { rows.chunk_by(|a, b| blocks[*a] == blocks[*b]).map(<[usize]>::len).collect() };
    if sizes.iter().all(|s| *s < 2) {
        return Err(Error::Undefined { what: "permutation p value", reason: "no block has two complete rows to exchange" });
    }
    let straight: Vec<usize> = (0..n).collect();
    let observed: Vec<f64> = members.iter().map(|(_, s)| s.at(&straight)).collect();
    let mut as_strong = vec![0usize; members.len()];
    let mut chance = rng::seeded(options.seed);
    let mut order = straight;
    let mut moved = rows.clone();
    let mut shuffled_y: Vec<f64> = vec![0.0; n];
    for _ in 0..options.permutations {
        let mut start = 0;
        for size in &sizes {
            rng::shuffle(&mut chance, &mut moved[start..start + size]);
            start += size;
        }
        for (from, to) in rows.iter().zip(&moved) {
            order[*from] = *to;
        }
        let mut in_order = false;
        for ((_, statistic), (count, strength)) in members.iter().zip(as_strong.iter_mut().zip(&observed)) {
            let value = match statistic {
                // All members share the outcome's scores, so they are put in order once.
                Statistic::Product { x, y } => {
                    if !in_order {
                        order.iter().zip(&mut shuffled_y).for_each(|(i, slot)| *slot = y[*i]);
                        in_order = true;
                    }
                    dot(x, &shuffled_y)
                }
                Statistic::Tau { .. } => statistic.at(&order),
            };
            *count += usize::from(value.abs() >= strength.abs() - EQUALLY_STRONG);
        }
    }
    let total = options.permutations;
    let answer = |(strength, count): (&f64, usize)| Permutation {
        estimate: strength.clamp(-1.0, 1.0),
        p_value: (1 + count) as f64 / (total + 1) as f64,
        as_strong: count,
        permutations: total,
        n,
        method: method.name(),
        warnings: cautions(n, total),
    };
    Ok(observed.iter().zip(as_strong).map(answer).collect())
}

/// Four running sums let the processor work on several products at once.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (mut left, mut right) = (x.chunks_exact(4), y.chunks_exact(4));
    for (a, b) in left.by_ref().zip(right.by_ref()) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    sums[0] + sums[1] + (sums[2] + sums[3]) + rest
}

fn cautions(n: usize, permutations: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if permutations < 999 {
        warnings.push(Warning::new("few_permutations", format!("Only {permutations} permutations: the p value is rough.")));
    }
    if n < 20 {
        warnings.push(Warning::new("few_pairs", format!("With {n} pairs only a very strong relation can be seen.")));
    }
    warnings
}

/// The permutation p value of given permutations (each a list of positions counted from 0): y moves, x stays.
///
/// For checking another program and for permutations with a structure of their own.
///
/// # Errors
/// As [`permutation_test`]; [`Error::Invalid`] when a permutation is not one of the complete pairs.
///
/// ```
/// use improvement_stats::association::{Method, p_value_of_permutations};
/// let test = p_value_of_permutations(&[1., 2., 3.], &[1., 2., 4.], Method::Pearson, &[vec![2, 1, 0], vec![0, 2, 1]])?;
/// assert_eq!(test.p_value, 2.0 / 3.0);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn p_value_of_permutations(x: &[f64], y: &[f64], method: Method, orders: &[Vec<usize>]) -> Result<Permutation> {
    let options = PermutationOptions { permutations: orders.len(), seed: 0, blocks: Vec::new() };
    let (kept, statistic) = prepare(x, y, method, &options)?;
    let n = kept.len();
    let straight: Vec<usize> = (0..n).collect();
    let observed = statistic.at(&straight);
    let mut as_strong = 0;
    for (index, order) in orders.iter().enumerate() {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if sorted != straight {
            return Err(Error::Invalid(format!("permutation {index} does not name each of the {n} complete pairs once")));
        }
        as_strong += usize::from(statistic.at(order).abs() >= observed.abs() - EQUALLY_STRONG);
    }
    let p_value = (1 + as_strong) as f64 / (orders.len() + 1) as f64;
    let warnings = cautions(n, orders.len());
    let estimate = observed.clamp(-1.0, 1.0);
    Ok(Permutation { estimate, p_value, as_strong, permutations: orders.len(), n, method: method.name(), warnings })
}

/// The exact p value from all orders of y, for at most 9 complete pairs.
///
/// Formula: the share of all n! orders with |r| at least as large as observed.
///
/// # Errors
/// As [`super::correlate`], and [`Error::OutOfRange`] for more than 9 pairs.
///
/// Source: Fisher (1935), The Design of Experiments.
///
/// ```
/// use improvement_stats::association::{Method, exact_p_value};
/// let exact = exact_p_value(&[1., 2., 2., 4.], &[3., 1., 4., 6.], Method::Spearman)?;
/// assert_eq!((exact.p_value, exact.permutations), (0.5, 24));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn exact_p_value(x: &[f64], y: &[f64], method: Method) -> Result<Permutation> {
    let (kept, statistic) = prepare(x, y, method, &PermutationOptions::default())?;
    let n = kept.len();
    if n > 9 {
        return Err(Error::OutOfRange { what: "number of pairs", value: n as f64, expected: "at most 9 for all orders" });
    }
    let mut order: Vec<usize> = (0..n).collect();
    let observed = statistic.at(&order);
    let strong = |order: &[usize]| usize::from(statistic.at(order).abs() >= observed.abs() - EQUALLY_STRONG);
    let (mut as_strong, mut total) = (strong(&order), 1);
    // Heap's algorithm: each step exchanges two places.
    let mut counters = vec![0; n];
    let mut level = 1;
    while level < n {
        if counters[level] < level {
            let other = if level % 2 == 0 { 0 } else { counters[level] };
            order.swap(other, level);
            as_strong += strong(&order);
            total += 1;
            counters[level] += 1;
            level = 1;
        } else {
            counters[level] = 0;
            level += 1;
        }
    }
    let p_value = as_strong as f64 / total as f64;
    let estimate = observed.clamp(-1.0, 1.0);
    let warnings = cautions(n, 1000);
    Ok(Permutation { estimate, p_value, as_strong, permutations: total, n, method: method.name(), warnings })
}
