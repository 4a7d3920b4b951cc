//! What the Hugging Face Trainer logged: `trainer_state.json`, and `eval_results.json` of its example scripts.
//!
//! Only an evaluation gives a held-out loss. `loss` is that of the training batches and would make every run look better
//! than it is. Of evaluations the one counts whose model is kept: that of `best_model_checkpoint` where the Trainer was
//! asked to look for the best, else the last, even if it failed: an earlier one would be of another model. The example
//! scripts evaluate when the log has been written, so the loss may stand beside it alone.

use serde_json::{Map, Value};

use crate::python_json;
use engine::error::{Error, Result};
use engine::text::shown;

/// The key of the held-out loss where there is one evaluation set.
pub(super) const EVAL_LOSS: &str = "eval_loss";
/// The key that stands for the loss of the best checkpoint.
pub(super) const BEST: &str = "best_metric";

/// Which loss is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    /// Nobody said: `eval_loss` of the model that is kept.
    Kept,
    /// Of the best checkpoint.
    Best,
    /// The last value of a key.
    Last(&'a str),
}

impl<'a> Asked<'a> {
    pub(super) fn of(told: Option<&'a str>) -> Self {
        match told {
            None => Self::Kept,
            Some(BEST) => Self::Best,
            Some(key) => Self::Last(key),
        }
    }

    /// The key in the log.
    pub(super) const fn key(self) -> &'a str {
        match self {
            Self::Last(key) => key,
            Self::Kept | Self::Best => EVAL_LOSS,
        }
    }
}

/// The evaluation of a run that counts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Evaluation {
    Loss(Loss),
    /// It is not finite; as it is written.
    Diverged(String),
    /// There was none.
    Missing,
}

/// A held-out loss, nats per token.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Loss {
    pub(super) value: f64,
    /// Whether it is that of the best checkpoint, although another was evaluated later.
    pub(super) is_best: bool,
    /// By how much the best checkpoint is better than the last evaluation.
    pub(super) gain: f64,
    /// The step of it; none where nobody says.
    pub(super) step: Option<u64>,
    /// Tokens seen by then, where the Trainer was asked to count them.
    pub(super) tokens: Option<f64>,
}

/// How far a run is, and how good.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct TrainerState {
    /// Steps done.
    pub(super) global_step: Option<u64>,
    /// Steps planned.
    pub(super) max_steps: Option<u64>,
    tokens: Option<f64>,
    /// The step of the best checkpoint, and its metric.
    best: Option<(Option<u64>, Option<f64>)>,
    history: Vec<Map<String, Value>>,
    /// What the example scripts wrote after the end.
    results: Map<String, Value>,
}

impl TrainerState {
    /// Reads the text of the file called `source`.
    pub(super) fn parse(source: &str, text: &str) -> Result<Self> {
        let mut state = python_json::object(source, text)?;
        let missing = |key: &str| {
            Error::new("the key is missing")
                .in_source(source)
                .at_column(key)
                .expected("a trainer_state.json as the Hugging Face Trainer writes it")
        };
        let global_step = state.get("global_step").and_then(Value::as_u64).ok_or_else(|| missing("global_step"))?;
        let Some(Value::Array(history)) = state.remove("log_history") else { return Err(missing("log_history")) };
        let objects = history.into_iter().filter_map(|entry| match entry {
            Value::Object(entry) => Some(entry),
            _ => None,
        });
        let checkpoint = state.get("best_model_checkpoint").and_then(Value::as_str);
        let step = state.get("best_global_step").and_then(Value::as_u64).filter(|step| *step > 0);
        let in_name = checkpoint.and_then(|path| path.rsplit("checkpoint-").next()?.parse().ok());
        let metric = state.get(BEST).and_then(Value::as_f64);
        Ok(Self {
            global_step: Some(global_step),
            max_steps: state.get("max_steps").and_then(Value::as_u64).filter(|steps| *steps > 0),
            tokens: tokens(&state),
            best: checkpoint.map(|_| (step.or(in_name), metric)),
            history: objects.collect(),
            results: Map::new(),
        })
    }

    /// Adds what the example scripts wrote to the file called `source`. What is known already stays.
    pub(super) fn add_results(&mut self, source: &str, text: &str) -> Result<()> {
        for (key, value) in python_json::object(source, text)? {
            self.results.entry(key).or_insert(value);
        }
        Ok(())
    }

