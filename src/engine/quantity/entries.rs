//! The table: one entry per quantity, in the order of CSV and of documents.

use super::Value::{Flag, Real, Whole};
use super::{Entry, Known, Nature, Panel, Part, Place, Printed, Screen, Unit, Value};
use crate::space::{KvHeads, Space};
use crate::text::width;
use crate::units::percent;

/// What most have: a column in CSV, a key in documents, and no place of its own elsewhere.
const PLAIN: Entry = Entry {
    key: "",
    name: "",
    heading: "",
    column: "",
    unit: Unit::Count,
    part: Part::Architecture,
    value: |_| Value::Unknown,
    sort_key: None,
    interval: None,
    printed: Printed::Yes,
    screen: None,
    panel: None,
};

const fn screen(place: u8, heading: &'static str, cells: u16) -> Screen {
    Screen { place: Place::Column(place), heading, cells, own: None }
}

/// All of them. Documents have them part by part.
pub(super) static ENTRIES: [Entry; 31] = [
    Entry {
        key: "layers",
        name: "transformer layers",
        heading: "layers",
        column: "layers",
        value: |of| of.architecture.layers.into(),
        screen: Some(screen(6, "layers", 6)),
        panel: Some(Panel {
            place: 1,
            label: "depth",
            nature: Nature::Size,
            offers: |space| whole(space.layers.iter().copied()),
        }),
        ..PLAIN
    },
    Entry {
        key: "width",
        name: "hidden size",
        heading: "width",
        column: "width",
        value: |of| of.architecture.width.into(),
        screen: Some(screen(7, "width", 5)),
        panel: Some(Panel {
            place: 2,
            label: "width",
            nature: Nature::Size,
            offers: |space| whole(space.widths.iter().copied()),
        }),
        ..PLAIN
    },
    Entry {
        key: "heads",
        name: "query heads",
        heading: "heads",
        column: "heads",
        value: |of| of.architecture.heads.into(),
        screen: Some(screen(13, "heads", 5)),
        ..PLAIN
    },
    Entry {
        key: "head_dim",
        name: "size of one head",
        heading: "head dim",
        column: "head dim",
        value: |of| of.architecture.head_dim.into(),
        ..PLAIN
    },
    Entry {
        key: "kv_heads",
        name: "key-value heads",
        heading: "KV heads",
        column: "KV heads",
        value: |of| of.architecture.kv_heads.into(),
        screen: Some(screen(8, "kv", 2)),
        panel: Some(Panel { place: 6, label: "KV heads", nature: Nature::Choice, offers: kv_heads }),
        ..PLAIN
    },
    Entry {
        key: "intermediate",
        name: "hidden size of one expert, of the feed-forward block in a dense model",
        heading: "intermediate",
        column: "intermediate",
        value: |of| of.architecture.expert_hidden.into(),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "ffn_ratio",
        name: "feed-forward expansion over all activated experts",
        heading: "r",
        column: "FFN ratio",
        unit: Unit::Ratio,
        value: |of| Real(of.architecture.ffn_ratio()),
        screen: Some(screen(9, "r", 4)),
        panel: Some(Panel { place: 5, label: "r", nature: Nature::Choice, offers: |space| space.ffn_ratios.clone() }),
        ..PLAIN
    },
    Entry {
        key: "experts",
        name: "experts per layer; 1 is dense",
        heading: "experts",
        column: "experts",
        value: |of| of.architecture.experts.into(),
        // Of equally many, the fewer active first.
        sort_key: Some(|of| f64::from(of.architecture.experts) + f64::from(of.architecture.top_k) / 1e6),
        screen: Some(Screen { place: Place::Column(10), heading: "E/K", cells: 5, own: Some(experts) }),
        panel: Some(Panel {
            place: 3,
            label: "experts",
            nature: Nature::Choice,
            offers: |space| whole(space.experts.iter().map(|(experts, _)| *experts)),
        }),
        ..PLAIN
    },
    Entry {
        key: "top_k",
        name: "experts active per token",
        heading: "top-k",
        column: "top k",
        value: |of| of.architecture.top_k.into(),
        panel: Some(Panel {
            place: 4,
            label: "top-k",
            nature: Nature::Choice,
            offers: |space| whole(space.experts.iter().map(|(_, top_k)| *top_k)),
        }),
        ..PLAIN
    },
    Entry {
        key: "vocab",
        name: "vocabulary size",
        heading: "vocab",
        column: "vocab",
        value: |of| of.architecture.vocab.into(),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "tied",
        name: "whether the LM head shares the embedding's weights",
        heading: "tied",
        column: "tied",
        unit: Unit::Flag,
        value: |of| Flag(of.architecture.tied),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "parameters_total",
        name: "parameters stored",
        heading: "stored",
        column: "params M",
        unit: Unit::Parameters,
        part: Part::Prediction,
        value: |of| Whole(of.parameters_total),
        screen: Some(screen(12, "stored", 6)),
        panel: Some(Panel { place: 7, label: "stored", nature: Nature::Derived, offers: |_| Vec::new() }),
        ..PLAIN
    },
    Entry {
        key: "parameters_active",
        name: "parameters used per token",
        heading: "active",
        column: "active M",
        unit: Unit::Parameters,
        part: Part::Prediction,
        value: |of| Whole(of.parameters_active),
        screen: Some(screen(11, "active", 6)),
        ..PLAIN
    },
    Entry {
        key: "loss",
        name: "loss by the law",
        heading: "loss",
        column: "loss nats",
        unit: Unit::Nats,
        part: Part::Prediction,
        value: |of| of.loss.into(),
        interval: Some(|loss| loss),
        ..PLAIN
    },
    Entry {
        key: "perplexity",
        name: "exp(loss)",
        heading: "perplexity",
        column: "perplexity",
        unit: Unit::Number,
        part: Part::Prediction,
        value: |of| of.loss.map(f64::exp).into(),
        // Where the perplexity is too large for a number, the loss still tells which is better.
        sort_key: Some(|of| of.loss.unwrap_or(f64::INFINITY)),
        interval: Some(f64::exp),
        screen: Some(screen(1, "ppl", 5)),
        ..PLAIN
    },
    Entry {
        key: "prefill_s",
        name: "time to first token (TTFT): prefill",
        heading: "TTFT",
        column: "TTFT ms",
        unit: Unit::Seconds,
        part: Part::Prediction,
        value: |of| of.latency.map(|latency| latency.prefill_s).into(),
        screen: Some(screen(3, "TTFT ms", 7)),
        ..PLAIN
    },
    Entry {
        key: "decode_s",
        name: "time for all generated tokens: decode",
        heading: "decode",
        column: "decode ms",
        unit: Unit::Seconds,
        part: Part::Prediction,
        value: |of| of.latency.map(|latency| latency.decode_s).into(),
        screen: Some(screen(14, "decode ms", 9)),
        ..PLAIN
    },
    Entry {
        key: "tpot_s",
        name: "time per output token (TPOT)",
        heading: "TPOT",
        column: "TPOT ms",
        unit: Unit::Seconds,
        part: Part::Prediction,
        value: |of| of.latency.and_then(|latency| latency.tpot_s(of.workload.generated_tokens)).into(),
        screen: Some(screen(4, "TPOT ms", 7)),
        ..PLAIN
    },
    Entry {
        key: "total_s",
        name: "prefill and decode together",
        heading: "total",
        column: "total ms",
        unit: Unit::Seconds,
        part: Part::Prediction,
        value: |of| of.latency.map(|latency| latency.total_s()).into(),
        screen: Some(screen(2, "total ms", 8)),
        ..PLAIN
    },
    Entry {
        key: "memory_bytes",
        name: "memory for weights, KV cache and activations, with what system and runtime keep",
        heading: "memory",
        column: "memory GB",
        unit: Unit::Bytes,
        part: Part::Prediction,
        value: |of| of.memory_bytes.into(),
        screen: Some(screen(5, "memory", 7)),
        ..PLAIN
    },
    Entry {
        key: "fits_memory",
        name: "whether it needs no more memory than a program can have on the board",
        heading: "fits",
        column: "fits",
        unit: Unit::Flag,
        part: Part::Standing,
        value: |of| of.memory_bytes.zip(of.board_memory_bytes).map(|(needed, most)| needed <= most).into(),
        ..PLAIN
    },
    Entry {
        key: "extrapolated",
        name: "whether it lies outside what the law was fitted on",
        heading: "extrapolated",
        column: "extrapolated",
        unit: Unit::Flag,
        part: Part::Standing,
        value: |of| of.range.map(|range| range.extrapolation(&of.architecture.features()).is_some()).into(),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "energy_j",
        name: "energy of a request: watts of the power mode × total time",
        heading: "energy",
        column: "J",
        unit: Unit::Joules,
        part: Part::Prediction,
        value: |of| of.power.zip(of.latency).map(|(power, latency)| power.request_j(latency.total_s())).into(),
        printed: Printed::WhereKnown,
        ..PLAIN
    },
    Entry {
        key: "energy_per_token_j",
        name: "energy of a generated token: watts of the power mode × time per output token",
        heading: "energy per token",
        column: "J/token",
        unit: Unit::Joules,
        part: Part::Prediction,
        value: |of| of.power.zip(of.latency).and_then(|(power, latency)| power.token_j(latency)).into(),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "energy_is_upper_bound",
        name: "whether no more energy is drawn than that: only over calibrated times",
        heading: "energy is bound",
        column: "≤",
        unit: Unit::Flag,
        part: Part::Prediction,
        value: |of| of.power.map(|power| power.is_upper_bound()).into(),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "frontier_probability",
        name: "share of the resamples in which it is on the frontier of the feasible candidates",
        heading: "robust",
        column: "on frontier %",
        unit: Unit::Share,
        part: Part::Confidence,
        value: |of| of.confident.and_then(|known| known.frontier_probability).into(),
        printed: Printed::WhereKnown,
        screen: Some(Screen { place: Place::Edge, heading: "robust", cells: 6, own: Some(share_of_resamples) }),
        ..PLAIN
    },
    Entry {
        key: "robust",
        name: "whether that is more than half of them",
        heading: "robust",
        column: "robust",
        unit: Unit::Flag,
        part: Part::Confidence,
        value: |of| of.confident.and_then(|known| known.is_robust).into(),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "tokens_per_s",
        name: "generated tokens of all sequences per second of decoding",
        heading: "tokens/s",
        column: "tokens/s",
        unit: Unit::Number,
        part: Part::Derived,
        value: |of| of.latency.and_then(|latency| latency.tokens_per_s(of.workload)).into(),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "gqa",
        name: "query heads that share a KV head",
        heading: "gqa",
        column: "gqa",
        unit: Unit::Ratio,
        part: Part::Derived,
        value: |of| Real(f64::from(of.architecture.heads) / f64::from(of.architecture.kv_heads)),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "activation_rate",
        name: "share of the feed-forward weights that a token uses: K/E",
        heading: "ρ",
        column: "ρ",
        unit: Unit::Ratio,
        part: Part::Derived,
        value: |of| Real(of.architecture.activation_rate()),
        printed: Printed::No,
        ..PLAIN
    },
    Entry {
        key: "active_share",
        name: "share of the parameters that a token uses",
        heading: "active",
        column: "active %",
        unit: Unit::Share,
        part: Part::Derived,
        value: |of| Real(of.parameters_active as f64 / of.parameters_total as f64),
        printed: Printed::No,
        panel: Some(Panel { place: 8, label: "active", nature: Nature::Derived, offers: |_| Vec::new() }),
        ..PLAIN
    },
];

