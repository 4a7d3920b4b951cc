//! Which column means what: as the user said, otherwise by its name.
//!
//! Two columns for one quantity are an error, because nothing tells which of them the author of the file means;
//! `--columns` says it. There are exceptions, where the names themselves tell. Of two losses the held-out one counts, and
//! a bare `loss` beside it is that of the training batches. The most specific name of a run wins, and of quantities that
//! no fit needs, the commonest name. And `config.json` writes a model that mixes dense and expert layers with
//! `moe_intermediate_size` beside `intermediate_size`, so these two are fields of their own.
//!
//! A table of parameters, tokens and loss has no shapes. Then, and only then, its sizes are what is read: beside shapes a
//! count of parameters is nobody's business, because the shapes say it better.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::field::{Field, rank_as_name};
use super::lack::{Lack, refusal};
use super::mapping::{Mapping, option};
use super::unit::{self, LossUnit};
use engine::error::{Error, Result};
use engine::text::shown;

/// A column that gave a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The field.
    pub field: Field,
    /// The column or key as the file spells it.
    pub column: String,
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from '{}'", self.field.name(), self.column)
    }
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Giver {
    pub(super) field: Field,
    pub(super) source: Source,
    /// What one of the column's unit is.
    pub(super) scale: f64,
}

/// A column by its place, or one value for all rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Column(usize),
    Constant(String),
}

/// The columns of a header, or the keys of an object, with the fields that they give.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    givers: Vec<Giver>,
    loss_unit: LossUnit,
    /// What was decided where the names alone left a choice, in sentences.
    pub(super) decided: Vec<String>,
}

