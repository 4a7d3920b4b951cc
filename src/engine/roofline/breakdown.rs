//! Where the time of one architecture goes, operator by operator.

use serde::Serialize;

use super::dimensions::Dimensions;
use super::operators::{Bound, Operator, embedding, lm_head, visit_feed, visit_layer_embedding, visit_projections};
use super::passes::PassRun;
use super::phases::OperatorSum;
use super::{Estimator, Roofline};
use crate::architecture::Architecture;

/// The two phases of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The prompt, in one forward pass.
    Prefill,
    /// The answer, one forward pass per token.
    Decode,
}

/// One operator's part in one phase.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorCost {
    /// Prefill or decode.
    pub phase: Phase,
    /// Short name of the operator.
    pub name: &'static str,
    /// Executions in one forward pass, over all layers.
    pub count: u32,
    /// FLOPs of one execution: in the first chunk of a prompt, for the first generated token.
    pub flops: f64,
    /// Bytes moved by the same.
    pub bytes: f64,
    /// Seconds of the same.
    pub seconds_each: f64,
    /// Executions over the whole phase.
    pub executions: f64,
    /// Seconds over the whole phase.
    pub seconds: f64,
    /// FLOPs over the whole phase.
    pub phase_flops: f64,
    /// Bytes over the whole phase.
    pub phase_bytes: f64,
    /// The roof it hits, judged over the whole phase.
    pub bound: Bound,
    /// FLOPs over bytes of the whole phase; 0 for what only moves data.
    pub intensity_flop_per_byte: f64,
    /// FLOPs over seconds of the whole phase.
    pub attained_flops_per_s: f64,
    #[serde(skip)]
    linear: bool,
}

impl OperatorCost {
    /// Names of the fields, for the head of a table.
    pub const KEYS: [&'static str; 13] = [
        "phase",
        "name",
        "count",
        "flops",
        "bytes",
        "seconds_each",
        "executions",
        "seconds",
        "phase_flops",
        "phase_bytes",
        "bound",
        "intensity_flop_per_byte",
        "attained_flops_per_s",
    ];

    /// With the rates that follow from work and time, and the roof that all executions together hit.
    fn rated(self, roofline: &Roofline) -> Self {
        let Self { name, linear, .. } = self;
        let whole = Operator { name, count: 1.0, flops: self.phase_flops, bytes: self.phase_bytes, linear };
        Self {
            bound: roofline.bound(&whole),
            intensity_flop_per_byte: self.phase_flops / self.phase_bytes,
            attained_flops_per_s: self.phase_flops / self.seconds,
            ..self
        }
    }
}

impl Estimator {
    /// All operators of both phases, in the order in which a forward pass executes them. Layers that differ have rows of
    /// their own where the operator differs with them.
    pub fn breakdown(&self, shape: &Architecture) -> Vec<OperatorCost> {
        let mut rows = Vec::with_capacity(20);
        for phase in [Phase::Prefill, Phase::Decode] {
            let mut table = PhaseTable { roofline: self.roofline(phase), phase, rows: &mut rows };
            for run in self.runs(phase) {
                self.add_layers(shape, &run, &mut table);
                let sizes = Dimensions::of(shape, &self.precision);
                table.add(1, Kind::Usual, &embedding(&sizes, &self.precision, &run.first), run.count);
            }
            if let Some(run) = self.head_run(phase) {
                let sizes = Dimensions::of(shape, &self.precision);
                if let Some(head) = lm_head(&sizes, &self.precision, &run.first) {
                    table.add(1, Kind::Usual, &head, run.count);
                }
            }
        }
        rows.sort_by_key(|row| (row.phase == Phase::Decode, execution_order(row.name)));
        let passes = |phase| self.runs(phase).map(|run| run.count).sum::<f64>();
        let passes = [passes(Phase::Prefill), passes(Phase::Decode)];
        let rated = |row: OperatorCost| {
            let count = row.executions / passes[usize::from(row.phase == Phase::Decode)];
            // The LM head runs in the last pass of a prompt alone.
            OperatorCost { count: count.round().max(1.0) as u32, ..row }.rated(self.roofline(row.phase))
        };
        rows.into_iter().map(rated).collect()
    }

