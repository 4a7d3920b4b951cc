//! Predicted against measured loss: on the diagonal the law is right.

use ratatui::layout::Rect;

use super::{focused, marks};
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::scales::scales;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::plot::{Plane, Scale, Tick, even_labels, even_steps};
use crate::explorer::pointer::Target;
use crate::explorer::screens::fit::action::FitAction;
use crate::explorer::screens::fit::model::FitFocus;
use crate::explorer::screens::fit::model::evidence::{Evidence, FitPlot, Part};
use crate::explorer::state::State;

/// Columns of the loss labels, tick included.
const LABEL_COLUMNS: u16 = 6;

/// Draws the pane.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, evidence: &Evidence, area: Rect) {
    let title = "Predicted over measured loss, nats";
    let inner = canvas.pane(area, title, focused(state, FitFocus::Plots));
    canvas.hits.push(area, Target::Press(Action::Fit(FitAction::Focus(FitFocus::Plots))));
    legend(canvas, evidence, area);
    let plot = Rect {
        x: inner.x + LABEL_COLUMNS,
        width: inner.width.saturating_sub(LABEL_COLUMNS + 1),
        height: inner.height.saturating_sub(2),
        ..inner
    };
    if plot.width < 4 || plot.height < 2 {
        return;
    }
    // Both axes are the same, so that the diagonal is one.
    let losses = evidence.losses();
    let scale = Scale::linear(losses, 1e-3);
    let plane = Plane::new(plot, scale, scale);
    let labelled = |most: u16| {
        let values = even_steps(scale.ends(), f64::from(most));
        let labels = even_labels(&values);
        values.into_iter().zip(labels).collect::<Vec<_>>()
    };
    let rows: Vec<Tick> = plane.row_ticks(labelled((plot.height / 2).max(6)));
    let columns = plane.column_ticks(labelled((plot.width / 8).max(6)));
    scales(canvas, plot, &rows, &columns, "measured");
    let [low, high] = scale.ends();
    marks::render(canvas, state, evidence, (FitPlot::Predictions, plane), [(low, low), (high, high)]);
}

/// What the marks mean, in the lower border.
fn legend(canvas: &mut Canvas<'_>, evidence: &Evidence, area: Rect) {
    let signs = [
        (Part::Fitted, marks::FITTED_SAMPLE, Role::Frontier),
        (Part::HeldOut, marks::HELD_OUT, Role::DenseFrontier),
        (Part::Excluded, marks::LEFT_OUT, Role::Label),
    ];
    let mut x = area.x + 2;
    for (part, glyph, role) in signs.into_iter().filter(|(part, ..)| evidence.count(*part) > 0) {
        let words = format!(" {} ", part.name());
        if x + 2 + words.len() as u16 >= area.right() {
            return;
        }
        canvas.buffer.set_string(x, area.bottom() - 1, format!(" {glyph}"), canvas.style(role));
        canvas.buffer.set_string(x + 2, area.bottom() - 1, &words, canvas.style(Role::Label));
        x += 2 + words.len() as u16;
    }
}
