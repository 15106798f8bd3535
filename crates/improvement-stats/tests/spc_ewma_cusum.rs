mod vectors;

use improvement_stats::charts::{ChartOptions, cusum, ewma};
use vectors::{cases, close, number, optional_numbers};

#[test]
fn ewma_and_cusum_equal_qcc() {
    for case in cases("spc_ewma_cusum") {
        let values = optional_numbers(&case["input"]["data"]);
        let (params, expected) = (&case["params"], &case["expected"]);
        let at = case["name"].to_string();
        if params.get("lambda").is_some() {
            let chart = ewma(&values, number(&params["lambda"]), number(&params["nsigmas"]), &ChartOptions::default()).unwrap();
            close(chart.estimate, &expected["center"], 1e-12, &at);
            close(chart.sigma, &expected["std_dev"], 1e-12, &at);
            for (i, point) in chart.points.iter().enumerate() {
                close(point.average, &expected["ewma"][i], 1e-12, &at);
                close(point.sigma, &expected["sigma"][i], 1e-12, &at);
                close(point.lower, &expected["lcl"][i], 1e-12, &at);
                close(point.upper, &expected["ucl"][i], 1e-12, &at);
            }
        } else {
            let chart = cusum(&values, number(&params["se_shift"]), number(&params["h"]), &ChartOptions::default()).unwrap();
            close(chart.estimate, &expected["center"], 1e-12, &at);
            close(chart.sigma, &expected["std_dev"], 1e-12, &at);
            for (i, point) in chart.points.iter().enumerate() {
                close(point.positive, &expected["pos"][i], 1e-9, &at);
                close(point.negative, &expected["neg"][i], 1e-9, &at);
            }
        }
    }
}
