//! Asking anew: whatever changes the question ends here.

use crate::explorer::message::Effect;
use crate::explorer::shelf::FitProgress;
use crate::explorer::state::State;
use crate::explorer::vocabulary::Notice;
use engine::budget::Limit;
use engine::error::Error;

use super::resampling;

/// Asks the question anew. If the runs have changed since the last fit, they are fitted first, and the present law
/// serves until then.
pub(crate) fn ask(state: &mut State) -> Vec<Effect> {
    let place = state.question.law;
    let entry = &mut state.shelf.laws[place];
    let mut effects = Vec::new();
    if entry.progress == FitProgress::Due {
        entry.progress = FitProgress::UnderWay { percent: 0 };
        effects.push(Effect::Fit(place));
    }
    match (&entry.standing, &entry.progress) {
        (Some(standing), _) => {
            state.question.edition = standing.edition;
            if state.is_stale() {
                state.aim = state.wanted_aim();
                effects.push(Effect::Price(state.question));
            }
        }
        (None, FitProgress::Failed(error)) => {
            let error = error.clone();
            return refuse_law(state, &error);
        }
        (None, _) => {}
    }
    effects.extend(resampling::ask(state));
    effects
}

/// A law that cannot be fitted. The law of the picture is taken again, if there is a picture, and a notice says why.
fn refuse_law(state: &mut State, error: &Error) -> Vec<Effect> {
    let Some(answer) = &state.answer else { return Vec::new() };
    state.question.law = answer.question.law;
    state.notice = Some(Notice::Trouble(error.to_string()));
    ask(state)
}

/// A memory budget that was the old board's memory follows to the new one's; one that was chosen stays.
pub(crate) fn follow_memory(state: &mut State, before_bytes: f64) {
    let memory_bytes = state.hardware(state.question).memory_bytes;
    let slider = state.slider_mut(Limit::Memory);
    if slider.value == before_bytes {
        slider.value = memory_bytes;
    }
}
