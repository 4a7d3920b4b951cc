//! The picked architecture in detail: its shape, how it compares, where its time and memory go.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

use super::power;
use crate::explorer::draw::canvas::{Canvas, Focused};
use crate::explorer::draw::theme::Role;
use crate::explorer::state::State;
use crate::explorer::vocabulary::{Control, Focus};
use engine::architecture::Architecture;
use engine::architecture::experts_in_words;
use engine::landscape::Landscape;
use engine::law::{Evidence, Interval, NoInterval};
use engine::roofline::{Bound, OperatorCost, Phase};
use engine::text::{fit, left, right};
use engine::units;

type Lines = Vec<Vec<Span<'static>>>;

/// Draws as many lines as fit; wide panes show the operators beside the rest.
pub(super) fn render(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let inner = canvas.pane(area, "Pick", Focused::No);
    let (Some(landscape), Some(index)) = (state.landscape(), state.picked()) else {
        return canvas.centred(inner, "nothing is feasible, so nothing is picked", Role::Label);
    };
    let shape = landscape.sweep.architecture(index);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let rows = landscape.estimator.breakdown(&shape);
    let loss_interval =
        state.evidence().map(|evidence| evidence.loss_interval(&landscape.law, &shape.features(), Evidence::LEVEL));
    let detail = Detail { state, landscape, index, shape, rows, loss_interval };
    // Side by side where the pane is wide and low, as on a small screen.
    if inner.width >= 76 && inner.height < 22 {
        let [left, right] = Layout::horizontal([Constraint::Length(40), Constraint::Fill(1)]).areas(inner);
        let lines = if inner.height < 12 { detail.in_short(canvas) } else { detail.in_full(canvas) };
        draw(canvas, left, lines);
        draw(canvas, right, detail.parts(canvas, right));
        return;
    }
    let mut lines = detail.in_full(canvas);
    lines.push(Vec::new());
    let left = usize::from(inner.height).saturating_sub(lines.len()) as u16;
    lines.extend(detail.parts(canvas, Rect { height: left, ..inner }));
    draw(canvas, inner, lines);
}

fn draw(canvas: &mut Canvas<'_>, area: Rect, lines: Lines) {
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        canvas.line(Rect { y, height: 1, ..area }, line);
    }
}

struct Detail<'a> {
    state: &'a State,
    landscape: &'a Landscape,
    index: usize,
    shape: Architecture,
    rows: Vec<OperatorCost>,
    /// Of its loss, nats, where the law's runs are at hand; not yet corrected for having been picked.
    loss_interval: Option<Result<Interval, NoInterval>>,
}

