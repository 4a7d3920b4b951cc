//! Results of the Language Model Evaluation Harness: what they are measured in, and what a loss would need.
//!
//! They are per byte or per word, of a text with its own number of either per token. A law is of nats per token. So none
//! of them is taken for a loss, and what is missing is said.

use serde_json::value::RawValue;

use super::document::Pairs;
use engine::error::Error;

/// Metrics of running text with what makes nats per token of them.
const METRICS: [(&str, &str); 4] = [
    ("bits_per_byte", "loss = bits_per_byte × ln 2 × bytes per token"),
    ("byte_perplexity", "loss = ln(byte_perplexity) × bytes per token"),
    ("word_perplexity", "loss = ln(word_perplexity) × words per token"),
    ("perplexity", "loss = ln(perplexity), if it is per token of held-out text"),
];

/// Keys of such a file beside `results`.
const MARKS: [&str; 5] = ["n-shot", "versions", "configs", "lm_eval_version", "higher_is_better"];

/// The error for the text of such a file.
pub(super) fn refusal_of(text: &str) -> Option<Error> {
    let Pairs(pairs) = serde_json::from_str(text).ok()?;
    refusal(|wanted| pairs.iter().find(|(key, _)| key == wanted).map(|(_, raw)| *raw))
}

/// The error for a file of such results, whose values are asked for by key; none for another file.
pub(super) fn refusal<'a>(value_of: impl Fn(&str) -> Option<&'a RawValue>) -> Option<Error> {
    let results = value_of("results").filter(|raw| raw.get().starts_with('{'))?.get();
    MARKS.iter().find_map(|mark| value_of(mark))?;
    let has = |metric: &str| results.contains(&format!("\"{metric},")) || results.contains(&format!("\"{metric}\""));
    let found: Vec<_> = METRICS.iter().filter(|(metric, _)| has(metric)).collect();
    let Some((first, _)) = found.first() else {
        return Some(
            Error::new("these are results of lm-eval, and no loss is among them")
                .expected("a held-out loss in nats per token, with the model's shape"),
        );
    };
    let unit = if first.contains("byte") {
        "byte"
    } else if first.contains("word") {
        "word"
    } else {
        "token"
    };
    let needed: Vec<&str> = found.iter().map(|(_, needed)| *needed).collect();
    Some(
        Error::new(format!("these are results of lm-eval: {first} is per {unit}, and a law is of nats per token"))
            .expected(format!("a table of runs with their shapes and a loss: {}", needed.join("; ")))
            .hint("count bytes or words and tokens of that text with the model's tokenizer; one row per model"),
    )
}
