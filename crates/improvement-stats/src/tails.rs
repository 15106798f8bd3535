//! Tail areas and quantiles of the few distributions behind tests and intervals, kept free of the limits that statrs has at the edges.

use statrs::function::erf::{erfc, erfc_inv};
use statrs::function::gamma::{checked_gamma_ur, ln_gamma};

use crate::beta::{beta_quantile, continued_fraction};

/// Beyond this many degrees of freedom t and F are normal and chi-squared to double precision.
const LARGEST_DF: f64 = 1e10;
/// Below this the quantiles overflow.
const SMALLEST_DF: f64 = 1e-3;

/// Share of the standard normal distribution above `z`.
pub(crate) fn normal_above(z: f64) -> f64 {
    0.5 * erfc(z / std::f64::consts::SQRT_2)
}

/// Two-sided p value of a standard normal statistic.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    if z.is_nan() { f64::NAN } else { (2.0 * normal_above(z.abs())).min(1.0) }
}

/// Value below which the share `p` of the standard normal distribution lies.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    // No Newton step on `erfc` after this: erfc_inv is right to the last digit, erfc only to 1e-11.
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p)
}

/// Log of the beta function; by Stirling's series where a difference of log-gammas would cancel.
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = (a.min(b), a.max(b));
    if large < 1e4 {
        return ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    }
    let sum = small + large;
    let rest = |x: f64| 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3));
    let slope = (large - 0.5) * (-small / sum).ln_1p() - small * sum.ln() + small;
    ln_gamma(small) + slope + rest(large) - rest(sum)
}

/// Share of Beta(a, b) below `x`, given also `y` = 1 - x, of which one may be too small to find by subtraction.
fn beta_share(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if !(a >= SMALLEST_DF / 2.0 && b >= SMALLEST_DF / 2.0) || x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 || y <= 0.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    let (a, b) = (a.min(LARGEST_DF), b.min(LARGEST_DF));
    // The logarithm of a share near 1 comes from the other share, since large parameters magnify its rounding.
    let log = |share: f64, other: f64| if share > 0.5 { (-other).ln_1p() } else { share.ln() };
    let front = (a * log(x, y) + b * log(y, x) - ln_beta(a, b)).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        (front * continued_fraction(a, b, x) / a).clamp(0.0, 1.0)
    } else {
        (1.0 - front * continued_fraction(b, a, y) / b).clamp(0.0, 1.0)
    }
}

/// Two-sided p value of a t statistic; infinite `df` means the normal distribution.
pub(crate) fn t_two_sided(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if t.is_infinite() {
        return 0.0;
    }
    if df > LARGEST_DF {
        return normal_two_sided(t);
    }
    beta_share(df / 2.0, 0.5, df / (df + t * t), 1.0 / (1.0 + df / (t * t)))
}

/// The positive t value that leaves `1 - level` outside both ends.
pub(crate) fn t_critical(level: f64, df: f64) -> f64 {
    let outside = 1.0 - level;
    if df.is_nan() || df < SMALLEST_DF || !(outside > 0.0 && outside < 1.0) {
        return f64::NAN;
    }
    let z = -normal_quantile(outside / 2.0);
    if df > LARGEST_DF {
        return z;
    }
    let x = if df < 100.0 { beta_quantile(outside, df / 2.0, 0.5) } else { 1.0 };
    let mut t = if x > 0.0 && x < 1.0 { (df * (1.0 - x) / x).sqrt() } else { z };
    let log_scale = -ln_beta(df / 2.0, 0.5) - 0.5 * df.ln();
    for _ in 0..4 {
        let density = 2.0 * (log_scale - 0.5 * (df + 1.0) * (t * t / df).ln_1p()).exp();
        let next = t + (t_two_sided(t, df) - outside) / density;
        if !(next.is_finite() && next > 0.0) {
            break;
        }
        t = next;
    }
    t
}

/// Share of the F distribution above `f`.
pub(crate) fn f_above(f: f64, df1: f64, df2: f64) -> f64 {
    if f.is_nan() || !(df1 > 0.0 && df2 > 0.0) {
        return f64::NAN;
    }
    if f <= 0.0 {
        return 1.0;
    }
    if f.is_infinite() {
        return 0.0;
    }
    beta_share(df2 / 2.0, df1 / 2.0, df2 / (df2 + df1 * f), 1.0 / (1.0 + df2 / (df1 * f)))
}

/// Value of the F distribution with the share `p` below it.
pub(crate) fn f_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && df1 >= SMALLEST_DF && df2 >= SMALLEST_DF) {
        return f64::NAN;
    }
    let (df1, df2) = (df1.min(1e6), df2.min(1e6));
    let (a, b) = (df1 / 2.0, df2 / 2.0);
    let x = beta_quantile(p, a, b);
    let mut f = if x > 0.0 && x < 1.0 { df2 * x / (df1 * (1.0 - x)) } else { 1.0 };
    for _ in 0..4 {
        let log_density = a * (df1 / df2).ln() + (a - 1.0) * f.ln() - (a + b) * (df1 * f / df2).ln_1p() - ln_beta(a, b);
        let next = f - (1.0 - f_above(f, df1, df2) - p) / log_density.exp();
        if !(next.is_finite() && next > 0.0) {
            break;
        }
        f = next;
    }
    f
}

/// Share of the chi-squared distribution above `x`.
pub(crate) fn chi_squared_above(x: f64, df: f64) -> f64 {
    if x.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    if df > 1e8 {
        // statrs' series would not end; the cube root is normal to many digits here (Wilson and Hilferty 1931).
        let spread = 2.0 / (9.0 * df);
        return normal_above(((x / df).cbrt() - 1.0 + spread) / spread.sqrt());
    }
    // Beyond this the share is below the smallest double, and the series would take forever.
    if x > df + 50.0 * (2.0 * df).sqrt() + 3000.0 {
        return 0.0;
    }
    checked_gamma_ur(df / 2.0, x / 2.0).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-11 * b.abs().max(1e-300), "{a} is not {b}");
    }

    #[test]
    fn quantiles_invert_tails() {
        for df in [1.0, 2.5, 7.0, 30.0, 4050.0, 3e4] {
            let t = t_critical(0.95, df);
            close(t_two_sided(t, df), 0.05);
            let f = f_quantile(0.975, df, 12.0);
            close(f_above(f, df, 12.0), 0.025);
        }
        close(normal_quantile(0.975), 1.959963984540054);
        close(t_critical(0.95, 5.0), 2.5705818356363146);
        close(t_critical(0.95, 44.0), 2.0153675744437636);
        close(t_two_sided(3.0, 30_000.0), 0.002702012471269933);
    }

    #[test]
    fn tails_answer_any_number() {
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, 1e300, 5e-324] {
            for df in [f64::NAN, f64::INFINITY, 0.0, -1.0, 1.0, 1e300, 5e-324] {
                let _ = (t_two_sided(x, df), t_critical(x, df), f_above(x, df, 3.0), f_above(x, 3.0, df));
                let _ = (chi_squared_above(x, df), f_quantile(x, df, 3.0), normal_quantile(x), normal_two_sided(x));
            }
        }
    }
}
