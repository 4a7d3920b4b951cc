//! Which tool wrote a file, by what is in it. Extensions do not tell, because many tools write `.json`.

use super::content::Content;
use super::found::Found;
use super::options::Options;
use super::reader::{Reader, Writer};
use super::{edge_llm, llama_bench, serving, table, trtexec, vllm};
use engine::error::{Error, Result};

/// Every reader. Where two recognise a file, the first one reads it. A new reader is a file and a line here.
static READERS: &[Reader] = &[
    llama_bench::READER,
    table::READER,
    vllm::LATENCY,
    serving::VLLM,
    serving::SGLANG,
    edge_llm::BENCH,
    edge_llm::PROFILE,
    trtexec::TIMES,
    trtexec::PROFILE,
    trtexec::LOG,
];

/// Reads the text of the file called `file`: the reader's name and what it found.
pub(super) fn read(file: &str, text: &str, options: &Options<'_>) -> Result<(&'static str, Found)> {
    match Content::of(text)? {
        Content::Entries(entries) => {
            let reads = |reader: &Reader| reader.entries.filter(|way| (way.recognises)(&entries));
            let (name, way) = first(reads).ok_or_else(unknown)?;
            Ok((name, (way.read)(file, entries, options)?))
        }
        Content::Object(row) => {
            let (name, way) = first(|reader| reader.object.filter(|way| (way.recognises)(&row))).ok_or_else(unknown)?;
            Ok((name, (way.read)(file, row, options)?))
        }
        Content::Text(text) => {
            let refused = || READERS.iter().find_map(|reader| reader.refuses?(text)).unwrap_or_else(unknown);
            let (name, way) = first(|reader| reader.text.filter(|way| (way.recognises)(text))).ok_or_else(refused)?;
            Ok((name, (way.read)(file, text, options)?))
        }
        Content::Value => Err(unknown()),
    }
}

fn first<W>(reads: impl Fn(&Reader) -> Option<W>) -> Option<(&'static str, W)> {
    READERS.iter().find_map(|reader| Some((reader.name, reads(reader)?)))
}

/// Names what can be read: each tool once, then what people collect.
fn unknown() -> Error {
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
    Error::new("no known tool writes measurements like these").expected(format!(
        "{}, or {}",
        tools.join(", "),
        people.join(" or ")
    ))
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
            unknown().to_string(),
            "no known tool writes measurements like these\n  \
             expected: llama-bench -o json|jsonl|csv, vllm bench latency or serve, sglang's bench_serving or \
             bench_one_batch, TensorRT Edge-LLM, trtexec, or CSV with \
             the columns device, engine, model, weight_format, prompt_tokens, gen_tokens and prefill_ms, prefill_tok_s or \
             decode_tok_s"
        );
    }
}
