//! Every case of every reference file, asked through the command line.
//!
//! A case keeps a list of what has been compared; what has not must be in [`LEFT_OUT`] with its reason, so that nothing is
//! passed over in silence.

mod agreement;
mod charts;
mod disclosure;
mod drivers;
mod peers;
mod shares;
mod surveys;

use std::{cell::RefCell, collections::BTreeSet, path::Path};

use serde_json::Value;

use super::support::*;

/// File, case (* for all), what is not compared (* for the whole case), and why.
const LEFT_OUT: &[(&str, &str, &str, &str)] = &[
    ("agreement_alpha_bootstrap", "*", "alpha_by_resample", "resamples are given there; the command draws its own from the seed"),
    ("assoc_bootstrap", "*", "replicates", "resamples are given there; the command draws its own from the seed"),
    ("assoc_bootstrap", "*", "percentile95_type7", "the command gives the BCa interval"),
    ("assoc_bootstrap", "*", "percentile95_boot", "the command gives the BCa interval"),
    ("assoc_bootstrap", "*", "basic95_boot", "the command gives the BCa interval"),
    ("assoc_bootstrap", "*", "jackknife", "a step on the way to the interval"),
    ("assoc_bootstrap", "*", "z0", "a step on the way to the interval"),
    ("assoc_bootstrap", "*", "acceleration_jackknife", "a step on the way to the interval"),
    ("assoc_bootstrap", "*", "bca_adjusted_levels", "a step on the way to the interval"),
    ("assoc_bootstrap", "*", "bca95_boot_norm_inter", "another interpolation between the same resamples"),
    ("assoc_permutation", "*", "first10", "orders are given there; the command draws its own from the seed"),
    ("bands_ordinal", "*", "polr_check", "a second program's answer, right to 1e-4 only"),
    ("did_cluster_robust", "*", "sandwich_HC1_cluster", "the same as se_cr1_stata"),
    ("disproportionality_two_groups", "*", "rd_score", "the reference's cubic is wrong for differences, see DESIGN.md"),
    (
        "disproportionality_two_groups",
        "12/12_vs_30/40",
        "rr_score",
        "the reference's root finder stops early there, see DESIGN.md",
    ),
    ("disproportionality_two_groups", "3/11_vs_9/9", "rr_score", "the reference's root finder stops early there, see DESIGN.md"),
    ("disproportionality_two_groups", "0/15_vs_0/20", "rr_log_adjusted", "nobody has the outcome, so there is no ratio"),
    ("disproportionality_two_groups", "0/15_vs_0/20", "or_logit_adjusted", "nobody has the outcome, so there is no ratio"),
    ("elastic_net", "*", "columns", "the names that were asked with"),
    ("lmm", "*", "theta", "the variance components in another unit"),
    ("lmm", "*", "nlme_check", "a second program's answer"),
    ("lmm", "small_partnerships_random_intercept", "profile95", "intervals by profile are not offered"),
    ("matching", "*", "pooled_within_group_covariance", "a step on the way to the distances, which are compared"),
    ("prop_bands_simultaneous", "0_28_135_127", "sison_glaz", "the reference gave up there; statsmodels 0.14.4 answers as we do"),
    ("prop_bands_simultaneous", "0_2_5_4", "sison_glaz", "the reference gave up there; statsmodels 0.14.4 answers as we do"),
    ("prop_intervals", "*", "wald", "wrong near 0 and 1, so not offered for a single share"),
    ("spc_qcc_limits", "*", "violating_runs_of_7", "a fixed run of 7 is not among the rules of control charts"),
    ("spc_qcc_limits", "xbar_uwave_r", "*", "sigma from ranges is not offered"),
    ("spc_qcc_limits", "xbar_rms", "*", "sigma from root mean squares is not offered"),
    ("spc_qcc_limits", "xbar_mvlue_sd_unequal", "*", "qcc's weights of uneven subgroups are not offered"),
    ("spc_qcc_limits", "xbar_phase2", "*", "sigma from ranges is not offered"),
    ("spc_qcc_limits", "s_unequal_mvlue", "*", "qcc's weights of uneven subgroups are not offered"),
    ("spc_qcc_limits", "r_chart", "*", "R charts are not offered: S charts use all values"),
    ("spc_qcc_limits", "i_sd", "*", "a standard deviation of single values hides shifts, so it is not offered"),
    ("spc_qcc_limits", "np_equal", "*", "np charts are not offered: a p chart says the same"),
    ("spc_qcc_limits", "g", "*", "limits from another estimator; spc_g_t_iprime has ours"),
    ("spc_run_chart", "bestbox_24", "*", "best box and cut box are not offered: their table is not published as text"),
    ("spc_run_chart", "cutbox_24", "*", "best box and cut box are not offered: their table is not published as text"),
    ("spc_run_chart", "bestbox_shift", "*", "best box and cut box are not offered: their table is not published as text"),
    ("spc_run_chart", "cutbox_shift", "*", "best box and cut box are not offered: their table is not published as text"),
    (
        "stability_selection",
        "pit_items_B60",
        "selected_by_subsample",
        "halves are given there; the command draws its own from the seed",
    ),
    (
        "stability_selection",
        "error_bounds",
        "*",
        "the bound of a plan without data is a function of the library; a run has expected_false",
    ),
    ("suppression_tables", "*", "equally_good_solutions", "says whether the example is the only answer"),
    ("survey_reliability", "*", "alpha_psych", "the same as alpha_raw"),
    ("synthetic_control", "*", "min_reduced_gradient", "how near the reference came"),
    ("synthetic_control", "*", "donors", "the names that were asked with"),
    ("synthetic_control", "*", "periods", "the names that were asked with"),
];

