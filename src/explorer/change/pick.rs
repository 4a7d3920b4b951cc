//! Picking an architecture, and moving through the table and along the frontier.

use rayon::prelude::*;

use crate::explorer::screens::frontier::layout::table_rows;
use crate::explorer::state::State;
use crate::explorer::table::RowWindow;
use crate::explorer::vocabulary::{Direction, Notice, Pick};
use engine::landscape::{Landscape, Position};

/// Picks the candidate nearest to `place`, as the eye measures on the chart.
pub(crate) fn nearest(state: &mut State, place: Position, width_ln: f64, height: f64) {
    let Some(landscape) = state.landscape() else { return };
    let latencies_s = landscape.sweep.latency_s(state.objective);
    let distance = |index: usize| {
        let across = (latencies_s[index] / place.latency_s).ln() / width_ln;
        let down = (landscape.sweep.loss[index] - place.loss) / height;
        across * across + down * down
    };
    // Candidates that coincide on the chart: the better one first.
    let nearest =
        landscape.best_first().iter().map(|&index| index as usize).min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
    if let Some(index) = nearest {
        state.pick = Pick::Chosen(index);
        locate(state);
    }
}

pub(crate) fn row(state: &mut State, row: usize) {
    if let Some(&index) = state.selection.feasible.get(row) {
        state.pick = Pick::Chosen(index as usize);
        locate(state);
    }
}

pub(crate) fn move_rows(state: &mut State, rows: isize) {
    let last = state.selection.feasible.len().saturating_sub(1);
    let here = state.picked_row.unwrap_or(0);
    row(state, here.saturating_add_signed(rows).min(last));
}

pub(crate) fn scroll(state: &mut State, rows: isize) {
    scroll_to(state, state.top.saturating_add_signed(rows));
}

/// Shows `top` as the first row, or as near to that as there are rows.
pub(crate) fn scroll_to(state: &mut State, top: usize) {
    state.top = window(state).scrolled_to(top);
}

/// Whether the picked row is among those shown.
pub(crate) fn is_in_view(state: &State) -> bool {
    state.picked_row.is_some_and(|row| (state.top..state.top + table_rows(state)).contains(&row))
}

pub(crate) fn follow_best(state: &mut State) {
    state.pick = Pick::Best;
    locate(state);
}

/// A new landscape arrives, and the pick stays the same architecture. In a space that is priced as a whole, candidates
/// keep their places whatever is asked. In a search they keep them for one question.
pub(crate) fn carry_over(state: &mut State, to: &Landscape) {
    let Pick::Chosen(index) = state.pick else { return };
    let place = match state.landscape() {
        Some(from) if from.searched.is_some() => to.sweep.index_of(&from.sweep.architecture(index)),
        _ => Some(index).filter(|&index| index < to.sweep.len()),
    };
    state.pick = place.map_or(Pick::Best, Pick::Chosen);
}

/// Compares the pick with another model from now on.
pub(crate) fn compare_with(state: &mut State, place: usize) {
    if place < state.shelf.landmarks.len() {
        state.compared = place;
    }
}

/// The next larger or smaller model, and round again.
pub(crate) fn compare_with_next(state: &mut State, direction: Direction) {
    state.compared = direction.next_place(state.compared, state.shelf.landmarks.len());
}

/// The next faster or slower architecture on the feasible frontier.
pub(crate) fn along_frontier(state: &mut State, direction: Direction) {
    let Some(landscape) = state.landscape() else { return };
    let front = &state.selection.frontier;
    let latencies_s = landscape.sweep.latency_s(state.objective);
    let here = state.picked().map_or(0.0, |index| latencies_s[index]);
    let at = front.partition_point(|&index| latencies_s[index as usize] < here);
    let on_it = front.get(at).is_some_and(|&index| state.picked() == Some(index as usize));
    let next = match direction {
        Direction::Down => at.checked_sub(1),
        Direction::Up if on_it => Some(at + 1),
        // From beyond the last feasible one, either arrow leads back to it.
        Direction::Up => Some(at.min(front.len().saturating_sub(1))),
    };
    if let Some(&index) = next.and_then(|next| front.get(next)) {
        state.pick = Pick::Chosen(index as usize);
        locate(state);
        return;
    }
    let what = match direction {
        Direction::Down => "nothing faster is on the frontier of what is feasible",
        Direction::Up => "nothing slower is on the frontier of what is feasible",
    };
    state.notice = Some(Notice::Done(what.to_owned()));
}

/// So many members on or back along the feasible frontier, or to its end.
pub(crate) fn along_frontier_by(state: &mut State, members: isize) {
    let Some(landscape) = state.landscape() else { return };
    let front = &state.selection.frontier;
    let latencies_s = landscape.sweep.latency_s(state.objective);
    let here = state.picked().map_or(0.0, |index| latencies_s[index]);
    let at = front.partition_point(|&index| latencies_s[index as usize] < here);
    let to = at.saturating_add_signed(members).min(front.len().saturating_sub(1));
    if let Some(&index) = front.get(to) {
        state.pick = Pick::Chosen(index as usize);
        locate(state);
    }
}

/// Picks the member of the frontier whose latency is nearest. It is a feasible member, or beyond all feasible members
/// one that is not.
pub(crate) fn member(state: &mut State, latency_s: f64) {
    let Some(landscape) = state.landscape() else { return };
    let latencies_s = landscape.sweep.latency_s(state.objective);
    let distance = |index: u32| (latencies_s[index as usize] / latency_s).ln().abs();
    let nearest = |front: &[u32]| front.iter().copied().min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
    let slowest = state.selection.frontier.last().copied();
    // Where the last feasible one is the nearest of all, it is meant.
    let beyond = state
        .frontiers
        .all
        .iter()
        .copied()
        .filter(|&index| slowest.is_none_or(|slowest| latencies_s[index as usize] > latencies_s[slowest as usize]));
    let candidates: Vec<u32> = nearest(&state.selection.frontier).into_iter().chain(beyond).collect();
    if let Some(index) = nearest(&candidates) {
        state.pick = Pick::Chosen(index as usize);
        locate(state);
    }
}

/// Finds the picked row again: the pick or the rows changed.
pub(crate) fn locate(state: &mut State) {
    state.picked_row = state.picked().and_then(|picked| {
        let picked = picked as u32;
        // The best stands first unless another column sorts.
        let rows = &state.selection.feasible;
        if rows.first() == Some(&picked) { Some(0) } else { rows.par_iter().position_first(|&row| row == picked) }
    });
    keep_in_view(state);
}

/// Scrolls so that the picked row is shown, if it has one.
pub(crate) fn keep_in_view(state: &mut State) {
    state.top = window(state).holding(state.picked_row);
}

fn window(state: &State) -> RowWindow {
    RowWindow { top: state.top, shown: table_rows(state), all: state.selection.feasible.len() }
}
