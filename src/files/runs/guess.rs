//! The column that most likely holds a field that no name gives, for the proposal of a message. Nothing is ever read by a
//! guess.

use super::columns::Columns;
use super::field::Field;
use super::unit::words;
use engine::error::did_you_mean;

/// Words of which a name must have one, words that speak for it, and words that speak against it.
struct Sign {
    one_of: &'static [&'static str],
    better: &'static [&'static str],
    never: &'static [&'static str],
}

const HELD_OUT: [&str; 9] = ["val", "valid", "validation", "eval", "evaluation", "test", "heldout", "dev", "held"];

const fn sign(field: Field) -> Option<Sign> {
    let sign = match field {
        Field::Loss => Sign {
            one_of: &["loss", "nll", "ce", "xent", "entropy"],
            better: &HELD_OUT,
            never: &["train", "training", "aux", "balance", "router", "z", "weight", "scale"],
        },
        Field::Layers => Sign {
            one_of: &["layers", "layer", "depth", "blocks"],
            better: &["num", "n"],
            never: &["norm", "lr", "decay", "dropout", "dense", "mult", "multiplier"],
        },
        Field::Width => Sign {
            one_of: &["width", "hidden", "dim", "model", "embd", "embed", "embedding"],
            better: &["width", "hidden", "dmodel"],
            never: &[
                "ff",
                "ffn",
                "mlp",
                "intermediate",
                "head",
                "heads",
                "kv",
                "mult",
                "multiplier",
                "name",
                "layers",
                "layer",
                "loss",
                "size_mb",
                "params",
                "type",
                "vocab",
                "dropout",
            ],
        },
        Field::Heads => Sign {
            one_of: &["heads", "head"],
            better: &["num", "n"],
            never: &["kv", "key", "dim", "size", "lm", "loss", "group"],
        },
        Field::HeadDim => {
            Sign { one_of: &["head"], better: &["dim", "size"], never: &["kv", "key", "lm", "num", "n", "heads"] }
        }
        Field::FfnRatio => Sign {
            one_of: &["ratio", "expansion", "mult", "multiplier", "factor"],
            better: &["ff", "ffn", "mlp"],
            never: &["lr", "width", "kv", "warmup", "tokens", "token", "aspect", "decay", "rope", "depth", "data"],
        },
        Field::Intermediate => Sign {
            one_of: &["ff", "ffn", "mlp", "intermediate", "feedforward", "dff"],
            better: &["dim", "size", "hidden"],
            never: &["ratio", "mult", "bias", "type", "dropout", "activation", "expert"],
        },
        Field::Tokens => Sign {
            one_of: &["tokens"],
            better: &["total", "train", "trained", "seen", "training"],
            never: &["per", "sec", "second", "s", "rate", "param", "ratio", "batch", "step", "eval", "val", "lr"],
        },
        _ => return None,
    };
    Some(sign)
}

/// A column that gives nothing yet and may be meant to give this.
pub(super) fn guess(columns: &Columns, field: Field) -> Option<&str> {
    let free: Vec<&str> =
        columns.iter().filter(|(name, given)| given.is_none() && !name.is_empty()).map(|(name, _)| name).collect();
    let near = || (field != Field::Tokens).then(|| did_you_mean(field.name(), free.iter().copied())).flatten();
    by_words(&free, field).or_else(near)
}

fn by_words<'a>(names: &[&'a str], field: Field) -> Option<&'a str> {
    let sign = sign(field)?;
    let points = |name: &str| {
        let words = words(name);
        let has = |wanted: &[&str]| words.iter().filter(|word| wanted.contains(&word.as_str())).count();
        (has(sign.one_of) > 0 && has(sign.never) == 0).then(|| (has(sign.better).min(2), usize::MAX - words.len()))
    };
    // The first of those that are equally good.
    names
        .iter()
        .rev()
        .filter_map(|name| Some((points(name)?, *name)))
        .max_by_key(|(points, _)| *points)
        .map(|(_, name)| name)
}
