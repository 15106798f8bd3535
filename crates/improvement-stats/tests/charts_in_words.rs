//! What the charts say, and how they treat gaps, phases and flat series.

use improvement_stats::charts::*;

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn months(count: usize) -> ChartOptions {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    ChartOptions { labels: (0..count).map(|i| format!("{} {}", names[i % 12], 2024 + i / 12)).collect(), ..Default::default() }
}

/// Nine low months around 5, then `later` months around 9.
fn shifted(later: usize) -> Vec<Option<f64>> {
    (0..9 + later).map(|i| Some(if i < 9 { 5.0 } else { 9.0 } + (i * 7 % 5) as f64 / 10.0)).collect()
}

#[test]
fn a_long_run_is_dated_in_words() {
    let chart = run_chart(&shifted(9), &months(18), RunChartOptions::default()).unwrap();
    assert_eq!(
        chart.signals[0].text,
        "9 points in a row below the centre from Jan 2024 to Sep 2024; with 18 points chance seldom gives more than 7."
    );
    assert!(chart.summary.ends_with("This dates a change; it does not say why."));
}

#[test]
fn a_quiet_series_says_what_would_not_show() {
    let chart = run_chart(&some(&[3.0, 5.0].repeat(6)), &months(12), RunChartOptions::default()).unwrap();
    assert_eq!(chart.summary, "No sign of change beyond ordinary variation (12 points). A single odd point would not show.");
}

#[test]
fn few_points_never_signal() {
    let options = ChartOptions { baseline: Some(2), ..Default::default() };
    let chart = run_chart(&some(&[1.0, 2.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0]), &options, RunChartOptions::default()).unwrap();
    assert!(chart.signals.is_empty());
    assert_eq!(chart.warnings[0].code, "few_points");
    assert_eq!(chart.summary, "Too few points to tell (9).");
}

#[test]
fn flat_series_of_fractions_have_no_runs() {
    let thirds: Vec<Option<f64>> = (1..=20).map(|i| Some(f64::from(i))).collect();
    let sizes: Vec<Option<f64>> = (1..=20).map(|i| Some(f64::from(3 * i))).collect();
    let chart = control_chart(ChartKind::P, &thirds, Some(&sizes), RuleSet::Anhoej, &ChartOptions::default()).unwrap();
    assert_eq!(chart.phases[0].runs.as_ref().unwrap().n_useful, 0);
    assert!(chart.signals.is_empty());
    let tenths =
        control_chart(ChartKind::Individuals, &some(&[0.1; 14]), None, RuleSet::Nelson, &ChartOptions::default()).unwrap();
    assert!(tenths.signals.is_empty() && tenths.points[0].upper.is_none());
    assert!(tenths.warnings.iter().any(|w| w.code == "no_variation"));
}

#[test]
fn a_run_of_exactly_the_allowed_length_is_no_signal() {
    let values = some(&[1.0, 9.0, 1.0, 9.0, 1.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 1.0, 1.0, 9.0, 1.0, 1.0, 1.0]);
    let runs = runs_analysis(&values, 5.0).unwrap();
    assert_eq!((runs.longest_run, runs.longest_run_max, runs.signal), (Some(7), Some(7), false));
    assert_eq!((runs.crossings, runs.crossings_min), (Some(8), Some(5)));
}

#[test]
fn shift_and_trend_rules_are_optional() {
    let values = some(&[5.0, 4.0, 6.0, 4.0, 5.5, 4.5, 1.0, 2.0, 2.0, 3.0, 4.2, 5.2, 7.0, 8.0, 8.0, 7.0, 9.0, 7.0]);
    let plain = run_chart(&values, &ChartOptions::default(), RunChartOptions::default()).unwrap();
    assert!(plain.signals.iter().all(|s| s.rule != Rule::Shift && s.rule != Rule::Trend));
    let with = run_chart(&values, &ChartOptions::default(), RunChartOptions { shift: Some(6), trend: Some(5) }).unwrap();
    let texts: Vec<&str> = with.signals.iter().map(|s| s.text.as_str()).collect();
    // The tie of points 8 and 9 neither ends the trend nor counts for it.
    assert!(texts.contains(&"7 points in a row rising from point 7 to point 14."), "{texts:?}");
    assert!(texts.contains(&"7 points in a row above the centre from point 12 to point 18."), "{texts:?}");
}

