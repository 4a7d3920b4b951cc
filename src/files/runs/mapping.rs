//! Columns as people tell them, where names leave it open: `--columns loss=eval/loss,width=model.hidden_size`.
//!
//! What the user says wins over every name. Another column that would have given the field is then ignored.

use std::fmt;

use super::field::Field;
use engine::error::{Error, Result, did_you_mean};
use engine::text::shown;

/// Fields with the columns that give them, in the order told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(Vec<(Field, String)>);

/// How the columns of a file are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ColumnChoice {
    /// As was told earlier for the same header, else by their names.
    #[default]
    AsRemembered,
    /// By their names; what was told earlier is forgotten.
    ByName,
    /// As told now, and remembered.
    AsTold(Mapping),
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
}

impl Mapping {
    /// Adds that `column` gives the field of that name.
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
        if let Some(other) = self.column_of(known) {
            let [other, column] = [other, column].map(shown);
            return Err(Error::new(format!("{} is told twice: '{other}' and '{column}'", known.name())));
        }
        if let Some(other) = self.field_of(column) {
            let what = format!("'{}' is told to give {} and {}", shown(column), other.name(), known.name());
            return Err(Error::new(what).expected("a column of its own for each field"));
        }
        self.0.push((known, column.to_owned()));
        Ok(())
    }

    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fields and columns, in the order told.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, column)| (*field, column.as_str()))
    }

    /// The column that is told to give the field.
    pub fn column_of(&self, field: Field) -> Option<&str> {
        self.iter().find(|(known, _)| *known == field).map(|(_, column)| column)
    }

    /// The field that the column is told to give.
    pub fn field_of(&self, column: &str) -> Option<Field> {
        self.iter().find(|(_, known)| *known == column).map(|(field, _)| field)
    }

    /// Fails where a column that is told is none of `names`.
    pub(super) fn check(&self, names: &[&str]) -> Result<()> {
        /// Exports of trackers have hundreds of columns.
        const LISTED: usize = 20;
        let Some((field, column)) = self.iter().find(|(_, column)| !names.contains(column)) else { return Ok(()) };
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
        assert_eq!(told("hidden_size=x").column_of(Field::Width), Some("x"));
        assert_eq!(ColumnChoice::parse(" None "), Ok(ColumnChoice::ByName));
    }

    #[test]
    fn what_cannot_be_told_is_said() {
        let fields = "one of name, layers, width, heads, head_dim, kv_heads, ffn_ratio, expert_hidden, \
                      intermediate_size, experts, top_k, tokens, seed, loss, perplexity, synthetic";
        for (text, message) in [
            ("los=x", format!("there is no field 'los'\n  expected: {fields}\n  try: --columns loss=x")),
            ("qqq=x", format!("there is no field 'qqq'\n  expected: {fields}")),
            ("loss", "'loss' says no column\n  expected: FIELD=COLUMN,…, such as loss=eval/loss, or none".to_owned()),
            (" ,", "nothing is told\n  expected: FIELD=COLUMN,…, such as loss=eval/loss, or none".to_owned()),
            ("loss=", "no column is told for loss".to_owned()),
            ("loss=a,val_loss=b", "loss is told twice: 'a' and 'b'".to_owned()),
            (
                "loss=a,width=a",
                "'a' is told to give loss and width\n  expected: a column of its own for each field".to_owned(),
            ),
        ] {
            assert_eq!(ColumnChoice::parse(text).unwrap_err().to_string(), message, "{text}");
        }
    }
}
