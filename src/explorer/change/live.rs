//! The file of the runs of a law changed. Whatever it holds now, the picture stays until there is a better one.

use super::{asking, question};
use crate::explorer::live::places;
use crate::explorer::message::Effect;
use crate::explorer::state::State;
use crate::explorer::vocabulary::Notice;
use engine::error::Error;
use engine::runs::Run;
use files::live::{LastLine, Reread};

/// A file was read again.
pub(crate) fn reread(state: &mut State, place: usize, outcome: Result<Reread, Error>) -> Vec<Effect> {
    let asked_for = state.question.law == place;
    let entry = &mut state.shelf.laws[place];
    let (Some(live), Some(dataset)) = (&mut entry.live, &entry.dataset) else { return Vec::new() };
    let Reread { dataset: now, last_line } = match outcome {
        Ok(reread) => reread,
        Err(error) => {
            live.trouble = Some(error);
            live.last_line = LastLine::Complete;
            if asked_for {
                question::say_what_stands(state);
            }
            return Vec::new();
        }
    };
    live.last_line = last_line;
    let recovered = live.trouble.take().is_some();
    if now.sha256 == dataset.sha256 {
        if recovered && asked_for {
            state.notice = Some(Notice::Done(format!("{} is as it was before", now.name)));
        }
        return Vec::new();
    }
    let mut excluded: Vec<Run> = entry.excluded.iter().map(|&run| dataset.runs[run].clone()).collect();
    excluded.append(&mut live.absent);
    (entry.excluded, live.absent) = places(excluded, &now.runs);
    let looked_at = state.fit.selected.filter(|_| asked_for).and_then(|run| dataset.runs.get(run)).cloned();
    if let Some(run) = looked_at {
        state.fit.selected = places(vec![run], &now.runs).0.first().copied();
    }
    let changes = differences(&dataset.runs, &now.runs);
    entry.dataset = Some(now);
    entry.call_for_refit(changes);
    if asked_for { asking::ask(state) } else { Vec::new() }
}

/// How many runs stand in one of two lists and not in the other, counted from the first difference: what grows is
/// appended to.
fn differences(before: &[Run], now: &[Run]) -> usize {
    let same = before.iter().zip(now).take_while(|(before, now)| before == now).count();
    before.len() + now.len() - 2 * same
}

/// A file is not watched, or not reliably.
pub(crate) fn unwatched(state: &mut State, place: usize, reason: Error) {
    state.notice = Some(Notice::Trouble(reason.to_string()));
    if let Some(live) = &mut state.shelf.laws[place].live {
        live.unwatched = Some(reason);
    }
}
