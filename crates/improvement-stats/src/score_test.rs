//! Intervals for two shares that come from turning the score test around (Koopman 1984; Miettinen and Nurminen 1985).

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScoreScale {
    /// p1 - p2.
    Difference,
    /// p1 / p2.
    Ratio,
}

/// The values that the score test does not reject, as (low, high). The ratio's high end is infinite when `x2` is 0, and
/// the answer for 0 against 0 is all ratios.
pub(crate) fn score_interval(x1: f64, n1: f64, x2: f64, n2: f64, z: f64, scale: ScoreScale) -> (f64, f64) {
    let (p1, p2) = (x1 / n1, x2 / n2);
    let rejected = |value: f64| statistic(x1, n1, x2, n2, value, scale) > z;
    match scale {
        ScoreScale::Difference => {
            let middle = p1 - p2;
            (boundary(middle, -1.0, &rejected), boundary(middle, 1.0, &rejected))
        }
        ScoreScale::Ratio => {
            if x1 == 0.0 && x2 == 0.0 {
                return (0.0, f64::INFINITY);
            }
            // The logarithm's bounds cover every ratio that counts below 2^53 can distinguish.
            let (bottom, top) = ((1e-20_f64).ln(), (1e20_f64).ln());
            let at_log = |log: f64| rejected(log.exp());
            let middle = if x1 == 0.0 {
                bottom
            } else if x2 == 0.0 {
                top
            } else {
                (p1 / p2).ln()
            };
            let low = if x1 == 0.0 { 0.0 } else { boundary(middle, bottom, &at_log).exp() };
            let high = if x2 == 0.0 { f64::INFINITY } else { boundary(middle, top, &at_log).exp() };
            (low, high)
        }
    }
}

/// The last value on the way from `inside` to `end` that is not rejected, by halving.
fn boundary(inside: f64, end: f64, rejected: &impl Fn(f64) -> bool) -> f64 {
    if !rejected(end) {
        return end;
    }
    let (mut kept, mut lost) = (inside, end);
    for _ in 0..200 {
        let middle = 0.5 * (kept + lost);
        if middle == kept || middle == lost {
            break;
        }
        if rejected(middle) {
            lost = middle;
        } else {
            kept = middle;
        }
    }
    0.5 * (kept + lost)
}

/// Distance of the data from the hypothesis, in standard errors under the hypothesis.
fn statistic(x1: f64, n1: f64, x2: f64, n2: f64, value: f64, scale: ScoreScale) -> f64 {
    let n = n1 + n2;
    let (p1, p2) = (x1 / n1, x2 / n2);
    let (q1, q2, gap, weight) = match scale {
        ScoreScale::Difference => {
            let q2 = restricted_difference(x1, n1, x2, n2, value);
            ((q2 + value).clamp(0.0, 1.0), q2, p1 - p2 - value, 1.0)
        }
        ScoreScale::Ratio => {
            let q2 = restricted_ratio(x1, n1, x2, n2, value);
            ((q2 * value).clamp(0.0, 1.0), q2, p1 - value * p2, value * value)
        }
    };
    let variance = (q1 * (1.0 - q1) / n1 + weight * q2 * (1.0 - q2) / n2) * n / (n - 1.0).max(1.0);
    if variance > 0.0 {
        gap.abs() / variance.sqrt()
    } else if gap.abs() < 1e-12 {
        0.0
    } else {
        f64::INFINITY
    }
}

/// Second share of highest likelihood when first minus second is `value`: the root of a cubic, found by halving its
/// derivative's sign.
fn restricted_difference(x1: f64, n1: f64, x2: f64, n2: f64, value: f64) -> f64 {
    let (mut low, mut high) = ((-value).max(0.0), (1.0 - value).min(1.0));
    // The log likelihood is concave in the share, so its slope changes sign once.
    let slope = |q: f64| part(x1, q + value) - part(n1 - x1, 1.0 - q - value) + part(x2, q) - part(n2 - x2, 1.0 - q);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if middle == low || middle == high {
            break;
        }
        if slope(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// count / share, with no pull from an empty count at the edge.
fn part(count: f64, share: f64) -> f64 {
    if count == 0.0 { 0.0 } else { count / share.max(f64::MIN_POSITIVE) }
}

/// Second share of highest likelihood when first over second is `value`: the smaller root of a quadratic.
fn restricted_ratio(x1: f64, n1: f64, x2: f64, n2: f64, value: f64) -> f64 {
    let a = (n1 + n2) * value;
    let b = n1 * value + x1 + n2 + x2 * value;
    let c = x1 + x2;
    let root = (b * b - 4.0 * a * c).max(0.0).sqrt();
    // 2c/(b + root) is the same root as (b - root)/(2a) without the cancellation.
    (2.0 * c / (b + root)).clamp(0.0, (1.0 / value).min(1.0))
}
