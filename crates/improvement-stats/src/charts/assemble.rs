use super::control::{ChartKind, ChartPhase, ChartPoint, ControlChart, RuleSet};
use super::layout::{Layout, above};
use super::nhs_patterns;
use super::options::ChartOptions;
use super::rules::{findings, side_of};
use super::runs::{FEWEST_USEFUL, Runs, count_runs, run_signals};
use super::scale::Scale;
use super::signal::{Rule, Side, Signal, label, span, summary};
use crate::{Result, Warning};

/// Puts points, runs, signals and warnings together.
pub(super) fn assemble(
    kind: ChartKind,
    plotted: Vec<Option<f64>>,
    denominators: Vec<Option<f64>>,
    scales: Vec<Option<Scale>>,
    rules: RuleSet,
    layout: Layout,
    options: &ChartOptions,
) -> Result<ControlChart> {
    let mut points = Vec::with_capacity(plotted.len());
    for (i, &value) in plotted.iter().enumerate() {
        let scale = scales[layout.phase[i]].as_ref();
        points.push(point(i, value, denominators[i], scale, &layout));
    }
    let mut chart = ControlChart {
        estimate: None,
        kind,
        rules,
        points,
        phases: Vec::new(),
        signals: Vec::new(),
        summary: String::new(),
        n: plotted.iter().flatten().count(),
        warnings: Vec::new(),
    };
    for (phase, scale) in scales.iter().enumerate() {
        let all = layout.points_of(phase);
        let places = layout.included_of(phase);
        let centre = scale.as_ref().map(|s| s.centre);
        let runs = centre.map(|c| count_runs(&plotted, &places, c));
        if options.standard.is_none() {
            warn_about(&mut chart.warnings, phase + 1, &plotted, &layout.base_of(phase), scale.as_ref());
        }
        signals_of_phase(&mut chart, phase + 1, &places, runs.as_ref(), centre, &options.labels)?;
        let sigma = scale.as_ref().and_then(|s| same_everywhere(&s.sigma, &all));
        let (first, last) = (all.first().copied().unwrap_or(0), all.last().copied().unwrap_or(0));
        chart.phases.push(ChartPhase { first, last, centre, sigma, runs });
    }
    chart.estimate = chart.phases.last().and_then(|p| p.centre);
    let unseen = "A change of less than about 3 sigma in one period would not show.";
    let enough = chart.phases.iter().any(|p| p.runs.as_ref().is_some_and(|r| r.n_useful >= FEWEST_USEFUL));
    chart.summary = summary(&chart.signals, chart.n, enough, unseen);
    Ok(chart)
}

fn point(i: usize, value: Option<f64>, denominator: Option<f64>, scale: Option<&Scale>, layout: &Layout) -> ChartPoint {
    let sigma = scale.and_then(|s| s.sigma[i]);
    let line = |sigmas: f64| {
        let (scale, sigma) = scale.zip(sigma)?;
        let here = scale.middle + sigmas * sigma;
        let drawn = if scale.power == 1.0 { here } else { here.max(0.0).powf(scale.power) };
        Some(drawn.max(scale.range.0).min(scale.range.1))
    };
    let (lower, upper) = (line(-3.0), line(3.0));
    let z = value.zip(scale.zip(sigma)).and_then(|(value, (scale, sigma))| {
        let value = if scale.power == 1.0 { value } else { value.powf(1.0 / scale.power) };
        let z = (value - scale.middle) / sigma;
        (sigma > 0.0 && z.is_finite()).then_some(z)
    });
    let out = |value: f64| lower.is_some_and(|l| above(l, value)) || upper.is_some_and(|u| above(value, u));
    ChartPoint {
        value,
        denominator,
        centre: scale.map(|s| s.centre),
        lower,
        upper,
        lower_2_sigma: line(-2.0),
        upper_2_sigma: line(2.0),
        z,
        beyond_limits: value.is_some_and(out),
        phase: layout.phase[i] + 1,
        included: layout.included[i],
        baseline: layout.baseline[i],
    }
}

