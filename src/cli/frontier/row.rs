//! The frontier as columns, for people and for other programs: every quantity of an architecture that is not left out.

use std::io::Write;

use super::super::streams::Failure;
use super::super::table::{Table, write_csv};
use engine::landscape::Landscape;
use engine::quantity::{Known, Part, Printed, Quantity, Unit, Value};
use engine::reference::ReferenceModel;
use engine::units::significant;

/// A model beside the frontier.
#[derive(Debug)]
pub(super) struct ModelLine<'a> {
    pub(super) name: &'a str,
    pub(super) notes: &'a [String],
    known: Known<'a>,
}

impl<'a> ModelLine<'a> {
    pub(super) fn new(landscape: &'a Landscape, model: &'a ReferenceModel, board_memory_bytes: f64) -> Self {
        let known = Known::model(model).on(&landscape.estimator).under(&landscape.law).within(board_memory_bytes);
        Self { name: &model.name, notes: &model.notes, known }
    }
}

/// What is printed of a model, whose shape is known elsewhere.
const OF_MODELS: [Quantity; 9] = [
    Quantity::PARAMETERS_TOTAL,
    Quantity::PARAMETERS_ACTIVE,
    Quantity::LOSS,
    Quantity::PERPLEXITY,
    Quantity::PREFILL,
    Quantity::TPOT,
    Quantity::TOTAL,
    Quantity::MEMORY,
    Quantity::FITS_MEMORY,
];

/// Models for people.
pub(super) fn model_table(lines: &[ModelLine<'_>]) -> Table {
    let headings: Vec<&str> = ["model"].into_iter().chain(OF_MODELS.map(Quantity::column)).chain(["shape"]).collect();
    let mut table = Table::new(&headings, &[0, 9, 10]);
    for ModelLine { name, known, .. } in lines {
        let is_extrapolated = Quantity::EXTRAPOLATED.of(known) == Value::Flag(true);
        let shape = if is_extrapolated { "beyond the law's" } else { "within the law's" };
        let cells = OF_MODELS.map(|quantity| quantity.cell(known));
        table.row([(*name).to_owned()].into_iter().chain(cells).chain([shape.to_owned()]));
    }
    table
}

/// How resampling changes the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    Plain,
    WithConfidence,
}

/// Those of CSV: all numbers that are not derived from others at once.
fn quantities(columns: Columns) -> impl Iterator<Item = Quantity> {
    Quantity::all().filter(move |quantity| match quantity.part() {
        Part::Architecture | Part::Prediction | Part::Standing => true,
        Part::Confidence => columns == Columns::WithConfidence,
        Part::Derived => false,
    })
}

/// Those whose intervals CSV has, in two columns each.
fn uncertain(columns: Columns) -> impl Iterator<Item = Quantity> {
    Quantity::all().filter(move |quantity| columns == Columns::WithConfidence && quantity.has_interval())
}

/// Below a header that depends on what is known, not on whether there are rows.
pub(super) fn csv(rows: &[Known<'_>], columns: Columns, out: &mut dyn Write) -> Result<(), Failure> {
    let ends = |quantity: Quantity| ["low", "high"].map(|end| format!("{}_ci_{end}", quantity.key()));
    let header: Vec<String> = quantities(columns)
        .map(|quantity| quantity.key().to_owned())
        .chain(uncertain(columns).flat_map(ends))
        .collect();
    let cells = |known: &Known<'_>| -> Vec<Value> {
        let interval = |quantity: Quantity| {
            let interval = quantity.interval(known);
            [interval.map(|interval| interval.low), interval.map(|interval| interval.high)].map(Value::from)
        };
        quantities(columns).map(|quantity| quantity.of(known)).chain(uncertain(columns).flat_map(interval)).collect()
    };
    let rows: Vec<Vec<Value>> = rows.iter().map(cells).collect();
    write_csv(&header, &rows, out)
}

/// For people.
pub(super) fn table(rows: &[Known<'_>]) -> Table {
    let is_known = |quantity: Quantity| rows.iter().any(|known| quantity.of(known) != Value::Unknown);
    let printed: Vec<Quantity> = Quantity::all()
        .filter(|&quantity| match quantity.printed() {
            Printed::Yes => true,
            Printed::WhereKnown => is_known(quantity),
            Printed::No => false,
        })
        .collect();
    let is_bound = rows.iter().any(|known| Quantity::ENERGY_IS_UPPER_BOUND.of(known) == Value::Flag(true));
    let heading = |quantity: &Quantity| match quantity.unit() {
        Unit::Joules if is_bound => format!("≤ {}", quantity.column()),
        _ => quantity.column().to_owned(),
    };
    let mut headings: Vec<String> = printed.iter().map(heading).collect();
    let is_resampled = rows.iter().any(|known| known.confident.is_some());
    if is_resampled {
        headings.push(format!("{} ±", Quantity::LOSS.heading()));
    }
    let words = printed.iter().enumerate().filter(|(_, quantity)| quantity.unit() == Unit::Flag);
    let words: Vec<usize> = words.map(|(column, _)| column).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let mut table = Table::new(&headings, &words);
    for known in rows {
        let mut cells: Vec<String> = printed.iter().map(|quantity| quantity.cell(known)).collect();
        if is_resampled {
            let interval = Quantity::LOSS.interval(known);
            cells.push(interval.map_or_else(|| "?".to_owned(), |interval| significant(interval.half_width(), 2)));
        }
        table.row(cells);
    }
    table
}
