//! `llama-bench` as it prints by default, and as nearly every result is published: a Markdown table of rates.
//!
//! ```text
//! | model                  |     size |   params | backend | ngl | fa |          test |           t/s |
//! | qwen3 4B Q4_K - Medium | 2.33 GiB |   4.02 B | CUDA    |  99 |  1 |         pp512 | 500.12 ± 1.52 |
//! | qwen3 4B Q4_K - Medium | 2.33 GiB |   4.02 B | CUDA    |  99 |  1 | tg128 @ d4096 |  11.52 ± 0.02 |
//! ```
//!
//! Sizes and rates are rounded to two decimals. A time from a rate of four digits is as good as a roofline needs.
//! The rows are brought to the keys of the JSON and read by the same rules.

use serde_json::{Map, Value};

use crate::measurements::markdown::{self, Lines};
use crate::measurements::row::{NANOSECONDS, Row};
use engine::error::{Error, Result};
use engine::text::shown;

const COLUMNS: [&str; 3] = ["model", "test", "t/s"];
/// What columns are called in JSON, where that is not their name here.
const NAMES: [(&str, &str); 6] = [
    ("model", "model_type"),
    ("backend", "backends"),
    ("ngl", "n_gpu_layers"),
    ("threads", "n_threads"),
    ("fa", "flash_attn"),
    ("nkvo", "no_kv_offload"),
];

/// Whether a text has such a table.
pub(super) fn is(text: &str) -> bool {
    markdown::has(text, &COLUMNS)
}

/// The rows, under the keys of the JSON.
pub(super) fn rows(text: &str) -> Result<Vec<(u64, Row)>> {
    let mut tables = Tables::default();
    markdown::read(text, &COLUMNS, &mut tables);
    let rows = tables.rows.into_iter();
    rows.map(|(line, row)| Ok((line, Row::new(entry(row).map_err(|error| error.at_line(line))?)))).collect()
}

#[derive(Default)]
struct Tables {
    rows: Vec<(u64, Map<String, Value>)>,
    /// The GPU that the log before a table names.
    gpu: Option<String>,
    /// Rows whose build has been printed.
    built: usize,
}

impl Lines for Tables {
    fn row(&mut self, line: u64, mut row: Map<String, Value>) {
        if let Some(gpu) = &self.gpu {
            row.insert("gpu_info".to_owned(), Value::from(gpu.as_str()));
        }
        self.rows.push((line, row));
    }

    fn other(&mut self, line: &str) {
        // `  Device 0: Orin, compute capability 8.7, VMM: yes`
        if let Some((_, device)) = line.split_once("Device 0: ")
            && let Some((name, _)) = device.split_once(", compute capability")
        {
            self.gpu = Some(name.trim().to_owned());
        }
        // `build: 55ac8c77 (4675)` ends what one run prints.
        if let Some((commit, number)) = line.strip_prefix("build:").and_then(|build| build.trim().split_once(' ')) {
            let number = number.trim_matches(['(', ')']);
            for (_, row) in &mut self.rows[self.built..] {
                row.insert("build_commit".to_owned(), Value::from(commit));
                row.insert("build_number".to_owned(), Value::from(number));
            }
            self.built = self.rows.len();
        }
    }
}

/// A row as an entry of the JSON.
fn entry(row: Map<String, Value>) -> Result<Map<String, Value>> {
    let mut entry = Map::new();
    for (column, cell) in row {
        let text = cell.as_str().unwrap_or_default();
        match column.as_str() {
            "test" => {
                let [prompt, generated, depth] = test(text)?;
                entry.insert("n_prompt".to_owned(), Value::from(prompt));
                entry.insert("n_gen".to_owned(), Value::from(generated));
                entry.insert("n_depth".to_owned(), Value::from(depth));
            }
            "size" => insert(&mut entry, "model_size", scaled(text)),
            "params" => insert(&mut entry, "model_n_params", scaled(text)),
            "t/s" => {
                let (rate, spread) = text.split_once('±').unwrap_or((text, ""));
                let rate =
                    rate.trim().trim_matches('*').parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0);
                let rate = rate.ok_or_else(|| {
                    let error = Error::new(format!("'{}' is no rate", shown(text))).at_column("t/s");
                    error.expected("tokens per second, such as 500.12 ± 1.52")
                })?;
                entry.insert("avg_ts".to_owned(), Value::from(rate));
                insert(&mut entry, "stddev_ts", spread.trim().trim_matches('*').parse().ok());
            }
            other => {
                let known = NAMES.iter().find(|(column, _)| *column == other);
                entry.insert(known.map_or(other, |(_, key)| key).to_owned(), cell);
            }
        }
    }
    timed(&mut entry);
    Ok(entry)
}

/// The time that the rate stands for, as the JSON has it.
fn timed(entry: &mut Map<String, Value>) {
    let number = |key: &str| entry.get(key).and_then(Value::as_f64);
    let (Some(rate), Some(prompt), Some(generated)) = (number("avg_ts"), number("n_prompt"), number("n_gen")) else {
        return;
    };
    let time_ns = (prompt + generated) / rate * NANOSECONDS;
    let spread_ns = number("stddev_ts").map(|spread| spread / rate * time_ns);
    insert(entry, "avg_ns", Some(time_ns).filter(|time_ns| *time_ns > 0.0));
    insert(entry, "stddev_ns", spread_ns);
}

fn insert(entry: &mut Map<String, Value>, key: &str, number: Option<f64>) {
    if let Some(number) = number {
        entry.insert(key.to_owned(), Value::from(number));
    }
}

/// `pp512`, `tg128`, `pp512+tg128`, `tg128 @ d4096`: tokens of the prompt, generated, and before both.
fn test(text: &str) -> Result<[u64; 3]> {
    let mut counts = [0; 3];
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    for part in compact.split(['+', '@']) {
        let known = [("pp", 0), ("tg", 1), ("d", 2)];
        let count = known.iter().find_map(|(name, place)| Some((*place, part.strip_prefix(name)?.parse().ok()?)));
        let (place, count) = count.ok_or_else(|| {
            let error = Error::new(format!("'{}' is no test of llama-bench", shown(text))).at_column("test");
            error.expected("pp512, tg128 or tg128 @ d4096")
        })?;
        counts[place] = count;
    }
    Ok(counts)
}

/// `2.33 GiB`, `4.02 B`, `630.17 M`.
fn scaled(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 8] = [
        ("TiB", 1_099_511_627_776.0),
        ("GiB", 1_073_741_824.0),
        ("MiB", 1_048_576.0),
        ("KiB", 1024.0),
        ("T", 1e12),
        ("B", 1e9),
        ("M", 1e6),
        ("K", 1e3),
    ];
    let (number, unit) = text.split_once(' ')?;
    let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    number.parse::<f64>().ok().map(|number| number * scale).filter(|number| *number > 0.0 && number.is_finite())
}
