//! Every number of an architecture, once: its key, its unit, its names, its value, and how it is written.
//!
//! Budgets, the columns of tables on the screen and in print, the panels of the Evolution, the columns of CSV and the keys
//! of JSON are all views of one table (`entries`). So a number has one name in all of them, and a new one is one entry:
//!
//! ```text
//!                      ┌─ key ─────────▶ CSV, JSON, options and files of budgets
//! Quantity ──▶ Entry ──┼─ heading, unit ▶ budgets, theory, printed tables
//!                      ├─ screen ──────▶ columns of the explorer's table, which sort
//!                      ├─ panel ───────▶ panels of the Evolution
//!                      └─ value ◀── Known (a candidate, or any other architecture that is priced)
//! ```
//!
//! A [`Quantity`] is a place in that table and no `enum`: there is no second list that a new entry could be missing from.
//! Where code needs one by name, it finds it by its key while it is compiled ([`Quantity::TOTAL`] and the others).

mod entries;
mod known;
mod unit;
mod value;

use std::fmt;
use std::sync::LazyLock;

use serde::{Serialize, Serializer};

pub use known::{Confident, Known};
pub use unit::Unit;
pub use value::Value;

use crate::law::Interval;
use crate::space::Space;
use crate::units::{significant, whole_or};
use entries::ENTRIES;

/// A number that every architecture has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quantity(u8);

/// What part of an architecture's description it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What the architecture is.
    Architecture,
    /// What is predicted of it.
    Prediction,
    /// How it stands to the board and to the law's runs.
    Standing,
    /// How sure its place is; known where the law's runs were resampled.
    Confidence,
    /// It follows from other numbers at once: documents leave it out.
    Derived,
}

/// Where a column stands in the explorer's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Among those that are always known, and sort.
    Column(u8),
    /// At the right edge, where it is known: nobody can sort by what most rows do not have.
    Edge,
}

/// A column of the explorer's table.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// Columns stand by rising place, equal ones in the order of the table: those at the end need a wide screen.
    place: Place,
    /// With the unit where cells leave it out.
    pub heading: &'static str,
    /// Cells needed, heading included.
    pub cells: u16,
    /// Another text than the unit's, in at most so many cells.
    own: Option<fn(&Known<'_>, usize) -> String>,
}

/// A panel of the Evolution.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// Panels stand by rising place.
    place: u8,
    /// Over the panel.
    pub label: &'static str,
    /// How the quantity is spoken of.
    pub nature: Nature,
    /// The values that a space offers, in any order; none of what follows from others.
    offers: fn(&Space) -> Vec<f64>,
}

/// How a quantity is best spoken of along a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// It grows with the architecture, up to the end of its axis.
    Size,
    /// One of a few values, none of which is more of the architecture than another.
    Choice,
    /// It follows from the others and has no axis of its own in the space.
    Derived,
}

/// Whether the printed table of a frontier has a column of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printed {
    /// It has.
    Yes,
    /// It has, where the value is known of any row.
    WhereKnown,
    /// It has none: the table would be too wide. CSV and JSON have them all.
    No,
}

