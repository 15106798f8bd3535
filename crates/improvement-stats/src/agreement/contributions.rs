//! Who and what differs most.

use super::alpha::Coincidences;
use super::{Level, Ratings, krippendorff_alpha};
use crate::{Error, Result};

/// One unit's part in the disagreement.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UnitContribution {
    /// Row of the unit.
    pub unit: usize,
    /// Ratings it got.
    pub ratings: usize,
    /// Its mean rating.
    pub mean: f64,
    /// Mean squared distance between its ratings, in the level's metric.
    pub disagreement: f64,
    /// Its share of all observed disagreement, 0 to 1.
    pub share: f64,
}

/// One rater's part in the disagreement.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RaterContribution {
    /// Column of the rater.
    pub rater: usize,
    /// Ratings given to units that somebody else rated too.
    pub ratings: usize,
    /// Share of all observed disagreement, 0 to 1, half of each differing pair.
    pub share: f64,
    /// Mean of own rating minus the mean of the others on the same unit: above 0 lenient, below 0 strict.
    pub mean_deviation: f64,
    /// The same, pulled towards 0 by as much as it may be chance.
    pub pooled_deviation: f64,
    /// Share of others' ratings of the same units that equal this rater's.
    pub agreement_with_others: f64,
    /// Alpha of all other raters; absent when it does not exist.
    pub alpha_without: Option<f64>,
}

/// Two levels that raters confuse.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConfusedLevels {
    /// The lower level.
    pub low: f64,
    /// The higher level.
    pub high: f64,
    /// Pairs of raters that chose these two on the same unit.
    pub pairs: usize,
    /// Share of all observed disagreement, 0 to 1.
    pub share: f64,
}

/// The disagreement of a table, divided among units, raters and pairs of levels. Each list starts with the largest share.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Contributions {
    /// Alpha of the table.
    pub alpha: f64,
    /// Units with two ratings or more.
    pub units: Vec<UnitContribution>,
    /// Raters who shared a unit with somebody.
    pub raters: Vec<RaterContribution>,
    /// Pairs of different levels that occurred; empty for tables with more than 200 different values.
    pub confused: Vec<ConfusedLevels>,
}

/// Which items, raters and levels cause the disagreement?
///
/// The question of a calibration meeting: which item needs a clearer description, who reads the rubric more strictly, which
/// two levels are confused. Shares say where to look, not who is wrong. Means and deviations suppose numbers with an order; for
/// nominal labels read only shares and agreement.
///
/// Formula: each pair of ratings of a unit adds its squared distance (in the metric of `level`) over the unit's ratings minus
/// one to observed disagreement; a unit owns its pairs, a rater half of each pair, two levels their pairs. The pooled deviation
/// multiplies the mean deviation by tau² / (tau² + error²), tau² from the spread of raters by the method of moments.
///
/// # Errors
/// As [`krippendorff_alpha`].
///
/// Source: Krippendorff (2019), Content Analysis, 4th edition, chapter 12; shrinkage as in DerSimonian & Laird (1986).
///
/// ```
/// use improvement_stats::agreement::{Level, Ratings, contributions};
/// let rows: Vec<Vec<Option<f64>>> =
///     [[1., 1.], [2., 4.], [3., 3.], [3., 4.]].iter().map(|r| r.map(Some).to_vec()).collect();
/// let parts = contributions(&Ratings::from_rows(&rows)?, Level::Interval)?;
/// assert_eq!((parts.units[0].unit, parts.units[0].share), (1, 0.8));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn contributions(ratings: &Ratings, level: Level) -> Result<Contributions> {
    let alpha = krippendorff_alpha(ratings, level)?.estimate;
    let table = Coincidences::new(ratings, level)?;
    let places = table.places(&table.margins(0..table.len()));
    let code = |value: f64| table.categories.partition_point(|c| *c < value) as u32;
    let distance = |a: u32, b: u32| if a == b { 0.0 } else { table.pair_sum(&[(a, 1.0), (b, 1.0)], &places) / 2.0 };
    let few_levels = table.categories.len() <= 200;
    let width = if few_levels { table.categories.len() } else { 0 };
    let mut confused = vec![(0usize, 0.0); width * width];
    let mut people = vec![Person::default(); ratings.raters()];
    let mut units = Vec::with_capacity(table.len());
    let mut total = 0.0;
    for (index, &unit) in table.unit_numbers.iter().enumerate() {
        let present: Vec<(usize, f64, u32)> = ratings.present(unit).map(|(r, v)| (r, v, code(v))).collect();
        let m = present.len() as f64;
        let sum: f64 = present.iter().map(|p| p.1).sum();
        for (i, a) in present.iter().enumerate() {
            people[a.0].deviations.push(a.1 - (sum - a.1) / (m - 1.0));
            for b in &present[..i] {
                let part = 2.0 * distance(a.2, b.2) / (m - 1.0);
                people[a.0].meet(part, a.2 == b.2);
                people[b.0].meet(part, a.2 == b.2);
                if few_levels && a.2 != b.2 {
                    let cell = &mut confused[a.2.min(b.2) as usize * width + a.2.max(b.2) as usize];
                    *cell = (cell.0 + 1, cell.1 + part);
                }
            }
        }
        let whole = table.pair_sum(table.unit(index), &places);
        total += whole / (m - 1.0);
        units.push(UnitContribution {
            unit,
            ratings: present.len(),
            mean: sum / m,
            disagreement: whole / (m * (m - 1.0)),
            share: whole / (m - 1.0),
        });
    }
    let as_share = |part: f64| if total > 0.0 { part / total } else { 0.0 };
    units.iter_mut().for_each(|u| u.share = as_share(u.share));
    units.sort_by(|a, b| b.share.total_cmp(&a.share));
    let mut confused: Vec<ConfusedLevels> = confused
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.0 > 0)
        .map(|(at, cell)| ConfusedLevels {
            low: table.categories[at / width],
            high: table.categories[at % width],
            pairs: cell.0,
            share: as_share(cell.1),
        })
        .collect();
    confused.sort_by(|a, b| b.share.total_cmp(&a.share));
    let raters = rater_parts(ratings, level, &people, as_share)?;
    Ok(Contributions { alpha, units, raters, confused })
}

