//! Columns as people tell them, where names leave it open: `--columns loss=eval/loss,width=model.hidden_size`.
//!
//! What the user says wins over every name. Another column that would have given the field is then ignored. One column may
//! give two fields: in many ladders depth and number of heads are the same. What is no column may be a value that all runs
//! have, `head_dim=128`: tables leave out what never varied.

use std::fmt;

use super::columns::is_constant;
use super::field::Field;
use super::sweep::BestOf;
use super::unit;
use engine::error::{Error, Result, did_you_mean};
use engine::text::shown;

/// Fields with the columns that give them, or with a value for all runs, in the order told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    pairs: Vec<(Field, String)>,
    /// Of runs that differ in settings alone, which are taken.
    pub(super) best_of: BestOf,
}

/// How the columns of a file are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ColumnChoice {
    /// As was told earlier for the same header, else by their names.
    #[default]
    AsRemembered,
    /// By their names; what was told earlier is forgotten.
    ByName,
    /// As told now and, for what is not told now, as was told earlier for the same header; remembered.
    AsTold(Mapping),
}

/// How a file of runs is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What its columns mean.
    pub columns: ColumnChoice,
    /// Of runs that differ in settings alone, which are taken.
    pub best_of: BestOf,
}

/// All runs' best settings.
impl From<ColumnChoice> for Reading {
    fn from(columns: ColumnChoice) -> Self {
        Self { columns, best_of: BestOf::default() }
    }
}

impl ColumnChoice {
    /// The word that stands for [`Self::ByName`].
    const NONE: &str = "none";

    /// Reads the option's value.
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim().eq_ignore_ascii_case(Self::NONE) {
            return Ok(Self::ByName);
        }
        let mut mapping = Mapping::default();
        for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
            let Some((field, column)) = pair.split_once('=') else {
                let error = Error::new(format!("'{}' says no column", shown(pair.trim())));
                return Err(error.expected("FIELD=COLUMN,…, such as loss=eval/loss, or none"));
            };
            mapping.tell(field, column)?;
        }
        if mapping.is_empty() {
            return Err(Error::new("nothing is told").expected("FIELD=COLUMN,…, such as loss=eval/loss, or none"));
        }
        Ok(Self::AsTold(mapping))
    }

    /// What the option says when it is given several times: the parts together, a later one over an earlier one.
    pub fn of_parts(parts: &[Self]) -> Self {
        let together = |before: Self, part: &Self| match (before, part) {
            (Self::AsTold(before), Self::AsTold(part)) => Self::AsTold(part.clone().over(&before)),
            (_, part) => part.clone(),
        };
        parts.iter().fold(Self::default(), together)
    }
}

impl Mapping {
    /// Adds that `column` gives the field of that name, or that all runs have this value of it.
    pub fn tell(&mut self, field: &str, column: &str) -> Result<()> {
        let column = column.trim();
        let Some(known) = Field::named(field) else {
            let names: Vec<&str> = Field::all().map(Field::name).collect();
            let error = Error::new(format!("there is no field '{}'", shown(field.trim())));
            let error = error.expected(format!("one of {}", names.join(", ")));
            return Err(match did_you_mean(field, Field::all().flat_map(Field::names).copied()) {
                Some(near) => error.hint(option(Field::named(near).unwrap_or(Field::Name), column)),
                None => error,
            });
        };
        if column.is_empty() {
            return Err(Error::new(format!("no column is told for {}", known.name())));
        }
        if let Some(other) = self.text_of(known) {
            let [other, column] = [other, column].map(shown);
            return Err(Error::new(format!("{} is told twice: '{other}' and '{column}'", known.name())));
        }
        self.pairs.push((known, column.to_owned()));
        Ok(())
    }

    /// The same columns, with these of the runs that differ in settings alone.
    #[must_use]
    pub fn taking(self, best_of: BestOf) -> Self {
        Self { best_of, ..self }
    }

    /// This, and of another what this does not tell.
    #[must_use]
    pub fn over(mut self, other: &Self) -> Self {
        let missing = other.pairs.iter().filter(|(field, _)| self.text_of(*field).is_none()).cloned();
        let missing: Vec<_> = missing.collect();
        self.pairs.splice(0..0, missing);
        self
    }

