//! How warnings are said. This is the only place that words them: a sentence for stderr and files, a few words for
//! status lines and headings.

use std::fmt;

use super::{Shapes, Traffic, Warning};
use engine::budget::Limit;
use engine::law::{Extrapolation, MAX_LOSS};
use engine::search::Searched;
use engine::units;

impl Warning {
    /// In a few words, for a status line or a heading.
    pub fn short(&self) -> String {
        match self {
            Self::Extrapolation { shapes, worst, .. } => {
                let model = if let Shapes::Model(name) = shapes { format!("{name} ") } else { String::new() };
                format!("{model}extrapolated ×{} in {}{}", units::ratio(worst.factor), worst.axis, shapes.share())
            }
            Self::Blind { to, held_at, .. } if held_at.is_empty() => format!("blind to {}", to.join(", ")),
            Self::Blind { to, held_at, .. } => format!("blind to {}: held at {}", to.join(", "), held_at.join(", ")),
            Self::Length { tokens, beyond, .. } => {
                let outside =
                    beyond.map_or_else(String::new, |factor| format!(", extrapolated ×{}", units::ratio(factor)));
                format!("for {tokens:.1e} training tokens{outside}")
            }
            Self::Absurd { shapes, .. } => format!("losses above {MAX_LOSS} nats{}", shapes.share()),
            Self::Layers { shapes, .. } => match shapes {
                Shapes::Model(name) => format!("{name}: loss of equal layers"),
                Shapes::Asked | Shapes::Fitted | Shapes::Some { .. } => "losses of equal layers".to_owned(),
            },
            Self::Synthetic { .. } => "synthetic runs".to_owned(),
            Self::WhatIf { scaling, .. } => format!("what if: {scaling}"),
            Self::IdealRoofline { .. } => "ideal roofline, uncalibrated".to_owned(),
            Self::Uncalibrated { what, .. } => format!("{what} uncalibrated"),
            Self::OtherMode { mode, traffic: Traffic::Known, .. } => format!("calibration extrapolated to {mode}"),
            Self::OtherMode { mode, .. } => format!("calibration extrapolated to {mode}: may be far too fast"),
            Self::Throttled(limit) => {
                format!("{} clock limited to {} MHz", limit.what, units::ratio(limit.now_hz / 1e6))
            }
            Self::Energy { .. } => "energies are no bound".to_owned(),
            Self::Quantisation { precision, penalty_nats: 0.0 } => format!("no quality loss modelled for {precision}"),
            Self::Quantisation { precision, penalty_nats } => {
                format!("+{} nats for {precision}, as given", units::ratio(*penalty_nats))
            }
            Self::Searched(searched) => {
                format!(
                    "{} of {} searched, not enumerated",
                    units::count(searched.evaluations),
                    units::many(searched.of)
                )
            }
            Self::Memory { memory_bytes, shapes, .. } => {
                let memory = units::bytes(*memory_bytes);
                match shapes {
                    Shapes::Some { count, .. } => {
                        let verb = if *count == 1 { "exceeds" } else { "exceed" };
                        format!("{} {verb} the board's {memory}", units::count(*count))
                    }
                    Shapes::Asked | Shapes::Model(_) | Shapes::Fitted => format!("exceeds the board's {memory}"),
                }
            }
        }
    }
}

