//! Codes that change every half minute (RFC 6238, SHA-1, six digits: what all authenticator apps can do).

use chrono::{DateTime, Utc};
use ring::hmac;

/// A code holds for this many seconds.
const PERIOD: i64 = 30;
/// The seed's length in bytes: that of the hash, as RFC 4226 advises.
pub(super) const SEED: usize = 20;

/// The step of time that an instant lies in.
fn step(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(PERIOD)
}

fn code(seed: &[u8], step: i64, digits: u32) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or(0) & 0xf);
    let number = bytes.iter().skip(offset).take(4).fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) & 0x7fff_ffff;
    format!("{:0width$}", number % 10_u32.pow(digits), width = digits as usize)
}

/// The step whose code this is: the present one, or one beside it for clocks that differ a little.
pub(super) fn step_of(seed: &[u8], given: &str, now: DateTime<Utc>) -> Option<i64> {
    let here = step(now);
    // All three are compared, so that the time tells nothing.
    [here - 1, here, here + 1]
        .into_iter()
        .fold(None, |found, step| if platform::secret::same(&code(seed, step, 6), given) { Some(step) } else { found })
}

/// The code of the present step.
#[cfg(test)]
fn code_at(seed: &[u8], now: DateTime<Utc>) -> String {
    code(seed, step(now), 6)
}

/// Bytes as people and apps write them (RFC 4648, base 32, no padding).
pub(super) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xffff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// What an app reads from the picture.
pub(super) fn address(organisation: &str, email: &str, seed: &[u8]) -> String {
    let word = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    };
    let issuer = word(organisation);
    format!("otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}", word(email), base32(seed))
}

/// The picture as SVG: one path, no style.
pub(super) fn picture(text: &str) -> Result<String, platform::Error> {
    let code = qrcode::QrCode::new(text.as_bytes()).map_err(|error| platform::Error::Ours(format!("a QR code: {error}")))?;
    let (width, quiet) = (code.width(), 4);
    let mut path = String::new();
    for (place, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", place % width + quiet, place / width + quiet));
        }
    }
    let size = width + 2 * quiet;
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"QR code for your authenticator app\" \
         shape-rendering=\"crispEdges\"><rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        let seed = b"12345678901234567890";
        for (second, expected) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let now = DateTime::from_timestamp(second, 0).expect("an instant");
            assert_eq!(code(seed, step(now), 8), expected);
            assert_eq!(code_at(seed, now), expected[2..]);
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off() {
        let seed = b"12345678901234567890";
        let now = DateTime::from_timestamp(1_234_567_890, 0).expect("an instant");
        let shown = code_at(seed, now);
        for (off, holds) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let found = step_of(seed, &shown, now + chrono::TimeDelta::seconds(off));
            assert_eq!(found.is_some(), holds, "{off} seconds off");
            assert!(found.is_none_or(|step| step == 41_152_263));
        }
        assert_eq!(step_of(seed, "", now), None);
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (plain, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(plain.as_bytes()), text);
        }
    }

    #[test]
    fn the_picture_has_no_style() {
        let text = address("Alder & Sons", "ada@example.org", b"12345678901234567890");
        assert_eq!(
            text,
            "otpauth://totp/Alder%20%26%20Sons:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Alder%20%26%20Sons"
        );
        let svg = picture(&text).expect("a picture");
        assert!(svg.contains("M4 4h1") && !svg.contains("style"), "the corner is dark");
    }
}
