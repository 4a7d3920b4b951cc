//! Which column means what: as the user said, otherwise by its name.
//!
//! Two columns for one quantity are an error, because nothing tells which of them the author of the file means;
//! `--columns` says it. There are two exceptions. The name of a run carries no number, so the most specific column
//! wins. And `config.json` writes a model that mixes dense and expert layers with `moe_intermediate_size` beside
//! `intermediate_size`, so these two are fields of their own.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::field::{Field, rank_as_name};
use super::mapping::{Mapping, option};
use engine::error::{Error, Result, did_you_mean};

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

/// The columns of a header, or the keys of an object, with the field that each one gives.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    fields: Vec<Option<Field>>,
}

impl Columns {
    /// Finds the fields; fails where a column stands twice or two columns give one field.
    pub(super) fn new<'a>(names: impl IntoIterator<Item = &'a str>, told: &Mapping) -> Result<Self> {
        let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
        let by_name = |name: &str| Field::named(name).filter(|field| told.column_of(*field).is_none());
        let mut fields: Vec<Option<Field>> =
            names.iter().map(|name| told.field_of(name).or_else(|| by_name(name))).collect();
        keep_best_name(&names, &mut fields);
        // Exports have thousands of columns, so each is looked up and none is compared with all others.
        let (mut seen, mut givers) = (HashSet::new(), HashMap::new());
        for (name, field) in names.iter().zip(&fields) {
            if !name.is_empty() && !seen.insert(name.as_str()) {
                return Err(Error::new(format!("'{name}' stands twice")).hint("remove or rename one of them"));
            }
            let Some(field) = field else { continue };
            if let Some(other) = givers.insert(*field, name) {
                return Err(Error::new(format!("'{other}' and '{name}' both give {}", field.name()))
                    .expected("one column for each quantity")
                    .hint(format!("say which, as in {}; or remove or rename one of them", option(*field, name))));
            }
        }
        Ok(Self { names, fields })
    }

    /// Fails where a law could not see the shape or the loss of a run with these columns.
    pub(super) fn require(&self) -> Result<()> {
        for field in [Field::Layers, Field::Width, Field::Loss] {
            if !self.gives(field) {
                return Err(self.missing(field, format!("there is no '{}'", field.name()), &[field]));
            }
        }
        let [heads, head_dim] = [Field::Heads, Field::HeadDim];
        if !self.gives(heads) && !self.gives(head_dim) {
            let what = "there is neither 'heads' nor 'head_dim', so the KV dimension cannot be derived";
            return Err(self.missing(heads, what.to_owned(), &[heads, head_dim]));
        }
        let [ratio, expert, intermediate] = [Field::FfnRatio, Field::ExpertHidden, Field::Intermediate];
        if [ratio, expert, intermediate].into_iter().all(|field| !self.gives(field)) {
            let what = "there is neither 'ffn_ratio' nor 'intermediate_size'";
            return Err(self.missing(ratio, what.to_owned(), &[ratio, intermediate, expert]));
        }
        Ok(())
    }

    fn missing(&self, field: Field, what: String, accepted: &[Field]) -> Error {
        let names: Vec<&str> = accepted.iter().flat_map(|field| field.names()).copied().collect();
        let error = Error::new(what).expected(format!("one of {}", names.join(", ")));
        let unknown = self.names.iter().zip(&self.fields).filter(|(name, field)| field.is_none() && !name.is_empty());
        error.hint(match did_you_mean(field.name(), unknown.map(|(name, _)| name.as_str())) {
            Some(near) => format!("{} if that is what it holds", option(field, near)),
            None => format!("{} if another column holds it", option(field, "COLUMN")),
        })
    }

    pub(super) fn gives(&self, field: Field) -> bool {
        self.fields.contains(&Some(field))
    }

    /// The columns' names with their fields, in the file's order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<Field>)> {
        self.names.iter().map(String::as_str).zip(self.fields.iter().copied())
    }
}

/// Of several columns that could name the run, the most specific one; the others are ignored.
fn keep_best_name(names: &[String], fields: &mut [Option<Field>]) {
    let candidates = || names.iter().enumerate().filter_map(|(index, name)| Some((rank_as_name(name)?, index)));
    let is_name = |index: usize, fields: &[Option<Field>]| fields[index] == Some(Field::Name);
    let Some((_, best)) = candidates().filter(|(_, index)| is_name(*index, fields)).min() else { return };
    for (_, index) in candidates() {
        if is_name(index, fields) && index != best {
            fields[index] = None;
        }
    }
}
