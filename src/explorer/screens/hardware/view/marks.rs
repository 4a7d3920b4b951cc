//! Operators as letters under the roofs: capitals in prefill and small letters in decode, so that colour is not needed
//! to tell them apart. The more of the time of its phase an operator takes, the brighter it is.
//!
//! In decode nearly every operator has the same intensity. Letters of one place stand side by side. The operator that
//! takes longest comes first, at its true place.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::roofs::Taken;
use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::message::Action;
use crate::explorer::plot::Plane;
use crate::explorer::pointer::Target;
use crate::explorer::screens::hardware::action::HardwareAction;
use crate::explorer::screens::hardware::model::operators::{Subject, letter};
use crate::explorer::screens::hardware::model::{Emphasis, HardwareView};
use engine::roofline::{OperatorPoint, Phase};
use engine::text;
use engine::units;

/// Operators that lie in one cell.
struct Cluster<'a> {
    at: (u16, u16),
    points: Vec<&'a OperatorPoint>,
}

/// Draws the letters of both phases, those of the phase that stands out last, and the phases' names beside the cluster
/// that takes most of their time.
pub(super) fn render(
    canvas: &mut Canvas<'_>,
    view: &HardwareView,
    subject: &Subject,
    (plane, taken): (Plane, &mut Taken),
) {
    let mut letters = Taken::of(plane.area());
    let mut phases = [Phase::Prefill, Phase::Decode];
    if view.emphasis == Emphasis::Prefill {
        phases.reverse();
    }
    let mut names = Vec::new();
    // What stands out is placed first, where it belongs.
    for phase in phases.into_iter().rev() {
        let clusters = clusters(subject, phase, plane);
        for (rank, cluster) in clusters.iter().enumerate() {
            let at = place(cluster, &letters, plane);
            let length = cluster.points.len() as u16;
            letters.take(at, length);
            taken.take(at, length);
            for (x, point) in (at.0..).zip(&cluster.points) {
                mark(canvas, view, point, (x, at.1));
            }
            if rank == 0 {
                names.push((phase, at, length));
            }
        }
    }
    for (phase, at, length) in names {
        name(canvas, view, (phase, subject.seconds(phase)), (at, length), taken);
    }
}

/// The operators of a phase by cell, what takes longest first. What computes nothing has no place on a logarithm.
fn clusters(subject: &Subject, phase: Phase, plane: Plane) -> Vec<Cluster<'_>> {
    let area = plane.area();
    let mut clusters: Vec<Cluster<'_>> = Vec::new();
    let mut points: Vec<&OperatorPoint> = subject.of(phase).filter(|point| point.cost.phase_flops > 0.0).collect();
    points.sort_by(|a, b| b.share.total_cmp(&a.share));
    for point in points {
        let Some(x) = plane.column(point.cost.intensity_flop_per_byte) else { continue };
        // What launches push below the plot stands at its lower edge.
        let y = plane.row(point.cost.attained_flops_per_s).unwrap_or_else(|| area.bottom() - 1);
        match clusters.iter_mut().find(|cluster| cluster.at == (x, y)) {
            Some(cluster) => cluster.points.push(point),
            None => clusters.push(Cluster { at: (x, y), points: vec![point] }),
        }
    }
    clusters
}

/// Where a cluster's letters begin: at its cell, else as near to it as there is room.
fn place(cluster: &Cluster<'_>, letters: &Taken, plane: Plane) -> (u16, u16) {
    let (x, y) = cluster.at;
    let length = cluster.points.len() as u16;
    let x = x.min(plane.area().right().saturating_sub(length));
    let left = (x + 1).saturating_sub(length);
    let candidates = [(x, y), (left, y), (x, y + 1), (left, y + 1), (x, y + 2), (x, y.saturating_sub(1))];
    candidates.into_iter().find(|at| letters.is_free(*at, length)).unwrap_or((x, y))
}

fn mark(canvas: &mut Canvas<'_>, view: &HardwareView, point: &OperatorPoint, (x, y): (u16, u16)) {
    let (name, phase) = (point.cost.name, point.cost.phase);
    let style = if view.selected == Some(name) {
        canvas.style(Role::Pick).add_modifier(Modifier::REVERSED | Modifier::BOLD)
    } else {
        weight(canvas, view, point)
    };
    canvas.buffer.set_string(x, y, letter(name, phase).to_string(), Style::reset().patch(style));
    canvas.hits.push(Rect::new(x, y, 1, 1), Target::Press(Action::Hardware(HardwareAction::SelectOperator(name))));
}

/// As bright as the operator's share of its phase.
fn weight(canvas: &Canvas<'_>, view: &HardwareView, point: &OperatorPoint) -> Style {
    const MUCH: f64 = 0.1;
    const LITTLE: f64 = 0.01;
    let role = role(view, point.cost.phase);
    match point.share {
        share if share >= MUCH => canvas.style(role).add_modifier(Modifier::BOLD),
        share if share < LITTLE => canvas.style(role).remove_modifier(Modifier::BOLD).add_modifier(Modifier::DIM),
        _ => canvas.style(role).remove_modifier(Modifier::BOLD),
    }
}

/// A phase's colour; faint where the other one stands out.
pub(super) fn role(view: &HardwareView, phase: Phase) -> Role {
    match phase {
        _ if !view.emphasis.includes(phase) => Role::Faint,
        Phase::Prefill => Role::Prefill,
        Phase::Decode => Role::Decode,
    }
}

/// `prefill 36.1 ms`, beside its longest operators, off lines and letters.
fn name(
    canvas: &mut Canvas<'_>,
    view: &HardwareView,
    (phase, seconds): (Phase, f64),
    ((x, y), letters): ((u16, u16), u16),
    taken: &mut Taken,
) {
    let words = match phase {
        Phase::Prefill => format!("prefill {}", units::seconds(seconds)),
        Phase::Decode => format!("decode {}", units::seconds(seconds)),
    };
    let length = text::width(&words) as u16;
    let beside = x + letters + 1;
    let left = (x + letters).saturating_sub(length);
    let below = [(x, y + 1), (left, y + 1), (x, y + 2), (left, y + 2), (x, y + 3)];
    let candidates = [(beside, y), (beside + 2, y)].into_iter().chain(below);
    if let Some(at) = candidates.into_iter().find(|at| taken.is_free(*at, length)) {
        taken.take(at, length);
        canvas.buffer.set_string(at.0, at.1, &words, Style::reset().patch(canvas.style(role(view, phase))));
    }
}
