//! The steps of `cargo ci`, in order.

mod api;
pub mod browser;
mod fuzz;
mod install;
mod licences;
mod rust;

use std::time::Instant;

use crate::{docs, run::Outcome};

struct Step {
    name: &'static str,
    run: fn() -> Outcome,
}

const STEPS: &[Step] = &[
    Step { name: "tools", run: install::tools_are_here },
    Step { name: "format", run: rust::format },
    Step { name: "clippy", run: rust::clippy },
    Step { name: "tests", run: rust::tests },
    Step { name: "crashes", run: rust::crashes },
    Step { name: "fuzz", run: fuzz::targets },
    Step { name: "api", run: api::tests },
    Step { name: "browser", run: browser::tests },
    Step { name: "docs", run: docs::run },
    Step { name: "licences", run: licences::check },
];

/// The steps' names.
pub fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Runs the named steps, or all, until one fails.
pub fn run(named: &[&str]) -> Outcome {
    if let Some(unknown) = named.iter().find(|name| !names().contains(name)) {
        return Err(format!("There is no step \"{unknown}\". There are: {}.", names().join(", ")));
    }
    let began = Instant::now();
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| named.is_empty() || named.contains(&step.name)).collect();
    for step in &chosen {
        println!("\n== {}", step.name);
        let step_began = Instant::now();
        (step.run)().map_err(|sentence| format!("The step \"{}\" failed. {sentence}", step.name))?;
        println!("== {} is well, after {} s", step.name, step_began.elapsed().as_secs());
    }
    println!("\nAll is well: {} of {} steps, in {} s.", chosen.len(), STEPS.len(), began.elapsed().as_secs());
    Ok(())
}
