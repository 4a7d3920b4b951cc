//! The sliders of the frontier, and beside each what its budget does to the optimum.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::numbers;
use crate::explorer::draw::canvas::{Canvas, Focused};
use crate::explorer::draw::render_slider;
use crate::explorer::draw::theme::Role;
use crate::explorer::screens::theory::model::words::{ends, verdict, worth};
use crate::explorer::state::State;
use crate::explorer::vocabulary::Switch;
use engine::budget::Limit;
use engine::text::fit;
use report::theory::failure;
use report::theory::words::need;

/// Columns of the sliders, of which a wide screen has more to spare.
const SLIDER_COLUMNS: [u16; 2] = [38, 52];
/// Columns of a bar at most.
const BAR_COLUMNS: [usize; 2] = [6, 16];
/// Columns of what one step more buys.
const WORDS_COLUMNS: usize = 26;
/// Columns from which both models have their words.
const WIDE_COLUMNS: u16 = 110;

/// Draws the pane.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let answered = state.theory.answered.as_deref();
    let solving = if state.theory.is_current() || answered.is_none() {
        String::new()
    } else {
        format!(" · {}", state.theory.why_none())
    };
    let said = answered.map(|answered| format!(" · {}", verdict(answered))).unwrap_or_default();
    let title = fit(&format!("Budgets{solving}{said}"), usize::from(area.width.saturating_sub(6)));
    let inner = canvas.pane(area, &title, Focused::Yes);
    let wide = usize::from(area.width >= WIDE_COLUMNS);
    for (row, slider) in state.sliders.iter().enumerate() {
        let line = Rect { y: inner.y + row as u16, height: 1, ..inner };
        let focused = Focused::when(slider.limit == state.focus.limit());
        render_slider(canvas, state, (slider, focused), Rect { width: SLIDER_COLUMNS[wide], ..line });
        let x = line.x + SLIDER_COLUMNS[wide] + 1;
        let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
        let spans = if slider.switch == Switch::On && state.can_limit(state.question, slider.limit) {
            worths(canvas, state, slider.limit, wide)
        } else {
            vec![canvas.span("off", Role::Faint)]
        };
        canvas.line(rest, spans);
    }
    let last = Rect { y: inner.y + state.sliders.len() as u16, height: 1, ..inner };
    if let Some(words) = answered.and_then(|answered| ends(answered, usize::from(last.width).saturating_sub(2))) {
        let words = fit(&format!(" {words}"), usize::from(last.width));
        canvas.line(last, vec![canvas.span(words, numbers(state, Role::Label))]);
    }
}

/// `▇▇▇▇▇▇ 1 ms more: −0.26 % ppl   simplified: …`
fn worths(canvas: &Canvas<'_>, state: &State, limit: Limit, wide: usize) -> Vec<Span<'static>> {
    let Some(answered) = state.theory.answered.as_deref() else { return Vec::new() };
    let operators = match &answered.operators {
        Ok(operators) => operators,
        Err(error) => {
            return match need(error, limit) {
                Some(words) => vec![canvas.span(words, numbers(state, Role::Over))],
                None => vec![canvas.span(failure(error), Role::Label)],
            };
        }
    };
    // On by now, and not yet when the question was asked.
    let Some((nats, words)) = worth(operators, limit) else { return Vec::new() };
    let most = Limit::ALL.into_iter().map(|limit| operators.optimum.multiplier(limit)).fold(0.0, f64::max);
    let cells = if most > 0.0 { (nats / most * BAR_COLUMNS[wide] as f64).ceil() as usize } else { 0 };
    let bar = "▇".repeat(cells) + &"▁".repeat(BAR_COLUMNS[wide] - cells.min(BAR_COLUMNS[wide]));
    let (bar_role, role) = if nats > 0.0 { (Role::Over, Role::Text) } else { (Role::Faint, Role::Label) };
    let mut spans = vec![
        canvas.span(bar, numbers(state, bar_role)),
        canvas.span(format!(" {words:<WORDS_COLUMNS$}"), numbers(state, role)),
    ];
    if wide == 1
        && let Some((_, words)) = answered.simplified.as_ref().ok().and_then(|solved| worth(solved, limit))
    {
        let said = words.split_once(": ").map_or(words.as_str(), |(_, said)| said);
        let said = format!("simplified: {}", said.trim_end_matches(" ppl"));
        spans.push(canvas.span(said, numbers(state, Role::Label)));
    }
    spans
}