    /// Whether no column is told.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Fields and columns or values, in the order told.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.pairs.iter().map(|(field, column)| (*field, column.as_str()))
    }

    /// The column, or the value for all runs, that is told to give the field.
    pub fn text_of(&self, field: Field) -> Option<&str> {
        self.iter().find(|(known, _)| *known == field).map(|(_, column)| column)
    }

    /// Whether every told column is one of the header's, or a value.
    pub fn has_place_in(&self, header: &[String]) -> bool {
        self.check(&header.iter().map(|name| name.trim()).collect::<Vec<_>>()).is_ok()
    }

    /// Fails where a column that is told is none of `names`, and no value either.
    pub(super) fn check(&self, names: &[&str]) -> Result<()> {
        /// Exports of trackers have hundreds of columns.
        const LISTED: usize = 20;
        let is_there = |text: &str| {
            names.contains(&text) || unit::split(text).1.is_some_and(|_| names.contains(&unit::split(text).0))
        };
        let missing = |(field, text): &(Field, &str)| !is_there(text) && !is_constant(*field, text);
        let Some((field, column)) = self.iter().find(missing) else { return Ok(()) };
        let listed: Vec<String> = names.iter().filter(|name| !name.is_empty()).map(|name| shown(name)).collect();
        let more = if listed.len() > LISTED { format!(" and {} more", listed.len() - LISTED) } else { String::new() };
        let error = Error::new(format!("there is no column '{}' to give {}", shown(column), field.name()))
            .at_column("--columns")
            .expected(format!("one of {}{more}", listed[..listed.len().min(LISTED)].join(", ")));
        Err(match did_you_mean(column, names.iter().copied()) {
            Some(near) => error.hint(option(field, near)),
            None => error,
        })
    }
}

/// `loss=eval/loss,width=model.hidden_size`, as it is typed.
impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, column)) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{}={column}", field.name())?;
        }
        Ok(())
    }
}

/// The option that tells one column, as a shell takes it.
pub(super) fn option(field: Field, column: &str) -> String {
    let told = format!("{}={}", field.name(), shown(column));
    if told.contains(char::is_whitespace) { format!("--columns '{told}'") } else { format!("--columns {told}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Mapping {
        match ColumnChoice::parse(text).unwrap() {
            ColumnChoice::AsTold(mapping) => mapping,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_typed_is_what_is_told() {
        let mapping = told("loss=eval/loss, width = model.hidden_size,layers=a=b,");
        let pairs: Vec<(Field, &str)> = mapping.iter().collect();
        assert_eq!(pairs, [(Field::Loss, "eval/loss"), (Field::Width, "model.hidden_size"), (Field::Layers, "a=b")]);
        assert_eq!(told(&mapping.to_string()), mapping);
        // The field may go by any of its names.
        assert_eq!(told("hidden_size=x").text_of(Field::Width), Some("x"));
        assert_eq!(ColumnChoice::parse(" None "), Ok(ColumnChoice::ByName));
    }

    #[test]
    fn what_cannot_be_told_is_said() {
        let names: Vec<&str> = Field::all().map(Field::name).collect();
        let fields = format!("one of {}", names.join(", "));
        for (text, message) in [
            ("los=x", format!("there is no field 'los'\n  expected: {fields}\n  try: --columns loss=x")),
            ("qqq=x", format!("there is no field 'qqq'\n  expected: {fields}")),
            ("loss", "'loss' says no column\n  expected: FIELD=COLUMN,…, such as loss=eval/loss, or none".to_owned()),
            (" ,", "nothing is told\n  expected: FIELD=COLUMN,…, such as loss=eval/loss, or none".to_owned()),
            ("loss=", "no column is told for loss".to_owned()),
            ("loss=a,val_loss=b", "loss is told twice: 'a' and 'b'".to_owned()),
        ] {
            assert_eq!(ColumnChoice::parse(text).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn parts_are_told_one_after_another() {
        let part = |text: &str| ColumnChoice::parse(text).unwrap();
        let of = |parts: &[&str]| ColumnChoice::of_parts(&parts.iter().map(|text| part(text)).collect::<Vec<_>>());
        assert_eq!(of(&[]), ColumnChoice::AsRemembered);
        assert_eq!(of(&["loss=a", "width=b,loss=c"]), part("width=b,loss=c"));
        assert_eq!(of(&["loss=a", "width=b"]), part("loss=a,width=b"));
        assert_eq!(of(&["loss=a", "none"]), ColumnChoice::ByName);
        assert_eq!(of(&["none", "loss=a"]), part("loss=a"));
    }
}
