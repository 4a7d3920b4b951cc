//! The first line: which screen this is, and what the numbers are of. It names the question that the picture answers,
//! not the one that has just been asked.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::screen::Screen;
use crate::explorer::screens::parts;
use crate::explorer::state::State;
use engine::text::{self, fit, fit_before};
use engine::units;

/// Columns from which the program says its name.
const NAMED_COLUMNS: u16 = 132;
/// Columns from which every tab has its whole title. Below that, board, mode and format need the room.
const WHOLE_TITLES_COLUMNS: u16 = 112;

/// Draws program, tabs, board, mode, format and workload. What is left out depends on the width of the terminal alone,
/// so that nothing jumps while one steps through boards and formats.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let name = if area.width >= NAMED_COLUMNS { " roofscape " } else { "" };
    canvas.buffer.set_string(area.x, area.y, name, canvas.style(Role::Focus));
    let x = tabs(canvas, state.screen, Rect { x: area.x + name.len() as u16, ..area }) + 1;
    let help = "? help ";
    let help_x = area.right().saturating_sub(help.len() as u16);
    let room = usize::from(help_x.saturating_sub(x + 2));
    canvas.buffer.set_string(x, area.y, setting(state, room), canvas.style(Role::Text));
    canvas.button((help_x, area.y), help, Role::Label, Action::Help);
}

/// `AGX Orin 64GB · MAXN · what if bandwidth ×2 · fp16 · 1,024 → 16 tokens · batch 1`. Where there is less room, the
/// workload is left out first, and the name of the board is shortened next. Mode, format and what-if stay, because they
/// decide what the numbers are.
fn setting(state: &State, room: usize) -> String {
    let shown = state.shown();
    let (board, mode) = (state.board(shown).title(), &state.power_mode(shown).name);
    let precision = state.precision(shown).in_short();
    let [imagined, in_short] = if shown.scaling.is_none() {
        [String::new(), String::new()]
    } else {
        [format!(" · what if {}", shown.scaling), format!(" · {}", shown.scaling.in_short())]
    };
    let shared = if shown.others.is_none() { String::new() } else { format!(" · others {}", shown.others.in_short()) };
    let [imagined, in_short] = [imagined + &shared, in_short + &shared];
    let cached = match shown.workload.cached_tokens {
        0 => String::new(),
        cached => format!("{} + ", units::count(cached as usize)),
    };
    let workload = format!(
        " · {}{} → {} tokens · batch {}",
        cached,
        units::count(shown.workload.prompt_tokens as usize),
        units::count(shown.workload.generated_tokens as usize),
        shown.workload.batch,
    );
    let in_full = format!("{board} · {mode}{imagined} · {precision}");
    if text::width(&in_full) <= room {
        return fit(&format!("{in_full}{workload}"), room);
    }
    fit(&fit_before(board, &format!(" · {mode}{in_short} · {precision}"), room), room)
}

/// `▸Frontier  Fit`, each of them a button; returns the column behind them.
fn tabs(canvas: &mut Canvas<'_>, shown: Screen, area: Rect) -> u16 {
    let mut x = area.x;
    for screen in Screen::ALL {
        let (marker, role) = if screen == shown { ("▸", Role::Title) } else { (" ", Role::Label) };
        let is_whole = screen == shown || canvas.buffer.area.width >= WHOLE_TITLES_COLUMNS;
        let title = if is_whole { parts(screen).title } else { parts(screen).short_title };
        canvas.buffer.set_string(x, area.y, marker, canvas.style(Role::Focus));
        canvas.button((x + 1, area.y), title, role, Action::Show(screen));
        x += title.len() as u16 + 2;
    }
    x
}
