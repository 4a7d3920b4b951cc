//! Runs in one JSON document: in an array, under a key such as `runs`, by name, or as a data frame writes its columns.
//!
//! Which of them it is shows in how the values are nested: objects in an array are runs; equally long arrays side by side
//! are columns; objects side by side with the same keys are columns if their names are those of quantities, and runs if
//! the keys within them are.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::field::Field;
use super::frame::Frame;
use super::json::{object, refusal};
use super::lm_eval;
use super::rows::{Place, Rows};
use super::value::{Entries, Key, Value, flattened};
use engine::error::{Error, Result};
use engine::text::{shown, some_of};

/// Keys that hold the runs of a document.
const HOLDERS: [&str; 10] =
    ["runs", "results", "data", "experiments", "records", "rows", "trials", "models", "table", "items"];

/// Where runs lie in a document.
enum Found<'a> {
    /// Each by itself, in this order.
    Objects(Vec<&'a RawValue>),
    /// By name.
    Named(Vec<(Cow<'a, str>, &'a RawValue)>),
    /// By column.
    Frame(Frame<'a>),
}

/// What was found, and what else the document says.
struct Document<'a> {
    found: Found<'a>,
    synthetic: bool,
}

pub(super) fn read(text: &str, rows: &mut Rows<'_>) -> Result<()> {
    let Document { found, synthetic } = find(text)?;
    if synthetic {
        rows.set_synthetic();
    }
    let mut lines = Lines { text, place: 0, line: 1 };
    match found {
        Found::Objects(objects) => {
            for raw in objects {
                let line = lines.of(raw);
                let entries = object(raw.get()).map_err(|error| error.at_line(line))?;
                rows.push_object(Place::Line(line), entries)?;
            }
            Ok(())
        }
        Found::Named(runs) => {
            for (name, raw) in runs {
                let line = lines.of(raw);
                let entries = object(raw.get()).map_err(|error| error.at_line(line))?;
                rows.push_object(Place::Line(line), named(name, entries))?;
            }
            Ok(())
        }
        Found::Frame(frame) => frame.read(rows),
    }
}

/// The names of the columns, or the keys of the first run.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let keys = |entries: Entries<'_>| flattened(entries).into_iter().map(|(key, _)| key.into_owned()).collect();
    match find(text).ok()?.found {
        Found::Objects(objects) => Some(keys(object(objects.first()?.get()).ok()?)),
        Found::Named(runs) => {
            let (name, raw) = runs.into_iter().next()?;
            Some(keys(named(name, object(raw.get()).ok()?)))
        }
        Found::Frame(frame) => Some(frame.names().map(str::to_owned).collect()),
    }
}

/// The run with the key that it stands under as its name, unless it has one.
fn named<'a>(name: Cow<'a, str>, mut entries: Entries<'a>) -> Entries<'a> {
    if entries.iter().all(|(key, _)| Field::named(key) != Some(Field::Name)) {
        entries.insert(0, (Cow::Borrowed(Field::Name.name()), Value::Text(name)));
    }
    entries
}

fn find(text: &str) -> Result<Document<'_>> {
    let values: Vec<&RawValue> = serde_json::Deserializer::from_str(text)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|error| in_text(&error))?;
    match values.as_slice() {
        [only] if is_array(only) => Ok(Document { found: in_array(only)?, synthetic: false }),
        [only] if is_object(only) => in_object(only),
        _ => Ok(Document { found: Found::Objects(values), synthetic: false }),
    }
}

fn in_text(error: &serde_json::Error) -> Error {
    let refused = refusal(error).at_line(error.line() as u64);
    if error.is_eof() {
        refused.hint("the file ends too early: wait until it is written, or copy it again")
    } else {
        refused.expected("one object per line, or one document with all runs")
    }
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

fn is_array(raw: &RawValue) -> bool {
    raw.get().starts_with('[')
}

fn elements(raw: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

fn in_array(raw: &RawValue) -> Result<Found<'_>> {
    let objects = elements(raw);
    if let Some(other) = objects.iter().find(|raw| !is_object(raw)) {
        let what = if is_array(other) { "an array" } else { "a single value" };
        return Err(Error::new(format!("{what} where a run is due, so its values have no names"))
            .expected("an array of objects, one for each run")
            .hint("pandas writes it by to_json('runs.json', orient='records')"));
    }
    Ok(Found::Objects(objects))
}

fn in_object(raw: &RawValue) -> Result<Document<'_>> {
    let Pairs(pairs) = serde_json::from_str(raw.get()).map_err(|error| in_text(&error))?;
    let value_of = |wanted: &str| pairs.iter().find(|(key, _)| key == wanted).map(|(_, raw)| *raw);
    let synthetic = value_of(Field::Synthetic.name()).is_some_and(|raw| raw.get() == "true");
    let found = |found| Ok(Document { found, synthetic });
    if let Some(refused) = lm_eval::refusal(value_of) {
        return Err(refused);
    }
    if let Some(frame) = Frame::split(value_of)? {
        return found(Found::Frame(frame));
    }
    if let Some(holder) = holder(&pairs)? {
        return found(if is_array(holder) { in_array(holder)? } else { side_by_side(pairs_of(holder)) });
    }
    if let Some(frame) = Frame::of_arrays(&pairs) {
        return found(Found::Frame(frame));
    }
    if are_alike(&pairs) {
        return found(side_by_side(pairs));
    }
    found(Found::Objects(vec![raw]))
}

