mod any_numbers;

use any_numbers::{any_float, list, series};
use improvement_stats::charts::*;
use proptest::prelude::*;

fn options() -> impl Strategy<Value = ChartOptions> {
    (
        prop::collection::vec(0usize..60, 0..4),
        prop::option::of(0usize..50),
        prop::collection::vec(0usize..60, 0..4),
        any::<bool>(),
        any::<bool>(),
        prop::option::weighted(0.2, (any_float(), any_float())),
    )
        .prop_map(|(mut phase_starts, baseline, excluded, screen_moving_ranges, sorted, standard)| {
            if sorted {
                phase_starts.sort();
                phase_starts.dedup();
            }
            let standard = standard.map(|(centre, sigma)| Standard { centre, sigma });
            ChartOptions { phase_starts, baseline, excluded, screen_moving_ranges, standard, labels: Vec::new() }
        })
}

fn simple_options() -> impl Strategy<Value = ChartOptions> {
    prop_oneof![Just(ChartOptions::default()), options()]
}

fn kind() -> impl Strategy<Value = ChartKind> {
    use ChartKind::*;
    prop::sample::select(vec![Individuals, MovingRange, XBar, S, P, PPrime, U, UPrime, C, G, T, IPrime])
}

fn rules() -> impl Strategy<Value = RuleSet> {
    prop::sample::select(vec![RuleSet::Anhoej, RuleSet::WesternElectric, RuleSet::Nelson, RuleSet::Nhs])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn control_charts(kind in kind(), values in series(50), sizes in prop::option::of(series(50)), rules in rules(), options in simple_options()) {
        let length = sizes.as_ref().map_or(values.len(), |s| s.len().min(values.len()));
        let sizes = sizes.map(|s| s[..length].to_vec());
        if let Ok(chart) = control_chart(kind, &values[..length], sizes.as_deref(), rules, &options) {
            for point in chart.points {
                if let (Some(low), Some(centre), Some(high)) = (point.lower, point.centre, point.upper) {
                    prop_assert!(low <= high, "{kind:?} {low} {centre} {high}");
                }
            }
            for signal in chart.signals {
                prop_assert!(signal.first <= signal.last && signal.last < length);
            }
        }
    }

    #[test]
    fn run_charts(values in series(60), options in simple_options(), shift in prop::option::of(0usize..10), trend in prop::option::of(0usize..10)) {
        let _ = run_chart(&values, &options, RunChartOptions { shift, trend });
    }

    #[test]
    fn runs_of_any_values(values in series(60), centre in any_float()) {
        let _ = runs_analysis(&values, centre);
    }

    #[test]
    fn subgroup_charts(groups in prop::collection::vec(list(6), 0..30), rules in rules(), options in simple_options()) {
        let _ = subgroup_chart(SubgroupKind::Mean, &groups, rules, &options);
        let _ = subgroup_chart(SubgroupKind::StandardDeviation, &groups, rules, &options);
    }

    #[test]
    fn nhs_charts(values in series(40), target in prop::option::of(any_float()), options in simple_options()) {
        for direction in [Direction::Increase, Direction::Decrease, Direction::Neutral] {
            let _ = making_data_count(&values, direction, target, &options);
        }
    }

    #[test]
    fn drift_charts(values in series(40), a in any_float(), b in any_float(), options in simple_options()) {
        let _ = ewma(&values, a, b, &options);
        let _ = ewma(&values, 0.2, 3.0, &options);
        let _ = cusum(&values, a, b, &options);
        let _ = cusum(&values, 1.0, 5.0, &options);
    }

    #[test]
    fn zone_rules(z in series(60)) {
        let _ = (western_electric(&z), nelson(&z));
    }

    #[test]
    fn limits_of_any_length(n in prop_oneof![0usize..500, 0usize..200_000]) {
        let (longest, crossings) = anhoej_limits(n);
        prop_assert!(longest <= n.max(3) + 3 && crossings <= n);
    }
}
