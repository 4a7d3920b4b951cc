//! `trainer_state.json`: what the Hugging Face Trainer logged.
//!
//! Only `eval_loss` is a held-out loss. `loss` is that of the training batches and would make every run look better
//! than it is. The last evaluation counts, even if it failed: an earlier one would be of another model.

use serde_json::{Map, Value};

use crate::python_json;
use engine::error::{Error, Result};
use engine::text::shown;

/// The last evaluation of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Evaluation {
    /// A held-out loss, nats per token, and the step of it.
    Loss { loss: f64, step: u64 },
    /// It is not finite; as it is written.
    Diverged(String),
    /// There was none; the losses that there are.
    Missing { others: Vec<String> },
}

/// How far a run is, and how good.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TrainerState {
    /// Steps done.
    pub(super) global_step: u64,
    /// Steps planned.
    pub(super) max_steps: Option<u64>,
    /// Tokens seen, where the Trainer was asked to count them.
    pub(super) tokens: Option<f64>,
    pub(super) evaluation: Evaluation,
}

impl TrainerState {
    /// Reads the text of the file called `source`.
    pub(super) fn parse(source: &str, text: &str) -> Result<Self> {
        let state = python_json::object(source, text)?;
        let missing = |key: &str| {
            Error::new("the key is missing")
                .in_source(source)
                .at_column(key)
                .expected("a trainer_state.json as the Hugging Face Trainer writes it")
        };
        let global_step = state.get("global_step").and_then(Value::as_u64).ok_or_else(|| missing("global_step"))?;
        let history = state.get("log_history").and_then(Value::as_array).ok_or_else(|| missing("log_history"))?;
        let evaluation = evaluation(history, global_step);
        if let Evaluation::Loss { loss, .. } = evaluation
            && loss <= 0.0
        {
            let error = Error::new(format!("'{loss}' is out of range")).in_source(source).at_column("eval_loss");
            return Err(error.expected("a number above 0, in nats per token"));
        }
        Ok(Self {
            global_step,
            max_steps: state.get("max_steps").and_then(Value::as_u64).filter(|steps| *steps > 0),
            tokens: state.get("num_input_tokens_seen").and_then(Value::as_f64).filter(|tokens| *tokens > 0.0),
            evaluation,
        })
    }
}

fn evaluation(history: &[Value], global_step: u64) -> Evaluation {
    let entries = || history.iter().filter_map(Value::as_object);
    let Some(last) = entries().rfind(|entry| entry.contains_key("eval_loss")) else {
        return Evaluation::Missing { others: other_losses(entries()) };
    };
    let value = &last["eval_loss"];
    match value.as_f64().filter(|loss| loss.is_finite()) {
        Some(loss) => Evaluation::Loss { loss, step: last.get("step").and_then(Value::as_u64).unwrap_or(global_step) },
        None => Evaluation::Diverged(shown(value.as_str().unwrap_or(&value.to_string()))),
    }
}

/// Keys that hold a loss of another kind, in the order of their first mention.
fn other_losses<'a>(entries: impl Iterator<Item = &'a Map<String, Value>>) -> Vec<String> {
    let mut others: Vec<String> = Vec::new();
    for key in entries.flat_map(Map::keys).filter(|key| key.ends_with("loss")) {
        if !others.iter().any(|known| known == key) {
            others.push(key.clone());
        }
    }
    others
}
