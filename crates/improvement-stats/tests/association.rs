//! Correlations, permutations, bootstrap and multiplicity against the reference numbers.

mod reference;

use improvement_stats::Error;
use improvement_stats::association::*;
use reference::*;

fn with_gaps(value: &serde_json::Value) -> Vec<f64> {
    gappy(value).into_iter().map(|v| v.unwrap_or(f64::NAN)).collect()
}

#[test]
fn correlations_equal_the_reference() {
    for case in cases("assoc_correlations") {
        let (x, y) = (with_gaps(&case["input"]["x"]), with_gaps(&case["input"]["y"]));
        let expected = &case["expected"];
        for (method, name, p_name) in [
            (Method::Spearman, "spearman", "spearman_t_p"),
            (Method::Kendall, "kendall_tau_b", "kendall_normal_p"),
            (Method::Pearson, "pearson", ""),
        ] {
            let found = correlate(&x, &y, method);
            if expected[name].is_null() {
                assert!(matches!(found, Err(Error::Undefined { .. })));
                continue;
            }
            let found = found.unwrap();
            let what = format!("{} {name}", case["name"]);
            close(found.estimate, number(&expected[name]), 1e-12, &what);
            assert_eq!(found.n as f64, number(&expected["n"]));
            if !p_name.is_empty() {
                close(found.p_value.unwrap(), number(&expected[p_name]), 1e-9, &what);
            }
        }
        if expected.get("exact_two_sided_p").is_some() {
            let exact = exact_p_value(&x, &y, Method::Spearman).unwrap();
            close(exact.p_value, number(&expected["exact_two_sided_p"]), 1e-12, "exact");
            assert_eq!(exact.permutations as f64, number(&expected["permutations"]));
        }
    }
}

#[test]
fn adjusted_p_values_equal_the_reference() {
    for case in cases("assoc_multiplicity") {
        let p = with_gaps(
            &case["input"]["p"]
                .as_array()
                .map_or_else(|| serde_json::json!([case["input"]["p"]]), |items| serde_json::Value::Array(items.clone())),
        );
        for (name, adjustment) in [
            ("bh", Adjustment::BenjaminiHochberg),
            ("by", Adjustment::BenjaminiYekutieli),
            ("holm", Adjustment::Holm),
            ("bonferroni", Adjustment::Bonferroni),
            ("hochberg", Adjustment::Hochberg),
        ] {
            let expected = &case["expected"][name];
            let list = if expected.is_array() { expected.clone() } else { serde_json::json!([expected]) };
            for (found, expected) in adjust(&p, adjustment).unwrap().iter().zip(gappy(&list)) {
                match expected {
                    Some(expected) => close(*found, expected, 1e-12, name),
                    None => assert!(found.is_nan()),
                }
            }
        }
    }
}

#[test]
fn permutation_p_values_equal_the_reference() {
    for case in cases("assoc_permutation") {
        let (x, y) = (numbers(&case["input"]["x"]), numbers(&case["input"]["y"]));
        let orders = positions(&case["input"]["permutations"]);
        let found = p_value_of_permutations(&x, &y, Method::Spearman, &orders).unwrap();
        close(found.estimate, number(&case["expected"]["observed"]), 1e-12, "observed");
        close(found.p_value, number(&case["expected"]["p_two_sided_plus1"]), 1e-12, "p");
        let moved: Vec<Vec<f64>> = orders[..10].iter().map(|o| o.iter().map(|i| y[*i]).collect()).collect();
        for (moved, expected) in moved.iter().zip(numbers(&case["expected"]["first10"])) {
            close(correlate(&x, moved, Method::Spearman).unwrap().estimate, expected, 1e-12, "permuted");
        }
    }
}

