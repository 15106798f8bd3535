//! Counts that are published together, and how they add up.

use crate::{Error, Result};

/// A published sum: the parts add up to the total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Cell that holds the sum.
    pub total: usize,
    /// Cells that are summed.
    pub parts: Vec<usize>,
}

/// A dimension of a table, as a tree of categories.
///
/// `parents[i]` is the category that category `i` belongs to; `None` for the top (usually one, the total).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// Parent of each category.
    pub parents: Vec<Option<usize>>,
}

impl Dimension {
    /// A dimension of `categories` that add up to one total. The total has the number `categories`, after the others.
    ///
    /// ```
    /// use improvement_stats::disclosure::Dimension;
    /// assert_eq!(Dimension::flat(2).parents, [Some(2), Some(2), None]);
    /// ```
    pub fn flat(categories: usize) -> Self {
        let mut parents = vec![Some(categories); categories];
        parents.push(None);
        Self { parents }
    }
}

/// Counts with their published sums: one table, or several that share cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedTable {
    counts: Vec<u64>,
    relations: Vec<Relation>,
    totals: Vec<bool>,
}

/// Larger counts than this lose whole numbers in the linear programs.
const LARGEST_COUNT: u64 = 1_000_000_000_000;
const MOST_CELLS: usize = 1_000_000;

