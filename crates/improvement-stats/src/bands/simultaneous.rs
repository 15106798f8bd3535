use statrs::function::gamma::{checked_gamma_ur, ln_gamma};

use super::total;
use crate::proportion::{critical_z, wilson};
use crate::{Error, Interval, Result, Warning, check_level};

/// How intervals for all bands at once are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum BandsMethod {
    /// Score intervals at a level divided by the number of bands (Goodman 1965): works for any counts, zeros included.
    #[default]
    Goodman,
    /// Equal widths from an approximation of the multinomial (Sison and Glaz 1995): narrower with many bands of 5 or
    /// more.
    SisonGlaz,
}

/// The share in one band.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BandShare {
    /// How many are in the band.
    pub count: u64,
    /// Their share, between 0 and 1.
    pub estimate: f64,
    /// Interval that holds together with those of all other bands.
    pub interval: Interval,
    /// Wilson interval for this band alone: narrower, right only when one band was chosen before looking.
    pub alone: Interval,
}

/// The shares of all bands.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Bands {
    /// The bands in the order given.
    pub bands: Vec<BandShare>,
    /// How many in all bands.
    pub n: u64,
    /// How the intervals were made.
    pub method: BandsMethod,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// What shares are in each band, with intervals that hold for all bands at once?
///
/// Use it whenever several bands are shown side by side. `counts` is one number a band, lowest band first by custom;
/// order does not matter here.
///
/// Goodman in words: Wilson limits with z² replaced by the chi-squared quantile (1 degree of freedom) at 1 - (1 -
/// level)/bands. Sison-Glaz in words: the smallest whole number c for which the chance that every count stays within c
/// of its expectation reaches `level` (Poisson counts cut to a box, joined by an Edgeworth expansion), interpolated
/// between c and c + 1 at the upper end.
///
/// # Errors
/// [`Error::Empty`] without bands, [`Error::TooFew`] without anybody, [`Error::OutOfRange`] for a wrong level or more
/// than 100 million; [`Error::Undefined`] when Sison-Glaz finds no width (all in one band): use Goodman.
///
/// ```
/// use improvement_stats::bands::{BandsMethod, bands};
/// let shares = bands(&[2, 11, 17, 10], BandsMethod::Goodman, 0.95)?;
/// assert_eq!(shares.n, 40);
/// assert!(shares.bands[2].interval.contains(0.425));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn bands(counts: &[u64], method: BandsMethod, level: f64) -> Result<Bands> {
    let n = total(counts, "band counts")?;
    check_level(level)?;
    let size = n as f64;
    let ends: Vec<(f64, f64)> = match method {
        BandsMethod::Goodman => {
            let z = critical_z(1.0 - (1.0 - level) / counts.len() as f64);
            counts.iter().map(|&x| wilson(x as f64, size, z)).collect()
        }
        BandsMethod::SisonGlaz => {
            if n > MOST_FOR_SISON_GLAZ {
                let expected = "at most a million for Sison-Glaz; use Goodman";
                return Err(Error::OutOfRange { what: "n", value: size, expected });
            }
            let (steps, part) = sison_glaz_width(counts, size, level)?;
            let ends = |&x: &u64| {
                let share = x as f64 / size;
                ((share - steps / size).max(0.0), (share + (steps + 2.0 * part) / size).min(1.0))
            };
            counts.iter().map(ends).collect()
        }
    };
    let z = critical_z(level);
    let shares = counts.iter().zip(ends).map(|(&count, (low, high))| {
        let alone = wilson(count as f64, size, z);
        BandShare {
            count,
            estimate: count as f64 / size,
            interval: Interval::new(low, high, level),
            alone: Interval::new(alone.0, alone.1, level),
        }
    });
    let mut warnings = Vec::new();
    if method == BandsMethod::SisonGlaz && counts.iter().any(|&count| count < 5) {
        let text = "Sison-Glaz is an approximation for counts of 5 or more, and some band has fewer: prefer Goodman.";
        warnings.push(Warning::new("small_counts", text));
    }
    Ok(Bands { bands: shares.collect(), n, method, warnings })
}

/// Beyond this the search for the width would take longer than anybody waits.
const MOST_FOR_SISON_GLAZ: u64 = 1_000_000;

/// Whole steps c and the part of the next one.
fn sison_glaz_width(counts: &[u64], n: f64, level: f64) -> Result<(f64, f64)> {
    let mut steps = 1.0;
    let mut here = coverage(counts, n, steps);
    while steps <= n {
        let next = coverage(counts, n, steps + 1.0);
        if here <= level && level < next {
            return Ok((steps, (level - here) / (next - here)));
        }
        steps += 1.0;
        here = next;
    }
    Err(Error::Undefined { what: "the Sison-Glaz interval", reason: "no width reaches the level for these counts; use Goodman" })
}

/// Approximate chance that every count stays within `steps` of what was seen.
fn coverage(counts: &[u64], n: f64, steps: f64) -> f64 {
    let (mut log_inside, mut mean, mut variance, mut third, mut fourth) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &count in counts {
        let rate = count as f64;
        let (bottom, top) = ((rate - steps).max(0.0), (rate + steps).min(n));
        log_inside += poisson_between(bottom, top, rate).ln();
        let [m1, m2, m3, m4] = [1.0, 2.0, 3.0, 4.0].map(|order| factorial_moment(bottom, top, rate, order));
        let var = m2 + m1 - m1 * m1;
        mean += m1;
        variance += var;
        third += m3 + m2 * (3.0 - 3.0 * m1) + m1 - 3.0 * m1.powi(2) + 2.0 * m1.powi(3);
        fourth += m4 + m3 * (6.0 - 4.0 * m1) + m2 * (7.0 - 12.0 * m1 + 6.0 * m1.powi(2)) + m1 - 4.0 * m1.powi(2)
            + 6.0 * m1.powi(3)
            - 3.0 * m1.powi(4)
            - 3.0 * var * var;
    }
    let skew = third / variance.powf(1.5);
    let excess = fourth / variance.powi(2);
    let x = (n - mean) / variance.sqrt();
    let hermite3 = x.powi(3) - 3.0 * x;
    let hermite4 = x.powi(4) - 6.0 * x.powi(2) + 3.0;
    let hermite6 = x.powi(6) - 15.0 * x.powi(4) + 45.0 * x.powi(2) - 15.0;
    let normal = (-x * x / 2.0).exp() / (std::f64::consts::TAU * variance).sqrt();
    let edgeworth = normal * (1.0 + skew * hermite3 / 6.0 + excess * hermite4 / 24.0 + skew * skew * hermite6 / 72.0);
    let log_poisson_at_n = n * n.ln() - n - ln_gamma(n + 1.0);
    (log_inside + edgeworth.ln() - log_poisson_at_n).exp()
}

fn poisson_up_to(k: f64, rate: f64) -> f64 {
    if k < 0.0 {
        0.0
    } else if rate <= 0.0 {
        1.0
    } else {
        checked_gamma_ur(k + 1.0, rate).unwrap_or(f64::NAN)
    }
}

fn poisson_between(bottom: f64, top: f64, rate: f64) -> f64 {
    poisson_up_to(top, rate) - poisson_up_to(bottom - 1.0, rate)
}

/// Factorial moment of a Poisson count that is cut to bottom..=top.
fn factorial_moment(bottom: f64, top: f64, rate: f64, order: f64) -> f64 {
    let lost = poisson_between(top - order + 1.0, top, rate) - poisson_between(bottom - order, bottom - 1.0, rate);
    rate.powf(order) * (1.0 - lost / poisson_between(bottom, top, rate))
}
