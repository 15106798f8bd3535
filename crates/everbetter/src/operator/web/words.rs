//! Figures and times in words.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use platform::{Cx, text::counted};

/// `38 ms`, `1.2 s`.
pub(super) fn pace(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1000.0;
    match milliseconds {
        short if short < 9.95 => format!("{short:.1} ms"),
        usual if usual < 999.5 => format!("{usual:.0} ms"),
        long => format!("{:.1} s", long / 1000.0),
    }
}

/// `Every day`: how often something runs by itself.
pub(super) fn often(every: Duration) -> String {
    match every.as_secs() {
        86_400 => "Every day".to_owned(),
        3600 => "Every hour".to_owned(),
        604_800 => "Every week".to_owned(),
        days if days % 86_400 == 0 => format!("Every {} days", days / 86_400),
        hours if hours % 3600 == 0 => format!("Every {} hours", hours / 3600),
        seconds => format!("Every {}", counted(i64::try_from(seconds / 60).unwrap_or(0), "minute", "minutes")),
    }
}

/// How long something has gone on: `23 days`, `4 hours`, `less than a minute`.
pub(super) fn lasted(time: TimeDelta) -> String {
    match (time.num_days(), time.num_hours(), time.num_minutes()) {
        (days, ..) if days > 0 => counted(days, "day", "days"),
        (_, hours, _) if hours > 0 => counted(hours, "hour", "hours"),
        (.., minutes) if minutes > 0 => counted(minutes, "minute", "minutes"),
        _ => "less than a minute".to_owned(),
    }
}

/// When something was, on the organisation's clocks: `today, 02:10`, `6 October, 02:10`.
pub(super) fn when(cx: &Cx, at: DateTime<Utc>) -> String {
    said(cx.settings.local(at), cx.settings.local(cx.now))
}

fn said(at: NaiveDateTime, now: NaiveDateTime) -> String {
    let day = match (now.date() - at.date()).num_days() {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        -1 => "tomorrow".to_owned(),
        _ if at.format("%Y").to_string() == now.format("%Y").to_string() => at.format("%-d %B").to_string(),
        _ => at.format("%-d %B %Y").to_string(),
    };
    format!("{day}, {}", at.format("%H:%M"))
}

/// The first letter large.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// When today began on the organisation's clocks.
pub(super) fn midnight(cx: &Cx) -> DateTime<Utc> {
    let local = cx.settings.local(cx.now);
    cx.now - (local - local.date().and_time(NaiveTime::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_said_as_people_say_them() {
        assert_eq!(
            [60, 900, 3600, 7200, 86_400, 172_800].map(|seconds| often(Duration::from_secs(seconds))),
            ["Every 1 minute", "Every 15 minutes", "Every hour", "Every 2 hours", "Every day", "Every 2 days"]
        );
        assert_eq!([2, 180, 4000].map(|micros| pace(Duration::from_micros(micros * 1000))), ["2.0 ms", "180 ms", "4.0 s"]);
        assert_eq!(lasted(TimeDelta::hours(49)), "2 days");
        assert_eq!(lasted(TimeDelta::seconds(4)), "less than a minute");
    }

    #[test]
    fn days_nearby_have_names() {
        let at = |text: &str| text.parse::<NaiveDateTime>().expect("a time");
        let now = at("2021-10-06T09:10:00");
        assert_eq!(said(at("2021-10-06T02:10:00"), now), "today, 02:10");
        assert_eq!(said(at("2021-10-05T23:59:00"), now), "yesterday, 23:59");
        assert_eq!(said(at("2021-09-04T10:00:00"), now), "4 September, 10:00");
        assert_eq!(said(at("2020-09-04T10:00:00"), now), "4 September 2020, 10:00");
    }
}
