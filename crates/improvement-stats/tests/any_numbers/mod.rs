//! Numbers that a careless or hostile caller might send.
#![allow(dead_code)]

use proptest::prelude::*;

/// Anything from NaN to subnormal, with ordinary and repeated values often enough to get past the first check.
pub fn any_float() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => proptest::num::f64::ANY,
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1e308, -1e308, 5e-324, 1.0]),
        12 => (-5i32..20).prop_map(f64::from),
        6 => -10.0..10.0f64,
    ]
}

/// Mostly decent numbers, so that long lists reach the arithmetic.
pub fn decent_float() -> impl Strategy<Value = f64> {
    prop_oneof![
        200 => (0i32..6).prop_map(f64::from),
        100 => 0.0..1.0f64,
        20 => -1e6..1e6f64,
        4 => prop::sample::select(vec![1e99, -1e99, 1e-300, 0.0]),
        1 => proptest::num::f64::ANY,
    ]
}

/// A series with gaps.
pub fn series(longest: usize) -> impl Strategy<Value = Vec<Option<f64>>> {
    prop_oneof![
        prop::collection::vec(prop::option::weighted(0.9, any_float()), 0..longest),
        prop::collection::vec(prop::option::weighted(0.9, decent_float()), 0..longest),
        prop::collection::vec(prop::option::weighted(0.9, Just(2.5)), 0..longest),
    ]
}

/// A list without gaps.
pub fn list(longest: usize) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![prop::collection::vec(any_float(), 0..longest), prop::collection::vec(decent_float(), 0..longest)]
}

/// Counts of all sizes.
pub fn count() -> impl Strategy<Value = u64> {
    prop_oneof![10 => 0u64..30, 3 => 0u64..5_000, 1 => any::<u64>()]
}

/// Confidence levels, most of them right.
pub fn level() -> impl Strategy<Value = f64> {
    prop_oneof![6 => Just(0.95), 3 => 0.0..1.0f64, 1 => any_float()]
}
