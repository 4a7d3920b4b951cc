//! Numbers as people read and type them: at most four significant digits, the unit always beside them.

use crate::error::{Error, Result};

/// `0.00070 nats`; `nothing` of what is left of a calculation.
pub fn nats(value: f64) -> String {
    const NOTHING: f64 = 1e-6;
    if value.abs() < NOTHING { "nothing".to_owned() } else { format!("{} nats", significant(value, 2)) }
}

/// `1 KV head`, `3 KV heads`.
pub fn counted(number: u32, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// `3e-10`: by how much an equation is missed. Only its magnitude matters. Below 1e-12 not even that matters, because
/// those are digits of rounding.
pub fn residual(value: f64) -> String {
    if value < 1e-12 { "< 1e-12".to_owned() } else { format!("{value:.0e}") }
}

/// `digits` significant digits, trailing zeros kept so that columns align; no exponent below 10¹⁵, where no quantity of
/// a model lies beyond.
pub fn significant(value: f64, digits: u8) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value:.0}");
    }
    if value.abs() >= 1e15 {
        return format!("{value:.prec$e}", prec = usize::from(digits.saturating_sub(1)));
    }
    let magnitude = value.abs().log10().floor() as i32;
    let decimals = (i32::from(digits) - 1 - magnitude).max(0) as usize;
    let text = format!("{value:.decimals$}");
    // Rounding may have carried into a new digit: 9.996 at three digits is 10.0, not 10.00.
    let carried = text.trim_start_matches('-').parse::<f64>().is_ok_and(|v| v >= 10f64.powi(magnitude + 1));
    if carried && decimals > 0 { format!("{value:.prec$}", prec = decimals - 1) } else { text }
}

/// The smallest number of so many significant digits that is not below `value`: a limit that is certainly enough.
pub fn rounded_up(value: f64, digits: u8) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value;
    }
    let unit = 10f64.powi(value.log10().floor() as i32 + 1 - i32::from(digits));
    // A hair above, so that a value that has just these digits does not stay a rounding error below itself.
    (value * (1.0 + 1e-12) / unit).ceil() * unit
}

/// The shortest text of at most three significant digits: `1`, `2.67`, `0.5`.
pub fn ratio(value: f64) -> String {
    let text = significant(value, 3);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Seconds as `3.91 ms`, `412 µs`, `1.20 s` or `2.50 h`.
pub fn seconds(value_s: f64) -> String {
    let (scaled, unit) = match value_s.abs() {
        v if v >= 3600.0 => (value_s / 3600.0, "h"),
        v if v >= 0.9995 => (value_s, "s"),
        v if v >= 0.999_5e-3 || v == 0.0 => (value_s * 1e3, "ms"),
        _ => (value_s * 1e6, "µs"),
    };
    format!("{} {unit}", significant(scaled, 3))
}

/// Milliseconds without the unit, for table columns whose heading carries it; beyond seven digits with an exponent.
pub fn milliseconds(value_s: f64) -> String {
    let value = value_s * 1e3;
    if value < 1e7 { significant(value, 3) } else { format!("{value:.2e}") }
}

/// Joules as `3.10 J`, `194 mJ` or `1.20 kJ`.
pub fn joules(value_j: f64) -> String {
    let (scaled, unit) = match value_j.abs() {
        v if v >= 0.9995e6 => (value_j / 1e6, "MJ"),
        v if v >= 0.9995e3 => (value_j / 1e3, "kJ"),
        v if v >= 0.9995 || v == 0.0 => (value_j, "J"),
        v if v >= 0.9995e-3 => (value_j * 1e3, "mJ"),
        _ => (value_j * 1e6, "µJ"),
    };
    format!("{} {unit}", significant(scaled, 3))
}

/// Bytes as `2.90 GB` or `512 MB`; decimal prefixes, as memory budgets and bandwidths are.
pub fn bytes(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        v if v >= 0.9995e12 => (value / 1e12, "TB"),
        v if v >= 0.9995e9 => (value / 1e9, "GB"),
        v if v >= 0.9995e6 => (value / 1e6, "MB"),
        v if v >= 0.9995e3 => (value / 1e3, "kB"),
        _ => (value, "B"),
    };
    format!("{} {unit}", significant(scaled, 3))
}

