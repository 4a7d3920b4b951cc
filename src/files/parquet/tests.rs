//! Files that other programs wrote: pyarrow 26 (`none` to `zstd`, `encodings`, `types`), `DuckDB` 1.4 (`nested`) and
//! fastparquet. Their cells are known from the scripts that wrote them.

use proptest::prelude::*;

use super::*;

macro_rules! table {
    ($name:literal) => {
        (
            concat!($name, ".parquet"),
            include_bytes!(concat!("../../../tests/data/parquet/", $name, ".parquet")).as_slice(),
        )
    };
}

const NONE: (&str, &[u8]) = table!("none");
const ENCODINGS: (&str, &[u8]) = table!("encodings");
const TYPES: (&str, &[u8]) = table!("types");
const NESTED: (&str, &[u8]) = table!("nested");

fn open<'a>((source, bytes): (&'a str, &'a [u8])) -> Parquet<'a> {
    Parquet::open(source, bytes).unwrap()
}

fn cells(file: &Parquet<'_>, name: &str) -> Vec<Cell> {
    let column = file.names().position(|known| known == name).unwrap_or_else(|| panic!("{name}"));
    file.column(column).unwrap()
}

fn texts(texts: &[&str]) -> Vec<Cell> {
    texts.iter().map(|text| Cell::Text(Arc::from(*text))).collect()
}

fn wholes(numbers: &[i128]) -> Vec<Cell> {
    numbers.iter().map(|number| Cell::Whole(*number)).collect()
}

fn reals(numbers: &[f64]) -> Vec<Cell> {
    numbers.iter().map(|number| Cell::Real(*number)).collect()
}

#[test]
fn files_of_every_packing_and_encoding_hold_the_same_table() {
    for file in [NONE, table!("snappy"), table!("gzip"), table!("lz4"), ENCODINGS, table!("fastparquet")] {
        let (name, file) = (file.0, open(file));
        let names: Vec<&str> = file.names().collect();
        assert_eq!(names, ["name", "layers", "width", "heads", "kv_heads", "ffn_ratio", "tokens", "loss"], "{name}");
        assert_eq!(cells(&file, "name"), texts(&["a", "b", "c"]), "{name}");
        assert_eq!(cells(&file, "layers"), wholes(&[4, 8, 16]), "{name}");
        assert_eq!(cells(&file, "width"), wholes(&[256, 1024, 2048]), "{name}");
        assert_eq!(cells(&file, "tokens"), wholes(&[1_000_000_000, 2_000_000_000, 4_000_000_000]), "{name}");
        assert_eq!(cells(&file, "loss"), reals(&[3.125, 2.75, 2.5]), "{name}");
        assert_eq!((file.rows(), file.is_text(0), file.is_text(1)), (3, true, false));
    }
}

#[test]
fn values_of_every_type_are_what_was_written() {
    let file = open(TYPES);
    assert_eq!(cells(&file, "layers"), wholes(&[4, 8, 16]));
    assert_eq!(cells(&file, "width"), wholes(&[256, 1024, 2048]));
    assert_eq!(cells(&file, "kv_heads"), [Cell::Real(4.0), Cell::Null, Cell::Real(32.0)]);
    assert_eq!(cells(&file, "ffn_ratio"), reals(&[3.0, 3.0, 3.0]), "16 bits");
    assert_eq!(cells(&file, "tokens"), reals(&[1e9, 2e9, 4e9]), "32 bits");
    assert_eq!(cells(&file, "loss"), reals(&[3.125, 2.75, 2.5]), "decimals");
    assert_eq!(cells(&file, "flag"), [Cell::Bool(true), Cell::Null, Cell::Bool(false)]);
    assert_eq!(cells(&file, "null"), [Cell::Null, Cell::Null, Cell::Null]);
    // What lists hold, one after the other; an empty list and none are the same.
    assert_eq!(cells(&file, "lists"), [Cell::List(wholes(&[1, 2, 3])), Cell::List(vec![]), Cell::List(vec![])]);
    // 2026-01-01 in microseconds.
    assert_eq!(cells(&file, "when"), wholes(&[1_767_225_600_000_000; 3]));
}

