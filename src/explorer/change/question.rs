//! What is asked: law, board, power mode, number format, workload, objective.

use std::ops::RangeInclusive;

use super::asking::{ask, follow_memory};
use super::{budgets, format, recipe, what_if};
use crate::explorer::message::{Effect, FitStop, FittedLaw};
use crate::explorer::resampled::ResamplingProgress;
use crate::explorer::shelf::FitProgress;
use crate::explorer::standing::Standing;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Control, Direction, Notice, Question, Stride, Switch};
use engine::budget::Limit;
use engine::hardware::Basis;
use engine::roofline::PrefillChunk;
use engine::sharing::{Others, Share};
use engine::workload::{MAX_BATCH, MAX_TOKENS, Objective};

/// Goes on searching a space, now for another frontier: the aim, or a budget off the chart's axis, has changed. What
/// was found stays.
pub(crate) fn search_on(state: &mut State) -> Option<Effect> {
    if state.is_stale() || !state.shelf.is_searched() {
        return None;
    }
    let wanted = state.wanted_aim();
    if wanted == state.aim {
        return None;
    }
    state.aim = wanted;
    Some(Effect::Price(state.question))
}

/// A fit has come so far.
pub(crate) fn fit_progressed(state: &mut State, place: usize, revision: u32, (done, of): (usize, usize)) {
    let entry = &mut state.shelf.laws[place];
    if let FitProgress::UnderWay { percent } = &mut entry.progress
        && revision == entry.revision
    {
        *percent = (*percent).max(100 * done / of.max(1));
    }
}

/// A fit ended. A fit of earlier runs is dropped, because a fit of the present runs is under way or due.
pub(crate) fn fitted(
    state: &mut State,
    place: usize,
    revision: u32,
    outcome: Result<FittedLaw, FitStop>,
) -> Vec<Effect> {
    let asked_for = state.question.law == place;
    let entry = &mut state.shelf.laws[place];
    if revision != entry.revision {
        return Vec::new();
    }
    match outcome {
        Ok(FittedLaw { law, fit }) => {
            entry.standing = Some(Standing { law, fit: Some(fit), recipe: entry.recipe, edition: revision });
            entry.refused = None;
            entry.progress = FitProgress::Done;
            entry.changes = 0;
            entry.resampled.progress = ResamplingProgress::Due;
        }
        Err(FitStop::Superseded) => entry.progress = FitProgress::Due,
        Err(FitStop::Impossible(error)) => match recipe::give_up(entry, &error) {
            Some(words) if asked_for => {
                state.notice = Some(Notice::Trouble(words));
                return ask(state);
            }
            Some(_) => {}
            None => entry.progress = FitProgress::Failed(error),
        },
    }
    if !asked_for {
        return Vec::new();
    }
    say_what_stands(state);
    ask(state)
}

/// The law in question is that of earlier runs, because there is none of the present runs. The user must not miss that.
pub(crate) fn say_what_stands(state: &mut State) {
    let entry = state.law_entry();
    if let (Some(_), Some(error)) = (&entry.standing, entry.trouble()) {
        state.notice = Some(Notice::Trouble(format!("the last law stays: {error}")));
    }
}

/// Leaves a run out of the fit of the law asked about, or takes it back in.
pub(crate) fn toggle_run(state: &mut State, run: usize) -> Vec<Effect> {
    let entry = &mut state.shelf.laws[state.question.law];
    if entry.dataset.as_ref().is_none_or(|dataset| run >= dataset.runs.len()) {
        return Vec::new();
    }
    if !entry.excluded.remove(&run) {
        entry.excluded.insert(run);
    }
    entry.call_for_refit(1);
    ask(state)
}

/// Takes all runs of the law asked about back in.
pub(crate) fn restore_runs(state: &mut State) -> Vec<Effect> {
    let entry = &mut state.shelf.laws[state.question.law];
    let is_absent = entry.live.as_ref().is_some_and(|live| !live.absent.is_empty());
    if entry.excluded.is_empty() && !is_absent {
        return Vec::new();
    }
    let restored = entry.excluded.len();
    entry.excluded.clear();
    if let Some(live) = &mut entry.live {
        live.absent.clear();
    }
    entry.call_for_refit(restored);
    ask(state)
}

/// A bug of ours stopped the pricing: the last picture's question is the question again.
pub(crate) fn pricing_failed(state: &mut State, question: Question) {
    if question == state.question {
        if let Some(answer) = &state.answer {
            state.question = answer.question;
        }
        let words = "a bug in roofscape stopped this calculation; the picture is the last one that worked";
        state.notice = Some(Notice::Trouble(words.into()));
    }
}

