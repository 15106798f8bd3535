//! How fast pages were answered lately, for the operator's page: the last thousand answers of this process, no more.

use std::{
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
    time::Duration,
};

/// How many answers are remembered.
const KEPT: usize = 1000;

static TIMES: [AtomicU32; KEPT] = [const { AtomicU32::new(0) }; KEPT];
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// How fast pages were answered lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many answers this looks back on.
    pub answers: usize,
    /// Half of them took no longer.
    pub half: Duration,
    /// All but one in twenty took no longer.
    pub most: Duration,
}

/// The pace of this process; nothing before its first page.
#[must_use]
pub fn pace() -> Option<Pace> {
    let answers = COUNT.load(Ordering::Relaxed).min(KEPT);
    let times: Vec<u32> = TIMES.iter().take(answers).map(|time| time.load(Ordering::Relaxed)).collect();
    of(times)
}

fn of(mut times: Vec<u32>) -> Option<Pace> {
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share).div_ceil(100).saturating_sub(1)).map(|time| micros(*time));
    Some(Pace { answers: times.len(), half: at(50)?, most: at(95)? })
}

fn micros(time: u32) -> Duration {
    Duration::from_micros(u64::from(time))
}

/// Remembers an answer; of what is not a page, nothing.
pub(super) fn note(route: &str, took: Duration) {
    if matches!(route, "none" | "/assets/{*name}" | "/healthz" | "/readyz" | "/metrics") {
        return;
    }
    let place = COUNT.fetch_add(1, Ordering::Relaxed) % KEPT;
    TIMES[place].store(u32::try_from(took.as_micros()).unwrap_or(u32::MAX), Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_the_half_and_of_nearly_all() {
        let pace = of((1..=100).rev().collect()).expect("a hundred answers");
        assert_eq!(pace, Pace { answers: 100, half: micros(50), most: micros(95) });
        assert_eq!(of(vec![7]).map(|one| (one.half, one.most)), Some((micros(7), micros(7))));
        assert_eq!(of(Vec::new()), None);
    }
}