#[test]
fn what_is_nested_goes_by_its_path() {
    let file = open(NESTED);
    let names: Vec<&str> = file.names().collect();
    assert_eq!(
        names,
        [
            "name",
            "arch.n_layers",
            "arch.d_model",
            "arch.n_heads",
            "arch.n_kv_heads",
            "arch.d_ff",
            "curve",
            "m.key",
            "m.value",
            "tokens",
            "val_loss"
        ]
    );
    assert_eq!(cells(&file, "arch.d_ff"), wholes(&[768, 3072, 6144]));
    let curves = [3.125, 2.75, 2.5].map(|last| Cell::List(reals(&[1.0, last])));
    assert_eq!(cells(&file, "curve"), curves);
    assert_eq!(cells(&file, "m.key")[0], Cell::List(texts(&["a"])));
}

#[test]
fn what_is_packed_otherwise_is_refused_with_the_line_that_converts_it() {
    let file = open(table!("zstd"));
    assert_eq!(
        file.column(1).unwrap_err().in_source("zstd.parquet").to_string(),
        "zstd.parquet, 'layers': the Parquet file is packed with zstd, which is not unpacked here\n  expected: snappy, gzip, \
         lz4 or none of them\n  try: duckdb -c \"copy 'zstd.parquet' to 'zstd-snappy.parquet' (compression snappy)\", or in \
         Python pandas.read_parquet('zstd.parquet').to_parquet('zstd-snappy.parquet', compression='snappy')"
    );
}

#[test]
fn a_damaged_file_is_named() {
    let refused = |bytes: &[u8]| Parquet::open("x", bytes).unwrap_err().headline().to_owned();
    let (_, whole) = NONE;
    for (bytes, message) in [
        (&whole[..whole.len() - 1], "the Parquet file cannot be read: it ends too early"),
        (b"PAR1", "the Parquet file cannot be read: it ends too early"),
        (b"PAR1\0\0\0\0PARE", "the Parquet file is encrypted"),
        (b"PAR1\x01\0\0\0PAR1", "the Parquet file cannot be read: it ends too early"),
        (b"PAR1\0\x01\0\0\0PAR1", "the Parquet file cannot be read: its footer makes no sense"),
        (b"PAR1\x15\x01\0\0\0PAR1", "the Parquet file cannot be read: its footer cannot be read"),
    ] {
        assert_eq!(refused(bytes), message);
    }
}

#[test]
fn numbers_by_differences_are_read() {
    // The example of the format's documentation, 7 5 3 1 2 3 4 5 of blocks of 128 in 4 parts: differences −2 −2 −2 1 1 1 1,
    // the smallest −2, the rest 0 0 0 3 3 3 3 in two bits.
    let bytes = [0x80, 0x01, 0x04, 0x08, 0x0e, 0x03, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0];
    let mut reader = Reader::new(&bytes);
    assert_eq!(delta::numbers(&mut reader, 8), Some(vec![7, 5, 3, 1, 2, 3, 4, 5]));
    assert!(reader.bytes.is_empty());
    assert_eq!(delta::numbers(&mut Reader::new(&bytes), 7), None, "more than there may be");
}

#[test]
fn levels_in_runs_and_in_bits_are_read() {
    // Five times 3 in two bits, then the example of the format's documentation: 0 to 7 in three bits.
    assert_eq!(levels::numbers(&[5 << 1, 3], 2, 5), Some(vec![3; 5]));
    assert_eq!(levels::numbers(&[1 << 1 | 1, 0b1000_1000, 0b1100_0110, 0b1111_1010], 3, 8), Some((0..8).collect()));
    assert_eq!(levels::numbers(&[5 << 1, 3], 2, 6), None);
    assert_eq!(levels::numbers(&[0, 0], 1, 1), None);
    assert_eq!([0, 1, 2, 3, 4].map(levels::bits_for), [0, 1, 2, 2, 3]);
}

proptest! {
    #[test]
    fn a_spoiled_file_loads_or_fails(
        which in 0..4_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = [NONE, ENCODINGS, TYPES, NESTED][which].1.to_vec();
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            let place = cut.index(bytes.len());
            bytes.remove(place);
        }
        if let Ok(file) = Parquet::open("x", &bytes) {
            for column in 0..file.names().count() {
                if let Ok(cells) = file.column(column) {
                    prop_assert_eq!(cells.len(), file.rows());
                }
            }
        }
    }
}