/// A rate as `42.5 TFLOP/s` or `205 GB/s`, with the shortest number that has three digits.
pub fn rate(per_second: f64, unit: &str) -> String {
    let (scaled, prefix) = with_prefix(per_second);
    format!("{} {prefix}{unit}/s", ratio(scaled))
}

/// The number before a decimal prefix, and the prefix.
pub fn with_prefix(value: f64) -> (f64, &'static str) {
    match value.abs() {
        v if v >= 0.9995e15 => (value / 1e15, "P"),
        v if v >= 0.9995e12 => (value / 1e12, "T"),
        v if v >= 0.9995e9 => (value / 1e9, "G"),
        v if v >= 0.9995e6 => (value / 1e6, "M"),
        v if v >= 0.9995e3 => (value / 1e3, "k"),
        _ => (value, ""),
    }
}

/// Parameters as `1.24 B`, `494 M` or `5.63 k`.
pub fn parameters(count: u64) -> String {
    let count = count as f64;
    let (scaled, unit) = if count >= 0.9995e9 {
        (count / 1e9, "B")
    } else if count >= 0.09995e6 {
        (count / 1e6, "M")
    } else {
        (count / 1e3, "k")
    };
    format!("{} {unit}", significant(scaled, 3))
}

/// Counts with thousands separated: `10,560`.
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Counts beyond those one counts: `10,560` as it is, `8.79 × 10⁹` from ten millions on.
pub fn many(value: u64) -> String {
    const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    if value < 10_000_000 {
        return count(value as usize);
    }
    let scientific = format!("{:.2e}", value as f64);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: String =
        exponent.chars().filter_map(|digit| SUPERSCRIPTS.get(digit.to_digit(10)? as usize).copied()).collect();
    format!("{mantissa} × 10{power}")
}

/// A number with its sign, the minus as wide as the plus: `+0.50`, `−3`. What is written as zero has no sign.
pub fn signed(value: f64, written: impl Fn(f64) -> String) -> String {
    let size = written(value.abs());
    let sign = match size.as_str() {
        zero if is_zero(zero) => "",
        _ if value < 0.0 => "−",
        _ => "+",
    };
    format!("{sign}{size}")
}

/// The same without a plus, for what is no change: an exponent, a coefficient.
pub fn with_minus(value: f64, written: impl Fn(f64) -> String) -> String {
    signed(value, written).trim_start_matches('+').to_owned()
}

/// Whether a number is written with no other digit than 0.
fn is_zero(written: &str) -> bool {
    written.contains('0') && !written.contains(|c: char| matches!(c, '1'..='9'))
}

/// Whole numbers as such, others with so many significant digits.
pub fn whole_or(value: f64, digits: u8) -> String {
    if value == value.round() { format!("{value:.0}") } else { significant(value, digits) }
}

/// A share of a whole: `38 %`. What is less than all of it is never `100 %`, and what is more than nothing never `0 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", percents(share))
}

/// The same without the unit, for table columns whose heading carries it: `38`, `<1`, `>99`.
pub fn percents(share: f64) -> String {
    // What sums of rounded numbers are off by is no share.
    const ROUNDING: f64 = 1e-9;
    match format!("{:.0}", 100.0 * share) {
        text if text == "100" && share < 1.0 - ROUNDING => ">99".to_owned(),
        text if is_zero(&text) && share > ROUNDING => "<1".to_owned(),
        text => text,
    }
}

/// A change as `−23.8 %` or `+4.1 %`, from a ratio new/old.
pub fn percent_change(new_over_old: f64) -> String {
    format!("{} %", signed((new_over_old - 1.0) * 100.0, |percent| format!("{percent:.1}")))
}

