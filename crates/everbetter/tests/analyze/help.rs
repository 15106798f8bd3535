//! What the help says is so.

use std::process::Command;

fn told(arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_everbetter")).args(arguments).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// The examples of a method, each as its arguments after `everbetter`.
fn examples(method: &str) -> Vec<Vec<String>> {
    let help = told(&["analyze", method, "--help"]).0.replace("\\\n", " ");
    let lines = help.lines().skip_while(|line| !line.starts_with("Example")).skip(1);
    lines.filter_map(|line| line.trim().strip_prefix("everbetter ").map(words)).collect()
}

/// Words as a shell parts them, where quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (place, part) in line.split('\'').enumerate() {
        if place % 2 == 1 {
            words.last_mut().unwrap().push_str(part);
            continue;
        }
        for sign in part.chars() {
            match sign {
                ' ' => words.push(String::new()),
                sign => words.last_mut().unwrap().push(sign),
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The options of a method, without those that all methods have.
fn options(method: &str) -> Vec<String> {
    let help = told(&["analyze", method, "--help"]).0;
    let own = help.split("\nSettings of the server:").next().unwrap();
    let lines = own.lines().map(str::trim).filter(|line| line.starts_with("--"));
    let names = lines.map(|line| line.split([' ', '=', '[']).next().unwrap().to_owned());
    let shared = ["--format", "--confidence", "--seed", "--schema", "--help"];
    names.filter(|name| !shared.contains(&name.as_str())).collect()
}

#[test]
fn every_option_of_every_method_has_an_example() {
    for method in super::schema::METHODS {
        let shown: Vec<String> = examples(method).concat();
        let options = options(method);
        assert!(options.len() > 1, "{method}: {options:?}");
        let missing: Vec<&String> = options.iter().filter(|option| !shown.contains(option)).collect();
        assert!(missing.is_empty(), "{method} has no example with {missing:?}");
    }
}

#[test]
fn every_example_is_understood() {
    for method in super::schema::METHODS {
        for example in examples(method) {
            let arguments: Vec<&str> = example.iter().map(String::as_str).collect();
            // The file is not there, and that is all that is wrong.
            assert!(told(&arguments).1.contains("can't be read"), "{arguments:?}: {}", told(&arguments).1);
        }
    }
}

#[test]
fn the_overview_has_every_method_option_and_example() {
    let overview = told(&["analyze", "--help"]).0;
    for method in super::schema::METHODS {
        for option in options(method) {
            assert!(overview.contains(&option), "{method} {option}");
        }
        assert!(overview.matches(&format!("everbetter analyze {method} ")).count() >= examples(method).len(), "{method}");
    }
    for option in ["--format", "--confidence", "--seed", "--schema"] {
        assert!(overview.contains(option), "{option}");
    }
}

#[test]
fn the_page_about_it_has_every_method() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/analyze.md");
    let page = std::fs::read_to_string(page).unwrap();
    for method in super::schema::METHODS {
        let section = page.split(&format!("\n### {method}\n")).nth(1).unwrap_or_else(|| panic!("no section on {method}"));
        let section = section.split("\n### ").next().unwrap();
        let example =
            section.lines().find_map(|line| line.strip_prefix("everbetter ")).unwrap_or_else(|| panic!("no example of {method}"));
        let example = words(example);
        let arguments: Vec<&str> = example.iter().map(String::as_str).collect();
        assert!(told(&arguments).1.contains("can't be read"), "{arguments:?}: {}", told(&arguments).1);
        for option in section.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix("--")) {
            let name = format!("--{}", option.split([' ', '=']).next().unwrap());
            assert!(options(method).contains(&name), "{method} has no {name}");
        }
    }
}
