//! Which runs of a dataset are left out of a fit, and for which training length it predicts: what people type, resolved
//! in one place for every command and for the explorer.

use std::collections::BTreeSet;

use engine::error::{Error, Result, did_you_mean};
use engine::law::Coefficients;
use engine::law::form::Form;
use engine::runs::{Dataset, Run};
use engine::text::shown;

/// `#12 moe-8x` for the run at place 11, as `--exclude` takes it.
pub fn numbered(place: usize, name: &str) -> String {
    format!("#{} {}", place + 1, shown(name))
}

/// The places of the runs that `--exclude` names, however often it was given.
pub fn named_runs(dataset: &Dataset, typed: &[String]) -> Result<BTreeSet<usize>> {
    let mut places = BTreeSet::new();
    for typed in typed {
        places.extend(meant(dataset, typed)?);
    }
    Ok(places)
}

/// The runs of one `--exclude`: a name, or a list of names and numbers. A name may have a comma in it, so the whole
/// text is tried as a name first.
fn meant(dataset: &Dataset, typed: &str) -> Result<Vec<usize>> {
    let named =
        |name: &str| -> Vec<usize> { (0..dataset.runs.len()).filter(|&run| dataset.runs[run].name == name).collect() };
    let whole = named(typed);
    if !whole.is_empty() {
        return Ok(whole);
    }
    let mut found = Vec::new();
    for part in typed.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let runs = named(part);
        if !runs.is_empty() {
            found.extend(runs);
            continue;
        }
        let number = part.strip_prefix('#').and_then(|digits| digits.parse::<usize>().ok());
        match number.filter(|number| (1..=dataset.runs.len()).contains(number)) {
            Some(number) => found.push(number - 1),
            None => return Err(unknown(dataset, part)),
        }
    }
    Ok(found)
}

fn unknown(dataset: &Dataset, typed: &str) -> Error {
    let error = Error::new(format!("there is no run '{}' in {}", shown(typed), shown(&dataset.name)))
        .at_column("--exclude")
        .expected(format!("the name of a run, or #1 to #{}", dataset.runs.len()));
    match did_you_mean(typed, dataset.runs.iter().map(|run| run.name.as_str())) {
        Some(near) => error.hint(format!("'{}'", shown(near))),
        None => error,
    }
}

/// Refuses a training length for a law that knows none.
pub fn check_length(form: &Form) -> Result<()> {
    if form.needs_tokens() {
        return Ok(());
    }
    Err(Error::new(format!("the law {} has no term for the number of tokens", form.name))
        .at_column("--tokens")
        .hint(format!("--form {}-tokens", form.name)))
}

/// What predicting for a length means.
pub fn at_length(law: &Coefficients, runs: &[Run], tokens: f64) -> String {
    if !law.sees_tokens() {
        return format!(
            "{tokens:.2e} tokens were asked for, without effect: the law has no data term, and its losses are those at each \
             size's own length"
        );
    }
    let lengths = || runs.iter().filter_map(|run| run.tokens);
    let beyond = match (lengths().reduce(f64::min), lengths().reduce(f64::max)) {
        (Some(least), Some(most)) if !(least..=most).contains(&tokens) => {
            format!(", outside what the runs saw ({least:.2e} to {most:.2e}): an extrapolation")
        }
        _ => String::new(),
    };
    format!("losses are those after {tokens:.2e} tokens, as asked for{beyond}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::features::{Block, Features};
    use engine::law::forms::EQ_2_TOKENS;

    fn dataset() -> Dataset {
        let run = |name: &str| Run {
            name: name.to_owned(),
            features: Features {
                layers: 4.0,
                width: 512.0,
                ffn_ratio: 4.0,
                kv_dim: 512.0,
                activation_rate: 1.0,
                block: Block::Gated,
            },
            tokens: Some(1e9),
            seed: None,
            loss: 3.0,
            perplexity: None,
        };
        Dataset {
            name: "mine".into(),
            sha256: String::new(),
            synthetic: false,
            runs: ["small", "small", "a,b", "#2"].map(run).into(),
            origin: None,
            reading: None,
        }
    }

    #[test]
    fn runs_are_meant_by_name_or_number() {
        let meant = |typed: &str| meant(&dataset(), typed).unwrap();
        assert_eq!(meant("small"), [0, 1]);
        assert_eq!(meant("a,b"), [2]);
        assert_eq!(meant("#1, #3"), [0, 2]);
        assert_eq!(meant("#2"), [3], "a name comes before a number");
        assert_eq!(named_runs(&dataset(), &["#3".into(), "small".into()]).unwrap(), BTreeSet::from([0, 1, 2]));
        let error = super::meant(&dataset(), "#5").unwrap_err().to_string();
        assert!(error.contains("'#5' in mine") && error.contains("#1 to #4"), "{error}");
        let error = super::meant(&dataset(), "smal").unwrap_err().to_string();
        assert!(error.contains("'small'"), "{error}");
    }

    #[test]
    fn a_length_that_no_run_saw_is_an_extrapolation() {
        let runs = dataset().runs;
        let data = |factor: f64| {
            Coefficients::by_name(&EQ_2_TOKENS, |key| Ok::<_, ()>(if key == "kappa_data" { factor } else { 0.5 }))
        };
        let law = data(300.0).unwrap();
        assert_eq!(at_length(&law, &runs, 1e9), "losses are those after 1.00e9 tokens, as asked for");
        assert!(at_length(&law, &runs, 2e9).ends_with("(1.00e9 to 1.00e9): an extrapolation"));
        assert!(at_length(&data(0.0).unwrap(), &runs, 1e9).contains("without effect"));
    }
}