impl Columns {
    /// Finds the fields; fails where a column stands twice or two columns give one field.
    pub(super) fn new<'a>(names: impl IntoIterator<Item = &'a str>, told: &Mapping) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
        let mut places = HashMap::new();
        for (place, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if places.insert(name.as_str(), place).is_some() {
                return Err(Error::new(format!("'{name}' stands twice")).hint("remove or rename one of them"));
            }
        }
        let mut found = Finding::new(&names);
        for (field, text) in told.iter() {
            found.tell(field, text, &places);
        }
        found.by_name(told)?;
        let Finding { givers, loss_unit, decided, .. } = found;
        let mut columns = Self { names, givers, loss_unit, decided };
        columns.givers.sort_by_key(|giver| match giver.source {
            Source::Column(place) => place,
            Source::Constant(_) => usize::MAX,
        });
        columns.settle(told);
        Ok(columns)
    }

    /// Decides what a table without shapes is, and what stands in for a loss that it does not have.
    fn settle(&mut self, told: &Mapping) {
        let is_told = |field: Field| told.text_of(field).is_some();
        let has_shape = self.gives(Field::Layers) || self.gives(Field::Width);
        let asked = [Field::Parameters, Field::ActiveParameters].into_iter().any(is_told);
        if !has_shape && !asked {
            self.take_letters();
        }
        let sizes = !self.has_whole_shape() && (asked || !has_shape) && self.has_sizes();
        self.givers.retain(|giver| match giver.field {
            Field::Parameters | Field::ActiveParameters => sizes,
            _ => true,
        });
        let no_tokens = !self.gives(Field::Tokens);
        self.givers.retain(|giver| giver.field != Field::TrainingFlops || (sizes && no_tokens));
        if !self.gives(Field::Loss) {
            let instead = [(Field::Perplexity, LossUnit::Perplexity), (Field::BitsPerByte, LossUnit::BitsPerByte)];
            for (field, unit) in instead {
                if let Some(giver) = self.givers.iter_mut().find(|giver| giver.field == field) {
                    (giver.field, self.loss_unit) = (Field::Loss, unit);
                    break;
                }
            }
        }
        let needs_bytes = self.loss_unit == LossUnit::BitsPerByte;
        self.givers.retain(|giver| match giver.field {
            Field::BitsPerByte => false,
            Field::BytesPerToken => needs_bytes,
            _ => true,
        });
    }

    /// The letters of the literature: N parameters, D or T tokens, C operations, L loss. One alone says nothing.
    fn take_letters(&mut self) {
        let place = |letters: &[&str]| {
            self.names.iter().position(|name| letters.iter().any(|letter| name.eq_ignore_ascii_case(letter)))
        };
        let Some(parameters) = place(&["n"]) else { return };
        let others =
            [(Field::Tokens, place(&["d", "t"])), (Field::TrainingFlops, place(&["c"])), (Field::Loss, place(&["l"]))];
        if others[..2].iter().all(|(_, place)| place.is_none()) {
            return;
        }
        for (field, place) in others.into_iter().chain([(Field::Parameters, Some(parameters))]) {
            if let (Some(place), false) = (place, self.gives(field)) {
                self.givers.push(Giver { field, source: Source::Column(place), scale: 1.0 });
            }
        }
    }

    /// Fails where a law could not see the size or the loss of a run with these columns, with all that is missing.
    pub(super) fn require(&self, told: &Mapping) -> Result<()> {
        let lacks = Lack::of(self);
        if lacks.is_empty() { Ok(()) } else { Err(refusal(self, &lacks, told)) }
    }

    pub(super) fn has_whole_shape(&self) -> bool {
        Lack::of_shape(self).is_empty()
    }

    /// Whether sizes are all that is known of a run.
    pub(super) fn has_sizes(&self) -> bool {
        self.gives(Field::Parameters) || self.gives(Field::ActiveParameters)
    }

    pub(super) fn gives(&self, field: Field) -> bool {
        self.giver(field).is_some()
    }

    pub(super) fn giver(&self, field: Field) -> Option<&Giver> {
        self.givers.iter().find(|giver| giver.field == field)
    }

    /// The place of the column that gives the field.
    pub(super) fn place(&self, field: Field) -> Option<usize> {
        match self.giver(field)?.source {
            Source::Column(place) => Some(place),
            Source::Constant(_) => None,
        }
    }

    pub(super) fn givers(&self) -> &[Giver] {
        &self.givers
    }

    pub(super) const fn loss_unit(&self) -> LossUnit {
        self.loss_unit
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub(super) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    /// The columns' names with their first fields, in the file's order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<Field>)> {
        let mut first: Vec<Option<Field>> = vec![None; self.names.len()];
        for giver in &self.givers {
            if let Source::Column(place) = giver.source {
                first[place].get_or_insert(giver.field);
            }
        }
        self.names.iter().map(String::as_str).zip(first)
    }
}

/// A column that gives a field by its name: its place, what one of its unit is, and what a loss is in.
type Named = (usize, f64, LossUnit);

/// Givers as they are found.
struct Finding<'n> {
    names: &'n [String],
    givers: Vec<Giver>,
    loss_unit: LossUnit,
    decided: Vec<String>,
}

impl<'n> Finding<'n> {
    const fn new(names: &'n [String]) -> Self {
        Self { names, givers: Vec::new(), loss_unit: LossUnit::NatsPerToken, decided: Vec::new() }
    }

    /// Takes a told column if it is there, as a column or as one with a unit behind it; else a value.
    fn tell(&mut self, field: Field, text: &str, places: &HashMap<&str, usize>) {
        let with_unit = || {
            let (name, unit) = unit::split(text);
            unit.and_then(|_| places.get(name))
        };
        let place = places.get(text).or_else(with_unit);
        let Some(&place) = place else {
            if is_constant(field, text) {
                self.givers.push(Giver { field, source: Source::Constant(text.to_owned()), scale: 1.0 });
            }
            return;
        };
        if field == Field::Loss {
            self.loss_unit = LossUnit::of_column(text);
        }
        let scale = unit::scale_of(field, text);
        self.givers.push(Giver { field, source: Source::Column(place), scale });
    }

