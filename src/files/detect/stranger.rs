//! What there is to say of hardware that is none of the known boards: its name, and which profile to start from.

use serde::Serialize;

use super::DetectedBoard;
use super::facts::{Evidence, Facts};
use crate::boards::{Board, Boards};

/// The profile to start from, for a machine that no profile describes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Closest {
    /// Its name.
    pub profile: String,
    /// The piece of the machine's name that it is for.
    pub because: String,
}

/// The profile that names the longest piece of what the machine calls itself. The board's own name says more than that
/// of a card, and a card's more than the CPU's.
pub(super) fn closest(facts: &Facts, boards: &Boards) -> Option<Closest> {
    let names = facts.model.iter().chain(&facts.compatible).chain(&facts.cards).chain(&facts.cpu);
    let of = |name: &Evidence| {
        let name = name.value.to_lowercase();
        let by_board = |board: &Board| {
            let pieces = board.identity.relatives.iter().filter(|piece| name.contains(&piece.to_lowercase()));
            let piece = pieces.max_by_key(|piece| piece.len())?.clone();
            Some(Closest { profile: board.name.clone(), because: piece })
        };
        let all = boards.by_owner().flatten().filter_map(by_board);
        // The first of equals: the user's own come first.
        all.reduce(|best, next| if next.because.len() > best.because.len() { next } else { best })
    };
    names.into_iter().find_map(of)
}

/// Cards beside a recognised board: what runs on them is another machine. A board's own GPU is in the list too on some.
pub(super) fn beside(board: &DetectedBoard, facts: &Facts, boards: &Boards) -> Vec<String> {
    let is_own = |card: &&Evidence| {
        let mut words = card.value.split_whitespace().filter(|word| !word.starts_with('('));
        board.recognised_by.iter().any(|evidence| evidence == *card) || words.all(|word| board.title.contains(word))
    };
    let note = |card: &Evidence| {
        let claims = |board: &&&Board| {
            let names = board.identity.cards.iter().chain(&board.identity.shared_cards);
            names.into_iter().any(|name| *name == card.value)
        };
        let groups: Vec<Vec<&Board>> = boards.by_owner().collect();
        let known = groups.iter().flatten().find(claims);
        let how = match known {
            Some(known) => format!("--profile {} is it", known.name),
            None => "none of the known boards".to_owned(),
        };
        format!("{} is in this machine too, and is not in these figures: {how}", card.value)
    };
    facts.cards.iter().filter(|card| !is_own(card)).map(note).collect()
}
