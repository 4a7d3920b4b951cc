//! What if: the board with other bandwidth, compute or memory, or another board altogether.

use super::asking::{ask, follow_memory};
use super::{budgets, format};
use crate::explorer::message::Effect;
use crate::explorer::screens::hardware::model::what_if::{BoardRow, MEMORY_BYTES, has, own, ranking};
use crate::explorer::slider;
use crate::explorer::state::{Mode, State};
use crate::explorer::vocabulary::{Direction, Notice, Stride};
use engine::error::Error;
use engine::units;
use engine::what_if::{Factor, Resource, Scaling};

/// How near to the board's own memory a knob lets go into it.
const CATCH: f64 = 0.04;

/// One step of a slider: the board's own value is always a stop on the way.
pub(crate) fn step(state: &mut State, resource: Resource, direction: Direction, stride: Stride) {
    let (here, own) = (has(state, resource), own(state, resource));
    let next = slider::step(here, direction, stride);
    let passes = (here < own && own < next) || (next < own && own < here);
    put(state, resource, if passes { own } else { next });
}

/// Where a knob was dropped. Near the board's own memory it means exactly that memory.
pub(crate) fn imagine_near(state: &mut State, resource: Resource, value: f64) -> Vec<Effect> {
    let value = caught(state, resource, value);
    imagine(state, resource, value)
}

/// Near the board's own memory a knob means just that: no cell of the track is as exact as its figure.
fn caught(state: &State, resource: Resource, value: f64) -> f64 {
    let own = own(state, resource);
    if resource == Resource::Memory && (value / own - 1.0).abs() < CATCH { own } else { value }
}

/// Imagines so much of a resource, as far as the slider reaches, and asks what that makes of the space.
fn imagine(state: &mut State, resource: Resource, value: f64) -> Vec<Effect> {
    let before = state.question;
    put(state, resource, value);
    if state.question == before { Vec::new() } else { ask(state) }
}

fn put(state: &mut State, resource: Resource, value: f64) {
    let before_bytes = state.hardware(state.question).memory_bytes;
    let own_bytes = own(state, Resource::Memory);
    let factor = |value: f64| Factor::new(value.clamp(Factor::LEAST.value(), Factor::MOST.value())).unwrap_or_default();
    let scaling = &mut state.question.scaling;
    match resource {
        Resource::Bandwidth => scaling.bandwidth = factor(value),
        Resource::Compute => scaling.compute = factor(value),
        Resource::Memory => {
            let bytes = value.clamp(MEMORY_BYTES[0], MEMORY_BYTES[1]);
            scaling.memory_bytes = (value != own_bytes).then_some(bytes as u64);
        }
    }
    follow_memory(state, before_bytes);
}

/// The board as it is.
pub(crate) fn imagine_nothing(state: &mut State) -> Vec<Effect> {
    let before_bytes = state.hardware(state.question).memory_bytes;
    if state.question.scaling.is_none() {
        return Vec::new();
    }
    state.question.scaling = Scaling::NONE;
    follow_memory(state, before_bytes);
    ask(state)
}

/// Takes a typed factor or quantity, or says what would be one.
pub(crate) fn imagine_typed(state: &mut State, resource: Resource, typed: &str) -> Result<Vec<Effect>, String> {
    let value = read(state, resource, typed.trim()).map_err(|error| error.headline().to_owned())?;
    let (least, most) = match resource {
        Resource::Bandwidth | Resource::Compute => (Factor::LEAST.value(), Factor::MOST.value()),
        Resource::Memory => (MEMORY_BYTES[0], MEMORY_BYTES[1]),
    };
    if (least..=most).contains(&value) {
        return Ok(imagine(state, resource, value));
    }
    Err(match resource {
        Resource::Memory => {
            let [asked, least, most] = [value, least, most].map(units::bytes);
            format!("{asked} is out of range: {least} to {most} can be imagined")
        }
        _ => format!("×{} is beyond ×0.25 to ×4 of the board's own", units::ratio(value)),
    })
}

/// A factor of bandwidth or compute, or bytes of memory.
fn read(state: &State, resource: Resource, typed: &str) -> Result<f64, Error> {
    let percent = typed.strip_suffix('%').map(str::trim);
    let bare = percent.unwrap_or_else(|| typed.trim_start_matches('×').trim_end_matches(['x', 'X', '×']).trim());
    let is_factor = bare.len() < typed.len();
    let factor = bare.parse::<f64>().ok().map(|number| if percent.is_some() { number / 100.0 } else { number });
    // Nothing at all is a quantity, if no possible one: the range says so.
    let number = typed.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    if number.parse::<f64>() == Ok(0.0) {
        return Ok(0.0);
    }
    let board = state.hardware(state.question.unscaled());
    match (resource, factor) {
        (Resource::Memory, Some(factor)) if is_factor => Ok(factor * board.memory_bytes),
        (Resource::Memory, Some(_)) => units::parse_bytes(&format!("{bare}GB")),
        (Resource::Memory, None) => units::parse_bytes(typed),
        (_, Some(factor)) => Ok(factor),
        (Resource::Bandwidth, None) => Ok(units::parse_bytes_per_s(typed)? / board.bandwidth_bytes_per_s),
        (Resource::Compute, None) => {
            let rate = board.rate_flops_per_s(state.precision(state.question).compute);
            Ok(units::parse_flops_per_s(typed)? / rate.unwrap_or(board.fp16_flops_per_s))
        }
    }
}

/// Opens the window of all boards at the one in use.
pub(crate) fn show_boards(state: &mut State) {
    let (board, mode) = (state.question.board, state.question.mode);
    let rows = ranking(state);
    if rows.is_empty() {
        let words = "there is no pick to rank boards for: nothing is feasible (, . on this screen pick one)";
        state.notice = Some(Notice::Trouble(words.into()));
        return;
    }
    let place = |row: &BoardRow| {
        let profile = &state.shelf.boards[row.board].profile;
        (profile.board_name().to_owned(), row.mode_name.clone())
    };
    let own = (state.board(state.question).profile.board_name(), &state.power_mode(state.question).name);
    let exactly = rows.iter().position(|row| (row.board, row.mode) == (board, mode));
    // A calibration of the board in use may stand in its place.
    let here = exactly.or_else(|| rows.iter().position(|row| (place(row).0.as_str(), &place(row).1) == own));
    state.mode = Mode::Boards(here.unwrap_or(0));
}

/// The row so many rows on.
pub(crate) fn moved(state: &State, row: usize, by: isize) -> usize {
    row.saturating_add_signed(by).min(ranking(state).len().saturating_sub(1))
}

/// Takes the board of a row, as it is, in that row's mode.
pub(crate) fn take_board(state: &mut State, row: usize) -> Vec<Effect> {
    state.mode = Mode::Explore;
    let Some(taken) = ranking(state).into_iter().nth(row) else { return Vec::new() };
    let before_bytes = state.hardware(state.question).memory_bytes;
    state.question.board = taken.board;
    state.question.mode = taken.mode;
    state.question.scaling = Scaling::NONE;
    format::settle(state);
    follow_memory(state, before_bytes);
    if state.notice.is_none() {
        state.notice = Some(Notice::Done(format!("now on {}", taken.title())));
    }
    ask(state)
}

/// Takes back the what-if first, and the budgets next.
pub(crate) fn release(state: &mut State) -> Vec<Effect> {
    if state.question.scaling.is_none() {
        budgets::lift(state);
        return Vec::new();
    }
    let words = format!("no longer {}: the board as it is; x again: all budgets off", state.question.scaling);
    state.notice = Some(Notice::Done(words));
    imagine_nothing(state)
}