    /// Finds what nobody told by the names of the columns.
    fn by_name(&mut self, told: &Mapping) -> Result<()> {
        let is_told = |place: usize| self.givers.iter().any(|giver| giver.source == Source::Column(place));
        let told_places: HashSet<usize> = (0..self.names.len()).filter(|place| is_told(*place)).collect();
        // Exports have thousands of columns, so each is looked up and none is compared with all others.
        let mut by_field: Vec<(Field, Vec<Named>)> = Vec::new();
        let mut index: HashMap<Field, usize> = HashMap::new();
        for (place, name) in self.names.iter().enumerate() {
            let Some((field, scale, unit)) = unit::named(name) else { continue };
            if told.text_of(field).is_some() {
                continue;
            }
            let next = by_field.len();
            let slot = *index.entry(field).or_insert(next);
            if slot == next {
                by_field.push((field, Vec::new()));
            }
            by_field[slot].1.push((place, scale, unit));
        }
        for (field, mut places) in by_field {
            // A column that is told to give something else gives this too, if no other does.
            if places.iter().any(|(place, ..)| !told_places.contains(place)) {
                places.retain(|(place, ..)| !told_places.contains(place));
            }
            let candidates: Vec<usize> = places.iter().map(|(place, ..)| *place).collect();
            let best = self.choose(field, &candidates)?;
            let Some((place, scale, unit)) = places.into_iter().find(|(place, ..)| *place == best) else { continue };
            if field == Field::Loss {
                self.loss_unit = unit;
            }
            self.givers.push(Giver { field, source: Source::Column(place), scale });
        }
        Ok(())
    }

    /// Of several columns for one field the one that counts; an error where nothing tells.
    fn choose(&mut self, field: Field, places: &[usize]) -> Result<usize> {
        let name = |place: usize| self.names[place].as_str();
        let best_by = |rank: &dyn Fn(usize) -> (usize, usize)| places.iter().copied().min_by_key(|place| rank(*place));
        let fallback = places.first().copied().unwrap_or_default();
        if places.len() < 2 {
            return Ok(fallback);
        }
        if field == Field::Name {
            let rank = |place: usize| rank_as_name(name(place)).unwrap_or((usize::MAX, usize::MAX));
            return Ok(best_by(&rank).unwrap_or(fallback));
        }
        let rank = |place: usize| (field.standing(name(place)), place);
        let best = best_by(&rank).unwrap_or(fallback);
        let rivals: Vec<usize> = places.iter().copied().filter(|place| rank(*place).0 == rank(best).0).collect();
        if let ([_, second, ..], false) = (rivals.as_slice(), field.is_aside()) {
            return Err(Error::new(format!("'{}' and '{}' both give {}", name(best), name(*second), field.name()))
                .expected("one column for each quantity")
                .hint(format!("say which, as in {}; or remove or rename one of them", option(field, name(best)))));
        }
        if field == Field::Loss {
            let others: Vec<String> = places
                .iter()
                .filter(|place| **place != best)
                .map(|place| format!("'{}'", shown(name(*place))))
                .collect();
            self.decided.push(format!(
                "'{}' is the held-out loss; {} beside it {} not read",
                shown(name(best)),
                others.join(", "),
                if others.len() == 1 { "is" } else { "are" }
            ));
        }
        Ok(best)
    }
}

/// Whether a text that is no column can be a value of the field for all rows.
pub(super) fn is_constant(field: Field, text: &str) -> bool {
    match field {
        // A run has its own.
        Field::Name | Field::Loss | Field::Perplexity | Field::BitsPerByte => false,
        Field::FfnMatrices => super::row::feed_forward(text).is_some(),
        Field::Synthetic => ["true", "false"].iter().any(|truth| text.eq_ignore_ascii_case(truth)),
        _ => text.parse::<f64>().is_ok_and(f64::is_finite) || unit::count(text).is_some(),
    }
}
