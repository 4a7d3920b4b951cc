//! Runs of the Hugging Face Trainer: `trainer_state.json` or the results beside it, and `config.json`.

use super::super::trainer_state::{Asked, BEST, EVAL_LOSS, Evaluation, Loss, TrainerState, is_named_evaluation};
use super::{Field, Mapping, RunFile, Skipped, Table, Used, text};
use crate::hf_config::{HfConfig, Purpose};
use engine::error::{Error, Result};
use engine::layout::{FeedForward, Layout};
use engine::runs::Run;
use engine::text::{shown, some_of};

/// Runs as they come, with what is to be said of them.
pub(super) struct Trained<'t> {
    asked: Asked<'t>,
    /// Other fields that are told, of which there are no columns here.
    strange: Option<&'t str>,
    runs: Vec<Run>,
    /// Losses of evaluation sets with names of their own.
    named: Vec<String>,
    /// By how much each best checkpoint is better than the last evaluation.
    gains: Vec<f64>,
    /// Runs whose last evaluation was not at the end, with the step.
    early: Vec<String>,
    /// Runs with a shared expert.
    shared: Vec<String>,
    /// How layers differ, with the runs in which they do.
    differing: Vec<(String, Vec<String>)>,
}

impl<'t> Trained<'t> {
    pub(super) fn new(told: &'t Mapping) -> Self {
        let strange = told.iter().find(|(field, _)| *field != Field::Loss).map(|(field, _)| field.name());
        Self {
            asked: Asked::of(told.text_of(Field::Loss)),
            strange,
            runs: Vec::new(),
            named: Vec::new(),
            gains: Vec::new(),
            early: Vec::new(),
            shared: Vec::new(),
            differing: Vec::new(),
        }
    }

