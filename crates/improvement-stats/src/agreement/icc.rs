//! Intraclass correlations.

use super::Ratings;
use crate::{Error, Interval, Result, Warning, check_level, tails};

/// Which intraclass correlation: how raters were chosen, and whether one rating or the mean of all counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum IccForm {
    /// ICC(1,1): each unit had other raters; one rating.
    OneWaySingle,
    /// ICC(1,k): each unit had other raters; the mean of k.
    OneWayAverage,
    /// ICC(2,1): the same raters, standing for others like them; absolute agreement of one rating.
    AgreementSingle,
    /// ICC(2,k): as before, for the mean of k.
    AgreementAverage,
    /// ICC(3,1): just these raters; a constant difference between them does not count; one rating.
    ConsistencySingle,
    /// ICC(3,k): as before, for the mean of k.
    ConsistencyAverage,
}

impl IccForm {
    /// Name in the notation of Shrout and Fleiss.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneWaySingle => "ICC(1,1)",
            Self::OneWayAverage => "ICC(1,k)",
            Self::AgreementSingle => "ICC(2,1)",
            Self::AgreementAverage => "ICC(2,k)",
            Self::ConsistencySingle => "ICC(3,1)",
            Self::ConsistencyAverage => "ICC(3,k)",
        }
    }
}

/// An intraclass correlation with its test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Icc {
    /// Share of the variance of ratings that comes from the units; can fall below 0 in small samples.
    pub estimate: f64,
    /// F-based interval. For the mean of k raters with absolute agreement it is that of one rating, stepped up.
    pub interval: Interval,
    /// F statistic for no difference between units; infinite when raters agree fully.
    pub f: f64,
    /// Degrees of freedom of units.
    pub df1: f64,
    /// Degrees of freedom of error; Satterthwaite's for absolute agreement.
    pub df2: f64,
    /// p value of the test.
    pub p_value: f64,
    /// Mean square of units.
    pub mean_square_units: f64,
    /// Mean square within units.
    pub mean_square_within: f64,
    /// Mean square of raters.
    pub mean_square_raters: f64,
    /// Mean square of error (two-way).
    pub mean_square_error: f64,
    /// Units that every rater rated; only these are used.
    pub n: usize,
    /// Raters (k).
    pub raters: usize,
    /// Which form.
    pub form: IccForm,
    /// Its name.
    pub method: &'static str,
    /// Cautions.
    pub warnings: Vec<Warning>,
}

struct MeanSquares {
    units: f64,
    within: f64,
    raters: f64,
    error: f64,
}

/// How much of a score is the unit, and how much the rater?
///
/// Use [`IccForm::AgreementSingle`] for "would another rater give this score" and [`IccForm::AgreementAverage`] for the mean of
/// all. For measurements and long rubrics; for labels use [`super::gwet_ac`], and with gaps [`super::krippendorff_alpha`] with
/// the interval level (units with a gap are left out here). The consistency forms hide a rater who is always lower.
///
/// Formula, from the mean squares of units R, within W, raters C, error E (n units, k raters):
/// one-way (R−W)/(R+(k−1)W), agreement (R−E)/(R+(k−1)E+k(C−E)/n), consistency (R−E)/(R+(k−1)E), each stepped up by
/// Spearman-Brown for the mean of k.
///
/// # Errors
/// [`Error::TooFew`] below two raters or two complete units, [`Error::Undefined`] when all ratings are the same,
/// [`Error::OutOfRange`] for a level outside (0, 1).
///
/// Source: Shrout & Fleiss (1979), Psychological Bulletin 86; McGraw & Wong (1996), Psychological Methods 1.
///
/// ```
/// use improvement_stats::agreement::{IccForm, Ratings, icc};
/// let rows: Vec<Vec<Option<f64>>> =
///     [[9., 2., 5., 8.], [6., 1., 3., 2.], [8., 4., 6., 8.], [7., 1., 2., 6.], [10., 5., 6., 9.], [6., 2., 4., 7.]]
///         .iter().map(|r| r.map(Some).to_vec()).collect();
/// let icc = icc(&Ratings::from_rows(&rows)?, IccForm::AgreementSingle, 0.95)?;
/// assert!((icc.estimate - 0.2897638).abs() < 1e-6);
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn icc(ratings: &Ratings, form: IccForm, level: f64) -> Result<Icc> {
    check_level(level)?;
    super::need_raters(ratings)?;
    let rows = ratings.complete_rows(2)?;
    let (n, k) = (rows.len() as f64, ratings.raters() as f64);
    let ms = mean_squares(&rows, ratings.raters());
    let scale = ms.units + ms.within;
    if scale <= 0.0 || !scale.is_finite() {
        let reason = "all ratings are the same, or too large to square";
        return Err(Error::Undefined { what: "intraclass correlation", reason });
    }
    let noise = match form {
        IccForm::OneWaySingle | IccForm::OneWayAverage => ms.within,
        _ => ms.error,
    };
    let f = ms.units / noise;
    let df1 = n - 1.0;
    let (estimate, df2, low, high) = match form {
        IccForm::AgreementSingle | IccForm::AgreementAverage => agreement(&ms, n, k, form, level),
        _ => consistency(&ms, noise, n, k, form, level),
    };
    let undefined = Error::Undefined { what: "intraclass correlation", reason: "neither units nor error vary" };
    if !estimate.is_finite() {
        return Err(undefined);
    }
    let perfect = noise <= 0.0;
    let end = |x: f64| if perfect || x.is_nan() { estimate } else { x };
    let mut warnings = super::units_left_out(ratings.units() - rows.len());
    if rows.len() < 10 {
        warnings.push(Warning::new("few_units", format!("Only {} complete units: the interval is wide.", rows.len())));
    }
    Ok(Icc {
        estimate,
        interval: Interval::new(end(low), end(high), level),
        f,
        df1,
        df2,
        p_value: tails::f_above(f, df1, df2),
        mean_square_units: ms.units,
        mean_square_within: ms.within,
        mean_square_raters: ms.raters,
        mean_square_error: ms.error,
        n: rows.len(),
        raters: ratings.raters(),
        form,
        method: form.name(),
        warnings,
    })
}

