//! A column's values as numbers, counts, names or yes and no, with sentences where one does not fit.

use std::collections::BTreeMap;

use super::{
    input::Table,
    mistake::{Found, Mistake},
};

/// A column of a table.
pub(super) struct Column<'a> {
    pub(super) table: &'a Table,
    pub(super) name: String,
    pub(super) cells: Vec<&'a str>,
}

/// Whether a cell says that there is nothing.
pub(super) fn is_missing(cell: &str) -> bool {
    ["", "na", "n/a", "null"].contains(&cell.to_lowercase().as_str())
}

const A_NUMBER: &str = "Write a number such as 3.5";

impl Column<'_> {
    /// A mistake in a row of this column.
    pub(super) fn mistake(&self, row: usize, what: &str) -> Mistake {
        self.table.mistake_at(row, &self.name, what)
    }

    /// Whether none of its values is a number.
    pub(super) fn is_text(&self) -> bool {
        self.cells.iter().filter(|cell| !is_missing(cell)).all(|cell| cell.parse::<f64>().is_err())
    }

    fn number(&self, row: usize, advice: &str) -> Found<f64> {
        let cell = self.cells[row];
        match cell.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            Ok(_) => Err(self.mistake(row, &format!("\"{cell}\" is not a finite number. {advice}."))),
            Err(_) => Err(self.mistake(row, &format!("\"{cell}\" is not a number. {advice}."))),
        }
    }

    /// Numbers, some of which may be missing.
    pub(super) fn numbers_if_any(&self) -> Found<Vec<Option<f64>>> {
        let advice = format!("{A_NUMBER}, or leave the cell empty if it is missing");
        let of = |row: usize| if is_missing(self.cells[row]) { Ok(None) } else { self.number(row, &advice).map(Some) };
        (0..self.cells.len()).map(of).collect()
    }

    /// Numbers, where NaN is missing.
    pub(super) fn numbers_or_nan(&self) -> Found<Vec<f64>> {
        Ok(self.numbers_if_any()?.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
    }

    /// Numbers, none of which may be missing.
    pub(super) fn numbers(&self) -> Found<Vec<f64>> {
        (0..self.cells.len())
            .map(|row| match self.cells[row] {
                cell if is_missing(cell) => {
                    Err(self.mistake(row, &format!("the cell is empty. {A_NUMBER}, or leave the row out.")))
                }
                _ => self.number(row, A_NUMBER),
            })
            .collect()
    }

    /// Whole numbers of 0 or more.
    pub(super) fn counts(&self) -> Found<Vec<u64>> {
        let numbers = self.numbers()?;
        let whole = |(row, number): (usize, f64)| {
            if number >= 0.0 && number.fract() == 0.0 && number <= 1e15 {
                Ok(number as u64)
            } else {
                let what = format!("\"{}\" is not a count. Write a whole number of 0 or more.", self.cells[row]);
                Err(self.mistake(row, &what))
            }
        };
        numbers.into_iter().enumerate().map(whole).collect()
    }

    /// Whole numbers, some of which may be missing.
    pub(super) fn whole_numbers_if_any(&self) -> Found<Vec<Option<i32>>> {
        let whole = |(row, number): (usize, Option<f64>)| match number {
            Some(number) if number.fract() != 0.0 || number.abs() > 1e9 => {
                Err(self.mistake(row, &format!("\"{}\" is not a whole number. Write one such as 4.", self.cells[row])))
            }
            number => Ok(number.map(|number| number as i32)),
        };
        self.numbers_if_any()?.into_iter().enumerate().map(whole).collect()
    }

    /// Names, none of which may be missing.
    pub(super) fn texts(&self) -> Found<Vec<String>> {
        let of = |(row, cell): (usize, &&str)| match *cell {
            "" => Err(self.mistake(row, "the cell is empty. Write a name, or leave the row out.")),
            cell => Ok(cell.to_owned()),
        };
        self.cells.iter().enumerate().map(of).collect()
    }

    /// Yes or no, also written as true or false, or 1 or 0.
    pub(super) fn flags(&self) -> Found<Vec<bool>> {
        let of = |(row, cell): (usize, &&str)| match cell.to_lowercase().as_str() {
            "1" | "true" | "yes" | "1.0" => Ok(true),
            "0" | "false" | "no" | "0.0" => Ok(false),
            _ => Err(self.mistake(row, &format!("\"{cell}\" is neither yes nor no. Write 1 or 0."))),
        };
        self.cells.iter().enumerate().map(of).collect()
    }

    /// The number of each row's name among the names, in the order in which they first appear, and the names.
    pub(super) fn codes(&self) -> Found<(Vec<usize>, Vec<String>)> {
        Ok(codes(&self.texts()?))
    }
}

/// The number of each label among the labels, in the order in which they first appear, and the labels.
pub(super) fn codes(labels: &[String]) -> (Vec<usize>, Vec<String>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut names = Vec::new();
    let mut numbers = Vec::with_capacity(labels.len());
    for label in labels {
        let number = *seen.entry(label).or_insert_with(|| {
            names.push(label.clone());
            names.len() - 1
        });
        numbers.push(number);
    }
    (numbers, names)
}

/// Labels in the order of time or size: by number when all are numbers, otherwise as they first appear.
pub(super) fn in_order(labels: &[String]) -> Vec<String> {
    let mut names = codes(labels).1;
    let numbers: Option<Vec<f64>> = names.iter().map(|name| name.parse::<f64>().ok().filter(|n| n.is_finite())).collect();
    if let Some(numbers) = numbers {
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
        names = order.into_iter().map(|place| names[place].clone()).collect();
    }
    names
}