/// A case of a reference file that knows what of it has been read.
pub struct Case {
    name: String,
    whole: Value,
    read: RefCell<BTreeSet<String>>,
}

impl Case {
    fn input(&self, key: &str) -> &Value {
        &self.whole["input"][key]
    }

    fn param(&self, key: &str) -> &Value {
        &self.whole["params"][key]
    }

    /// What is expected under a name, which counts as compared from here on.
    fn expected(&self, key: &str) -> &Value {
        self.read.borrow_mut().insert(key.to_owned());
        &self.whole["expected"][key]
    }

    fn has(&self, key: &str) -> bool {
        self.whole["expected"].get(key).is_some()
    }

    /// All that is expected.
    fn all(&self) -> &Value {
        if let Some(fields) = self.whole["expected"].as_object() {
            self.read.borrow_mut().extend(fields.keys().cloned());
        }
        &self.whole["expected"]
    }

    /// The text of its data set.
    fn data(&self) -> Option<String> {
        shared(self.input("csv").as_str()?)
    }
}

/// A file of the shared data sets, which have other licences and so are not copied.
fn shared(path: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [root.join("../shared/methods"), root.join("../../../shared/methods")];
    places.iter().find_map(|place| std::fs::read_to_string(place.join(path)).ok())
}

fn left_out(file: &str, case: &str, what: &str) -> bool {
    LEFT_OUT.iter().any(|(f, c, w, _)| *f == file && (*c == case || *c == "*") && *w == what)
}

/// Asks about each case of a file.
fn ask(file: &str, ask: fn(&Case)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../improvement-stats/tests/vectors");
    let text = std::fs::read_to_string(folder.join(format!("{file}.json"))).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    for case in whole["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap().to_owned();
        if left_out(file, &name, "*") {
            continue;
        }
        let needed = ["csv", "folder"].iter().find_map(|key| case["input"][*key].as_str());
        if let Some(path) = needed.filter(|path| shared(path).is_none() && shared(&format!("{path}/reviews.csv")).is_none()) {
            eprintln!("{file} {name}: {path} is not at hand");
            continue;
        }
        eprintln!("{file} {name}");
        let case = Case { name, whole: case.clone(), read: RefCell::default() };
        ask(&case);
        let read = case.read.into_inner();
        for key in case.whole["expected"].as_object().into_iter().flat_map(|fields| fields.keys()) {
            assert!(
                key == "note" || read.contains(key) != left_out(file, &case.name, key),
                "{file} {}: {key} must either be compared or be left out with a reason",
                case.name
            );
        }
    }
}

/// A test for each file, and one that there is a test for each file.
macro_rules! files {
    ($($file:ident => $ask:path),* $(,)?) => {
        $(
            #[test]
            fn $file() {
                ask(stringify!($file), $ask);
            }
        )*

        #[test]
        fn every_vector_file_is_answered_as_in_the_reference() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../improvement-stats/tests/vectors");
            let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
            let mut there: Vec<String> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
            there.sort();
            let mut asked = vec![$(stringify!($file)),*];
            asked.sort_unstable();
            assert_eq!(there, asked);
        }
    };
}

files! {
    agreement_alpha_bootstrap => agreement::resampled_alpha,
    agreement_fleiss_light_kendall => agreement::complete,
    agreement_gwet => agreement::gwets_family,
    agreement_icc => agreement::intraclass,
    agreement_krippendorff => agreement::alpha,
    agreement_weighted_kappa => agreement::kappa,
    assoc_bootstrap => drivers::resampled_correlation,
    assoc_correlations => drivers::correlations,
    assoc_multiplicity => drivers::multiplicity,
    assoc_permutation => drivers::permutation,
    bands_ordinal => shares::ordinal,
    did_cluster_robust => peers::did,
    disproportionality_two_groups => shares::two_groups,
    disproportionality_vs_all_others => shares::all_others,
    elastic_net => drivers::elastic_net,
    growth => surveys::growth,
    leading_lagging => surveys::leading_lagging,
    lmm => drivers::mixed_model,
    matching => peers::matching,
    pool_random_effects => drivers::pool,
    prop_bands_simultaneous => shares::bands,
    prop_intervals => shares::intervals,
    spc_anhoej_limits => charts::anhoej,
    spc_c_u_uprime => charts::qicharts,
    spc_ewma_cusum => charts::drift,
    spc_g_t_iprime => charts::qicharts,
    spc_i_mr => charts::qicharts,
    spc_nhs_making_data_count => charts::nhs,
    spc_p_pprime => charts::qicharts,
    spc_qcc_limits => charts::qcc,
    spc_run_chart => charts::qicharts,
    spc_western_electric_nelson => charts::zones,
    spc_xbar_s => charts::subgroups,
    stability_selection => drivers::stability,
    suppression_recovery => disclosure::recovery,
    suppression_tables => disclosure::tables,
    survey_reliability => surveys::reliability,
    survey_summaries => surveys::summaries,
    synthetic_control => peers::synthetic_control,
    vip_reference_medium => drivers::within_partnerships,
    vip_reference_small => drivers::within_partnerships,
}

/// The items of a list.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A number or text as an argument.
fn argument(value: &Value) -> String {
    cell(value)
}

/// The row of a list in which a field has this value.
#[track_caller]
fn row<'a>(rows: &'a Value, field: &str, value: &str) -> &'a Value {
    list(rows).iter().find(|row| row[field] == value).unwrap_or_else(|| panic!("no {field} {value} in {rows}"))
}

/// Fails unless a number is within a share of what is expected.
#[track_caller]
fn near(found: &Value, expected: &Value, most: f64) {
    let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
    assert!((found - expected).abs() <= most, "{found} instead of about {expected}");
}
