//! What somebody says about a file, as JSON in the first line, and the file below it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tables::Mapping;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (said, file) = bytes.split_at(end);
    if let Ok(mapping) = serde_json::from_slice::<Mapping>(said) {
        fuzz::all_ways("words.csv", file.get(1..).unwrap_or_default(), &mapping);
    }
});
