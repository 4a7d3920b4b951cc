//! From names and paths to a session. A file that changes later is read again by a worker.

use std::sync::Arc;

use super::live::Live;
use super::recipe::Recipe;
use super::shelf::{Board, Landmark, LawEntry, Prominence, Shelf};
use super::state::State;
use super::vocabulary::{Notice, Question};
use engine::error::Result;
use engine::law::fit::usual_form;
use engine::law::form::Form;
use engine::precision::{LossPenalties, Precision, Storage};
use engine::reference::{BASELINE, Certainty};
use engine::roofline::Estimator;
use engine::roofline::PrefillChunk;
use engine::sharing::Others;
use engine::space::BlindAxes;
use engine::what_if::Scaling;
use engine::workload::Workload;
use files::choice::{check_length, named_runs};
use files::profile::Profile;
use files::resolve::{DETECTED, Library};
use files::runs::Reading;

/// What to open with; names as in the library, or paths.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// Runs to fit a law from, shown first if given.
    pub data: Option<String>,
    /// How to read their columns.
    pub reading: Reading,
    /// How they are fitted.
    pub recipe: Recipe,
    /// Which law it is; the one that is usual for such runs if nobody says.
    pub form: Option<&'static Form>,
    /// Those that are left out at first, as `--exclude` names them.
    pub exclude: Vec<String>,
    /// Law, shown first if given and no runs are.
    pub law: String,
    /// Board.
    pub profile: String,
    /// Board to open with where `profile` is [`DETECTED`] and the machine is none of the known ones; an error without.
    pub fallback: Option<String>,
    /// Power mode; the profile's own default if not given.
    pub mode: Option<String>,
    /// Space.
    pub space: String,
    /// What becomes of its axes that a law cannot see.
    pub blind: BlindAxes,
    /// Number format.
    pub precision: Precision,
    /// Format of the LM head; the number format's own if not given.
    pub head: Option<Storage>,
    /// Format of the KV cache; the number format's own if not given.
    pub kv_cache: Option<Storage>,
    /// What each number format adds to every loss.
    pub penalties: LossPenalties,
    /// Batch, prompt, answer.
    pub workload: Workload,
    /// Models to place on the chart: names, or paths of a `config.json`.
    pub models: Vec<String>,
    /// How the board is imagined otherwise.
    pub what_if: Scaling,
    /// Most tokens of the prompt that pass at a time; the engine's if not given.
    pub prefill_chunk: Option<PrefillChunk>,
    /// What else runs on the board.
    pub others: Others,
}

impl Default for Choices {
    /// All built in: the paper's law and space on AGX Orin.
    fn default() -> Self {
        Self {
            data: None,
            reading: Reading::default(),
            recipe: Recipe::default(),
            form: None,
            exclude: Vec::new(),
            law: "paper".into(),
            profile: "agx-orin-64gb".into(),
            fallback: None,
            mode: None,
            space: "paper".into(),
            blind: BlindAxes::Held,
            precision: Precision::FP16,
            head: None,
            kv_cache: None,
            penalties: LossPenalties::default(),
            workload: Workload::default(),
            models: Vec::new(),
            what_if: Scaling::NONE,
            prefill_chunk: None,
            others: Others::NONE,
        }
    }
}

/// What a session begins with.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// All there is to choose from.
    pub shelf: Shelf,
    /// What is asked first.
    pub question: Question,
    /// What was found out about the machine, if anybody looked.
    pub notice: Option<Notice>,
}

impl Opening {
    /// The state of a session on a screen of so many cells.
    pub fn into_state(self, size: (u16, u16)) -> State {
        let mut state = State::new(self.shelf, self.question, size);
        state.notice = self.notice;
        state
    }
}

/// Loads everything that `choices` names, and what is built in besides, so that keys can step through it.
pub fn open(library: &Library, choices: &Choices) -> Result<Opening> {
    let laws = laws(library, choices)?;
    let (first, notice) = first_board(library, choices)?;
    let boards = boards(library, first);
    let mode = match &choices.mode {
        None => boards[0].default_mode,
        Some(name) => {
            let wanted = &boards[0].profile.mode(name)?.name;
            boards[0].profile.modes.iter().position(|mode| mode.name == *wanted).unwrap_or(0)
        }
    };
    let precisions = Precision::ALL.to_vec();
    let precision = precisions.iter().position(|known| *known == choices.precision).unwrap_or(0);
    let space = library.space(&choices.space)?;
    let shelf = Shelf {
        blind_axes: choices.blind,
        laws,
        boards,
        precisions,
        candidates: space.len(),
        space: Arc::new(space),
        landmarks: landmarks(library, &choices.models)?,
    };
    let question = Question {
        law: 0,
        edition: 0,
        board: 0,
        mode,
        precision,
        head: choices.head,
        kv_cache: choices.kv_cache,
        penalties: choices.penalties,
        workload: choices.workload,
        prefill_chunk: choices.prefill_chunk,
        others: choices.others,
        scaling: choices.what_if,
    };
    Estimator::new(&shelf.boards[0].modes[mode], choices.precision, choices.workload)?;
    Ok(Opening { shelf, question, notice })
}

