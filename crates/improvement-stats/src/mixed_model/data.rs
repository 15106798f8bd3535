//! Rows, terms and groups, brought into the form that the fit needs.

use nalgebra::{DMatrix, DVector};

use crate::{Error, Result};

/// A predictor: a name for reports and one value a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Name shown in the result.
    pub name: String,
    /// One value a row; NaN is missing.
    pub values: Vec<f64>,
}

impl Term {
    /// A term from its name and values.
    ///
    /// ```
    /// use improvement_stats::mixed_model::Term;
    /// assert_eq!(Term::new("year", vec![0.0, 1.0]).name, "year");
    /// ```
    pub fn new(name: impl Into<String>, values: Vec<f64>) -> Self {
        Self { name: name.into(), values }
    }
}

/// A predictor split into its two questions.
#[derive(Debug, Clone, PartialEq)]
pub struct WithinBetween {
    /// Each row's value minus its group's mean: change over time within the group.
    pub within: Vec<f64>,
    /// The group's mean: differences between groups.
    pub between: Vec<f64>,
}

/// Splits a predictor into change within groups and difference between groups (Mundlak's form).
///
/// Rows with a missing value (NaN) stay missing in both and do not count towards the mean. Compute it on the rows that enter
/// the model.
///
/// # Errors
/// [`Error::LengthMismatch`], [`Error::NotFinite`] for infinities.
///
/// Source: Mundlak (1978), Econometrica 46.
///
/// ```
/// use improvement_stats::mixed_model::within_between;
/// let split = within_between(&[1.0, 3.0, 5.0], &[0, 0, 1])?;
/// assert_eq!((split.within, split.between), (vec![-1.0, 1.0, 0.0], vec![2.0, 2.0, 5.0]));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
pub fn within_between(values: &[f64], groups: &[usize]) -> Result<WithinBetween> {
    if values.len() != groups.len() {
        let (left_len, right_len) = (values.len(), groups.len());
        return Err(Error::LengthMismatch { left: "values", left_len, right: "groups", right_len });
    }
    if let Some(index) = values.iter().position(|v| v.is_infinite()) {
        return Err(Error::NotFinite { what: "values", index });
    }
    let (codes, _) = group_codes(groups);
    let count = codes.iter().max().map_or(0, |m| m + 1);
    let mut sums = vec![(0.0, 0.0); count];
    for (value, code) in values.iter().zip(&codes).filter(|(v, _)| !v.is_nan()) {
        sums[*code].0 += value;
        sums[*code].1 += 1.0;
    }
    let mean = |code: &usize| sums[*code].0 / sums[*code].1;
    let between = values.iter().zip(&codes).map(|(v, c)| if v.is_nan() { f64::NAN } else { mean(c) }).collect();
    let within = values.iter().zip(&codes).map(|(v, c)| v - mean(c)).collect();
    Ok(WithinBetween { within, between })
}

/// Numbers the distinct labels in ascending order: the code of each row, and the label of each code.
///
/// ```
/// use improvement_stats::mixed_model::group_codes;
/// assert_eq!(group_codes(&["b", "a", "b"]), (vec![1, 0, 1], vec!["a", "b"]));
/// ```
pub fn group_codes<T: Ord + Clone>(labels: &[T]) -> (Vec<usize>, Vec<T>) {
    let mut distinct = labels.to_vec();
    distinct.sort();
    distinct.dedup();
    distinct.shrink_to_fit();
    // Every label is among the distinct ones; the insertion point is its place either way.
    let codes = labels.iter().map(|l| distinct.binary_search(l).unwrap_or_else(|place| place)).collect();
    (codes, distinct)
}

/// Groups of one size, summed: their means' cross-products are all that the fit needs of them.
pub(super) struct SizeClass {
    pub size: f64,
    pub count: f64,
    /// Sum over the groups of the cross-products of their means of (1, predictors, response).
    pub means: DMatrix<f64>,
}

/// Sufficient statistics of standardised columns; the last row and column belong to the response.
pub(super) struct Data {
    pub n: usize,
    /// Number of fixed effects, the intercept among them.
    pub p: usize,
    /// Cross-products of deviations from the groups' means.
    pub within: DMatrix<f64>,
    pub classes: Vec<SizeClass>,
    /// Centre and scale of each column, response last; the intercept has (0, 1).
    pub scaling: Vec<(f64, f64)>,
    /// Means of the standardised columns in each group, with its code and size.
    pub groups: Vec<(usize, f64, DVector<f64>)>,
    pub rows_dropped: usize,
}

