//! Which tool wrote a file, by what is in it. Extensions do not tell, because many tools write `.json`.

use serde_json::{Map, Value};

use super::measurement::Place;
use super::row::Row;
use super::{Format, edge_llm, json, llama_bench, table, trtexec, vllm};
use engine::error::{Error, Result};

/// A file's content, as its reader takes it.
#[derive(Debug)]
pub(super) enum Content {
    /// A list of objects, or one on each line.
    Entries(Vec<(Place, Value)>),
    /// An object that is the whole file.
    Object(Row),
    /// Anything else, or a table.
    Text,
}

/// The format, and the content as far as it had to be read to tell.
pub(super) fn detect(text: &str) -> Result<(Format, Content)> {
    let start = text.trim_start();
    if looks_like_json(start) { of_json(text) } else { Ok((of_text(text)?, Content::Text)) }
}

/// A list of objects, or an object; logs begin with brackets too: `[INFO]`, `[11/22/2026-19:13:49]`.
fn looks_like_json(start: &str) -> bool {
    let inner = start.strip_prefix('[').map_or(start, str::trim_start);
    inner.starts_with(['{', ']', '['])
}

fn of_json(text: &str) -> Result<(Format, Content)> {
    match json::parse(text) {
        Ok(Value::Array(entries)) => {
            let entries: Vec<_> = (1..).zip(entries).map(|(place, entry)| (Place::Entry(place), entry)).collect();
            Ok((of_entries(&entries)?, Content::Entries(entries)))
        }
        Ok(Value::Object(object)) => of_object(object),
        Ok(_) => Err(unknown()),
        // More after the first object: JSON Lines, where each line stands for itself.
        Err(error) => match lines(text) {
            Some(entries) => {
                let entries = entries?;
                Ok((of_entries(&entries)?, Content::Entries(entries)))
            }
            None => Err(error),
        },
    }
}

/// The objects on the lines of a text whose first line is one; `None` for other texts.
fn lines(text: &str) -> Option<Result<Vec<(Place, Value)>>> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let first = lines.next()?;
    json::parse(first.1).ok()?.as_object()?;
    let value = |(number, line): (u64, &str)| {
        Ok((Place::Line(number), json::parse(line).map_err(|error| error.at_line(number))?))
    };
    Some(std::iter::once(first).chain(lines).map(value).collect())
}

fn of_entries(entries: &[(Place, Value)]) -> Result<Format> {
    let Some((_, first)) = entries.first() else {
        return Err(Error::new("there are no measurements in the file").expected("one entry for each test"));
    };
    let keys: Vec<&str> = first.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
    let first = Row::new(first.as_object().cloned().unwrap_or_default());
    if llama_bench::is_entry(&keys) {
        Ok(Format::LlamaBench)
    } else if trtexec::is_times(&first) {
        Ok(Format::TrtexecTimes)
    } else if trtexec::is_profile(entries) {
        Ok(Format::TrtexecProfile)
    } else {
        Err(unknown())
    }
}

fn of_object(object: Map<String, Value>) -> Result<(Format, Content)> {
    let keys: Vec<&str> = object.keys().map(String::as_str).collect();
    if llama_bench::is_entry(&keys) {
        return Ok((Format::LlamaBench, Content::Entries(vec![(Place::Line(1), Value::Object(object))])));
    }
    let row = Row::new(object);
    let format = if vllm::is_latency(&row) {
        Format::VllmLatency
    } else if vllm::is_serve(&row) {
        Format::VllmServe
    } else if edge_llm::is_profile(&row) {
        Format::EdgeLlmProfile
    } else {
        return Err(unknown());
    };
    Ok((format, Content::Object(row)))
}

fn of_text(text: &str) -> Result<Format> {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let columns: Vec<&str> = first.split(',').map(|name| name.trim().trim_matches('"')).collect();
    if llama_bench::is_entry(&columns) {
        return Ok(Format::LlamaBench);
    }
    if table::is_header(&columns) {
        return Ok(Format::Table);
    }
    if edge_llm::is_bench_text(text) {
        return Ok(Format::EdgeLlmBench);
    }
    if edge_llm::is_profile_text(text) {
        return Ok(Format::EdgeLlmText);
    }
    if trtexec::is_log(text) {
        return Ok(Format::TrtexecLog);
    }
    if first.starts_with("| model") || (text.contains("INSERT INTO") && text.contains("n_prompt")) {
        return Err(Error::new(
            "llama-bench wrote this for people or a database, with its figures rounded or spread out",
        )
        .expected("llama-bench's JSON, JSON Lines or CSV")
        .hint("run it with -o json"));
    }
    Err(unknown())
}

fn unknown() -> Error {
    Error::new("no known tool writes measurements like these").expected(
        "llama-bench -o json|jsonl|csv, vllm bench latency or serve, TensorRT Edge-LLM, trtexec, or CSV with the columns \
         device, engine, model, weight_format, prompt_tokens, gen_tokens and prefill_ms, prefill_tok_s or decode_tok_s",
    )
}