    fn add_layers(&self, shape: &Architecture, run: &PassRun, table: &mut PhaseTable<'_>) {
        let (precision, pass) = (&self.precision, &run.first);
        for block in shape.attention_blocks() {
            let sizes = Dimensions::of_attention(shape, &block, precision);
            let kind = if block.window.is_some() { Kind::Windowed } else { Kind::Usual };
            // Only their attention differs, unless the others have heads of their own.
            let projections = if shape.layout.full_heads.is_some() { kind } else { Kind::Usual };
            visit_projections(&sizes, precision, pass, |op| table.add(block.layers, projections, &op, run.count));
            self.visit_attention_sums(table.phase, &sizes, run, |sum| table.add_sum(block.layers, kind, &sum));
        }
        for block in shape.feed_blocks() {
            let sizes = Dimensions::of_feed(shape, &block, precision);
            let is_base = (block.hidden, block.experts) == (shape.expert_hidden, shape.experts);
            let kind = if is_base { Kind::Usual } else { Kind::Dense };
            visit_feed(&sizes, precision, pass, |op| table.add(block.layers, kind, &op, run.count));
        }
        visit_layer_embedding(shape, precision, pass, |op| table.add(1, Kind::Usual, &op, run.count));
    }
}

/// Which layers an operator belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// All of them, or those that the shape's sizes describe.
    Usual,
    /// Those with a window, where others have none.
    Windowed,
    /// Those whose feed-forward block is another.
    Dense,
}

impl Kind {
    /// The operator's name in layers of this kind.
    fn name(self, operator: &'static str) -> &'static str {
        let own = DIFFERING.iter().find(|(usual, _, _)| *usual == operator);
        match (self, own) {
            (Self::Windowed, Some((_, windowed, _))) if !windowed.is_empty() => windowed,
            (Self::Dense, Some((_, _, dense))) if !dense.is_empty() => dense,
            (Self::Usual | Self::Windowed | Self::Dense, _) => operator,
        }
    }
}

/// Names of operators in layers with a window, and in those with another feed-forward block.
const DIFFERING: [(&str, &str, &str); 9] = [
    ("q_proj", "window_q_proj", ""),
    ("kv_proj", "window_kv_proj", ""),
    ("o_proj", "window_o_proj", ""),
    ("attention", "window_attention", ""),
    ("qk", "window_qk", ""),
    ("softmax", "window_softmax", ""),
    ("sv", "window_sv", ""),
    ("gate_up", "", "dense_gate_up"),
    ("down", "", "dense_down"),
];

/// The rows of one phase as they are collected.
struct PhaseTable<'a> {
    roofline: &'a Roofline,
    phase: Phase,
    rows: &'a mut Vec<OperatorCost>,
}

impl PhaseTable<'_> {
    /// An operator that costs the same in so many passes.
    fn add(&mut self, layers: u32, kind: Kind, operator: &Operator, passes: f64) {
        let seconds = operator.count * passes * self.roofline.seconds(operator);
        let sum = OperatorSum { first: *operator, mean: *operator, passes, seconds };
        self.add_sum(layers, kind, &sum);
    }

    fn add_sum(&mut self, layers: u32, kind: Kind, sum: &OperatorSum) {
        let OperatorSum { first, mean, passes, seconds } = sum;
        let (name, layers) = (kind.name(first.name), f64::from(layers));
        let executions = layers * first.count * passes;
        // Layers of the same operator, or later passes of the same layers, have a row already.
        let known = self.rows.iter().position(|row| (row.phase, row.name) == (self.phase, name));
        let place = known.unwrap_or_else(|| {
            self.rows.push(self.first_seen(name, first));
            self.rows.len() - 1
        });
        let row = &mut self.rows[place];
        row.executions += executions;
        row.seconds += layers * seconds;
        row.phase_flops += executions * mean.flops;
        row.phase_bytes += executions * mean.bytes;
    }

    /// A row that nothing has been added to.
    fn first_seen(&self, name: &'static str, operator: &Operator) -> OperatorCost {
        OperatorCost {
            phase: self.phase,
            name,
            count: 0,
            flops: operator.flops,
            bytes: operator.bytes,
            seconds_each: self.roofline.seconds(operator),
            executions: 0.0,
            seconds: 0.0,
            phase_flops: 0.0,
            phase_bytes: 0.0,
            bound: Bound::Memory,
            intensity_flop_per_byte: 0.0,
            attained_flops_per_s: 0.0,
            linear: operator.linear,
        }
    }
}

fn execution_order(name: &str) -> usize {
    const ORDER: [&str; 25] = [
        "embedding",
        "layer_rows",
        "layer_proj",
        "q_proj",
        "window_q_proj",
        "kv_proj",
        "window_kv_proj",
        "qk",
        "softmax",
        "sv",
        "attention",
        "window_qk",
        "window_softmax",
        "window_sv",
        "window_attention",
        "o_proj",
        "window_o_proj",
        "dense_gate_up",
        "dense_down",
        "router",
        "gate_up",
        "down",
        "shared",
        "layer_input",
        "lm_head",
    ];
    ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len())
}
