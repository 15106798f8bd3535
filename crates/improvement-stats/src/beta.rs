//! Quantiles of the beta distribution, for counts of any size.

use statrs::function::gamma::ln_gamma;

/// Share of the Beta(a, b) distribution below `x`, and above it.
///
/// statrs stops its continued fraction after 140 steps, too early for counts in the tens of thousands; this one goes on
/// until it settles.
fn shares(a: f64, b: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x >= 1.0 {
        return (1.0, 0.0);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        let below = front * continued_fraction(a, b, x) / a;
        (below, 1.0 - below)
    } else {
        let above = front * continued_fraction(b, a, 1.0 - x) / b;
        (1.0 - above, above)
    }
}

/// The continued fraction of the incomplete beta function (Lentz's way).
pub(crate) fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..100_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let change = d * c;
        value *= change;
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// The value with the share `p` of Beta(a, b) below it; `a` and `b` must be positive and `p` between 0 and 1.
///
/// Newton steps kept inside a bracket that halves whenever a step would leave it.
pub(crate) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !(p > 0.0 && a > 0.0 && b > 0.0) {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let log_scale = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = a / (a + b);
    let mut last_step = f64::INFINITY;
    for _ in 0..2_000 {
        let (below, above) = shares(a, b, x);
        let miss = if p < 0.5 { below - p } else { (1.0 - p) - above };
        if miss > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = (log_scale + (a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p()).exp();
        let newton = x - miss / density;
        let inside = newton.is_finite() && newton > low && newton < high;
        let next = if inside { newton } else { 0.5 * (low + high) };
        let step = (next - x).abs();
        // Small steps that no longer shrink are rounding of the logarithms, which no further step improves.
        let stalled = inside && step < 1e-9 * x && step >= 0.5 * last_step;
        if step <= f64::EPSILON * x || stalled || high - low <= f64::MIN_POSITIVE {
            return next;
        }
        last_step = step;
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverts_known_closed_forms() {
        for p in [1e-9_f64, 0.025, 0.5, 0.975] {
            let expected = -((-p).ln_1p() / 7.0).exp_m1();
            assert!((beta_quantile(p, 1.0, 7.0) / expected - 1.0).abs() < 1e-12);
            assert!((beta_quantile(p, 3.0, 1.0) / p.powf(1.0 / 3.0) - 1.0).abs() < 1e-13);
        }
        assert!((beta_quantile(0.5, 40_000.0, 40_000.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn answers_any_number() {
        for p in [f64::NAN, -1.0, 0.0, 1e-300, 0.3, 1.0, 2.0, f64::INFINITY] {
            for a in [f64::NAN, -1.0, 0.0, 1e-3, 1.0, 1e9] {
                assert!(beta_quantile(p, a, 3.0).is_finite());
                assert!(beta_quantile(p, a, a).is_finite());
            }
        }
    }
}