/// Steps whatever `control` controls.
pub(crate) fn step(state: &mut State, control: Control, direction: Direction, stride: Stride) -> Vec<Effect> {
    let before = state.question;
    let workload = &mut state.question.workload;
    match control {
        Control::Prompt => {
            workload.prompt_tokens = step_count(workload.prompt_tokens, direction, stride, 1..=MAX_TOKENS);
        }
        Control::Generate => {
            workload.generated_tokens = step_count(workload.generated_tokens, direction, stride, 0..=MAX_TOKENS);
        }
        Control::Cached => {
            workload.cached_tokens = step_count(workload.cached_tokens, direction, stride, 0..=MAX_TOKENS);
        }
        Control::Chunk => step_chunk(state, direction, stride),
        Control::Others => step_others(state, direction),
        Control::Batch => workload.batch = step_count(workload.batch, direction, stride, 1..=MAX_BATCH),
        Control::Format => format::step(state, direction),
        Control::Head => format::step_head(state, direction),
        Control::KvCache => format::step_kv_cache(state, direction),
        Control::Mode => {
            state.question.mode = direction.next_place(state.question.mode, state.board(state.question).modes.len());
            format::settle(state);
        }
        Control::Board => step_board(state, direction),
        Control::Law => state.question.law = direction.next_place(state.question.law, state.shelf.laws.len()),
        Control::Scale(resource) => what_if::step(state, resource, direction, stride),
        Control::Budget(limit) => budgets::step(state, limit, direction, stride),
        Control::Aim => step_objective(state, direction),
    }
    if state.question.law != before.law {
        say_what_stands(state);
    }
    if (state.question.board, state.question.mode) != (before.board, before.mode) {
        say_power_mode(state, before);
    }
    follow_workload(state, before);
    if state.question == before { Vec::new() } else { ask(state) }
}

/// Without generated tokens nothing is decoded: an aim at the time of decoding becomes one at all of it, and a budget
/// per token has no effect. Both are said.
fn follow_workload(state: &mut State, before: Question) {
    let now = state.question.workload;
    if now.decodes() == before.workload.decodes() {
        return;
    }
    let slider = state.slider(Limit::Tpot);
    let budget = (slider.switch == Switch::On).then(|| {
        let is = if now.decodes() { "is on again" } else { "is off" };
        format!("{} ≤ {} {is}", slider.limit.label(), slider.limit.text(slider.value))
    });
    let aim = (!state.objective.is_of(now)).then(|| {
        aim_at(state, Objective::Total);
        format!("the aim is {} latency", Objective::Total.name())
    });
    let head = (now.decodes() && !state.precision(state.question).has_head()).then(|| {
        state.question.head = None;
        "the model has an LM head again".to_owned()
    });
    let effects: Vec<String> = aim.into_iter().chain(budget).chain(head).collect();
    if !effects.is_empty() {
        let cause = if now.decodes() { "tokens are generated again" } else { "nothing is generated" };
        let words = format!("{cause}: {}", effects.join(", "));
        state.notice = Some(if now.decodes() { Notice::Done(words) } else { Notice::Trouble(words) });
    }
}

/// Says what the new power mode powers, or why its number format is another, and what becomes of an energy budget.
fn say_power_mode(state: &mut State, before: Question) {
    let now = state.question;
    let slider = state.slider(Limit::Energy);
    let budget = format!("; {} ≤ {}", slider.limit.label(), slider.limit.text(slider.value));
    let can = [before, now].map(|question| state.can_limit(question, Limit::Energy));
    let energy = match (slider.switch, can) {
        (Switch::On, [true, false]) => budget + " is off",
        (Switch::On, [false, true]) => budget + " is on again",
        _ => String::new(),
    };
    let is_lost = can == [true, false] && !energy.is_empty();
    let mode = state.power_mode(now);
    // First, because it is what the numbers of a calibration are taken for.
    let uncovered = match state.hardware(now).efficiency_in(&state.precision(now)).1 {
        Basis::Uncovered => format!("not calibrated in {}: ideal; ", state.precision(now).name),
        Basis::Ideal | Basis::Given | Basis::Calibrated(_) | Basis::Extrapolated(_) => String::new(),
    };
    let in_words = format!("{uncovered}{}: {}", mode.name, mode.in_words());
    state.notice = Some(match state.notice.take() {
        Some(Notice::Trouble(words)) => Notice::Trouble(words + &energy),
        _ if is_lost => Notice::Trouble(in_words + &energy),
        _ => Notice::Done(in_words + &energy),
    });
}

