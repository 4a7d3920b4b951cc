//! The date of a measurement that is made now.

use std::time::{SystemTime, UNIX_EPOCH};

/// `YYYY-MM-DD` in UTC.
pub fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
}

/// Howard Hinnant's `civil_from_days`, for days since 1970: the year begins in March, so that leap days end it.
fn date(days: u64) -> String {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_since_1970_are_dates() {
        assert_eq!(
            [0, 58, 59, 10_956, 11_016, 19_782, 20_779].map(date),
            ["1970-01-01", "1970-02-28", "1970-03-01", "1999-12-31", "2000-02-29", "2024-02-29", "2026-11-22"]
        );
    }
}
