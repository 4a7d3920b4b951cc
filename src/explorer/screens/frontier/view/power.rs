//! The picked architecture's energy, and what every power mode of the board makes of it.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::explorer::draw::canvas::Canvas;
use crate::explorer::draw::theme::Role;
use crate::explorer::state::State;
use engine::architecture::Architecture;
use engine::landscape::Landscape;
use engine::latency::Latency;
use engine::text::{fit, left, right};
use engine::units;

/// Cells of a mode's columns: name, watts, latency, energy, tokens per second.
const WIDTHS: [usize; 5] = [12, 4, 8, 9, 6];
/// All of them, with the marker before them.
const COLUMNS: u16 = 40;

type Lines = Vec<Vec<Span<'static>>>;

/// `energy ≤ 3.10 J · ≤ 194 mJ per token`, without ≤ over times that nobody measured; nothing where the power mode states no watts.
pub(super) fn energy(canvas: &Canvas<'_>, landscape: &Landscape, latency: Latency) -> Lines {
    let Some(power) = landscape.estimator.power() else { return Vec::new() };
    let sign = power.sign();
    let mut line = vec![
        canvas.span("energy ", Role::Label),
        canvas.span(format!("{sign}{}", units::joules(power.request_j(latency.total_s()))), Role::Text),
    ];
    if let Some(token_j) = power.token_j(latency) {
        line.push(canvas.span(" · ", Role::Label));
        line.push(canvas.span(format!("{sign}{}", units::joules(token_j)), Role::Text));
        line.push(canvas.span(" per token", Role::Label));
    }
    vec![line]
}

/// The architecture in one power mode.
struct InMode {
    watts: Option<f64>,
    total_s: Option<f64>,
    request_j: Option<f64>,
    /// `≤` where that is a bound.
    sign: &'static str,
    tokens_per_s: Option<f64>,
}

impl InMode {
    fn of_board(state: &State, landscape: &Landscape, shape: &Architecture) -> Vec<Self> {
        let modes = state.board(state.shown()).modes.iter();
        modes
            .map(|hardware| {
                let estimator = landscape.estimator.on(hardware).ok();
                let latency = estimator.map(|estimator| estimator.latency(shape));
                let both = estimator.zip(latency);
                let power = estimator.and_then(|estimator| estimator.power());
                Self {
                    watts: hardware.watts,
                    total_s: latency.map(|latency| latency.total_s()),
                    request_j: power.zip(latency).map(|(power, latency)| power.request_j(latency.total_s())),
                    sign: power.map_or("", |power| power.sign().trim_end()),
                    tokens_per_s: both.and_then(|(of, latency)| of.tokens_per_s(latency)),
                }
            })
            .collect()
    }
}

/// Every power mode of the board, with the fastest one and the one with the least energy marked. Where there is no room
/// for all, those up to the present one are shown. Where there is no room for all columns, tokens per second are left
/// out.
pub(super) fn modes(canvas: &Canvas<'_>, state: &State, pick: (&Landscape, &Architecture), area: Rect) -> Lines {
    let shown = state.shown();
    let rows = InMode::of_board(state, pick.0, pick.1);
    let columns = if area.width < COLUMNS { 5 } else { 6 };
    let skipped = (shown.mode + 2).saturating_sub(usize::from(area.height));
    let least_j = rows.iter().filter_map(|row| row.request_j).fold(f64::INFINITY, f64::min);
    let headings = ["power mode", "W", "total", "energy", "tok/s"].map(str::to_owned);
    let mut lines = vec![cells(canvas, (" ", headings), [Role::Label; 5], columns)];
    let mut any = false;
    for (place, (row, mode)) in rows.iter().zip(&state.board(shown).profile.modes).enumerate().skip(skipped) {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        let (marker, role) = if place == shown.mode { ("▸", Role::Title) } else { (" ", Role::Text) };
        let energy_role = if row.request_j == Some(least_j) { Role::Good } else { role };
        any |= row.request_j.is_some();
        let texts = [
            fit(&mode.name, WIDTHS[0]),
            or_dash(row.watts.map(units::ratio)),
            or_dash(row.total_s.map(units::seconds)),
            or_dash(row.request_j.map(|joules| format!("{}{}", row.sign, units::joules(joules)))),
            or_dash(row.tokens_per_s.map(|rate| units::significant(rate, 3))),
        ];
        lines.push(cells(canvas, (marker, texts), [role, role, role, energy_role, role], columns));
    }
    if any {
        let words = match rows.iter().filter(|row| !row.sign.is_empty()).count() {
            0 => "energy: W × total, no bound",
            bounds if bounds == rows.len() => "energy: W × total, an upper bound",
            _ => "energy: W × total, ≤ if calibrated",
        };
        lines.push(vec![canvas.span(words, Role::Label)]);
    }
    lines
}

/// One row of the modes: a marker and the first of its columns.
fn cells(
    canvas: &Canvas<'_>,
    (marker, texts): (&'static str, [String; 5]),
    roles: [Role; 5],
    columns: usize,
) -> Vec<Span<'static>> {
    let marker = canvas.span(marker, Role::Focus);
    let padded = texts.into_iter().zip(WIDTHS).enumerate().map(|(column, (text, width))| match column {
        0 => left(&text, width),
        _ => right(&text, width),
    });
    let spans = padded.zip(roles).map(|(text, role)| canvas.span(text, role));
    std::iter::once(marker).chain(spans).take(columns).collect()
}
