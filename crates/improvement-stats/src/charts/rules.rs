use super::signal::{Rule, Side};
use crate::{Error, Result};

/// Rounding that still counts as on a line, in sigmas.
const ON_LINE: f64 = 1e-9;

/// Positions at which each Western Electric rule completes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WesternElectricSignals {
    /// One point beyond 3 sigma.
    pub rule1: Vec<usize>,
    /// Two of three points beyond 2 sigma on one side, the last among them.
    pub rule2: Vec<usize>,
    /// Four of five points beyond 1 sigma on one side, the last among them.
    pub rule3: Vec<usize>,
    /// Eight points in a row on one side.
    pub rule4: Vec<usize>,
}

/// Positions at which each of Nelson's rules completes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NelsonSignals {
    /// One point beyond 3 sigma.
    pub rule1: Vec<usize>,
    /// Nine points in a row on one side.
    pub rule2: Vec<usize>,
    /// Six points steadily rising or falling.
    pub rule3: Vec<usize>,
    /// Fourteen points alternating up and down.
    pub rule4: Vec<usize>,
    /// Two of three points beyond 2 sigma on one side.
    pub rule5: Vec<usize>,
    /// Four of five points beyond 1 sigma on one side.
    pub rule6: Vec<usize>,
    /// Fifteen points within 1 sigma.
    pub rule7: Vec<usize>,
    /// Eight points outside 1 sigma, with both sides among them.
    pub rule8: Vec<usize>,
}

/// Which points complete a Western Electric pattern?
///
/// `z` holds (value - centre) / sigma of each point in time order, `None` when missing (the pattern goes on across it).
/// Positions are zero-based and named from the completing point on. On stable series of 24 points one of the four
/// signals in 19 of 100.
///
/// Source: Western Electric, Statistical Quality Control Handbook, 1956.
///
/// # Errors
/// [`Error::NotFinite`] for NaN or infinity.
///
/// ```
/// let z = [0.1, 2.5, 0.3, 2.6].map(Some);
/// assert_eq!(improvement_stats::charts::western_electric(&z)?.rule2, vec![3]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn western_electric(z: &[Option<f64>]) -> Result<WesternElectricSignals> {
    let points = Points::new(z)?;
    Ok(WesternElectricSignals {
        rule1: points.beyond(),
        rule2: points.some_of(2, 3, 2.0),
        rule3: points.some_of(4, 5, 1.0),
        rule4: points.one_side(8),
    })
}

/// Which points complete one of Nelson's patterns?
///
/// As [`western_electric`], with eight rules. On stable series of 24 points one of them signals in 22 of 100.
///
/// Source: Nelson, Journal of Quality Technology 1984, 16(4).
///
/// # Errors
/// [`Error::NotFinite`] for NaN or infinity.
///
/// ```
/// let z = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6].map(Some);
/// assert_eq!(improvement_stats::charts::nelson(&z)?.rule3, vec![5]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn nelson(z: &[Option<f64>]) -> Result<NelsonSignals> {
    let points = Points::new(z)?;
    Ok(NelsonSignals {
        rule1: points.beyond(),
        rule2: points.one_side(9),
        rule3: points.monotone(6),
        rule4: points.alternating(14),
        rule5: points.some_of(2, 3, 2.0),
        rule6: points.some_of(4, 5, 1.0),
        rule7: points.windows(15, |w| w.iter().all(|z| z.abs() <= 1.0 + ON_LINE)),
        rule8: points.windows(8, |w| {
            let outside = w.iter().all(|z| z.abs() > 1.0 + ON_LINE);
            outside && w.iter().any(|z| *z > 0.0) && w.iter().any(|z| *z < 0.0)
        }),
    })
}

/// The points that are present, and where they stand.
struct Points {
    places: Vec<usize>,
    z: Vec<f64>,
}

