//! What another board would make of the pick and of the frontier: the values of the sliders, what 10 % more is worth,
//! all boards by watts.

use crate::explorer::shelf::Board;
use crate::explorer::slider::Track;
use crate::explorer::state::State;
use engine::budget::{Budgets, Limit};
use engine::hardware::Hardware;
use engine::landscape::Landscape;
use engine::precision::ComputeFormat;
use engine::units::{self, significant};
use engine::what_if::{
    Contender, Factor, Placed, Resource, Sensitivity, Shortfall, Standing, best_with_more, contenders, rank,
    sensitivity, with_more,
};

/// Least and most memory that can be imagined.
pub const MEMORY_BYTES: [f64; 2] = [1e9, 512e9];

/// What a resource's slider stands at: a factor, or bytes of memory.
pub fn has(state: &State, resource: Resource) -> f64 {
    let scaling = state.question.scaling;
    match resource {
        Resource::Bandwidth => scaling.bandwidth.value(),
        Resource::Compute => scaling.compute.value(),
        Resource::Memory => state.hardware(state.question).memory_bytes,
    }
}

/// What it would stand at for the board as it is.
pub fn own(state: &State, resource: Resource) -> f64 {
    match resource {
        Resource::Bandwidth | Resource::Compute => Factor::ONE.value(),
        Resource::Memory => state.hardware(state.question.unscaled()).memory_bytes,
    }
}

/// The slider's track. Factors reach as far down as up, so that the board as it is lies in the middle.
pub const fn track(resource: Resource, cells: u16) -> Track {
    let [low, high] = match resource {
        Resource::Bandwidth | Resource::Compute => [0.25, 4.0],
        Resource::Memory => MEMORY_BYTES,
    };
    Track { low, high, cells }
}

/// What that is in the resource's own unit: `410 GB/s`, `42.5 TFLOP/s`, `16.0 GB`.
pub fn quantity(state: &State, resource: Resource) -> String {
    let hardware = state.hardware(state.question);
    match resource {
        Resource::Bandwidth => units::rate(hardware.bandwidth_bytes_per_s, "B"),
        Resource::Memory => units::bytes(hardware.memory_bytes),
        Resource::Compute => {
            let format = state.precision(state.question).compute;
            let unit = if format == ComputeFormat::Int8 { "OP" } else { "FLOP" };
            units::rate(hardware.rate_flops_per_s(format).unwrap_or(hardware.fp16_flops_per_s), unit)
        }
    }
}

/// What 10 % more of a resource is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worth {
    /// Of which.
    pub resource: Resource,
    /// To the pick's times.
    pub times: Sensitivity,
    /// To the best perplexity within the budgets, new over old; none where nothing is feasible.
    pub perplexity: Option<f64>,
}

/// What 10 % more bandwidth is worth, and 10 % more compute; nothing without a pick.
pub fn worths(state: &State) -> Vec<Worth> {
    let (Some(answer), Some(picked)) = (&state.answer, state.picked()) else { return Vec::new() };
    let (landscape, hardware) = (&answer.landscape, state.hardware(answer.question));
    let shape = landscape.sweep.architecture(picked);
    let budgets = state.budgets();
    let best = best_loss(landscape, &budgets);
    let worth = |resource: Resource| {
        let faster = landscape.estimator.on(&with_more(&hardware, resource)).ok()?;
        let with_more = best_with_more(landscape, &budgets, &faster).map(|index| landscape.sweep.loss[index]);
        Some(Worth {
            resource,
            times: sensitivity(&hardware, &landscape.estimator, &shape, resource).ok()?,
            perplexity: best.zip(with_more).map(|(before, after)| (after - before).exp()),
        })
    };
    Resource::SPEEDS.into_iter().filter_map(worth).collect()
}

fn best_loss(landscape: &Landscape, budgets: &Budgets) -> Option<f64> {
    landscape.best_within(budgets).map(|best| landscape.sweep.loss[best])
}

