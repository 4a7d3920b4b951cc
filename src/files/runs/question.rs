//! Numbers that are read without complaint and cannot be what the column's name says.
//!
//! No model that has learnt anything is more than about one nat worse than guessing among its vocabulary, and the largest
//! vocabularies in use have 2.6e5 words, 12.5 nats. A median perplexity of thousands, or below e, is no language model's
//! on tokens, whatever single runs did. And nothing was ever trained for twenty tokens.

use super::Field;
use super::columns::Used;
use super::mapping::option;
use engine::error::{Error, Result};
use engine::runs::Run;
use engine::statistics::median;
use engine::text::shown;

/// ln of the largest vocabulary in use, 262,144, where the file does not say its own.
const LARGEST_LN_VOCAB: f64 = 12.48;
/// Nats above ln vocab that a run may be off.
const SLACK_NATS: f64 = 1.0;
/// A median above it is a perplexity above 3,000.
const ABSURD_NATS: f64 = 8.0;
/// A median below it is a perplexity below 2.7, and an ordinary number of bits per byte.
const BITS_PER_BYTE: f64 = 1.0;
/// No training is shorter.
const FEWEST_TOKENS: f64 = 1e6;

/// What is to be asked about these runs; an error where it cannot be right. The columns are those of loss and tokens.
pub(super) fn questions(runs: &[Run], vocab: Option<u64>, columns: [Option<&Used>; 2]) -> Result<Vec<String>> {
    let [loss, tokens] = columns;
    if let Some(tokens) = tokens {
        lengths(runs, tokens)?;
    }
    let Some(Used { column, .. }) = loss else { return Ok(Vec::new()) };
    let column = shown(column);
    let most = vocab.filter(|vocab| *vocab > 1).map_or(LARGEST_LN_VOCAB, |vocab| (vocab as f64).ln()) + SLACK_NATS;
    let losses = runs.iter().map(|run| run.loss);
    let middle = median(losses).unwrap_or_default();
    if middle > most {
        return Err(Error::new(format!(
            "half of the losses in '{column}' are above {middle:.1}, more than nats per token can be"
        ))
        .expected(format!("nats per token, at most ln of the vocabulary and a little: {most:.1}"))
        .hint(format!("{} if it is perplexity", option(Field::Perplexity, &column))));
    }
    let mut questions = Vec::new();
    let above: Vec<&Run> = runs.iter().filter(|run| run.loss > most).collect();
    if let Some(first) = above.first() {
        questions.push(format!(
            "{} of {} losses above ln of the vocabulary + 1, {most:.1} nats ({} {:.1}): is '{column}' in nats per token?",
            above.len(),
            runs.len(),
            shown(&first.name),
            first.loss
        ));
    }
    if middle > ABSURD_NATS {
        questions.push(format!(
            "the median loss of {middle:.2} is a perplexity of {:.0}: is '{column}' in nats per token?",
            middle.exp()
        ));
    } else if middle < BITS_PER_BYTE {
        questions.push(format!(
            "the median loss of {middle:.2} is a perplexity of {:.1}: is '{column}' in nats per token? Bits per byte are told \
             as bits_per_byte={column},bytes_per_token=4.3",
            middle.exp()
        ));
    }
    Ok(questions)
}

fn lengths(runs: &[Run], Used { column, .. }: &Used) -> Result<()> {
    let Some(longest) = runs.iter().filter_map(|run| run.tokens).reduce(f64::max) else { return Ok(()) };
    if longest >= FEWEST_TOKENS {
        return Ok(());
    }
    Err(Error::new(format!("no run in '{}' is longer than {longest} tokens", shown(column)))
        .expected("how many tokens each was trained on, such as 20B or 2e10")
        .hint(format!("{} if it counts billions", option(Field::Tokens, &format!("{column} (B)")))))
}
