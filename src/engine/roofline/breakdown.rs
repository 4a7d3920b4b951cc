//! Where the time of one architecture goes, operator by operator.

use serde::Serialize;

use super::Estimator;
use super::dimensions::Dimensions;
use super::operators::{Bound, Operator, visit_attention, visit_layer, visit_once};
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
    /// FLOPs of one execution; in decode, of the first generated token's.
    pub flops: f64,
    /// Bytes moved by one execution; in decode, by the first generated token's.
    pub bytes: f64,
    /// Seconds of one execution; in decode, of the first generated token's.
    pub seconds_each: f64,
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
}

impl OperatorCost {
    /// Names of the fields, for the head of a table.
    pub const KEYS: [&'static str; 12] = [
        "phase",
        "name",
        "count",
        "flops",
        "bytes",
        "seconds_each",
        "seconds",
        "phase_flops",
        "phase_bytes",
        "bound",
        "intensity_flop_per_byte",
        "attained_flops_per_s",
    ];

    /// With the rates that follow from work and time.
    fn rated(self) -> Self {
        Self {
            intensity_flop_per_byte: self.phase_flops / self.phase_bytes,
            attained_flops_per_s: self.phase_flops / self.seconds,
            ..self
        }
    }
}

impl Estimator {
    /// All operators of both phases, in the order in which a forward pass executes them.
    pub fn breakdown(&self, shape: &Architecture) -> Vec<OperatorCost> {
        let mut rows = Vec::with_capacity(20);
        let layers = f64::from(shape.layers);
        let sizes = Dimensions::of(shape, &self.precision);
        let steps = f64::from(self.workload.generated_tokens);

        let prefill = self.prefill_pass();
        visit_layer(&sizes, &self.precision, &prefill, |op| rows.push(self.row(Phase::Prefill, op, layers, 1.0)));
        visit_attention(&sizes, &self.precision, self.attention, &prefill, |op| {
            rows.push(self.row(Phase::Prefill, op, layers, 1.0));
        });
        visit_once(&sizes, &self.precision, &prefill, |op| rows.push(self.row(Phase::Prefill, op, 1.0, 1.0)));

        if self.workload.generated_tokens > 0 {
            let decode = self.decode_pass(1);
            visit_layer(&sizes, &self.precision, &decode, |op| rows.push(self.row(Phase::Decode, op, layers, steps)));
            self.visit_decode_attention(&sizes, |sum| {
                let first = self.row(Phase::Decode, sum.first, layers, steps);
                let whole = OperatorCost {
                    seconds: layers * sum.seconds,
                    phase_flops: sum.mean.count * layers * steps * sum.mean.flops,
                    phase_bytes: sum.mean.count * layers * steps * sum.mean.bytes,
                    bound: self.decode.bound(&sum.mean),
                    ..first
                };
                rows.push(whole.rated());
            });
            visit_once(&sizes, &self.precision, &decode, |op| rows.push(self.row(Phase::Decode, op, 1.0, steps)));
        }
        rows.sort_by_key(|row| (row.phase == Phase::Decode, execution_order(row.name)));
        rows
    }

    fn row(&self, phase: Phase, operator: Operator, repeats: f64, passes: f64) -> OperatorCost {
        let count = operator.count * repeats;
        let roofline = self.roofline(phase);
        let seconds_each = roofline.seconds(&operator);
        let cost = OperatorCost {
            phase,
            name: operator.name,
            count: count as u32,
            flops: operator.flops,
            bytes: operator.bytes,
            seconds_each,
            seconds: count * passes * seconds_each,
            phase_flops: count * passes * operator.flops,
            phase_bytes: count * passes * operator.bytes,
            bound: roofline.bound(&operator),
            intensity_flop_per_byte: 0.0,
            attained_flops_per_s: 0.0,
        };
        cost.rated()
    }
}

fn execution_order(name: &str) -> usize {
    const ORDER: [&str; 13] = [
        "embedding",
        "q_proj",
        "kv_proj",
        "qk",
        "softmax",
        "sv",
        "attention",
        "o_proj",
        "router",
        "gate_up",
        "down",
        "shared",
        "lm_head",
    ];
    ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len())
}
