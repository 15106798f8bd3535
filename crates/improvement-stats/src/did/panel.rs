//! Difference in differences and event study for a panel with one starting time.

use super::least_squares::{RegressionOptions, RobustCoefficient, RobustRegression, cluster_robust};
use crate::mixed_model::{Term, group_codes};
use crate::{Error, Result, Warning};

/// Rows of a panel: each unit in several periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Panel<'a> {
    /// The outcome; NaN is missing.
    pub outcome: &'a [f64],
    /// The unit's number.
    pub unit: &'a [usize],
    /// The period.
    pub period: &'a [i64],
    /// For each row, whether its unit belongs to the treated ones (in all periods).
    pub treated: &'a [bool],
    /// First period with treatment, the same for all treated units.
    pub start: i64,
}

/// One period of an event study.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EventTime {
    /// Periods since the start, 0 for the first treated one; the last before the start is the reference and has no entry.
    pub since_start: i64,
    /// Difference between treated and others, compared with the reference period.
    pub effect: RobustCoefficient,
}

/// An event study.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EventStudy {
    /// Periods before the start (should be near 0) and after, ascending.
    pub times: Vec<EventTime>,
    /// The reference period.
    pub reference: i64,
    /// Complete rows.
    pub n: usize,
    /// Clusters.
    pub clusters: usize,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

impl Panel<'_> {
    fn check(&self, clusters: &[usize]) -> Result<()> {
        let n = self.outcome.len();
        for (right, right_len) in [
            ("unit", self.unit.len()),
            ("period", self.period.len()),
            ("treated", self.treated.len()),
            ("clusters", clusters.len()),
        ] {
            if right_len != n {
                return Err(Error::LengthMismatch { left: "outcome", left_len: n, right, right_len });
            }
        }
        let mut seen = std::collections::BTreeMap::new();
        for (unit, treated) in self.unit.iter().zip(self.treated) {
            if *seen.entry(unit).or_insert(*treated) != *treated {
                return Err(Error::Invalid(format!(
                    "unit {unit} is treated in some rows only: mark the unit, and give the period in which treatment starts"
                )));
            }
        }
        let treated = seen.values().filter(|t| **t).count();
        for (what, got) in [("treated units", treated), ("untreated units", seen.len() - treated)] {
            if got == 0 {
                return Err(Error::TooFew { what, needed: 1, got });
            }
        }
        Ok(())
    }

    /// Dummies of units and periods, the first level of each left out.
    fn fixed_effects(&self) -> Result<Vec<Term>> {
        let mut terms = Vec::new();
        let (codes, units) = group_codes(self.unit);
        let (period_codes, periods) = group_codes(self.period);
        let columns = units.len() + periods.len();
        if columns > 3000 || columns * self.outcome.len() > 200_000_000 {
            return Err(Error::Invalid(format!(
                "{} units and {} periods are too many for dummies: subtract means and use cluster_robust",
                units.len(),
                periods.len()
            )));
        }
        for (kind, codes, levels) in [("unit", codes, units.len()), ("period", period_codes, periods.len())] {
            for level in 1..levels {
                let values = codes.iter().map(|c| f64::from(u8::from(*c == level))).collect();
                terms.push(Term::new(format!("{kind} {level}"), values));
            }
        }
        Ok(terms)
    }

    fn treated_units(&self) -> usize {
        let (_, units) =
            group_codes(&self.unit.iter().zip(self.treated).filter(|(_, t)| **t).map(|(u, _)| *u).collect::<Vec<_>>());
        units.len()
    }

    fn warnings(&self, fit: &RobustRegression) -> Vec<Warning> {
        let mut warnings = fit.warnings.clone();
        let treated = self.treated_units();
        if treated <= 5 {
            let message = format!("{treated} treated units: these errors are far too small. Use placebo ranks.");
            warnings.push(Warning::new("few_treated", message));
        }
        warnings
    }
}

