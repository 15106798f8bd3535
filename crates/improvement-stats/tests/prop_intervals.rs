mod vectors;

use improvement_stats::proportion::{ProportionMethod, proportion};
use vectors::{cases, close, number};

#[test]
fn every_method_equals_statsmodels_and_r() {
    for case in cases("prop_intervals") {
        let input = &case["input"];
        let (x, n, level) = (input["x"].as_u64().unwrap(), input["n"].as_u64().unwrap(), number(&input["conf"]));
        for (key, method) in [
            ("wilson", ProportionMethod::Wilson),
            ("wilson_continuity", ProportionMethod::WilsonContinuity),
            ("clopper_pearson", ProportionMethod::ClopperPearson),
            ("jeffreys", ProportionMethod::Jeffreys),
            ("agresti_coull", ProportionMethod::AgrestiCoull),
        ] {
            let found = proportion(x, n, method, level).unwrap();
            let at = format!("{} {key}", case["name"]);
            close(found.interval.low, &case["expected"][key][0], 1e-10, &at);
            close(found.interval.high, &case["expected"][key][1], 1e-10, &at);
        }
    }
}

#[test]
fn wilson_ends_exactly_at_0_and_1() {
    for n in 1..200 {
        for level in [0.8, 0.9, 0.95, 0.99] {
            assert_eq!(proportion(0, n, ProportionMethod::Wilson, level).unwrap().interval.low, 0.0);
            assert_eq!(proportion(n, n, ProportionMethod::Wilson, level).unwrap().interval.high, 1.0);
        }
    }
}

#[test]
fn large_counts_are_answered_quickly_and_agree_with_wilson() {
    let wilson = proportion(300_000_000, 1_000_000_000, ProportionMethod::Wilson, 0.95).unwrap().interval;
    for method in [ProportionMethod::ClopperPearson, ProportionMethod::Jeffreys] {
        let found = proportion(300_000_000, 1_000_000_000, method, 0.95).unwrap().interval;
        assert!((found.low - wilson.low).abs() < 1e-8 && (found.high - wilson.high).abs() < 1e-8);
    }
}
