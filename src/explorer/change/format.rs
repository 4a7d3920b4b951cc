//! Number formats: of weights, LM head and KV cache, and what they are said to cost in quality.

use super::asking::ask;
use crate::explorer::message::Effect;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Direction, Notice, Question};
use engine::precision::{LossPenalty, Precision, Storage};

/// The next number format that the board can compute; the skipped ones are named.
pub(crate) fn step(state: &mut State, direction: Direction) {
    let before = state.question.precision;
    let mut skipped = Vec::new();
    for _ in 0..state.shelf.precisions.len() {
        state.question.precision = direction.next_place(state.question.precision, state.shelf.precisions.len());
        match state.estimator(state.question) {
            Ok(_) => break,
            Err(refusal) => skipped.push(refusal.to_string()),
        }
    }
    if state.estimator(state.question).is_err() {
        state.question.precision = before;
    }
    state.wanted_precision = state.question.precision;
    if let Some(reason) = skipped.first() {
        state.notice = Some(Notice::Trouble(format!("skipped: {reason}")));
    }
}

/// The number format that was chosen last, if the new board or mode can compute it. Otherwise the first one that it can
/// compute, with a notice. Every board has 16 bit.
pub(crate) fn settle(state: &mut State) {
    let estimator = |precision| state.estimator(Question { precision, ..state.question });
    let wanted = state.wanted_precision;
    match estimator(wanted) {
        Ok(_) => state.question.precision = wanted,
        Err(refusal) => {
            let first = (0..state.shelf.precisions.len()).find(|&precision| estimator(precision).is_ok());
            state.question.precision = first.unwrap_or(0);
            let now = state.precision(state.question).name;
            state.notice = Some(Notice::Trouble(format!("{refusal}; now {now}")));
        }
    }
}

/// The next format for the LM head.
pub(crate) fn step_head(state: &mut State, direction: Direction) {
    let own = own(state).head;
    state.question.head = next(&Storage::OF_HEADS, own, state.question.head, direction);
    // Without a head no token is generated.
    if state.question.workload.decodes() && !state.precision(state.question).has_head() {
        state.question.head = next(&Storage::OF_HEADS, own, state.question.head, direction);
    }
}

/// The next format for the KV cache.
pub(crate) fn step_kv_cache(state: &mut State, direction: Direction) {
    let own = own(state).kv_cache;
    state.question.kv_cache = next(&Storage::OF_KV_CACHES, own, state.question.kv_cache, direction);
}

/// What the weights' format brings along on the board asked about.
fn own(state: &State) -> Precision {
    state.precision(Question { head: None, kv_cache: None, ..state.question })
}

/// The next of `all` after the one in use, round and round. Back at the format that the weights bring along, nothing is
/// chosen any more: with the next format of the weights, its own comes along.
fn next(all: &[Storage], own: Storage, chosen: Option<Storage>, direction: Direction) -> Option<Storage> {
    let now = chosen.unwrap_or(own);
    Some(direction.next_in(all, now)).filter(|next| *next != own)
}

/// Takes a typed penalty for the number format asked about.
pub(crate) fn set_penalty(state: &mut State, typed: &str) -> Result<Vec<Effect>, String> {
    let nats = LossPenalty::parse_nats(typed).map_err(|error| error.headline().to_owned())?;
    let format = state.precision(state.question).name;
    state.question.penalties.set(LossPenalty { format, nats });
    Ok(ask(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_goes_round_and_back_to_the_weights_own() {
        let up = |chosen| next(&Storage::OF_KV_CACHES, Storage::FP16, chosen, Direction::Up);
        let mut seen = vec![None];
        while seen.len() <= Storage::OF_KV_CACHES.len() {
            seen.push(up(seen[seen.len() - 1]));
        }
        let others = Storage::OF_KV_CACHES[1..].iter().copied().map(Some);
        let wanted: Vec<Option<Storage>> = std::iter::once(None).chain(others).chain([None]).collect();
        assert_eq!((seen, wanted[1]), (wanted.clone(), Some(Storage::BF16)));
        let last = Some(Storage::IQ4_NL);
        assert_eq!(next(&Storage::OF_KV_CACHES, Storage::FP16, None, Direction::Down), last);
    }
}