#[derive(Debug, Clone, Default)]
struct Person {
    deviations: Vec<f64>,
    part: f64,
    met: usize,
    same: usize,
}

impl Person {
    fn meet(&mut self, part: f64, same: bool) {
        self.part += part / 2.0;
        self.met += 1;
        self.same += usize::from(same);
    }

    fn mean(&self) -> f64 {
        crate::quantile::mean(&self.deviations)
    }
}

fn rater_parts(
    ratings: &Ratings,
    level: Level,
    people: &[Person],
    as_share: impl Fn(f64) -> f64,
) -> Result<Vec<RaterContribution>> {
    let active: Vec<usize> = (0..people.len()).filter(|r| people[*r].met > 0).collect();
    let squares: f64 = active
        .iter()
        .map(|r| {
            let mean = people[*r].mean();
            people[*r].deviations.iter().map(|d| (d - mean).powi(2)).sum::<f64>()
        })
        .sum();
    let spare: usize = active.iter().map(|r| people[*r].deviations.len() - 1).sum();
    let noise = if spare > 0 { squares / spare as f64 } else { f64::INFINITY };
    let mean_error = active.iter().map(|r| noise / people[*r].deviations.len() as f64).sum::<f64>() / active.len() as f64;
    let spread = active.iter().map(|r| people[*r].mean().powi(2)).sum::<f64>() / active.len() as f64;
    let between = (spread - mean_error).max(0.0);
    let mut raters = Vec::with_capacity(active.len());
    for rater in active {
        let person = &people[rater];
        let error = noise / person.deviations.len() as f64;
        let kept = if between > 0.0 { between / (between + error) } else { 0.0 };
        let alpha_without = match krippendorff_alpha(&ratings.without_rater(rater), level) {
            Ok(alpha) => Some(alpha.estimate),
            Err(Error::TooFew { .. } | Error::Undefined { .. }) => None,
            Err(other) => return Err(other),
        };
        raters.push(RaterContribution {
            rater,
            ratings: person.deviations.len(),
            share: as_share(person.part),
            mean_deviation: person.mean(),
            pooled_deviation: kept * person.mean(),
            agreement_with_others: person.same as f64 / person.met as f64,
            alpha_without,
        });
    }
    raters.sort_by(|a, b| b.share.total_cmp(&a.share));
    Ok(raters)
}
