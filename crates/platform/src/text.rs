//! Text as people compare it.

pub use tables::folded;

/// The first letters of the first and last word of a name, for the round sign beside it.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// One of twelve hues (0 to 11) that stays with a name.
#[must_use]
pub fn hue(name: &str) -> u8 {
    let sum = name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    u8::try_from(sum % 12).unwrap_or(0)
}

/// `1 visit`, `2 visits`: the count with its word.
#[must_use]
pub fn counted(count: impl Into<i64>, one: &str, many: &str) -> String {
    let count = count.into();
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `125 bytes`, `412 MB`: a size as people say it.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return counted(i64::try_from(bytes).unwrap_or(0), "byte", "bytes");
    }
    #[allow(clippy::cast_precision_loss, reason = "a size in words is rounded anyway")]
    let mut size = bytes as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    if size < 9.95 { format!("{size:.1} {}", UNITS[unit]) } else { format!("{size:.0} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_as_people_say_it() {
        assert_eq!(
            [1, 900, 12_400, 1_000_000, 412_300_000, 9_800_000_000].map(size),
            ["1 byte", "900 bytes", "12 kB", "1.0 MB", "412 MB", "9.8 GB"]
        );
    }

    #[test]
    fn initials_come_from_the_first_and_last_word() {
        assert_eq!(initials("Mei-Lin van der Hartley"), "MH");
        assert_eq!(initials("Cher"), "C");
        assert_eq!(initials(""), "");
    }
}
