//! Figures and states as people say them.

use super::Goal;

/// A figure without needless decimals: `22`, `0.5`.
pub(crate) fn figure(figure: f64) -> String {
    let text = format!("{figure:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The words of a key, out of a list of keys and words; the key itself where the list has none.
pub(crate) fn of<'a>(list: &[(&'static str, &'static str)], key: &'a str) -> &'a str {
    list.iter().find(|(known, _)| *known == key).map_or(key, |(_, words)| words)
}

/// The sign for whether a goal was met.
pub(crate) fn met_glyph(met: &str) -> &'static str {
    match met {
        "yes" => "done",
        "partly" => "way",
        "not_measured" => "na",
        _ => "none",
    }
}

/// The sign for where an action stands.
pub(crate) fn action_glyph(status: &str) -> &'static str {
    match status {
        "done" => "done",
        "under_way" => "way",
        "carried_over" | "dropped" => "na",
        _ => "none",
    }
}

/// `From 22 to 80 per cent`, as far as it is known.
pub(crate) fn aim(goal: &Goal) -> String {
    let unit = if goal.unit.is_empty() { String::new() } else { format!(" {}", goal.unit) };
    match (goal.baseline, goal.target) {
        (Some(from), Some(to)) => format!("From {} to {}{unit}", figure(from), figure(to)),
        (None, Some(to)) => format!("{}{unit}", figure(to)),
        (Some(from), None) => format!("From {}{unit}", figure(from)),
        (None, None) => String::new(),
    }
}

/// `75, most likely between 65 and 85; 70 % sure that the target is met`, as far as it was said.
pub(crate) fn prediction(goal: &Goal) -> String {
    let mut parts = Vec::new();
    let between = match (goal.predicted_low, goal.predicted_high) {
        (Some(low), Some(high)) => Some(format!("between {} and {}", figure(low), figure(high))),
        _ => None,
    };
    match (goal.predicted, between) {
        (Some(predicted), Some(between)) => parts.push(format!("{}, most likely {between}", figure(predicted))),
        (Some(predicted), None) => parts.push(figure(predicted)),
        (None, Some(between)) => parts.push(between),
        (None, None) => {}
    }
    if let Some(sure) = goal.confidence {
        parts.push(format!("{sure} % sure that the target is met"));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GoalId;

    fn goal() -> Goal {
        Goal {
            id: GoalId(uuid::Uuid::nil()),
            key: String::new(),
            kind: "adult".to_owned(),
            text: String::new(),
            measure: String::new(),
            unit: "per cent".to_owned(),
            student_group: String::new(),
            baseline: Some(22.0),
            target: Some(80.5),
            by_on: None,
            predicted: Some(75.0),
            predicted_low: Some(65.0),
            predicted_high: Some(85.0),
            confidence: Some(70),
            outcome: None,
            met: String::new(),
            happened: String::new(),
            decision: String::new(),
        }
    }

    #[test]
    fn a_goal_is_said_in_words() {
        assert_eq!(aim(&goal()), "From 22 to 80.5 per cent");
        assert_eq!(prediction(&goal()), "75, most likely between 65 and 85; 70 % sure that the target is met");
        let vague = Goal { predicted: None, predicted_low: None, confidence: None, baseline: None, ..goal() };
        assert_eq!((aim(&vague).as_str(), prediction(&vague).as_str()), ("80.5 per cent", ""));
    }

    #[test]
    fn figures_have_no_needless_decimals() {
        assert_eq!([22.0, 0.5, 0.0, 100.0, 3.333].map(figure), ["22", "0.5", "0", "100", "3.33"]);
    }
}