fn same_everywhere(sigma: &[Option<f64>], places: &[usize]) -> Option<f64> {
    let first = sigma[*places.first()?]?;
    places.iter().all(|&i| sigma[i] == Some(first)).then_some(first)
}

fn warn_about(warnings: &mut Vec<Warning>, phase: usize, plotted: &[Option<f64>], base: &[usize], scale: Option<&Scale>) {
    let n = base.iter().filter(|&&i| plotted[i].is_some()).count();
    let Some(scale) = scale else {
        warnings.push(Warning::new("no_points", format!("Phase {phase} has no value to estimate from.")));
        return;
    };
    if n < FEWEST_USEFUL {
        warnings.push(Warning::new(
            "few_points",
            format!("Phase {phase}: limits from {n} points say little; show a line without limits."),
        ));
    } else if n < 20 {
        warnings.push(Warning::new("provisional_limits", format!("Phase {phase}: limits from {n} points are provisional.")));
    }
    let known: Vec<f64> = base.iter().filter_map(|&i| scale.sigma[i]).collect();
    if known.iter().all(|s| *s == 0.0) {
        let text = format!("Phase {phase} has no variation to estimate limits from: do not draw limits.");
        warnings.push(Warning::new("no_variation", text));
    }
}

fn signals_of_phase(
    chart: &mut ControlChart,
    phase: usize,
    places: &[usize],
    runs: Option<&Runs>,
    centre: Option<f64>,
    labels: &[String],
) -> Result<()> {
    if chart.rules == RuleSet::Nhs && chart.kind != ChartKind::MovingRange {
        chart.signals.extend(nhs_patterns::signals(&chart.points, places, phase, labels));
        return Ok(());
    }
    // Moving ranges share values with their neighbours, so zone rules do not hold for them.
    if chart.rules == RuleSet::Anhoej || chart.kind == ChartKind::MovingRange {
        chart.signals.extend(places.iter().filter_map(|&i| beyond_signal(&chart.points[i], i, phase, labels)));
        if let (Some(runs), Some(centre)) = (runs, centre) {
            let values: Vec<Option<f64>> = chart.points.iter().map(|p| p.value).collect();
            chart.signals.extend(run_signals(runs, &values, places, centre, phase, labels));
        }
        return Ok(());
    }
    let nelson = chart.rules == RuleSet::Nelson;
    let present: Vec<usize> = places.iter().copied().filter(|&i| chart.points[i].z.is_some()).collect();
    let z: Vec<Option<f64>> = present.iter().map(|&i| chart.points[i].z).collect();
    for (rule, length, words, completing) in findings(&z, nelson)? {
        for stretch in completing.chunk_by(|a, b| a + 1 == *b) {
            let (start, end) = ((stretch[0] + 1).saturating_sub(length), stretch[stretch.len() - 1]);
            let (first, last) = (present[start], present[end]);
            let side = side_of(rule, &z, start, end);
            let where_ = side.map_or("", |s| match (rule, s) {
                (Rule::Trend, Side::High) => ", rising",
                (Rule::Trend, Side::Low) => ", falling",
                (_, Side::High) => ", above the centre",
                (_, Side::Low) => ", below the centre",
            });
            let goes_on = !matches!(rule, Rule::BeyondLimits | Rule::TwoOfThree | Rule::FourOfFive);
            let count = if goes_on { format!("{} ", end - start + 1) } else { String::new() };
            let text = format!("Signal {}: {count}{words}{where_}.", span(labels, first, last));
            chart.signals.push(Signal { rule, phase, first, last, side, text });
        }
    }
    Ok(())
}

fn beyond_signal(point: &ChartPoint, i: usize, phase: usize, labels: &[String]) -> Option<Signal> {
    let value = point.value.filter(|_| point.beyond_limits)?;
    let high = point.upper.is_some_and(|u| above(value, u));
    let (side, word, limit) = if high { (Side::High, "upper", point.upper?) } else { (Side::Low, "lower", point.lower?) };
    let text = format!("{} lies {} the {word} limit ({value:.4} against {limit:.4}).", label(labels, i), side.above_or_below());
    Some(Signal { rule: Rule::BeyondLimits, phase, first: i, last: i, side: Some(side), text })
}
