//! How every JSON document is written: readable, ending with a line break, numbers to the last bit.
//!
//! JSON has no word for what is no finite number, and few readers tell −0.0 from 0. So the one is null and the other is 0,
//! wherever in a document they stand: the rule is kept here, where every number passes.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use engine::error::{Error, Result};

/// Readable JSON that ends with a line break.
pub fn to_json(document: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write_json(document, &mut bytes).map_err(|error| Error::new(format!("the result is no JSON: {error}")))?;
    Ok(bytes)
}

/// The same, written as it comes.
pub fn write_json(document: &impl Serialize, mut out: impl io::Write) -> io::Result<()> {
    document.serialize(&mut Serializer::with_formatter(&mut out, Plain(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// The readable layout, without −0.0. Numbers that are not finite never come here: they are null already.
struct Plain<'a>(PrettyFormatter<'a>);

impl Formatter for Plain<'_> {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        self.0.write_f64(writer, if value == 0.0 { 0.0 } else { value })
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_is_null_and_no_zero_has_a_sign() {
        #[derive(Serialize)]
        struct Inner {
            zero: f64,
        }
        #[derive(Serialize)]
        struct Numbers {
            none: f64,
            ends: [f64; 3],
            some: Option<f64>,
            #[serde(flatten)]
            inner: Inner,
        }
        let numbers = Numbers {
            none: f64::NAN,
            ends: [f64::NEG_INFINITY, -0.0, -1.5],
            some: Some(f64::INFINITY),
            inner: Inner { zero: -0.0 },
        };
        let text = String::from_utf8(to_json(&numbers).unwrap()).unwrap();
        assert_eq!(
            text,
            "{\n  \"none\": null,\n  \"ends\": [\n    null,\n    0.0,\n    -1.5\n  ],\n  \"some\": null,\n  \"zero\": 0.0\n}\n"
        );
    }
}
