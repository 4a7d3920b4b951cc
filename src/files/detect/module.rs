//! Which board it is, from what its firmware calls itself.
//!
//! The names are those that profiles claim in `[identity]`. The model string of a Jetson names the developer kit and
//! not the memory, so the module number decides. It is in the `compatible` list of the device tree, such as
//! `nvidia,p3737-0000+p3701-0005`. Where it does not tell two modules apart, the memory does.
//!
//! NVIDIA's developer kit can be flashed to behave as a smaller module, for those who wait for theirs. It then runs with
//! the clocks, SMs and power modes of that module and calls itself `p3701-0000-as-p3767-0000`: the last number counts.

use std::cmp::Reverse;

use super::facts::{Evidence, Facts};
use crate::boards::{Board, Boards, fits, only};
use engine::error::Result;
use engine::units;

/// How a board was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identified {
    /// The name of its profile.
    pub(super) profile: String,
    pub(super) evidence: Vec<Evidence>,
    pub(super) notes: Vec<String>,
    pub(super) memory: Memory,
}

/// What the board's memory is to the rest of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// CPU and GPU share it.
    Shared,
    /// A graphics card has its own.
    OfCard,
}

impl Identified {
    fn new(board: &Board, evidence: Vec<Evidence>, memory: Memory) -> Self {
        Self { profile: board.name.clone(), evidence, notes: Vec::new(), memory }
    }
}

/// One way to recognise a board among those of one owner.
type Way = fn(&Facts, &[&Board]) -> Result<Option<Identified>>;

