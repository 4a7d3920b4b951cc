//! Laws as TOML: read what was published or fitted elsewhere, write what was fitted here.
//!
//! A wrong law still draws a smooth frontier. So everything that can be checked is checked when a law is read. The same
//! rules hold for writing: this program can read every file that it wrote.

mod range;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::range::RangeFile;
use crate::toml_source::{KeyPath, TomlSource};
use engine::error::{Error, Result, did_you_mean};
use engine::law::form::{Form, Slot};
use engine::law::{Coefficients, DatasetIdentity, FitQuality, LossLaw, MAX_LOSS, forms};
use engine::text::{one_of, shown};
use engine::units::significant;

/// As the file spells it. Lists and not pairs, because deserialising into a pair would silently drop a third number.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LawFile {
    name: String,
    source: String,
    synthetic: bool,
    #[serde(default)]
    notes: Vec<String>,
    /// Eq. 2 where nobody says otherwise: it was the only law once.
    form: Option<String>,
    tokens: Option<f64>,
    coefficients: BTreeMap<String, f64>,
    #[serde(default)]
    quality: FitQuality,
    range: RangeFile,
    dataset: Option<DatasetIdentity>,
}

/// Reads a law; `source` is the path or embedded name for messages.
pub fn parse(source: &str, text: &str) -> Result<LossLaw> {
    let toml = TomlSource::new(source, text);
    let file: LawFile = toml.read()?;
    let form = form(&toml, file.form.as_deref())?;
    let law = LossLaw {
        name: file.name,
        source: file.source,
        synthetic: file.synthetic,
        coefficients: coefficients(&toml, form, &file.coefficients)?.at_tokens(file.tokens),
        quality: file.quality,
        range: file.range.read(&toml)?,
        notes: file.notes,
        dataset: file.dataset,
        origin: None,
        query_heads_per_kv_head: None,
        held_at: Vec::new(),
        reading: None,
    };
    match violation(&law) {
        Some(found) => Err(found.error(|path, what| toml.error(path, what))),
        None => Ok(law),
    }
}

/// The law as a file that [`parse`] reads back exactly. Fails on a law that `parse` would refuse.
pub fn to_toml(law: &LossLaw) -> Result<String> {
    if let Some(found) = violation(law) {
        let place = format!("law {}", shown(&law.name));
        return Err(found.error(|path, what| Error::new(what).in_source(&place).at_column(path.to_string())));
    }
    let file = LawFile {
        name: law.name.clone(),
        source: law.source.clone(),
        synthetic: law.synthetic,
        notes: law.notes.clone(),
        form: Some(law.coefficients.form().name.to_owned()),
        tokens: law.coefficients.tokens_stated(),
        coefficients: law.coefficients.named().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        quality: law.quality,
        range: RangeFile::of(&law.range),
        dataset: law.dataset.clone(),
    };
    toml::to_string(&file).map_err(|error| Error::new(format!("the law cannot be written as TOML: {error}")))
}