impl Shapes {
    /// ` (12 %)`, of many; nothing for one.
    fn share(&self) -> String {
        let Self::Some { count, of } = *self else { return String::new() };
        format!(" ({})", units::percent(count as f64 / of as f64))
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extrapolation { law, shapes, worst } => extrapolated(f, law, shapes, worst),
            Self::Blind { law, to, held_at } => {
                write!(f, "the law '{law}' cannot see {}: its runs never showed what they do, so ", to.join(", "))?;
                match held_at.as_slice() {
                    [] => f.write_str("the cheapest looks best under it and under every resample of its runs"),
                    held_at => write!(
                        f,
                        "the space stays at their own values, {}; --blind free opens it, and then the cheapest looks best",
                        held_at.join(", ")
                    ),
                }
            }
            Self::Length { law, tokens, beyond } => {
                write!(f, "losses of the law '{law}' are those after {tokens:.2e} training tokens")?;
                match beyond {
                    Some(factor) => write!(
                        f,
                        ", {} times beyond what its runs saw: they are extrapolated",
                        units::significant(*factor, 3)
                    ),
                    None => Ok(()),
                }
            }
            Self::Absurd { law, shapes, worst_nats } => absurd(f, law, shapes, *worst_nats),
            Self::Layers { law, shapes, differ } => layers(f, law, shapes, differ),
            Self::Synthetic { law } => {
                write!(f, "the law '{law}' describes synthetic runs, drawn from another law: nothing was trained")
            }
            Self::WhatIf { board, scaling } => {
                write!(
                    f,
                    "what if: {board} with {scaling}; no such board is known; energy is at the power budget of its real mode"
                )
            }
            Self::IdealRoofline { board } => write!(
                f,
                "latencies on {board} are those of an ideal roofline, not calibrated by measurements: engines are slower"
            ),
            Self::Uncalibrated { what, engine, measured } => write!(
                f,
                "{engine} was measured in {measured} here, not in {what}: its latencies are those of an ideal roofline"
            ),
            Self::OtherMode { mode, engine, measured, traffic } => {
                write!(f, "{engine} was measured in power mode {measured}: what it reaches in {mode} is extrapolated")?;
                f.write_str(match traffic {
                    Traffic::Known => " from the clocks",
                    Traffic::Unknown => {
                        ": may be far too fast in slower modes, as nothing tells what bandwidth slower SMs still reach"
                    }
                })
            }
            Self::Throttled(limit) => {
                write!(f, "on this machine {limit}: latencies are predicted for the mode's clocks, and will be longer")
            }
            Self::Energy { board, time } => write!(
                f,
                "energies on {board} are its power budget × {time}: no bound, so a request within the energy budget may \
                 take more"
            ),
            Self::Quantisation { precision, penalty_nats: 0.0 } => {
                write!(f, "losses are those of 16-bit models: what {precision} costs in quality is not modelled")
            }
            Self::Quantisation { precision, penalty_nats } => write!(
                f,
                "losses are those of 16-bit models and {} nats per token for what {precision} costs in quality, as given",
                units::ratio(*penalty_nats)
            ),
            Self::Searched(searched) => partly_searched(f, searched),
            Self::Memory { board, memory_bytes, shapes } => {
                let needs = match shapes {
                    Shapes::Some { count, of } => {
                        format!("{} of {} feasible candidates need", units::count(*count), units::count(*of))
                    }
                    Shapes::Asked | Shapes::Fitted => "this architecture needs".to_owned(),
                    Shapes::Model(name) => format!("{name} needs"),
                };
                let memory = units::bytes(*memory_bytes);
                write!(f, "{needs} more memory than the {memory} that a program can have on {board}")
            }
        }
    }
}

fn partly_searched(f: &mut fmt::Formatter<'_>, searched: &Searched) -> fmt::Result {
    let Searched { evaluations, of, seed, stopped_because, aim, .. } = searched;
    let until = stopped_because.map_or_else(|| "so far".to_owned(), |stop| format!("until {}", stop.in_words()));
    let harder = [(Limit::Memory, "memory"), (Limit::Prefill, "prefill")]
        .into_iter()
        .find(|(limit, _)| aim.budgets.get(*limit).is_some());
    let tight = harder.map_or_else(String::new, |(_, name)| {
        format!(", the more so the tighter the {name} budget: another seed tells by how much")
    });
    write!(
        f,
        "searched, not enumerated: {} of {} candidates were priced (seed {seed}), {until}; the true frontier may be \
         better{tight}",
        units::count(*evaluations),
        units::many(*of)
    )
}

