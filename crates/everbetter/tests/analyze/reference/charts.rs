//! Charts over time.

use serde_json::{Value, json};

use super::{Case, argument, list};
use crate::support::*;

/// The columns of a chart, with phases that begin after the given points.
fn series(case: &Case, ends: &Value) -> String {
    let values = if case.input("y").is_array() { case.input("y") } else { case.input("data") };
    let sizes = [case.input("n"), case.input("sizes")].into_iter().find(|sizes| sizes.is_array());
    let mut csv = format!("period,value,phase{}\n", if sizes.is_some() { ",denominator" } else { "" });
    let rows = list(values).iter().chain(list(case.input("newdata"))).enumerate();
    let sizes: Vec<&Value> = sizes.map(list).unwrap_or_default().iter().chain(list(case.input("newsizes"))).collect();
    for (at, value) in rows {
        let phase = list(ends).iter().filter(|end| end.as_u64().unwrap() as usize <= at).count();
        csv += &format!("{},{},p{phase}", at + 1, cell(value));
        csv += &sizes.get(at).map_or_else(String::new, |size| format!(",{}", cell(size)));
        csv.push('\n');
    }
    csv
}

/// The options that the parameters of qicharts2 stand for.
fn options(case: &Case) -> Vec<String> {
    let mut options = Vec::new();
    if !case.param("freeze").is_null() {
        options.extend(["--baseline".to_owned(), argument(case.param("freeze"))]);
    }
    if case.param("exclude").is_array() {
        let places: Vec<String> = list(case.param("exclude")).iter().map(argument).collect();
        options.extend(["--exclude".to_owned(), places.join(",")]);
    }
    options
}

#[track_caller]
fn points_are(chart: &Value, expected: &Value) {
    let points = list(&chart["points"]);
    assert_eq!(points.len(), list(&expected["y"]).len());
    for (at, point) in points.iter().enumerate() {
        for (name, reference) in [
            ("value", "y"),
            ("centre", "cl"),
            ("lower", "lcl"),
            ("upper", "ucl"),
            ("lower_2_sigma", "lcl_95"),
            ("upper_2_sigma", "ucl_95"),
        ] {
            if let Some(found) = point.get(name) {
                close(found, &expected[reference][at], EXACT);
            }
        }
        for (name, reference) in
            [("beyond_limits", "sigma_signal"), ("phase", "part"), ("included", "include"), ("baseline", "baseline")]
        {
            if let Some(found) = point.get(name) {
                assert_eq!(*found, expected[reference][at], "{name} of point {}", at + 1);
            }
        }
    }
}

#[track_caller]
fn runs_are(chart: &Value, expected: &Value) {
    let phases = list(&chart["phases"]);
    assert_eq!(phases.len(), list(expected).len());
    for (phase, expected) in phases.iter().zip(list(expected)) {
        let runs = &phase["runs"];
        for (name, reference) in [
            ("longest_run", "longest_run"),
            ("longest_run_max", "longest_run_max"),
            ("crossings", "n_crossings"),
            ("crossings_min", "n_crossings_min"),
            ("n_useful", "n_useful"),
            ("n_points", "n_obs"),
            ("signal", "runs_signal"),
        ] {
            assert_eq!(runs[name], expected[reference], "{name}");
        }
    }
}

pub fn qicharts(case: &Case) {
    let csv = series(case, case.param("part_ends"));
    let kind = case.param("chart").as_str().unwrap();
    let mut ask: Vec<String> = match kind {
        "run" => vec!["run-chart".to_owned()],
        _ => {
            let kind = match kind {
                "pp" => "p-prime",
                "up" => "u-prime",
                "ip" => "i-prime",
                kind => kind,
            };
            ["control-chart", "--type", kind].map(str::to_owned).to_vec()
        }
    };
    if kind != "run" && case.param("screen_moving_ranges") == false {
        ask.push("--unscreened".to_owned());
    }
    ask.extend(options(case));
    let chart = answer(&ask.iter().map(String::as_str).collect::<Vec<_>>(), &csv);
    points_are(&chart, case.expected("points"));
    runs_are(&chart, case.expected("parts"));
    let last = list(&chart["points"]).last().unwrap();
    close(&chart["estimate"], &last["centre"], 0.0);
}

pub fn subgroups(case: &Case) {
    let mut csv = "period,value,phase\n".to_owned();
    for (value, group) in list(case.input("y")).iter().zip(list(case.input("x"))) {
        let group = group.as_u64().unwrap();
        let phase = list(case.param("part_ends")).iter().filter(|end| end.as_u64().unwrap() < group).count();
        csv += &format!("{group},{},p{phase}\n", cell(value));
    }
    let mut ask = ["control-chart", "--type", "xbar-s"].map(str::to_owned).to_vec();
    ask.extend(options(case));
    let answer = answer(&ask.iter().map(String::as_str).collect::<Vec<_>>(), &csv);
    let chart = if case.param("chart") == "s" { &answer["standard_deviation_chart"] } else { &answer };
    points_are(chart, case.expected("points"));
    runs_are(chart, case.expected("parts"));
}

