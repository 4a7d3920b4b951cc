//! Which layers look back only so far: from the list `layer_types` where the file has one, else as the family does it.

use super::family::Windows;
use super::keys::Keys;
use super::refused;
use engine::error::Result;
use engine::layout::{FullLayers, Window};
use engine::workload::MAX_TOKENS;

const SIZE: &str = "sliding_window";
const LIST: &str = "layer_types";
/// How a list says that a layer sees the whole context.
const FULL: [&str; 3] = ["full_attention", "attention", "global"];

/// The window and which of `layers` layers have none; nothing where all see everything.
pub(super) fn of(rule: Windows, keys: &Keys<'_>, layers: u32) -> Result<Option<Window>> {
    let mut is_full = match keys.words(LIST, layers)? {
        Some(words) => listed(&words, keys)?,
        None => by_rule(rule, keys, layers)?,
    };
    if let (Windows::AllButEveryAndLast(_), Some(last)) = (rule, is_full.last_mut()) {
        *last = true;
    }
    if is_full.iter().all(|full| *full) {
        return Ok(None);
    }
    let Some(tokens) = size(keys, SIZE)? else { return Ok(None) };
    Ok(Some(Window { tokens, full: count(&is_full) }))
}

/// A window that is shorter than the longest context. A longer one hides nothing.
pub(super) fn size(keys: &Keys<'_>, key: &str) -> Result<Option<u32>> {
    let longest = keys.size("max_position_embeddings", u32::MAX)?.unwrap_or(u32::MAX);
    let window = keys.count(key, u32::MAX)?;
    Ok((window > 0 && window < longest && window <= MAX_TOKENS).then_some(window))
}

fn listed(words: &[&str], keys: &Keys<'_>) -> Result<Vec<bool>> {
    words
        .iter()
        .map(|word| match *word {
            word if FULL.contains(&word) => Ok(true),
            "sliding_attention" | "chunked_attention" | "local" => Ok(false),
            other => Err(refused::layer_kind(keys, LIST, other)),
        })
        .collect()
}

fn by_rule(rule: Windows, keys: &Keys<'_>, layers: u32) -> Result<Vec<bool>> {
    let in_use = keys.is_on("use_sliding_window")?;
    let late = keys.count("max_window_layers", u32::MAX)?;
    let each = |is_full: &dyn Fn(u32) -> bool| (0..layers).map(is_full).collect();
    Ok(match rule {
        Windows::None => each(&|_| true),
        // Some files switch off what the family has.
        Windows::All => {
            let off = keys.truth("use_sliding_window")? == Some(false);
            each(&|_| off)
        }
        Windows::AllButEvery(step) | Windows::AllButEveryAndLast(step) => {
            let step = pattern(keys)?.unwrap_or(step);
            each(&|layer| step == 0 || (layer + 1).is_multiple_of(step))
        }
        Windows::AllButFirstOf(step) => each(&|layer| layer.is_multiple_of(step)),
        Windows::Late => each(&|layer| !in_use || layer < late),
        Windows::LateAlways => each(&|layer| layer < late),
        Windows::EarlyAlternating => each(&|layer| !in_use || layer >= late || !layer.is_multiple_of(2)),
        Windows::IfUsed => each(&|_| !in_use),
        Windows::WithoutPositions => {
            let step = keys.size("no_rope_layer_interval", u32::MAX)?.unwrap_or(u32::MAX);
            let with_positions = keys.numbers("no_rope_layers")?;
            let has = |layer: u32| match &with_positions {
                Some(list) => list.get(layer as usize).is_none_or(|has| *has != 0),
                None => !(layer + 1).is_multiple_of(step),
            };
            each(&|layer| !in_use || has(layer))
        }
    })
}

/// n of "all but every n-th", as the file writes it: a number, or a word such as `LLLG`.
fn pattern(keys: &Keys<'_>) -> Result<Option<u32>> {
    const KEY: &str = "sliding_window_pattern";
    const OWN: &str = "_sliding_window_pattern";
    if let Some(word) = keys.value(KEY).and_then(serde_json::Value::as_str) {
        return Ok(Some(word.len() as u32));
    }
    Ok(match keys.stated(OWN) {
        Some(_) => keys.size(OWN, u32::MAX)?,
        None => keys.size(KEY, u32::MAX)?,
    })
}

/// Every n-th where that says it, so that a shape can be made deeper; else how many.
pub(super) fn count(is_full: &[bool]) -> FullLayers {
    let full = is_full.iter().filter(|full| **full).count() as u32;
    let layers = is_full.len() as u32;
    let regular = |step: u32| (0..layers).zip(is_full).all(|(layer, full)| *full == (layer + 1).is_multiple_of(step));
    match is_full.iter().position(|full| *full).map(|place| place as u32 + 1).filter(|step| regular(*step)) {
        Some(step) => FullLayers::Every(step),
        None => FullLayers::Exactly(full),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regular_pattern_is_kept_as_one() {
        let full = |text: &str| count(&text.chars().map(|layer| layer == 'G').collect::<Vec<_>>());
        assert_eq!(full("LLLLLGLLLLLGLL"), FullLayers::Every(6));
        assert_eq!(full("LGLG"), FullLayers::Every(2));
        assert_eq!(full("GLLLGLLL"), FullLayers::Exactly(2));
        assert_eq!(full("LLLL"), FullLayers::Exactly(0));
        // The last of a pattern that does not end with the depth.
        assert_eq!(full("LLGLLGLG"), FullLayers::Exactly(3));
    }
}
