//! A content pack.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(refused) = strategy::frameworks::read_pack("pack.toml", text) {
        assert!(!refused.is_empty(), "nothing was said");
        refused.iter().for_each(|refusal| assert!(!refusal.problem.is_empty() && !refusal.advice.is_empty(), "{refusal:?}"));
    }
});
