//! What a reader of predictions must know of a file: parts that are not priced, sizes that it does not have.

use super::keys::Keys;
use engine::text::shown;

/// Sizes that a file should have itself. Without them it describes its family's default.
const SIZES: [&str; 4] = ["hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size"];

/// `keys` are those of the text model.
pub(super) fn of(part_of: Option<&str>, keys: &Keys<'_>) -> Vec<String> {
    let part = part_of.map(|whole| {
        format!("the text part of a model of type {}; what it sees or hears with is not priced", shown(whole))
    });
    let missing: Vec<String> = SIZES
        .iter()
        .filter(|key| keys.is_filled_in(key))
        .filter_map(|key| Some(format!("{key} {}", keys.value(key)?)))
        .collect();
    let filled = (!missing.is_empty())
        .then(|| format!("not in the file, so as transformers fills it in: {}", missing.join(", ")));
    part.into_iter().chain(filled).collect()
}
