//! What the theory says, for people.

use super::Question;
use super::report::Report;
use crate::cli::setting;
use crate::cli::streams::{Failure, Streams};
use crate::cli::table::{Table, write_pairs};
use engine::architecture::experts_in_words;
use engine::quantity::Quantity;
use engine::text::shown;
use engine::theory::closed_forms::{Condition, Verdict};
use engine::theory::{Coordinate, Point, Simplified};
use engine::units::{self, nats, significant};
use report::body::{BuiltPart, FormPart, Theory, TheoryAnswer};
use report::{ArchitecturePart, PredictionsPart};

pub(super) fn write(question: &Question, report: &Report, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let mut pairs = setting::describe(&question.law, &question.board, &question.estimator);
    pairs.push(("budgets", question.budgets.in_words().unwrap_or_default()));
    pairs.push(("space", format!("the ends of {}", shown(&question.space.name))));
    let body = &report.body;
    for (label, answer) in [("operators", &body.operators), ("simplified", &body.simplified)] {
        pairs.push((label, verdict(answer)));
    }
    write_pairs(streams.out, &pairs)?;
    if [&body.operators, &body.simplified].into_iter().all(|answer| answer.optimum.is_none()) {
        return Ok(());
    }
    writeln!(streams.out)?;
    table(body).write(streams.out)?;
    writeln!(streams.out)?;
    for line in sentences(report) {
        writeln!(streams.out, "{line}")?;
    }
    Ok(())
}

/// `decode latency binds (D1); KKT residual 3e-11`.
fn verdict(answer: &TheoryAnswer) -> String {
    let mut text = answer.regime_in_words.clone();
    if let Some(name) = answer.paper_regime {
        text = format!("{text} ({name})");
    }
    match (&answer.no_optimum, answer.kkt_residual) {
        (Some(reason), _) => format!("{text}: {reason}"),
        (None, Some(residual)) => format!("{text}; KKT residual {}", units::residual(residual)),
        (None, None) => text,
    }
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

fn failures(form: &FormPart) -> impl Iterator<Item = &Condition> {
    form.conditions.iter().filter(|condition| condition.verdict == Verdict::Fails)
}

fn sentences(report: &Report) -> Vec<String> {
    let Report { body: report, asked } = report;
    let answer = &report.answer;
    let over = asked.over_by_operators.iter().map(|(limit, takes)| format!("{} {}", limit.label(), limit.text(*takes)));
    let over: Vec<String> = over.collect();
    let mut lines = Vec::new();
    if !over.is_empty() {
        lines.push(format!(
            "rounded: over its limits by the operator model, which prices all else: {}",
            over.join(", ")
        ));
    }
    lines.extend(asked.undetermined_in_words.clone());
    lines.extend(answer.sensitivities.iter().map(|known| known.words.clone()));
    lines.extend(answer.ends.iter().map(|known| known.words.clone()));
    if let Some(BuiltPart { entry, loss_cost_nats: Some(cost), .. }) = &answer.rounded {
        let ArchitecturePart { heads, head_dim, kv_heads, intermediate, experts, top_k, .. } = &entry.architecture;
        lines.push(format!(
            "rounded: {heads} heads of {head_dim}, {}, {} of {intermediate}; rounding costs {}",
            units::counted(*kv_heads, "KV head"),
            experts_in_words(*experts, *top_k),
            nats(*cost)
        ));
    }
    lines.extend(answer.not_rounded.clone());
    lines.extend(report.no_closed_form.clone());
    if let Some(form) = &report.closed_form {
        if form.free.paper_regime.is_none() {
            let regime = form.free.regime;
            lines
                .push(format!("closed form: the paper has none where {regime}; derived here as it derives the others"));
        }
        lines.extend(failures(&form.free).map(|condition| format!("closed form: {}", condition.sentence)));
        if let Some(kept) = &form.ends_kept {
            let held = kept.held.join(", ");
            lines.push(format!("with {held} kept: the closed form with {held} on an end of the space"));
            lines.extend(failures(kept).map(|condition| format!("with {held} kept: {}", condition.sentence)));
        }
        if let Some(printed) = &form.free.printed {
            lines.push(format!(
                "closed form: as the paper prints it ρ* would be {}, and decode {} % over its limit",
                significant(printed.printed_rho, 3),
                significant(100.0 * printed.decode_excess, 2)
            ));
        }
        lines.extend(form.deviations.iter().map(|deviation| format!("paper: {deviation}")));
    }
    lines.extend(report.no_sweep_best.clone());
    lines.push(format!(
        "each row is priced by its own costs; the simplified ones (Eq. 29, 39, 42) have {}",
        Simplified::LEFT_OUT
    ));
    lines
}