fn whole(sizes: impl Iterator<Item = u32>) -> Vec<f64> {
    sizes.map(f64::from).collect()
}

/// `dense`, `16/2`; where that has no room, how many there are.
fn experts(of: &Known<'_>, room: usize) -> String {
    let shape = &of.architecture;
    if shape.is_dense() {
        return "dense".to_owned();
    }
    let text = format!("{}/{}", shape.experts, shape.top_k);
    if width(&text) <= room { text } else { format!("{}/…", shape.experts) }
}

/// Most candidates are on the frontier of no resample.
fn share_of_resamples(of: &Known<'_>, _: usize) -> String {
    match of.confident {
        None => String::new(),
        Some(known) => match known.frontier_probability {
            None => "?".to_owned(),
            Some(share) if share > 0.0 => percent(share),
            Some(_) => "–".to_owned(),
        },
    }
}

/// What the axis of KV heads means at each width and head size.
fn kv_heads(space: &Space) -> Vec<f64> {
    let heads = || {
        let pairs = space.widths.iter().flat_map(|&width| space.head_dims.iter().map(move |&size| (width, size)));
        pairs
            .filter(|&(width, size)| size > 0 && width.is_multiple_of(size))
            .map(|(width, size)| f64::from(width / size))
    };
    let of = |axis: &KvHeads| match *axis {
        KvHeads::Count(count) => vec![f64::from(count)],
        KvHeads::SameAsHeads => heads().collect(),
        KvHeads::Grouped(of) => {
            heads().map(|heads| heads / f64::from(of.max(1))).filter(|count| count.fract() == 0.0).collect()
        }
    };
    space.kv_heads.iter().flat_map(of).collect()
}