const TIME_UNITS: &[(&str, f64)] =
    &[("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0), ("min", 60.0), ("h", 3600.0)];
/// Prefixes that differ in case alone are told apart by it: 1 MJ is no millijoule.
const ENERGY_UNITS: &[(&str, f64)] =
    &[("J", 1.0), ("mJ", 1e-3), ("kJ", 1e3), ("MJ", 1e6), ("uJ", 1e-6), ("µJ", 1e-6), ("Wh", 3600.0)];
const BYTE_UNITS: &[(&str, f64)] = &[
    ("B", 1.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
];

const BYTE_RATE_UNITS: &[(&str, f64)] = &[("MB/s", 1e6), ("GB/s", 1e9), ("TB/s", 1e12)];
const FLOP_RATE_UNITS: &[(&str, f64)] = &[
    ("GFLOP/s", 1e9),
    ("GFLOPS", 1e9),
    ("TFLOP/s", 1e12),
    ("TFLOPS", 1e12),
    ("TOP/s", 1e12),
    ("TOPS", 1e12),
    ("PFLOP/s", 1e15),
    ("PFLOPS", 1e15),
];

/// A positive bandwidth with its unit (`204.8GB/s`), in bytes per second.
pub fn parse_bytes_per_s(text: &str) -> Result<f64> {
    parse_with_unit(text, BYTE_RATE_UNITS, "a bandwidth above 0 with its unit, such as 204.8GB/s")
}

/// A positive compute rate with its unit (`42.5TFLOP/s`, `85 TOPS`), in operations per second.
pub fn parse_flops_per_s(text: &str) -> Result<f64> {
    parse_with_unit(text, FLOP_RATE_UNITS, "a rate above 0 with its unit, such as 42.5TFLOP/s")
}

/// A positive time with its unit (`100ms`, `2 s`), in seconds.
pub fn parse_seconds(text: &str) -> Result<f64> {
    parse_with_unit(text, TIME_UNITS, "a time above 0 with its unit, such as 100ms or 2s")
}

/// A positive energy with its unit (`2J`, `500 mJ`, `0.1 Wh`), in joules.
pub fn parse_joules(text: &str) -> Result<f64> {
    parse_with_unit(text, ENERGY_UNITS, "an energy above 0 with its unit, such as 2J, 500mJ or 0.1Wh")
}

/// A positive size with its unit (`8GB`, `512 MiB`), in bytes.
pub fn parse_bytes(text: &str) -> Result<f64> {
    parse_with_unit(text, BYTE_UNITS, "a size above 0 with its unit, such as 8GB or 512MiB")
}

fn parse_with_unit(text: &str, units: &[(&str, f64)], expected: &str) -> Result<f64> {
    let trimmed = text.trim();
    let (number, unit) = trimmed.split_at(length_of_number(trimmed));
    let unit = unit.trim();
    let number: f64 =
        number.parse().map_err(|_| Error::new(format!("'{text}' is no number with a unit")).expected(expected))?;
    let named = |is: &dyn Fn(&str) -> bool| {
        let mut alike = units.iter().filter(|(name, _)| is(name)).map(|(_, scale)| scale);
        alike.next().filter(|_| alike.next().is_none())
    };
    // In another case only where that leaves no doubt.
    let scale = named(&|name| name == unit).or_else(|| named(&|name| name.eq_ignore_ascii_case(unit)));
    let Some(scale) = scale else {
        let what =
            if unit.is_empty() { format!("'{text}' has no unit") } else { format!("'{unit}' is no unit known here") };
        return Err(Error::new(what).expected(expected));
    };
    let value = number * scale;
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::new(format!("'{text}' is out of range")).expected(expected))
    }
}

/// Bytes of the number at the beginning of a text, with its exponent: programs print small numbers as `4.4e-05`. Without
/// digits an `e` begins the unit.
fn length_of_number(text: &str) -> usize {
    let after = |from: usize, is_part: fn(char) -> bool| {
        text[from..].find(|c: char| !is_part(c)).map_or(text.len(), |length| from + length)
    };
    let mantissa = after(0, |c| c.is_ascii_digit() || c == '.');
    let Some(exponent) = text[mantissa..].strip_prefix(['e', 'E']) else { return mantissa };
    let sign = usize::from(exponent.starts_with(['+', '-']));
    let digits = mantissa + 1 + sign;
    let end = after(digits, |c| c.is_ascii_digit());
    if end > digits { end } else { mantissa }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_of_rounding_errors_is_nothing() {
        assert_eq!([nats(7e-4), nats(-4e-12), nats(0.0)], ["0.00070 nats", "nothing", "nothing"]);
    }

    #[test]
    fn zero_has_no_sign() {
        let written = |value: f64| format!("{value:.1}");
        assert_eq!([0.5, -0.5, 0.04, -0.04, -0.0].map(|v| signed(v, written)), ["+0.5", "−0.5", "0.0", "0.0", "0.0"]);
        assert_eq!([0.5, -0.5, -0.04].map(|v| with_minus(v, written)), ["0.5", "−0.5", "0.0"]);
        assert_eq!([f64::INFINITY, -f64::INFINITY].map(|v| signed(v, written)), ["+inf", "−inf"]);
        assert_eq!(signed(-2e-7, |value| format!("{value:.0e}")), "−2e-7");
    }

    #[test]
    fn only_all_of_it_is_a_hundred_percent() {
        let shares = [0.0, 1e-4, 0.004, 0.006, 0.375, 0.993, 0.996, 0.999_999, 1.0, 1.0 - 1e-12];
        let texts = ["0 %", "<1 %", "<1 %", "1 %", "38 %", "99 %", ">99 %", ">99 %", "100 %", "100 %"];
        assert_eq!(shares.map(percent), texts);
    }

    #[test]
    fn large_counts_are_said_by_their_size() {
        assert_eq!((many(10_560), many(9_999_999)), ("10,560".into(), "9,999,999".into()));
        assert_eq!((many(10_000_000), many(8_788_451_175)), ("1.00 × 10⁷".into(), "8.79 × 10⁹".into()));
        assert_eq!((many(999_999_999), many(210_400_000_000)), ("1.00 × 10⁹".into(), "2.10 × 10¹¹".into()));
    }

    #[test]
    fn significant_digits_survive_the_carry() {
        assert_eq!(significant(9.996, 3), "10.0");
        assert_eq!(significant(99.96, 3), "100");
        assert_eq!(significant(0.012_345, 3), "0.0123");
        assert_eq!(significant(1234.0, 3), "1234");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(8.94e299, 4), "8.940e299");
        assert_eq!(significant(f64::INFINITY, 3), "inf");
    }

    #[test]
    fn a_limit_that_is_rounded_up_suffices() {
        assert_eq!(significant(rounded_up(0.021_633, 3), 3), "0.0217");
        assert_eq!(significant(rounded_up(21.633, 4), 4), "21.64");
        assert!(rounded_up(9.1e9, 3) >= 9.1e9);
        assert_eq!((rounded_up(0.0, 3), rounded_up(f64::INFINITY, 3)), (0.0, f64::INFINITY));
    }

    #[test]
    fn units_change_where_people_change_them() {
        assert_eq!(seconds(0.098_7), "98.7 ms");
        assert_eq!(seconds(1.5), "1.50 s");
        assert_eq!(seconds(9000.0), "2.50 h");
        assert_eq!(seconds(0.000_25), "250 µs");
        assert_eq!((joules(3.1), joules(0.194), joules(1200.0)), ("3.10 J".into(), "194 mJ".into(), "1.20 kJ".into()));
        assert_eq!((joules(0.0), joules(2.5e-4)), ("0 J".into(), "250 µJ".into()));
        assert_eq!(bytes(2.9e9), "2.90 GB");
        assert_eq!(bytes(999.9e6), "1.00 GB");
        assert_eq!(parameters(494_008_192), "494 M");
        assert_eq!(rate(42.5e12, "FLOP"), "42.5 TFLOP/s");
        assert_eq!(rate(85e12, "OP"), "85 TOP/s");
        assert_eq!(rate(204.8e9, "B"), "205 GB/s");
        assert_eq!(rate(1.035e15, "FLOP"), "1.03 PFLOP/s");
        assert_eq!(count(10_560), "10,560");
        assert_eq!(count(560), "560");
        assert_eq!(percent_change(0.762), "−23.8 %");
        assert_eq!([1.041, 0.9999, 1.0001].map(percent_change), ["+4.1 %", "0.0 %", "0.0 %"]);
        assert_eq!(ratio(8.0 / 3.0), "2.67");
        assert_eq!(ratio(3.0), "3");
    }

    #[test]
    fn typed_quantities_need_a_unit_and_a_positive_value() {
        assert!((parse_seconds("100ms").unwrap() - 0.1).abs() < 1e-15);
        assert!((parse_seconds("2 s").unwrap() - 2.0).abs() < 1e-15);
        assert!((parse_bytes("8GB").unwrap() - 8e9).abs() < 1e-3);
        assert!(parse_seconds("100").unwrap_err().to_string().contains("no unit"));
        assert!(parse_seconds("-3ms").is_err());
        assert!(parse_seconds("0ms").is_err());
        assert_eq!(parse_joules("2J").unwrap(), 2.0);
        assert_eq!(parse_joules("0.5 kJ").unwrap(), 500.0);
        assert_eq!(parse_joules("0.1wh").unwrap(), 360.0);
        assert_eq!((parse_joules("3mJ").unwrap(), parse_joules("3MJ").unwrap()), (3e-3, 3e6));
        assert!(parse_joules("3mj").unwrap_err().to_string().contains("'mj' is no unit known here"));
        assert!(parse_joules("2W").unwrap_err().to_string().contains("'W' is no unit known here"));
        assert!((parse_bytes_per_s("204.8GB/s").unwrap() - 204.8e9).abs() < 1e-3);
        assert!((parse_flops_per_s("85 TOPS").unwrap() - 85e12).abs() < 1.0);
        assert!(parse_flops_per_s("85").is_err());
        assert!(parse_bytes("8parsecs").unwrap_err().to_string().contains("parsecs"));
    }

    #[test]
    fn numbers_as_programs_print_them_are_quantities() {
        // What Python's repr and jq write of the JSON that this program prints.
        assert_eq!(parse_seconds("1e-1s").unwrap(), 0.1);
        assert_eq!(parse_seconds("4.4e-05s").unwrap(), 4.4e-5);
        assert_eq!(parse_seconds("1.5E+2 ms").unwrap(), 150.0 * 1e-3);
        assert_eq!(parse_bytes("1E3MB").unwrap(), 1e9);
        assert_eq!(parse_bytes("8e9B").unwrap(), 8e9);
        assert_eq!(parse_joules("2.5e-1 J").unwrap(), 0.25);
        assert_eq!(parse_bytes_per_s("2.048e2GB/s").unwrap(), 204.8e9);
        assert_eq!(parse_flops_per_s("4.25e1TFLOP/s").unwrap(), 42.5e12);
        let refused = |text: &str| parse_seconds(text).unwrap_err().to_string();
        assert!(refused("1e-1").contains("no unit"));
        assert!(refused("1e-s").contains("'e-s' is no unit known here"));
        assert!(refused("1es").contains("'es' is no unit known here"));
        assert!(refused("1e999s").contains("out of range"));
        assert!(refused("e5s").contains("no number with a unit"));
        assert!(refused("1e5e5s").contains("'e5s' is no unit known here"));
    }
}
