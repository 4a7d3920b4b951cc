//! What a table lacks for a fit, all of it at once, with the command that mends it.
//!
//! Public tables lack a head size or an FFN ratio because these were the same in all runs, and name the rest in words of
//! their own. So the message lists what is missing and what columns there are, and proposes one `--columns` with the best
//! guess for each: a column whose name says it in other words, or a value for all runs.

use super::columns::Columns;
use super::field::Field;
use super::guess::guess;
use super::mapping::Mapping;
use super::unit::LossUnit;
use engine::error::Error;
use engine::text::{listed, shown};

/// Something that a run needs and no column gives: the fields that would do, the usual one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lack {
    fields: &'static [Field],
    /// A value that stands for all runs in many tables.
    usual: Option<&'static str>,
}

impl Lack {
    const LAYERS: Self = Self { fields: &[Field::Layers], usual: None };
    const WIDTH: Self = Self { fields: &[Field::Width], usual: None };
    const HEADS: Self = Self { fields: &[Field::Heads, Field::HeadDim], usual: Some("head_dim=128") };
    const FEED_FORWARD: Self =
        Self { fields: &[Field::FfnRatio, Field::Intermediate, Field::ExpertHidden], usual: Some("ffn_ratio=4") };
    const LOSS: Self = Self { fields: &[Field::Loss], usual: None };
    const BYTES: Self = Self { fields: &[Field::BytesPerToken], usual: Some("bytes_per_token=4.3") };

    /// All that these columns lack.
    pub(super) fn of(columns: &Columns) -> Vec<Self> {
        let mut lacks = if columns.has_sizes() { Vec::new() } else { Self::of_shape(columns) };
        if !columns.gives(Field::Loss) {
            lacks.push(Self::LOSS);
        } else if columns.loss_unit() == LossUnit::BitsPerByte && !columns.gives(Field::BytesPerToken) {
            lacks.push(Self::BYTES);
        }
        lacks
    }

    /// What they lack of a shape.
    pub(super) fn of_shape(columns: &Columns) -> Vec<Self> {
        let mut lacks = vec![Self::LAYERS, Self::WIDTH, Self::HEADS, Self::FEED_FORWARD];
        lacks.retain(|lack| lack.fields.iter().all(|field| !columns.gives(*field)));
        lacks
    }

    fn in_words(&self) -> String {
        match self.fields {
            [field, other, ..] => format!("{} (or {})", field.name(), other.name()),
            _ => self.fields[0].name().to_owned(),
        }
    }

    /// What would tell it: a column that may hold it, a value, or the word that stands for one.
    fn proposal(&self, columns: &Columns) -> String {
        let guessed = self.fields.iter().find_map(|field| Some((*field, guess(columns, *field)?)));
        match (guessed, self.usual) {
            (Some((field, column)), _) => format!("{}={}", field.name(), shown(column)),
            (None, Some(usual)) => usual.to_owned(),
            (None, None) => format!("{}=COLUMN", self.fields[0].name()),
        }
    }
}

/// The error for a table that lacks these, which names all of them.
pub(super) fn refusal(columns: &Columns, lacks: &[Lack], told: &Mapping) -> Error {
    if lacks == [Lack::BYTES] {
        return of_bytes(columns, told);
    }
    let words: Vec<String> = lacks.iter().map(Lack::in_words).collect();
    let lists_sizes = !columns.gives(Field::Layers) && !columns.gives(Field::Width);
    let or_sizes =
        if lists_sizes && lacks.contains(&Lack::LAYERS) { "; or parameters in place of the shape" } else { "" };
    let what = format!("no column gives {}{or_sizes}", listed(&words.iter().map(String::as_str).collect::<Vec<_>>()));
    let proposals: Vec<String> = lacks.iter().map(|lack| lack.proposal(columns)).collect();
    let value = lacks.iter().zip(&proposals).any(|(lack, proposal)| lack.usual == Some(proposal.as_str()));
    let open = proposals.iter().any(|proposal| proposal.ends_with("=COLUMN"));
    let mut told: Vec<String> = told.iter().map(|(field, text)| format!("{}={}", field.name(), shown(text))).collect();
    told.extend(proposals);
    // Nobody asked for it, but runs of several lengths need it.
    if let (false, Some(column)) = (columns.gives(Field::Tokens), guess(columns, Field::Tokens)) {
        told.push(format!("tokens={}", shown(column)));
    }
    let note = match (open, value) {
        (true, true) => ", with your columns, and values that hold for all runs",
        (true, false) => ", with your columns",
        (false, true) => ", if these values hold for all runs",
        (false, false) => ", if that is what they hold",
    };
    Error::new(what).expected(there_are(columns)).hint(format!("--columns {}{note}", quoted(&told.join(","))))
}

/// Nats per token follow from bits per byte only with the length of a token.
fn of_bytes(columns: &Columns, told: &Mapping) -> Error {
    let column = columns.place(Field::Loss).map_or("", |place| columns.name(place));
    let mut parts: Vec<String> = told.iter().map(|(field, text)| format!("{}={}", field.name(), shown(text))).collect();
    if told.text_of(Field::Loss).is_none() && told.text_of(Field::BitsPerByte).is_none() {
        parts.push(format!("bits_per_byte={}", shown(column)));
    }
    parts.push("bytes_per_token=4.3".to_owned());
    Error::new(format!("'{}' is in bits per byte or character, and a law is of nats per token", shown(column)))
        .expected("how many bytes (or characters) a token has on that text: nats = bits · ln 2 · bytes per token")
        .hint(format!("--columns {}, with your tokenizer's figure", quoted(&parts.join(","))))
}

/// The columns that nothing is read from, so that a person finds the one that is meant.
fn there_are(columns: &Columns) -> String {
    /// Exports of trackers have hundreds of columns.
    const LISTED: usize = 24;
    let names: Vec<String> = columns.names().filter(|name| !name.is_empty()).map(shown).collect();
    let more = names.len().saturating_sub(LISTED);
    let listed = names[..names.len() - more].join(", ");
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("columns that give them; there are {listed}{more}")
}

fn quoted(told: &str) -> String {
    let is_safe =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ',' | '=' | '/' | '+' | ':' | '@' | '%');
    if told.chars().all(is_safe) { told.to_owned() } else { format!("'{told}'") }
}