fn extrapolated(f: &mut fmt::Formatter<'_>, law: &str, shapes: &Shapes, worst: &Extrapolation) -> fmt::Result {
    let Extrapolation { axis, factor } = worst;
    let factor = units::significant(*factor, 3);
    match shapes {
        Shapes::Some { count, of } => write!(
            f,
            "{} of {} candidates lie outside the shapes that the law '{law}' was fitted on, \
             the farthest by a factor of {factor} in {axis}: their losses are extrapolated",
            units::count(*count),
            units::count(*of)
        ),
        Shapes::Asked | Shapes::Fitted => write!(
            f,
            "this shape lies outside those that the law '{law}' was fitted on, by a factor of {factor} in {axis}: \
             its loss is extrapolated"
        ),
        Shapes::Model(name) => write!(
            f,
            "{name} lies outside the shapes that the law '{law}' was fitted on, by a factor of {factor} in {axis}: \
             comparisons with it rest on an extrapolated loss"
        ),
    }
}

fn layers(f: &mut fmt::Formatter<'_>, law: &str, shapes: &Shapes, differ: &[String]) -> fmt::Result {
    let how = differ.join("; ");
    write!(f, "the law '{law}' was fitted on models of equal layers; ")?;
    match shapes {
        Shapes::Some { count, of } => write!(
            f,
            "{} of {} candidates have {how}: their losses are those of equal layers",
            units::count(*count),
            units::count(*of)
        ),
        Shapes::Asked | Shapes::Fitted => write!(f, "in this one {how}: its loss is that of equal layers"),
        Shapes::Model(name) => write!(f, "in {name} {how}: its loss is that of equal layers"),
    }
}

fn absurd(f: &mut fmt::Formatter<'_>, law: &str, shapes: &Shapes, worst_nats: f64) -> fmt::Result {
    let which = match shapes {
        Shapes::Some { count, of } => {
            format!("for {} of {} candidates the law '{law}' gives", units::count(*count), units::count(*of))
        }
        Shapes::Asked => format!("for this shape the law '{law}' gives"),
        Shapes::Model(name) => format!("for {name} the law '{law}' gives"),
        Shapes::Fitted => format!("for shapes within its own range the law '{law}' gives"),
    };
    write!(
        f,
        "{which} losses above {MAX_LOSS} nats per token, up to {}, which no model has: it says nothing about them, and \
         perplexities too large for a number are inf, null in JSON",
        units::significant(worst_nats, 3)
    )
}
#[cfg(test)]
mod tests {
    use super::*;
    use engine::budget::Budgets;
    use engine::law::{Axis, Variable};
    use engine::search::{Aim, Stop};
    use engine::workload::Objective;

    fn both(warning: &Warning) -> (String, String) {
        (warning.short(), warning.to_string())
    }

    #[test]
    fn a_search_says_how_far_it_looked_and_that_there_may_be_better() {
        let searched = Searched {
            evaluations: 47_649,
            of: 8_788_451_175,
            hypervolume: 36.5,
            reference_latency_s: 100.0,
            reference_loss: 9.0,
            growth: 0.0,
            rounds: 220,
            seed: 7,
            stopped_because: Some(Stop::Converged),
            aim: Aim { objective: Objective::Total, budgets: Budgets::NONE },
        };
        let (short, sentence) = both(&Warning::Searched(searched));
        assert_eq!(short, "47,649 of 8.79 × 10⁹ searched, not enumerated");
        assert_eq!(
            sentence,
            "searched, not enumerated: 47,649 of 8.79 × 10⁹ candidates were priced (seed 7), until the frontier stopped \
             growing; the true frontier may be better"
        );
        let aim = Aim { budgets: Budgets::NONE.with(Limit::Memory, 4e9), ..searched.aim };
        let tight = Warning::Searched(Searched { aim, ..searched }).to_string();
        assert!(
            tight.ends_with("may be better, the more so the tighter the memory budget: another seed tells by how much")
        );
        let going_on = Warning::Searched(Searched { stopped_because: None, ..searched }).to_string();
        assert!(going_on.contains("(seed 7), so far;"), "{going_on}");
    }

