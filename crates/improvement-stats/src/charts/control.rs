use super::assemble::assemble;
use super::attributes::{check_not_negative, check_shares, rates};
use super::individuals::range_series;
use super::layout::Layout;
use super::nhs;
use super::options::{ChartOptions, Standard};
use super::runs::Runs;
use super::scale::{Scale, scale};
use super::signal::Signal;
use crate::check::{check_present, usable};
use crate::{Error, Result, Warning};

/// The kind of measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum ChartKind {
    /// One value a period (I or XmR chart): mean ± 3 · mean moving range / 1.128.
    Individuals,
    /// The moving ranges of single values: is the spread itself stable?
    MovingRange,
    /// Several values a period, their mean; made by [`subgroup_chart`](super::subgroup_chart).
    XBar,
    /// Several values a period, their standard deviation; made by [`subgroup_chart`](super::subgroup_chart).
    S,
    /// Share of units with a property: p ± 3 √(p(1 - p)/n), cut at 0 and 1.
    P,
    /// Share with more variation than coin tosses, typically n above 500 (Laney 2002).
    PPrime,
    /// Events per opportunity: u ± 3 √(u/n), not below 0.
    U,
    /// Events per opportunity with extra variation (Laney 2002).
    UPrime,
    /// Events a period with equal opportunity: c ± 3 √c.
    C,
    /// Cases between rare events: limits mean ± 3 √(mean (mean + 1)), centre median.
    G,
    /// Time between rare events: I chart of the 3.6th root, transformed back (Nelson 1994).
    T,
    /// Ratios with varying denominators and no count behind them (I', Taylor).
    IPrime,
}

impl ChartKind {
    pub(super) fn needs_denominators(self) -> bool {
        matches!(self, Self::P | Self::PPrime | Self::U | Self::UPrime | Self::IPrime)
    }
}

/// Which patterns count as signals. Choose before looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum RuleSet {
    /// Anhøj's runs and crossings, and points beyond 3 sigma: 12 of 100 stable series of 24 points signal.
    #[default]
    Anhoej,
    /// Western Electric rules 1 to 4: 19 of 100.
    WesternElectric,
    /// Nelson's rules 1 to 8: 22 of 100.
    Nelson,
    /// NHS England's Making Data Count: 18 of 100; meant for I charts.
    Nhs,
}

/// One point of a control chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChartPoint {
    /// The plotted value; absent when missing or when the denominator is 0.
    pub value: Option<f64>,
    /// The denominator or the number of values behind it.
    pub denominator: Option<f64>,
    /// Centre line here.
    pub centre: Option<f64>,
    /// Lower 3-sigma limit.
    pub lower: Option<f64>,
    /// Upper 3-sigma limit.
    pub upper: Option<f64>,
    /// Lower 2-sigma line.
    pub lower_2_sigma: Option<f64>,
    /// Upper 2-sigma line.
    pub upper_2_sigma: Option<f64>,
    /// Distance from the centre in sigmas (on the transformed scale for T; from the mean for G).
    pub z: Option<f64>,
    /// Outside the 3-sigma limits.
    pub beyond_limits: bool,
    /// Phase, from 1.
    pub phase: usize,
    /// Whether it counts for centre, limits and runs.
    pub included: bool,
    /// Whether centre and limits come from it.
    pub baseline: bool,
}

/// One phase of a control chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChartPhase {
    /// Zero-based position of its first point.
    pub first: usize,
    /// Zero-based position of its last point.
    pub last: usize,
    /// Centre line.
    pub centre: Option<f64>,
    /// Sigma where it is the same for all points.
    pub sigma: Option<f64>,
    /// Runs and crossings about the centre.
    pub runs: Option<Runs>,
}

/// A control chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ControlChart {
    /// Centre of the last phase.
    pub estimate: Option<f64>,
    /// The kind of measure.
    pub kind: ChartKind,
    /// The rules that signals come from.
    pub rules: RuleSet,
    /// The points in time order.
    pub points: Vec<ChartPoint>,
    /// The phases.
    pub phases: Vec<ChartPhase>,
    /// What was seen and when; empty means no sign of change beyond ordinary variation.
    pub signals: Vec<Signal>,
    /// All of it in a sentence or two.
    pub summary: String,
    /// Points that are not missing.
    pub n: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Is this measure stable, and which points stand out?
