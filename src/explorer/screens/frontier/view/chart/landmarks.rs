//! The pick and the known models. Always shown by name, if they lie on the chart: the model that the pick is compared
//! with, the models that were asked for, and the few nearest to the pick. The others are only markers, where there is
//! room for them.

use ratatui::layout::Rect;

use super::{Chart, marker_area};
use crate::explorer::draw::canvas::{Canvas, put};
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::pointer::Target;
use crate::explorer::screens::frontier::action::FrontierAction;
use crate::explorer::shelf::Prominence;
use engine::units;

/// So many are named for lying near the pick.
const NEAREST: usize = 3;
/// Two markers that are fewer columns and rows apart are a crowd.
const CROWD: (u16, u16) = (6, 2);

/// Something with a place on the chart.
struct Marker {
    at: (u16, u16),
    words: String,
    role: Role,
    /// The model's place on the shelf; none for the pick.
    model: Option<usize>,
}

/// Draws all markers first, so that no name hides one or seems to belong to it.
pub(super) fn draw(chart: &mut Chart<'_>, canvas: &mut Canvas<'_>) {
    let markers = markers(chart);
    for Marker { at: (x, y), role, model, .. } in &markers {
        let glyph = if model.is_some() { '◇' } else { '◆' };
        put(canvas.buffer, *x, *y, glyph, canvas.style(*role));
        // A name may cover a marker without one.
        if *role != Role::Label {
            chart.labels.push(marker_area((*x, *y)));
        }
        if let Some(place) = model {
            canvas
                .hits
                .push(Rect::new(*x, *y, 1, 1), Target::Press(Action::Frontier(FrontierAction::CompareWith(*place))));
        }
    }
    // If nothing is feasible, the way out is written across the chart. Names under that text would be hard to read.
    if chart.state.selection.loosening.is_some() {
        return;
    }
    for Marker { at, words, role, model } in markers.iter().filter(|marker| marker.role != Role::Label) {
        let style = canvas.style(*role);
        let written = chart.label(canvas, *at, words, style);
        if let (Some(area), Some(place)) = (written, model) {
            canvas.hits.push(area, Target::Press(Action::Frontier(FrontierAction::CompareWith(*place))));
        }
    }
}

/// One per cell, the most important first; those in [`Role::Label`] stay without a name.
fn markers(chart: &Chart<'_>) -> Vec<Marker> {
    let (state, landscape) = (chart.state, chart.landscape);
    let picked = state.picked().and_then(|index| {
        let place = landscape.position(state.objective, index);
        let words = format!("{} · {}", units::significant(place.loss.exp(), 3), units::seconds(place.latency_s));
        Some(Marker { at: chart.cell(place)?, words, role: Role::Pick, model: None })
    });
    let here = picked.as_ref().map(|pick| pick.at);
    let mut models: Vec<((u8, u32), Marker)> = Vec::new();
    for (place, landmark) in state.shelf.landmarks.iter().enumerate() {
        let position = landscape.position_of(state.objective, &landmark.model.architecture);
        let Some(at) = chart.cell(position) else { continue };
        let rank = match landmark.prominence {
            _ if place == state.compared => 0,
            Prominence::Marked => 1,
            Prominence::Passing => 2,
        };
        // Cells are about twice as high as wide.
        let far = here.map_or(0, |(x, y)| {
            let (across, down) = (u32::from(at.0.abs_diff(x)), 2 * u32::from(at.1.abs_diff(y)));
            across * across + down * down
        });
        let words = landmark.model.name.clone();
        models.push(((rank, far), Marker { at, words, role: Role::Reference, model: Some(place) }));
    }
    models.sort_by_key(|(rank, _)| *rank);
    let crowds = |markers: &[Marker], (x, y): (u16, u16)| {
        markers.iter().any(|Marker { at, .. }| at.0.abs_diff(x) < CROWD.0 && at.1.abs_diff(y) < CROWD.1)
    };
    let mut markers: Vec<Marker> = picked.into_iter().collect();
    let mut named = 0;
    for ((rank, _), marker) in models {
        let is_free = match rank {
            0 | 1 => markers.iter().all(|taken| taken.at != marker.at),
            _ => !crowds(&markers, marker.at),
        };
        if is_free {
            named += usize::from(rank == 2);
            let role = if named > NEAREST { Role::Label } else { Role::Reference };
            markers.push(Marker { role, ..marker });
        }
    }
    markers
}
