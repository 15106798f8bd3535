//! The dimensions of a table of counts, from its columns.

use std::collections::BTreeMap;

use improvement_stats::disclosure::{Dimension, LinkedTable};
use serde_json::{Map, Value, json};

use super::{
    input::Table,
    mistake::{Found, Mistake},
};

/// Where the dimensions stand in the file.
#[derive(clap::Args)]
pub struct Layout {
    /// The columns with the dimensions [default: all others].
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    dimensions: Vec<String>,
    /// One dimension lies within another, such as school=district; may be given several times.
    #[arg(long, value_delimiter = ',', value_name = "INNER=OUTER")]
    within: Vec<String>,
    /// How totals are called in the dimensions' columns.
    #[arg(long, default_value = "Total", value_name = "NAME")]
    total: String,
    /// The column with the counts.
    #[arg(long, default_value = "count", value_name = "COLUMN")]
    pub(super) count: String,
}

/// A dimension: its columns from the outermost to the innermost, and its categories as paths through them.
struct Side {
    columns: Vec<String>,
    paths: Vec<Vec<String>>,
    places: BTreeMap<Vec<String>, usize>,
    dimension: Dimension,
}

/// A table's dimensions, and the cell of each row.
pub(super) struct Cells {
    sides: Vec<Side>,
    total: String,
    dimensions: Vec<Dimension>,
    /// The categories of each row of the file.
    categories: Vec<Vec<usize>>,
}

impl Layout {
    /// The cells of a file, whose columns called `others` are no dimensions.
    pub(super) fn read(&self, table: &Table, others: &[&str]) -> Found<Cells> {
        let mut names = self.dimensions.clone();
        if names.is_empty() {
            names = table.names().iter().filter(|name| !others.contains(&name.as_str())).cloned().collect();
        }
        if names.is_empty() {
            return Err(Mistake::new(format!(
                "{}, row 1: no column is left for a dimension. Add one, such as grade.",
                table.file
            )));
        }
        let outer = self.outer(&names)?;
        let mut sides = Vec::new();
        for name in names.iter().filter(|name| !outer.values().any(|outer| outer == *name)) {
            let mut columns = vec![name.clone()];
            while let Some(next) = outer.get(&columns[0]).filter(|next| !columns.contains(next)) {
                columns.insert(0, next.clone());
            }
            sides.push(self.side(table, columns)?);
        }
        let dimensions: Vec<Dimension> = sides.iter().map(|side| side.dimension.clone()).collect();
        let mut categories = Vec::with_capacity(table.len());
        for row in 0..table.len() {
            let of = |side: &Side| Ok(side.places[&self.path(table, &side.columns, row)?]);
            categories.push(sides.iter().map(of).collect::<Found<Vec<usize>>>()?);
        }
        Ok(Cells { sides, total: self.total.clone(), dimensions, categories })
    }

    /// The outer column of each inner one.
    fn outer(&self, names: &[String]) -> Found<BTreeMap<String, String>> {
        let mut outer = BTreeMap::new();
        for pair in &self.within {
            let Some((inner, around)) = pair.split_once('=') else {
                return Err(Mistake::new(format!(
                    "--within is \"{pair}\". Write the inner and the outer column, such as school=district."
                )));
            };
            for name in [inner, around] {
                if !names.iter().any(|found| found == name) {
                    return Err(Mistake::new(format!(
                        "--within names \"{name}\", which is no dimension. There are: {}.",
                        names.join(", ")
                    )));
                }
            }
            outer.insert(inner.to_owned(), around.to_owned());
        }
        Ok(outer)
    }

    /// The names of a row in these columns, without those that are totals.
    fn path(&self, table: &Table, columns: &[String], row: usize) -> Found<Vec<String>> {
        let mut path = Vec::new();
        let mut ended = false;
        for name in columns {
            let column = table.column(name, "--dimensions")?;
            match column.cells[row] {
                "" => {
                    return Err(column.mistake(row, &format!("the cell is empty. Write a name, or {} for a total.", self.total)));
                }
                cell if cell == self.total => ended = true,
                _ if ended => {
                    return Err(column.mistake(row, &format!("a total stands before it. Write {} here, too.", self.total)));
                }
                cell => path.push(cell.to_owned()),
            }
        }
        Ok(path)
    }

    fn side(&self, table: &Table, columns: Vec<String>) -> Found<Side> {
        let (mut paths, mut places): (Vec<Vec<String>>, BTreeMap<Vec<String>, usize>) = (Vec::new(), BTreeMap::new());
        for row in 0..table.len() {
            let path = self.path(table, &columns, row)?;
            for length in (1..=path.len()).rev() {
                let part = path[..length].to_vec();
                places.entry(part.clone()).or_insert_with(|| {
                    paths.push(part);
                    paths.len() - 1
                });
            }
        }
        places.insert(Vec::new(), paths.len());
        paths.push(Vec::new());
        let parents = paths.iter().map(|path| path.split_last().map(|(_, outer)| places[outer])).collect();
        Ok(Side { columns, paths, places, dimension: Dimension { parents } })
    }
}

impl Cells {
    /// The number of each row's cell in the table with all totals.
    pub(super) fn places(&self) -> Vec<usize> {
        self.categories.iter().map(|categories| LinkedTable::cell(&self.dimensions, categories)).collect()
    }

    /// Whether a row names a lowest category of each dimension, so is no total.
    pub(super) fn is_inner(&self, row: usize) -> bool {
        self.categories[row].iter().zip(&self.sides).all(|(category, side)| side.paths[*category].len() == side.columns.len())
    }

    /// The table with all totals, from the counts of inner cells.
    pub(super) fn table(&self, counts: &[u64]) -> improvement_stats::Result<LinkedTable> {
        let inner: Vec<(Vec<usize>, u64)> = (0..self.categories.len())
            .filter(|row| self.is_inner(*row))
            .map(|row| (self.categories[row].clone(), counts[row]))
            .collect();
        LinkedTable::from_dimensions(&self.dimensions, &inner)
    }

    /// A cell's names, one a column.
    pub(super) fn names(&self, cell: usize) -> Map<String, Value> {
        let mut rest = cell;
        let mut categories = vec![0; self.sides.len()];
        for (place, side) in self.sides.iter().enumerate().rev() {
            categories[place] = rest % side.paths.len();
            rest /= side.paths.len();
        }
        let mut names = Map::new();
        for (side, category) in self.sides.iter().zip(categories) {
            let path = &side.paths[category];
            for (level, column) in side.columns.iter().enumerate() {
                names.insert(column.clone(), json!(path.get(level).unwrap_or(&self.total)));
            }
        }
        names
    }
}
