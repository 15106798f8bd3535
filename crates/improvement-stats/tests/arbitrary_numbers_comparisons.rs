//! Agreement, association, models, comparisons and disclosure answer any numbers without a panic.

use improvement_stats::agreement::*;
use improvement_stats::association::*;
use improvement_stats::did::*;
use improvement_stats::disclosure::*;
use improvement_stats::elastic_net::*;
use improvement_stats::matching::*;
use improvement_stats::mixed_model::*;
use improvement_stats::pooling::*;
use improvement_stats::synthetic_control::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Any number: ordinary, tied, huge, tiny, NaN, infinite.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3i32..4).prop_map(f64::from),
        3 => -100.0..100.0,
        1 => any::<f64>(),
        1 => prop_oneof![
            Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(-0.0), Just(f64::MAX), Just(f64::MIN),
            Just(f64::MIN_POSITIVE), Just(5e-324), Just(1e150), Just(1e-150)
        ],
    ]
}

/// Mostly usable numbers, so that the methods get past their checks.
fn tame() -> impl Strategy<Value = f64> {
    prop_oneof![12 => (-2i32..3).prop_map(f64::from), 12 => -5.0..5.0, 1 => number()]
}

fn list(most: usize) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![vec(number(), 0..most), vec(tame(), 0..most), vec(Just(2.0), 0..most)]
}

fn rows(most: usize, width: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop_oneof![
        6 => vec(vec(tame(), width), 0..most),
        2 => vec(vec(-5.0..5.0f64, width), 0..most),
        2 => vec(vec(number(), width), 0..most),
        1 => vec(vec(number(), 0..width + 1), 0..most),
    ]
}

fn codes(most: usize) -> impl Strategy<Value = Vec<usize>> {
    vec(0usize..5, 0..most)
}

