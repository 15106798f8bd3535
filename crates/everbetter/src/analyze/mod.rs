//! The statistics crate on the command line: one method, one file, one answer.
//!
//! It reads CSV or JSON and writes JSON or a table to read. It needs no server, no settings and no database.

mod agreement;
mod answer;
mod association;
mod charts;
mod column;
mod comparison;
mod dimensions;
mod disclosure;
mod elastic_net;
mod formula;
mod growth;
mod input;
mod matching;
mod mistake;
mod mixed_model;
mod output;
mod panel;
mod pooling;
mod predictions;
mod recovery;
mod risk;
mod schema;
mod shares;
mod signals;
mod surveys;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Subcommand, ValueEnum};

use answer::{Answer, or_undefined};
use input::Table;
use mistake::{Found, Mistake};

/// Wrong input.
const MISTAKE: u8 = 2;

/// The methods, by the names by which they are called.
#[derive(Subcommand)]
pub enum Method {
    /// Is a measure changing over time? Median, with Anhøj's rules for runs and crossings.
    #[command(after_help = charts::RUN_CHART)]
    RunChart(charts::RunChart),
    /// Is a measure stable, and which points stand out? Shewhart charts, EWMA and CUSUM.
    #[command(after_help = charts::CONTROL_CHART)]
    ControlChart(charts::ControlChart),
    /// Do raters agree, and who and what differs most?
    #[command(after_help = agreement::HELP)]
    Agreement(agreement::Agreement),
    /// What goes with an outcome? Rank correlations with chance p values, intervals and corrections.
    #[command(after_help = association::HELP)]
    Association(association::Association),
    /// What goes with an outcome within and between groups? Intercepts and slopes that differ between groups.
    #[command(after_help = mixed_model::HELP)]
    MixedModel(mixed_model::MixedModel),
    /// Which of many predictors matter together? Elastic net, cross-validation, stability selection.
    #[command(after_help = elastic_net::HELP)]
    ElasticNet(elastic_net::ElasticNet),
    /// What do many small estimates say together, and each alone? Random-effects pooling.
    #[command(after_help = pooling::HELP)]
    Pool(pooling::Pool),
    /// How sure are we of a share? An interval for each row.
    #[command(after_help = shares::PROPORTION)]
    Proportion(shares::Proportion),
    /// How are results spread over bands, and did that change?
    #[command(after_help = shares::BANDS)]
    Bands(shares::Bands),
    /// How far did the same people come, and further than their scores before predict?
    #[command(after_help = growth::HELP)]
    Growth(growth::Growth),
    /// How does each group compare: risk ratio, risk difference, odds ratio.
    #[command(after_help = risk::HELP)]
    Risk(risk::Risk),
    /// Which cells of a table must be hidden so that nobody can be recognised?
    #[command(after_help = disclosure::SUPPRESS)]
    Suppress(disclosure::Suppress),
    /// Can hidden cells be worked out from what is published?
    #[command(after_help = disclosure::AUDIT)]
    Audit(disclosure::Audit),
    /// Which untreated units are most like each treated one?
    #[command(after_help = matching::HELP)]
    Match(matching::Match),
    /// Did treated units change more than others? Difference in differences.
    #[command(after_help = comparison::DID)]
    Did(comparison::Did),
    /// Did one treated unit leave the path of a mixture of others?
    #[command(after_help = comparison::SYNTHETIC_CONTROL)]
    SyntheticControl(comparison::SyntheticControl),
    /// Do the items of a scale measure one thing, and what was answered?
    #[command(after_help = surveys::HELP)]
    Scale(surveys::Scale),
    /// How good were predictions?
    #[command(after_help = predictions::HELP)]
    Predictions(predictions::Predictions),
}

/// What every method takes.
#[derive(Args)]
pub struct Common {
    /// A CSV file whose first row names the columns, or a JSON list of objects; - reads what is piped in.
    #[arg(value_name = "FILE", required_unless_present = "schema")]
    file: Option<PathBuf>,
    /// How to write the answer [default: table on a screen, json otherwise].
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How sure intervals shall be, as a share.
    #[arg(long, default_value_t = 0.95, value_name = "SHARE")]
    confidence: f64,
    /// Where chance starts: the same seed, the same answer.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// Print the JSON Schema of this method's answer instead.
    #[arg(long)]
    schema: bool,
}

