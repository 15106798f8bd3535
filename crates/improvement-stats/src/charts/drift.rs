use super::individuals::{D2, mean_range, moving_ranges};
use super::layout::{Layout, above};
use super::options::ChartOptions;
use super::signal::{Rule, Side, Signal, span};
use crate::check::check_present;
use crate::{Error, Result, Warning};

/// One point of an EWMA chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EwmaPoint {
    /// The value as given.
    pub value: Option<f64>,
    /// The weighted average up to here; it stays where it was across a missing value.
    pub average: f64,
    /// Its standard error.
    pub sigma: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Outside the limits.
    pub beyond_limits: bool,
}

/// An EWMA chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EwmaChart {
    /// Centre: mean of the baseline.
    pub estimate: f64,
    /// Sigma of single values.
    pub sigma: f64,
    /// The points in time order.
    pub points: Vec<EwmaPoint>,
    /// What was seen and when.
    pub signals: Vec<Signal>,
    /// Values that are not missing.
    pub n: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Has the level drifted by a little? An exponentially weighted moving average.
///
/// Use it, as an analyst, when shifts of about one sigma matter; an I chart sees only large ones. Not for a first look.
///
/// In words: average = λ value + (1 - λ) average before, starting at the centre; limits centre ± `sigmas` · σ √(λ/(2 -
/// λ) (1 - (1 - λ)^2i)); σ is the mean moving range of the baseline / 1.128, not screened. `lambda` from 0 to 1, 0.2 is
/// common. Source: Roberts, Technometrics 1959, 1(3); Lucas and Saccucci 1990. Excluded points are passed over; phases
/// are not supported, since the average has memory.
///
/// # Errors
/// [`Error::OutOfRange`] for `lambda` or `sigmas`; [`Error::TooFew`] below two baseline values; [`Error::Undefined`]
/// without variation; [`Error::Invalid`] with phases; those of [`control_chart`](super::control_chart).
///
/// ```
/// use improvement_stats::charts::{ChartOptions, ewma};
/// let values: Vec<_> = (0..30).map(|i| Some(f64::from(i * 7 % 5) + if i < 15 { 0.0 } else { 3.0 })).collect();
/// let options = ChartOptions { baseline: Some(15), ..Default::default() };
/// assert!(ewma(&values, 0.2, 3.0, &options)?.signals[0].text.contains("above"));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn ewma(values: &[Option<f64>], lambda: f64, sigmas: f64, options: &ChartOptions) -> Result<EwmaChart> {
    if !(lambda > 0.0 && lambda <= 1.0) {
        return Err(Error::OutOfRange { what: "lambda", value: lambda, expected: "above 0 and at most 1" });
    }
    check_positive("sigmas", sigmas)?;
    let base = Base::new(values, options)?;
    let mut average = base.centre;
    let mut seen = 0;
    let mut points = Vec::with_capacity(values.len());
    for (i, &value) in values.iter().enumerate() {
        if let Some(value) = value.filter(|_| base.layout.included[i]) {
            average = lambda * value + (1.0 - lambda) * average;
            seen += 1;
        }
        let sigma = base.sigma * (lambda / (2.0 - lambda) * (1.0 - (1.0 - lambda).powi(2 * seen))).sqrt();
        let (lower, upper) = (base.centre - sigmas * sigma, base.centre + sigmas * sigma);
        let beyond_limits = above(average, upper) || above(lower, average);
        points.push(EwmaPoint { value, average, sigma, lower, upper, beyond_limits });
    }
    let sides: Vec<Option<Side>> = points.iter().map(|p| p.beyond_limits.then(|| Side::of(p.average - base.centre))).collect();
    let signals = drift_signals(&sides, "the moving average lies", "its limit", &options.labels);
    Ok(EwmaChart { estimate: base.centre, sigma: base.sigma, points, signals, n: base.n, warnings: base.warnings })
}

/// One point of a CUSUM chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CusumPoint {
    /// The value as given.
    pub value: Option<f64>,
    /// Cumulated excess above the centre, in sigmas, 0 or more.
    pub positive: f64,
    /// Cumulated excess below the centre, in sigmas, 0 or less.
    pub negative: f64,
    /// Either passed the decision limit.
    pub beyond_limits: bool,
}

/// A tabular CUSUM chart.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CusumChart {
    /// Centre: mean of the baseline.
    pub estimate: f64,
    /// Sigma of single values.
    pub sigma: f64,
    /// Decision limit, in sigmas.
    pub limit: f64,
    /// The points in time order.
    pub points: Vec<CusumPoint>,
    /// What was seen and when.
    pub signals: Vec<Signal>,
    /// Values that are not missing.
    pub n: usize,
    /// What to know before believing it.
    pub warnings: Vec<Warning>,
}

