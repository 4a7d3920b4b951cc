//! How many tokens of a prompt an engine passes at a time.
//!
//! Every pass reads the weights again, so the time of a long prompt depends on it. Measurements rarely say it, and an
//! engine has a default that few people change. A calibration states the figure, so that a reader can correct it.

/// Most tokens that one pass of a prompt takes, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineChunk {
    /// The figure.
    pub tokens: u32,
    /// Where it is stated; nothing where it is assumed.
    pub source: Option<(&'static str, &'static str)>,
    /// What a reader must know of it.
    pub note: &'static str,
}

/// `n_ubatch` of llama.cpp, and of what is built on it.
const LLAMA_CPP: EngineChunk = EngineChunk {
    tokens: 512,
    source: Some((
        "llama.cpp: tools/server/README.md, --ubatch-size",
        "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    )),
    note: "n_ubatch, the default",
};

const OTHERS: EngineChunk = EngineChunk {
    tokens: 2048,
    source: None,
    note: "No source states it; engines that divide prompts commonly pass at most so many",
};

/// Of an engine by its name and version; nothing where an engine passes prompts whole.
pub fn prefill_chunk(engine: &str) -> Option<EngineChunk> {
    let name = engine.to_lowercase();
    if ["llama.cpp", "ollama", "lm studio"].iter().any(|known| name.starts_with(known)) {
        return Some(LLAMA_CPP);
    }
    let passes_whole = ["hugging face transformers", "transformers", "trtexec"];
    (!passes_whole.iter().any(|known| name.starts_with(known))).then_some(OTHERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_known_by_the_beginning_of_their_name() {
        let tokens = |engine| prefill_chunk(engine).map(|chunk| chunk.tokens);
        assert_eq!(tokens("llama.cpp b9292"), Some(512));
        assert_eq!(tokens("TensorRT Edge-LLM 0.9"), Some(2048));
        assert_eq!(tokens("Hugging Face Transformers"), None);
    }
}
