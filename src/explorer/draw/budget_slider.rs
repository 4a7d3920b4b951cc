//! The slider of a budget, as every screen with budgets draws it.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Focused};
use super::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Control, Direction, Focus, Slider, Stride, Switch};
use engine::budget::Limit;
use engine::text::{self, right};

/// Cells before a slider's track: switch, label, comparison, value.
const SLIDER_LABEL: u16 = 22;
/// Cells before what stands in place of a slider that has no value: switch, label.
const NO_SLIDER_LABEL: u16 = 11;

/// `● total   ≤  100 ms  ━━━━━━━●──────`. The caller says which slider has the keys.
pub(crate) fn render_slider(canvas: &mut Canvas<'_>, state: &State, (slider, focused): (&Slider, Focused), line: Rect) {
    let Slider { limit, switch, value } = *slider;
    let control = Control::Budget(limit);
    let focused = matches!(focused, Focused::Yes);
    let can = state.can_limit(state.question, limit);
    let on = switch == Switch::On && can;
    let wheel = [Direction::Up, Direction::Down].map(|direction| Action::Step(control, direction, Stride::Coarse));
    canvas.hits.push_with_wheel(line, Some(Target::Press(Action::Focus(Focus::Control(control)))), wheel);

    let name_role = if focused { Role::Focus } else { Role::Text };
    let value_role = if on { Role::Text } else { Role::Label };
    let marker = if focused { "▸" } else { " " };
    let switch_glyph = if on { "●" } else { "○" };
    let mut spans = vec![
        canvas.span(marker, Role::Focus),
        canvas.span(switch_glyph, if on { Role::Good } else { Role::Label }),
        canvas.span(format!(" {:<8}", limit.label()), name_role),
    ];
    canvas.hits.push(Rect::new(line.x, line.y, 2, 1), Target::Press(Action::ToggleBudget(limit)));
    if !can {
        spans.push(canvas.span(why_not(state, limit, line.width.saturating_sub(NO_SLIDER_LABEL)), Role::Label));
        return canvas.line(line, spans);
    }
    spans.push(canvas.span("≤ ", Role::Label));
    spans.push(canvas.span(right(&limit.text(value), 8), value_role));
    canvas.line(line, spans);

    let track_area = Rect { x: line.x + SLIDER_LABEL, width: line.width.saturating_sub(SLIDER_LABEL + 1), ..line };
    render_track(canvas, state, (limit, value, on), track_area);
}

/// What stands in place of a limit that means nothing here: with the mode's name where that fits.
fn why_not(state: &State, limit: Limit, room: u16) -> String {
    if !limit.is_of(state.question.workload) {
        return "–  nothing is generated".to_owned();
    }
    let in_full = format!("–  no watts stated for {}", state.power_mode(state.question).name);
    if text::width(&in_full) < usize::from(room) { in_full } else { "–  no watts stated".to_owned() }
}

fn render_track(canvas: &mut Canvas<'_>, state: &State, (limit, value, on): (Limit, f64, bool), area: Rect) {
    let track = state.track(limit, area.width);
    let knob = track.cell_of(value);
    let filled = canvas.style(if on { Role::Focus } else { Role::Faint });
    let empty = canvas.style(Role::Faint);
    for cell in 0..area.width {
        let (glyph, style) = match cell.cmp(&knob) {
            std::cmp::Ordering::Less => ("━", filled),
            std::cmp::Ordering::Equal => {
                (if on { "●" } else { "○" }, canvas.style(if on { Role::Pick } else { Role::Label }))
            }
            std::cmp::Ordering::Greater => ("─", empty),
        };
        canvas.buffer.set_string(area.x + cell, area.y, glyph, style);
    }
    canvas.hits.push(area, Target::Slider(limit, track));
}