/// The user's own boards are looked for first, in every way.
pub(super) fn identify(facts: &Facts, boards: &Boards) -> Result<Option<Identified>> {
    const WAYS: [Way; 6] = [by_module, by_kit, by_model, by_shared_card, by_card, by_cpu];
    for boards in boards.by_owner() {
        for way in WAYS {
            if let Some(found) = way(facts, &boards)? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// Device trees name what is most specific first, so the first number in the text counts, and the longest one there.
fn by_module(facts: &Facts, boards: &[&Board]) -> Result<Option<Identified>> {
    let of_board = |board: &&Board| {
        let variants = board.identity.variants.iter().map(|variant| &variant.module);
        board.identity.modules.iter().chain(variants).cloned().collect::<Vec<String>>()
    };
    let numbers: Vec<String> = boards.iter().flat_map(of_board).collect();
    let emulates = emulates(facts);
    for evidence in facts.compatible.iter().chain(&facts.dts_filename) {
        let emulation = Emulation::in_text(&evidence.value);
        let text = match &emulation {
            Some(emulation) => emulation.module,
            // What the board itself is called elsewhere does not count.
            None if emulates => continue,
            None => &evidence.value,
        };
        let found = numbers.iter().filter_map(|number| Some((text.find(number)?, number)));
        let Some((_, number)) = found.min_by_key(|(place, number)| (*place, Reverse(number.len()))) else { continue };
        let value = emulation.as_ref().map_or(number.as_str(), |emulation| emulation.name);
        let evidence = Evidence { value: value.to_owned(), ..evidence.clone() };
        if let Some(mut identified) = with_number(facts, boards, (number, &evidence))? {
            identified.notes.extend(emulation.map(|emulation| emulation.note(number)));
            return Ok(Some(identified));
        }
    }
    Ok(None)
}

/// A board that behaves as another module.
struct Emulation<'t> {
    /// Both, such as `p3701-0000-as-p3767-0000`.
    name: &'t str,
    /// What follows `-as-`.
    module: &'t str,
}

impl<'t> Emulation<'t> {
    /// In a list of names of the device tree.
    fn in_text(text: &'t str) -> Option<Self> {
        text.split_whitespace().find_map(|word| {
            let (_, module) = word.rsplit_once("-as-")?;
            // NVIDIA's own: other makers' names have such words too.
            module.strip_prefix('p')?.starts_with(|c: char| c.is_ascii_digit() || c == 'x').then_some(())?;
            let name = word.trim_end_matches(".dts").rsplit([',', '+', '/']).next().unwrap_or(word);
            Some(Self { name, module })
        })
    }

    fn note(&self, number: &str) -> String {
        let board = self.name.split("-as-").next().unwrap_or(self.name);
        format!("this {board} emulates the module {number}: it runs with the clocks and SMs of that module")
    }
}

fn emulates(facts: &Facts) -> bool {
    facts.compatible.iter().chain(&facts.dts_filename).any(|evidence| Emulation::in_text(&evidence.value).is_some())
}

fn with_number(
    facts: &Facts,
    boards: &[&Board],
    (number, evidence): (&String, &Evidence),
) -> Result<Option<Identified>> {
    let number = number.clone();
    let plain = boards.iter().filter(|board| board.identity.modules.contains(&number)).copied();
    let plain = only(plain.collect(), &number)?;
    let identified = |board: &Board| Identified::new(board, vec![evidence.clone()], Memory::Shared);
    let Some(memory) = &facts.memory else { return Ok(plain.map(identified)) };
    if plain.is_some_and(|board| board.has_memory(memory.total_bytes)) {
        return Ok(plain.map(identified));
    }
    if let Some((board, note)) = variant(facts, boards, &number, memory.total_bytes)? {
        return Ok(Some(Identified { notes: vec![note], ..identified(board) }));
    }
    let with_note = |board: &Board| {
        let note = format!(
            "{number} is a module with {} GB, but the kernel reports {}: the module's rates and the kernel's memory are \
             used",
            units::ratio(board.memory_gib),
            units::bytes(memory.total_bytes)
        );
        Identified { notes: vec![note], ..identified(board) }
    };
    Ok(plain.map(with_note))
}

/// The board with that number and that memory, and what is said of it. A match that also needs a power mode is certain.
fn variant<'b>(
    facts: &Facts,
    boards: &[&'b Board],
    number: &str,
    total_bytes: f64,
) -> Result<Option<(&'b Board, String)>> {
    let has_mode = |mode: &String| {
        let configured = facts.configuration.iter().flat_map(|configuration| configuration.modes.values());
        configured.into_iter().any(|configured| configured.name.contains(mode))
    };
    let variants = boards.iter().flat_map(|board| board.identity.variants.iter().map(move |variant| (*board, variant)));
    let fitting = variants.filter(|(_, variant)| {
        variant.module == number
            && fits(f64::from(variant.memory_gib), total_bytes)
            && variant.mode.as_ref().is_none_or(has_mode)
    });
    let (certain, open): (Vec<_>, Vec<_>) = fitting.partition(|(_, variant)| variant.mode.is_some());
    let best = if certain.is_empty() { open } else { certain };
    let board = only(best.iter().map(|(board, _)| *board).collect(), number)?;
    Ok(board.and_then(|board| {
        let (_, variant) = best.iter().find(|(other, _)| other.name == board.name)?;
        Some((board, variant.note.clone()))
    }))
}

fn by_kit(facts: &Facts, boards: &[&Board]) -> Result<Option<Identified>> {
    if emulates(facts) {
        // The name and the memory are those of the kit, not of the module that it behaves as.
        return Ok(None);
    }
    let Some((model, memory)) = facts.model.as_ref().zip(facts.memory.as_ref()) else { return Ok(None) };
    let names = |kit: &String| kit.split_whitespace().all(|word| model.value.contains(word));
    let fits = |board: &&&Board| board.identity.kits.iter().any(names) && board.has_memory(memory.total_bytes);
    let board = only(boards.iter().filter(fits).copied().collect(), &model.value)?;
    Ok(board.map(|board| {
        let gib = units::ratio(board.memory_gib);
        let note = format!("no known P-number tells the module; the model's name and {gib} GB of memory do");
        let evidence = vec![model.clone(), memory.evidence()];
        Identified { notes: vec![note], ..Identified::new(board, evidence, Memory::Shared) }
    }))
}

/// The longest beginning counts.
fn by_model(facts: &Facts, boards: &[&Board]) -> Result<Option<Identified>> {
    let Some(model) = &facts.model else { return Ok(None) };
    let length = |board: &Board| {
        let begins = board.identity.models.iter().filter(|name| model.value.starts_with(name.as_str()));
        begins.map(String::len).max()
    };
    let Some(longest) = boards.iter().filter_map(|board| length(board)).max() else { return Ok(None) };
    let claimants = boards.iter().filter(|board| length(board) == Some(longest)).copied();
    let board = only(claimants.collect(), &model.value)?;
    Ok(board.map(|board| Identified::new(board, vec![model.clone()], Memory::Shared)))
}

/// A GPU that has no memory of its own, such as that of a DGX Spark.
fn by_shared_card(facts: &Facts, boards: &[&Board]) -> Result<Option<Identified>> {
    for card in &facts.cards {
        let claimants = boards.iter().filter(|board| board.identity.shared_cards.contains(&card.value)).copied();
        if let Some(board) = only(claimants.collect(), &card.value)? {
            return Ok(Some(Identified::new(board, vec![card.clone()], Memory::Shared)));
        }
    }
    Ok(None)
}

/// A chip with a GPU of its own, which counts where no known card is beside it.
fn by_cpu(facts: &Facts, boards: &[&Board]) -> Result<Option<Identified>> {
    let Some(cpu) = &facts.cpu else { return Ok(None) };
    let begins = |name: &String| {
        let beginning = cpu.value.get(..name.len());
        beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(name))
    };
    let claimants = boards.iter().filter(|board| board.identity.cpus.iter().any(begins)).copied();
    let board = only(claimants.collect(), &cpu.value)?;
    Ok(board.map(|board| Identified::new(board, vec![cpu.clone()], Memory::Shared)))
}

/// The first card that is known. A laptop's or another variant of the name is another card.
fn by_card(facts: &Facts, boards: &[&Board]) -> Result<Option<Identified>> {
    for card in &facts.cards {
        let claimants = boards.iter().filter(|board| board.identity.cards.contains(&card.value)).copied();
        let Some(board) = only(claimants.collect(), &card.value)? else { continue };
        let note =
            "memory in use on the card cannot be read without running a program: nothing of it counts as reserved";
        let identified = Identified::new(board, vec![card.clone()], Memory::OfCard);
        return Ok(Some(Identified { notes: vec![note.to_owned()], ..identified }));
    }
    Ok(None)
}