/// How an answer is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For programs.
    Json,
    /// To read.
    Table,
}

/// A method of which something is asked.
trait Ask {
    /// The name by which it is called.
    const NAME: &'static str;

    /// What it has in common with the others.
    fn common(&self) -> &Common;

    /// Its answer for a table.
    fn answer(&self, table: &Table) -> Found<Answer>;
}

impl Method {
    fn carry_out(&self) -> Found<String> {
        match self {
            Self::RunChart(asked) => told(asked),
            Self::ControlChart(asked) => told(asked),
            Self::Agreement(asked) => told(asked),
            Self::Association(asked) => told(asked),
            Self::MixedModel(asked) => told(asked),
            Self::ElasticNet(asked) => told(asked),
            Self::Pool(asked) => told(asked),
            Self::Proportion(asked) => told(asked),
            Self::Bands(asked) => told(asked),
            Self::Growth(asked) => told(asked),
            Self::Risk(asked) => told(asked),
            Self::Suppress(asked) => told(asked),
            Self::Audit(asked) => told(asked),
            Self::Match(asked) => told(asked),
            Self::Did(asked) => told(asked),
            Self::SyntheticControl(asked) => told(asked),
            Self::Scale(asked) => told(asked),
            Self::Predictions(asked) => told(asked),
        }
    }
}

/// Answers on the standard output, or says in one line what is wrong with the input.
#[must_use]
pub fn run(method: &Method) -> ExitCode {
    match method.carry_out() {
        Ok(text) => match std::io::stdout().lock().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            // Whoever reads has read enough, as `head` does.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("The answer can't be written: {error}");
                ExitCode::FAILURE
            }
        },
        Err(Mistake::Input(line) | Mistake::Undefined(line)) => {
            eprintln!("{}", line.split_whitespace().collect::<Vec<_>>().join(" "));
            ExitCode::from(MISTAKE)
        }
    }
}

fn told<A: Ask>(asked: &A) -> Found<String> {
    let common = asked.common();
    if common.schema {
        return Ok(schema::of(A::NAME).to_owned());
    }
    if !(common.confidence > 0.0 && common.confidence < 1.0) {
        return Err(Mistake::new(format!(
            "--confidence is {}, but must lie between 0 and 1: write 0.95 for 95%.",
            common.confidence
        )));
    }
    let file = common.file.as_ref().ok_or_else(|| Mistake::new("Name the file to read."))?;
    let table = Table::read(file)?;
    let answer = or_undefined(A::NAME, table.len(), asked.answer(&table))?;
    let on_screen = std::io::stdout().is_terminal();
    match common.format.unwrap_or(if on_screen { Format::Table } else { Format::Json }) {
        Format::Json => Ok(output::json(&answer) + "\n"),
        Format::Table => Ok(output::table(&answer)),
    }
}

/// The options and the example of each method, for the help of all.
#[must_use]
pub fn overview() -> String {
    let all = Method::augment_subcommands(clap::Command::new("analyze"));
    let mut text = "All take these options, too:\n\n  everbetter analyze METHOD --format table --confidence 0.9 --seed 7 FILE\n  everbetter analyze METHOD --schema\n\n\
        Options and examples of each; more in each method's own --help:"
        .to_owned();
    for method in all.get_subcommands() {
        let shared = ["format", "confidence", "seed", "schema", "help"];
        let options: Vec<String> = method
            .get_arguments()
            .filter_map(|arg| arg.get_long())
            .filter(|name| !shared.contains(name))
            .map(|name| format!("--{name}"))
            .collect();
        let help = method.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples = help.lines().skip_while(|line| !line.starts_with("Example")).skip(1).map(|line| format!("\n  {line}"));
        text.push_str(&format!("\n\n  {}: {}{}", method.get_name(), options.join(" "), examples.collect::<String>()));
    }
    text
}
