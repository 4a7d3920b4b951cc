//! For people: one block per claim, wrapped to a terminal of 80 columns, `yes` or `no` before each statement.

use std::io::{self, Write};

use super::Reproduction;
use crate::cli::setting::describe_law;
use crate::cli::table::write_pairs;
use engine::claims::{Check, Erratum, Finding, Outcome};
use engine::precision::Precision;
use engine::text::shown;
use engine::text::wrapped;
use engine::units::count;
use engine::workload::Workload;
use report::latency_basis;

const COLUMNS: usize = 80;
/// Of the claim's number, and of the label beside it.
const NUMBER: usize = 4;
const LABEL: usize = 9;

pub(super) fn write(reproduction: &Reproduction, out: &mut dyn Write) -> io::Result<()> {
    write_pairs(out, &setting(reproduction))?;
    for finding in &reproduction.findings {
        writeln!(out)?;
        write_finding(finding, out)?;
    }
    writeln!(out, "\nWhere the paper contradicts itself, and what is taken instead")?;
    for erratum in &reproduction.errata {
        writeln!(out)?;
        write_erratum(erratum, out)?;
    }
    Ok(())
}

/// What stands above the claims.
fn setting(reproduction: &Reproduction) -> Vec<(&'static str, String)> {
    let Reproduction { law, board, space, evidence, .. } = reproduction;
    let formats = [Precision::FP16, Precision::W8A8].map(|format| format.name).join(" and ");
    let basis = latency_basis(&board.profile, &board.mode, &Precision::FP16);
    let origin = space.origin.as_ref().map_or_else(String::new, |origin| format!(" ({origin})"));
    let mut pairs = vec![
        ("law", describe_law(law)),
        ("board", format!("{}, {formats}; {basis}", board.hardware.name)),
        ("workload", Workload::default().to_string()),
        ("space", format!("{}{origin}: {} candidates", shown(&space.name), count(evidence.candidates()))),
        ("frontiers", "prefill / decode / total latency, in this order below".to_owned()),
        ("(ours)", "a statement that is not the paper's, and does not count for the verdict".to_owned()),
        ("result", reproduction.summary()),
    ];
    pairs.extend(reproduction.reservation().map(|words| ("beware", words.to_owned())));
    pairs
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    write_line(finding.id, &finding.judgement(), out)?;
    write_part("paper", finding.paper, out)?;
    write_part("here", &finding.measured, out)?;
    write_part("setting", finding.setting, out)?;
    if let Some(remark) = &finding.remark {
        write_part("note", remark, out)?;
    }
    finding.checks.iter().try_for_each(|check| write_check(check, out))
}

fn write_check(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    let answer = match check.outcome {
        Outcome::Holds => "yes",
        Outcome::Fails => "no",
        Outcome::NotTestable => "unknown",
    };
    let measured = if check.measured.is_empty() { String::new() } else { format!(": {}", check.measured) };
    write_part(answer, &format!("{}{measured}", check.attributed()), out)?;
    check.why_not().map_or(Ok(()), |reason| write_part("", &format!("({reason})"), out))
}

fn write_erratum(erratum: &Erratum, out: &mut dyn Write) -> io::Result<()> {
    write_line(&erratum.number.to_string(), erratum.place, out)?;
    write_part("printed", erratum.printed, out)?;
    write_part("correct", erratum.corrected, out)?;
    let label = if erratum.confirmed == Some(false) { "not seen" } else { "shown" };
    write_part(label, &erratum.evidence, out)
}

fn write_line(number: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{number:<NUMBER$}{text}")
}

/// A label and its text, which hangs beside it.
fn write_part(label: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut label = label;
    for line in wrapped(text, COLUMNS - NUMBER - LABEL) {
        writeln!(out, "{:NUMBER$}{label:<LABEL$}{line}", "")?;
        label = "";
    }
    Ok(())
}
