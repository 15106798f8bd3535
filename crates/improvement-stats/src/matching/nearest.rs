//! Matching each treated unit to its nearest untreated ones.

use super::distance::{Peer, Whitened, nearest, squared_below};
use super::propensity::{Propensity, propensity_scores};
use crate::{Error, Result, Warning, quantile, rng};

/// How likeness is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Distance {
    /// All covariates at once, what they share counted once.
    Mahalanobis,
    /// Each difference over its standard deviation, all covariates counting fully.
    StandardisedEuclidean,
    /// The difference of propensity scores (probabilities).
    Propensity,
}

/// Who chooses first, when a control can be used once only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// In order of the rows.
    Data,
    /// Largest propensity score first.
    LargestFirst,
    /// Smallest propensity score first.
    SmallestFirst,
    /// At random from a seed.
    Random(u64),
}

/// A limit beyond which two units are not comparable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Caliper {
    /// Propensity scores may differ by this many standard deviations of the scores of all units; 0.2 is usual.
    Propensity(f64),
    /// The distance may not exceed this.
    Distance(f64),
    /// Covariate number `covariate` may differ by this much in its own unit.
    Covariate {
        /// Column of the covariate.
        covariate: usize,
        /// Largest difference.
        width: f64,
    },
}

/// How to match.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchOptions {
    /// How likeness is measured.
    pub distance: Distance,
    /// Controls for each treated unit.
    pub ratio: usize,
    /// Whether a control may serve several treated units.
    pub replace: bool,
    /// Who chooses first without replacement.
    pub order: Order,
    /// Limits; all must hold.
    pub calipers: Vec<Caliper>,
    /// A class for each unit (grade span, state): only units of the same class are matched. Empty for no classes.
    pub exact: Vec<usize>,
}

impl Default for MatchOptions {
    fn default() -> Self {
        Self {
            distance: Distance::Mahalanobis,
            ratio: 1,
            replace: false,
            order: Order::Data,
            calipers: Vec::new(),
            exact: Vec::new(),
        }
    }
}

/// One treated unit and its controls.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MatchedSet {
    /// Row of the treated unit.
    pub treated: usize,
    /// Its controls in the order in which it got them; empty when none is comparable.
    pub controls: Vec<Peer>,
}

/// A matching.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Matched {
    /// One set a treated unit, in order of the rows.
    pub sets: Vec<MatchedSet>,
    /// Weight of each unit: 1 for matched treated units; controls share each treated unit's weight, scaled so that they sum to
    /// the number of controls used; 0 for units left out.
    pub weights: Vec<f64>,
    /// Propensity scores, where they were needed.
    pub propensity: Option<Propensity>,
    /// Treated units with a match.
    pub treated_matched: usize,
    /// Treated units without one.
    pub treated_unmatched: usize,
    /// Different controls used.
    pub controls_matched: usize,
    /// Controls that equal weights would be worth as much as.
    pub effective_controls: f64,
    /// How likeness was measured.
    pub distance: Distance,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