    #[test]
    fn each_warning_has_a_sentence_and_a_few_words() {
        let worst = Extrapolation { axis: Variable::Feature(Axis::FfnRatio), factor: 1.357 };
        let law = || "mine".to_owned();
        let some = Shapes::Some { count: 1234, of: 10_560 };
        let board = || "orin 15W".to_owned();
        for (warning, short, begins) in [
            (
                Warning::Extrapolation { law: law(), shapes: some.clone(), worst },
                "extrapolated ×1.36 in FFN ratio (12 %)",
                "1,234 of 10,560 candidates lie outside",
            ),
            (
                Warning::Extrapolation { law: law(), shapes: Shapes::Asked, worst },
                "extrapolated ×1.36 in FFN ratio",
                "this shape lies outside",
            ),
            (
                Warning::Extrapolation { law: law(), shapes: Shapes::Model("Qwen2.5-0.5B".into()), worst },
                "Qwen2.5-0.5B extrapolated ×1.36 in FFN ratio",
                "Qwen2.5-0.5B lies outside",
            ),
            (
                Warning::Absurd { law: law(), shapes: Shapes::Some { count: 1, of: 10_560 }, worst_nats: 2e4 },
                "losses above 100 nats (<1 %)",
                "for 1 of 10,560 candidates the law 'mine' gives losses above 100 nats per token, up to 20000",
            ),
            (
                Warning::Blind { law: law(), to: vec!["r", "experts"], held_at: vec![] },
                "blind to r, experts",
                "the law 'mine' cannot see r, experts: its runs never showed what they do",
            ),
            (
                Warning::Length { law: law(), tokens: 1e12, beyond: Some(9.1) },
                "for 1.0e12 training tokens, extrapolated ×9.1",
                "losses of the law 'mine' are those after 1.00e12 training tokens, 9.10 times beyond",
            ),
            (
                Warning::Layers {
                    law: law(),
                    shapes: Shapes::Asked,
                    differ: vec!["29 of 34 layers look back over 1,024 tokens".into()],
                },
                "losses of equal layers",
                "the law 'mine' was fitted on models of equal layers; in this one 29 of 34 layers look back over 1,024 \
                 tokens: its loss is that of equal layers",
            ),
            (
                Warning::Layers {
                    law: law(),
                    shapes: some.clone(),
                    differ: vec!["layers that look back over 512 tokens".into()],
                },
                "losses of equal layers",
                "the law 'mine' was fitted on models of equal layers; 1,234 of 10,560 candidates have layers that look \
                 back over 512 tokens",
            ),
            (Warning::Synthetic { law: law() }, "synthetic runs", "the law 'mine' describes synthetic runs"),
            (
                Warning::IdealRoofline { board: board() },
                "ideal roofline, uncalibrated",
                "latencies on orin 15W are those of an ideal roofline",
            ),
            (
                Warning::Quantisation { precision: "w8a8".into(), penalty_nats: 0.0 },
                "no quality loss modelled for w8a8",
                "losses are those of 16-bit models: what w8a8 costs in quality is not modelled",
            ),
            (
                Warning::Quantisation { precision: "w4a16 · KV fp8".into(), penalty_nats: 0.03 },
                "+0.03 nats for w4a16 · KV fp8, as given",
                "losses are those of 16-bit models and 0.03 nats per token for what w4a16 · KV fp8 costs in quality, as given",
            ),
            (
                Warning::Memory { board: board(), memory_bytes: 65.9e9, shapes: some },
                "1,234 exceed the board's 65.9 GB",
                "1,234 of 10,560 feasible candidates need more memory than the 65.9 GB",
            ),
            (
                Warning::Memory { board: board(), memory_bytes: 65.9e9, shapes: Shapes::Asked },
                "exceeds the board's 65.9 GB",
                "this architecture needs more memory",
            ),
        ] {
            let (few, sentence) = both(&warning);
            assert_eq!(few, short);
            assert!(sentence.starts_with(begins), "{sentence}");
        }
    }
}
