//! Why a phase is not calibrated, and what to measure next.

use std::fmt;

use super::parameters::Parameter;
use crate::roofline::Phase;

/// A phase whose numbers the rows do not fix.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Prefill or decode.
    pub phase: Phase,
    /// Why not.
    pub reason: Reason,
}

/// Why rows do not fix the numbers of their phase.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// There are none.
    NotMeasured,
    /// No row would be left to check the numbers with.
    TooFew {
        /// So many.
        rows: usize,
        /// The numbers that they should fix.
        numbers: Vec<Parameter>,
    },
    /// Most rows are faster than the peaks: whatever is fitted to them means nothing.
    TooFast {
        /// So many.
        fast: usize,
        /// Of so many.
        rows: usize,
        /// By this factor at most.
        worst: f64,
    },
    /// One number can be traded for another without the rows noticing.
    Alike {
        /// So many.
        rows: usize,
        /// Of so many shapes.
        shapes: usize,
        /// The number that is not fixed.
        number: Parameter,
    },
}

const fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Prefill => "prefill",
        Phase::Decode => "decode",
    }
}

/// What tells the numbers of a phase apart.
const fn what_next(phase: Phase) -> &'static str {
    match phase {
        Phase::Prefill => "add a prompt at least four times as long, or a model of another size",
        Phase::Decode => "add a model of another shape, several times larger or smaller",
    }
}

/// `2 decode rows cannot fix 2 numbers (e_m, t_0 of decode) and leave one to check them: add a model of another shape, …`
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (phase, next) = (name(self.phase), what_next(self.phase));
        match &self.reason {
            Reason::NotMeasured => write!(f, "no {phase} rows: {phase} stays uncalibrated"),
            Reason::TooFew { rows, numbers } => {
                let row = if *rows == 1 { "row" } else { "rows" };
                let symbols: Vec<&str> = numbers.iter().map(|number| number.symbol()).collect();
                let count = numbers.len();
                write!(
                    f,
                    "{rows} {phase} {row} cannot fix {count} numbers ({}) and leave one to check them: {next}",
                    symbols.join(", ")
                )
            }
            Reason::TooFast { fast, rows, worst } => write!(
                f,
                "{fast} of {rows} {phase} rows are faster than the peaks allow, by up to a factor of {worst:.2}: the \
                 profile, its mode or the number format is not what was measured"
            ),
            Reason::Alike { rows, shapes, number } => {
                let shapes = if *shapes == 1 { "one shape".to_owned() } else { format!("{shapes} shapes") };
                let number = number.symbol();
                write!(f, "the {rows} {phase} rows of {shapes} are too alike to fix {number}: {next}")
            }
        }
    }
}
