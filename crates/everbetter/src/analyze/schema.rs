//! The JSON Schema of each method's answer.

/// The schema of a method.
pub(super) fn of(method: &str) -> &'static str {
    match method {
        "run-chart" => include_str!("schemas/run-chart.json"),
        "control-chart" => include_str!("schemas/control-chart.json"),
        "agreement" => include_str!("schemas/agreement.json"),
        "association" => include_str!("schemas/association.json"),
        "mixed-model" => include_str!("schemas/mixed-model.json"),
        "elastic-net" => include_str!("schemas/elastic-net.json"),
        "pool" => include_str!("schemas/pool.json"),
        "proportion" => include_str!("schemas/proportion.json"),
        "bands" => include_str!("schemas/bands.json"),
        "growth" => include_str!("schemas/growth.json"),
        "risk" => include_str!("schemas/risk.json"),
        "suppress" => include_str!("schemas/suppress.json"),
        "audit" => include_str!("schemas/audit.json"),
        "match" => include_str!("schemas/match.json"),
        "did" => include_str!("schemas/did.json"),
        "synthetic-control" => include_str!("schemas/synthetic-control.json"),
        "scale" => include_str!("schemas/scale.json"),
        "predictions" => include_str!("schemas/predictions.json"),
        _ => "",
    }
}
