//! Shares of people: one at a time, and spread over bands.

use clap::{Args, ValueEnum};
use improvement_stats::{
    bands::{self, BandsMethod, band_change, proportional_odds},
    proportion::{self, ProportionMethod},
};
use serde_json::{Map, Value, json};

use super::{
    Ask, Common,
    answer::{Answer, fields},
    column::in_order,
    input::Table,
    mistake::Found,
};

/// Help after the options of proportion.
pub(super) const PROPORTION: &str = "\
Reads count and n; other columns are repeated in the answer. rows has a share with its interval for each row; the
estimate on top is that of all rows together.

Examples:
  everbetter analyze proportion --method wilson votes.csv
  everbetter analyze proportion --method clopper-pearson --count present --n enrolled --confidence 0.9 schools.csv";

/// Help after the options of bands.
pub(super) const BANDS: &str = "\
Reads a row a band, from the lowest to the highest: band, count, and if there is period (or --period another column), so
that two or more years stand below one another. With one period the estimate is the share of the highest band, its
interval simultaneous for all; with several it is the chance that somebody of the last period stands above somebody of
the first (0.5 is no change), and change has the bands.

Examples:
  everbetter analyze bands --method goodman results.csv
  everbetter analyze bands --method sison-glaz --band level --count pupils --period year results.csv";

/// Asks for shares.
#[derive(Args)]
pub struct Proportion {
    #[command(flatten)]
    common: Common,
    /// How the interval is found.
    #[arg(long, value_enum, default_value_t = ShareMethod::Wilson)]
    method: ShareMethod,
    /// The column with how many have it.
    #[arg(long, default_value = "count", value_name = "COLUMN")]
    count: String,
    /// The column with how many there are.
    #[arg(long, default_value = "n", value_name = "COLUMN")]
    n: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShareMethod {
    Wilson,
    ClopperPearson,
    Jeffreys,
    AgrestiCoull,
    WilsonContinuity,
}

/// The counts of a table, each at most its n.
pub(super) fn counts(table: &Table, count: &str, n: &str) -> Found<Vec<(u64, u64)>> {
    let column = table.column(count, "--count")?;
    let pairs: Vec<(u64, u64)> = column.counts()?.into_iter().zip(table.column(n, "--n")?.counts()?).collect();
    match pairs.iter().position(|(count, n)| count > n) {
        Some(row) => {
            let (found, whole) = pairs[row];
            Err(column.mistake(row, &format!("{found} is more than {n}, which is {whole}. Correct one of the two.")))
        }
        None => Ok(pairs),
    }
}

impl Ask for Proportion {
    const NAME: &'static str = "proportion";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let pairs = counts(table, &self.count, &self.n)?;
        let method = match self.method {
            ShareMethod::Wilson => ProportionMethod::Wilson,
            ShareMethod::ClopperPearson => ProportionMethod::ClopperPearson,
            ShareMethod::Jeffreys => ProportionMethod::Jeffreys,
            ShareMethod::AgrestiCoull => ProportionMethod::AgrestiCoull,
            ShareMethod::WilsonContinuity => ProportionMethod::WilsonContinuity,
        };
        let share = |(count, n): (u64, u64)| proportion::proportion(count, n, method, self.common.confidence);
        let others: Vec<&String> = table.names().iter().filter(|name| **name != self.count && **name != self.n).collect();
        let mut rows = Vec::new();
        for (row, pair) in pairs.iter().enumerate() {
            if pair.1 == 0 {
                return Err(table.mistake_at(row, &self.n, "0 people have no share. Leave the row out."));
            }
            let mut found = fields(share(*pair).map_err(table.explain_whole())?);
            found.remove("method");
            for name in &others {
                found.entry(name.as_str()).or_insert(json!(table.column(name, "")?.cells[row]));
            }
            rows.push(found);
        }
        let all = pairs.iter().fold((0u64, 0u64), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
        let answer = Answer::new(Self::NAME, share(all).map_err(table.explain_whole())?);
        let method = self.method.to_possible_value().map(|value| value.get_name().to_owned());
        Ok(answer.with("computed_by", method).with("rows", rows))
    }
}

/// Asks for bands.
#[derive(Args)]
pub struct Bands {
    #[command(flatten)]
    common: Common,
    /// How the simultaneous intervals are found.
    #[arg(long, value_enum, default_value_t = Simultaneous::Goodman)]
    method: Simultaneous,
    /// The column with the bands.
    #[arg(long, default_value = "band", value_name = "COLUMN")]
    band: String,
    /// The column with how many are in the band.
    #[arg(long, default_value = "count", value_name = "COLUMN")]
    count: String,
    /// The column with the period (or group) that is compared.
    #[arg(long, default_value = "period", value_name = "COLUMN")]
    period: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Simultaneous {
    Goodman,
    SisonGlaz,
}

impl Ask for Bands {
    const NAME: &'static str = "bands";