impl Detail<'_> {
    /// Everything but the operators.
    fn in_full(&self, canvas: &Canvas<'_>) -> Lines {
        let mut lines = self.identity(canvas);
        let after_perplexity = 3;
        lines.splice(after_perplexity..after_perplexity, self.uncertainty(canvas));
        lines.extend(self.comparison(canvas));
        lines.extend(self.memory(canvas));
        lines
    }

    /// The same in six lines, for the smallest screen.
    fn in_short(&self, canvas: &Canvas<'_>) -> Lines {
        let sweep = &self.landscape.sweep;
        let size = format!(
            "ppl {} · {} of {} · {}",
            units::significant(sweep.perplexity[self.index], 4),
            units::parameters(sweep.parameters_active[self.index]),
            units::parameters(sweep.parameters_total[self.index]),
            units::bytes(sweep.memory_bytes[self.index]),
        );
        let mut lines = self.identity(canvas);
        lines[2] = vec![canvas.span(size, Role::Text)];
        lines.remove(3);
        lines.extend(self.comparison(canvas).into_iter().skip(1).take(2));
        lines
    }

    /// Shape, quality, size, and what budget it breaks.
    fn identity(&self, canvas: &Canvas<'_>) -> Lines {
        let sweep = &self.landscape.sweep;
        let (total, active) = (sweep.parameters_total[self.index], sweep.parameters_active[self.index]);
        let size = if total == active {
            format!("{} parameters", units::parameters(total))
        } else {
            format!("{} active of {}", units::parameters(active), units::parameters(total))
        };
        let shape = &self.shape;
        let kind = experts_in_words(shape.experts, shape.top_k);
        let mut lines = vec![
            vec![
                canvas.span(format!("◆ {}×{} ", shape.layers, shape.width), Role::Pick),
                canvas.span(
                    format!("· {} heads, {} KV · r {}", shape.heads, shape.kv_heads, units::ratio(shape.ffn_ratio())),
                    Role::Pick,
                ),
            ],
            vec![canvas.span(format!("  {kind}, hidden {}", shape.expert_hidden), Role::Pick)],
            vec![
                canvas.span("perplexity ", Role::Label),
                canvas.span(units::significant(sweep.perplexity[self.index], 4), Role::Title),
                canvas.span(format!(" ({:.3} nats)", sweep.loss[self.index]), Role::Label),
            ],
            vec![
                canvas.span(size, Role::Text),
                canvas.span(" · ", Role::Label),
                canvas.span(units::bytes(sweep.memory_bytes[self.index]), Role::Text),
            ],
            vec![
                canvas.span("TTFT ", Role::Label),
                canvas.span(units::seconds(sweep.prefill_s[self.index]), Role::Text),
                canvas.span(" TPOT ", Role::Label),
                canvas.span(sweep.tpot_s(self.index).map_or_else(|| "–".to_owned(), units::seconds), Role::Text),
                canvas.span(" total ", Role::Label),
                canvas.span(units::seconds(sweep.total_s[self.index]), Role::Text),
            ],
        ];
        lines.extend(power::energy(canvas, self.landscape, sweep.latency(self.index)));
        lines.extend(self.over_budget(canvas));
        if let Some(beyond) = self.state.extrapolation(self.index) {
            lines.push(vec![
                canvas
                    .span(format!("⚠ extrapolated ×{} in {}", units::ratio(beyond.factor), beyond.axis), Role::Warning),
            ]);
        }
        lines
    }

    /// What having been picked adds to its loss, nats; 0 until that is known, and off the frontier.
    fn optimism_nats(&self) -> f64 {
        let verdict = self.state.verdict.as_deref().filter(|_| self.broken_limits().is_empty());
        verdict.and_then(|verdict| verdict.confidence.member(self.index)).map_or(0.0, |member| member.optimism_nats)
    }

    /// What the runs say of its perplexity and of its place. Empty where they are not at hand.
    fn uncertainty(&self, canvas: &Canvas<'_>) -> Lines {
        let (Some(interval), Some(evidence)) = (self.loss_interval, self.state.evidence()) else { return Vec::new() };
        let optimism_nats = self.optimism_nats();
        let mut lines = vec![match interval {
            Ok(interval) => {
                let picked = (self.landscape.sweep.loss[self.index] + optimism_nats).exp();
                let write = |nats: f64| units::significant((nats + optimism_nats).exp(), 4);
                vec![
                    canvas.span("as picked ", Role::Label),
                    canvas.span(units::significant(picked, 4), Role::Title),
                    canvas.span(format!(" {}–{}", write(interval.low), write(interval.high)), Role::Text),
                    canvas.span(format!(" at {:.0} %", 100.0 * Evidence::LEVEL), Role::Label),
                ]
            }
            Err(reason) => vec![canvas.span(format!("⚠ no interval: {}", reason.in_short()), Role::Warning)],
        }];
        // A pick beyond a budget is on no feasible frontier, so nothing is said.
        if self.broken_limits().is_empty() {
            let verdict = self.state.current_verdict().map(|verdict| &verdict.confidence);
            let share = match verdict.map(|sure| sure.frontier_probability(self.index)) {
                None => "…".to_owned(),
                Some(None) => "unknown".to_owned(),
                Some(Some(share)) => units::percent(share),
            };
            let of = units::count(evidence.ensemble.laws.len());
            let robust = if verdict.is_some_and(|sure| sure.is_robust(self.index)) { ", robust" } else { "" };
            lines.push(vec![
                canvas.span("frontier: ", Role::Label),
                canvas.span(share, Role::Text),
                canvas.span(format!(" of {of} resamples"), Role::Label),
                canvas.span(robust, Role::Good),
            ]);
        }
        lines
    }

    fn broken_limits(&self) -> Vec<&'static str> {
        let sweep = &self.landscape.sweep;
        let budgets = self.state.budgets();
        let broken = budgets.active().filter(|(limit, value)| limit.of(sweep, self.index) > *value);
        broken.map(|(limit, _)| limit.label()).collect()
    }

    fn over_budget(&self, canvas: &Canvas<'_>) -> Lines {
        let broken = self.broken_limits();
        if broken.is_empty() {
            return Vec::new();
        }
        vec![vec![canvas.span(format!("over budget: {} (esc: best)", broken.join(", ")), Role::Over)]]
    }

    /// Against the frontier, and against a known model.
    fn comparison(&self, canvas: &Canvas<'_>) -> Lines {
        let objective = self.state.objective;
        let front = &self.state.frontiers.all;
        let here = self.landscape.position(objective, self.index);
        let row = |label: &str, perplexity: String, time: String| {
            vec![
                canvas.span(left(&fit(label, 19), 20), Role::Label),
                canvas.span(right(&perplexity, 9), Role::Text),
                canvas.span(right(&time, 9), Role::Text),
            ]
        };
        let change = |ratio: Option<f64>| match ratio {
            None => "–".to_owned(),
            Some(ratio) if ratio >= 10.0 => format!("×{}", units::ratio(ratio)),
            Some(ratio) => units::percent_change(ratio),
        };
        let gap = self.landscape.gap(objective, front, here);
        let mut lines =
            vec![vec![canvas.span(format!("{:<20}{:>9}{:>9}", "compared with", "ppl", "time"), Role::Label)]];
        lines.push(if front.contains(&(self.index as u32)) {
            row("frontier", "on it".into(), String::new())
        } else {
            let over = |ratio: f64| ratio.recip();
            row(
                "frontier",
                change(gap.perplexity.map(|g| over(g.1))),
                change(gap.latency.filter(|_| here.latency_s > 0.0).map(|g| over(g.1))),
            )
        });
        if let Some(model) = self.state.compared() {
            let there = self.landscape.position_of(objective, &model.architecture);
            let gain_nats = here.loss + self.optimism_nats() - there.loss;
            let beyond = self.landscape.law.range.extrapolation(&model.architecture.features()).is_some();
            let name = if beyond { format!("{} ⚠", model.name) } else { model.name.clone() };
            lines.push(row(
                &name,
                change(Some(gain_nats.exp())),
                change((there.latency_s > 0.0).then(|| here.latency_s / there.latency_s)),
            ));
            lines.extend(self.error_of_gain(canvas, gain_nats, &model.architecture));
            let best = self.landscape.gap(objective, front, there).perplexity.map(|g| g.1);
            lines.push(row("  best at its speed", change(best), String::new()));
        }
        lines
    }

    /// By how much a gain in perplexity may be wrong, and whether that is more than the gain.
    fn error_of_gain(&self, canvas: &Canvas<'_>, gain_nats: f64, other: &Architecture) -> Option<Vec<Span<'static>>> {
        let evidence = self.state.evidence()?;
        let shapes = [&self.shape.features(), &other.features()];
        let (label, error, role) = match evidence.difference_error(&self.landscape.law, shapes, Evidence::LEVEL) {
            Ok(error_nats) if error_nats > gain_nats.abs() => ("  less than its error", error_nats, Role::Warning),
            Ok(error_nats) => ("  its error, 90 %", error_nats, Role::Label),
            Err(_) => return Some(vec![canvas.span("  error of it not known", Role::Warning)]),
        };
        let error = format!("±{}", units::percent(error.exp_m1()));
        Some(vec![canvas.span(left(label, 20), role), canvas.span(right(&error, 9), role)])
    }

    /// Operators, and below them power modes where all of both have room. While the mode has the keys, it comes first.
    fn parts(&self, canvas: &Canvas<'_>, area: Rect) -> Lines {
        let rows = usize::from(area.height);
        let operators = self.operators(canvas, area.width, rows.saturating_sub(1).min(12));
        let modes = power::modes(canvas, self.state, (self.landscape, &self.shape), area);
        let both = operators.len() + 1 + modes.len() <= rows;
        let (mut first, second) = match self.state.focus {
            Focus::Control(Control::Mode) => (modes, operators),
            _ if both => (operators, modes),
            _ => return operators,
        };
        first.push(Vec::new());
        first.extend(second);
        first
    }

    /// Share of each phase by operator, with the roof it hits.
    fn operators(&self, canvas: &Canvas<'_>, width: u16, most: usize) -> Lines {
        // Folded from 0: the sum of no rows would be −0.
        let total = |phase: Phase| {
            let rows = self.rows.iter().filter(|row| row.phase == phase);
            rows.fold(0.0, |sum, row| sum + row.seconds)
        };
        let (prefill_s, decode_s) = (total(Phase::Prefill), total(Phase::Decode));
        let bar = (usize::from(width).saturating_sub(10) / 2).saturating_sub(8);
        let column = bar + 8;
        let decode = if column < 14 { "dec." } else { "decode" };
        let heading = vec![
            canvas.span(format!("{:<10}", "share of"), Role::Label),
            canvas.span(format!("{:<column$}", format!("TTFT {}", units::seconds(prefill_s))), Role::Title),
            canvas.span(format!("{decode} {}", units::seconds(decode_s)), Role::Title),
        ];
        let mut names: Vec<&'static str> = Vec::new();
        for row in &self.rows {
            if !names.contains(&row.name) {
                names.push(row.name);
            }
        }
        let seconds = |name: &str| self.rows.iter().filter(|row| row.name == name).map(|row| row.seconds).sum::<f64>();
        names.sort_by(|a, b| seconds(b).total_cmp(&seconds(a)));
        let mut lines = vec![heading];
        for name in names.into_iter().take(most) {
            let mut line = vec![canvas.span(format!("{name:<10}"), Role::Text)];
            for (phase, phase_s) in [(Phase::Prefill, prefill_s), (Phase::Decode, decode_s)] {
                let row = self.rows.iter().find(|row| row.name == name && row.phase == phase);
                line.extend(share(canvas, row, phase_s, bar));
            }
            lines.push(line);
        }
        lines
    }

    fn memory(&self, canvas: &Canvas<'_>) -> Lines {
        let memory = self.landscape.estimator.memory(&self.shape);
        let part =
            |name: &str, bytes: f64| [canvas.span(name, Role::Label), canvas.span(units::bytes(bytes), Role::Text)];
        let mut first = vec![canvas.span("memory ", Role::Label)];
        first.extend(part("weights ", memory.weights_bytes));
        first.extend(part(" · KV ", memory.kv_cache_bytes));
        let mut second = vec![canvas.span("  ", Role::Label)];
        second.extend(part("activations ", memory.activations_bytes));
        second.extend(part(" · system ", memory.reserved_bytes));
        vec![first, second]
    }
}

/// `▇▇▇▇▇▁▁▁  61 % C`: a bar, the share, and the roof: C for compute, M for memory.
fn share(canvas: &Canvas<'_>, row: Option<&OperatorCost>, phase_s: f64, bar: usize) -> Vec<Span<'static>> {
    let Some(row) = row.filter(|_| phase_s > 0.0) else {
        return vec![canvas.span(" ".repeat(bar + 8), Role::Label)];
    };
    let share = row.seconds / phase_s;
    let filled = (share * bar as f64).round() as usize;
    let (letter, role) = match row.bound {
        Bound::Compute => ("C", Role::Compute),
        Bound::Memory => ("M", Role::Memory),
    };
    vec![
        canvas.span("▇".repeat(filled), role),
        canvas.span("▁".repeat(bar.saturating_sub(filled)), Role::Faint),
        canvas.span(format!("{} ", right(&units::percent(share), 5)), Role::Text),
        canvas.span(format!("{letter} "), role),
    ]
}
