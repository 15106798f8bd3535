//! What of a table of counts may be published.

use clap::Args;
use improvement_stats::disclosure::{
    self, LinkedTable, PrimaryRule, ProtectOptions, ShareDisplay, ShareRule, primary_suppression, protect, protect_share,
};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::Answer,
    column::is_missing,
    dimensions::{Cells, Layout},
    input::Table,
    mistake::Found,
    recovery,
};

/// Help after the options of suppress.
pub(super) const SUPPRESS: &str = "\
Reads a long table: a column a dimension (such as grade, group), and count. Rows that name a total are checked; all totals
of all dimensions are part of the answer, and what is not listed is 0. With --denominator shares near 0 or 100% hide their
counts, too. rows has each cell as it may be published (count is empty when hidden, status says why, low and high what can
still be inferred); the estimate is the number of hidden cells. Hidden counts are not in the answer.

Examples:
  everbetter analyze suppress --minimum 10 --dimensions grade,group counts.csv
  everbetter analyze suppress --within school=district --keep-totals --width 5 --total All --count pupils counts.csv
  everbetter analyze suppress --denominator students --edge 0.05 --hide-zeros counts.csv";

/// Help after the options of audit.
pub(super) const AUDIT: &str = "\
Reads a long table as it is published: a column a dimension, count (empty when hidden), and if there is hidden (1 or 0) or
status (as in the answer of suppress). When the file lists no totals, all totals count as published. rows has each hidden
cell with the smallest and largest number it can be; the estimate is the number of cells that are not safe. With --minimum
a cell that can be seen to reach it is no secret. With --percent the file holds rounded percentages of n people instead,
all bands of a group together, and the estimate is the number of counts that can be worked out.

Examples:
  everbetter analyze audit --width 3 --dimensions grade,group published.csv
  everbetter analyze audit --minimum 11 --dimensions group published.csv
  everbetter analyze audit --within school=district --total All --count pupils --hidden masked published.csv
  everbetter analyze audit --percent percent --n pupils --decimals 1 --group school bands.csv";

/// Asks which cells must be hidden.
#[derive(Args)]
pub struct Suppress {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    layout: Layout,
    /// Hide counts above 0 and below this.
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    minimum: u64,
    /// Hide zeros, too.
    #[arg(long)]
    hide_zeros: bool,
    /// Smallest difference between the largest and the smallest number that a hidden cell must be able to be.
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    width: u64,
    /// Do not hide totals in order to protect other cells.
    #[arg(long)]
    keep_totals: bool,
    /// The column with what the count is out of.
    #[arg(long, value_name = "COLUMN")]
    denominator: Option<String>,
    /// With --denominator: shares below this, or above 1 minus it, are hidden.
    #[arg(long, default_value_t = 0.05, value_name = "SHARE")]
    edge: f64,
}

impl Ask for Suppress {
    const NAME: &'static str = "suppress";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let mut others = vec![self.layout.count.as_str()];
        others.extend(self.denominator.as_deref());
        let cells = self.layout.read(table, &others)?;
        let (_, whole) = checked(table, &cells, &self.layout.count)?;
        let explain = table.explain_whole();
        let rule = PrimaryRule { minimum: self.minimum, hide_zeros: self.hide_zeros };
        let mut primary = primary_suppression(&whole, rule).map_err(&explain)?;
        let mut shares = Vec::new();
        if let Some(name) = &self.denominator {
            let (_, denominators) = checked(table, &cells, name)?;
            let rule = ShareRule { minimum_denominator: self.minimum, minimum_part: self.minimum, edge: self.edge };
            for (cell, (count, of)) in whole.counts().iter().zip(denominators.counts()).enumerate() {
                let shown = if *of == 0 { ShareDisplay::Hidden } else { protect_share(*count, *of, rule).map_err(&explain)? };
                primary[cell] |= *of > 0 && !matches!(shown, ShareDisplay::Shown(_));
                shares.push(shown);
            }
        }
        let options = ProtectOptions {
            width: self.width,
            hide_totals: !self.keep_totals,
            zeros_published: !self.hide_zeros && self.denominator.is_none(),
            always_published: Vec::new(),
        };
        let safe = protect(&whole, &primary, &options).map_err(&explain)?;
        let row = |cell: usize| {
            let mut row = cells.names(cell);
            let hidden = safe.hidden[cell];
            let status = match (hidden, primary[cell]) {
                (false, _) => "published",
                (true, true) => "primary",
                (true, false) => "complementary",
            };
            let bounds = safe.audit.cells.iter().find(|bounds| bounds.cell == cell);
            row.insert("count".to_owned(), if hidden { Value::Null } else { json!(whole.counts()[cell]) });
            row.insert("status".to_owned(), json!(status));
            row.insert("low".to_owned(), json!(bounds.map(|bounds| bounds.low)));
            row.insert("high".to_owned(), json!(bounds.and_then(|bounds| bounds.high)));
            if let Some(share) = shares.get(cell) {
                row.insert("share".to_owned(), shown(*share, hidden));
            }
            Value::Object(row)
        };
        let rows: Vec<Value> = (0..whole.counts().len()).map(row).collect();
        Ok(Answer::new(Self::NAME, json!({ "estimate": safe.audit.hidden, "n": rows.len(), "warnings": safe.warnings }))
            .with("safe", safe.audit.safe)
            .with("primary", safe.primary.len())
            .with("complementary", safe.complementary.len())
            .with("minimum", self.minimum)
            .with("width", self.width)
            .with("computed_by", safe.audit.method)
            .with("rows", rows))
    }
}