impl LinkedTable {
    /// A table from its cells and sums.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::OutOfRangeAt`] for counts above 10^12 or cells that do not exist, [`Error::Invalid`] for a sum
    /// that does not hold or names a cell twice.
    ///
    /// ```
    /// use improvement_stats::disclosure::{LinkedTable, Relation};
    /// let table = LinkedTable::new(vec![3, 4, 7], vec![Relation { total: 2, parts: vec![0, 1] }])?;
    /// assert_eq!(table.counts(), [3, 4, 7]);
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn new(counts: Vec<u64>, relations: Vec<Relation>) -> Result<Self> {
        if counts.is_empty() {
            return Err(Error::Empty { what: "table" });
        }
        if let Some(index) = counts.iter().position(|c| *c > LARGEST_COUNT) {
            let value = counts[index] as f64;
            return Err(Error::OutOfRangeAt { what: "counts", index, value, expected: "at most 10^12" });
        }
        let mut totals = vec![false; counts.len()];
        for (index, relation) in relations.iter().enumerate() {
            let mut cells = relation.parts.clone();
            cells.push(relation.total);
            if let Some(cell) = cells.iter().find(|c| **c >= counts.len()) {
                let expected = "the number of a cell, counted from 0";
                return Err(Error::OutOfRangeAt { what: "sums", index, value: *cell as f64, expected });
            }
            cells.sort_unstable();
            if cells.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(Error::Invalid(format!("sum {index} names a cell twice")));
            }
            let sum: u128 = relation.parts.iter().map(|c| u128::from(counts[*c])).sum();
            if sum != u128::from(counts[relation.total]) {
                let total = counts[relation.total];
                return Err(Error::Invalid(format!("sum {index} does not hold: its parts give {sum}, its total is {total}")));
            }
            totals[relation.total] = true;
        }
        Ok(Self { counts, relations, totals })
    }

    /// A two-way table with its margins. Cells come row by row, then the row totals, the column totals and the grand total.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Invalid`] when rows differ in length, [`Error::OutOfRangeAt`] for counts above 10^12.
    ///
    /// ```
    /// use improvement_stats::disclosure::LinkedTable;
    /// assert_eq!(LinkedTable::from_rows(&[vec![1, 2], vec![3, 4]])?.counts(), [1, 2, 3, 4, 3, 7, 4, 6, 10]);
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn from_rows(rows: &[Vec<u64>]) -> Result<Self> {
        let (height, width) = (rows.len(), rows.first().map_or(0, Vec::len));
        if width == 0 {
            return Err(Error::Empty { what: "table" });
        }
        if rows.iter().any(|r| r.len() != width) {
            return Err(Error::Invalid("the rows of the table differ in length".into()));
        }
        let mut counts: Vec<u64> = rows.concat();
        let grand = height * width + height + width;
        let mut relations = Vec::new();
        let mut sum_of = |counts: &mut Vec<u64>, parts: Vec<usize>, total: usize| {
            let sum = parts.iter().fold(0u64, |s, c| s.saturating_add(counts[*c]));
            if total == counts.len() {
                counts.push(sum);
            }
            relations.push(Relation { total, parts });
        };
        for r in 0..height {
            sum_of(&mut counts, (r * width..(r + 1) * width).collect(), height * width + r);
        }
        for c in 0..width {
            sum_of(&mut counts, (0..height).map(|r| r * width + c).collect(), height * width + height + c);
        }
        sum_of(&mut counts, (height * width..height * width + height).collect(), grand);
        sum_of(&mut counts, (height * width + height..grand).collect(), grand);
        Self::new(counts, relations)
    }

    /// A table of any number of dimensions with hierarchies and all their totals. `inner` lists the counts of the lowest
    /// categories of all dimensions as (category of each dimension, count); what is not listed is 0. Cell numbers count the
    /// last dimension's categories fastest ([`LinkedTable::cell`]).
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Invalid`] for a hierarchy with a circle, a category that is not lowest, or more than a million
    /// cells, [`Error::OutOfRangeAt`].
    ///
    /// ```
    /// use improvement_stats::disclosure::{Dimension, LinkedTable};
    /// let dimensions = [Dimension::flat(2), Dimension::flat(2)];
    /// let table = LinkedTable::from_dimensions(&dimensions, &[(vec![0, 0], 5), (vec![1, 1], 7)])?;
    /// assert_eq!(table.counts()[LinkedTable::cell(&dimensions, &[2, 2])], 12);
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn from_dimensions(dimensions: &[Dimension], inner: &[(Vec<usize>, u64)]) -> Result<Self> {
        let ancestors = dimensions.iter().map(ancestors).collect::<Result<Vec<_>>>()?;
        let size = dimensions.iter().try_fold(1usize, |n, d| n.checked_mul(d.parents.len()));
        let size = size.filter(|n| *n > 0 && *n <= MOST_CELLS && !dimensions.is_empty());
        let Some(size) = size else {
            return Err(Error::Invalid("the table has no cell, or more than a million".into()));
        };
        let mut counts = vec![0u64; size];
        for (index, (categories, count)) in inner.iter().enumerate() {
            let lowest = |d: usize, c: usize| c < dimensions[d].parents.len() && !dimensions[d].parents.contains(&Some(c));
            if categories.len() != dimensions.len() || !categories.iter().enumerate().all(|(d, c)| lowest(d, *c)) {
                return Err(Error::Invalid(format!("count {index} does not name a lowest category of each dimension")));
            }
            let mut places: Vec<usize> = vec![0];
            for (d, category) in categories.iter().enumerate() {
                let width = dimensions[d].parents.len();
                places = places
                    .iter()
                    .flat_map(|p| std::iter::once(category).chain(&ancestors[d][*category]).map(move |c| p * width + c))
                    .collect();
            }
            places.iter().for_each(|p| counts[*p] = counts[*p].saturating_add(*count));
        }
        let mut relations = Vec::new();
        let mut stride = size;
        for dimension in dimensions {
            let width = dimension.parents.len();
            stride /= width;
            for total in 0..width {
                let children: Vec<usize> = (0..width).filter(|c| dimension.parents[*c] == Some(total)).collect();
                if children.is_empty() {
                    continue;
                }
                for place in (0..size).filter(|p| p / stride % width == total) {
                    let parts = children.iter().map(|c| place - total * stride + c * stride).collect();
                    relations.push(Relation { total: place, parts });
                }
            }
        }
        Self::new(counts, relations)
    }

    /// The number of the cell with these categories in a table from [`LinkedTable::from_dimensions`].
    ///
    /// ```
    /// use improvement_stats::disclosure::{Dimension, LinkedTable};
    /// // Two categories and their total in each of two dimensions: the total of all is the last of nine cells.
    /// assert_eq!(LinkedTable::cell(&[Dimension::flat(2), Dimension::flat(2)], &[2, 2]), 8);
    /// ```
    pub fn cell(dimensions: &[Dimension], categories: &[usize]) -> usize {
        dimensions.iter().zip(categories).fold(0usize, |cell, (d, c)| cell.saturating_mul(d.parents.len()).saturating_add(*c))
    }

    /// The counts.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The sums.
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// Whether a cell is the total of some sum.
    ///
    /// ```
    /// use improvement_stats::disclosure::LinkedTable;
    /// let table = LinkedTable::from_rows(&[vec![1, 2], vec![3, 4]])?;
    /// assert!(!table.is_total(0) && table.is_total(8));
    /// # Ok::<(), improvement_stats::Error>(())
    /// ```
    pub fn is_total(&self, cell: usize) -> bool {
        self.totals.get(cell).copied().unwrap_or(false)
    }
}

/// All categories above each category.
fn ancestors(dimension: &Dimension) -> Result<Vec<Vec<usize>>> {
    let parents = &dimension.parents;
    (0..parents.len())
        .map(|category| {
            let mut above = Vec::new();
            let mut at = category;
            while let Some(parent) = parents[at] {
                if parent >= parents.len() || above.len() > parents.len() {
                    return Err(Error::Invalid("a dimension's hierarchy names a missing category or runs in a circle".into()));
                }
                above.push(parent);
                at = parent;
            }
            Ok(above)
        })
        .collect()
}