fn form(toml: &TomlSource<'_>, name: Option<&str>) -> Result<&'static Form> {
    let Some(name) = name else { return Ok(&forms::EQ_2) };
    forms::named(name).ok_or_else(|| {
        let known = forms::ALL.map(|form| form.name);
        let error = toml
            .error(&KeyPath::ROOT.key("form"), format!("there is no law '{}'", shown(name)))
            .expected(one_of(&known));
        match did_you_mean(name, known) {
            Some(near) => error.hint(format!("'{near}'")),
            None => error,
        }
    })
}

/// The form's numbers, no more and no fewer.
fn coefficients(toml: &TomlSource<'_>, form: &'static Form, file: &BTreeMap<String, f64>) -> Result<Coefficients> {
    let table = KeyPath::ROOT.key("coefficients");
    let known: Vec<&str> = form.slots().into_iter().map(|slot| form.name_of(slot).key).collect();
    if let Some(stray) = file.keys().find(|key| !known.contains(&key.as_str())) {
        let error =
            toml.error(&table.key(stray), format!("there is no key '{}' here", shown(stray))).expected(one_of(&known));
        return Err(match did_you_mean(stray, known) {
            Some(near) => error.hint(format!("'{near}'")),
            None => error,
        });
    }
    Coefficients::by_name(form, |key| {
        file.get(key).copied().ok_or_else(|| toml.error(&table, format!("key '{key}' is missing")))
    })
}

/// A rule that a law breaks, before it is known whether there is a file to point into.
struct Violation {
    path: KeyPath,
    what: String,
    expected: &'static str,
}

impl Violation {
    fn error(self, place: impl FnOnce(&KeyPath, String) -> Error) -> Error {
        place(&self.path, self.what).expected(self.expected)
    }
}

fn violation(law: &LossLaw) -> Option<Violation> {
    text(law)
        .or_else(|| coefficient(&law.coefficients))
        .or_else(|| tokens(&law.coefficients))
        .or_else(|| quality(&law.quality))
        .or_else(|| range::ends(&law.range))
        .or_else(|| absurd(law))
        .or_else(|| fingerprint(law.dataset.as_ref()?))
}

fn text(law: &LossLaw) -> Option<Violation> {
    let notes = law.notes.iter().enumerate().map(|(i, note)| (KeyPath::ROOT.key("notes").index(i), note));
    let dataset = law.dataset.iter().map(|dataset| (KeyPath::ROOT.key("dataset").key("name"), &dataset.name));
    [(KeyPath::ROOT.key("name"), &law.name), (KeyPath::ROOT.key("source"), &law.source)]
        .into_iter()
        .chain(notes)
        .chain(dataset)
        .find(|(_, text)| text.trim().is_empty() || text.chars().any(char::is_control))
        .map(|(path, text)| Violation {
            path,
            what: format!("'{}' is empty or contains a control character", shown(text)),
            expected: "one line of text",
        })
}

/// κ and `L_inf` are amounts of loss and cannot be negative; exponents may be, as the paper's own β1 is.
fn coefficient(law: &Coefficients) -> Option<Violation> {
    let broken = |slot: &Slot| {
        let value = law.get(*slot);
        match slot {
            Slot::Factor(_) | Slot::Floor => value < 0.0 || !value.is_finite(),
            Slot::Exponent(_) => value.abs() > 10.0 || value.is_nan(),
        }
    };
    law.form().slots().into_iter().find(broken).map(|slot| Violation {
        path: KeyPath::ROOT.key("coefficients").key(law.form().name_of(slot).key),
        what: format!("{} is out of range", law.get(slot)),
        expected: match slot {
            Slot::Exponent(_) => "a number from -10 to 10",
            Slot::Factor(_) | Slot::Floor => "a finite number, 0 or above",
        },
    })
}

/// A law with a data term predicts for one training length.
fn tokens(law: &Coefficients) -> Option<Violation> {
    let what = match (law.sees_tokens(), law.tokens()) {
        (true, None) => "the law has a data term, and the file does not say for how many tokens it predicts".to_owned(),
        (_, Some(tokens)) if !(tokens > 0.0 && tokens.is_finite()) => format!("{tokens} is no number of tokens"),
        _ => return None,
    };
    Some(Violation { path: KeyPath::ROOT.key("tokens"), what, expected: "training tokens, a finite number above 0" })
}

fn quality(quality: &FitQuality) -> Option<Violation> {
    let at_most_one = |value: f64| value.is_finite() && value <= 1.0;
    [
        ("r2_train", quality.r2_train, at_most_one as fn(f64) -> bool, "a finite number, at most 1"),
        ("r2_holdout", quality.r2_holdout, at_most_one, "a finite number, at most 1"),
        ("rmse", quality.rmse, |value| value.is_finite() && value >= 0.0, "nats per token, 0 or above"),
    ]
    .into_iter()
    .find_map(|(key, value, holds, expected)| {
        let value = value.filter(|value| !holds(*value))?;
        let path = KeyPath::ROOT.key("quality").key(key);
        Some(Violation { path, what: format!("{value} is out of range"), expected })
    })
}

/// A law that gives absurd losses for the shapes that it was fitted on is wrong. Most likely a coefficient has a slip.
fn absurd(law: &LossLaw) -> Option<Violation> {
    let largest = law.coefficients.largest_loss(&law.range);
    (!(largest > 0.0 && largest < MAX_LOSS)).then(|| Violation {
        path: KeyPath::ROOT.key("coefficients"),
        what: format!("within its own range the law gives a loss of {} nats per token", significant(largest, 4)),
        expected: "coefficients with which all losses within [range] are above 0 and below 100 nats per token",
    })
}

fn fingerprint(dataset: &DatasetIdentity) -> Option<Violation> {
    let sound = dataset.sha256.len() == 64 && dataset.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (!sound).then(|| Violation {
        path: KeyPath::ROOT.key("dataset").key("sha256"),
        what: format!("'{}' is no SHA-256", shown(&dataset.sha256)),
        expected: "64 hexadecimal digits in lower case",
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use engine::fixtures::table_6;
    use engine::law::{Block, FittedRange};

    const PAPER: &str = include_str!("../../datasets/paper-law.toml");

    fn refusal(from: &str, to: &str) -> String {
        assert_eq!(PAPER.matches(from).count(), 1, "{from}");
        parse("l.toml", &PAPER.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn the_paper_s_law_is_table_6() {
        let law = parse("paper", PAPER).unwrap();
        assert_eq!(law.coefficients, table_6());
        assert_eq!((law.name.as_str(), law.synthetic), ("paper", false));
        assert_eq!((law.quality.r2_train, law.quality.r2_holdout), (Some(0.975), Some(0.952)));
        assert_eq!((law.quality.rmse, law.quality.runs), (None, Some(170)));
        assert_eq!(
            law.range,
            FittedRange {
                layers: [4.0, 32.0],
                width: [768.0, 3072.0],
                ffn_ratio: [0.5, 4.0],
                kv_dim: [64.0, 3072.0],
                activation_rate: [0.0625, 1.0],
                active_parameters: None,
                total_parameters: None,
                block: Some(Block::Gated),
                tokens: None,
            }
        );
    }

    #[test]
    fn each_mistake_is_one_clear_error() {
        for (from, to, wanted) in [
            (
                "kappa_l = 9.96",
                "kappa_l = -9.96",
                "l.toml:16, 'coefficients.kappa_l': -9.96 is out of range\n  expected: a finite number, 0 or above",
            ),
            (
                "beta_1 = -0.33",
                "beta_1 = nan",
                "l.toml:20, 'coefficients.beta_1': NaN is out of range\n  expected: a number from -10 to 10",
            ),
            (
                "beta_1 = -0.33",
                "beta_1 = -33",
                "l.toml:20, 'coefficients.beta_1': -33 is out of range\n  expected: a number from -10 to 10",
            ),
            (
                "l_inf = 2.53",
                "l_inf = 2530",
                "l.toml:15, 'coefficients': within its own range the law gives a loss of 2532 nats per token\n  \
                 expected: coefficients with which all losses within [range] are above 0 and below 100 nats per token",
            ),
            (
                "kappa_d = 500",
                "kappa_d = 5e300",
                "l.toml:15, 'coefficients': within its own range the law gives a loss of 8.940e297 nats per token\n  \
                 expected: coefficients with which all losses within [range] are above 0 and below 100 nats per token",
            ),
            ("[coefficients]\nkappa_l = 9.96", "[coefficients]", "l.toml:15, 'coefficients': key 'kappa_l' is missing"),
            (
                "kappa_l = 9.96",
                "kapa_l = 9.96",
                "l.toml:16, 'coefficients.kapa_l': there is no key 'kapa_l' here\n  expected: one of kappa_l, alpha_l, \
                 kappa_rho, alpha_rho, beta_1, kappa_d, beta_2, alpha_r, kappa_m, alpha_m, l_inf\n  try: 'kappa_l'",
            ),
            (
                "synthetic = false",
                "synthetic = false\nform = \"eq-2\"",
                "l.toml:6, 'form': there is no law 'eq-2'\n  expected: one of eq2, eq2-no-kv, active-total, eq2-tokens, \
                 eq2-no-kv-tokens, active-total-tokens\n  try: 'eq2'",
            ),
            (
                "layers = [4, 32]",
                "layers = [4, 16, 32]",
                "l.toml:34, 'range.layers': 3 numbers stand here\n  \
                 expected: [smallest, largest] among the runs fitted",
            ),
            (
                "layers = [4, 32]",
                "layers = [32, 4]",
                "l.toml:34, 'range.layers': [32, 4] is no range of a fit\n  expected: [low, high], above 0, low first",
            ),
            (
                "[0.0625, 1]",
                "[0.0625, 2]",
                "l.toml:38, 'range.activation_rate': [0.0625, 2] is no range of a fit\n  \
                 expected: [low, high], above 0, at most 1, low first",
            ),
            (
                "r2_train = 0.975",
                "r2_train = 97.5",
                "l.toml:29, 'quality.r2_train': 97.5 is out of range\n  expected: a finite number, at most 1",
            ),
            (
                "r2_train = 0.975",
                "r2_trian = 0.975",
                "l.toml:29, 'quality.r2_trian': there is no key 'r2_trian' here\n  \
                 expected: one of r2_train, r2_holdout, rmse, runs\n  try: 'r2_train'",
            ),
            (
                "runs = 170",
                "runs = 170.5",
                "l.toml:31, 'quality.runs': floating point `170.5` cannot stand here\n  \
                 expected: a whole number, 0 or above",
            ),
            (
                "name = \"paper\"",
                "name = \" \"",
                "l.toml:3, 'name': ' ' is empty or contains a control character\n  expected: one line of text",
            ),
            (
                "activation_rate = [0.0625, 1]",
                "activation_rate = [0.0625, 1]\n[dataset]\nname = \"runs\"\nsha256 = \"ABC\"\nsynthetic = false",
                "l.toml:41, 'dataset.sha256': 'ABC' is no SHA-256\n  expected: 64 hexadecimal digits in lower case",
            ),
        ] {
            assert_eq!(refusal(from, to), wanted);
        }
    }

    #[test]
    fn a_data_term_asks_for_a_training_length() {
        let law = parse("paper", PAPER).unwrap();
        let with_tokens =
            Coefficients::by_name(&forms::EQ_2_TOKENS, |key| Ok::<_, ()>(law.coefficients.value(key).unwrap_or(0.3)));
        let mut law = LossLaw { coefficients: with_tokens.unwrap(), ..law };
        let refused = to_toml(&law).unwrap_err().to_string();
        assert!(refused.contains("'tokens': the law has a data term"), "{refused}");
        law.coefficients = law.coefficients.at_tokens(Some(1e10));
        assert_eq!(parse("l.toml", &to_toml(&law).unwrap()).unwrap(), law);
    }

    #[test]
    fn what_could_not_be_read_is_not_written() {
        let mut law = parse("paper", PAPER).unwrap();
        law.coefficients =
            changed(&law.coefficients, |key, value| if key == "alpha_l" { f64::INFINITY } else { value });
        assert_eq!(
            to_toml(&law).unwrap_err().to_string(),
            "law paper, 'coefficients.alpha_l': inf is out of range\n  expected: a number from -10 to 10"
        );
    }

    fn changed(law: &Coefficients, change: impl Fn(&str, f64) -> f64) -> Coefficients {
        let value = |key: &'static str| Ok::<_, ()>(change(key, law.value(key).unwrap()));
        Coefficients::by_name(law.form(), value).unwrap().at_tokens(law.tokens())
    }

    #[test]
    fn a_law_of_sizes_alone_is_read_as_it_was_written() {
        let exponents = [0.34, 0.28, 0.37];
        let coefficients = Coefficients::new(&forms::ACTIVE_TOTAL_TOKENS, &[406.4, 0.0, 410.7], &exponents, 1.69);
        let range = FittedRange { tokens: Some([2e9, 1e11]), ..FittedRange::of_sizes([7e7, 2.8e9], [7e7, 1e10]) };
        let law = LossLaw { coefficients: coefficients.at_tokens(Some(1e11)), range, ..parse("paper", PAPER).unwrap() };
        let text = to_toml(&law).unwrap();
        let written = &text[text.find("[range]").unwrap()..];
        let wanted = "[range]\nactive_parameters = [70000000.0, 2800000000.0]\ntotal_parameters = [70000000.0, \
                      10000000000.0]\ntokens = [2000000000.0, 100000000000.0]\n";
        assert_eq!(written, wanted);
        assert_eq!(parse("l.toml", &text).unwrap(), law);
        let refused = parse("l.toml", &text.replace("total_parameters", "# total_parameters")).unwrap_err().to_string();
        assert!(refused.contains("'range': key 'layers' is missing"), "{refused}");
    }

    /// The same law, its amounts of loss scaled down to ones that a model can have.
    fn plausible(mut law: LossLaw) -> LossLaw {
        let scale = 10.0 / law.coefficients.largest_loss(&law.range);
        let amount = |key: &str| key.starts_with("kappa") || key == "l_inf";
        law.coefficients = changed(&law.coefficients, |key, value| if amount(key) { value * scale } else { value });
        law
    }

    fn any_law() -> impl Strategy<Value = LossLaw> {
        let amount = 1e-3..1e6_f64;
        let range = (1e-3..1.0_f64, 1.0..4.0_f64).prop_map(|(low, factor)| [low, (low * factor).min(1.0)]);
        (
            (r"[^\pC]{0,20}[a-z]", r#"[^\pC]{0,40}[a-z"'\\]"#, any::<bool>()),
            (prop::sample::select(&forms::ALL[..]), prop::array::uniform6(amount), 1e6..1e13_f64),
            prop::array::uniform7(-10.0..10.0_f64),
            (prop::option::of(-1.0..=1.0_f64), prop::option::of(0.0..9.0_f64), prop::option::of(0..1_000_000_usize)),
            prop::array::uniform5(range),
            prop::collection::vec("[^\\pC]{0,40}[a-z]", 0..3),
            prop::option::of(("[a-z]{1,9}", "[0-9a-f]{64}", any::<bool>())),
        )
            .prop_map(
                |((name, source, synthetic), (form, k, tokens), e, (r2, rmse, runs), r, notes, dataset)| {
                    plausible(LossLaw {
                        name,
                        source,
                        synthetic,
                        coefficients: Coefficients::new(form, &k[1..], &e, k[0]).at_tokens(Some(tokens)),
                        quality: FitQuality { r2_train: r2, r2_holdout: r2.map(|r2| r2 / 2.0), rmse, runs },
                        range: FittedRange {
                            layers: r[0],
                            width: r[1],
                            ffn_ratio: r[2],
                            kv_dim: r[3],
                            activation_rate: r[4],
                            active_parameters: dataset.as_ref().map(|_| [1e6, 3e9]),
                            total_parameters: None,
                            block: [Some(Block::Gated), Some(Block::Plain), None]
                                [usize::from(synthetic) + notes.len() % 2],
                            tokens: dataset.as_ref().map(|_| [1e9, tokens.max(1e9)]),
                        },
                        notes,
                        dataset: dataset.map(|(name, sha256, synthetic)| DatasetIdentity { name, sha256, synthetic }),
                        origin: None,
                        query_heads_per_kv_head: None,
                        held_at: Vec::new(),
                        reading: None,
                    })
                },
            )
    }

    proptest! {
        #[test]
        fn writing_and_reading_gives_the_same_law(law in any_law()) {
            let text = to_toml(&law).unwrap();
            prop_assert_eq!(parse("l.toml", &text).unwrap(), law);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = parse("l.toml", &text);
        }

        #[test]
        fn no_damage_panics(at in any::<prop::sample::Index>(), length in 0_usize..20, new in "\\PC{0,8}") {
            let mut characters: Vec<char> = PAPER.chars().collect();
            let start = at.index(characters.len());
            let end = (start + length).min(characters.len());
            characters.splice(start..end, new.chars());
            let _ = parse("l.toml", &characters.into_iter().collect::<String>());
        }
    }
}
