use statrs::function::gamma::ln_gamma;

use super::assemble::assemble;
use super::control::{ChartKind, ControlChart, RuleSet};
use super::layout::Layout;
use super::options::ChartOptions;
use super::scale::Scale;
use crate::check::usable;
use crate::{Error, Result};

/// Which figure of several values a period is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum SubgroupKind {
    /// The mean: has the level moved?
    Mean,
    /// The standard deviation: has the spread moved? Look at this one first, since it sets the limits of the other.
    StandardDeviation,
}

/// Are the means (or spreads) of several values a period stable?
///
/// `subgroups` holds the values of each period in time order; an empty period is a missing point. Use it when a period
/// has a handful of comparable values (ratings of several rooms); the limits come from the spread *within* periods, so
/// if periods differ for their own reasons (other schools each month) use an I chart of the means instead.
///
/// In words: centre Σ n·mean / Σ n; s the mean of the standard deviations when all periods have as many values,
/// otherwise pooled, √(Σ (n - 1)s² / Σ (n - 1)); limits of the mean: centre ± 3 s/(c₄ √n); of the standard deviation:
/// s(1 ± 3 √(1 - c₄²)/c₄), not below 0, with c₄ = √(2/(n - 1)) Γ(n/2)/Γ((n - 1)/2). A period with a single value has no
/// limits.
///
/// Source: Montgomery, Introduction to Statistical Quality Control, chapter 6.
///
/// # Errors
/// As [`control_chart`](super::control_chart); [`Error::TooFew`] when no baseline period of any phase has two values.
///
/// ```
/// use improvement_stats::charts::{ChartOptions, RuleSet, SubgroupKind, subgroup_chart};
/// let groups = vec![vec![3.0, 4.0, 2.0], vec![3.0, 3.0, 4.0], vec![2.0, 3.0, 3.0]];
/// let chart = subgroup_chart(SubgroupKind::Mean, &groups, RuleSet::Anhoej, &ChartOptions::default())?;
/// assert_eq!(chart.estimate, Some(3.0));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn subgroup_chart(
    kind: SubgroupKind,
    subgroups: &[Vec<f64>],
    rules: RuleSet,
    options: &ChartOptions,
) -> Result<ControlChart> {
    let layout = Layout::new(subgroups.len(), options)?;
    for (index, group) in subgroups.iter().enumerate() {
        if group.iter().any(|v| !usable(*v)) {
            return Err(Error::NotFinite { what: "values of the subgroup", index });
        }
    }
    let groups: Vec<Option<Subgroup>> = subgroups.iter().map(|values| Subgroup::new(values)).collect();
    if !groups.iter().flatten().any(|g| g.sd.is_some()) {
        return Err(Error::TooFew { what: "values in a period", needed: 2, got: 1 });
    }
    let scales = (0..layout.phases).map(|phase| scale(kind, &groups, &layout.base_of(phase))).collect();
    let (chart_kind, plotted) = match kind {
        SubgroupKind::Mean => (ChartKind::XBar, groups.iter().map(|g| g.as_ref().map(|g| g.mean)).collect()),
        SubgroupKind::StandardDeviation => (ChartKind::S, groups.iter().map(|g| g.as_ref().and_then(|g| g.sd)).collect()),
    };
    let sizes = groups.iter().map(|g| g.as_ref().map(|g| g.n)).collect();
    assemble(chart_kind, plotted, sizes, scales, rules, layout, options)
}

struct Subgroup {
    n: f64,
    mean: f64,
    sd: Option<f64>,
}

impl Subgroup {
    fn new(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        Some(Self { n, mean, sd: (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt()) })
    }
}

fn scale(kind: SubgroupKind, groups: &[Option<Subgroup>], base: &[usize]) -> Option<Scale> {
    let present: Vec<&Subgroup> = base.iter().filter_map(|&i| groups[i].as_ref()).collect();
    let spread = spread(&present)?;
    let by_group = |f: &dyn Fn(f64) -> f64| {
        let sigma = |g: &Option<Subgroup>| g.as_ref().filter(|g| g.n > 1.0).map(|g| f(g.n));
        groups.iter().map(sigma).collect::<Vec<_>>()
    };
    Some(match kind {
        SubgroupKind::Mean => {
            let centre = present.iter().map(|g| g.n * g.mean).sum::<f64>() / present.iter().map(|g| g.n).sum::<f64>();
            let sigma = by_group(&|n| spread / (c4(n) * n.sqrt()));
            Scale { centre, middle: centre, sigma, range: (f64::NEG_INFINITY, f64::INFINITY), power: 1.0 }
        }
        SubgroupKind::StandardDeviation => {
            let sigma = by_group(&|n| spread * (1.0 - c4(n).powi(2)).max(0.0).sqrt() / c4(n));
            Scale { centre: spread, middle: spread, sigma, range: (0.0, f64::INFINITY), power: 1.0 }
        }
    })
}

/// Mean standard deviation for equal sizes, pooled otherwise.
fn spread(groups: &[&Subgroup]) -> Option<f64> {
    let known: Vec<(f64, f64)> = groups.iter().filter_map(|g| g.sd.map(|sd| (g.n, sd))).collect();
    let first = groups.first()?.n;
    if known.is_empty() {
        return None;
    }
    if groups.iter().all(|g| g.n == first) {
        return Some(known.iter().map(|(_, sd)| sd).sum::<f64>() / known.len() as f64);
    }
    let squares: f64 = known.iter().map(|(n, sd)| (n - 1.0) * sd * sd).sum();
    Some((squares / known.iter().map(|(n, _)| n - 1.0).sum::<f64>()).sqrt())
}

/// Mean of the standard deviation of `n` normal values with sigma 1.
fn c4(n: f64) -> f64 {
    (2.0 / (n - 1.0)).sqrt() * (ln_gamma(n / 2.0) - ln_gamma((n - 1.0) / 2.0)).exp()
}
