//! `roofscape reproduce`: the paper's claims from its published law, each with what is found here.
//!
//! All of it but the clock is in [`claims`](engine::claims). The exit code tells scripts whether this program still
//! gives what it gave: it is 1 if a statement fails that is expected to hold.

mod markdown;
mod print;

use std::hint::black_box;
use std::time::Instant;

use super::args::{BoardArgs, ReportFormat, ReproduceArgs};
use super::load::{self, BoardInMode};
use super::streams::{Failure, Outcome, Streams};
use crate::built_in;
use engine::claims::{Check, Erratum, Evidence, Finding, Pricing, Verdict, errata, findings};
use engine::error::{Error, Result};
use engine::landscape::Landscape;
use engine::law::LossLaw;
use engine::law::forms::{EQ_2, Eq2};
use engine::precision::Precision;
use engine::roofline::{Attention, Estimator, UnsupportedFormat};
use engine::space::Space;
use engine::text::shown;
use engine::workload::{Objective, Workload};
use files::resolve::Library;
use report::body::{ClaimPart, Reproduce};
use report::{Document, SettingPart, write_json};

/// What the claims are checked with, and what became of them.
struct Reproduction {
    law: LossLaw,
    is_published_law: bool,
    board: BoardInMode,
    space: Space,
    evidence: Evidence,
    findings: Vec<Finding>,
    errata: Vec<Erratum>,
}

impl Reproduction {
    fn new(args: &ReproduceArgs, library: &Library) -> Result<Self> {
        let board = load::in_mode(library.profile(&args.profile)?.1, args.mode.as_deref())?;
        // The claims are about the paper's space, whatever a user's own of that name is.
        let built_in = built_in::library();
        let (space, published, law) = (built_in.space("paper")?, built_in.law("paper")?.1, library.law(&args.law)?.1);
        if Eq2::of(&law.coefficients).is_none() {
            let form = law.coefficients.form().title;
            return Err(Error::new(format!(
                "the claims are about Eq. 2, and the law '{}' is {form}",
                shown(&law.name)
            ))
            .at_column("--law")
            .expected(format!("a law of the form '{}'", EQ_2.name)));
        }
        let unable = |refusal: UnsupportedFormat| {
            Error::new(format!("the claims are about fp16 and w8a8: {refusal}"))
                .at_column("--profile")
                .expected("a board that computes in both")
        };
        let evidence = Evidence::new(&space, &law, &board.hardware).map_err(unable)?;
        let findings = findings(&evidence, &time_pricing(&space, &law, &board)?);
        let errata = errata(&evidence);
        let is_published_law = law.coefficients == published.coefficients;
        Ok(Self { law, is_published_law, board, space, evidence, findings, errata })
    }

    /// Statements that should hold and do not, each with its claim.
    fn failures(&self) -> Vec<String> {
        let of = |finding: &Finding| -> Vec<String> {
            let sentence = |check: &Check| {
                let (statement, measured) = (check.attributed(), &check.measured);
                let reason = check.reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
                format!("{} should hold and does not: {statement}; here: {measured}{reason}", finding.id)
            };
            finding.failures().map(sentence).collect()
        };
        self.findings.iter().flat_map(of).collect()
    }

    /// Statements that hold and were not expected to.
    fn surprises(&self) -> Vec<String> {
        let of = |finding: &Finding| -> Vec<String> {
            let sentence =
                |check: &Check| format!("{} is better than expected: it holds that {}", finding.id, check.attributed());
            finding.surprises().map(sentence).collect()
        };
        self.findings.iter().flat_map(of).collect()
    }

    /// `3 of 9 claims hold, 4 in part, 1 differs, 1 cannot be tested; 1 of 9 comes out worse than it should`.
    fn summary(&self) -> String {
        let count = |verdict| self.findings.iter().filter(|finding| finding.verdict() == verdict).count();
        let in_words = |count: usize| if count == 0 { "none".to_owned() } else { count.to_string() };
        let (partly, differing, open) =
            (count(Verdict::HoldsInPart), count(Verdict::Differs), count(Verdict::NotTestable));
        let differ = if differing > 1 { "differ" } else { "differs" };
        let untested = if open > 0 { format!(", {open} cannot be tested") } else { String::new() };
        let worse = match self.findings.iter().filter(|finding| finding.failures().count() > 0).count() {
            0 => String::new(),
            1 => format!("; 1 of {} comes out worse than it should", self.findings.len()),
            worse => format!("; {worse} of {} come out worse than they should", self.findings.len()),
        };
        format!(
            "{} of {} claims hold, {} in part, {} {differ}{untested}{worse}",
            in_words(count(Verdict::Holds)),
            self.findings.len(),
            in_words(partly),
            in_words(differing)
        )
    }

    /// What another law or board makes of the expectations.
    fn reservation(&self) -> Option<&'static str> {
        if !self.is_published_law {
            return Some("not the published law, about which alone the paper makes its claims");
        }
        let is_known = self.board.profile.name == BoardArgs::DEFAULT
            && self.board.mode.name == self.board.profile.default_mode().name;
        (!is_known).then_some(
            "what is expected to hold is what holds on agx-orin-64gb in MAXN; the paper does not name its Orin",
        )
    }
}

/// Prices at least as many configurations as the paper did, and orders them into a frontier.
fn time_pricing(space: &Space, law: &LossLaw, board: &BoardInMode) -> Result<Pricing> {
    let estimator = Estimator::new(&board.hardware, Precision::FP16, Workload::default())?;
    let space = Pricing::ground(space);
    let start = Instant::now();
    let landscape = Landscape::new(&space, law.clone(), estimator);
    black_box(landscape.frontier_of(Objective::Total, |_| true));
    let elapsed_s = start.elapsed().as_secs_f64();
    Ok(Pricing { configurations: landscape.sweep.len(), elapsed_s })
}

pub(super) fn run(args: &ReproduceArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let reproduction = Reproduction::new(args, library)?;
    let (failures, surprises) = (reproduction.failures(), reproduction.surprises());
    match args.format {
        ReportFormat::Json => write_json(&document(&reproduction, failures.is_empty()), &mut *streams.out)?,
        ReportFormat::Markdown => markdown::write(&reproduction, streams.out)?,
        ReportFormat::Table => print::write(&reproduction, streams.out)?,
    }
    for sentence in &surprises {
        streams.note(Some(sentence));
    }
    for sentence in &failures {
        // Nobody can be told that stderr is closed.
        let _ = writeln!(streams.err, "roofscape: {sentence}");
    }
    Ok(if failures.is_empty() { Outcome::Found } else { Outcome::NotReproduced })
}

fn document(reproduction: &Reproduction, reproduced: bool) -> Document<Reproduce<'_>> {
    let Reproduction { law, is_published_law, board, space, evidence, findings, errata } = reproduction;
    let setting = SettingPart::default()
        .with_law(law)
        .with_board(&board.profile, &board.mode, &Precision::FP16)
        .with_workload(Workload::default(), Attention::PAPER)
        .with_space(&space.name, space.origin.as_deref());
    let body = Reproduce {
        reproduced,
        published_law: *is_published_law,
        precisions: [Precision::FP16.name, Precision::W8A8.name],
        candidates: evidence.candidates(),
        claims: findings.iter().map(ClaimPart::from).collect(),
        errata,
    };
    Document::new(setting, &[], body)
}