/// Which untreated units make a fair comparison?
///
/// `covariates` has a row a unit, measured before treatment; `treated` says which are. Then read [`super::balance`] before
/// comparing any outcome. Exact classes first (state, test, grade span), Mahalanobis for a handful of covariates, propensity for
/// many. Covariates that add up to a whole are singular: leave one out.
///
/// Formula: nearest available control first. With replacement each treated unit takes its `ratio` nearest. Without, units choose
/// in `order`, and each gets its first control before any gets a second; ties go to the earlier row.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::Empty`], [`Error::NotFinite`], [`Error::TooFew`], [`Error::OutOfRange`] for calipers or a
/// ratio of 0, errors of [`super::propensity_scores`] where scores are needed.
///
/// Source: Ho, Imai, King & Stuart (2011), Journal of Statistical Software 42; Stuart (2010), Statistical Science 25.
///
/// ```
/// use improvement_stats::matching::{MatchOptions, match_units};
/// let rows = vec![vec![1.0], vec![3.0], vec![1.5], vec![9.0], vec![2.5]];
/// let matched = match_units(&rows, &[true, true, false, false, false], &MatchOptions::default())?;
/// assert_eq!(matched.sets[1].controls[0].unit, 4);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn match_units(covariates: &[Vec<f64>], treated: &[bool], options: &MatchOptions) -> Result<Matched> {
    let width = super::check(covariates, treated)?;
    check_options(options, width, treated.len())?;
    let needs_scores = options.distance == Distance::Propensity
        || matches!(options.order, Order::LargestFirst | Order::SmallestFirst)
        || options.calipers.iter().any(|c| matches!(c, Caliper::Propensity(_)));
    let propensity = if needs_scores { Some(propensity_scores(covariates, treated)?) } else { None };
    let space = match options.distance {
        Distance::Propensity => None,
        other => Some(Whitened::new(covariates, treated, other)?),
    };
    let scores = propensity.as_ref().map_or(&[][..], |p| p.scores.as_slice());
    let search = Search {
        covariates,
        scores,
        space: space.as_ref(),
        options,
        spread: quantile::standard_deviation(scores),
        controls: (0..treated.len()).filter(|i| !treated[*i]).collect(),
    };
    let units: Vec<usize> = (0..treated.len()).filter(|i| treated[*i]).collect();
    let mut sets: Vec<MatchedSet> = units.iter().map(|u| MatchedSet { treated: *u, controls: Vec::new() }).collect();
    if options.replace {
        sets.iter_mut().for_each(|s| s.controls = search.best(s.treated, options.ratio, &[]));
    } else {
        search.without_replacement(&mut sets, treated.len());
    }
    Ok(summarise(sets, treated.len(), options.distance, propensity, space.is_some_and(|s| s.singular)))
}

fn check_options(options: &MatchOptions, width: usize, units: usize) -> Result<()> {
    if options.ratio == 0 {
        return Err(Error::OutOfRange { what: "ratio", value: 0.0, expected: "at least 1" });
    }
    if !options.exact.is_empty() && options.exact.len() != units {
        let right_len = options.exact.len();
        return Err(Error::LengthMismatch { left: "covariates", left_len: units, right: "exact classes", right_len });
    }
    for caliper in &options.calipers {
        let value = match caliper {
            Caliper::Propensity(width) | Caliper::Distance(width) => *width,
            Caliper::Covariate { covariate, width: reach } => {
                if *covariate >= width {
                    let expected = "the number of a covariate, counted from 0";
                    return Err(Error::OutOfRange { what: "caliper's covariate", value: *covariate as f64, expected });
                }
                *reach
            }
        };
        if value.is_nan() || value < 0.0 {
            return Err(Error::OutOfRange { what: "caliper", value, expected: "0 or more" });
        }
    }
    Ok(())
}

struct Search<'a> {
    covariates: &'a [Vec<f64>],
    scores: &'a [f64],
    space: Option<&'a Whitened>,
    options: &'a MatchOptions,
    /// Standard deviation of all scores.
    spread: f64,
    controls: Vec<usize>,
}