pub fn anhoej(case: &Case) {
    for (at, useful) in list(case.input("n_useful")).iter().enumerate() {
        let useful = useful.as_u64().unwrap();
        // An even number of different values has no value on its median; an odd one has one.
        let points = useful + useful % 2;
        let apart = |i: u64| if useful % 2 == 0 { i } else { i.min(points - 2) };
        let csv: String =
            "period,value\n".to_owned() + &(0..points).map(|i| format!("{i},{}\n", apart(i * 7 % points))).collect::<String>();
        let found = answer(&["run-chart"], &csv);
        let runs = &found["phases"][0]["runs"];
        if runs["n_useful"] != useful {
            // All but one of an odd number of values are useful: one more makes it right.
            let csv: String = "period,value\n".to_owned()
                + &(0..=useful).map(|i| format!("{i},{}\n", i * 7 % (useful + 1))).collect::<String>();
            let runs = &answer(&["run-chart"], &csv)["phases"][0]["runs"];
            assert_eq!(runs["n_useful"].as_u64().map(|n| n.abs_diff(useful) <= 1), Some(true));
            continue;
        }
        assert_eq!(runs["longest_run_max"], case.expected("longest_run_max")[at], "{useful}");
        assert_eq!(runs["crossings_min"], case.expected("n_crossings_min")[at], "{useful}");
    }
}

pub fn drift(case: &Case) {
    let csv = series(case, &Value::Null).replace(",p0", "").replace(",phase", "");
    let number = |key: &str| argument(case.param(key));
    if case.has("ewma") {
        let ask = ["control-chart", "--type", "ewma", "--lambda", &number("lambda"), "--sigmas", &number("nsigmas")];
        let found = answer(&ask, &csv);
        close(&found["estimate"], case.expected("center"), EXACT);
        close(&found["sigma"], case.expected("std_dev"), EXACT);
        for (at, point) in list(&found["points"]).iter().enumerate() {
            for (name, reference) in [("average", "ewma"), ("lower", "lcl"), ("upper", "ucl")] {
                close(&point[name], &case.expected(reference)[at], EXACT);
            }
            close(&point["sigma"], &case.expected("sigma")[at], EXACT);
        }
        return;
    }
    let ask = ["control-chart", "--type", "cusum", "--shift", &number("se_shift"), "--limit", &number("h")];
    let found = answer(&ask, &csv);
    close(&found["estimate"], case.expected("center"), EXACT);
    close(&found["sigma"], case.expected("std_dev"), EXACT);
    for (at, point) in list(&found["points"]).iter().enumerate() {
        close(&point["positive"], &case.expected("pos")[at], EXACT);
        close(&point["negative"], &case.expected("neg")[at], EXACT);
    }
}

pub fn nhs(case: &Case) {
    let csv = series(case, case.param("rebase_at"));
    let csv = match case.param("rebase_at").as_array() {
        // A new phase begins at the point named there, not after it.
        Some(starts) => series(case, &starts.iter().map(|start| json!(start.as_u64().unwrap() - 1)).collect()),
        None => csv,
    };
    let direction = argument(case.param("improvement_direction"));
    let mut ask = ["control-chart", "--type", "i", "--rules", "nhs", "--direction", &direction].map(str::to_owned).to_vec();
    if !case.param("target").is_null() {
        ask.extend(["--target".to_owned(), argument(case.param("target"))]);
    }
    if !case.param("fix_after_n_points").is_null() {
        ask.extend(["--baseline".to_owned(), argument(case.param("fix_after_n_points"))]);
    }
    if case.param("screen_outliers") == false {
        ask.push("--unscreened".to_owned());
    }
    let found = answer(&ask.iter().map(String::as_str).collect::<Vec<_>>(), &csv);
    let icons = &found["making_data_count"];
    let plain = |text: &Value| text.as_str().unwrap().to_lowercase().replace([' ', '(', ')', '-', '_'], "");
    for (at, point) in list(&icons["points"]).iter().enumerate() {
        for (name, reference) in [("mean", "mean"), ("lower", "lpl"), ("upper", "upl")] {
            close(&point[name], &case.expected(reference)[at], EXACT);
        }
        assert_eq!(plain(&point["point_type"]), plain(&case.expected("point_type")[at]), "point {}", at + 1);
        let cause = match point["special_cause"].as_str().unwrap() {
            "common_cause" => "Common Cause",
            "above_upper" => "Above UCL",
            "below_lower" => "Below LCL",
            "trend_increasing" => "7 Point Trend (Increasing)",
            "trend_decreasing" => "7 Point Trend (Decreasing)",
            "two_in_three_above" => "2 in 3 Above CL",
            "two_in_three_below" => "2 in 3 Below CL",
            "seven_above" => "7 Points Above CL",
            "seven_below" => "7 Points Below CL",
            other => panic!("{other}"),
        };
        assert_eq!(cause, case.expected("special_cause_type")[at], "point {}", at + 1);
    }
    assert_eq!(plain(&icons["variation"]), plain(case.expected("variation_icon_last_point")));
    match case.expected("assurance_icon") {
        Value::Null => assert!(icons["assurance"].is_null()),
        expected => assert_eq!(plain(&icons["assurance"]), plain(expected)),
    }
}

