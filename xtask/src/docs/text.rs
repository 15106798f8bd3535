//! Just enough of Markdown: which lines are code, which parts of a line are, where links lead.

/// A line of a document.
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// What stands there.
    pub text: &'a str,
    /// Whether it is part of a block of code.
    pub in_block: bool,
}

/// The lines, without the fences themselves.
pub fn lines(text: &str) -> Vec<Line<'_>> {
    let mut in_block = false;
    let mut found = Vec::new();
    for (index, text) in text.lines().enumerate() {
        if text.trim_start().starts_with("```") {
            in_block = !in_block;
        } else {
            found.push(Line { number: index + 1, text, in_block });
        }
    }
    found
}

/// The parts between backticks.
pub fn spans(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// Where the links and pictures of a line lead.
pub fn targets(line: &str) -> Vec<&str> {
    line.match_indices("](")
        .filter_map(|(at, _)| line[at + 2..].split([')', ' ']).next())
        .chain(line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target.trim()))
        .collect()
}

/// What a heading is called in an address.
pub fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_spans_links_and_anchors_are_told_apart() {
        let all = lines("one\n```sh\ncargo demo\n```\ntwo");
        assert_eq!(all.iter().map(|line| (line.number, line.in_block)).collect::<Vec<_>>(), [(1, false), (3, true), (5, false)]);
        assert_eq!(spans("run `cargo ci`, then `git push`"), ["cargo ci", "git push"]);
        assert_eq!(targets("see [a](docs/a.md#b) and ![c](c.png \"words\")"), ["docs/a.md#b", "c.png"]);
        assert_eq!(targets("[a]: docs/a.md"), ["docs/a.md"]);
        assert_eq!(anchor("## Who's who, and why?"), "whos-who-and-why");
    }
}