impl Search<'_> {
    fn distance(&self, a: usize, b: usize, limit: f64) -> f64 {
        match self.space {
            Some(space) => squared_below(space.row(a), space.row(b), limit),
            None => (self.scores[a] - self.scores[b]).abs(),
        }
    }

    fn allowed(&self, a: usize, b: usize) -> bool {
        let classes = &self.options.exact;
        (classes.is_empty() || classes[a] == classes[b])
            && self.options.calipers.iter().all(|caliper| match *caliper {
                Caliper::Propensity(width) => (self.scores[a] - self.scores[b]).abs() <= width * self.spread,
                Caliper::Covariate { covariate, width } => {
                    (self.covariates[a][covariate] - self.covariates[b][covariate]).abs() <= width
                }
                Caliper::Distance(_) => true,
            })
    }

    /// The nearest allowed controls that are not yet taken.
    fn best(&self, unit: usize, count: usize, taken: &[bool]) -> Vec<Peer> {
        let free = |c: usize| !taken.get(c).copied().unwrap_or(false) && self.allowed(unit, c);
        let mut peers = nearest(count, self.controls.iter().copied(), |c, limit| self.distance(unit, c, limit), free);
        if self.space.is_some() {
            peers.iter_mut().for_each(|p| p.distance = p.distance.sqrt());
        }
        let limits = self.options.calipers.iter().filter_map(|c| if let Caliper::Distance(d) = c { Some(*d) } else { None });
        let limit = limits.fold(f64::INFINITY, f64::min);
        peers.retain(|p| p.distance <= limit);
        peers
    }

    fn without_replacement(&self, sets: &mut [MatchedSet], units: usize) {
        let mut order: Vec<usize> = (0..sets.len()).collect();
        match self.options.order {
            Order::Data => {}
            Order::LargestFirst => {
                order.sort_by(|a, b| self.scores[sets[*b].treated].total_cmp(&self.scores[sets[*a].treated]));
            }
            Order::SmallestFirst => {
                order.sort_by(|a, b| self.scores[sets[*a].treated].total_cmp(&self.scores[sets[*b].treated]));
            }
            Order::Random(seed) => rng::shuffle(&mut rng::seeded(seed), &mut order),
        }
        let mut taken = vec![false; units];
        // A short list of candidates for each treated unit spares a scan of all controls in each round.
        let length = 4 * self.options.ratio.min(256) + 8;
        let mut lists: Vec<Option<(Vec<Peer>, bool)>> = (0..sets.len()).map(|_| None).collect();
        for _ in 0..self.options.ratio.min(self.controls.len()) {
            for &index in &order {
                let unit = sets[index].treated;
                let (list, complete) = lists[index].get_or_insert_with(|| {
                    let list = self.best(unit, length, &taken);
                    let complete = list.len() < length;
                    (list, complete)
                });
                list.retain(|p| !taken[p.unit]);
                if list.is_empty() && !*complete {
                    *list = self.best(unit, length, &taken);
                    *complete = list.len() < length;
                }
                if let Some(peer) = list.first().copied() {
                    taken[peer.unit] = true;
                    sets[index].controls.push(peer);
                }
            }
        }
    }
}

fn summarise(sets: Vec<MatchedSet>, units: usize, distance: Distance, propensity: Option<Propensity>, singular: bool) -> Matched {
    let mut weights = vec![0.0; units];
    let mut used = vec![false; units];
    for set in sets.iter().filter(|s| !s.controls.is_empty()) {
        for peer in &set.controls {
            weights[peer.unit] += 1.0 / set.controls.len() as f64;
            used[peer.unit] = true;
        }
    }
    let controls_matched = used.iter().filter(|u| **u).count();
    let total: f64 = weights.iter().sum();
    if total > 0.0 {
        weights.iter_mut().for_each(|w| *w *= controls_matched as f64 / total);
    }
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let effective_controls = if squares > 0.0 { (controls_matched as f64).powi(2) / squares } else { 0.0 };
    let treated_matched = sets.iter().filter(|s| !s.controls.is_empty()).count();
    sets.iter().filter(|s| !s.controls.is_empty()).for_each(|s| weights[s.treated] = 1.0);
    let treated_unmatched = sets.len() - treated_matched;
    let mut warnings = propensity.as_ref().map_or(Vec::new(), |p| p.warnings.clone());
    if singular {
        let message = "Some covariates follow from others (shares that add up to a whole?); they count once.";
        warnings.push(Warning::new("singular_covariance", message));
    }
    if treated_unmatched > 0 {
        let message = format!("{treated_unmatched} treated units have no comparable control; results are about the others only.");
        warnings.push(Warning::new("treated_unmatched", message));
    }
    Matched {
        sets,
        weights,
        propensity,
        treated_matched,
        treated_unmatched,
        controls_matched,
        effective_controls,
        distance,
        warnings,
    }
}
