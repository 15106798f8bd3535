//! Suppression, audit and recovery against the reference numbers.

mod reference;

use improvement_stats::disclosure::*;
use reference::*;

fn rows(case: &serde_json::Value) -> Vec<Vec<u64>> {
    matrix(&case["input"]["counts"]).iter().map(|r| r.iter().map(|v| *v as u64).collect()).collect()
}

#[test]
fn attack_bounds_and_suppression_equal_the_reference() {
    for case in cases("suppression_tables") {
        let rows = rows(&case);
        let width = rows[0].len();
        let table = LinkedTable::from_rows(&rows).unwrap();
        let inner = rows.len() * width;
        let rule = PrimaryRule { minimum: number(&case["params"]["rule"]) as u64, hide_zeros: false };
        let primary = primary_suppression(&table, rule).unwrap();
        let expected = &case["expected"];
        let what = case["name"].as_str().unwrap();
        let cell = |pair: &serde_json::Value| {
            let pair = numbers(pair);
            pair[0] as usize * width + pair[1] as usize
        };
        let listed: Vec<usize> = expected["primary"].as_array().unwrap().iter().map(cell).collect();
        assert_eq!((0..primary.len()).filter(|c| primary[*c]).collect::<Vec<_>>(), listed, "{what}");
        let need = number(&case["params"]["min_interval_width"]) as u64;
        let check = |found: &Audit, expected: &serde_json::Value| {
            for (found, expected) in found.cells.iter().zip(expected.as_array().unwrap()) {
                assert_eq!(found.cell, cell(&expected["cell"]), "{what}");
                assert_eq!(found.low as f64, number(&expected["low"]), "{what} {found:?}");
                assert_eq!(found.high.unwrap() as f64, number(&expected["high"]), "{what} {found:?}");
            }
        };
        check(&audit(&table, &primary, need).unwrap(), &expected["attack_primary_only"]);
        let safe = protect(&table, &primary, &ProtectOptions { hide_totals: false, width: need, ..Default::default() }).unwrap();
        assert!(safe.audit.safe, "{what}");
        assert!(safe.complementary.iter().all(|c| *c < inner), "{what}");
        assert_eq!(safe.complementary.len() as f64, number(&expected["fewest_complementary_cells"]), "{what}");
        assert_eq!(safe.cost as f64, number(&expected["min_count_cost_at_that_number"]), "{what}");
        if number(&expected["equally_good_solutions"]) == 1.0 {
            let mut example: Vec<usize> = expected["complementary_example"].as_array().unwrap().iter().map(cell).collect();
            example.sort_unstable();
            assert_eq!(safe.complementary, example, "{what}");
            check(&safe.audit, &expected["attack_after"]);
        }
    }
}

#[test]
fn recovered_counts_equal_the_reference() {
    for case in cases("suppression_recovery") {
        let (input, expected) = (&case["input"], &case["expected"]);
        if input.get("n").is_some() {
            let n = number(&input["n"]) as u64;
            let found = recoverable_counts(n, &numbers(&input["percent_one_decimal"]), 1, true).unwrap();
            let lists = matrix(&expected["compatible_counts"]);
            for (found, expected) in found.compatible.iter().zip(lists) {
                assert_eq!(found.iter().map(|c| *c as f64).collect::<Vec<_>>(), expected);
            }
            assert_eq!(found.all_recoverable, expected["all_bands_recoverable"] == true);
        } else {
            let of = |field: &str| number(&input[field]) as u64;
            let found = implied_complement(of("all_students"), of("published_subgroup"), of("rule")).unwrap();
            assert_eq!(found.count as f64, number(&expected["implied_complement"]));
            assert_eq!(found.must_be_protected, expected["complement_must_be_protected"] == true);
        }
    }
}

/// A district of three schools, each with grades, by group and by outcome: a hierarchy and three dimensions.
fn nested() -> (Vec<Dimension>, LinkedTable) {
    let schools = Dimension { parents: vec![Some(6), Some(6), Some(7), Some(7), Some(7), Some(8), Some(8), Some(8), None] };
    let dimensions = vec![schools, Dimension::flat(3), Dimension::flat(2)];
    let mut inner = Vec::new();
    for (s, school) in [0usize, 1, 2, 3, 4, 5].iter().enumerate() {
        for group in 0..3 {
            for outcome in 0..2 {
                let count = ((s * 31 + group * 17 + outcome * 7) % 29 + 2) as u64;
                inner.push((vec![*school, group, outcome], count));
            }
        }
    }
    (dimensions.clone(), LinkedTable::from_dimensions(&dimensions, &inner).unwrap())
}

#[test]
fn nested_tables_become_safe_and_totals_add_up() {
    let (dimensions, table) = nested();
    assert_eq!(table.counts().len(), 9 * 4 * 3);
    let top = LinkedTable::cell(&dimensions, &[8, 3, 2]);
    let sum: u64 = (0..6)
        .flat_map(|s| (0..3).flat_map(move |g| (0..2).map(move |o| (s, g, o))))
        .map(|(s, g, o)| table.counts()[LinkedTable::cell(&dimensions, &[s, g, o])])
        .sum();
    assert_eq!(table.counts()[top], sum);
    let primary = primary_suppression(&table, PrimaryRule { minimum: 10, hide_zeros: false }).unwrap();
    assert!(!audit(&table, &primary, 3).unwrap().safe);
    let safe = protect(&table, &primary, &ProtectOptions::default()).unwrap();
    assert!(safe.audit.safe && !safe.complementary.is_empty());
    for bounds in &safe.audit.cells {
        let count = table.counts()[bounds.cell];
        assert!(bounds.low <= count && bounds.high.is_none_or(|h| h >= count));
    }
}

#[test]
fn a_table_that_must_be_published_otherwise_cannot_be_protected() {
    let table = LinkedTable::from_rows(&[vec![4, 20], vec![15, 30]]).unwrap();
    let mut primary = vec![false; 9];
    primary[0] = true;
    let options = ProtectOptions { always_published: vec![true; 9], ..ProtectOptions::default() };
    assert!(protect(&table, &primary, &options).is_err());
}