/// The best within the budgets on the board as it is and on the imagined one, as `24.6 → 23.9 (−2.8 %)`; on the board as
/// it is, there is one.
pub fn best_in_words(state: &State) -> String {
    let Some(answer) = &state.answer else { return String::new() };
    let budgets = state.budgets();
    let text = |loss: Option<f64>| loss.map_or_else(|| "none".to_owned(), |loss| significant(loss.exp(), 3));
    let now = best_loss(&answer.landscape, &budgets);
    let Some(before) = &answer.before else { return text(now) };
    // A memory budget that follows the board was another on the other board.
    let followed = budgets.get(Limit::Memory) == Some(state.hardware(answer.question).memory_bytes);
    let mut budgets_before = budgets;
    if followed {
        budgets_before.set(Limit::Memory, Some(state.hardware(answer.question.unscaled()).memory_bytes));
    }
    let was = best_loss(before, &budgets_before);
    let change = was.zip(now).map(|(was, now)| format!(" ({})", units::percent_change((now - was).exp())));
    format!("{} → {}{}", text(was), text(now), change.unwrap_or_default())
}

/// A board in one of its modes, in its place by watts.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardRow {
    /// Its place on the shelf.
    pub board: usize,
    /// The place of the mode.
    pub mode: usize,
    /// The board as people say it.
    pub board_title: String,
    /// The mode's name.
    pub mode_name: String,
    /// Whether measurements say how far it stays below its peaks.
    pub calibrated: bool,
    /// How it does.
    pub placed: Placed,
}

impl BoardRow {
    /// Both in words.
    pub fn title(&self) -> String {
        format!("{} · {}", self.board_title, self.mode_name)
    }

    /// On which roofline its times rest.
    pub const fn roofline(&self) -> &'static str {
        if self.calibrated { "calibrated" } else { "ideal" }
    }

    /// `15 W`, or a dash.
    pub fn watts(&self) -> String {
        self.placed.watts.map_or_else(|| "–".to_owned(), |watts| format!("{} W", units::ratio(watts)))
    }

    /// Whether it will do, or why not.
    pub fn verdict(&self) -> String {
        match &self.placed.standing {
            Standing::Meets(_) if self.placed.watts.is_none() => "✓ watts unknown".to_owned(),
            Standing::Meets(_) => "✓".to_owned(),
            Standing::Fails(_, shortfalls) => {
                format!("✗ {}", shortfalls.iter().map(Shortfall::to_string).collect::<Vec<_>>().join(", "))
            }
            Standing::CannotCompute(refusal) => format!("✗ no {} rate", refusal.lacking.name()),
        }
    }

    /// The quantity that a budget limits, where it can be computed.
    pub fn value(&self, limit: Limit) -> Option<f64> {
        self.placed.standing.needs().map(|needs| needs.value(limit)).filter(|value| value.is_finite())
    }
}

/// The budgets that count on every board: one that is this board's memory says nothing about another's.
pub fn budgets_anywhere(state: &State) -> Budgets {
    let mut budgets = state.budgets();
    if budgets.get(Limit::Memory) == Some(state.hardware(state.question).memory_bytes) {
        budgets.set(Limit::Memory, None);
    }
    budgets
}

/// All boards in all modes, as they are and as well as they are known, ranked for the pick.
pub fn ranking(state: &State) -> Vec<BoardRow> {
    let (Some(answer), Some(picked)) = (&state.answer, state.picked()) else { return Vec::new() };
    let shape = answer.landscape.sweep.architecture(picked);
    let budgets = budgets_anywhere(state);
    let boards = &state.shelf.boards;
    let precision = answer.landscape.estimator.precision();
    let everywhere: Vec<(usize, usize)> =
        (0..boards.len()).flat_map(|board| (0..boards[board].modes.len()).map(move |mode| (board, mode))).collect();
    let contender = |&(board, mode): &(usize, usize)| {
        let Board { profile, modes, .. } = &boards[board];
        profile.contender(&profile.modes[mode], &modes[mode], precision)
    };
    let all: Vec<Contender<'_>> = everywhere.iter().map(contender).collect();
    let places: Vec<(usize, usize)> = contenders(&all, precision).into_iter().map(|place| everywhere[place]).collect();
    let offers: Vec<Hardware> = places.iter().map(|&(board, mode)| boards[board].modes[mode].clone()).collect();
    let row = |placed: Placed| {
        let (board, mode) = places[placed.offer];
        BoardRow {
            board,
            mode,
            board_title: boards[board].title().to_owned(),
            mode_name: boards[board].profile.modes[mode].name.clone(),
            calibrated: !offers[placed.offer].efficiency_in(precision).1.is_ideal(),
            placed,
        }
    };
    rank(&offers, &answer.landscape.estimator, &shape, &budgets).into_iter().map(row).collect()
}