/// What is under the key that holds the runs.
fn holder<'a>(pairs: &[(Cow<'a, str>, &'a RawValue)]) -> Result<Option<&'a RawValue>> {
    let of_objects =
        |raw: &RawValue| raw.get().strip_prefix('[').is_some_and(|inside| inside.trim_start().starts_with('{'));
    let by_name = HOLDERS.iter().find_map(|name| {
        let (_, raw) = pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        (of_objects(raw) || (is_object(raw) && are_alike(&pairs_of(raw)))).then_some(*raw)
    });
    if by_name.is_some() {
        return Ok(by_name);
    }
    let gives = |key: &str| Field::named(key).is_some();
    let arrays: Vec<&(Cow<'_, str>, &RawValue)> = pairs.iter().filter(|(_, raw)| of_objects(raw)).collect();
    match arrays.as_slice() {
        // A run may have a list of objects itself.
        _ if pairs.iter().any(|(key, _)| gives(key)) => Ok(None),
        [] => Ok(None),
        [(_, only)] => Ok(Some(only)),
        several => {
            let keys: Vec<String> = several.iter().map(|(key, _)| shown(key)).collect();
            Err(Error::new(format!("several arrays could hold the runs: {}", some_of(&keys)))
                .hint(format!("take one out: jq -c '.[\"{}\"][]' runs.json > runs.jsonl", keys[0])))
        }
    }
}

fn pairs_of(raw: &RawValue) -> Vec<(Cow<'_, str>, &RawValue)> {
    serde_json::from_str(raw.get()).map(|Pairs(pairs)| pairs).unwrap_or_default()
}

/// Whether all values are objects that share a key.
fn are_alike(pairs: &[(Cow<'_, str>, &RawValue)]) -> bool {
    let Some((_, first)) = pairs.first() else { return false };
    if !pairs.iter().all(|(_, raw)| is_object(raw)) {
        return false;
    }
    let keys: HashSet<Cow<'_, str>> = pairs_of(first).into_iter().map(|(key, _)| key).collect();
    let shares = |raw: &RawValue| pairs_of(raw).iter().any(|(key, _)| keys.contains(key));
    pairs.len() > 1 && pairs[1..].iter().all(|(_, raw)| shares(raw))
}

/// Objects with the same keys: columns of a data frame, or runs by name.
fn side_by_side<'a>(pairs: Vec<(Cow<'a, str>, &'a RawValue)>) -> Found<'a> {
    let known = |names: &mut dyn Iterator<Item = &str>| {
        let mut fields: Vec<Field> = names.filter_map(Field::named).collect();
        fields.sort_unstable_by_key(|field| field.name());
        fields.dedup();
        fields.len()
    };
    let inner: Entries<'_> = pairs.first().and_then(|(_, raw)| object(raw.get()).ok()).unwrap_or_default();
    let inner = flattened(inner);
    let are_numbered = inner.iter().all(|(key, _)| key.parse::<u64>().is_ok());
    let of_columns = known(&mut pairs.iter().map(|(key, _)| key.as_ref()));
    let of_runs = known(&mut inner.iter().map(|(key, _)| key.as_ref()));
    drop(inner);
    if of_columns > of_runs || (of_columns == of_runs && are_numbered) {
        Found::Frame(Frame::of_objects(&pairs))
    } else {
        Found::Named(pairs)
    }
}

/// The lines of places in a text that are asked for in their order.
struct Lines<'a> {
    text: &'a str,
    place: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, raw: &RawValue) -> u64 {
        // Both are parts of one text, so the distance of their beginnings is a place in it.
        let place = (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if let Some(passed) = self.text.as_bytes().get(self.place..place) {
            self.line += passed.split(|byte| *byte == b'\n').skip(1).count() as u64;
            self.place = place;
        }
        self.line
    }
}

/// The entries of an object, the values as they are written.
pub(super) struct Pairs<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some((Key(key), raw)) = map.next_entry()? {
                    pairs.push((key, raw));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}
