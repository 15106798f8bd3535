//! The `everbetter` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    everbetter::cli::run()
}
