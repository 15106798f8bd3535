//! Names of periods in place of positions, for charts.

use serde_json::{Map, Value, json};

/// Puts periods into points, phases and signals, which know only positions.
pub(super) fn with_periods(mut chart: Map<String, Value>, periods: &[String]) -> Map<String, Value> {
    if let Some(Value::Array(points)) = chart.get_mut("points") {
        for (point, period) in points.iter_mut().zip(periods) {
            point["period"] = json!(period);
        }
    }
    for list in ["signals", "phases"] {
        if let Some(Value::Array(items)) = chart.get_mut(list) {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                spanned(item, periods);
            }
        }
    }
    chart
}

fn spanned(item: &mut Map<String, Value>, periods: &[String]) {
    let named = |place: Option<Value>| place.and_then(|p| p.as_u64()).and_then(|p| periods.get(p as usize)).cloned();
    for (position, name) in [("first", "from"), ("last", "to")] {
        let period = named(item.remove(position));
        item.insert(name.to_owned(), json!(period));
    }
    if let Some(Value::Object(runs)) = item.get_mut("runs")
        && let Some(span) = runs.remove("longest_run_span")
    {
        let ends = span.as_array().map(|ends| ends.iter().map(|end| named(Some(end.clone()))).collect::<Vec<_>>());
        runs.insert("longest_run_span".to_owned(), json!(ends));
    }
}

/// One object a point from the parallel lists of a run chart.
pub(super) fn run_points(chart: &mut Map<String, Value>) {
    let lists: Vec<(&str, Value)> =
        [("values", "value"), ("centre", "centre"), ("phase", "phase"), ("included", "included"), ("baseline", "baseline")]
            .into_iter()
            .filter_map(|(list, name)| Some((name, chart.remove(list)?)))
            .collect();
    let count = lists.first().and_then(|(_, list)| list.as_array()).map_or(0, Vec::len);
    let point = |place: usize| lists.iter().map(|(name, list)| ((*name).to_owned(), list[place].clone())).collect();
    let points: Vec<Value> = (0..count).map(|place| Value::Object(point(place))).collect();
    chart.insert("points".to_owned(), json!(points));
}