    /// The evaluation that counts.
    pub(super) fn evaluation(&self, asked: Asked<'_>) -> Evaluation {
        let key = asked.key();
        let Some((entry, step)) = self.last(key) else { return Evaluation::Missing };
        let best = if key == EVAL_LOSS { self.best() } else { None };
        if let (Asked::Best, Some(best)) = (asked, best) {
            return loss(best, EVAL_LOSS).map_or(Evaluation::Missing, |value| {
                let gain = loss(entry, EVAL_LOSS).map_or(0.0, |last| last - value);
                Evaluation::Loss(self.loss_of(best, value, gain))
            });
        }
        let Some(last) = loss(entry, key) else {
            return Evaluation::Diverged(entry.get(key).map(in_words).unwrap_or_default());
        };
        let best = best.and_then(|best| Some((best, loss(best, EVAL_LOSS)?))).filter(|(_, best)| *best < last);
        match best {
            Some((best, value)) if asked != Asked::Last(key) => {
                Evaluation::Loss(self.loss_of(best, value, last - value))
            }
            best => Evaluation::Loss(Loss {
                value: last,
                is_best: false,
                gain: best.map_or(0.0, |(_, best)| last - best),
                step,
                tokens: self.tokens_at(entry, step),
            }),
        }
    }

    fn loss_of(&self, best: &Map<String, Value>, value: f64, gain: f64) -> Loss {
        let step = best.get("step").and_then(Value::as_u64);
        Loss { value, is_best: gain != 0.0, gain, step, tokens: self.tokens_at(best, step) }
    }

    /// The last entry with a key and its step: of the log if that goes to the end, else of what was written later.
    fn last(&self, key: &str) -> Option<(&Map<String, Value>, Option<u64>)> {
        let logged = self.history.iter().rfind(|entry| entry.contains_key(key));
        let step = logged.and_then(|entry| entry.get("step")).and_then(Value::as_u64).or(self.global_step);
        let is_last = step.is_some() && step == self.global_step;
        match logged {
            Some(entry) if is_last || !self.results.contains_key(key) => Some((entry, step)),
            _ => self.results.contains_key(key).then_some((&self.results, self.global_step)),
        }
    }

    /// What was logged of the best checkpoint.
    fn best(&self) -> Option<&Map<String, Value>> {
        let (step, metric) = self.best?;
        let evaluated = || self.history.iter().filter(|entry| entry.contains_key(EVAL_LOSS));
        let at = |wanted: u64| evaluated().find(|entry| entry.get("step").and_then(Value::as_u64) == Some(wanted));
        let with = |metric: f64| evaluated().find(|entry| loss(entry, EVAL_LOSS) == Some(metric));
        step.and_then(at).or_else(|| metric.and_then(with))
    }

    /// Tokens seen at a step: as logged there, else in proportion.
    fn tokens_at(&self, entry: &Map<String, Value>, step: Option<u64>) -> Option<f64> {
        tokens(entry).or_else(|| {
            let share = match (step, self.global_step) {
                (Some(step), Some(all)) if step < all => step as f64 / all as f64,
                _ => 1.0,
            };
            Some((self.tokens? * share).round()).filter(|tokens| *tokens > 0.0)
        })
    }

    /// Keys that hold a loss, in the order of their first mention.
    pub(super) fn losses(&self) -> Vec<&str> {
        let mut losses: Vec<&str> = Vec::new();
        let keys = self.history.iter().chain([&self.results]).flat_map(Map::keys);
        for key in keys.filter(|key| key.ends_with("loss")) {
            if !losses.contains(&key.as_str()) {
                losses.push(key);
            }
        }
        losses
    }
}

/// Whether a key holds the loss of an evaluation set with a name of its own.
pub(super) fn is_named_evaluation(key: &str) -> bool {
    key.strip_prefix("eval_").and_then(|rest| rest.strip_suffix("_loss")).is_some()
}

fn loss(entry: &Map<String, Value>, key: &str) -> Option<f64> {
    entry.get(key)?.as_f64().filter(|loss| loss.is_finite())
}

fn tokens(entry: &Map<String, Value>) -> Option<f64> {
    entry.get("num_input_tokens_seen").and_then(Value::as_f64).filter(|tokens| *tokens > 0.0)
}

fn in_words(value: &Value) -> String {
    shown(value.as_str().unwrap_or(&value.to_string()))
}
