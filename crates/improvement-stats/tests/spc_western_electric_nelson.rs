mod vectors;

use improvement_stats::charts::{nelson, western_electric};
use serde_json::Value;
use vectors::{cases, number, numbers};

fn from_one(positions: &[usize]) -> Value {
    positions.iter().map(|p| p + 1).collect()
}

#[test]
fn signalling_points_equal_qcc() {
    for case in cases("spc_western_electric_nelson") {
        let (centre, sigma) = (number(&case["input"]["center"]), number(&case["input"]["sigma"]));
        let z: Vec<_> = numbers(&case["input"]["x"]).iter().map(|x| Some((x - centre) / sigma)).collect();
        let western = western_electric(&z).unwrap();
        let expected = &case["expected"]["western_electric"];
        for (key, found) in
            [("rule1", &western.rule1), ("rule2", &western.rule2), ("rule3", &western.rule3), ("rule4", &western.rule4)]
        {
            assert_eq!(from_one(found), expected[key], "{} western {key}", case["name"]);
        }
        let found = nelson(&z).unwrap();
        let expected = &case["expected"]["nelson"];
        for (key, found) in [
            ("rule1", &found.rule1),
            ("rule2", &found.rule2),
            ("rule3", &found.rule3),
            ("rule4", &found.rule4),
            ("rule5", &found.rule5),
            ("rule6", &found.rule6),
            ("rule7", &found.rule7),
            ("rule8", &found.rule8),
        ] {
            assert_eq!(from_one(found), expected[key], "{} nelson {key}", case["name"]);
        }
    }
}