/// Has the level shifted by about `shift` sigmas? Two cumulated sums (tabular CUSUM).
///
/// Use it, as an analyst, for small lasting shifts and a date for their start; the sums look alarming to the untrained.
/// A shift of 1 sigma (k = 0.5) and a limit of 5 are common.
///
/// In words: positive sum = max(0, sum before + z - shift/2), negative likewise below; a signal when one passes
/// `limit`; z from the mean and the mean moving range of the baseline, as in [`ewma`]. Source: Page, Biometrika 1954,
/// 41; Montgomery, chapter 9.
///
/// # Errors
/// [`Error::OutOfRange`] for `shift` or `limit`; otherwise as [`ewma`].
///
/// ```
/// use improvement_stats::charts::{ChartOptions, cusum};
/// let values: Vec<_> = (0..30).map(|i| Some(f64::from(i * 7 % 5) + if i < 15 { 0.0 } else { 3.0 })).collect();
/// let options = ChartOptions { baseline: Some(15), ..Default::default() };
/// assert!(cusum(&values, 1.0, 5.0, &options)?.points[29].beyond_limits);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn cusum(values: &[Option<f64>], shift: f64, limit: f64, options: &ChartOptions) -> Result<CusumChart> {
    check_positive("shift", shift)?;
    check_positive("limit", limit)?;
    let base = Base::new(values, options)?;
    let (mut positive, mut negative) = (0.0_f64, 0.0_f64);
    let mut points = Vec::with_capacity(values.len());
    for (i, &value) in values.iter().enumerate() {
        if let Some(value) = value.filter(|_| base.layout.included[i]) {
            let z = (value - base.centre) / base.sigma;
            positive = (positive + z - shift / 2.0).max(0.0);
            negative = (negative + z + shift / 2.0).min(0.0);
        }
        points.push(CusumPoint { value, positive, negative, beyond_limits: positive > limit || negative < -limit });
    }
    let side = |p: &CusumPoint| p.beyond_limits.then_some(if p.positive > limit { Side::High } else { Side::Low });
    let sides: Vec<Option<Side>> = points.iter().map(side).collect();
    let signals = drift_signals(&sides, "the cumulated sum lies", "the decision limit", &options.labels);
    Ok(CusumChart { estimate: base.centre, sigma: base.sigma, limit, points, signals, n: base.n, warnings: base.warnings })
}

/// What both charts start from.
struct Base {
    layout: Layout,
    centre: f64,
    sigma: f64,
    n: usize,
    warnings: Vec<Warning>,
}

impl Base {
    fn new(values: &[Option<f64>], options: &ChartOptions) -> Result<Self> {
        let layout = Layout::new(values.len(), options)?;
        check_present("values", values)?;
        if layout.phases > 1 {
            return Err(Error::Invalid("this chart has memory, so it cannot have phases: chart each phase alone".into()));
        }
        let places = layout.base_of(0);
        let present: Vec<f64> = places.iter().filter_map(|&i| values[i]).collect();
        if present.len() < 2 {
            return Err(Error::TooFew { what: "baseline values", needed: 2, got: present.len() });
        }
        let sigma = mean_range(moving_ranges(values, &places), false).map(|mean| mean / D2);
        let Some(sigma) = sigma else {
            return Err(Error::Undefined { what: "sigma", reason: "neighbouring values do not vary" });
        };
        let mut warnings = Vec::new();
        if present.len() < 20 {
            let text = format!("Centre and sigma come from {} values: limits are provisional.", present.len());
            warnings.push(Warning::new("provisional_limits", text));
        }
        let centre = present.iter().sum::<f64>() / present.len() as f64;
        Ok(Self { layout, centre, sigma, n: values.iter().flatten().count(), warnings })
    }
}

fn check_positive(what: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value.is_finite() { Ok(()) } else { Err(Error::OutOfRange { what, value, expected: "above 0" }) }
}

fn drift_signals(sides: &[Option<Side>], subject: &str, limit: &str, labels: &[String]) -> Vec<Signal> {
    let numbered: Vec<(usize, Option<Side>)> = sides.iter().copied().enumerate().collect();
    let mut signals = Vec::new();
    for stretch in numbered.chunk_by(|a, b| a.1 == b.1) {
        let (first, last) = (stretch[0].0, stretch[stretch.len() - 1].0);
        if let Some(side) = stretch[0].1 {
            let beyond = side.above_or_below();
            let text = format!("Signal {}: {subject} {beyond} {limit}.", span(labels, first, last));
            signals.push(Signal { rule: Rule::Drift, phase: 1, first, last, side: Some(side), text });
        }
    }
    signals
}