    fn common(&self) -> &Common {
        &self.common
    }

    fn answer(&self, table: &Table) -> Found<Answer> {
        let column = table.column(&self.band, "--band")?;
        let (places, names) = column.codes()?;
        let counts = table.column(&self.count, "--count")?.counts()?;
        let labels = match table.column_if_any(&self.period)? {
            Some(column) => column.texts()?,
            None => vec![String::new(); table.len()],
        };
        let periods = in_order(&labels);
        let mut spread = vec![vec![None; names.len()]; periods.len()];
        for row in 0..table.len() {
            let period = periods.iter().position(|period| *period == labels[row]).unwrap_or_default();
            if spread[period][places[row]].replace(counts[row]).is_some() {
                return Err(column.mistake(
                    row,
                    "this band stands there twice for its period. Keep one row, or name the column of periods with --period.",
                ));
            }
        }
        let spread: Vec<Vec<u64>> =
            spread.into_iter().map(|counts| counts.into_iter().map(Option::unwrap_or_default).collect()).collect();
        let method = if self.method == Simultaneous::Goodman { BandsMethod::Goodman } else { BandsMethod::SisonGlaz };
        let level = self.common.confidence;
        let (mut rows, mut warnings, mut last) = (Vec::new(), Vec::new(), Map::new());
        for (period, counts) in periods.iter().zip(&spread) {
            let found = bands::bands(counts, method, level).map_err(table.explain_whole())?;
            warnings.extend(found.warnings.iter().map(|warning| json!(warning)).filter(|_| periods.len() == 1));
            for (band, name) in found.bands.into_iter().zip(&names) {
                last = fields(band);
                last.insert("band".to_owned(), json!(name));
                last.insert("n".to_owned(), json!(found.n));
                if !period.is_empty() {
                    last.insert("period".to_owned(), json!(period));
                }
                rows.push(last.clone());
            }
        }
        let computed = self.method.to_possible_value().map(|value| value.get_name().to_owned());
        let answer = Answer::new(Self::NAME, json!({ "n": spread.iter().flatten().sum::<u64>(), "warnings": warnings }));
        let ([first, .., end], [from, .., to]) = (&spread[..], &periods[..]) else {
            return Ok(answer
                .with_main_of(&last)
                .with("band", last.get("band"))
                .with("computed_by", computed)
                .with("rows", rows));
        };
        let change = fields(band_change(first, end, level).map_err(table.explain_whole())?);
        let superiority = change["superiority"].as_object().cloned().unwrap_or_default();
        let named = |(mut band, name): (Map<String, Value>, &String)| {
            band.insert("band".to_owned(), json!(name));
            Value::Object(band)
        };
        let by_band: Vec<Value> = super::answer::rows(&change["bands"]).into_iter().zip(&names).map(named).collect();
        let odds = proportional_odds(first, end, level).ok().map(fields);
        Ok(answer
            .with_main_of(&superiority)
            .with("warnings", change.get("warnings"))
            .with("computed_by", computed)
            .with(
                "change",
                json!({ "from": from, "to": to, "bands": by_band, "superiority": superiority, "proportional_odds": odds }),
            )
            .with("rows", rows))
    }
}