///
/// `values` in time order, `None` for a missing period; for P, U and I' charts and their primes the numerators, with
/// `denominators`. See [`ChartKind`] for which chart fits and the formulas. A missing value breaks the moving range, an
/// excluded point does not. Limits come from baseline points of each phase; below 20 of them they are provisional, and
/// with fewer than 10 points draw a line only. Not for series whose values depend on the ones before (rolling means,
/// stocks): they signal in half of stable cases.
///
/// Sources: Shewhart 1931; Montgomery, Introduction to Statistical Quality Control; Laney 2002 for P' and U'; Nelson
/// 1982 for screening.
///
/// # Errors
/// [`Error::Empty`]; [`Error::NotFinite`]; [`Error::OutOfRangeAt`] for negative counts, a share above 1 or positions in
/// `options`; [`Error::OutOfRange`] for a standard that is no number; [`Error::LengthMismatch`]; [`Error::Invalid`] for missing denominators or a subgroup kind.
///
/// ```
/// use improvement_stats::charts::{ChartKind, ChartOptions, RuleSet, control_chart};
/// let mut values: Vec<_> = (0..20).map(|i| Some(50.0 + f64::from(i * 7 % 5))).collect();
/// values[12] = Some(90.0);
/// let chart = control_chart(ChartKind::Individuals, &values, None, RuleSet::Anhoej, &ChartOptions::default())?;
/// assert!(chart.points[12].beyond_limits);
/// assert!(chart.signals[0].text.starts_with("point 13 lies above the upper limit"));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn control_chart(
    kind: ChartKind,
    values: &[Option<f64>],
    denominators: Option<&[Option<f64>]>,
    rules: RuleSet,
    options: &ChartOptions,
) -> Result<ControlChart> {
    let layout = Layout::new(values.len(), options)?;
    check_present("values", values)?;
    if let Some(standard) = options.standard {
        check_standard(kind, standard)?;
    }
    let sizes = check_input(kind, values, denominators)?;
    let plotted = match kind {
        ChartKind::MovingRange => range_series(values, &layout),
        _ if kind.needs_denominators() => rates(values, &sizes),
        _ => values.to_vec(),
    };
    let scales = (0..layout.phases).map(|phase| {
        if let Some(Standard { centre, sigma }) = options.standard {
            let sigma = vec![Some(sigma); values.len()];
            return Some(Scale { centre, middle: centre, sigma, range: (f64::NEG_INFINITY, f64::INFINITY), power: 1.0 });
        }
        let base = layout.base_of(phase);
        let scale = scale(kind, values, &plotted, &sizes, &base, options.screen_moving_ranges)?;
        Some(if rules == RuleSet::Nhs && kind == ChartKind::Individuals { nhs::rescale(scale) } else { scale })
    });
    let scales = scales.collect();
    let denominators = if denominators.is_some() { sizes } else { vec![None; values.len()] };
    assemble(kind, plotted, denominators, scales, rules, layout, options)
}

fn check_standard(kind: ChartKind, standard: Standard) -> Result<()> {
    if kind != ChartKind::Individuals {
        return Err(Error::Invalid("a centre and sigma from elsewhere belong to charts of single values".into()));
    }
    let Standard { centre, sigma } = standard;
    if !usable(centre) {
        return Err(Error::OutOfRange { what: "centre", value: centre, expected: "a number smaller than 1e100" });
    }
    if !(usable(sigma) && sigma > 1e-100) {
        return Err(Error::OutOfRange { what: "sigma", value: sigma, expected: "a number above 0" });
    }
    Ok(())
}

fn check_input(kind: ChartKind, values: &[Option<f64>], denominators: Option<&[Option<f64>]>) -> Result<Vec<Option<f64>>> {
    if matches!(kind, ChartKind::XBar | ChartKind::S) {
        return Err(Error::Invalid("an X-bar or S chart needs several values a period: use subgroup_chart".into()));
    }
    if !matches!(kind, ChartKind::Individuals | ChartKind::MovingRange | ChartKind::IPrime) {
        check_not_negative(values, "values")?;
    }
    let Some(sizes) = denominators else {
        if kind.needs_denominators() {
            return Err(Error::Invalid("this chart needs a denominator for each value".into()));
        }
        return Ok(vec![Some(1.0); values.len()]);
    };
    if sizes.len() != values.len() {
        return Err(Error::LengthMismatch {
            left: "values",
            left_len: values.len(),
            right: "denominators",
            right_len: sizes.len(),
        });
    }
    check_present("denominators", sizes)?;
    check_not_negative(sizes, "denominators")?;
    if matches!(kind, ChartKind::P | ChartKind::PPrime) {
        check_shares(values, sizes)?;
    }
    Ok(sizes.iter().map(|s| s.filter(|s| *s > 0.0)).collect())
}
