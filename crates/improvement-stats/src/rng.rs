//! Chance that is the same on every machine.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The generator behind every resampling method of this crate.
pub type Rng = ChaCha8Rng;

/// A generator whose numbers depend on `seed` only: not on the machine, the word size or the number of threads.
///
/// ```
/// use improvement_stats::rng;
/// let mut first = rng::seeded(7);
/// let mut second = rng::seeded(7);
/// assert_eq!(rng::below(&mut first, 1000), rng::below(&mut second, 1000));
/// ```
pub fn seeded(seed: u64) -> Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A whole number from 0 to `bound - 1`, each equally likely; 0 when `bound` is 0.
///
/// Drawn as `u64`, since the draw of a `usize` depends on the word size.
///
/// ```
/// use improvement_stats::rng;
/// assert!(rng::below(&mut rng::seeded(1), 3) < 3);
/// ```
pub fn below(rng: &mut Rng, bound: usize) -> usize {
    if bound == 0 { 0 } else { rng.random_range(0..bound as u64) as usize }
}

/// Puts `items` in a random order, each order equally likely (Fisher-Yates).
///
/// ```
/// use improvement_stats::rng;
/// let mut items = [1, 2, 3];
/// rng::shuffle(&mut rng::seeded(1), &mut items);
/// items.sort();
/// assert_eq!(items, [1, 2, 3]);
/// ```
pub fn shuffle<T>(rng: &mut Rng, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(rng, last + 1));
    }
}
