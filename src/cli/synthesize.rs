//! `roofscape synthesize`: runs drawn from a law, marked as such.

use std::fmt::Write as _;

use super::args::{SpaceArgs, SynthesizeArgs};
use super::load;
use super::streams::{Failure, Outcome, Streams};
use engine::space::BlindAxes;
use engine::synthetic::{Draw, draw};
use engine::units;
use files::resolve::Library;
use files::runs::write::{Origin, synthetic_csv};

pub(super) fn run(args: &SynthesizeArgs, library: &Library, streams: &mut Streams<'_>) -> Result<Outcome, Failure> {
    let (_, law) = library.law(&args.law)?;
    let space = load::enumerable_space(library, &SpaceArgs { space: args.space.clone(), blind: BlindAxes::Free })?;
    let how = Draw { runs: args.runs, noise_sd: args.noise, seed: args.seed };
    let runs = draw(&space.candidates(), &law.coefficients, &how)?;
    let origin = Origin {
        law: &law.name,
        source: &law.source,
        coefficients: law.coefficients,
        draw: how,
        tokens: Some(args.tokens),
        command: &command(args),
    };
    let text = synthetic_csv(&origin, &runs);
    if streams.deliver(&args.out, args.force, text.as_bytes())? {
        writeln!(streams.out, "wrote {} synthetic runs to {}", units::count(runs.len()), args.out.display())?;
    }
    Ok(Outcome::Found)
}

/// The command that writes the same file, defaults spelled out: they may change.
fn command(args: &SynthesizeArgs) -> String {
    let SynthesizeArgs { law, space, runs, noise, seed, tokens, out, .. } = args;
    let mut command = format!(
        "roofscape synthesize --law {} --space {} --runs {runs} --noise {noise} --seed {seed}",
        quoted(law),
        quoted(space)
    );
    if *tokens != SynthesizeArgs::TOKENS {
        let _ = write!(command, " --tokens {tokens}");
    }
    command + " --out " + &quoted(&out.display().to_string())
}

/// As a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | '+' | '=');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
