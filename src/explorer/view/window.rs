//! Windows over the screen: a line to type, a question to answer.

use ratatui::layout::Rect;

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::draw::window;
use crate::explorer::message::Action;
use crate::explorer::message::WindowAction;
use crate::explorer::state::{Mode, State};
use crate::explorer::vocabulary::{Control, Prompt, Scope};
use engine::budget::Limit;
use engine::text::{ending, fit};
use engine::units;
use engine::what_if::Resource;

/// Draws the window of a mode that has one.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, mode: &Mode, screen: Rect) {
    match mode {
        Mode::Typing(control, prompt) => {
            let (title, hint) = ask_for(state, *control);
            line(canvas, screen, (&title, hint), prompt);
        }
        Mode::Exporting(scope, prompt) => {
            let title = match scope {
                Scope::Picked => "Export the picked architecture to".to_owned(),
                Scope::Feasible => {
                    format!("Export {} feasible architectures to", units::count(state.selection.feasible.len()))
                }
            };
            line(canvas, screen, (&title, "enter writes the JSON file, ctrl u clears, esc leaves"), prompt);
        }
        Mode::Overwriting(request) => {
            let inner = window(canvas, screen, (64, 5), "Replace it?");
            let room = usize::from(inner.width).saturating_sub(2);
            let words = fit(&format!("{} exists already.", request.path.display()), room);
            canvas.buffer.set_string(inner.x + 1, inner.y, &words, canvas.style(Role::Text));
            let y = inner.y + 2;
            canvas.button((inner.x + 1, y), "y replace it", Role::Over, Action::Window(WindowAction::Submit));
            canvas.button((inner.x + 17, y), "n leave it", Role::Text, Action::Window(WindowAction::Cancel));
        }
        Mode::Explore | Mode::Help | Mode::Sources(_) | Mode::Comparison(_) | Mode::Boards(_) => {}
    }
}

fn ask_for(state: &State, control: Control) -> (String, &'static str) {
    match control {
        Control::Budget(limit) => {
            let hint = match limit {
                Limit::Energy => "such as 2J or 500mJ per request; a bare number is in J",
                Limit::Memory => "such as 8GB or 512MiB; a bare number is in GB",
                _ => "such as 100ms or 2s; a bare number is in ms",
            };
            (format!("Budget: {} at most", limit.label()), hint)
        }
        Control::Format => {
            let title = format!("Loss penalty of {}, nats per token", state.precision(state.question).name);
            (title, "what it costs in quality, such as 0.03; 0 if not known")
        }
        Control::Scale(Resource::Bandwidth) => {
            ("What if: bandwidth".into(), "a factor such as 2x, or a bandwidth such as 273GB/s")
        }
        Control::Scale(Resource::Compute) => {
            ("What if: compute".into(), "a factor such as 2x, or a rate such as 100TFLOP/s")
        }
        Control::Scale(Resource::Memory) => {
            ("What if: memory".into(), "such as 16GB; a bare number is in GB, 1x the board's")
        }
        Control::Prompt => ("Prompt tokens".into(), "a whole number"),
        Control::Generate => ("Generated tokens".into(), "a whole number"),
        Control::Cached => ("Tokens in the cache before the prompt".into(), "a whole number"),
        Control::Chunk => ("Prompt tokens that pass at a time".into(), "a whole number, or whole"),
        Control::Others => {
            ("What else runs on the board".into(), "such as bandwidth=20%,gpu=10%,memory=2GB; empty is nothing")
        }
        _ => ("Batch".into(), "a whole number"),
    }
}

fn line(canvas: &mut Canvas<'_>, screen: Rect, (title, hint): (&str, &str), prompt: &Prompt) {
    let inner = window(canvas, screen, (64, 5), title);
    let room = usize::from(inner.width).saturating_sub(3);
    // The end of a long line is what is being typed.
    let shown = ending(&prompt.text, room);
    canvas.buffer.set_string(inner.x + 1, inner.y, format!("{shown}▏"), canvas.style(Role::Title));
    let (words, role) = match &prompt.error {
        Some(error) => (error.as_str(), Role::Over),
        None => (hint, Role::Label),
    };
    canvas.buffer.set_stringn(inner.x + 1, inner.y + 2, words, room, canvas.style(role));
}
