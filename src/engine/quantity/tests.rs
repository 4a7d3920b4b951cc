use super::*;
use crate::budget::Limit;
use crate::fixtures::{paper_landscape, paper_space, sweep_at};
use crate::reference::QWEN2_5_0_5B;
use crate::text::width;

fn known<T>(index: usize, look: impl FnOnce(&Known<'_>) -> T) -> T {
    look(&Known::candidate(&paper_landscape(), index).within(62.841e9))
}

#[test]
fn keys_are_apart_and_say_the_unit() {
    let keys: Vec<&str> = Quantity::all().map(Quantity::key).collect();
    for (place, key) in keys.iter().enumerate() {
        assert!(!keys[..place].contains(key), "{key} twice");
        assert!(key.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{key}");
    }
    for quantity in Quantity::all() {
        let (key, unit) = (quantity.key(), quantity.unit());
        assert_eq!(key.ends_with("_s") && !key.ends_with("_per_s"), unit == Unit::Seconds, "{key}");
        assert_eq!(key.ends_with("_bytes"), unit == Unit::Bytes, "{key}");
        assert_eq!(key.ends_with("_j"), unit == Unit::Joules, "{key}");
        for words in [quantity.name(), quantity.heading(), quantity.column()] {
            assert!(!words.is_empty(), "{key}");
        }
    }
}

#[test]
fn each_has_the_value_that_its_key_says() {
    let landscape = paper_landscape();
    let (sweep, index) = (&landscape.sweep, 4711);
    let shape = sweep.architecture(index);
    let known = Known::candidate(&landscape, index).within(1e12);
    let json = serde_json::to_value(shape).unwrap();
    for key in ["layers", "width", "heads", "head_dim", "kv_heads", "experts", "top_k", "vocab", "tied"] {
        let value = serde_json::to_value(Quantity::with_key(key).of(&known)).unwrap();
        assert_eq!(value, json[key], "{key}");
    }
    for (key, wanted) in [
        ("intermediate", f64::from(shape.expert_hidden)),
        ("ffn_ratio", shape.ffn_ratio()),
        ("parameters_total", sweep.parameters_total[index] as f64),
        ("parameters_active", sweep.parameters_active[index] as f64),
        ("loss", sweep.loss[index]),
        ("perplexity", sweep.perplexity[index]),
        ("prefill_s", sweep.prefill_s[index]),
        ("decode_s", sweep.decode_s[index]),
        ("tpot_s", sweep.tpot_s(index).unwrap()),
        ("total_s", sweep.total_s[index]),
        ("memory_bytes", sweep.memory_bytes[index]),
        ("tokens_per_s", landscape.estimator.tokens_per_s(sweep.latency(index)).unwrap()),
        ("activation_rate", shape.activation_rate()),
        ("gqa", f64::from(shape.heads) / f64::from(shape.kv_heads)),
        ("fits_memory", 1.0),
        ("extrapolated", 0.0),
    ] {
        assert_eq!(Quantity::with_key(key).of(&known).number(), Some(wanted), "{key}");
    }
    let unknown = ["energy_j", "energy_per_token_j", "energy_is_upper_bound", "frontier_probability", "robust"];
    for key in unknown {
        assert_eq!(Quantity::with_key(key).of(&known), Value::Unknown, "{key}");
        assert_eq!(Quantity::with_key(key).sort_key(&known), f64::INFINITY, "{key}");
    }
}

/// A candidate's numbers come from its sweep, those of another architecture from the estimator: they are the same ones.
#[test]
fn a_candidate_is_what_it_is_alone() {
    let landscape = paper_landscape();
    for index in (0..landscape.sweep.len()).step_by(997) {
        let candidate = Known::candidate(&landscape, index);
        let alone = Known::sized(&candidate.architecture).on(&landscape.estimator).under(&landscape.law);
        for quantity in Quantity::all() {
            match (quantity.of(&candidate), quantity.of(&alone)) {
                (Value::Real(a), Value::Real(b)) => assert!((a - b).abs() <= 1e-12 * b.abs(), "{quantity:?}: {a} {b}"),
                (a, b) => assert_eq!(a, b, "{quantity:?}"),
            }
        }
    }
}

#[test]
fn without_board_and_law_only_what_follows_from_the_shape_is_known() {
    let sized = Known::sized(&QWEN2_5_0_5B);
    for quantity in Quantity::all() {
        let is_known = match quantity.part() {
            Part::Architecture => true,
            Part::Derived => quantity != Quantity::TOKENS_PER_S,
            _ => [Quantity::PARAMETERS_TOTAL, Quantity::PARAMETERS_ACTIVE].contains(&quantity),
        };
        assert_eq!(quantity.of(&sized) != Value::Unknown, is_known, "{quantity:?}");
    }
}

#[test]
fn what_is_limited_is_what_sorts() {
    let mut landscape = paper_landscape();
    landscape.sweep = sweep_at(50.0);
    for limit in Limit::ALL {
        for index in [0, 4711, 10_559] {
            let known = Known::candidate(&landscape, index);
            assert_eq!(limit.of(&landscape.sweep, index), limit.quantity().sort_key(&known), "{limit:?}");
        }
    }
    let keys = ["max_total_s", "max_prefill_s", "max_tpot_s", "max_energy_j", "max_memory_bytes"];
    assert_eq!(Limit::ALL.map(Limit::key), keys);
    assert_eq!(Limit::ALL.map(Limit::label), ["total", "TTFT", "TPOT", "energy", "memory"]);
}

#[test]
fn numbers_are_written_with_their_unit_and_without() {
    for (quantity, value, text, cell) in [
        (Quantity::TOTAL, Value::Real(0.0987), "98.7 ms", "98.70"),
        (Quantity::MEMORY, Value::Real(2.9e9), "2.90 GB", "2.900"),
        (Quantity::ENERGY, Value::Real(0.194), "194 mJ", "0.1940"),
        (Quantity::LOSS, Value::Real(3.2165), "3.216 nats", "3.216"),
        (Quantity::PARAMETERS_TOTAL, Value::Whole(494_008_192), "494 M", "494.0"),
        (Quantity::LAYERS, Value::Whole(24), "24", "24"),
        (Quantity::FFN_RATIO, Value::Real(8.0 / 3.0), "2.67", "2.67"),
        (Quantity::FITS_MEMORY, Value::Flag(true), "yes", "yes"),
        (Quantity::FRONTIER_PROBABILITY, Value::Real(0.62), "62 %", "62"),
    ] {
        assert_eq!(quantity.text(value.number().unwrap()), text);
        assert_eq!(quantity.unit().cell(value), cell);
        assert_eq!(quantity.unit().cell(Value::Unknown), "–");
    }
    assert_eq!([14.266, 1791.6, 16.0].map(|layers| Quantity::LAYERS.real_text(layers, 3)), ["14.3", "1792", "16"]);
    assert_eq!(
        (Quantity::FFN_RATIO.real_text(0.5, 4), Quantity::WIDTH.real_text(1791.64, 4)),
        ("0.500".into(), "1792".into())
    );
    let (_, unit) = Unit::Seconds.in_column(0.0);
    assert!(Quantity::all().filter(|q| q.unit() == Unit::Seconds).all(|q| q.column().ends_with(unit)));
}

#[test]
fn columns_stand_by_their_places_and_have_room_for_what_they_say() {
    let headings: Vec<&str> =
        Quantity::on_screen().iter().filter_map(|q| q.screen()).map(|screen| screen.heading).collect();
    let first = ["ppl", "total ms", "TTFT ms", "TPOT ms", "memory", "layers", "width", "kv", "r", "E/K"];
    assert_eq!(headings[..10], first);
    assert_eq!(Quantity::at_the_edge(), [Quantity::FRONTIER_PROBABILITY]);
    assert_eq!(headings.len() + 1, Quantity::all().filter(|q| q.screen().is_some()).count());
    for index in [0, 4711, 10_559] {
        known(index, |known| {
            for quantity in Quantity::on_screen() {
                let cells = usize::from(quantity.screen().unwrap().cells);
                assert!(width(quantity.screen().unwrap().heading) <= cells);
                let text = quantity.screen_cell(known);
                assert!(width(&text) <= cells, "{quantity:?}: {text}");
            }
        });
    }
}

#[test]
fn what_has_no_room_on_the_screen_is_said_in_short() {
    let landscape = paper_landscape();
    let wide = |experts, top_k| {
        let shape = crate::architecture::Architecture { experts, top_k, ..QWEN2_5_0_5B };
        Quantity::with_key("experts").screen_cell(&Known::sized(&shape).on(&landscape.estimator).under(&landscape.law))
    };
    assert_eq!([wide(1, 1), wide(16, 2), wide(128, 32)], ["dense", "16/2", "128/…"]);
    assert_eq!([0.1234, 2.667].map(|r| Unit::Ratio.screen_cell(Value::Real(r), 4)), ["0.12", "2.67"]);
}

#[test]
fn a_space_offers_what_its_axes_say() {
    let space = paper_space();
    let offered = |key| Quantity::with_key(key).offered_by(&space);
    assert_eq!(offered("experts"), [1.0, 8.0, 16.0]);
    assert_eq!(offered("top_k"), [1.0, 2.0]);
    assert_eq!(offered("layers").last(), Some(&32.0));
    assert_eq!(offered("kv_heads")[..4], [1.0, 2.0, 4.0, 8.0]);
    assert_eq!(offered("kv_heads").last(), Some(&48.0));
    assert!(offered("parameters_total").is_empty() && offered("loss").is_empty());
    let panels: Vec<&str> = Quantity::with_panel().iter().map(|quantity| quantity.panel().unwrap().label).collect();
    assert_eq!(panels, ["depth", "width", "experts", "top-k", "r", "KV heads", "stored", "active"]);
}

#[test]
fn intervals_are_of_what_follows_from_the_law() {
    let loss = Interval { low: 3.0, high: 3.2 };
    let sure = Confident {
        frontier_probability: Some(0.75),
        is_robust: Some(true),
        loss: Ok(loss),
        resampling: None,
        optimism_nats: Some(0.01),
    };
    known(7, |known| {
        let confident = Known { confident: Some(sure), ..*known };
        let with: Vec<Quantity> = Quantity::all().filter(|q| q.interval(&confident).is_some()).collect();
        assert_eq!(with, [Quantity::LOSS, Quantity::PERPLEXITY]);
        assert_eq!(Quantity::LOSS.interval(&confident), Some(loss));
        assert_eq!(Quantity::PERPLEXITY.interval(&confident).unwrap().low, 3f64.exp());
        assert_eq!(Quantity::LOSS.interval(known), None);
        let share = Quantity::FRONTIER_PROBABILITY;
        assert_eq!((share.of(&confident), share.screen_cell(&confident)), (Value::Real(0.75), "75 %".to_owned()));
        let never = Known { confident: Some(Confident { frontier_probability: Some(0.0), ..sure }), ..*known };
        assert_eq!((share.screen_cell(&never), share.screen_cell(known)), ("–".to_owned(), String::new()));
        let unsaid = Known { confident: Some(Confident { frontier_probability: None, ..sure }), ..*known };
        assert_eq!((share.of(&unsaid), share.screen_cell(&unsaid)), (Value::Unknown, "?".to_owned()));
    });
}
