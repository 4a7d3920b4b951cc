//! Another form of the law, another criterion. One that cannot be fitted is given up, and the present law stays.

use super::asking;
use crate::explorer::message::Effect;
use crate::explorer::recipe::Recipe;
use crate::explorer::shelf::{FitProgress, LawEntry};
use crate::explorer::state::{Mode, State};
use crate::explorer::vocabulary::Notice;
use engine::error::Error;
use engine::law::comparison::allowed;
use engine::law::fit::FitOptions;
use engine::runs::Run;

/// Fits the next form that the runs allow.
pub(crate) fn next_form(state: &mut State) -> Vec<Effect> {
    let Some(runs) = runs_or_say_why(state) else { return Vec::new() };
    let forms = allowed(&runs);
    let entry = state.law_entry();
    let here = entry.refused.unwrap_or(entry.recipe.options.form);
    let place = forms.iter().position(|form| *form == here);
    let Some(&form) = forms.get(place.map_or(0, |place| (place + 1) % forms.len())) else { return Vec::new() };
    let options = FitOptions { form, ..entry.recipe.options };
    fit_by(state, Recipe { options, ..entry.recipe })
}

/// Fits by least squares instead of Huber's criterion, or back.
pub(crate) fn flip_criterion(state: &mut State) -> Vec<Effect> {
    if runs_or_say_why(state).is_none() {
        return Vec::new();
    }
    let other = state.law_entry().recipe.by_other_criterion();
    fit_by(state, other)
}

/// Opens the comparison of all forms.
pub(crate) fn compare(state: &mut State) {
    if runs_or_say_why(state).is_some() {
        state.mode = Mode::Comparison(0);
    }
}

/// The runs that are to be fitted; without any, that is said.
fn runs_or_say_why(state: &mut State) -> Option<Vec<Run>> {
    let entry = state.law_entry();
    let kept = entry.kept_runs();
    if kept.is_none() {
        let words =
            format!("the law {} came without runs: there is nothing to fit another to (l: next law)", entry.label);
        state.notice = Some(Notice::Trouble(words));
    }
    kept
}

fn fit_by(state: &mut State, recipe: Recipe) -> Vec<Effect> {
    let entry = &mut state.shelf.laws[state.question.law];
    entry.refused = None;
    if recipe == entry.recipe {
        return Vec::new();
    }
    entry.call_for_recipe(recipe);
    asking::ask(state)
}

/// Goes back to the recipe of the present law, if that is not the one that failed, and says why. If the runs have
/// changed, they may have to be fitted again with it.
pub(crate) fn give_up(entry: &mut LawEntry, error: &Error) -> Option<String> {
    let standing = entry.standing.as_ref().filter(|standing| standing.recipe != entry.recipe)?;
    let (failed, stays) = (entry.recipe, standing.recipe);
    entry.refused = (failed.options.form != stays.options.form).then_some(failed.options.form);
    entry.recipe = stays;
    entry.progress = if standing.edition >= entry.runs_changed { FitProgress::Done } else { FitProgress::Due };
    Some(format!("{} cannot be fitted: {}; {} stays", failed.in_words(), error.headline(), stays.in_words()))
}
