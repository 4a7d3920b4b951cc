//! The first line: whose numbers these are. It names what the picture answers, not what has just been asked.

use ratatui::layout::Rect;

use super::theme::Role;
use super::{Canvas, fit};
use crate::explorer::message::Action;
use crate::explorer::state::State;
use crate::units;

/// Draws program, board, mode, format and workload.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let shown = state.shown();
    let workload = shown.workload;
    let setting = format!(
        "{} · {} · {} · {} → {} tokens · batch {}",
        state.board(shown).title(),
        state.power_mode(shown).name,
        state.precision(shown).name,
        units::count(workload.prompt_tokens as usize),
        units::count(workload.generated_tokens as usize),
        workload.batch,
    );
    let help = "? help ";
    let room = usize::from(area.width).saturating_sub(12 + help.len() + 2);
    let name = canvas.span(" roofscape  ", Role::Focus);
    let setting = canvas.span(fit(&setting, room), Role::Text);
    canvas.line(area, vec![name, setting]);
    let x = area.right().saturating_sub(help.len() as u16);
    canvas.button((x, area.y), help, Role::Label, Action::Help);
}