#[test]
fn own_permutations_agree_with_the_given_ones_and_stay_in_their_blocks() {
    let all = cases("assoc_permutation");
    for (case, blocked) in all.iter().zip([false, true]) {
        let (x, y) = (numbers(&case["input"]["x"]), numbers(&case["input"]["y"]));
        let blocks = if blocked { numbers(&case["input"]["block"]).iter().map(|b| *b as usize).collect() } else { vec![] };
        let options = PermutationOptions { permutations: 20_000, seed: 5, blocks };
        let found = permutation_test(&x, &y, Method::Spearman, &options).unwrap();
        assert_eq!(found, permutation_test(&x, &y, Method::Spearman, &options).unwrap());
        let expected = number(&case["expected"]["p_two_sided_plus1"]);
        assert!((found.p_value - expected).abs() < 0.03, "{} and {expected}", found.p_value);
    }
    let alone = PermutationOptions { blocks: vec![0, 1, 2], ..PermutationOptions::default() };
    assert!(permutation_test(&[1., 2., 3.], &[1., 2., 3.], Method::Pearson, &alone).is_err());
}

#[test]
fn many_items_answer_as_each_alone() {
    let y: Vec<f64> = (0..40).map(|i| f64::from((i * 7) % 40)).collect();
    let items: Vec<Vec<f64>> = (0..6)
        .map(|k| (0..40).map(|i| if k == 3 && i % 9 == 0 { f64::NAN } else { f64::from((i * (k + 2)) % 11) }).collect())
        .collect();
    let rows: Vec<&[f64]> = items.iter().map(Vec::as_slice).collect();
    let options = PermutationOptions { permutations: 500, seed: 2, blocks: Vec::new() };
    for method in [Method::Spearman, Method::Kendall, Method::Pearson] {
        for (item, answer) in rows.iter().zip(permutation_tests(&rows, &y, method, &options)) {
            assert_eq!(answer, permutation_test(item, &y, method, &options));
        }
    }
}

#[test]
fn bootstrap_intervals_equal_the_reference() {
    let case = case("assoc_bootstrap", "B999_n30");
    let (x, y) = (numbers(&case["input"]["x"]), numbers(&case["input"]["y"]));
    let expected = &case["expected"];
    let resamples = positions(&case["input"]["resamples"]);
    let replicates: Vec<f64> =
        correlations_of_resamples(&x, &y, Method::Spearman, &resamples).unwrap().into_iter().flatten().collect();
    for (found, expected) in replicates.iter().zip(numbers(&expected["replicates"])) {
        close(*found, expected, 1e-12, "replicate");
    }
    let jackknife = jackknife_correlation(&x, &y, Method::Spearman).unwrap();
    for (found, expected) in jackknife.iter().zip(numbers(&expected["jackknife"])) {
        close(*found, expected, 1e-12, "jackknife");
    }
    let t0 = number(&expected["t0"]);
    let found = bootstrap_intervals(t0, &replicates, &jackknife, 0.95).unwrap();
    for (name, interval) in [
        ("percentile95_type7", found.percentile),
        ("percentile95_boot", found.percentile_normal_scale),
        ("basic95_boot", found.basic),
        ("bca95_type7", found.bca.unwrap()),
        ("bca95_boot_norm_inter", found.bca_normal_scale.unwrap()),
    ] {
        let ends = numbers(&expected[name]);
        close(interval.low, ends[0], 1e-10, name);
        close(interval.high, ends[1], 1e-10, name);
    }
    close(found.z0, number(&expected["z0"]), 1e-10, "z0");
    close(found.acceleration.unwrap(), number(&expected["acceleration_jackknife"]), 1e-10, "acceleration");
}

#[test]
fn point_biserial_wants_two_values() {
    assert!(correlate(&[0., 1., 2.], &[1., 2., 4.], Method::PointBiserial).is_err());
    let found = correlate(&[0., 0., 1., 1.], &[1., 2., 3., 4.], Method::PointBiserial).unwrap();
    close(found.estimate, 0.894427190999916, 1e-12, "point-biserial");
}