/// A share as it may be shown.
fn shown(share: ShareDisplay, hidden: bool) -> Value {
    match share {
        ShareDisplay::LessThan(edge) => json!(format!("less than {edge}")),
        ShareDisplay::MoreThan(edge) => json!(format!("more than {edge}")),
        ShareDisplay::Shown(share) if !hidden => json!(share),
        ShareDisplay::Shown(_) | ShareDisplay::Hidden => Value::Null,
    }
}

/// The counts of a column and their table with all totals, where totals that the file names hold.
fn checked(table: &Table, cells: &Cells, name: &str) -> Found<(Vec<u64>, LinkedTable)> {
    let column = table.column(name, "--count")?;
    let counts = column.counts()?;
    let mut seen = std::collections::BTreeSet::new();
    for (row, cell) in cells.places().iter().enumerate() {
        if !seen.insert(*cell) {
            return Err(column
                .mistake(row, "this cell stands there twice. Keep one row for each, or name all dimensions with --dimensions."));
        }
    }
    let whole = cells.table(&counts).map_err(table.explain(name))?;
    for (row, cell) in cells.places().iter().enumerate() {
        let sum = whole.counts()[*cell];
        if counts[row] != sum {
            return Err(
                column.mistake(row, &format!("this total is {}, but its parts make {sum}. Correct one of them.", counts[row]))
            );
        }
    }
    Ok((counts, whole))
}

/// Asks whether hidden cells can be worked out.
#[derive(Args)]
pub struct Audit {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    layout: Layout,
    /// The column that says which cells are hidden, beside those without a count.
    #[arg(long, default_value = "hidden", value_name = "COLUMN")]
    hidden: String,
    /// Smallest difference between the largest and the smallest number that a hidden cell must be able to be.
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    width: u64,
    /// Counts of this and more need no protection; all hidden ones do when not given.
    #[arg(long, value_name = "NUMBER")]
    minimum: Option<u64>,
    /// Say which counts this column of rounded percentages gives away.
    #[arg(long, value_name = "COLUMN")]
    percent: Option<String>,
    /// With --percent: the column with the number of people; each number that differs, or change of --group, begins a new whole.
    #[arg(long, default_value = "n", value_name = "COLUMN")]
    n: String,
    /// With --percent: how many decimals the percentages have.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    decimals: u32,
    /// With --percent: the column whose groups are wholes of their own.
    #[arg(long, value_name = "COLUMN")]
    group: Option<String>,
}

/// Columns in the answer of suppress that are no dimensions.
const OF_SUPPRESS: [&str; 4] = ["status", "low", "high", "share"];

impl Ask for Audit {
    const NAME: &'static str = "audit";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        if let Some(percent) = &self.percent {
            return self.percentages(table, percent);
        }
        let mut others = vec![self.layout.count.as_str(), self.hidden.as_str()];
        others.extend(OF_SUPPRESS);
        let cells = self.layout.read(table, &others)?;
        let counts = self.counts(table)?;
        let flagged = self.flagged(table, &counts)?;
        let published = recovery::Published::new(table, &cells, &self.layout.count, &counts, &flagged)?;
        let found = disclosure::audit(&published.table, &published.hidden, self.width).map_err(table.explain_whole())?;
        let rows: Vec<Map<String, Value>> = found
            .cells
            .iter()
            .filter(|bounds| published.listed[bounds.cell])
            .map(|bounds| {
                let mut row = cells.names(bounds.cell);
                row.insert("low".to_owned(), json!(bounds.low));
                row.insert("high".to_owned(), json!(bounds.high));
                row.insert("disclosed".to_owned(), json!(bounds.disclosed));
                let secret = self.minimum.is_none_or(|minimum| bounds.low < minimum);
                row.insert("too_narrow".to_owned(), json!(bounds.too_narrow && secret));
                row
            })
            .collect();
        let marked = |name: &str| rows.iter().filter(|row| row[name] == true).count();
        let unsafe_cells = marked("too_narrow");
        let mut answer =
            Answer::new(Self::NAME, json!({ "estimate": unsafe_cells, "n": rows.len(), "warnings": found.warnings }))
                .with("safe", unsafe_cells == 0)
                .with("disclosed", marked("disclosed"))
                .with("hidden", rows.len())
                .with("width", self.width)
                .with("minimum", self.minimum)
                .with("computed_by", found.method);
        if published.totals_assumed {
            answer = answer.warning("totals_assumed", "The file lists no totals: all of them count as published.");
        }
        if rows.is_empty() {
            answer = answer.warning(
                "nothing_hidden",
                "No cell is hidden: leave their counts empty, or mark them with 1 in a column hidden.",
            );
        }
        Ok(answer.with("rows", rows))
    }
}

