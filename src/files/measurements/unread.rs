//! What is said of files that are not read: the tool, where it is known, and what to do with its figures.

use super::readers;
use engine::error::Error;

/// A tool whose files have no time that a prediction could be held against, or not in a way that is read.
struct Tool {
    name: &'static str,
    /// Words that all stand in its files.
    marks: &'static [&'static str],
    /// What its figures lack, and what to do.
    advice: &'static str,
}

const AS_TABLE: &str = "copy prompt and generated tokens, TTFT and rate into CSV with the columns \
                        model,engine,weight_format,prompt_tokens,gen_tokens,prefill_ms,decode_tok_s";

const TOOLS: &[Tool] = &[
    Tool {
        name: "vllm bench throughput",
        marks: &["\"elapsed_time\"", "\"tokens_per_second\""],
        advice: "it times many requests at once; run vllm bench serve with --max-concurrency 1 --save-result",
    },
    Tool { name: "GuideLLM", marks: &["\"benchmarks\"", "\"inter_token_latency"], advice: AS_TABLE },
    Tool {
        name: "GenAI-Perf's requests",
        marks: &["\"experiments\"", "\"response_timestamps\""],
        advice: "give profile_export_genai_perf.json or .csv of the same run, which sum them up",
    },
    Tool {
        name: "Nsight Systems",
        marks: &["Time (%)", "Total Time (ns)", "Instances"],
        advice: "it times kernels; give what the engine or its benchmark printed",
    },
    Tool {
        name: "llama-perplexity",
        marks: &["perplexity: calculating perplexity"],
        advice: "it measures loss; run llama-bench -o json for times",
    },
    Tool {
        name: "llama-cli's short summary",
        marks: &["[ Prompt: ", " t/s | Generation: "],
        advice: "it has rates without numbers of tokens; run llama-bench -o json",
    },
    Tool {
        name: "tegrastats",
        marks: &["GR3D_FREQ", "RAM "],
        advice: "it logs power, not times: give it as --power beside the measurements",
    },
];

/// Names the tool if it is known, and what can be read.
pub(super) fn refusal(text: &str) -> Error {
    match TOOLS.iter().find(|tool| tool.marks.iter().all(|mark| text.contains(mark))) {
        Some(tool) => Error::new(format!("this is of {}, which is not read", tool.name))
            .expected(readers::readable())
            .hint(tool.advice),
        None => Error::new("no known tool writes measurements like these").expected(readers::readable()).hint(AS_TABLE),
    }
}
