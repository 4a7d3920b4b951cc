//! Text as programs save it: UTF-8, UTF-16 as spreadsheets write "Unicode text", or one byte per letter as they write
//! CSV in Europe.
//!
//! Numbers and names of columns are the same in all of them. So such a file is read, and the reader learns how; a file
//! with control characters is no text in any of them.

use std::borrow::Cow;

use engine::error::{Error, Result};

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// How a text was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As everything is written today.
    Utf8,
    /// Two bytes per letter.
    Utf16,
    /// One byte per letter, Latin-1 with the punctuation of Windows.
    Windows1252,
}

impl Encoding {
    /// What a reader should know of it.
    pub const fn remark(self) -> Option<&'static str> {
        match self {
            Self::Utf8 => None,
            Self::Utf16 => Some("read as UTF-16"),
            Self::Windows1252 => Some("read as Windows-1252 (Latin-1), because it is not UTF-8"),
        }
    }
}

/// The text with lines ended by `\n` alone, without the mark of its encoding.
pub fn decoded(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding)> {
    let (text, encoding) = letters(bytes)?;
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text };
    Ok((text, encoding))
}

fn letters(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding)> {
    if let Some(units) = utf16(bytes) {
        let text = char::decode_utf16(units).collect::<Result<String, _>>();
        let text = text.map_err(|_| Error::new("the file is not UTF-16 text, though it begins like one"))?;
        return Ok((text.into(), Encoding::Utf16));
    }
    let bytes = bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes);
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok((text.into(), Encoding::Utf8)),
        Err(error) => error,
    };
    let is_cut = error.error_len().is_none();
    let text: Option<String> = bytes.iter().map(|byte| windows_1252(*byte)).collect();
    text.filter(|_| !is_cut).map(|text| (text.into(), Encoding::Windows1252)).ok_or_else(|| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count() as u64;
        Error::new("the file is not UTF-8 text").at_line(line)
    })
}

/// The units of a text that begins with the mark of UTF-16, or whose first letters of ASCII have a zero byte each.
fn utf16(bytes: &[u8]) -> Option<impl Iterator<Item = u16> + '_> {
    const LOOKED_AT: usize = 64;
    let start = &bytes[..bytes.len().min(LOOKED_AT) & !1];
    let zeros = |odd: usize| start.len() >= 4 && start.iter().skip(odd).step_by(2).all(|byte| *byte == 0);
    let (text, little) = match bytes {
        [0xff, 0xfe, text @ ..] => (text, true),
        [0xfe, 0xff, text @ ..] => (text, false),
        _ if zeros(1) => (bytes, true),
        _ if zeros(0) => (bytes, false),
        _ => return None,
    };
    // A file of an even number of bytes; half a letter is no text.
    let unit = move |pair: &[u8]| {
        let pair = [pair[0], *pair.get(1).unwrap_or(&0xdc)];
        if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    };
    Some(text.chunks(2).map(unit))
}

/// A letter, unless the byte stands for none that a text has.
fn windows_1252(byte: u8) -> Option<char> {
    const PUNCTUATION: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“', '”',
        '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    let letter = match byte {
        0x80..=0x9f => PUNCTUATION[usize::from(byte - 0x80)],
        other => char::from(other),
    };
    (!letter.is_control() || matches!(letter, '\t' | '\n' | '\r')).then_some(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn texts_of_spreadsheets_are_read() {
        let text = "name,loss\nµ–é,3.25\n";
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (format!("\u{feff}{text}").into_bytes(), Encoding::Utf8),
            (text.replace('\n', "\r\n").into_bytes(), Encoding::Utf8),
            (utf16(text, true, true), Encoding::Utf16),
            (utf16(text, false, true), Encoding::Utf16),
            (b"name,loss\n\xb5\x96\xe9,3.25\n".to_vec(), Encoding::Windows1252),
        ] {
            assert_eq!(decoded(&bytes).unwrap(), (Cow::Borrowed(text), encoding));
        }
        let plain = "layers\twidth\n4\t256\n";
        assert_eq!(decoded(&utf16(plain, true, false)).unwrap(), (plain.into(), Encoding::Utf16));
        assert_eq!(decoded(&utf16(plain, false, false)).unwrap(), (plain.into(), Encoding::Utf16));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (bytes, message) in [
            (&b"a\nb\xff\x00c"[..], ":2: the file is not UTF-8 text"),
            (b"\x80\x81", ":1: the file is not UTF-8 text"),
            // The beginning of a letter: the file was cut.
            (b"a,\xc3", ":1: the file is not UTF-8 text"),
            (b"\xff\xfea\0\0\xd8b\0", ": the file is not UTF-16 text, though it begins like one"),
            (b"\xff\xfea", ": the file is not UTF-16 text, though it begins like one"),
        ] {
            let error = decoded(bytes).unwrap_err().in_source("x");
            assert_eq!(error.to_string(), format!("x{message}"), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn utf16_survives_the_round_trip(text in "[a-z,]{4}[^\r\u{feff}]{0,40}", little in any::<bool>()) {
            let bytes = utf16(&text, little, true);
            prop_assert_eq!(decoded(&bytes).unwrap().0, text);
        }

        #[test]
        fn arbitrary_bytes_are_harmless(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            if let Ok((text, _)) = decoded(&bytes) {
                prop_assert!(!text.contains('\r'));
            }
        }
    }
}
