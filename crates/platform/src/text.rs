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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_first_and_last_word() {
        assert_eq!(initials("Mei-Lin van der Hartley"), "MH");
        assert_eq!(initials("Cher"), "C");
        assert_eq!(initials(""), "");
    }
}
