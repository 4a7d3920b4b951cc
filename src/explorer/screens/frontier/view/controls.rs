//! Budget sliders and the workload's controls.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::{Canvas, Focused};
use crate::explorer::draw::render_slider;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Control, Direction, Focus, Stride};
use engine::text::{self, fit};
use engine::units;

/// Rows of steppers.
const WORKLOAD_ROWS: u16 = 7;

/// Draws the sliders, a rule where there is room, and the steppers.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let has_keys = matches!(state.focus, Focus::Control(_));
    let inner = canvas.pane(area, "Budgets", Focused::when(has_keys));
    for (row, slider) in state.sliders.iter().enumerate() {
        let line = Rect { y: inner.y + row as u16, height: 1, ..inner };
        let focused = Focused::when(state.focus == Focus::Control(Control::Budget(slider.limit)));
        render_slider(canvas, state, (slider, focused), line);
    }
    let budgets = state.sliders.len() as u16;
    let has_rule = inner.height > budgets + WORKLOAD_ROWS;
    if has_rule {
        rule(canvas, area, inner.y + budgets, has_keys);
    }
    let workload_y = inner.y + budgets + u16::from(has_rule);
    // `q4_k_m` needs one cell more than half of the smallest pane has, and `iq3_xxs` another.
    let half = inner.width / 2 + 1;
    let cell = |row: u16, column: u16, width: u16| Rect::new(inner.x + column, workload_y + row, width, 1);
    let (workload, precision) = (state.question.workload, state.precision(state.question));
    let of_format = half + u16::from(precision.name.len() > "q4_k_m".len());
    let count = |value: u32| units::count(value as usize);
    let steppers = [
        (Control::Prompt, "prompt", count(workload.prompt_tokens), cell(0, 0, half)),
        (Control::Generate, "generate", count(workload.generated_tokens), cell(0, half, inner.width - half)),
        (Control::Cached, "cached", count(workload.cached_tokens), cell(1, 0, half)),
        (Control::Batch, "batch", count(workload.batch), cell(1, half, inner.width - half)),
        (Control::Chunk, "chunk", chunk(state), cell(2, 0, half)),
        (Control::Aim, "aim", state.objective.name().to_owned(), cell(2, half, inner.width - half)),
        (Control::Format, "format", precision.name.to_owned(), cell(3, 0, of_format)),
        (Control::Head, "head", precision.head.name.to_owned(), cell(3, of_format, inner.width - of_format)),
        (Control::KvCache, "KV", precision.kv_cache.name.to_owned(), cell(4, 0, half)),
        (Control::Mode, "mode", state.power_mode(state.question).name.clone(), cell(4, half, inner.width - half)),
        (Control::Board, "board", board(state), cell(5, 0, inner.width)),
        (Control::Law, "law", state.law_entry().label.clone(), cell(6, 0, half)),
        (Control::Others, "others", others(state), cell(6, half, inner.width - half)),
    ];
    for (control, label, value, place) in steppers {
        render_stepper(canvas, state, (control, label, &value), place);
    }
}

/// `AGX Orin 64GB · ×2 bw`: which, and how it is imagined otherwise.
fn board(state: &State) -> String {
    let (title, scaling) = (state.board(state.question).title(), state.question.scaling);
    if scaling.is_none() { title.to_owned() } else { format!("{title} · {}", scaling.in_short()) }
}

/// Most tokens of the prompt that pass at a time: chosen, or the engine's.
fn chunk(state: &State) -> String {
    let tokens = state.estimator(state.question).ok().and_then(|estimator| estimator.prefill_chunk_tokens());
    tokens.map_or_else(|| "whole".to_owned(), |tokens| units::count(tokens as usize))
}

/// What others take: `none`, `20 %` where bandwidth and GPU alone are meant, `some` where there is too much to say here.
fn others(state: &State) -> String {
    let others = state.question.others;
    if others.is_none() { "none".to_owned() } else { others.in_short() }
}

/// `├ Workload ───┤`, joined to the pane's border.
fn rule(canvas: &mut Canvas<'_>, area: Rect, y: u16, has_keys: bool) {
    let style = canvas.style(if has_keys { Role::Focus } else { Role::Faint });
    let line = format!("├{}┤", "─".repeat(usize::from(area.width.saturating_sub(2))));
    canvas.buffer.set_string(area.x, y, line, style);
    canvas.buffer.set_string(area.x + 1, y, " Workload and platform ", canvas.style(Role::Label));
}

/// `prompt ◂ 1,024 ▸`
fn render_stepper(canvas: &mut Canvas<'_>, state: &State, (control, label, value): (Control, &str, &str), area: Rect) {
    let focused = state.focus == Focus::Control(control);
    let step = |direction| Action::Step(control, direction, Stride::Coarse);
    canvas.hits.push_with_wheel(
        area,
        Some(Target::Press(Action::Focus(Focus::Control(control)))),
        [step(Direction::Up), step(Direction::Down)],
    );
    let marker = if focused { "▸" } else { " " };
    canvas.buffer.set_string(area.x, area.y, marker, canvas.style(Role::Focus));
    let (x, end) = (area.x + 1, area.right());
    canvas.buffer.set_string(x, area.y, label, canvas.style(if focused { Role::Focus } else { Role::Label }));
    let arrow_x = x + label.len() as u16 + 1;
    canvas.button((arrow_x, area.y), "◂", Role::Label, step(Direction::Down));
    let room = usize::from(end.saturating_sub(arrow_x + 3));
    let value = fit(value, room);
    canvas.buffer.set_string(arrow_x + 1, area.y, &value, canvas.style(Role::Text));
    let after = arrow_x + 1 + text::width(&value) as u16;
    canvas.button((after, area.y), "▸", Role::Label, step(Direction::Up));
}
