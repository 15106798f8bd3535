//! Figures that have no reference file, checked against hand or independent calculation.

use improvement_stats::bands::{band_change, superiority};
use improvement_stats::fairness::{GapPeriod, Group, against_all_others, against_reference, gap_over_time};
use improvement_stats::growth::mean_gain;
use improvement_stats::predictions::{brier, calibration_curve, interval_hit_rate};
use improvement_stats::proportion::{DifferenceMethod, difference};
use improvement_stats::surveys::answers_by_group;

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "found {found}, expected {expected}");
}

/// Brunner-Munzel for x = 1,2,2,3 and y = 1,2,3,3,3, with scipy.stats.brunnermunzel (statistic) and its formula for the degrees of freedom.
#[test]
fn superiority_has_the_spread_of_brunner_and_munzel() {
    let found = superiority(&[1, 2, 1], &[1, 1, 3], 0.95).unwrap();
    close(found.estimate, 0.65);
    close((found.estimate - 0.5) / found.standard_error, BRUNNER_MUNZEL);
    close(found.df, BRUNNER_MUNZEL_DF);
}

const BRUNNER_MUNZEL: f64 = 0.7661308776828736;
const BRUNNER_MUNZEL_DF: f64 = 6.993114844395484;

#[test]
fn band_changes_hold_together() {
    let change = band_change(&[20, 20, 10], &[10, 25, 15], 0.95).unwrap();
    let alone = difference((10, 50), (20, 50), DifferenceMethod::Newcombe, 1.0 - 0.05 / 3.0).unwrap();
    close(change.bands[0].estimate, -0.2);
    close(change.bands[0].interval.low, alone.interval.low);
    assert_eq!(change.bands[0].interval.level, 0.95);
}

#[test]
fn a_gap_can_widen_while_both_groups_improve() {
    let year = |period: &str, a, b| GapPeriod { period: period.into(), group: (a, 200), comparison: (b, 400) };
    let story = gap_over_time(&[year("2023", 50, 150), year("2024", 60, 160), year("2025", 70, 200)], 0.95).unwrap();
    let change = &story.changes[1];
    close(change.estimate, -0.05);
    assert!(change.wider && change.group_change > 0.0 && change.comparison_change > 0.0);
    let (before, after) = (&story.gaps[1], &story.gaps[2]);
    let down = ((after.estimate - after.interval.low).powi(2) + (before.interval.high - before.estimate).powi(2)).sqrt();
    close(change.interval.low, -0.05 - down);
    close(story.overall.unwrap().estimate, (0.35 - 0.5) - (0.25 - 0.375));
}

#[test]
fn groups_say_how_many_fewer_would_bring_parity() {
    let groups = [Group::new("A", 30, 100), Group::new("B", 20, 200), Group::new("C", 0, 0)];
    let all = against_all_others(&groups, 0.95).unwrap();
    close(all[0].excess.unwrap(), 20.0);
    assert!(all[2].risk.is_none() && all[2].ratio.is_none() && all[2].difference.is_none());
    let reference = against_reference(&groups, 1, 0.95).unwrap();
    close(reference[0].ratio.as_ref().unwrap().estimate, 3.0);
    assert!(reference[1].ratio.is_none() && reference[1].comparison_n == 0);
}

#[test]
fn brier_parts_of_distinct_probabilities_by_hand() {
    let p = [0.2, 0.2, 0.2, 0.2, 0.2, 0.8, 0.8, 0.8, 0.8, 0.8];
    let happened = [true, false, false, false, true, true, true, true, false, true];
    let found = brier(&p, &happened, 5, 0.95).unwrap();
    close(found.estimate, (2.0 * 0.64 + 3.0 * 0.04 + 4.0 * 0.04 + 0.64) / 10.0);
    close(found.parts.reliability, 0.5 * 0.04);
    close(found.parts.resolution, 0.04);
    close(found.parts.uncertainty, 0.24);
    close(found.parts.within_bin_variance, 0.0);
    let curve = calibration_curve(&p, &happened, 5, 0.95).unwrap();
    assert_eq!((curve.len(), curve[0].observed.count, curve[1].observed.count), (2, 2, 4));
}

#[test]
fn interval_score_by_hand() {
    let found = interval_hit_rate(&[0.0, 0.0, 0.0], &[2.0, 2.0, 4.0], &[1.0, 3.0, -0.5], 0.8, 0.95).unwrap();
    assert_eq!((found.estimate.count, found.below, found.above), (1, 1, 1));
    close(found.mean_width, 8.0 / 3.0);
    close(found.interval_score, (8.0 + 10.0 * 1.5) / 3.0);
}

#[test]
fn gain_is_a_paired_t_interval() {
    let found = mean_gain(&[10.0, 12.0, 9.0, 11.0], &[12.0, 15.0, 10.0, 13.0], 0.95).unwrap();
    close(found.estimate, 2.0);
    // t(.975; 3) = 3.182446305284263; standard error √(2/3)/2.
    close(found.interval.high, 2.0 + 3.182446305284263 * (2.0f64 / 3.0).sqrt() / 2.0);
    close(found.standardised.unwrap(), 2.0 / (5.0f64 / 3.0).sqrt());
}

#[test]
fn small_groups_stay_hidden_and_cannot_be_worked_out() {
    let group = |name: &str, n: usize| (name.to_string(), vec![Some(4); n]);
    let hidden = |sizes: &[usize], floor: u64| -> Vec<bool> {
        let groups: Vec<_> = sizes.iter().map(|&n| group("g", n)).collect();
        answers_by_group(&groups, 1, 5, floor, 0.95).unwrap().iter().map(|g| g.answers.is_none()).collect()
    };
    assert_eq!(hidden(&[3, 9, 20], 5), [true, true, false]);
    assert_eq!(hidden(&[3, 4, 20], 5), [true, true, false]);
    assert_eq!(hidden(&[0, 9, 20], 5), [true, false, false]);
    assert_eq!(hidden(&[9, 20], 5), [false, false]);
}

#[test]
fn a_certain_prediction_belongs_to_the_last_bin() {
    let p = [0.1, 0.2, 0.6, 0.9, 1.0];
    let curve = calibration_curve(&p, &[false, false, true, true, true], 2, 0.95).unwrap();
    assert_eq!(curve.iter().map(|bin| bin.observed.n).collect::<Vec<_>>(), [2, 3]);
}
