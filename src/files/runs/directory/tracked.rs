//! Runs of Weights & Biases and Lightning: what was set and what was measured, as the columns of one row.
//!
//! From here on they are rows like those of a tracker's table. So columns can be told, and a run without a loss is
//! skipped by name.

use std::borrow::Cow;

use super::super::cells;
use super::super::json;
use super::super::rows::{Place, Rows};
use super::super::value::{Entries, Value};
use super::super::yaml;
use super::{Field, RunFile, text};
use crate::python_json::without_bare_words;
use engine::error::{Error, Result};

/// Adds a run of W&B.
pub(super) fn wandb(
    rows: &mut Rows<'_>,
    name: &str,
    summary: &RunFile<'_>,
    config: Option<&RunFile<'_>>,
) -> Result<()> {
    let summary_text = text(summary)?;
    let summary_text = without_bare_words(&summary_text);
    let measured = json::object(&summary_text).map_err(|error| error.in_source(summary.source))?;
    let config_text = config.map(text).transpose()?.unwrap_or_default();
    let set = yaml::settings(config.map_or("", |file| file.source), &config_text)?;
    push(rows, name, [("config", set), ("summary", measured)])
}

/// Adds a run of Lightning. A metric is logged in some of the rows; its last value counts.
pub(super) fn lightning(
    rows: &mut Rows<'_>,
    name: &str,
    metrics: &RunFile<'_>,
    hparams: Option<&RunFile<'_>>,
) -> Result<()> {
    let log = text(metrics)?;
    let mut lines = log.lines().filter(|line| !line.trim().is_empty());
    let head = lines.next().ok_or_else(|| Error::new("the file is empty").in_source(metrics.source))?;
    let names = cells::split(head, ',');
    let mut last: Vec<Cow<'_, str>> = vec![Cow::Borrowed(""); names.len()];
    for line in lines {
        for (last, cell) in last.iter_mut().zip(cells::split(line, ',')).filter(|(_, cell)| !cell.is_empty()) {
            *last = cell;
        }
    }
    let measured: Entries<'_> = names.into_iter().zip(last).map(|(name, cell)| (name, Value::Text(cell))).collect();
    let hparams_text = hparams.map(text).transpose()?.unwrap_or_default();
    let set = yaml::settings(hparams.map_or("", |file| file.source), &hparams_text)?;
    push(rows, name, [("hparams", set), ("metrics", measured)])
}

fn push(rows: &mut Rows<'_>, name: &str, parts: [(&'static str, Entries<'_>); 2]) -> Result<()> {
    let mut entries: Entries<'_> = vec![(Cow::Borrowed(Field::Name.name()), Value::Text(Cow::Borrowed(name)))];
    entries.extend(parts.map(|(part, inner)| (Cow::Borrowed(part), Value::Object(inner))));
    rows.push_object(Place::Whole, entries)
}