/// Sets a typed workload value; says what is allowed if it is not.
pub(crate) fn set_count(state: &mut State, control: Control, typed: &str) -> Result<Vec<Effect>, String> {
    let before = state.question;
    let workload = &mut state.question.workload;
    let (slot, allowed) = match control {
        Control::Prompt => (&mut workload.prompt_tokens, 1..=MAX_TOKENS),
        Control::Generate => (&mut workload.generated_tokens, 0..=MAX_TOKENS),
        Control::Cached => (&mut workload.cached_tokens, 0..=MAX_TOKENS),
        _ => (&mut workload.batch, 1..=MAX_BATCH),
    };
    match typed.trim().replace(',', "").parse::<u32>() {
        Ok(count) if allowed.contains(&count) => {
            *slot = count;
            follow_workload(state, before);
            Ok(ask(state))
        }
        _ => {
            let most = engine::units::count(*allowed.end() as usize);
            Err(format!("'{typed}' is no whole number from {} to {most}", allowed.start()))
        }
    }
}

/// Sets a typed length of a pass.
pub(crate) fn set_chunk(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    let chunk = PrefillChunk::parse(typed).map_err(|error| error.headline().to_owned())?;
    state.question.prefill_chunk = Some(chunk);
    Ok(ask(state))
}

/// Sets what is typed of others on the board.
pub(crate) fn set_others(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    state.question.others = Others::parse(typed).map_err(|error| error.headline().to_owned())?;
    Ok(ask(state))
}

/// Down from the whole prompt to the largest piece that is none, and up to the whole again.
fn step_chunk(state: &mut State, direction: Direction, stride: Stride) {
    let prompt_tokens = state.question.workload.prompt_tokens;
    let now = state.estimator(state.question).ok().and_then(|estimator| estimator.prefill_chunk_tokens());
    let next = step_count(now.unwrap_or(prompt_tokens).min(prompt_tokens), direction, stride, 1..=MAX_TOKENS);
    let is_whole = next >= prompt_tokens;
    state.question.prefill_chunk = Some(if is_whole { PrefillChunk::Whole } else { PrefillChunk::Tokens(next) });
}

/// Others take five per cent more or less of bandwidth and GPU. What they take of the memory is typed.
fn step_others(state: &mut State, direction: Direction) {
    const STEP: f64 = 0.05;
    let others = &mut state.question.others;
    for share in [&mut others.bandwidth, &mut others.gpu] {
        let next = match direction {
            Direction::Up => share.value() + STEP,
            Direction::Down => (share.value() - STEP).max(0.0),
        };
        *share = Share::new(next).unwrap_or(*share);
    }
}

fn step_objective(state: &mut State, direction: Direction) {
    let mut next = direction.next_in(&Objective::ALL, state.objective);
    while !next.is_of(state.question.workload) {
        state.notice = Some(Notice::Done(format!("no {} latency to aim at: nothing is generated", next.name())));
        next = direction.next_in(&Objective::ALL, next);
    }
    aim_at(state, next);
}

fn aim_at(state: &mut State, objective: Objective) {
    state.objective = objective;
    super::picture::refront(state);
    super::picture::reselect(state);
}

/// The next board in the mode that it starts in.
fn step_board(state: &mut State, direction: Direction) {
    let before_bytes = state.hardware(state.question).memory_bytes;
    state.question.board = direction.next_place(state.question.board, state.shelf.boards.len());
    state.question.mode = state.board(state.question).default_mode;
    format::settle(state);
    follow_memory(state, before_bytes);
}

/// To the next power of two, or by a sixteenth.
fn step_count(value: u32, direction: Direction, stride: Stride, allowed: RangeInclusive<u32>) -> u32 {
    let next = match (stride, direction) {
        (Stride::Coarse, Direction::Up) => (value + 1).next_power_of_two(),
        (Stride::Coarse, Direction::Down) if value <= 1 => 0,
        (Stride::Coarse, Direction::Down) => value.div_ceil(2).next_power_of_two().min(value - 1),
        (Stride::Fine, Direction::Up) => value + (value / 16).max(1),
        (Stride::Fine, Direction::Down) => value.saturating_sub((value / 16).max(1)),
    };
    next.clamp(*allowed.start(), *allowed.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_step_through_powers_of_two() {
        let up = |value| step_count(value, Direction::Up, Stride::Coarse, 1..=4096);
        let down = |value| step_count(value, Direction::Down, Stride::Coarse, 1..=4096);
        assert_eq!((up(1), up(1024), up(1000), up(4096)), (2, 2048, 1024, 4096));
        assert_eq!((down(1), down(2), down(1024), down(1000), down(3)), (1, 1, 512, 512, 2));
        assert_eq!(step_count(1024, Direction::Up, Stride::Fine, 1..=4096), 1088);
        assert_eq!(step_count(1, Direction::Down, Stride::Fine, 1..=4096), 1);
        assert_eq!(step_count(1, Direction::Down, Stride::Coarse, 0..=4096), 0);
        assert_eq!(step_count(0, Direction::Up, Stride::Coarse, 0..=4096), 1);
    }
}
