//! Sample quantiles and spread.

/// Quantile of ascending values by linear interpolation between order statistics (R's type 7); NaN without values.
pub(crate) fn type7(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = p.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let part = place - below as f64;
    let low = sorted[below.min(last)];
    let high = sorted[(below + 1).min(last)];
    if part == 0.0 { low } else { low + part * (high - low) }
}

/// Mean; NaN without values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance with n - 1; NaN below two values.
pub(crate) fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let centre = mean(values);
    values.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}

/// Sample standard deviation with n - 1; NaN below two values.
pub(crate) fn standard_deviation(values: &[f64]) -> f64 {
    variance(values).sqrt()
}