impl Points {
    fn new(z: &[Option<f64>]) -> Result<Self> {
        if let Some(index) = z.iter().position(|v| v.is_some_and(|v| !v.is_finite())) {
            return Err(Error::NotFinite { what: "standardised values", index });
        }
        let (places, z) = z.iter().enumerate().filter_map(|(i, v)| v.map(|v| (i, v))).unzip();
        Ok(Self { places, z })
    }

    /// Places of the last point of each window that fits.
    fn windows(&self, length: usize, fits: impl Fn(&[f64]) -> bool) -> Vec<usize> {
        let last = self.places.iter().skip(length - 1);
        self.z.windows(length).zip(last).filter(|(window, _)| fits(window)).map(|(_, &place)| place).collect()
    }

    fn beyond(&self) -> Vec<usize> {
        self.windows(1, |w| w[0].abs() > 3.0 + ON_LINE)
    }

    fn some_of(&self, needed: usize, length: usize, sigmas: f64) -> Vec<usize> {
        self.windows(length, |w| {
            [1.0, -1.0].iter().any(|side| {
                let beyond = |z: &f64| z * side > sigmas + ON_LINE;
                w.last().is_some_and(beyond) && w.iter().filter(|z| beyond(z)).count() >= needed
            })
        })
    }

    fn one_side(&self, length: usize) -> Vec<usize> {
        self.windows(length, |w| w.iter().all(|z| *z > ON_LINE) || w.iter().all(|z| *z < -ON_LINE))
    }

    fn monotone(&self, length: usize) -> Vec<usize> {
        self.windows(length, |w| w.is_sorted_by(|a, b| b - a > ON_LINE) || w.is_sorted_by(|a, b| a - b > ON_LINE))
    }

    fn alternating(&self, length: usize) -> Vec<usize> {
        self.windows(length, |w| w.windows(3).all(|t| (t[1] - t[0]) * (t[2] - t[1]) < 0.0))
    }
}

/// A rule, the length of its pattern, its words (after the number of points, where the pattern can go on), and the positions
/// that complete it.
pub(super) type Finding = (Rule, usize, &'static str, Vec<usize>);

/// What a rule set finds.
pub(super) fn findings(z: &[Option<f64>], nelson_rules: bool) -> Result<Vec<Finding>> {
    if nelson_rules {
        let found = nelson(z)?;
        return Ok(vec![
            (Rule::BeyondLimits, 1, "a point beyond 3 sigma", found.rule1),
            (Rule::Shift, 9, "points in a row on one side", found.rule2),
            (Rule::Trend, 6, "points steadily rising or falling", found.rule3),
            (Rule::Alternating, 14, "points alternating up and down", found.rule4),
            (Rule::TwoOfThree, 3, "2 of 3 points beyond 2 sigma on one side", found.rule5),
            (Rule::FourOfFive, 5, "4 of 5 points beyond 1 sigma on one side", found.rule6),
            (Rule::HuggingCentre, 15, "points within 1 sigma of the centre", found.rule7),
            (Rule::Mixture, 8, "points outside 1 sigma on both sides", found.rule8),
        ]);
    }
    let found = western_electric(z)?;
    Ok(vec![
        (Rule::BeyondLimits, 1, "a point beyond 3 sigma", found.rule1),
        (Rule::TwoOfThree, 3, "2 of 3 points beyond 2 sigma on one side", found.rule2),
        (Rule::FourOfFive, 5, "4 of 5 points beyond 1 sigma on one side", found.rule3),
        (Rule::Shift, 8, "points in a row on one side", found.rule4),
    ])
}

/// The side of the last point of a pattern, for rules that have one.
pub(super) fn side_of(rule: Rule, z: &[Option<f64>], first: usize, last: usize) -> Option<Side> {
    let at = |i: usize| z.get(i).copied().flatten();
    match rule {
        Rule::Alternating | Rule::HuggingCentre | Rule::Mixture | Rule::FewCrossings => None,
        Rule::Trend => Some(Side::of(at(last)? - at(first)?)),
        _ => at(last).map(Side::of),
    }
}
