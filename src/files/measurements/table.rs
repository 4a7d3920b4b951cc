//! Tables of published measurements: one line for one model on one board, with up to two times.
//!
//! The columns are those in which people collect such numbers by hand: milliseconds or tokens per second for the
//! prompt, tokens per second for the generation. A table may hold many engines and boards, and lines that its author
//! warns of.

use super::found::Found;
use super::measurement::{Formats, Measurement, Named, Origin, Phase, Place};
use super::options::{Model, Options};
use super::reader::{OfText, Reader, Writer};
use super::row::{self, MILLISECONDS, Row};
use super::{boards, csv, formats, told};
use engine::error::{Error, Result};
use engine::text::shown;

const TIMES: [&str; 3] = ["prefill_ms", "prefill_tok_s", "decode_tok_s"];
const COLUMNS: [&str; 18] = [
    "device",
    "power_mode",
    "engine",
    "engine_version",
    "model",
    "params_b",
    "weight_format",
    "head_format",
    "kv_format",
    "batch",
    "prompt_tokens",
    "gen_tokens",
    TIMES[0],
    TIMES[1],
    TIMES[2],
    "source_url",
    "notes",
    "excluded",
];
/// Rounding to three digits, twice.
const TOLERANCE: f64 = 0.02;

/// Tables that people collect.
pub(super) const READER: Reader = Reader {
    text: Some(OfText { recognises: is_table, read }),
    ..Reader::new(
        "table",
        Writer::People(
            "CSV with the columns device, engine, model, weight_format, prompt_tokens, gen_tokens and prefill_ms, \
             prefill_tok_s or decode_tok_s",
        ),
    )
};

/// Whether the columns are those of such a table.
fn is_table(text: &str) -> bool {
    let columns = csv::columns(text);
    columns.contains(&"model") && TIMES.iter().any(|time| columns.contains(time))
}

/// Reads the text of the file called `file`.
fn read(file: &str, text: &str, options: &Options<'_>) -> Result<Found> {
    let mut found = Found::default();
    let rows =
        csv::rows(text, &mut |columns| found.ignore(columns.iter().copied().filter(|name| !COLUMNS.contains(name))))?;
    let several = csv::varies(&rows, "model");
    for (line, row) in rows {
        let name = row.text("model").filter(|_| several).unwrap_or_default();
        if let Some(reason) = options.is_of_another(&name) {
            found.skip(&Origin { file: file.to_owned(), place: Place::Line(line) }, reason);
            continue;
        }
        let reader = Line { origin: Origin { file: file.to_owned(), place: Place::Line(line) }, row: &row, options };
        // Of many models one may be of another size; a single one that is so is a slip.
        if several && let Some(reason) = reader.other_size().map_err(|error| error.at_line(line))? {
            found.skip(&reader.origin, reason);
            continue;
        }
        reader.read(&mut found).map_err(|error| error.at_line(line))?;
    }
    Ok(found)
}

struct Line<'a> {
    origin: Origin,
    row: &'a Row,
    options: &'a Options<'a>,
}

