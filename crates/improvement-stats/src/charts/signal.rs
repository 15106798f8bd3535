/// The side of the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Side {
    /// Above the centre, or rising.
    High,
    /// Below the centre, or falling.
    Low,
}

impl Side {
    pub(super) fn of(value: f64) -> Self {
        if value >= 0.0 { Self::High } else { Self::Low }
    }

    pub(super) fn above_or_below(self) -> &'static str {
        match self {
            Self::High => "above",
            Self::Low => "below",
        }
    }
}

/// The pattern that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Rule {
    /// A longer run on one side of the centre than chance allows (Anhøj).
    LongRun,
    /// Fewer crossings of the centre than chance allows (Anhøj).
    FewCrossings,
    /// A fixed number of points in a row on one side.
    Shift,
    /// A fixed number of points in a row rising or falling.
    Trend,
    /// A point beyond a 3-sigma limit.
    BeyondLimits,
    /// Two of three points beyond 2 sigma on one side.
    TwoOfThree,
    /// Four of five points beyond 1 sigma on one side.
    FourOfFive,
    /// Fourteen points alternating up and down.
    Alternating,
    /// Fifteen points within 1 sigma.
    HuggingCentre,
    /// Eight points outside 1 sigma, on both sides.
    Mixture,
    /// The cumulative sum or moving average left its limits.
    Drift,
}

/// A sign that something other than ordinary variation is at work.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Signal {
    /// The pattern.
    pub rule: Rule,
    /// Phase in which it was seen, from 1.
    pub phase: usize,
    /// Zero-based position of the first point of the pattern.
    pub first: usize,
    /// Zero-based position of its last point.
    pub last: usize,
    /// Side of the centre, where the pattern has one.
    pub side: Option<Side>,
    /// What was seen and when, in one sentence.
    pub text: String,
}

/// The signals as one text, or that there is none and what would not have been seen.
pub(super) fn summary(signals: &[Signal], n: usize, enough: bool, unseen: &str) -> String {
    if signals.is_empty() {
        return if enough {
            format!("No sign of change beyond ordinary variation ({n} points). {unseen}")
        } else {
            format!("Too few points to tell ({n}).")
        };
    }
    let texts: Vec<&str> = signals.iter().map(|signal| signal.text.as_str()).collect();
    format!("{} This dates a change; it does not say why.", texts.join(" "))
}

/// 'March 2026', or 'point 7' without labels.
pub(super) fn label(labels: &[String], point: usize) -> String {
    labels.get(point).cloned().unwrap_or_else(|| format!("point {}", point + 1))
}

/// 'from March to June', or 'at March'.
pub(super) fn span(labels: &[String], first: usize, last: usize) -> String {
    if first == last {
        format!("at {}", label(labels, first))
    } else {
        format!("from {} to {}", label(labels, first), label(labels, last))
    }
}
