//! The rows of a file, as far as a kind reads them: one text with the ends of its cells, because files have a million rows.

use std::{cell::RefCell, collections::HashMap};

use crate::{
    Column, DayOrder, Holds, Mapping, Refusal, Row, RowChoice,
    mapping::{bare, places, word_of},
    raw::{HowRead, LARGEST_FILE, RawRow, Taker},
    values,
};

/// After so many mistakes the rest of a file is not looked at.
pub const MOST_REFUSED: usize = 1_000;

/// A table that was read.
pub struct Table {
    /// The file's name.
    pub file: String,
    pub(crate) columns: Vec<(&'static str, Holds)>,
    text: String,
    ends: Vec<u32>,
    numbers: Vec<u32>,
    ignored: Vec<String>,
    pub(crate) notices: Vec<String>,
}

impl Table {
    fn new(file: &str, columns: Vec<(&'static str, Holds)>, ignored: Vec<String>) -> Self {
        let (text, ends, numbers) = (String::new(), Vec::new(), Vec::new());
        Self { file: file.to_owned(), columns, text, ends, numbers, ignored, notices: Vec::new() }
    }

    fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        // The largest file is far below what 32 bits count.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Whether the file has this column: one that is missing leaves what is known as it is.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| *name == column)
    }

    /// The columns of the file that nothing reads.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// What is worth knowing about how the file was read.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    pub(crate) fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(name, _)| *name == column)
    }

    pub(crate) fn cell(&self, row: usize, place: usize) -> &str {
        let index = row * self.columns.len() + place;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.text[start..self.ends[index] as usize]
    }

    fn cells(&self, row: usize) -> impl Iterator<Item = (&str, &'static str, Holds)> {
        self.columns.iter().enumerate().map(move |(place, (name, holds))| (self.cell(row, place), *name, *holds))
    }

    /// The row of that place, counted from 0.
    pub fn row<'a>(&'a self, place: usize, refused: &'a RefCell<Vec<Refusal>>) -> Row<'a> {
        Row::new(self, place, u64::from(self.numbers[place]), refused)
    }

    /// Its rows; `refused` gathers what is wrong with them. It ends early where too much is wrong.
    pub fn rows<'a>(&'a self, refused: &'a RefCell<Vec<Refusal>>) -> impl Iterator<Item = Row<'a>> {
        self.rows_from(0, refused)
    }

    /// Its rows from one on, counted from 0; as [`Table::rows`].
    pub fn rows_from<'a>(&'a self, from: usize, refused: &'a RefCell<Vec<Refusal>>) -> impl Iterator<Item = Row<'a>> {
        (from..self.len()).map_while(move |place| {
            let (count, full) = (refused.borrow().len(), rest_unread(&self.file));
            if count >= MOST_REFUSED && refused.borrow().last() != Some(&full) {
                refused.borrow_mut().push(full);
            }
            (count < MOST_REFUSED).then(|| self.row(place, refused))
        })
    }

    fn rebuilt(&mut self, keep: impl Fn(&Self, usize) -> bool, change: impl Fn(Holds, &str) -> Option<String>) {
        let mut new = Self::new(&self.file, self.columns.clone(), Vec::new());
        for row in (0..self.len()).filter(|row| keep(self, *row)) {
            for (cell, _, holds) in self.cells(row) {
                match change(holds, cell).filter(|_| !cell.is_empty()) {
                    Some(changed) => new.push(&changed),
                    None => new.push(cell),
                }
            }
            new.numbers.push(self.numbers[row]);
        }
        (self.text, self.ends, self.numbers) = (new.text, new.ends, new.numbers);
    }

    /// Rewrites each filled cell that holds dates, instants or school years; for a demonstration that moves with the present.
    pub fn rewrite(&mut self, rewrite: impl Fn(Holds, &str) -> Option<String>) {
        self.rebuilt(|_, _| true, rewrite);
    }

    /// Leaves out each row of which a cell is not to be kept; for a demonstration that ends today.
    pub fn keep(&mut self, is_kept: impl Fn(&str, &str) -> bool) {
        self.rebuilt(|table, row| table.cells(row).all(|(cell, name, _)| is_kept(name, cell)), |_, _| None);
    }

    /// Appends `copies` of the rows, each cell through `rename` (column, cell, number of the copy); for load tests.
    pub fn multiply(&mut self, copies: usize, rename: impl Fn(&str, &str, usize) -> Option<String>) {
        let rows = self.len();
        for copy in 2..=copies {
            for row in 0..rows {
                let renamed: Option<Vec<String>> = self.cells(row).map(|(cell, name, _)| rename(name, cell, copy)).collect();
                if let Some(cells) = renamed {
                    cells.iter().for_each(|cell| self.push(cell));
                    self.numbers.push(u32::try_from(self.numbers.len()).unwrap_or(u32::MAX - 2) + 2);
                }
            }
        }
    }
}

pub(crate) fn rest_unread(file: &str) -> Refusal {
    Refusal::whole(file, "There are more mistakes than 1,000; the rest was not looked at.", "Mend these first.")
}

