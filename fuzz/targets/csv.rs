//! Text parted by commas, semicolons or tabs, in whatever encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tables::Mapping;

fuzz_target!(|bytes: &[u8]| fuzz::all_ways("words.csv", bytes, &Mapping::default()));