#[test]
fn nelson_signals_name_first_and_last_point() {
    let mut values = some(&[5.0, 6.0].repeat(10));
    values.extend(some(&[8.0; 10]));
    let options = ChartOptions { baseline: Some(20), ..Default::default() };
    let chart = control_chart(ChartKind::Individuals, &values, None, RuleSet::Nelson, &options).unwrap();
    let shift = chart.signals.iter().find(|s| s.rule == Rule::Shift).unwrap();
    assert_eq!(shift.text, "Signal from point 20 to point 30: 11 points in a row on one side, above the centre.");
}

#[test]
fn a_missing_period_breaks_the_range_and_an_excluded_point_does_not() {
    let options = ChartOptions { screen_moving_ranges: false, ..Default::default() };
    let gap = [Some(1.0), Some(2.0), None, Some(10.0), Some(11.0)];
    let chart = control_chart(ChartKind::Individuals, &gap, None, RuleSet::Anhoej, &options).unwrap();
    assert!((chart.phases[0].sigma.unwrap() - 1.0 / 1.128).abs() < 1e-12);
    let options = ChartOptions { excluded: vec![2], ..options };
    let values = some(&[1.0, 2.0, 500.0, 3.0, 4.0]);
    let chart = control_chart(ChartKind::Individuals, &values, None, RuleSet::Anhoej, &options).unwrap();
    assert!((chart.phases[0].sigma.unwrap() - 1.0 / 1.128).abs() < 1e-12);
    assert!(chart.points[2].beyond_limits && chart.signals.is_empty());
}

#[test]
fn nhs_rules_on_a_control_chart_tell_the_pattern() {
    let chart = control_chart(ChartKind::Individuals, &shifted(9), None, RuleSet::Nhs, &months(18)).unwrap();
    assert_eq!(chart.signals[1].text, "Signal from Oct 2024 to Jun 2025: above the upper process limit.");
}

#[test]
fn wrong_input_is_named() {
    let message = |error: improvement_stats::Error| error.to_string();
    let options = ChartOptions::default();
    let chart = |kind, values: &[f64], sizes: &[f64]| {
        control_chart(kind, &some(values), Some(&some(sizes)), RuleSet::Anhoej, &options).map_err(message)
    };
    assert_eq!(
        chart(ChartKind::P, &[1.0, 5.0], &[4.0, 4.0]).unwrap_err(),
        "count at position 1 is 5, but must be at most its denominator"
    );
    assert_eq!(chart(ChartKind::U, &[1.0, -5.0], &[4.0, 4.0]).unwrap_err(), "values at position 1 is -5, but must be 0 or more");
    assert_eq!(
        control_chart(ChartKind::P, &some(&[1.0]), None, RuleSet::Anhoej, &options).map_err(message).unwrap_err(),
        "this chart needs a denominator for each value"
    );
    assert_eq!(
        run_chart(&[Some(f64::NAN)], &options, RunChartOptions::default()).map_err(message).unwrap_err(),
        "values at position 0 is not a finite number"
    );
}

#[test]
fn false_alarms_follow_the_simulated_table() {
    let found = |points, rules| expected_false_alarms(1000, points, rules).unwrap().round();
    assert_eq!([12, 18, 24, 36, 99].map(|n| found(n, RuleSet::Anhoej)), [59.0, 88.0, 117.0, 152.0, 152.0]);
    assert_eq!([12, 24, 36].map(|n| found(n, RuleSet::Nelson)), [83.0, 222.0, 350.0]);
    assert!(expected_false_alarms(45, 9, RuleSet::Nhs).is_err());
}