/// Takes the rows of a file for a kind.
pub(crate) struct Builder<'a> {
    columns: &'static [Column],
    mapping: &'a Mapping,
    table: Table,
    /// Where the cells of the table's columns stand in the file, and how many characters they may have.
    from: Vec<usize>,
    most: Vec<usize>,
    words: HashMap<(&'a str, String), Option<&'a str>>,
    /// Days in figures: how many make sense with the month first, and with the day first only.
    orders: (u64, u64, u64),
    refused: Vec<Refusal>,
}

impl<'a> Builder<'a> {
    pub fn new(columns: &'static [Column], mapping: &'a Mapping, file: &str) -> Self {
        let words = mapping.words.iter().map(|word| ((word.column.as_str(), bare_word(&word.says)), word.means.as_deref()));
        Self {
            columns,
            mapping,
            table: Table::new(file, Vec::new(), Vec::new()),
            from: Vec::new(),
            most: Vec::new(),
            words: words.collect(),
            orders: (0, 0, 0),
            refused: Vec::new(),
        }
    }

    pub fn finish(mut self, how: HowRead) -> Result<Table, Vec<Refusal>> {
        if !self.refused.is_empty() {
            return Err(self.refused);
        }
        if self.table.is_empty() && self.mapping.rows.is_empty() {
            return Err(vec![Refusal::whole(
                &self.table.file,
                "The file has headings, but no row below them.",
                "Choose one with rows.",
            )]);
        }
        let order = self.mapping.days.or(match self.orders {
            (_, month, 0) if month > 0 => Some(DayOrder::MonthFirst),
            (_, 0, day) if day > 0 => Some(DayOrder::DayFirst),
            _ => None,
        });
        if self.orders.0 > 0 && order.is_some() {
            self.table.rebuilt(|_, _| true, |holds, cell| values::settled(holds, cell, order));
        }
        self.table.notices = how.notices;
        Ok(self.table)
    }

    /// What a cell says once the words are taken for what they mean; `None` when they leave the row out.
    fn said<'c>(&self, place: usize, cell: &'c str) -> Option<&'c str>
    where
        'a: 'c,
    {
        let (name, holds) = self.table.columns[place];
        let meant = (!self.words.is_empty()).then(|| self.words.get(&(name, bare_word(cell)))).flatten();
        let means = match meant {
            Some(means) => (*means)?.trim(),
            None => cell,
        };
        Some(word_of(holds, means).unwrap_or(means))
    }

    fn push(&mut self, place: usize, cell: &str) {
        let holds = self.table.columns[place].1;
        if matches!(holds, Holds::Date | Holds::Instant)
            && let Some((month, day)) = values::orders(cell)
        {
            self.orders.0 += 1;
            self.orders.1 += u64::from(month && !day);
            self.orders.2 += u64::from(day && !month);
        }
        match values::settled(holds, cell, self.mapping.days) {
            Some(settled) => self.table.push(&settled),
            None => self.table.push(cell),
        }
    }
}

/// A word as it is compared: without its outer blanks and capitals.
pub(crate) fn bare_word(word: &str) -> String {
    crate::folded(word.trim())
}

/// What is wrong with a cell, whatever its column holds.
fn unfit(cell: &str, most: usize) -> Option<(String, &'static str)> {
    // Letters are never more than bytes.
    if cell.len() > most && cell.chars().count() > most {
        return Some((format!("This is longer than {most} characters."), "Shorten it."));
    }
    let is_zero = cell.contains('\0');
    is_zero.then(|| ("There is a character of code 0 in it, which no text has.".to_owned(), "Write the value anew."))
}

pub(crate) fn formula(file: &str, says: &str) -> Refusal {
    let problem = "This is a formula, and what it comes to hangs on the program that opens it.";
    let advice = "Write the value itself. In a spreadsheet, copy the column and paste its values; in CSV, an apostrophe before it makes it text.";
    Refusal::whole(file, problem, advice).value(says)
}