/// Did treated units change more than the others, on average over the periods since the start?
///
/// Use it with one starting time for all, several treated units, and years before in which both ran in parallel (look at
/// [`event_study`]). Not for staggered starts: compare each cohort with those not yet treated. Not for one to five treated
/// units: use [`super::placebo_did`]. `clusters` gives each row's cluster, usually its unit or district.
///
/// Formula: outcome = unit + period + effect × (treated and since the start), by least squares; see
/// [`super::cluster_robust`] for the errors. The answer is the coefficient called "treated since start"; the dummies are left
/// out of the result.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::TooFew`], [`Error::Invalid`] when a unit is treated in some rows only, errors of
/// [`super::cluster_robust`].
///
/// Source: Angrist & Pischke (2009), Mostly Harmless Econometrics, chapter 5.
///
/// ```
/// use improvement_stats::did::{Panel, RegressionOptions, difference_in_differences};
/// let unit: Vec<usize> = (0..40).map(|i| i / 4).collect();
/// let period: Vec<i64> = (0..40).map(|i| i % 4).collect();
/// let treated: Vec<bool> = unit.iter().map(|u| *u >= 4).collect();
/// let outcome: Vec<f64> =
///     (0..40).map(|i| (i * 7 % 5) as f64 * 0.01 + if i / 4 >= 4 && i % 4 >= 2 { 3.0 } else { 0.0 }).collect();
/// let panel = Panel { outcome: &outcome, unit: &unit, period: &period, treated: &treated, start: 2 };
/// let did = difference_in_differences(&panel, &unit, &RegressionOptions::default())?;
/// assert!((did.coefficients[0].estimate - 3.0).abs() < 0.05);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn difference_in_differences(panel: &Panel<'_>, clusters: &[usize], options: &RegressionOptions) -> Result<RobustRegression> {
    panel.check(clusters)?;
    let treated = panel.treated.iter().zip(panel.period).map(|(t, p)| f64::from(u8::from(*t && *p >= panel.start)));
    let mut terms = vec![Term::new("treated since start", treated.collect())];
    terms.extend(panel.fixed_effects()?);
    let mut fit = cluster_robust(panel.outcome, &terms, clusters, options)?;
    fit.warnings = panel.warnings(&fit);
    fit.coefficients.retain(|c| c.term == "treated since start");
    Ok(fit)
}

/// Were treated and other units parallel before the start, and how did the effect grow?
///
/// Look at it before believing [`difference_in_differences`]: effects before the start should be near 0. Few periods before
/// cannot show that they were.
///
/// Formula: outcome = unit + period + one effect for each period among the treated, the last period before the start left out.
///
/// # Errors
/// As [`difference_in_differences`]; [`Error::TooFew`] without a period before the start.
///
/// Source: Sun & Abraham (2021) on its limits; Angrist & Pischke (2009).
///
/// ```
/// use improvement_stats::did::{Panel, RegressionOptions, event_study};
/// let unit: Vec<usize> = (0..40).map(|i| i / 4).collect();
/// let period: Vec<i64> = (0..40).map(|i| i % 4).collect();
/// let treated: Vec<bool> = unit.iter().map(|u| *u >= 4).collect();
/// let outcome: Vec<f64> = (0..40).map(|i| (i * 7 % 5) as f64 * 0.01).collect();
/// let panel = Panel { outcome: &outcome, unit: &unit, period: &period, treated: &treated, start: 2 };
/// let study = event_study(&panel, &unit, &RegressionOptions::default())?;
/// assert_eq!(study.times.iter().map(|t| t.since_start).collect::<Vec<_>>(), [-2, 0, 1]);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn event_study(panel: &Panel<'_>, clusters: &[usize], options: &RegressionOptions) -> Result<EventStudy> {
    panel.check(clusters)?;
    let (codes, periods) = group_codes(panel.period);
    let before = periods.partition_point(|p| *p < panel.start);
    let Some(reference) = before.checked_sub(1) else {
        return Err(Error::TooFew { what: "periods before the start", needed: 1, got: 0 });
    };
    let mut terms = Vec::new();
    let shown: Vec<usize> = (0..periods.len()).filter(|c| *c != reference).collect();
    for code in &shown {
        let values = panel.treated.iter().zip(&codes).map(|(t, c)| f64::from(u8::from(*t && c == code))).collect();
        terms.push(Term::new(format!("event {code}"), values));
    }
    terms.extend(panel.fixed_effects()?);
    let fit = cluster_robust(panel.outcome, &terms, clusters, options)?;
    let times = shown
        .iter()
        .zip(&fit.coefficients[1..])
        .map(|(code, effect)| EventTime { since_start: periods[*code].saturating_sub(panel.start), effect: effect.clone() })
        .collect();
    let mut warnings = panel.warnings(&fit);
    if before < 3 {
        let message = format!("Only {before} periods before the start: parallel paths cannot be checked.");
        warnings.push(Warning::new("few_periods_before", message));
    }
    Ok(EventStudy { times, reference: periods[reference], n: fit.n, clusters: fit.clusters, warnings })
}
