//! Tables to paste into a document: one row per claim, one per erratum.

use std::io::{self, Write};

use super::Reproduction;
use engine::claims::{Finding, Outcome};
use engine::text::shown;
use engine::units::count;

pub(super) fn write(reproduction: &Reproduction, out: &mut dyn Write) -> io::Result<()> {
    let Reproduction { law, board, space, evidence, findings, errata, .. } = reproduction;
    write!(
        out,
        "Law `{}`, {}, space `{}` ({} candidates); frontiers of prefill / decode / total latency. {}",
        shown(&law.name),
        cell(&board.hardware.name),
        shown(&space.name),
        count(evidence.candidates()),
        sentence(&reproduction.summary())
    )?;
    if let Some(words) = reproduction.reservation() {
        write!(out, " {}", sentence(words))?;
    }
    writeln!(out, "\n\n| | the paper | here | verdict | note |\n|---|---|---|---|---|")?;
    for finding in findings {
        let [paper, measured, remark] = [finding.paper, &finding.measured, &note(finding)].map(cell);
        writeln!(out, "| {} | {paper} | {measured} | {} | {remark} |", finding.id, finding.judgement())?;
    }
    writeln!(out, "\n| | erratum | the paper | corrected | shown by |\n|---|---|---|---|---|")?;
    for erratum in errata {
        let [place, printed, corrected, evidence] =
            [erratum.place, erratum.printed, erratum.corrected, &erratum.evidence].map(cell);
        writeln!(out, "| {} | {place} | {printed} | {corrected} | {evidence} |", erratum.number)?;
    }
    Ok(())
}

/// The remark, then every statement that does not hold, with the reason where it is known.
fn note(finding: &Finding) -> String {
    let failing = finding.checks.iter().filter(|check| check.outcome != Outcome::Holds).map(|check| {
        let answer = if check.outcome == Outcome::Fails { "no" } else { "not testable here" };
        let measured = if check.measured.is_empty() { String::new() } else { format!(" ({})", check.measured) };
        let reason = check.why_not().map_or_else(String::new, |reason| format!("{measured}: {reason}"));
        format!("{}? {}", capitalised(&check.attributed()), sentence(&format!("{answer}{reason}")))
    });
    finding.remark.iter().cloned().chain(failing).collect::<Vec<_>>().join(" ")
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    capitalised(text) + "."
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}
