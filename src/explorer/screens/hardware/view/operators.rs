//! Every operator with what it does in each phase: intensity, rate, time, share and roof. With two architectures, the
//! times and shares of both.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::{focused, marks};
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::table;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::screens::hardware::action::HardwareAction;
use crate::explorer::screens::hardware::model::HardwareFocus;
use crate::explorer::screens::hardware::model::operators::{Subject, letter, names};
use crate::explorer::state::State;
use crate::explorer::table::RowWindow;
use engine::roofline::{Bound, OperatorPoint, Phase};
use engine::text::{self, right};
use engine::units;

/// Cells of letters and name.
const NAME: usize = 13;
/// Cells of a phase beside its bar: intensity, rate, time, share, roof, and what stands between them.
const FIGURES: usize = 7 + 7 + 8 + 6 + 2 + 1;
/// The same where two architectures share a phase: time and share of each.
const FIGURES_OF_TWO: usize = 2 * (8 + 6) + 1;

/// Draws heading and rows.
pub(super) fn render(
    canvas: &mut Canvas<'_>,
    state: &State,
    (picked, beside): (Option<&Subject>, Option<&Subject>),
    area: Rect,
) {
    let inner = canvas.pane(
        area,
        "Operators · prefill left, decode right · longest first",
        focused(state, HardwareFocus::Operators),
    );
    let wheel = [-3, 3].map(|rows| Action::Hardware(HardwareAction::Scroll(rows)));
    let focus = Action::Hardware(HardwareAction::Focus(HardwareFocus::Operators));
    canvas.hits.push_with_wheel(area, Some(Target::Press(focus)), wheel);
    let Some(picked) = picked else {
        return canvas.centred(inner, "nothing is feasible, so nothing is picked", Role::Label);
    };
    let subjects: Vec<&Subject> = [Some(picked), beside].into_iter().flatten().collect();
    let names = names(&state.hardware_view, &subjects);
    let columns = Columns { state, subjects, phase: (usize::from(inner.width).saturating_sub(NAME)) / 2 };
    let heading = columns.heading(canvas);
    canvas.line(inner, heading);
    let body = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let top = state.hardware_view.top;
    let window = RowWindow { top, shown: usize::from(body.height), all: names.len() };
    table::position_hint(canvas, area, window);
    for (y, name) in (body.top()..body.bottom()).zip(names.into_iter().skip(top)) {
        let line = Rect { y, height: 1, ..body };
        let row = columns.row(canvas, name);
        canvas.line(line, row);
        canvas.hits.push_with_wheel(
            line,
            Some(Target::Press(Action::Hardware(HardwareAction::SelectOperator(name)))),
            wheel,
        );
    }
}

struct Columns<'a> {
    state: &'a State,
    /// The pick, and what stands beside it.
    subjects: Vec<&'a Subject>,
    /// Cells of one phase.
    phase: usize,
}