/// All that is known of a quantity.
struct Entry {
    key: &'static str,
    name: &'static str,
    heading: &'static str,
    column: &'static str,
    unit: Unit,
    part: Part,
    value: fn(&Known<'_>) -> Value,
    /// What it sorts by, where that is not its value.
    sort_key: Option<fn(&Known<'_>) -> f64>,
    /// Where the value lies, if the law's runs were resampled; from the interval of the loss.
    interval: Option<fn(f64) -> f64>,
    printed: Printed,
    screen: Option<Screen>,
    panel: Option<Panel>,
}

impl Quantity {
    /// How many there are.
    pub const COUNT: usize = ENTRIES.len();

    /// l.
    pub const LAYERS: Self = Self::with_key("layers");
    /// d.
    pub const WIDTH: Self = Self::with_key("width");
    /// E; 1 is dense.
    pub const EXPERTS: Self = Self::with_key("experts");
    /// K.
    pub const TOP_K: Self = Self::with_key("top_k");
    /// r, over all activated experts.
    pub const FFN_RATIO: Self = Self::with_key("ffn_ratio");
    /// Query heads that share a KV head.
    pub const GQA: Self = Self::with_key("gqa");
    /// ρ.
    pub const ACTIVATION_RATE: Self = Self::with_key("activation_rate");
    /// Parameters stored.
    pub const PARAMETERS_TOTAL: Self = Self::with_key("parameters_total");
    /// Parameters used per token.
    pub const PARAMETERS_ACTIVE: Self = Self::with_key("parameters_active");
    /// Of the law.
    pub const LOSS: Self = Self::with_key("loss");
    /// exp(loss).
    pub const PERPLEXITY: Self = Self::with_key("perplexity");
    /// TTFT.
    pub const PREFILL: Self = Self::with_key("prefill_s");
    /// All generated tokens.
    pub const DECODE: Self = Self::with_key("decode_s");
    /// Time per output token.
    pub const TPOT: Self = Self::with_key("tpot_s");
    /// Prefill and decode.
    pub const TOTAL: Self = Self::with_key("total_s");
    /// With everything in it.
    pub const MEMORY: Self = Self::with_key("memory_bytes");
    /// Whether the board has that much.
    pub const FITS_MEMORY: Self = Self::with_key("fits_memory");
    /// Whether the law was never fitted on such a shape.
    pub const EXTRAPOLATED: Self = Self::with_key("extrapolated");
    /// Per request, at the power budget.
    pub const ENERGY: Self = Self::with_key("energy_j");
    /// Per generated token, at the power budget.
    pub const ENERGY_PER_TOKEN: Self = Self::with_key("energy_per_token_j");
    /// Generated tokens per second of decoding.
    pub const TOKENS_PER_S: Self = Self::with_key("tokens_per_s");
    /// Share of the parameters that a token uses.
    pub const ACTIVE_SHARE: Self = Self::with_key("active_share");
    /// Whether no more energy is drawn.
    pub const ENERGY_IS_UPPER_BOUND: Self = Self::with_key("energy_is_upper_bound");
    /// Share of the resamples in which it is on the frontier.
    pub const FRONTIER_PROBABILITY: Self = Self::with_key("frontier_probability");

    /// All of them, in the order of CSV and of documents.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + Clone {
        (0..Self::COUNT).map(|place| Self(place as u8))
    }

    /// Those of one part, in the order of documents.
    pub fn of_part(part: Part) -> impl DoubleEndedIterator<Item = Self> + Clone {
        Self::all().filter(move |quantity| quantity.part() == part)
    }

    /// Those with a column in the explorer's table, from left to right.
    pub fn on_screen() -> &'static [Self] {
        static COLUMNS: LazyLock<Vec<Quantity>> =
            LazyLock::new(|| by_place(|entry| Some(entry.screen?.place).filter(|place| *place != Place::Edge)));
        &COLUMNS
    }