fn table() -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
    (1usize..5).prop_flat_map(|width| {
        let level = prop_oneof![6 => (0i32..4).prop_map(|v| Some(f64::from(v))), 2 => Just(None), 1 => number().prop_map(Some)];
        let tame =
            prop_oneof![6 => (0i32..4).prop_map(|v| Some(f64::from(v))), 2 => Just(None), 1 => (-9.0..9.0f64).prop_map(Some)];
        prop_oneof![vec(vec(level, width), 0..12), vec(vec(tame, width), 0..12)]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn agreement(rows in table(), scale in list(6), level in number(), tolerance in number(), picks in codes(12), seed: u64) {
        let Ok(ratings) = Ratings::from_rows(&rows) else { return Ok(()) };
        let _ = percent_agreement(&ratings, tolerance, level);
        for measurement in [Level::Nominal, Level::Ordinal, Level::Interval, Level::Ratio] {
            for level in [level, 0.95] {
                let _ = bootstrap_alpha(&ratings, measurement, &BootstrapOptions { resamples: 20, seed, level });
            }
            let _ = alpha_of_resamples(&ratings, measurement, std::slice::from_ref(&picks));
            if let Ok(parts) = contributions(&ratings, measurement) {
                prop_assert!(parts.units.iter().all(|u| (-1e-9..=1.0 + 1e-9).contains(&u.share)), "{parts:?}");
            }
            if let Ok(alpha) = krippendorff_alpha(&ratings, measurement) {
                prop_assert!(alpha.estimate <= 1.0 + 1e-9 && alpha.estimate.is_finite());
            }
        }
        for weights in [Weights::Identity, Weights::Linear, Weights::Quadratic, Weights::Ordinal, Weights::Custom(vec![scale.clone()])] {
            for coefficient in [Coefficient::Gwet, Coefficient::BrennanPrediger, Coefficient::Fleiss, Coefficient::Conger, Coefficient::Krippendorff] {
                let _ = chance_corrected(&ratings, coefficient, &weights, &scale, 0.95);
                let _ = chance_corrected(&ratings, coefficient, &weights, &[], level);
                let _ = chance_corrected(&ratings, coefficient, &weights, &[], 0.9);
            }
            let _ = light_kappa(&ratings, &weights);
            if let Ok(table) = ConfusionTable::from_ratings(&ratings, 0, 1, &[]) {
                let _ = (cohen_kappa(&table, &weights, level), cohen_kappa(&table, &weights, 0.95));
            }
            let _ = ConfusionTable::from_ratings(&ratings, 0, picks.len(), &scale);
        }
        let _ = (fleiss_kappa(&ratings, 0.95), fleiss_kappa(&ratings, level), kendall_w(&ratings));
        for form in [IccForm::OneWaySingle, IccForm::OneWayAverage, IccForm::AgreementSingle, IccForm::AgreementAverage, IccForm::ConsistencySingle, IccForm::ConsistencyAverage] {
            let _ = (icc(&ratings, form, 0.95), icc(&ratings, form, level));
        }
    }

    #[test]
    fn ratings_and_tables(records in vec((0u8..4, 0u8..4, number()), 0..12), counts in rows(5, 3)) {
        let _ = Ratings::from_records(&records);
        if let Ok(table) = ConfusionTable::from_counts(&counts) {
            for weights in [Weights::Identity, Weights::Linear, Weights::Quadratic, Weights::Ordinal, Weights::Custom(counts.clone())] {
                let _ = cohen_kappa(&table, &weights, 0.95);
            }
        }
    }

    #[test]
    fn association(x in list(12), y in list(12), level in number(), blocks in codes(12), picks in codes(8), seed: u64) {
        let n = x.len().min(y.len());
        for (x, y) in [(&x[..], &y[..]), (&x[..n], &y[..n])] {
            for method in [Method::Spearman, Method::Kendall, Method::Pearson, Method::PointBiserial] {
                if let Ok(found) = correlate(x, y, method) {
                    prop_assert!(found.estimate.abs() <= 1.0 && found.p_value.is_none_or(|p| (0.0..=1.0).contains(&p)), "{found:?}");
                }
                for blocks in [blocks.clone(), vec![], vec![0; y.len()]] {
                    let options = PermutationOptions { permutations: 9, seed, blocks };
                    let _ = permutation_test(x, y, method, &options);
                    let _ = permutation_tests(&[x, y], y, method, &options);
                }
                let _ = p_value_of_permutations(x, y, method, std::slice::from_ref(&picks));
                let _ = correlations_of_resamples(x, y, method, std::slice::from_ref(&picks));
                let _ = jackknife_correlation(x, y, method);
                let _ = bootstrap_correlation(x, y, method, &BootstrapOptions { resamples: 15, seed, level: 0.9 });
                if n <= 5 {
                    let _ = exact_p_value(x, y, method);
                }
            }
        }
        let first = x.first().copied().unwrap_or(0.0);
        let _ = (bootstrap_intervals(first, &x, &y, level), bootstrap_intervals(first, &x, &y, 0.95));
        for adjustment in [Adjustment::BenjaminiHochberg, Adjustment::BenjaminiYekutieli, Adjustment::Holm, Adjustment::Bonferroni, Adjustment::Hochberg] {
            let _ = (adjust(&x, adjustment), adjust(&x.iter().map(|v| (v.abs() / 5.0).min(1.0)).collect::<Vec<_>>(), adjustment));
        }
        for method in [Heterogeneity::Reml, Heterogeneity::DerSimonianLaird, Heterogeneity::PauleMandel] {
            let positive: Vec<f64> = y.iter().map(|v| v.abs() + 1e-3).collect();
            let _ = (pool(&x, &y, method, 0.95), pool(&x[..n], &positive[..n], method, 0.95), pool(&x[..n], &positive[..n], method, level));
        }
    }

    #[test]
    fn models(data in rows(24, 4), groups in codes(24), level in number(), uncounted: usize, seed: u64) {
        let n = data.len().min(groups.len());
        let column = |j: usize| -> Vec<f64> { data[..n].iter().map(|r| r.get(j).copied().unwrap_or(f64::NAN)).collect() };
        let (y, groups) = (column(0), &groups[..n]);
        let terms = [Term::new("a", column(1)), Term::new("b", column(2))];
        let _ = within_between(&y, groups);
        let split = within_between(&column(1), groups);
        for level in [0.95, level] {
            for (reml, df) in [(true, DegreesOfFreedom::Satterthwaite), (true, DegreesOfFreedom::KenwardRoger), (false, DegreesOfFreedom::Satterthwaite)] {
                let options = MixedOptions { reml, df, level };
                let _ = (mixed_model(&y, &terms, groups, &options), mixed_model(&y, &[], groups, &options));
                if let Ok(split) = &split {
                    let _ = mixed_model(&y, &[Term::new("w", split.within.clone()), Term::new("b", split.between.clone())], groups, &options);
                }
            }
            for weights in [vec![], column(3)] {
                let _ = cluster_robust(&y, &terms, groups, &RegressionOptions { weights, level, uncounted, cr2: true });
            }
        }
        let _ = wild_cluster_bootstrap(&y, &terms, groups, "a", 5, seed);
        let _ = wild_cluster_bootstrap(&y, &terms, &[], "none", 0, seed);
        let period: Vec<i64> = (0..n as i64).map(|i| i % 4).collect();
        let treated: Vec<bool> = groups.iter().map(|g| *g == 1).collect();
        for start in [2, i64::MIN, i64::MAX] {
            let panel = Panel { outcome: &y, unit: groups, period: &period, treated: &treated, start };
            let _ = difference_in_differences(&panel, groups, &RegressionOptions::default());
            let _ = event_study(&panel, groups, &RegressionOptions::default());
        }
        let post: Vec<bool> = (0..4).map(|i| i >= 2).collect();
        let _ = (placebo_did(&data, &post, 0), placebo_did(&data, &[], uncounted));
        for before in [vec![true, true, true, false], vec![false; 4], vec![true; 2]] {
            let _ = synthetic_control(&column(0), &data, &before, &[]);
            if let Some((first, rest)) = data.split_first() {
                let _ = (synthetic_control(first, rest, &before, &[]), synthetic_control(first, rest, &before, &[1.0, 0.0, f64::NAN]));
                if let Ok(found) = synthetic_weights(first, rest, &[]) {
                    prop_assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-6 && found.weights.iter().all(|w| *w >= -1e-9), "{found:?}");
                }
            }
        }
    }

    #[test]
    fn bounds(p in 0usize..40, q in 0usize..10, wanted in number(), pairs in 0usize..12) {
        for kind in [ErrorBoundKind::None, ErrorBoundKind::Unimodal, ErrorBoundKind::RConcave] {
            let _ = error_bound(p, q, wanted, pairs, kind);
        }
    }

    #[test]
    fn matching(x in rows(16, 3), flags in vec(any::<bool>(), 0..16), weights in list(16), width in number(), ratio in 0usize..4, exact in codes(16), seed: u64) {
        let n = x.len().min(flags.len());
        for (x, flags) in [(&x[..], &flags[..]), (&x[..n], &flags[..n])] {
            let _ = (pooled_within_covariance(x, flags), propensity_scores(x, flags), balance(x, flags, &weights), balance(x, flags, &vec![1.0; flags.len()]));
            for distance in [Distance::Mahalanobis, Distance::StandardisedEuclidean, Distance::Propensity] {
                let _ = nearest_peers(x, flags, ratio, distance);
                for (replace, order) in [(true, Order::Data), (false, Order::Random(seed)), (false, Order::LargestFirst)] {
                    for calipers in [vec![], vec![Caliper::Propensity(width), Caliper::Distance(width)], vec![Caliper::Covariate { covariate: ratio, width }]] {
                        for exact in [vec![], exact.clone(), vec![1; flags.len()]] {
                            let _ = match_units(x, flags, &MatchOptions { distance, ratio, replace, order, calipers: calipers.clone(), exact });
                        }
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    #[test]
    fn elastic_net(x in rows(14, 3), y in list(14), lambdas in list(4), alpha in number(), most in 0usize..4, groups in codes(14), seed: u64) {
        let n = x.len().min(y.len());
        for alpha in [alpha, 1.0, 0.5, 0.0] {
            for (lambdas, ridge) in [(lambdas.clone(), Ridge::Textbook), (vec![1.0, 0.1], Ridge::Glmnet), (vec![], Ridge::Textbook)] {
                let net = NetOptions { alpha, lambdas, standardise: most % 2 == 0, ridge };
                let _ = (elastic_net_path(&x, &y, &net), elastic_net_path(&x[..n], &y[..n], &net));
                let _ = cross_validate(&x[..n], &y[..n], &net, most, &[], seed);
                let _ = cross_validate(&x[..n], &y[..n], &net, 2, &groups, seed);
                let _ = selections_on_subsamples(&x[..n], &y[..n], &[vec![0, 1, 2], groups.clone()], &net, most);
                let _ = stability_selection(&x[..n], &y[..n], &StabilityOptions { net, most_chosen: most, pairs: 1, cutoff: 0.7, seed });
            }
        }
    }

    #[test]
    fn disclosure(
        counts in vec(vec(prop_oneof![4 => 0u64..30, 1 => any::<u64>()], 0..4), 0..4),
        square in vec(vec(0u64..30, 3), 1..4),
        flags in vec(any::<bool>(), 0..20),
        parents in vec(prop_oneof![Just(None), (0usize..5).prop_map(Some)], 0..5),
        width in 0u64..6,
        share in (0u64..50, 0u64..50),
        edge in number(),
        percentages in list(5),
    ) {
        let dimensions = [Dimension { parents }, Dimension::flat(2)];
        let tables = [
            LinkedTable::from_rows(&counts),
            LinkedTable::from_rows(&square),
            LinkedTable::from_dimensions(&dimensions, &[(vec![0, 0], 3), (vec![1, 1], 9)]),
            LinkedTable::from_dimensions(&[], &[]),
            LinkedTable::new(counts.concat(), vec![Relation { total: 0, parts: vec![1, 2] }]),
        ];
        for table in tables.into_iter().flatten() {
            let Ok(primary) = primary_suppression(&table, PrimaryRule { minimum: width, hide_zeros: width % 2 == 0 }) else { continue };
            for flags in [flags.clone(), primary] {
                let _ = audit(&table, &flags, width);
                for (hide_totals, zeros_published) in [(true, true), (false, true), (true, false)] {
                    if let Ok(safe) = protect(&table, &flags, &ProtectOptions { width, hide_totals, zeros_published, always_published: vec![] }) {
                        prop_assert!(safe.audit.safe, "{safe:?}");
                    }
                }
            }
        }
        let rule = ShareRule { minimum_denominator: width, minimum_part: width, edge };
        let _ = (protect_share(share.0, share.1, rule), protect_share(share.0, share.1, ShareRule { edge: 0.05, ..rule }));
        let _ = (recoverable_counts(share.0, &percentages, 1, true), recoverable_counts(share.1, &percentages, 9, false));
        let _ = implied_complement(share.0, share.1, width);
    }
}
