//! Synthetic runs as CSV, with their origin above the header, so that no reader can take them for trained ones.
//!
//! Columns have their canonical names. The shape is in whole numbers, and the ratio is written to the last bit. So
//! reading the file gives the features that the law saw. Losses have five decimals, as in training logs.

use std::fmt::Write as _;

use engine::architecture::Architecture;
use engine::law::Coefficients;
use engine::synthetic::{Draw, SyntheticRun};
use engine::units;

/// Where synthetic runs come from, for the lines above the header.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The law's name.
    pub law: &'a str,
    /// Where its coefficients come from.
    pub source: &'a str,
    /// Its coefficients.
    pub coefficients: Coefficients,
    /// How the runs were drawn.
    pub draw: Draw,
    /// Tokens that the law's own runs were trained on, if it has a say in them.
    pub tokens: Option<u64>,
    /// The command that writes the same file.
    pub command: &'a str,
}

const HEADER: &str = "name,layers,width,heads,head_dim,kv_heads,ffn_ratio,experts,top_k,tokens,seed,loss";

/// The file's text.
pub fn synthetic_csv(origin: &Origin<'_>, runs: &[SyntheticRun]) -> String {
    let mut text = preamble(origin);
    text.push_str(HEADER);
    text.push('\n');
    let tokens = origin.tokens.map(|tokens| tokens.to_string()).unwrap_or_default();
    for run in runs {
        let shape = &run.architecture;
        let Architecture { layers, width, heads, head_dim, kv_heads, experts, top_k, .. } = *shape;
        // Digits and letters only: no cell can need quotation marks.
        let _ = writeln!(
            text,
            "{},{layers},{width},{heads},{head_dim},{kv_heads},{},{experts},{top_k},{tokens},{},{:.5}",
            name(run),
            shape.ffn_ratio(),
            run.repeat,
            run.loss,
        );
    }
    text
}

fn preamble(origin: &Origin<'_>) -> String {
    let coefficients =
        origin.coefficients.named().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
    let Draw { noise_sd, seed, .. } = origin.draw;
    let lines = [
        "synthetic: true, drawn from a law, nothing was trained".to_owned(),
        format!("law: {} ({}): {coefficients}", origin.law, origin.source),
        format!("noise: Gaussian, sd {noise_sd} nats per token"),
        format!("seed: {seed}"),
        format!("command: {}", origin.command),
    ];
    // A line break in a law's name must not end the comment.
    lines.iter().fold(String::new(), |text, line| text + "# " + &line.replace(char::is_control, " ") + "\n")
}

/// `l16-d1024-kv4-r2-e8k2-s0`, as the trained runs in `datasets/tiny.csv` are named.
fn name(run: &SyntheticRun) -> String {
    let shape = &run.architecture;
    format!(
        "l{}-d{}-kv{}-r{}-e{}k{}-s{}",
        shape.layers,
        shape.width,
        shape.kv_heads,
        units::ratio(shape.ffn_ratio()),
        shape.experts,
        shape.top_k,
        run.repeat
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::{Format, parse};
    use engine::fixtures::{paper_space, table_6};
    use engine::synthetic::draw;

    const SHIPPED: &str = include_str!("../../../datasets/synthetic-170.csv");
    const HOW: Draw = Draw { runs: 170, noise_sd: 0.062, seed: 2026 };
    fn origin() -> Origin<'static> {
        Origin {
            law: "paper",
            source: "Sun et al., arXiv 2602.10377v1, Table 6",
            coefficients: table_6(),
            draw: HOW,
            tokens: Some(10_000_000_000),
            command: "roofscape synthesize --law paper --space paper --runs 170 --noise 0.062 --seed 2026 --out \
                  datasets/synthetic-170.csv",
        }
    }

    fn drawn() -> Vec<SyntheticRun> {
        draw(&paper_space().candidates(), &table_6(), &HOW).unwrap()
    }

    #[test]
    fn the_shipped_file_is_what_its_header_says() {
        let text = synthetic_csv(&origin(), &drawn());
        assert!(text == SHIPPED, "datasets/synthetic-170.csv is not what its command writes:\n{text}");
    }

    #[test]
    fn the_shipped_file_reads_as_what_the_law_saw() {
        let loaded = parse("datasets/synthetic-170.csv", Format::Csv, SHIPPED.as_bytes()).unwrap();
        assert!(loaded.dataset.synthetic);
        assert_eq!(loaded.summary(), "170 runs; synthetic");
        for (run, drawn) in loaded.dataset.runs.iter().zip(drawn()) {
            assert_eq!(run.features, drawn.architecture.features(), "{}", run.name);
            assert!((run.loss - drawn.loss).abs() <= 5e-6, "{}", run.name);
            assert_eq!((run.tokens, run.seed), (Some(1e10), Some(0)));
        }
    }

    /// The paper reports R² 0.975 on its training split; the noise is chosen so that the law itself has as much here.
    #[test]
    fn the_law_explains_the_shipped_runs_as_well_as_the_papers_own() {
        let loaded = parse("datasets/synthetic-170.csv", Format::Csv, SHIPPED.as_bytes()).unwrap();
        let runs = &loaded.dataset.runs;
        let mean = runs.iter().map(|run| run.loss).sum::<f64>() / runs.len() as f64;
        let total: f64 = runs.iter().map(|run| (run.loss - mean).powi(2)).sum();
        let left: f64 = runs.iter().map(|run| (run.loss - table_6().loss(&run.features)).powi(2)).sum();
        let r2 = 1.0 - left / total;
        assert!((r2 - 0.975).abs() < 0.001, "R² {r2}");
    }

    #[test]
    fn a_line_break_cannot_leave_the_comment() {
        let origin = Origin { law: "mine\nlayers,width", tokens: None, ..origin() };
        let text = synthetic_csv(&origin, &drawn()[..1]);
        assert!(text.contains("# law: mine layers,width"));
        assert_eq!(parse("x.csv", Format::Csv, text.as_bytes()).unwrap().dataset.runs[0].tokens, None);
    }
}
