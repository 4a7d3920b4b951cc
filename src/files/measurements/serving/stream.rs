//! Whether requests ran one after the other. Requests that run together share each pass: that is no time of one sequence.
//!
//! What the user asked for (`--max-concurrency 1`) decides. The peak that both tools count
//! (`max_concurrent_requests`) does not: they count a request in every second that it touches, so requests in a row make
//! it 2 or, where they are short, more. Only a peak of 1 proves something, and so do start times.

use serde_json::Value;

use crate::measurements::row::Row;
use engine::error::Result;

/// Clocks of starts and of latencies are not the same.
const SLACK_S: f64 = 1e-3;

/// Why this is not the time of one sequence, if so.
pub(super) fn crowded(row: &Row) -> Result<Option<String>> {
    const ONE: &str = "and a single stream is what is predicted";
    let asked = row.count("max_concurrency")?;
    let peak = row.count("max_concurrent_requests")?;
    let requests = [row.count("num_prompts")?, row.count("completed")?].into_iter().flatten().max();
    if asked == Some(1) || requests == Some(1) || peak.is_some_and(|peak| peak <= 1) || in_a_row(row) == Some(true) {
        return Ok(None);
    }
    let at_once = row.text("request_rate").is_some_and(|rate| {
        let rate = rate.to_lowercase();
        rate == "inf" || rate == "infinity"
    });
    Ok(Some(match (asked, peak) {
        (Some(most), None) => format!("up to {most} requests ran at once, {ONE}"),
        (Some(most), Some(peak)) => format!("up to {} requests ran at once, {ONE}", most.min(peak)),
        (None, _) if at_once => {
            format!("the requests were sent all at once (request rate inf without --max-concurrency), {ONE}")
        }
        (None, Some(peak)) => format!("up to {peak} requests ran at once, {ONE}: --max-concurrency 1"),
        (None, None) => "the file does not say that one request ran at a time (--max-concurrency 1)".to_owned(),
    }))
}

/// By the times at which requests began and how long they took, where a file has these (`--save-detailed`).
fn in_a_row(row: &Row) -> Option<bool> {
    let starts = numbers(row.value("start_times")?)?;
    let times = row.value("latencies").and_then(numbers).or_else(|| whole(row))?;
    if starts.len() != times.len() || starts.is_empty() {
        return None;
    }
    let mut requests: Vec<(f64, f64)> = starts.into_iter().zip(times).collect();
    requests.sort_by(|a, b| a.0.total_cmp(&b.0));
    Some(requests.windows(2).all(|pair| pair[1].0 >= pair[0].0 + pair[0].1 - SLACK_S))
}

/// Seconds of each request: to its first token, and from token to token.
fn whole(row: &Row) -> Option<Vec<f64>> {
    let firsts = numbers(row.value("ttfts")?)?;
    let Value::Array(gaps) = row.value("itls")? else { return None };
    let rest: Option<Vec<f64>> = gaps.iter().map(|gaps| Some(numbers(gaps)?.into_iter().sum())).collect();
    Some(firsts.into_iter().zip(rest?).map(|(first, rest)| first + rest).collect())
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    let Value::Array(values) = value else { return None };
    values.iter().map(Value::as_f64).collect()
}