impl Audit {
    /// Which counts percentages give away.
    fn percentages(&self, table: &Table, percent: &str) -> Found<Answer> {
        let column = table.column(percent, "--percent")?;
        let values = column.numbers()?;
        let people = table.column(&self.n, "--n")?.counts()?;
        let groups = match &self.group {
            Some(name) => table.column(name, "--group")?.texts()?,
            None => vec![String::new(); table.len()],
        };
        if let Some(row) = values.iter().position(|value| !(0.0..=100.0).contains(value)) {
            return Err(
                column.mistake(row, &format!("\"{}\" is no percentage. Write a number from 0 to 100.", column.cells[row]))
            );
        }
        let mut rows: Vec<Map<String, Value>> = Vec::new();
        let places: Vec<usize> = (0..table.len()).collect();
        for whole in places.chunk_by(|a, b| people[*a] == people[*b] && groups[*a] == groups[*b]) {
            let shares: Vec<f64> = whole.iter().map(|row| values[*row]).collect();
            let total: f64 = shares.iter().sum();
            // Bands that make up everybody, up to rounding; a single percentage stands for itself.
            let complete =
                shares.len() > 1 && (total - 100.0).abs() <= 0.5 * shares.len() as f64 * 0.1f64.powi(self.decimals as i32) + 1e-9;
            let found = disclosure::recoverable_counts(people[whole[0]], &shares, self.decimals, complete);
            let found = found.map_err(table.explain_whole())?;
            for (row, counts) in whole.iter().zip(found.compatible) {
                let mut names: Map<String, Value> = table
                    .names()
                    .iter()
                    .filter(|name| *name != percent && **name != self.n)
                    .map(|name| Ok((name.clone(), json!(table.column(name, "")?.cells[*row]))))
                    .collect::<Found<_>>()?;
                names.insert("percent".to_owned(), json!(values[*row]));
                names.insert("n".to_owned(), json!(people[*row]));
                names.insert("low".to_owned(), json!(counts.first()));
                names.insert("high".to_owned(), json!(counts.last()));
                names.insert("counts".to_owned(), json!(counts.len()));
                names.insert("disclosed".to_owned(), json!(counts.len() == 1));
                rows.push(names);
            }
        }
        let disclosed = rows.iter().filter(|row| row["disclosed"] == true).count();
        let mut answer = Answer::new(Self::NAME, json!({ "estimate": disclosed, "n": rows.len() }))
            .with("safe", disclosed == 0)
            .with("disclosed", disclosed)
            .with("computed_by", "counts that round to the percentages");
        if rows.iter().any(|row| row["counts"] == 0) {
            answer = answer
                .warning("no_count_fits", "No count of so many people rounds to some of the percentages: check them and n.");
        }
        Ok(answer.with("rows", rows))
    }

    /// The counts, where they are published or known.
    fn counts(&self, table: &Table) -> Found<Vec<Option<u64>>> {
        let column = table.column(&self.layout.count, "--count")?;
        let whole = |(row, number): (usize, Option<f64>)| match number {
            None => Ok(None),
            Some(number) if number >= 0.0 && number.fract() == 0.0 && number < 1e12 => Ok(Some(number as u64)),
            Some(number) => Err(column.mistake(
                row,
                &format!("\"{number}\" is not a count. Write a whole number of 0 or more, or nothing when it is hidden."),
            )),
        };
        column.numbers_if_any()?.into_iter().enumerate().map(whole).collect()
    }

    /// Which rows are hidden.
    fn flagged(&self, table: &Table, counts: &[Option<u64>]) -> Found<Vec<bool>> {
        let mut flagged: Vec<bool> = counts.iter().map(Option::is_none).collect();
        if let Some(column) = table.column_if_any(&self.hidden)? {
            flagged.iter_mut().zip(column.flags()?).for_each(|(flag, hidden)| *flag |= hidden);
        }
        if let Some(column) = table.column_if_any("status")? {
            for (row, cell) in column.cells.iter().enumerate().filter(|(_, cell)| !is_missing(cell)) {
                match *cell {
                    "published" => {}
                    "primary" | "complementary" | "hidden" => flagged[row] = true,
                    other => {
                        return Err(
                            column.mistake(row, &format!("\"{other}\" is no status. Write published, primary or complementary."))
                        );
                    }
                }
            }
        }
        Ok(flagged)
    }
}