impl Columns<'_> {
    /// Cells of a bar.
    fn bar(&self) -> usize {
        let (figures, bars) = if self.subjects.len() == 1 { (FIGURES, 1) } else { (FIGURES_OF_TWO, 2) };
        self.phase.saturating_sub(figures) / bars
    }

    fn heading(&self, canvas: &Canvas<'_>) -> Vec<Span<'static>> {
        let share = right("share", self.bar() + 6);
        let words = if self.subjects.len() == 1 {
            format!("{:>7}{:>7}{:>8}{share}", "FLOP/B", "FLOP/s", "ms")
        } else {
            format!("{:>8}{share}{:>8}{share}", "A ms", "B ms")
        };
        let words = format!("{words:<width$}", width = self.phase);
        let mut spans = vec![canvas.span(format!("{:NAME$}", "    operator"), Role::Label)];
        let role = |phase| marks::role(&self.state.hardware_view, phase);
        spans.extend([Phase::Prefill, Phase::Decode].map(|phase| canvas.span(words.clone(), role(phase))));
        spans
    }

    fn row(&self, canvas: &Canvas<'_>, name: &'static str) -> Vec<Span<'static>> {
        let view = &self.state.hardware_view;
        let selected = view.selected == Some(name);
        let text = if selected { canvas.theme.picked_row() } else { canvas.style(Role::Text) };
        let marker = if selected { "◆" } else { " " };
        let letters = [Phase::Prefill, Phase::Decode].map(|phase| (letter(name, phase), marks::role(view, phase)));
        let mut spans = vec![Span::styled(marker, text)];
        spans.extend(letters.map(|(letter, role)| canvas.span(letter.to_string(), role)));
        spans.push(Span::styled(format!(" {name:width$}", width = NAME - 4), text));
        for phase in [Phase::Prefill, Phase::Decode] {
            let quiet = !view.emphasis.includes(phase) && !selected;
            let style = if quiet { canvas.style(Role::Label) } else { text };
            let before: usize = spans.iter().map(Span::width).sum();
            for subject in &self.subjects {
                spans.extend(self.figures(canvas, subject.point(name, phase), (phase, style)));
            }
            let used = spans.iter().map(Span::width).sum::<usize>() - before;
            spans.push(Span::raw(" ".repeat(self.phase.saturating_sub(used))));
        }
        spans
    }

    /// What one architecture's operator does in one phase.
    fn figures(
        &self,
        canvas: &Canvas<'_>,
        point: Option<&OperatorPoint>,
        (phase, style): (Phase, Style),
    ) -> Vec<Span<'static>> {
        let bar = self.bar();
        let Some(point) = point else {
            let width = if self.subjects.len() == 1 { FIGURES - 1 + bar } else { 8 + bar + 6 };
            return vec![canvas.span(format!("{:>8}{}", "–", " ".repeat(width - 8)), Role::Label)];
        };
        let mut spans = Vec::new();
        if self.subjects.len() == 1 {
            spans.push(Span::styled(right(&intensity(point), 7), style));
            spans.push(Span::styled(right(&attained(point), 7), style));
        }
        spans.push(Span::styled(right(&milliseconds(point.cost.seconds), 8), style));
        let (filled, empty) = bar_of(point.share, bar.saturating_sub(1));
        spans.push(canvas.span(format!(" {filled}"), marks::role(&self.state.hardware_view, phase)));
        spans.push(canvas.span(empty, Role::Faint));
        spans.push(Span::styled(right(&units::percent(point.share), 6), style));
        if self.subjects.len() == 1 {
            let (letter, role) = limit(point);
            spans.push(canvas.span(letter, role));
        }
        spans
    }
}

/// A bar in eighths of a cell, and what is left of its cells.
fn bar_of(share: f64, cells: usize) -> (String, String) {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = ((share * cells as f64 * 8.0).round() as usize).min(cells * 8);
    let filled = "█".repeat(eighths / 8) + EIGHTHS[eighths % 8];
    let empty = "▁".repeat(cells - text::width(&filled));
    (filled, empty)
}

/// What only moves data has none.
fn intensity(point: &OperatorPoint) -> String {
    match point.cost.intensity_flop_per_byte {
        0.0 => "–".to_owned(),
        intensity => units::significant(intensity, 3),
    }
}

/// `22.3T`, under a heading that carries the unit.
fn attained(point: &OperatorPoint) -> String {
    let (number, prefix) = units::with_prefix(point.cost.attained_flops_per_s);
    if number > 0.0 { format!("{}{prefix}", units::significant(number, 3)) } else { "–".to_owned() }
}

/// With two decimals, so that times align.
fn milliseconds(seconds: f64) -> String {
    match seconds * 1e3 {
        ms if ms < 0.005 => "<0.01".to_owned(),
        ms if ms >= 1e5 => units::milliseconds(seconds),
        ms => format!("{ms:.2}"),
    }
}

/// What an operator waits for most: arithmetic, memory, or its own launches.
fn limit(point: &OperatorPoint) -> (&'static str, Role) {
    match point.cost.bound {
        _ if point.overhead_share > 0.5 => (" L", Role::Warning),
        Bound::Compute => (" C", Role::Compute),
        Bound::Memory => (" M", Role::Memory),
    }
}
