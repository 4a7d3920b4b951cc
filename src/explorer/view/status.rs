//! The last three lines: where the numbers come from, how far they may be trusted, what the keys do.

use ratatui::layout::Rect;

use super::theme::Role;
use super::{Canvas, Target, fit};
use crate::engine::law::LossLaw;
use crate::explorer::keymap::{BINDINGS, Binding};
use crate::explorer::layout::Panes;
use crate::explorer::state::{Notice, State};
use crate::units;

/// Draws all three.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, panes: &Panes) {
    source(canvas, state, panes.status);
    match &state.notice {
        Some(notice) => say(canvas, notice, panes.truth),
        None => truth(canvas, state, panes.truth),
    }
    keys(canvas, panes.keys);
}

/// Law with its R², dataset, candidates, space.
fn source(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let words = match (&state.landscape, state.fitting) {
        (_, Some(place)) => format!("fitting the law of {} …", state.shelf.laws[place].label()),
        (Some(landscape), None) => {
            let law = &landscape.law;
            format!("law {} · {} · {} · space {}", law.name, quality(law), provenance(law), state.shelf.space.name)
        }
        (None, None) => "pricing …".to_owned(),
    };
    let synthetic = state.landscape.as_ref().is_some_and(|landscape| landscape.law.synthetic);
    let mut spans = vec![canvas.span(" ", Role::Label)];
    if synthetic && state.fitting.is_none() {
        spans.push(canvas.span("SYNTHETIC RUNS ", Role::Warning));
    }
    let room = usize::from(area.width).saturating_sub(spans.iter().map(ratatui::text::Span::width).sum::<usize>());
    spans.push(canvas.span(fit(&words, room), Role::Label));
    canvas.line(area, spans);
}

fn quality(law: &LossLaw) -> String {
    let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    let runs = law.quality.runs.map_or_else(String::new, |runs| format!(", {} runs", units::count(runs)));
    format!("R² {} fitted, {} held out{runs}", figure(law.quality.r2_train), figure(law.quality.r2_holdout))
}

/// Where the law comes from, and which runs stand behind it.
fn provenance(law: &LossLaw) -> String {
    match &law.dataset {
        Some(dataset) => format!("{} (sha256 {}…)", law.source, dataset.sha256.get(..8).unwrap_or_default()),
        None => format!("{} (its runs are not at hand)", law.source),
    }
}

/// What a reader must know before believing the picture.
fn truth(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let mut cautions = Vec::new();
    if let Some(landscape) = &state.landscape {
        if let Some(beyond) = &landscape.extrapolated {
            let share = 100.0 * beyond.candidates as f64 / landscape.sweep.len() as f64;
            cautions.push(format!(
                "extrapolated up to ×{} in {} ({share:.0} % of candidates)",
                units::ratio(beyond.worst.factor),
                beyond.worst.axis,
            ));
        }
        if landscape.estimator.precision().is_quantised() {
            cautions.push(format!("no quality loss modelled for {}", landscape.estimator.precision().name));
        }
        if !landscape.law.notes.is_empty() && landscape.law.quality.rmse.is_some() {
            cautions.push(landscape.law.notes.join("; "));
        }
    }
    let ideal = state.hardware().efficiency == crate::engine::hardware::Efficiency::IDEAL;
    let latency = if ideal { "ideal roofline, uncalibrated" } else { "roofline with the profile's efficiencies" };
    let mut spans = vec![canvas.span(format!(" {latency}"), Role::Label)];
    if !cautions.is_empty() {
        let room = usize::from(area.width).saturating_sub(latency.len() + 4);
        spans.push(canvas.span(fit(&format!(" · ⚠ {}", cautions.join(" · ")), room), Role::Warning));
    }
    canvas.line(area, spans);
}

fn say(canvas: &mut Canvas<'_>, notice: &Notice, area: Rect) {
    let (glyph, words, role) = match notice {
        Notice::Done(words) => ("✓", words, Role::Good),
        Notice::Trouble(words) => ("✗", words, Role::Over),
    };
    let one_line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = fit(&format!(" {glyph} {one_line}"), usize::from(area.width));
    let spans = vec![canvas.span(text, role)];
    canvas.line(area, spans);
}

/// The bindings that have a hint, each of them a button. On a narrow screen those in the middle give way: export, help
/// and quit, at the end, stay.
fn keys(canvas: &mut Canvas<'_>, area: Rect) {
    const KEPT_AT_END: usize = 3;
    let mut hinted: Vec<&Binding> = BINDINGS.iter().filter(|binding| !binding.hint.is_empty()).collect();
    while hinted.len() > KEPT_AT_END && hinted.iter().map(|b| hint_columns(b) + 2).sum::<u16>() > area.width {
        hinted.remove(hinted.len() - KEPT_AT_END - 1);
    }
    let mut x = area.x + 1;
    for binding in hinted {
        canvas.buffer.set_string(x, area.y, binding.keys, canvas.style(Role::Text));
        let hint_x = x + binding.keys.chars().count() as u16 + 1;
        canvas.buffer.set_string(hint_x, area.y, binding.hint, canvas.style(Role::Label));
        if let Some(action) = binding.action() {
            canvas.hits.push(Rect::new(x, area.y, hint_columns(binding), 1), Target::Press(action));
        }
        x += hint_columns(binding) + 2;
    }
}

fn hint_columns(binding: &Binding) -> u16 {
    (binding.keys.chars().count() + 1 + binding.hint.chars().count()) as u16
}
