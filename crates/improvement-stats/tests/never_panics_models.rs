mod any_numbers;

use any_numbers::{any_float, level, list};
use improvement_stats::agreement::{Ratings, Weights, gwet_ac};
use improvement_stats::association::{benjamini_hochberg, benjamini_yekutieli, holm};
use improvement_stats::charts::{RuleSet, expected_false_alarms, phase_starts};
use improvement_stats::disclosure::{Dimension, LinkedTable};
use improvement_stats::mixed_model::{DegreesOfFreedom, MixedOptions, RandomEffects, Term, group_codes, multilevel_model};
use improvement_stats::{check_level, rng};
use proptest::collection::vec;
use proptest::prelude::*;

/// Numbers that a model gets far with, and sometimes others.
fn tame() -> impl Strategy<Value = f64> {
    prop_oneof![20 => (-3i32..4).prop_map(f64::from), 20 => -5.0..5.0f64, 1 => any_float()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn multilevel_models(
        rows in vec((tame(), tame(), tame(), 0usize..5, 0usize..4), 0..40),
        cut in 0usize..3,
        intercepts in any::<(bool, bool)>(),
        slopes in (0usize..3, 0usize..3),
        reml: bool,
        level in level(),
    ) {
        let column = |pick: fn(&(f64, f64, f64, usize, usize)) -> f64| rows.iter().map(pick).collect::<Vec<f64>>();
        let (y, x, z) = (column(|row| row.0), column(|row| row.1), column(|row| row.2));
        let terms = [Term::new("x", x), Term::new("z", z)];
        let set = |name: &str, groups: Vec<usize>, intercept: bool, slopes: usize| {
            RandomEffects { name: name.to_owned(), groups, intercept, slopes: terms[..slopes].to_vec() }
        };
        let first: Vec<usize> = rows.iter().map(|row| row.3).collect();
        let second: Vec<usize> = rows.iter().skip(cut / 2).map(|row| row.4).collect();
        let random = [set("a", first, intercepts.0, slopes.0), set("b", second, intercepts.1, slopes.1)];
        for df in [DegreesOfFreedom::Satterthwaite, DegreesOfFreedom::KenwardRoger] {
            let options = MixedOptions { reml, df, level };
            for random in [&random[..cut], &random[..1], &random[1..]] {
                if let Ok(found) = multilevel_model(&y, &terms[..cut], random, &options) {
                    prop_assert!(found.deviance.is_finite() && found.residual_variance > 0.0, "{found:?}");
                    let variances = found.variance_components.iter().filter(|component| component.with.is_none());
                    prop_assert!(variances.clone().all(|component| component.variance >= 0.0), "{found:?}");
                }
            }
        }
    }

    #[test]
    fn several_p_values(p in list(12)) {
        for adjusted in [benjamini_hochberg(&p), benjamini_yekutieli(&p), holm(&p)].into_iter().flatten() {
            prop_assert!(adjusted.iter().all(|q| q.is_nan() || (0.0..=1.0).contains(q)), "{adjusted:?}");
        }
    }

    #[test]
    fn small_pieces(level in any_float(), bound: usize, seed: u64, mut items in vec(any::<u8>(), 0..9), labels in vec(any::<usize>(), 0..9)) {
        prop_assert_eq!(check_level(level).is_ok(), level > 0.0 && level < 1.0);
        let mut chance = rng::seeded(seed);
        prop_assert!(bound == 0 || rng::below(&mut chance, bound) < bound);
        let mut before = items.clone();
        rng::shuffle(&mut chance, &mut items);
        before.sort_unstable();
        items.sort_unstable();
        prop_assert_eq!(&before, &items);
        let (codes, distinct) = group_codes(&labels);
        prop_assert!(codes.iter().zip(&labels).all(|(code, label)| distinct[*code] == *label));
        prop_assert!(phase_starts(&labels).iter().all(|start| *start > 0 && *start < labels.len()));
        for rules in [RuleSet::Anhoej, RuleSet::WesternElectric, RuleSet::Nelson, RuleSet::Nhs] {
            let _ = expected_false_alarms(bound, seed as usize, rules);
        }
        let _ = LinkedTable::cell(&[Dimension::flat(items.len()), Dimension { parents: Vec::new() }], &labels);
    }

    #[test]
    fn gwets_coefficient(rows in vec(vec(prop::option::of(tame()), 3), 0..9), scale in list(5), level in level()) {
        let Ok(ratings) = Ratings::from_rows(&rows) else { return Ok(()) };
        for weights in [Weights::Identity, Weights::Quadratic, Weights::Ordinal] {
            for scale in [&scale[..], &[]] {
                if let Ok(found) = gwet_ac(&ratings, &weights, scale, level) {
                    prop_assert!(found.estimate <= 1.0 + 1e-9, "{found:?}");
                }
            }
        }
    }
}

/// Names of functions that a module hands out, from its list of what it hands out.
fn handed_out(text: &str) -> Vec<String> {
    let lists = text.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
    let names =
        lists.flat_map(|list| list.rsplit("::").next().unwrap_or_default().split(',').map(str::to_owned).collect::<Vec<_>>());
    let names = names.map(|name| name.trim_matches(['{', '}', '\n', ' ']).to_owned());
    names.filter(|name| name.chars().next().is_some_and(char::is_lowercase)).collect()
}

#[test]
fn every_public_function_is_thrown_any_numbers() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default();
    let entries = |folder: &str| std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let throws = |path: &std::path::PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|n| n.starts_with("never_panics") || n.starts_with("arbitrary"))
    };
    let tests: String = entries("tests").filter(throws).map(read).collect();
    let mut missing = Vec::new();
    let mut seen = 0;
    for path in entries("src") {
        let text = if path.is_dir() { read(path.join("mod.rs")) } else { read(path) };
        let own = text.lines().filter_map(|line| line.strip_prefix("pub fn ")?.split(['(', '<']).next()).map(str::to_owned);
        for name in handed_out(&text).into_iter().chain(own) {
            seen += 1;
            if !tests.contains(&format!("{name}(")) {
                missing.push(name);
            }
        }
    }
    assert!(seen > 70 && missing.is_empty(), "{seen} functions; not thrown any numbers: {missing:?}");
}
