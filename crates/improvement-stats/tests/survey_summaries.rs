mod vectors;

use improvement_stats::surveys::{answers, net_score, response_rate};
use serde_json::Value;
use vectors::{cases, close};

fn whole(value: &Value) -> Vec<Option<i32>> {
    value.as_array().unwrap().iter().map(|v| v.as_i64().map(|v| v as i32)).collect()
}

#[test]
fn summaries_equal_the_reference() {
    for case in cases("survey_summaries") {
        let (input, expected) = (&case["input"], &case["expected"]);
        let at = case["name"].to_string();
        let both = |interval: improvement_stats::Interval, key: &str| {
            close(interval.low, &expected[key][0], 1e-9, &format!("{at} {key}"));
            close(interval.high, &expected[key][1], 1e-9, &format!("{at} {key}"));
        };
        let invited = input["invited"].as_u64().unwrap();
        let net = net_score(&whole(&input["nps_0_10"]), Some(invited), 0.95).unwrap();
        close(net.estimate, &expected["nps"], 1e-12, &at);
        close(net.standard_error, &expected["nps_se"], 1e-12, &at);
        close(net.standard_error_finite.unwrap(), &expected["nps_se_fpc"], 1e-12, &at);
        close(net.promoters, &expected["promoters"], 1e-12, &at);
        close(net.detractors, &expected["detractors"], 1e-12, &at);
        both(net.interval, "nps_ci95");
        let likert = answers(&whole(&input["likert_1_5"]), 1, 5, 0.95).unwrap();
        close(likert.top_box.estimate, &expected["top_box"], 1e-12, &at);
        close(likert.top_two_box.estimate, &expected["top2_box"], 1e-12, &at);
        close(likert.mean, &expected["mean"], 1e-12, &at);
        close(likert.standard_deviation.unwrap(), &expected["sd"], 1e-12, &at);
        both(likert.top_box.interval, "top_box_wilson");
        both(likert.top_two_box.interval, "top2_box_wilson");
        both(likert.mean_interval.unwrap(), "mean_t_ci95");
        let rate = response_rate(likert.n, invited, 0.95).unwrap();
        close(rate.rate.estimate, &expected["response_rate"], 1e-12, &at);
        both(rate.rate.interval, "response_rate_wilson");
    }
}