    /// Those with a column at the right edge of that table where they are known.
    pub fn at_the_edge() -> &'static [Self] {
        static COLUMNS: LazyLock<Vec<Quantity>> =
            LazyLock::new(|| by_place(|entry| Some(entry.screen?.place).filter(|place| *place == Place::Edge)));
        &COLUMNS
    }

    /// Those with a panel in the Evolution, row by row.
    pub fn with_panel() -> &'static [Self] {
        static PANELS: LazyLock<Vec<Quantity>> = LazyLock::new(|| by_place(|entry| Some(entry.panel?.place)));
        &PANELS
    }

    /// The one with this key, which there must be. For constants: what is wrong does not compile.
    #[expect(clippy::panic, reason = "only constants are made by it, so that it stops the compiler and no program")]
    const fn with_key(key: &str) -> Self {
        let mut place = 0;
        while place < ENTRIES.len() {
            if is_same(ENTRIES[place].key, key) {
                return Self(place as u8);
            }
            place += 1;
        }
        panic!("no quantity has this key")
    }

    const fn entry(self) -> &'static Entry {
        &ENTRIES[self.0 as usize]
    }

    /// Its place in the table.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// In files and documents, with its unit.
    pub const fn key(self) -> &'static str {
        self.entry().key
    }

    /// In full: what it is.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// In short, without its unit, as budgets and the theory call it.
    pub const fn heading(self) -> &'static str {
        self.entry().heading
    }

    /// Over a printed column whose cells have no unit.
    pub const fn column(self) -> &'static str {
        self.entry().column
    }

    /// What it is measured in.
    pub const fn unit(self) -> Unit {
        self.entry().unit
    }

    /// What it belongs to.
    pub const fn part(self) -> Part {
        self.entry().part
    }

    /// Whether the printed table of a frontier has it.
    pub const fn printed(self) -> Printed {
        self.entry().printed
    }

    /// Its column in the explorer's table.
    pub const fn screen(self) -> Option<&'static Screen> {
        self.entry().screen.as_ref()
    }

    /// Its panel in the Evolution.
    pub const fn panel(self) -> Option<&'static Panel> {
        self.entry().panel.as_ref()
    }

    /// That of an architecture.
    pub fn of(self, known: &Known<'_>) -> Value {
        (self.entry().value)(known)
    }

    /// What it sorts by: its value, infinite where that is not known.
    pub fn sort_key(self, known: &Known<'_>) -> f64 {
        match self.entry().sort_key {
            Some(key) => key(known),
            None => self.of(known).number().unwrap_or(f64::INFINITY),
        }
    }

    /// Whether it has an interval where the law's runs were resampled.
    pub const fn has_interval(self) -> bool {
        self.entry().interval.is_some()
    }

    /// Where its value lies; `None` of what does not depend on the law, and where the runs were not resampled.
    pub fn interval(self, known: &Known<'_>) -> Option<Interval> {
        let (confident, of_loss) = (known.confident?, self.entry().interval?);
        Some(confident.loss.ok()?.map(of_loss))
    }

    /// A value with its unit, as people read it.
    pub fn text(self, value: f64) -> String {
        self.unit().text(value)
    }

    /// A cell below [`Self::column`].
    pub fn cell(self, known: &Known<'_>) -> String {
        self.unit().cell(self.of(known))
    }

    /// A size that need not be one that can be built; whole numbers have all their digits, others so many.
    pub fn real_text(self, value: f64, digits: u8) -> String {
        match self.unit() {
            Unit::Count => whole_or(value, digits),
            Unit::Ratio => significant(value, 3),
            unit => unit.text(value),
        }
    }

    /// A cell of the explorer's table.
    pub fn screen_cell(self, known: &Known<'_>) -> String {
        let value = self.of(known);
        let Some(screen) = self.screen() else { return self.unit().screen_cell(value, usize::MAX) };
        let room = usize::from(screen.cells);
        screen.own.map_or_else(|| self.unit().screen_cell(value, room), |own| own(known, room))
    }

    /// The values that a space offers, rising, each once; none of what follows from others.
    pub fn offered_by(self, space: &Space) -> Vec<f64> {
        let mut values = self.panel().map_or_else(Vec::new, |panel| (panel.offers)(space));
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    }
}

/// Its key.
impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// Its key.
impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

fn by_place<P: Ord + Copy>(place: impl Fn(&'static Entry) -> Option<P>) -> Vec<Quantity> {
    let mut placed: Vec<(P, Quantity)> =
        Quantity::all().filter_map(|quantity| Some((place(quantity.entry())?, quantity))).collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, quantity)| quantity).collect()
}

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests;
