mod any_numbers;

use any_numbers::{any_float, count, level, list};
use improvement_stats::Interval;
use improvement_stats::bands::*;
use improvement_stats::fairness::*;
use improvement_stats::growth::*;
use improvement_stats::predictions::*;
use improvement_stats::proportion::*;
use improvement_stats::surveys::*;
use proptest::prelude::*;

fn share(interval: Interval, estimate: f64) -> bool {
    interval.low >= 0.0 && interval.high <= 1.0 && interval.low <= estimate + 1e-12 && interval.high >= estimate - 1e-12
}

fn few() -> impl Strategy<Value = u64> {
    0u64..40
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn proportions(x in count(), n in count(), level in level()) {
        use ProportionMethod::*;
        for method in [Wilson, WilsonContinuity, ClopperPearson, Jeffreys, AgrestiCoull] {
            if let Ok(found) = proportion(x, n, method, level) {
                // Jeffreys' interval need not hold the estimate at 0 and n, nor any of them at levels near 0.
                let inside = level < 0.5 || method == Jeffreys || share(found.interval, found.estimate);
                prop_assert!(inside && found.interval.low <= found.interval.high, "{found:?}");
            }
        }
    }

    #[test]
    fn two_groups(a in count(), b in count(), c in count(), d in count(), level in level()) {
        use DifferenceMethod::*;
        for method in [Newcombe, Wald, AgrestiCaffo, Score] {
            let _ = difference((a, b), (c, d), method, level);
        }
        for method in [RatioMethod::Katz, RatioMethod::KatzAdjusted, RatioMethod::Score] {
            if let Ok(found) = risk_ratio((a, b), (c, d), method, level) {
                prop_assert!(found.interval.low <= found.interval.high, "{found:?}");
            }
        }
    }

    #[test]
    fn odds(a in few(), b in few(), c in few(), d in few(), level in level()) {
        let _ = odds_ratio((a, b), (c, d), OddsMethod::Logit, level);
        let _ = odds_ratio((a, b), (c, d), OddsMethod::LogitAdjusted, level);
        if let Ok(p) = fisher_exact((a, b), (c, d)) {
            prop_assert!((0.0..=1.0).contains(&p));
        }
    }

    #[test]
    fn many_groups(counts in prop::collection::vec((count(), count()), 0..6), reference in 0usize..7, level in level()) {
        let groups: Vec<Group> = counts.iter().map(|(x, n)| Group::new("g", *x, *n)).collect();
        let _ = against_all_others(&groups, level);
        let _ = against_reference(&groups, reference, level);
        let orderly: Vec<Group> = counts.iter().map(|(x, n)| Group::new("g", *x.min(n), *n / 10)).map(|mut g| { g.count = g.count.min(g.n); g }).collect();
        let _ = against_all_others(&orderly, level);
        let _ = against_reference(&orderly, reference, level);
    }

    #[test]
    fn gaps(counts in prop::collection::vec((few(), few(), few(), few()), 0..6), level in level()) {
        let periods: Vec<GapPeriod> = counts
            .iter()
            .map(|(a, b, c, d)| GapPeriod { period: "p".into(), group: (*a, *b), comparison: (*c, *d) })
            .collect();
        let _ = gap_over_time(&periods, level);
    }

    #[test]
    fn band_counts(first in prop::collection::vec(few(), 0..6), second in prop::collection::vec(few(), 0..6), wild in prop::collection::vec(count(), 0..4), level in level()) {
        for counts in [&first, &second] {
            let _ = bands(counts, BandsMethod::Goodman, level);
            let _ = bands(counts, BandsMethod::SisonGlaz, level);
        }
        let _ = bands(&wild, BandsMethod::Goodman, level);
        let length = first.len().min(second.len());
        for (a, b) in [(&first[..], &second[..]), (&first[..length], &second[..length])] {
            if let Ok(found) = superiority(a, b, level) {
                prop_assert!(level < 0.5 || share(found.interval, found.estimate), "{found:?}");
            }
            let _ = proportional_odds(a, b, level);
            let _ = band_change(a, b, level);
        }
    }

    #[test]
    fn survey_questions(values in prop::collection::vec(prop::option::of(prop_oneof![9 => -1i32..12, 1 => any::<i32>()]), 0..30), low in -2i32..3, high in -2i32..12, invited in prop::option::of(count()), level in level()) {
        let _ = answers(&values, low, high, level);
        let _ = answers(&values, i32::MIN, i32::MAX, level);
        let _ = net_score(&values, invited, level);
        let clean: Vec<Option<i32>> = values.iter().map(|v| v.map(|v| v.rem_euclid(11))).collect();
        let _ = net_score(&clean, invited, level);
        let _ = answers(&clean, 0, 10, level);
        let groups = vec![("a".to_string(), clean.clone()), ("b".to_string(), clean[..clean.len() / 3].to_vec())];
        let _ = answers_by_group(&groups, 0, 10, invited.unwrap_or(5), level);
    }

    #[test]
    fn response_rates(a in count(), b in count(), level in level()) {
        let _ = response_rate(a, b, level);
    }

    #[test]
    fn scales(rows in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.95, 0i32..6), 3..5), 0..25), wild in list(4), reversed in prop::collection::vec(0usize..5, 0..2), level in level()) {
        let mut rows: Vec<Vec<Option<f64>>> = rows.into_iter().map(|row| row.into_iter().map(|v| v.map(f64::from)).collect()).collect();
        let items = ScaleItems { reversed, range: Some((0.0, 5.0)) };
        let _ = reliability(&rows, &items, level);
        rows.iter_mut().for_each(|row| row.truncate(3));
        let _ = reliability(&rows, &items, level);
        rows.push(wild.into_iter().map(Some).collect());
        let _ = reliability(&rows, &items, level);
    }

    #[test]
    fn probabilities(p in list(40), outcomes in prop::collection::vec(any::<bool>(), 0..40), bins in 0usize..12, threshold in any_float(), level in level()) {
        let length = p.len().min(outcomes.len());
        let tame: Vec<f64> = p.iter().map(|p| if p.is_finite() { p.abs().fract() } else { 0.5 }).collect();
        for scores in [&p[..length], &tame[..length]] {
            let _ = brier(scores, &outcomes[..length], bins, level);
            let _ = calibration_curve(scores, &outcomes[..length], bins, level);
            let _ = auc(scores, &outcomes[..length], level);
            let _ = flag_table(scores, &outcomes[..length], threshold, level);
        }
        let _ = brier(&p, &outcomes, bins, level);
    }

    #[test]
    fn predicted_intervals(a in list(20), b in list(20), c in list(20), nominal in level(), level in level()) {
        let length = a.len().min(b.len()).min(c.len());
        let _ = interval_hit_rate(&a, &b, &c, nominal, level);
        let lows: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a.min(*b)).collect();
        let highs: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a.max(*b)).collect();
        let _ = interval_hit_rate(&lows[..length], &highs[..length], &c[..length], nominal, level);
        let _ = cross_correlation(&a[..length], &b[..length], length / 2, level);
        let _ = cross_correlation(&a, &b, 3, level);
    }

    #[test]
    fn growth(y in list(25), x in list(25), tau in level(), level in level()) {
        let length = y.len().min(x.len());
        let (y, x) = (&y[..length], x[..length].to_vec());
        let groups: Vec<String> = (0..length).map(|i| (i % 3).to_string()).collect();
        let _ = mean_gain(&x, y, level);
        let _ = adjusted_means(y, std::slice::from_ref(&x), &groups, level);
        let _ = adjusted_means(y, &[], &groups, level);
        let _ = quantile_regression(y, std::slice::from_ref(&x), tau);
        let _ = quantile_regression(y, &[x.clone(), x], tau);
        let _ = quantile_regression(y, &[], tau);
    }
}
