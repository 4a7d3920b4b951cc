//! What the theory says, for people.

use super::Asked;
use crate::cli::setting;
use crate::cli::streams::{Failure, Streams};
use crate::cli::table::{Table, write_pairs};
use engine::quantity::Quantity;
use engine::text::shown;
use engine::theory::{Coordinate, Point};
use report::body::{BuiltPart, FormPart, Theory};
use report::theory::Answers;
use report::theory::words::{sentences, verdict_in_full};
use report::{ArchitecturePart, PredictionsPart};

pub(super) fn write(asked: &Asked, answers: &Answers, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let mut pairs = setting::describe(&asked.law, &asked.board, &asked.estimator);
    pairs.push(("budgets", asked.budgets.in_words().unwrap_or_default()));
    pairs.push(("space", format!("the ends of {}", shown(&asked.space.name))));
    let body = &answers.body;
    for (label, answer) in [("operators", &body.operators), ("simplified", &body.simplified)] {
        pairs.push((label, verdict_in_full(answer)));
    }
    write_pairs(streams.out, &pairs)?;
    if [&body.operators, &body.simplified].into_iter().all(|answer| answer.optimum.is_none()) {
        return Ok(());
    }
    writeln!(streams.out)?;
    table(body).write(streams.out)?;
    writeln!(streams.out)?;
    for line in sentences(answers) {
        writeln!(streams.out, "{line}")?;
    }
    Ok(())
}

fn table(report: &Theory) -> Table {
    let sizes = Coordinate::ALL.map(|coordinate| coordinate.quantity().heading());
    let headings: Vec<&str> = [""].into_iter().chain(sizes).chain(PREDICTED.map(Quantity::column)).collect();
    let mut table = Table::new(&headings, &[0]);
    for (name, answer) in [("operators", &report.operators), ("simplified", &report.simplified)] {
        if let Some(optimum) = &answer.optimum {
            table.row(cells(name, &point(&optimum.entry.architecture), &optimum.entry.predictions));
        }
    }
    if let Some(form) = &report.closed_form {
        let mut row = |name: &str, at: &FormPart| {
            let entry = &at.optimum.entry;
            table.row(cells(name, &point(&entry.architecture), &entry.predictions));
        };
        row("closed form", &form.free);
        if let Some(kept) = &form.ends_kept {
            row(&format!("with {} kept", kept.held.join(", ")), kept);
        }
    }
    let rounded = format!("rounded ({})", report.costs);
    let built = [(rounded.as_str(), report.answer.rounded.as_ref()), ("best of the sweep", report.sweep_best.as_ref())];
    for (name, built) in built {
        if let Some(BuiltPart { entry, .. }) = built {
            table.row(cells(name, &point(&entry.architecture), &entry.predictions));
        }
    }
    table
}

/// The five numbers of a shape that the theory varies.
fn point<S: Copy + Into<f64>>(shape: &ArchitecturePart<S>) -> Point {
    Point {
        layers: shape.layers.into(),
        width: shape.width.into(),
        ffn_ratio: shape.ffn_ratio,
        gqa: shape.heads.into() / shape.kv_heads.into(),
        rho: shape.top_k.into() / shape.experts.into(),
    }
}

/// What of an optimum is printed beside its sizes.
const PREDICTED: [Quantity; 6] =
    [Quantity::LOSS, Quantity::PERPLEXITY, Quantity::PREFILL, Quantity::TPOT, Quantity::TOTAL, Quantity::MEMORY];

fn cells(name: &str, point: &Point, predictions: &PredictionsPart) -> Vec<String> {
    let sizes = Coordinate::ALL.map(|coordinate| coordinate.quantity().real_text(point.get(coordinate), 4));
    let predicted = PREDICTED.map(|quantity| quantity.unit().cell(predictions.get(quantity)));
    [name.to_owned()].into_iter().chain(sizes).chain(predicted).collect()
}