fn mean_squares(rows: &[&[f64]], raters: usize) -> MeanSquares {
    let (n, k) = (rows.len() as f64, raters as f64);
    let grand = rows.iter().map(|r| r.iter().sum::<f64>() / k).sum::<f64>() / n;
    let columns: Vec<f64> = (0..raters).map(|j| rows.iter().map(|r| r[j] - grand).sum::<f64>() / n).collect();
    let (mut between, mut within, mut error) = (0.0, 0.0, 0.0);
    for row in rows {
        let mean = row.iter().map(|v| v - grand).sum::<f64>() / k;
        between += mean * mean;
        for (value, column) in row.iter().zip(&columns) {
            within += (value - grand - mean).powi(2);
            error += (value - grand - mean - column).powi(2);
        }
    }
    // What rounding leaves of a difference that is exactly 0 must not pass for variation.
    let clean = |x: f64| if x < 1e-28 * (between + within + grand * grand) { 0.0 } else { x };
    MeanSquares {
        units: k * clean(between) / (n - 1.0),
        within: clean(within) / (n * (k - 1.0)),
        raters: n * clean(columns.iter().map(|c| c * c).sum()) / (k - 1.0),
        error: clean(error) / ((n - 1.0) * (k - 1.0)),
    }
}

/// Estimate, error degrees of freedom and interval of the forms in which a rater's constant difference does not count.
fn consistency(ms: &MeanSquares, noise: f64, n: f64, k: f64, form: IccForm, level: f64) -> (f64, f64, f64, f64) {
    let df1 = n - 1.0;
    let df2 = match form {
        IccForm::OneWaySingle | IccForm::OneWayAverage => n * (k - 1.0),
        _ => (n - 1.0) * (k - 1.0),
    };
    let upper = 1.0 - (1.0 - level) / 2.0;
    let f = ms.units / noise;
    let low = f / tails::f_quantile(upper, df1, df2);
    let high = f * tails::f_quantile(upper, df2, df1);
    match form {
        IccForm::OneWayAverage | IccForm::ConsistencyAverage => {
            ((ms.units - noise) / ms.units, df2, 1.0 - 1.0 / low, 1.0 - 1.0 / high)
        }
        _ => {
            let single = |f: f64| (f - 1.0) / (f + k - 1.0);
            ((ms.units - noise) / (ms.units + (k - 1.0) * noise), df2, single(low), single(high))
        }
    }
}

/// The same for absolute agreement. Its interval uses the single rating's degrees of freedom in both forms.
fn agreement(ms: &MeanSquares, n: f64, k: f64, form: IccForm, level: f64) -> (f64, f64, f64, f64) {
    let (r, c, e) = (ms.units, ms.raters, ms.error);
    let satterthwaite =
        |a: f64, b: f64| (a * c + b * e).powi(2) / ((a * c).powi(2) / (k - 1.0) + (b * e).powi(2) / ((n - 1.0) * (k - 1.0)));
    let single = (r - e) / (r + (k - 1.0) * e + k * (c - e) / n);
    let part = single / (n * (1.0 - single));
    let df_single = satterthwaite(k * part, 1.0 + k * part * (n - 1.0));
    let upper = 1.0 - (1.0 - level) / 2.0;
    let quantile_low = tails::f_quantile(upper, n - 1.0, df_single);
    let quantile_high = tails::f_quantile(upper, df_single, n - 1.0);
    let spread = k * c + (k * n - k - n) * e;
    let low = n * (r - quantile_low * e) / (quantile_low * spread + n * r);
    let high = n * (quantile_high * r - e) / (spread + n * quantile_high * r);
    if form == IccForm::AgreementSingle {
        return (single, df_single, low, high);
    }
    let average = (r - e) / (r + (c - e) / n);
    let part = average / (n * (1.0 - average));
    let step_up = |x: f64| k * x / (1.0 + (k - 1.0) * x);
    (average, satterthwaite(part, 1.0 + part * (n - 1.0)), step_up(low), step_up(high))
}