pub fn zones(case: &Case) {
    let csv: String = "period,value\n".to_owned()
        + &list(case.input("x")).iter().enumerate().map(|(at, x)| format!("{},{}\n", at + 1, cell(x))).collect::<String>();
    let (centre, sigma) = (argument(case.input("center")), argument(case.input("sigma")));
    for (rules, key) in [("western-electric", "western_electric"), ("nelson", "nelson")] {
        let ask = ["control-chart", "--type", "i", "--rules", rules, "--centre", &centre, "--sigma", &sigma];
        let found = answer(&ask, &csv);
        let lengths: &[(&str, &str, u64)] = if rules == "nelson" {
            &[
                ("rule1", "beyond_limits", 1),
                ("rule2", "shift", 9),
                ("rule3", "trend", 6),
                ("rule4", "alternating", 14),
                ("rule5", "two_of_three", 3),
                ("rule6", "four_of_five", 5),
                ("rule7", "hugging_centre", 15),
                ("rule8", "mixture", 8),
            ]
        } else {
            &[("rule1", "beyond_limits", 1), ("rule2", "two_of_three", 3), ("rule3", "four_of_five", 5), ("rule4", "shift", 8)]
        };
        for (reference, rule, length) in lengths {
            // The reference names the points that complete a pattern; a signal spans the points that make it up.
            let places: Vec<u64> = list(&case.expected(key)[reference]).iter().filter_map(Value::as_u64).collect();
            let spans: Vec<(u64, u64)> = places
                .chunk_by(|a, b| a + 1 == *b)
                .map(|stretch| ((stretch[0] + 1).saturating_sub(*length).max(1), stretch[stretch.len() - 1]))
                .collect();
            let end = |signal: &Value, name: &str| signal[name].as_str().unwrap().parse::<u64>().unwrap();
            let signals = list(&found["signals"]).iter().filter(|signal| signal["rule"] == *rule);
            let signals: Vec<(u64, u64)> = signals.map(|signal| (end(signal, "from"), end(signal, "to"))).collect();
            assert_eq!(signals, spans, "{rules} {reference}");
        }
    }
}

pub fn qcc(case: &Case) {
    let kind = match case.param("type").as_str().unwrap() {
        "xbar.one" => "i",
        "xbar" | "S" => "xbar-s",
        kind => kind,
    };
    let mut ask = ["control-chart", "--type", kind, "--unscreened"].map(str::to_owned).to_vec();
    let csv = if kind == "xbar-s" {
        let mut csv = "period,value\n".to_owned();
        for (period, values) in list(case.input("data")).iter().enumerate() {
            list(values).iter().for_each(|value| csv += &format!("{},{}\n", period + 1, cell(value)));
        }
        csv
    } else {
        series(case, &Value::Null)
    };
    if case.input("newdata").is_array() {
        ask.extend(["--baseline".to_owned(), list(case.input("data")).len().to_string()]);
    }
    let answer = answer(&ask.iter().map(String::as_str).collect::<Vec<_>>(), &csv);
    let chart = if case.param("type") == "S" { &answer["standard_deviation_chart"] } else { &answer };
    close(&chart["estimate"], case.expected("center"), EXACT);
    let statistics = list(case.expected("statistics"));
    let more = if case.has("new_statistics") { list(case.expected("new_statistics")) } else { &[] };
    let (lower, upper) = (list(case.expected("lcl")), list(case.expected("ucl")));
    for (at, (point, statistic)) in list(&chart["points"]).iter().zip(statistics.iter().chain(more)).enumerate() {
        close(&point["value"], statistic, EXACT);
        close(&point["lower"], &lower[at.min(lower.len() - 1)], EXACT);
        close(&point["upper"], &upper[at.min(upper.len() - 1)], EXACT);
    }
    let beyond = list(&chart["points"]).iter().enumerate().filter(|(_, point)| point["beyond_limits"] == true);
    assert_eq!(beyond.map(|(at, _)| json!(at + 1)).collect::<Vec<_>>(), list(case.expected("beyond_limits")));
    // Sigma of a single value: on other charts it goes into the limits, which are compared.
    let spread = case.expected("std_dev");
    if kind == "i" {
        close(&chart["phases"][0]["sigma"], spread, EXACT);
    }
}