    /// Adds the run, or says why it is none.
    pub(super) fn add(
        &mut self,
        name: &str,
        state: Option<&RunFile<'_>>,
        results: &[RunFile<'_>],
        config: &RunFile<'_>,
    ) -> Result<Option<Skipped>> {
        let source = state.or_else(|| results.first()).map_or(config.source, |file| file.source);
        let mut log = match state {
            Some(file) => TrainerState::parse(file.source, &text(file)?)?,
            None => TrainerState::default(),
        };
        for file in results {
            log.add_results(file.source, &text(file)?)?;
        }
        let config = HfConfig::parse(config.source, &text(config)?, Purpose::Runs)?;
        let key = self.asked.key();
        let reason = match log.evaluation(self.asked) {
            Evaluation::Loss(_) if config.layout().dense.is_some() => {
                "some layers are dense and others have experts, but a law sees one shape for all layers".to_owned()
            }
            Evaluation::Loss(Loss { value, .. }) if value <= 0.0 => {
                let error = Error::new(format!("'{value}' is out of range")).in_source(source).at_column(key);
                return Err(error.expected("a number above 0, in nats per token"));
            }
            Evaluation::Loss(loss) => {
                self.note(name, &log, &loss, &config);
                self.runs.push(Run {
                    name: name.to_owned(),
                    features: config.features(),
                    tokens: loss.tokens,
                    seed: None,
                    loss: loss.value,
                    perplexity: None,
                });
                return Ok(None);
            }
            Evaluation::Diverged(value) => format!("the last {key} is {value}"),
            Evaluation::Missing => self.missing(&log),
        };
        Ok(Some(Skipped { name: name.to_owned(), reason }))
    }

    /// Why a run without the loss that is asked for has none.
    fn missing(&mut self, log: &TrainerState) -> String {
        const SHOWN: usize = 4;
        let (named, others): (Vec<&str>, Vec<&str>) =
            log.losses().into_iter().partition(|key| is_named_evaluation(key) || *key == EVAL_LOSS);
        for key in &named {
            if !self.named.iter().any(|known| known == key) {
                self.named.push((*key).to_owned());
            }
        }
        let key = shown(self.asked.key());
        let listed = |keys: &[&str]| keys.iter().take(SHOWN).map(|key| shown(key)).collect::<Vec<_>>().join(", ");
        if !named.is_empty() {
            format!("no {key}, but {}", listed(&named))
        } else if others.is_empty() {
            format!("no {key}")
        } else {
            format!("no {key}, only {}; a training loss is not a held-out loss", listed(&others))
        }
    }

    fn note(&mut self, name: &str, log: &TrainerState, loss: &Loss, config: &HfConfig) {
        let name = shown(name);
        if loss.gain > 0.0 {
            self.gains.push(loss.gain);
        }
        let end = log.max_steps.unwrap_or(0).max(log.global_step.unwrap_or(0));
        if let Some(step) = loss.step.filter(|step| *step < end && !loss.is_best) {
            let [step, end] = [step, end].map(|steps| engine::units::count(steps as usize));
            self.early.push(format!("{name} at step {step} of {end}"));
        }
        if config.has_shared_expert() {
            self.shared.push(name.clone());
        }
        // Two matrices are counted as two.
        let layout = Layout { feed_forward: FeedForward::Gated, ..config.layout() };
        if !layout.is_uniform() {
            let how = layout.in_words(config.layers()).join(", ");
            match self.differing.iter_mut().find(|(known, _)| *known == how) {
                Some((_, names)) => names.push(name),
                None => self.differing.push((how, vec![name])),
            }
        }
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        remarks.extend(self.best());
        if !self.early.is_empty() {
            remarks.push(format!("evaluated before the end of training: {}", some_of(&self.early)));
        }
        if !self.shared.is_empty() {
            let what = "a shared expert counts by its weights in FFN ratio and activation rate";
            remarks.push(format!("{what}: {}", some_of(&self.shared)));
        }
        for (how, names) in &self.differing {
            remarks.push(format!("no law sees how layers differ: {how}: {}", some_of(names)));
        }
        remarks
    }

    /// What the best checkpoints are worth, and which loss was taken.
    fn best(&self) -> Option<String> {
        let (least, most) =
            self.gains.iter().fold((f64::MAX, 0.0_f64), |(least, most), gain| (least.min(*gain), most.max(*gain)));
        let (count, runs) = (self.gains.len(), self.runs.len());
        let digits = |gain: f64| format!("{gain:.4}");
        let range =
            if digits(least) == digits(most) { digits(most) } else { format!("{} to {}", digits(least), digits(most)) };
        let taken = match self.asked {
            Asked::Last(EVAL_LOSS) => format!("the last one was taken; --columns loss={BEST} takes the best"),
            Asked::Last(_) => return None,
            _ => format!("that of best_model_checkpoint was taken; --columns loss={EVAL_LOSS} takes the last"),
        };
        (count > 0).then(|| {
            format!("{BEST} is below the last {EVAL_LOSS} in {count} of {runs} runs, by {range} nats: {taken}")
        })
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The error where there is no run, with what leads to one.
    pub(super) fn refusal(&self, what: String) -> Error {
        let error = Error::new(what);
        match self.named.first() {
            Some(key) => error
                .expected(format!("{} in log_history, or another loss told", self.asked.key()))
                .hint(format!("--columns loss={}", shown(key))),
            None => error.expected("an eval_loss in log_history or eval_results.json").hint(
                "evaluate the saved model (run_clm.py --do_eval writes eval_results.json), or train with eval_strategy and an \
                 eval_dataset",
            ),
        }
    }

    /// Fails where something is told that is no loss.
    pub(super) fn check(&self) -> Result<()> {
        let Some(field) = self.strange else { return Ok(()) };
        Err(Error::new(format!("a directory of runs has no columns to give {field}"))
            .at_column("--columns")
            .expected("loss=KEY, with a key of log_history; the shapes are in config.json")
            .hint(format!("--columns loss={EVAL_LOSS}, or a table")))
    }

    /// The table of all runs.
    pub(super) fn table(self) -> Table {
        Table { used: self.used(), remarks: self.remarks(), runs: self.runs, ..Table::default() }
    }

    fn used(&self) -> Vec<Used> {
        let column = |field, column: &str| Used { field, column: column.to_owned() };
        let mut used = vec![
            column(Field::Layers, "num_hidden_layers"),
            column(Field::Width, "hidden_size"),
            column(Field::KvHeads, "num_key_value_heads"),
            column(Field::Loss, self.asked.key()),
        ];
        if self.runs.iter().any(|run| run.tokens.is_some()) {
            used.push(column(Field::Tokens, "num_input_tokens_seen"));
        }
        used
    }
}

pub(super) fn global_step(file: &RunFile<'_>) -> Result<u64> {
    Ok(TrainerState::parse(file.source, &text(file)?)?.global_step.unwrap_or(0))
}
