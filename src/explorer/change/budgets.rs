//! Budget sliders: set, step, switch, presets.

use crate::explorer::slider;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Direction, Notice, Stride, Switch};
use engine::budget::Limit;

/// An application of the paper's Table 2 with its time budget.
pub(crate) struct Preset {
    /// What it is for.
    pub(crate) name: &'static str,
    /// What it limits.
    pub(crate) limit: Limit,
    /// To so many seconds.
    pub(crate) seconds: f64,
}

/// Table 2. The paper's "20 ms decode" is read as time per token: a robot acts on each token.
pub(crate) const PRESETS: [Preset; 4] = [
    Preset { name: "embodied AI", limit: Limit::Tpot, seconds: 0.020 },
    Preset { name: "smart home", limit: Limit::Total, seconds: 0.500 },
    Preset { name: "autonomous driving", limit: Limit::Total, seconds: 0.100 },
    Preset { name: "private serving", limit: Limit::Total, seconds: 2.0 },
];

/// Sets a budget, and switches it on.
pub(crate) fn set(state: &mut State, limit: Limit, value: f64) {
    if refused(state, limit) {
        return;
    }
    let slider = state.slider_mut(limit);
    slider.value = value;
    slider.switch = Switch::On;
    super::picture::reselect(state);
}

pub(crate) fn step(state: &mut State, limit: Limit, direction: Direction, stride: Stride) {
    let track = state.track(limit, 1);
    let value = state.slider(limit).value;
    // The ends of the track stop a step but never reverse it, because a typed value may lie beyond them.
    let next = match direction {
        Direction::Up => slider::step(value, direction, stride).min(track.high.max(value)),
        Direction::Down => slider::step(value, direction, stride).max(track.low.min(value)),
    };
    set(state, limit, next);
}

pub(crate) fn toggle(state: &mut State, limit: Limit) {
    if refused(state, limit) {
        return;
    }
    let slider = state.slider_mut(limit);
    slider.switch = match slider.switch {
        Switch::On => Switch::Off,
        Switch::Off => Switch::On,
    };
    super::picture::reselect(state);
}

/// A budget that means nothing in the present power mode or for the present workload is not touched, and the reason said.
pub(crate) fn refused(state: &mut State, limit: Limit) -> bool {
    let question = state.question;
    if state.can_limit(question, limit) {
        return false;
    }
    if !limit.is_of(question.workload) {
        let words = format!("no {} to limit: nothing is generated", limit.label());
        state.notice = Some(Notice::Trouble(words));
        return true;
    }
    let profile = &state.board(question).profile;
    let mut words = profile.no_energy(state.power_mode(question)).headline().to_owned();
    let others = profile.modes_with_watts();
    if !others.is_empty() {
        words = format!("{words}; m: {}", others.join(", "));
    }
    state.notice = Some(Notice::Trouble(words));
    true
}

pub(crate) fn lift(state: &mut State) {
    for slider in &mut state.sliders {
        slider.switch = Switch::Off;
    }
    super::picture::reselect(state);
}

/// Applies the time budget of an application. The other time budgets are switched off. Energy and memory stay, because
/// they are no time budgets.
pub(crate) fn preset(state: &mut State, which: usize) {
    let Some(preset) = PRESETS.get(which) else { return };
    if refused(state, preset.limit) {
        return;
    }
    for slider in &mut state.sliders {
        if slider.limit == preset.limit {
            slider.value = preset.seconds;
            slider.switch = Switch::On;
        } else if !matches!(slider.limit, Limit::Energy | Limit::Memory) {
            slider.switch = Switch::Off;
        }
    }
    super::picture::reselect(state);
    let limit = preset.limit;
    state.notice = Some(Notice::Done(format!(
        "{}: {} within {} (Table 2)",
        preset.name,
        limit.label(),
        limit.text(preset.seconds)
    )));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explorer::keys::bindings;
    use crate::explorer::screen::Screen;
    use engine::units::parse_seconds;

    #[test]
    fn the_help_says_what_the_presets_do() {
        for (which, preset) in PRESETS.iter().enumerate() {
            let key = format!("F{}", which + 1);
            let binding = bindings(Screen::Frontier).find(|binding| binding.keys.starts_with(&key)).unwrap();
            let (_, promise) = binding.does.split_once(": ").unwrap();
            let (label, time) = promise.split_once(' ').unwrap();
            assert_eq!((label, parse_seconds(time).unwrap()), (preset.limit.label(), preset.seconds));
        }
    }
}
