//! Where the request's time goes: the pick, and what it is compared with.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::explorer::draw::canvas::{Canvas, Focused};
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::screens::hardware::action::HardwareAction;
use crate::explorer::screens::hardware::model::operators::Subject;
use crate::explorer::state::State;
use engine::latency::Latency;
use engine::roofline::{Bound, OperatorPoint, Phase};
use engine::text::{fit, right};
use engine::units;

/// Cells of a row's label.
const LABEL: usize = 7;
/// Cells of a value, where there is room.
const WIDEST: usize = 11;

const LABELS: [&str; 6] = ["prefill", "decode", "  token", "total", "M-bound", "launch"];
/// So many of them are times, the others shares of the total.
const TIMES: usize = 4;

/// Draws the pane; a click shows the two side by side.
pub(super) fn render(
    canvas: &mut Canvas<'_>,
    state: &State,
    (picked, compared): (Option<&Subject>, Option<&Subject>),
    area: Rect,
) {
    let other = compared.map_or_else(String::new, |subject| format!(" · B {}", subject.name));
    let room = usize::from(area.width).saturating_sub(4);
    let title = fit(&format!("A pick{other}"), room);
    let inner = canvas.pane(area, &title, Focused::No);
    canvas.hits.push(area, Target::Press(Action::Hardware(HardwareAction::FlipComparison)));
    let tokens = state.shown().workload.generated_tokens;
    let columns = [picked, compared].map(|subject| subject.map(|subject| figures(subject, tokens)));
    let line = |y: u16| Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(1), height: 1 };
    let cells = (usize::from(line(0).width).saturating_sub(LABEL) / 3).min(WIDEST);
    let heading = format!("{:LABEL$}{:>cells$}{:>cells$}{:>cells$}", "", "A", "B", "A to B");
    canvas.line(line(inner.y), vec![canvas.span(heading, Role::Label)]);
    for (row, (y, label)) in (inner.y + 1..inner.bottom()).zip(LABELS).enumerate() {
        let [a, b] = columns.map(|column| column.and_then(|figures| figures[row]));
        let is_time = row < TIMES;
        let text = |value: Option<f64>| match value {
            None => "–".to_owned(),
            Some(seconds) if is_time => units::seconds(seconds),
            Some(share) => units::percent(share),
        };
        let style = canvas.style(if label == "total" { Role::Title } else { Role::Text });
        let mut spans = vec![canvas.span(format!("{label:LABEL$}"), Role::Label)];
        spans.extend([a, b].map(|value| Span::styled(right(&text(value), cells), style)));
        if let (Some(a), Some(b)) = (a, b)
            && is_time
            && b > 0.0
        {
            spans.push(canvas.span(right(&units::percent_change(a / b), cells), Role::Label));
        }
        canvas.line(line(y), spans);
    }
}

/// Seconds, and of all of them together, what is spent waiting for memory and on launches.
fn figures(subject: &Subject, tokens: u32) -> [Option<f64>; LABELS.len()] {
    let [prefill_s, decode_s] = [Phase::Prefill, Phase::Decode].map(|phase| subject.seconds(phase));
    let total_s = prefill_s + decode_s;
    let part = |share: fn(&OperatorPoint) -> f64| {
        subject.points.iter().map(|point| point.cost.seconds * share(point)).sum::<f64>() / total_s
    };
    let tpot_s = Latency { prefill_s, decode_s }.tpot_s(tokens);
    let shares = [part(memory_share), part(|point| point.overhead_share)].map(Some);
    [Some(prefill_s), Some(decode_s), tpot_s, Some(total_s), shares[0], shares[1]]
}

/// The share of an operator's time in which it waits for memory.
fn memory_share(point: &OperatorPoint) -> f64 {
    match point.cost.bound {
        Bound::Memory => 1.0 - point.overhead_share,
        Bound::Compute => 0.0,
    }
}