impl Taker for Builder<'_> {
    fn headings(&mut self, row: u64, names: Vec<String>) -> Result<(), Vec<Refusal>> {
        let places = places(self.columns, self.mapping, &names);
        let file = &self.table.file;
        let mut refused = Vec::new();
        let mut columns: Vec<(&'static str, Holds)> = Vec::new();
        let mut ignored = Vec::new();
        let mut seen: HashMap<String, ()> = HashMap::new();
        let at = |problem: &str, advice: &str, name: &str| Refusal::whole(file, problem, advice).at(row).column(name);
        for (place, (name, column)) in names.iter().zip(&places).enumerate() {
            let left_out = self.mapping.columns.get(name).is_some_and(Option::is_none);
            if !name.is_empty() && !left_out && seen.insert(bare(name), ()).is_some() {
                refused.push(at(
                    "Two columns have this name.",
                    "Rename or remove one of them.",
                    crate::refusal::short(name).as_str(),
                ));
                continue;
            }
            match column {
                Some(column) if columns.iter().any(|(other, _)| *other == column.name) => refused.push(at(
                    &format!("Another column is {} already.", column.name),
                    "Say which of the two it is: rename or remove the other.",
                    crate::refusal::short(name).as_str(),
                )),
                Some(column) => {
                    columns.push((column.name, column.holds));
                    self.from.push(place);
                    self.most.push(column.most);
                }
                None if !name.is_empty() => ignored.push(crate::refusal::short(name)),
                None => {}
            }
        }
        if columns.is_empty() && refused.is_empty() {
            let known: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
            let advice = format!("The first row must hold headings. These are read: {}.", known.join(", "));
            return Err(vec![Refusal::whole(file, "No heading in the first row is one that we know.", advice).at(row)]);
        }
        let missing = |column: &&Column| column.required && !columns.iter().any(|(name, _)| *name == column.name);
        for missing in self.columns.iter().filter(missing) {
            refused.push(at("This column is missing.", &format!("Add it: {}.", missing.about), missing.name));
        }
        if !refused.is_empty() {
            refused.truncate(MOST_REFUSED);
            return Err(refused);
        }
        self.table.columns = columns;
        self.table.ignored = ignored;
        Ok(())
    }

    fn row(&mut self, number: u64, cells: &RawRow) -> bool {
        let choice = self.mapping.rows.get(&number);
        if matches!(choice, Some(RowChoice::LeaveOut)) {
            return true;
        }
        let own = |name: &str| match choice {
            Some(RowChoice::Cells(own)) => own.get(name).map(String::as_str),
            _ => None,
        };
        let (ends, text, orders) = (self.table.ends.len(), self.table.text.len(), self.orders);
        let mut refused = Vec::new();
        for place in 0..self.table.columns.len() {
            let name = self.table.columns[place].0;
            let own = own(name);
            if own.is_none()
                && let Some(says) = cells.formula(self.from[place])
            {
                refused.push(formula(&self.table.file, says).at(number).column(name));
            }
            let Some(cell) = self.said(place, own.unwrap_or_else(|| cells.get(self.from[place])).trim()) else {
                self.table.ends.truncate(ends);
                self.table.text.truncate(text);
                self.orders = orders;
                return true;
            };
            if let Some((problem, advice)) = unfit(cell, self.most[place]) {
                refused.push(Refusal::whole(&self.table.file, problem, advice).at(number).column(name).value(cell));
            }
            self.push(place, cell);
        }
        if !refused.is_empty() {
            return refused.into_iter().all(|refusal| self.refuse(refusal));
        }
        if self.table.text.len() as u64 > LARGEST_FILE {
            self.refused.push(crate::bytes::too_large(&self.table.file, LARGEST_FILE));
            return false;
        }
        self.table.numbers.push(u32::try_from(number).unwrap_or(u32::MAX));
        true
    }

    fn refuse(&mut self, refusal: Refusal) -> bool {
        if refusal.row.is_some_and(|row| matches!(self.mapping.rows.get(&row), Some(RowChoice::LeaveOut))) {
            return true;
        }
        self.refused.push(refusal);
        if self.refused.len() == MOST_REFUSED {
            self.refused.push(rest_unread(&self.table.file));
        }
        self.refused.len() < MOST_REFUSED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Input, Meaning};

    const COLUMNS: &[Column] = &[Column::needed("word", Holds::Text, "a word"), Column::optional("day", Holds::Date, "a day")];

    fn meaning(says: &str, means: Option<&str>) -> Mapping {
        let word = Meaning { column: "word".into(), says: says.into(), means: means.map(str::to_owned) };
        Mapping { words: vec![word], ..Mapping::default() }
    }

    fn read(file: &str, mapping: &Mapping) -> Result<Table, Vec<Refusal>> {
        crate::read(COLUMNS, "words.csv", Input::Bytes(file.as_bytes()), mapping)
    }

    #[test]
    fn a_row_left_out_does_not_say_whether_the_month_comes_first() {
        let file = "day,word\n13/10/21,skip\n10/14/21,keep\n";
        let Ok(table) = read(file, &meaning("skip", None)) else { panic!("it can be read") };
        assert_eq!(table.len(), 1);
        assert_eq!(table.cell(0, 0), "2021-10-14");
    }

    #[test]
    fn what_a_word_means_is_read_as_kindly_as_the_word_itself() {
        const MODES: &[Column] = &[Column::needed("mode", Holds::Word(&["remote", "phone"]), "how")];
        let word = Meaning { column: "mode".into(), says: "Zoom".into(), means: Some("remotE".into()) };
        let mapping = Mapping { words: vec![word], ..Mapping::default() };
        let Ok(table) = crate::read(MODES, "modes.csv", Input::Bytes(b"mode\nZoom\nPhone\n"), &mapping) else {
            panic!("it can be read")
        };
        assert_eq!((table.cell(0, 0), table.cell(1, 0)), ("remote", "phone"));
    }

    #[test]
    fn what_a_word_means_must_fit_as_the_word_itself_must() {
        let Ok(table) = read("word\nx\n", &meaning("x", Some(" a place "))) else { panic!("it can be read") };
        assert_eq!(table.cell(0, 0), "a place");
        let Err(refused) = read("word\nx\n", &meaning("x", Some(&"long".repeat(100)))) else { panic!("that fits nowhere") };
        assert_eq!((refused.len(), refused[0].row), (1, Some(2)));
    }
}
