//! Arbitrary files: no panic, nothing half-loaded, and one meaning whatever the format or the columns' names.

use proptest::prelude::*;

use super::*;

/// A run as a person would write it down.
#[derive(Debug, Clone)]
struct Written {
    layers: u32,
    head_dim: u32,
    kv_heads: u32,
    groups: u32,
    ratio: f64,
    top_k: u32,
    spare: u32,
    tokens: u64,
    loss: f64,
}

impl Written {
    fn cells(&self) -> Vec<(Field, String)> {
        let heads = self.kv_heads * self.groups;
        vec![
            (Field::Layers, self.layers.to_string()),
            (Field::Width, (heads * self.head_dim).to_string()),
            (Field::Heads, heads.to_string()),
            (Field::HeadDim, self.head_dim.to_string()),
            (Field::KvHeads, self.kv_heads.to_string()),
            (Field::FfnRatio, self.ratio.to_string()),
            (Field::Experts, (self.top_k + self.spare).to_string()),
            (Field::TopK, self.top_k.to_string()),
            (Field::Tokens, self.tokens.to_string()),
            (Field::Loss, self.loss.to_string()),
        ]
    }
}

prop_compose! {
    fn written()(
        (layers, head_dim, kv_heads, groups) in (1..200u32, 1..129u32, 1..64u32, 1..16u32),
        (ratio, loss) in (1e-3..64.0f64, 1e-6..13.0f64),
        (top_k, spare, tokens) in (1..9u32, 0..64u32, 1_000_000..u64::MAX / 2),
    ) -> Written {
        Written { layers, head_dim, kv_heads, groups, ratio, top_k, spare, tokens, loss }
    }
}

fn as_csv(runs: &[Written], name: impl Fn(Field) -> &'static str) -> String {
    let header: Vec<&str> = runs[0].cells().iter().map(|(field, _)| name(*field)).collect();
    let rows = runs.iter().map(|run| run.cells().into_iter().map(|(_, cell)| cell).collect::<Vec<_>>().join(","));
    format!("{}\n{}\n", header.join(","), rows.collect::<Vec<_>>().join("\n"))
}

fn as_jsonl(runs: &[Written]) -> String {
    let line = |run: &Written| {
        let entries: Vec<_> =
            run.cells().iter().map(|(field, value)| format!("\"{}\":{value}", field.name())).collect();
        format!("{{{}}}\n", entries.join(","))
    };
    runs.iter().map(line).collect()
}

/// What must hold of whatever loads, however odd the file.
pub(super) fn assert_sound(loaded: &Loaded) {
    assert!(!loaded.dataset.runs.is_empty());
    for run in &loaded.dataset.runs {
        let shape = &run.features;
        for value in [shape.layers, shape.width, shape.ffn_ratio, shape.kv_dim, shape.activation_rate, run.loss] {
            assert!(value.is_finite() && value > 0.0, "{run:?}");
        }
        assert!(shape.activation_rate <= 1.0, "{run:?}");
        assert!(run.tokens.is_none_or(|tokens| tokens.is_finite() && tokens > 0.0), "{run:?}");
    }
}

proptest! {
    #[test]
    fn json_lines_and_csv_load_equal(runs in prop::collection::vec(written(), 1..20)) {
        let from_csv = csv(&as_csv(&runs, Field::name)).unwrap();
        let from_jsonl = jsonl(&as_jsonl(&runs)).unwrap();
        prop_assert_eq!(&from_csv.dataset.runs, &from_jsonl.dataset.runs);
        for (run, written) in from_csv.dataset.runs.iter().zip(&runs) {
            prop_assert_eq!(run.loss, written.loss);
            prop_assert_eq!(run.features.ffn_ratio, written.ratio);
            prop_assert_eq!(run.features.kv_dim, f64::from(written.kv_heads * written.head_dim));
        }
    }

    #[test]
    fn every_alias_means_the_same(runs in prop::collection::vec(written(), 1..4), pick in any::<prop::sample::Index>()) {
        let aliased = csv(&as_csv(&runs, |field| field.names()[pick.index(field.names().len())])).unwrap();
        prop_assert_eq!(aliased.dataset.runs, csv(&as_csv(&runs, Field::name)).unwrap().dataset.runs);
    }

    #[test]
    fn a_hidden_size_means_its_ratio(hidden in 1..20_000u32, run in written()) {
        let (header, row): (Vec<_>, Vec<_>) = run
            .cells()
            .into_iter()
            .map(|(field, cell)| match field {
                Field::FfnRatio => ("moe_intermediate_size", hidden.to_string()),
                _ => (field.name(), cell),
            })
            .unzip();
        let width = run.kv_heads * run.groups * run.head_dim;
        let ratio = f64::from(run.top_k) * f64::from(hidden) / f64::from(width);
        let loaded = csv(&format!("{}\n{}\n", header.join(","), row.join(","))).unwrap();
        prop_assert_eq!(loaded.dataset.runs[0].features.ffn_ratio, ratio);
    }

    #[test]
    fn arbitrary_bytes_load_or_fail(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for format in [Format::Csv, Format::JsonLines] {
            if let Ok(loaded) = parse("x", format, &bytes) {
                assert_sound(&loaded);
            }
        }
    }

    #[test]
    fn mutated_files_load_whole_or_fail(
        runs in prop::collection::vec(written(), 1..5),
        json in any::<bool>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), mutation(), 0..3u8), 1..6),
    ) {
        let (format, text) = if json {
            (Format::JsonLines, as_jsonl(&runs))
        } else {
            (Format::Csv, as_csv(&runs, Field::name))
        };
        let mut bytes = text.into_bytes();
        for (place, byte, kind) in edits {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => drop(bytes.remove(place)),
            }
        }
        if let Ok(loaded) = parse("x", format, &bytes) {
            assert_sound(&loaded);
            prop_assert_eq!(loaded.dataset.runs.len(), lines_with_runs(format, &bytes));
        }
    }
}

/// Bytes that mean something to the formats, and any others.
pub(super) fn mutation() -> impl Strategy<Value = u8> {
    prop_oneof![prop::sample::select(b"\",\n\r#{}[]:-+.eE0 \t".as_slice()), any::<u8>()]
}

/// Counted without the parsers: lines with anything in them besides comments and separators.
fn lines_with_runs(format: Format, bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split(['\n', '\r']).map(str::trim);
    match format {
        Format::Csv => {
            let filled =
                lines.filter(|line| !line.starts_with('#') && line.contains(|c| !matches!(c, ',' | '"' | ' ')));
            filled.count() - 1
        }
        Format::JsonLines => {
            let values = serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>();
            values.map_while(Result::ok).map(|value| value.as_array().map_or(1, Vec::len)).sum()
        }
        Format::Parquet => 0,
    }
}
