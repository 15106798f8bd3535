//! The table of who rated what how.

use std::collections::BTreeMap;

use crate::{Error, Result};

/// Units (rows: items, artefacts, visits) by raters (columns), with gaps where somebody did not rate.
///
/// Values are numbers on the rubric's scale; for nominal questions use any numbers as labels. A gap says "not rated"; it is
/// never a zero. "Not applicable" is a different question and belongs in a table of its own.
///
/// ```
/// use improvement_stats::agreement::Ratings;
/// let ratings = Ratings::from_rows(&[vec![Some(3.0), Some(2.0)], vec![Some(1.0), None]])?;
/// assert_eq!((ratings.units(), ratings.raters(), ratings.get(1, 1)), (2, 2, None));
/// # Ok::<(), improvement_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ratings {
    units: usize,
    raters: usize,
    values: Vec<f64>,
}

/// [`Ratings`] read from a long table, with the names of its rows and columns in order of first appearance.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledRatings<U, R> {
    /// The table.
    pub ratings: Ratings,
    /// Name of each unit (row).
    pub units: Vec<U>,
    /// Name of each rater (column).
    pub raters: Vec<R>,
}

impl Ratings {
    /// A table from rows of equal length, one a unit, one column a rater.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows or columns, [`Error::Invalid`] when rows differ in length, [`Error::NotFinite`] (position
    /// counted along the rows) for NaN and infinities: leave a gap (`None`) instead.
    ///
    /// ```
    /// use improvement_stats::agreement::Ratings;
    /// let ratings = Ratings::from_rows(&[vec![Some(1.0), Some(2.0)], vec![Some(3.0), None]])?;
    /// assert_eq!((ratings.units(), ratings.raters()), (2, 2));
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn from_rows(rows: &[Vec<Option<f64>>]) -> Result<Self> {
        let raters = rows.first().map_or(0, Vec::len);
        if raters == 0 {
            return Err(Error::Empty { what: "ratings" });
        }
        let mut values = Vec::with_capacity(rows.len() * raters);
        for (unit, row) in rows.iter().enumerate() {
            if row.len() != raters {
                return Err(Error::Invalid(format!(
                    "unit {unit} has {} ratings but the first has {raters}: give every rater a place, with a gap where missing",
                    row.len()
                )));
            }
            for value in row {
                match value {
                    Some(v) if !v.is_finite() => {
                        return Err(Error::NotFinite { what: "ratings", index: values.len() });
                    }
                    Some(v) => values.push(v + 0.0),
                    None => values.push(f64::NAN),
                }
            }
        }
        Ok(Self { units: rows.len(), raters, values })
    }

    /// A table from a long list of (unit, rater, value), as in a CSV file `unit,rater,value`.
    ///
    /// # Errors
    /// [`Error::Empty`] without records, [`Error::NotFinite`] for NaN and infinities (leave the record out instead),
    /// [`Error::Invalid`] when a rater rated a unit twice.
    ///
    /// ```
    /// use improvement_stats::agreement::Ratings;
    /// let long = Ratings::from_records(&[("essay 1", "Ann", 2.0), ("essay 1", "Bo", 3.0), ("essay 2", "Ann", 1.0)])?;
    /// assert_eq!(long.units, ["essay 1", "essay 2"]);
    /// assert_eq!(long.ratings.get(1, 1), None);
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn from_records<U: Ord + Clone, R: Ord + Clone>(records: &[(U, R, f64)]) -> Result<LabelledRatings<U, R>> {
        if records.is_empty() {
            return Err(Error::Empty { what: "ratings" });
        }
        let mut unit_index = BTreeMap::new();
        let mut rater_index = BTreeMap::new();
        let (mut units, mut raters) = (Vec::new(), Vec::new());
        let mut places = Vec::with_capacity(records.len());
        for (unit, rater, _) in records {
            let u = *unit_index.entry(unit).or_insert_with(|| {
                units.push(unit.clone());
                units.len() - 1
            });
            let r = *rater_index.entry(rater).or_insert_with(|| {
                raters.push(rater.clone());
                raters.len() - 1
            });
            places.push((u, r));
        }
        let width = raters.len();
        let mut values = vec![f64::NAN; units.len() * width];
        for (index, (&(u, r), record)) in places.iter().zip(records).enumerate() {
            if !record.2.is_finite() {
                return Err(Error::NotFinite { what: "ratings", index });
            }
            if !values[u * width + r].is_nan() {
                return Err(Error::Invalid(format!("record {index} rates a unit that the same rater already rated")));
            }
            values[u * width + r] = record.2 + 0.0;
        }
        let ratings = Self { units: units.len(), raters: width, values };
        Ok(LabelledRatings { ratings, units, raters })
    }

    /// Number of units (rows).
    pub fn units(&self) -> usize {
        self.units
    }

    /// Number of raters (columns).
    pub fn raters(&self) -> usize {
        self.raters
    }

    /// The rating of `unit` by `rater`; `None` for a gap and for positions outside the table.
    ///
    /// ```
    /// use improvement_stats::agreement::Ratings;
    /// let ratings = Ratings::from_rows(&[vec![Some(1.0), None]])?;
    /// assert_eq!((ratings.get(0, 0), ratings.get(0, 1), ratings.get(7, 0)), (Some(1.0), None, None));
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn get(&self, unit: usize, rater: usize) -> Option<f64> {
        if unit >= self.units || rater >= self.raters {
            return None;
        }
        Some(self.values[unit * self.raters + rater]).filter(|v| !v.is_nan())
    }

    /// The ratings that `unit` got, without the gaps, in order of the raters.
    pub(crate) fn present(&self, unit: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let row = &self.values[unit * self.raters..(unit + 1) * self.raters];
        row.iter().copied().enumerate().filter(|(_, v)| !v.is_nan())
    }

    /// The table without one rater's column.
    pub(crate) fn without_rater(&self, rater: usize) -> Self {
        let values = self.values.iter().enumerate().filter(|(i, _)| i % self.raters != rater).map(|(_, v)| *v).collect();
        Self { units: self.units, raters: self.raters - 1, values }
    }

    /// Rows without any gap, or an error when there are fewer than `needed`.
    pub(crate) fn complete_rows(&self, needed: usize) -> Result<Vec<&[f64]>> {
        let rows: Vec<&[f64]> = self.values.chunks(self.raters).filter(|row| row.iter().all(|v| !v.is_nan())).collect();
        if rows.len() < needed {
            return Err(Error::TooFew { what: "units that every rater rated", needed, got: rows.len() });
        }
        Ok(rows)
    }

    /// The distinct values, ascending.
    pub(crate) fn categories(&self) -> Vec<f64> {
        let mut found: Vec<f64> = Vec::new();
        for &value in self.values.iter().filter(|v| !v.is_nan()) {
            if let Err(place) = found.binary_search_by(|c| c.total_cmp(&value)) {
                found.insert(place, value);
                // Insertion is fastest for a rubric's few levels; continuous measurements are sorted as a whole.
                if found.len() > 512 {
                    let mut all: Vec<f64> = self.values.iter().copied().filter(|v| !v.is_nan()).collect();
                    all.sort_by(f64::total_cmp);
                    all.dedup();
                    return all;
                }
            }
        }
        found
    }
}
