//! Which tool wrote a file, by what is in it. Extensions do not tell, because many tools write `.json`.

use serde_json::Value;

use super::content::{self, Content, Entry};
use super::found::Found;
use super::options::Options;
use super::reader::{OfEntries, Reader, Writer};
use super::row::Row;
use super::{
    aiperf, batched_bench, edge_llm, jetson, json, llama_bench, llama_server, mlc, mlperf, ollama, serving,
    sglang_batch, table, trtexec, unread, vllm,
};
use engine::error::Result;

/// Every reader. Where two recognise a file, the first one reads it. A new reader is a file and a line here.
static READERS: &[Reader] = &[
    llama_bench::READER,
    table::READER,
    batched_bench::READER,
    llama_server::READER,
    ollama::READER,
    mlc::READER,
    vllm::LATENCY,
    serving::VLLM,
    serving::SGLANG,
    sglang_batch::READER,
    aiperf::READER,
    jetson::SKILL,
    jetson::LAB,
    mlperf::READER,
    edge_llm::BENCH,
    edge_llm::PROFILE,
    trtexec::TIMES,
    trtexec::PROFILE,
    trtexec::LOG,
];

/// Reads the text of the file called `file`: the reader's name and what it found.
pub(super) fn read(file: &str, text: &str, options: &Options<'_>) -> Result<(&'static str, Found)> {
    match Content::of(text) {
        Ok(Content::Entries(entries)) => {
            let reads = |reader: &Reader| reader.entries.filter(|way| (way.recognises)(&entries));
            let (name, way) = first(reads).ok_or_else(|| unread::refusal(text))?;
            Ok((name, (way.read)(file, entries, options)?))
        }
        Ok(Content::Object(row)) => {
            let reads = |reader: &Reader| reader.object.filter(|way| (way.recognises)(&row));
            let (name, way) = first(reads).ok_or_else(|| unread::refusal(text))?;
            Ok((name, (way.read)(file, row, options)?))
        }
        Ok(Content::Text(text)) => match first(|reader| reader.text.filter(|way| (way.recognises)(text))) {
            Some((name, way)) => Ok((name, (way.read)(file, text, options)?)),
            None => within(file, text, options).unwrap_or_else(|| Err(unread::refusal(text))),
        },
        Ok(Content::Value) => Err(unread::refusal(text)),
        // Logs between the entries of a list.
        Err(error) if json::is_cut_off(text) => Err(error),
        Err(error) => match within(file, text, options) {
            Some(Ok(read)) => Ok(read),
            Some(Err(_)) | None => Err(error),
        },
    }
}

/// The entries of a tool within other text; none where there are no entries of any.
fn within(file: &str, text: &str, options: &Options<'_>) -> Option<Result<(&'static str, Found)>> {
    let (entries, cut_off) = content::within(text);
    if let ([(_, Value::Object(object))], None) = (entries.as_slice(), &cut_off) {
        let row = Row::new(object.clone());
        let (name, way) = first(|reader| reader.object.filter(|way| (way.recognises)(&row)))?;
        return Some((way.read)(file, row, options).map(|found| (name, found)));
    }
    let is_of = |way: &OfEntries, entry: &Entry| (way.recognises)(std::slice::from_ref(entry));
    let reads = |reader: &Reader| reader.entries.filter(|way| entries.iter().any(|entry| is_of(way, entry)));
    let (name, way) = first(reads)?;
    if let Some(error) = cut_off {
        return Some(Err(error));
    }
    let entries = entries.into_iter().filter(|entry| is_of(&way, entry)).collect();
    Some((way.read)(file, entries, options).map(|found| (name, found)))
}

fn first<W>(reads: impl Fn(&Reader) -> Option<W>) -> Option<(&'static str, W)> {
    READERS.iter().find_map(|reader| Some((reader.name, reads(reader)?)))
}

/// Names what can be read: each tool once, then what people collect.
pub(super) fn readable() -> String {
    let (mut tools, mut people): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for reader in READERS {
        let (named, words) = match reader.writer {
            Writer::Tool(words) => (&mut tools, words),
            Writer::People(words) => (&mut people, words),
        };
        if !named.contains(&words) {
            named.push(words);
        }
    }
    format!("{}, or {}", tools.join(", "), people.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_reads_something_under_a_name_of_its_own() {
        for (place, reader) in READERS.iter().enumerate() {
            let ways = [reader.entries.is_some(), reader.object.is_some(), reader.text.is_some()];
            assert!(ways.contains(&true), "{}", reader.name);
            assert!(READERS[..place].iter().all(|other| other.name != reader.name), "{}", reader.name);
        }
    }

    #[test]
    fn what_is_read_is_listed_once() {
        assert_eq!(
            readable(),
            "llama-bench, llama-batched-bench, llama-server's timings or log, ollama run --verbose or its API, the \
             benchmark.py --save of jetson-containers, vllm bench latency or serve, sglang's bench_serving or \
             bench_one_batch, AIPerf or GenAI-Perf, NVIDIA's jetson-llm-benchmark or jetson-ai-lab, MLPerf's summary, TensorRT \
             Edge-LLM, trtexec, or CSV with the columns device, engine, model, weight_format, prompt_tokens, gen_tokens and \
             prefill_ms, prefill_tok_s or decode_tok_s"
        );
    }
}