impl Data {
    pub fn new(response: &[f64], terms: &[Term], groups: &[usize]) -> Result<Self> {
        let kept = complete_rows(response, terms.iter(), groups)?;
        let (n, p) = (kept.len(), terms.len() + 1);
        if n < p + 2 {
            return Err(Error::TooFew { what: "complete rows", needed: p + 2, got: n });
        }
        let mut scaling = vec![(0.0, 1.0)];
        for term in terms {
            scaling.push(centre_and_scale(&term.values, &kept, &term.name)?);
        }
        scaling.push(centre_and_scale(response, &kept, "the response")?);
        let (codes, labels) = group_codes(&kept.iter().map(|i| groups[*i]).collect::<Vec<_>>());
        let width = p + 1;
        let standardised = Standardised::new(response, terms, &kept, &scaling);
        let mut row = vec![1.0; width];
        let mut sizes = vec![0.0; labels.len()];
        let mut means = vec![0.0; labels.len() * width];
        for (place, &code) in codes.iter().enumerate() {
            standardised.fill(place, &mut row);
            sizes[code] += 1.0;
            for (mean, value) in means[code * width..].iter_mut().zip(&row) {
                *mean += value;
            }
        }
        for (mean, size) in means.chunks_mut(width).zip(&sizes) {
            mean.iter_mut().for_each(|m| *m /= size);
        }
        let within = within_products(&standardised, &codes, &means, width);
        if labels.len() < 2 || labels.len() == n {
            let what = if labels.len() < 2 { "groups" } else { "rows in groups of two or more" };
            return Err(Error::TooFew { what, needed: 2, got: usize::from(labels.len() < 2) });
        }
        let groups: Vec<(usize, f64, DVector<f64>)> = labels
            .iter()
            .enumerate()
            .map(|(code, label)| (*label, sizes[code], DVector::from_column_slice(&means[code * width..(code + 1) * width])))
            .collect();
        let classes = classes(&groups, width);
        Ok(Self { n, p, within, classes, scaling, groups, rows_dropped: response.len() - n })
    }
}

/// The rows in which nothing is missing.
pub(super) fn complete_rows<'a>(
    response: &[f64],
    terms: impl Iterator<Item = &'a Term> + Clone,
    groups: &[usize],
) -> Result<Vec<usize>> {
    if groups.len() != response.len() {
        let (left_len, right_len) = (response.len(), groups.len());
        return Err(Error::LengthMismatch { left: "response", left_len, right: "groups", right_len });
    }
    for values in terms.clone().map(|t| t.values.as_slice()).chain(std::iter::once(response)) {
        if values.len() != response.len() {
            let (left_len, right_len) = (response.len(), values.len());
            return Err(Error::LengthMismatch { left: "response", left_len, right: "a term", right_len });
        }
        if let Some(index) = values.iter().position(|v| v.is_infinite()) {
            return Err(Error::NotFinite { what: "response or term", index });
        }
    }
    let missing = |i: usize| response[i].is_nan() || terms.clone().any(|t| t.values[i].is_nan());
    Ok((0..response.len()).filter(|&i| !missing(i)).collect())
}

/// What a column's mean and standard deviation are, refused where it does not vary.
pub(super) fn centre_and_scale(values: &[f64], kept: &[usize], name: &str) -> Result<(f64, f64)> {
    let n = kept.len() as f64;
    let centre = kept.iter().map(|i| values[*i] / n).sum::<f64>();
    let largest = kept.iter().map(|i| (values[*i] - centre).abs()).fold(0.0, f64::max);
    if largest <= 1e-13 * centre.abs() {
        return Err(Error::Invalid(format!("{name} is the same in every complete row: leave it out")));
    }
    let scale = largest * (kept.iter().map(|i| ((values[*i] - centre) / largest).powi(2)).sum::<f64>() / n).sqrt();
    if !(scale.is_finite() && scale > 0.0) {
        return Err(Error::Invalid(format!("{name} has values too large or too small to compute with: change its unit")));
    }
    Ok((centre, scale))
}

/// Rows of one, standardised terms and response, made when they are looked at: kept, they would be as large as the input.
pub(super) struct Standardised<'a> {
    columns: Vec<(&'a [f64], f64, f64)>,
    kept: &'a [usize],
}

impl<'a> Standardised<'a> {
    /// The rows that are kept, by the centre and scale of each column.
    pub fn new(response: &'a [f64], terms: &'a [Term], kept: &'a [usize], scaling: &[(f64, f64)]) -> Self {
        let columns = terms.iter().map(|t| t.values.as_slice()).chain(std::iter::once(response)).zip(&scaling[1..]);
        Self { columns: columns.map(|(values, (centre, scale))| (values, *centre, *scale)).collect(), kept }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Writes a row after the one that stands for the intercept.
    pub fn fill(&self, place: usize, row: &mut [f64]) {
        let at = self.kept[place];
        for (slot, (values, centre, scale)) in row[1..].iter_mut().zip(&self.columns) {
            *slot = (values[at] - centre) / scale;
        }
    }
}

fn within_products(rows: &Standardised<'_>, codes: &[usize], means: &[f64], width: usize) -> DMatrix<f64> {
    let mut within = vec![0.0; width * width];
    let (mut row, mut deviation) = (vec![1.0; width], vec![0.0; width]);
    for (place, &code) in codes.iter().enumerate() {
        rows.fill(place, &mut row);
        for ((slot, value), mean) in deviation.iter_mut().zip(&row).zip(&means[code * width..]) {
            *slot = value - mean;
        }
        for a in 1..width {
            let (left, line) = (deviation[a], &mut within[a * width..a * width + a + 1]);
            for (slot, right) in line.iter_mut().zip(&deviation) {
                *slot += left * right;
            }
        }
    }
    DMatrix::from_fn(width, width, |i, j| within[i.max(j) * width + i.min(j)])
}

fn classes(groups: &[(usize, f64, DVector<f64>)], width: usize) -> Vec<SizeClass> {
    let mut order: Vec<&(usize, f64, DVector<f64>)> = groups.iter().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    order
        .chunk_by(|a, b| a.1 == b.1)
        .map(|class| {
            let mut means = DMatrix::zeros(width, width);
            for (_, _, mean) in class {
                means.ger(1.0, mean, mean, 1.0);
            }
            SizeClass { size: class[0].1, count: class.len() as f64, means }
        })
        .collect()
}
