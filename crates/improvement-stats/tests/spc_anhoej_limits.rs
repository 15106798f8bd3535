mod vectors;

use improvement_stats::charts::anhoej_limits;
use vectors::{cases, counts};

#[test]
fn limits_equal_the_table() {
    for case in cases("spc_anhoej_limits") {
        let useful = counts(&case["input"]["n_useful"]);
        let longest = counts(&case["expected"]["longest_run_max"]);
        let crossings = counts(&case["expected"]["n_crossings_min"]);
        for ((n, longest), crossings) in useful.into_iter().zip(longest).zip(crossings) {
            assert_eq!(anhoej_limits(n as usize), (longest as usize, crossings as usize), "n = {n}");
        }
    }
}