/// The board that was asked for. A notice says what was detected or that nothing was: numbers of the wrong board look
/// like those of the right one.
fn first_board(library: &Library, choices: &Choices) -> Result<(Profile, Option<Notice>)> {
    let Some(fallback) = choices.fallback.as_ref().filter(|_| choices.profile == DETECTED) else {
        return Ok((library.profile(&choices.profile)?.1, None));
    };
    let (detection, machine) = library.detect()?;
    if let Some((_, profile)) = machine {
        // The limits of the machine come first, because the end of a long line may be cut off. The header names board
        // and mode anyway.
        let summary = detection.summary();
        let words = detection.notes.into_iter().chain([summary]).collect::<Vec<_>>().join("; ");
        return Ok((profile, Some(Notice::Done(words))));
    }
    let (stand_in, how) = match &detection.closest {
        Some(closest) => (&closest.profile, ", the closest,"),
        None => (fallback, ""),
    };
    let profile = library.profile(stand_in)?.1;
    let words = format!("{}: {}{how} stands in, b steps on", detection.summary(), profile.title);
    Ok((profile, Some(Notice::Done(words))))
}

/// What was asked for, then all others that can be read: the runs named, the law, the user's laws, built-in runs.
fn laws(library: &Library, choices: &Choices) -> Result<Vec<LawEntry>> {
    let mut laws = Vec::new();
    if let Some(data) = &choices.data {
        let (loaded, source) = library.live_data(data, &choices.reading)?;
        let excluded = named_runs(&loaded.dataset, &choices.exclude)?;
        let recipe = choices.recipe.of_form(choices.form.unwrap_or_else(|| usual_form(&loaded.dataset.runs)));
        if recipe.tokens.is_some() {
            check_length(recipe.options.form)?;
        }
        let live = source.map(Live::new);
        laws.push(LawEntry { excluded, recipe, live, ..LawEntry::from_runs(loaded.dataset) });
    }
    laws.push(LawEntry::ready(library.law(&choices.law)?.1));
    let others = library.laws().into_iter().filter_map(|listed| library.law(&listed.name).ok());
    laws.extend(others.map(|(_, law)| LawEntry::ready(law)));
    for file in library.built_in.data {
        laws.push(LawEntry::from_runs(library.data(file.name)?.dataset));
    }
    let mut labels: Vec<String> = Vec::new();
    laws.retain(|law| {
        let new = !labels.contains(&law.label);
        labels.push(law.label.clone());
        new
    });
    Ok(laws)
}

/// The first board, then all others that can be read.
fn boards(library: &Library, first: Profile) -> Vec<Board> {
    let mut boards = vec![Board::new(first)];
    for listed in library.profiles() {
        // `roofscape profiles` reports a broken file of the user. It must not hide the others here.
        let Ok((_, profile)) = library.profile(&listed.name) else { continue };
        if boards.iter().all(|board| board.profile.name != profile.name) {
            boards.push(Board::new(profile));
        }
    }
    boards
}

/// The known models whose shape is known, and those asked for.
fn landmarks(library: &Library, asked: &[String]) -> Result<Vec<Landmark>> {
    let known = library.known_models()?.into_iter().filter(|model| model.certainty == Certainty::Known);
    let mut landmarks: Vec<Landmark> = known
        .map(|model| Landmark {
            prominence: if model.name == BASELINE { Prominence::Marked } else { Prominence::Passing },
            model,
        })
        .collect();
    for typed in asked {
        let model = library.model(typed)?;
        // One's own file says more than the table, where both have the name.
        landmarks.retain(|known| known.model.name != model.name);
        landmarks.push(Landmark { model, prominence: Prominence::Marked });
    }
    landmarks.sort_by_key(|landmark| landmark.model.parameters_total());
    Ok(landmarks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::built_in::{self, BUILT_IN};

    fn open_with(change: impl FnOnce(&mut Choices)) -> Result<Opening> {
        let mut choices = Choices::default();
        change(&mut choices);
        open(&built_in::library(), &choices)
    }

    #[test]
    fn without_arguments_everything_is_built_in() {
        let Opening { shelf, question, .. } = open_with(|_| {}).unwrap();
        let labels: Vec<String> = shelf.laws.iter().map(|law| law.label.clone()).collect();
        assert_eq!(labels, ["paper", "fit of tiny", "fit of gemstones", "fit of synthetic-170"]);
        assert_eq!(shelf.boards.len(), BUILT_IN.profiles.len());
        assert_eq!(shelf.boards[0].profile.modes[question.mode].name, "MAXN");
    }

    #[test]
    fn what_is_named_comes_first() {
        let Opening { shelf, question, .. } = open_with(|choices| {
            choices.data = Some("tiny".into());
            choices.profile = "orin-nano-8gb".into();
            choices.mode = Some("7w".into());
        })
        .unwrap();
        assert_eq!(shelf.laws[0].label, "fit of tiny");
        assert_eq!(shelf.laws.len(), 4);
        assert_eq!(shelf.boards[0].profile.name, "orin-nano-8gb");
        assert_eq!(shelf.boards[0].profile.modes[question.mode].name, "7W");
    }

    #[test]
    fn what_cannot_be_is_said_before_the_screen_is_taken() {
        let message = |change: fn(&mut Choices)| open_with(change).unwrap_err().to_string();
        assert!(message(|c| c.precision = Precision::named("nvfp4").unwrap()).contains("no FP4 tensor cores"));
        assert!(message(|c| c.law = "papr".into()).contains("paper"));
        assert!(message(|c| c.mode = Some("90W".into())).contains("90W"));
        let tiny = |choices: &mut Choices| choices.data = Some("tiny".into());
        let error = open_with(|c| {
            tiny(c);
            c.exclude = vec!["#174".into()];
        });
        assert!(error.unwrap_err().to_string().contains("#1 to #173"));
        let error = open_with(|c| {
            tiny(c);
            c.recipe.tokens = Some(1e9);
        });
        assert!(error.unwrap_err().to_string().contains("the law eq2 has no term for the number of tokens"));
    }
}
