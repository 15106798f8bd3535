/// A centre and a sigma that do not come from the points themselves: a norm, or a long stable time before.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Standard {
    /// The centre.
    pub centre: f64,
    /// The standard deviation of single values; above 0.
    pub sigma: f64,
}

/// What is known about the points of a chart before looking at their values.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChartOptions {
    /// Zero-based positions at which a new phase begins. A new phase needs a known cause dated before looking, a
    /// lasting shift and the expectation that it stays; searching for the split that looks best manufactures stability.
    pub phase_starts: Vec<usize>,
    /// How many of the first points of each phase the centre and limits come from; all when absent.
    pub baseline: Option<usize>,
    /// Zero-based positions left out of centre, limits and runs (their neighbours become neighbours), but still drawn.
    pub excluded: Vec<usize>,
    /// Leave out moving ranges of 3.267 times their mean or more, once, before estimating sigma (Nelson 1982). On by
    /// default, so that one wild point does not hide itself.
    pub screen_moving_ranges: bool,
    /// Centre and sigma that are known from elsewhere; estimated from the points when absent. Only
    /// [`control_chart`](super::control_chart) of single values reads it, and refuses it for other kinds.
    pub standard: Option<Standard>,
    /// Names of the periods ("March 2026"), for the sentences about signals; points are numbered from 1 when empty.
    pub labels: Vec<String>,
}

impl Default for ChartOptions {
    fn default() -> Self {
        Self {
            phase_starts: Vec::new(),
            baseline: None,
            excluded: Vec::new(),
            screen_moving_ranges: true,
            standard: None,
            labels: Vec::new(),
        }
    }
}

/// The positions at which a column of phase names changes, for [`ChartOptions::phase_starts`].
///
/// ```
/// assert_eq!(improvement_stats::charts::phase_starts(&["before", "before", "after"]), vec![2]);
/// ```
pub fn phase_starts<T: PartialEq>(phases: &[T]) -> Vec<usize> {
    (1..phases.len()).filter(|&i| phases[i] != phases[i - 1]).collect()
}
