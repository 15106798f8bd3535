//! The checks of the project, in order, and a throw-away PostgreSQL for tests run by hand. Only the standard library.

mod docs;
mod postgres;
mod run;
mod steps;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo ci                            every check, in order, stopping at the first that fails
cargo ci STEP...                    only these
cargo run -p xtask -- postgres      a PostgreSQL for tests, until Ctrl-C
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["ci", names @ ..] => steps::run(names),
        ["postgres"] => postgres::until_interrupted(),
        _ => {
            print!("{HELP}\nSteps: {}\n", steps::names().join(", "));
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("\n{sentence}");
            ExitCode::FAILURE
        }
    }
}