impl Line<'_> {
    fn read(&self, found: &mut Found) -> Result<()> {
        let written = self.row.text("model").ok_or_else(|| row::missing("model"))?;
        let Some(model) = self.options.model([written.as_str()]) else {
            found.skip(&self.origin, format!("the shape of '{}' is not known", shown(&written)));
            return Ok(());
        };
        if let Some(parameters) = self.row.positive("params_b")? {
            model.with_parameters(parameters * 1e9).map_err(|error| error.at_column("params_b"))?;
        }
        let base = self.base(&written, &model, found)?;
        let before = found.measurements.len();
        self.prefill(&base, found)?;
        self.decode(&base, found)?;
        if found.measurements.len() == before && !TIMES.iter().any(|time| self.row.has(time)) {
            found.skip(&self.origin, "there is no time in the row");
        }
        Ok(())
    }

    /// Why the shape is not that of the model that was measured, if its parameters say so.
    fn other_size(&self) -> Result<Option<String>> {
        let written = self.row.text("model").unwrap_or_default();
        let model = self.options.model([written.as_str()]);
        let Some((model, parameters)) = model.zip(self.row.positive("params_b")?) else { return Ok(None) };
        let refused = model.with_parameters(parameters * 1e9).err();
        Ok(refused.map(|error| format!("{}, which {} has not", error.headline(), shown(&written))))
    }

    /// All but what was timed.
    fn base(&self, written: &str, model: &Model, found: &mut Found) -> Result<Measurement> {
        let text = |key: &str| self.row.text(key);
        let formats = self.formats(found)?;
        let engine = text("engine").or_else(|| self.options.engine.clone()).ok_or_else(|| row::missing("engine"))?;
        let batch = self.row.count("batch")?.or_else(|| self.options.batch.map(u64::from)).unwrap_or(1);
        Ok(Measurement {
            prefill_chunk_tokens: None,
            origin: self.origin.clone(),
            board: self.board()?,
            mode: text("power_mode")
                .map_or_else(|| told::named(self.options.mode.as_ref()), |mode| boards::mode(&mode)),
            engine,
            engine_version: text("engine_version"),
            model: Named::known(written, &model.name),
            architecture: model.architecture,
            excluded: self.excluded().or_else(|| formats.doubt()),
            formats,
            model_bytes: None,
            batch: u32::try_from(batch).ok().filter(|batch| *batch > 0).ok_or_else(|| {
                Error::new(format!("'{batch}' is out of range"))
                    .at_column("batch")
                    .expected("sequences at a time, 1 or more")
            })?,
            phase: Phase::Prefill { prompt_tokens: 1.0 },
            time_s: 0.0,
            spread_s: None,
            device: None,
            source: text("source_url"),
            note: text("notes"),
        })
    }

    fn board(&self) -> Result<Named> {
        match self.row.text("device") {
            Some(device) => boards::named(&device, self.options.boards).map_err(|error| error.at_column("device")),
            None => Ok(told::named(self.options.board.as_ref())),
        }
    }

    fn formats(&self, found: &mut Found) -> Result<Formats> {
        let weights = self.row.text("weight_format").map(|written| formats::weights(&written));
        let weights = weights.map_or_else(|| self.options.weights(), Ok)?;
        if let Some(name) = &weights.name
            && !weights.written.eq_ignore_ascii_case(name)
        {
            found.remark(format!("weight format '{}' taken as {name}", shown(&weights.written)));
        }
        let head = self.row.text("head_format").and_then(|written| formats::stored(&written));
        Ok(Formats {
            head: head.or_else(|| formats::head(&weights)),
            kv_cache: self.row.text("kv_format").and_then(|written| formats::stored(&written)),
            weights,
        })
    }

    /// What the author of the table warns of, in their own words.
    fn excluded(&self) -> Option<String> {
        let notes = self.row.text("notes").unwrap_or_default();
        let warned = ["OUTLIER", "ANOMALOUSLY SLOW"].into_iter().find_map(|word| notes.find(word));
        let clause = warned.map(|start| notes[start..].split(';').next().unwrap_or_default().trim().to_owned());
        self.row.text("excluded").or(clause)
    }

    fn prefill(&self, base: &Measurement, found: &mut Found) -> Result<()> {
        let prompt = self.row.tokens("prompt_tokens")?;
        let time = self.row.time_s("prefill_ms", MILLISECONDS)?;
        let rate = self.row.rate("prefill_tok_s")?;
        if time.is_none() && rate.is_none() {
            return Ok(());
        }
        let Some(prompt) = prompt else {
            found.skip(&self.origin, "prefill without the length of its prompt");
            return Ok(());
        };
        if let (Some(time), Some(rate)) = (time, rate) {
            row::agree(("prefill_tok_s", rate), ("prefill_ms", prompt / time), TOLERANCE)?;
        }
        let Some(time_s) = time.or_else(|| rate.map(|rate| prompt / rate)) else { return Ok(()) };
        found.measurements.push(Measurement {
            phase: Phase::Prefill { prompt_tokens: prompt },
            time_s,
            ..base.clone()
        });
        Ok(())
    }

    fn decode(&self, base: &Measurement, found: &mut Found) -> Result<()> {
        let Some(rate) = self.row.rate("decode_tok_s")? else { return Ok(()) };
        let prompt = self.row.tokens("prompt_tokens")?;
        let generated = self.row.tokens("gen_tokens")?;
        // llama-bench times its generation on an empty cache, apart from its prompt.
        let apart = base.engine.contains("llama-bench");
        if apart {
            found.remark("llama-bench generates on an empty cache: context taken as the generated tokens alone");
        } else if prompt.is_none() {
            found.remark("decode without the length of its prompt: context taken as the generated tokens alone");
        }
        if generated.is_none() {
            found.remark("decode without the number of its tokens: context taken as that of the first");
        }
        let before = prompt.filter(|_| !apart).unwrap_or(0.0);
        let phase = Phase::decode(before, generated);
        found.measurements.push(Measurement { phase, time_s: 1.0 / rate, ..base.clone() });
        Ok(())
    }
}
