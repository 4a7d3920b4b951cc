//! Files that are packed with gzip: `runs.csv.gz`.
//!
//! A few kilobytes can stand for gigabytes, so no more is unpacked than a file of the kind may have.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use engine::error::{Error, Result};

const MAGIC: &[u8] = b"\x1f\x8b";

/// Whether the file is packed.
pub fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// What is in the file: the bytes as they are, or unpacked. `largest` is the most that they may be.
pub fn unpacked(bytes: &[u8], largest: u64) -> Result<Cow<'_, [u8]>> {
    if !is_packed(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes).take(largest + 1).read_to_end(&mut unpacked).map_err(|error| {
        Error::new(format!("the gzip file cannot be unpacked: {error}")).hint("copy it again; gzip -t tests it")
    })?;
    if unpacked.len() as u64 > largest {
        let most = largest / 1_000_000;
        return Err(Error::new(format!("unpacked, the file is larger than {most} MB")));
    }
    Ok(Cow::Owned(unpacked))
}

/// The name without the ending that says so: `runs.csv` of `runs.csv.gz`.
pub fn stem(name: &str) -> &str {
    let ending = name.len().checked_sub(3).filter(|place| name.is_char_boundary(*place));
    match ending.map(|place| name.split_at(place)) {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(".gz") && !stem.is_empty() => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked_and_nothing_else() {
        assert_eq!(unpacked(b"a,b", 10).unwrap(), Cow::Borrowed(b"a,b"));
        assert_eq!(unpacked(&packed(b"a,b"), 3).unwrap().as_ref(), b"a,b");
        // `cat a.gz b.gz` is a gzip file too.
        assert_eq!(unpacked(&[packed(b"a\n"), packed(b"b\n")].concat(), 10).unwrap().as_ref(), b"a\nb\n");
    }

    #[test]
    fn a_file_that_unpacks_to_too_much_or_not_at_all_is_refused() {
        let zeros = packed(&vec![0; 50_000_000]);
        assert!(zeros.len() < 60_000);
        let error = unpacked(&zeros, 2_000_000).unwrap_err().to_string();
        assert_eq!(error, "unpacked, the file is larger than 2 MB");
        let whole = packed(b"layers,width");
        let error = unpacked(&whole[..whole.len() - 6], 100).unwrap_err().to_string();
        assert!(error.starts_with("the gzip file cannot be unpacked: "), "{error}");
    }

    #[test]
    fn the_ending_is_taken_off_the_name() {
        for (name, wanted) in [("a.csv.gz", "a.csv"), ("a.GZ", "a"), ("a.csv", "a.csv"), (".gz", ".gz"), ("é", "é")] {
            assert_eq!(stem(name), wanted);
        }
    }
}
