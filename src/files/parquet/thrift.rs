//! Thrift's compact protocol, as far as Parquet uses it: structures whose fields have numbers for names.

/// Nesting deeper than this is no footer.
const DEEPEST: usize = 16;

/// A value of any type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Bool(bool),
    Number(i64),
    Bytes(&'a [u8]),
    List(Vec<Self>),
    Struct(Struct<'a>),
    /// A number with decimals, or a map; Parquet has none that matters here.
    Other,
}

/// A structure: values by the number of their field.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Struct<'a>(Vec<(i16, Value<'a>)>);

impl<'a> Struct<'a> {
    fn get(&self, field: i16) -> Option<&Value<'a>> {
        self.0.iter().find(|(number, _)| *number == field).map(|(_, value)| value)
    }

    pub(super) fn number(&self, field: i16) -> Option<i64> {
        match self.get(field)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn truth(&self, field: i16) -> Option<bool> {
        match self.get(field)? {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    pub(super) fn text(&self, field: i16) -> Option<String> {
        match self.get(field)? {
            Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    }

    pub(super) fn structure(&self, field: i16) -> Option<&Self> {
        match self.get(field)? {
            Value::Struct(inner) => Some(inner),
            _ => None,
        }
    }

    /// The structures of a list.
    pub(super) fn structs(&self, field: i16) -> Option<Vec<&Self>> {
        let Value::List(values) = self.get(field)? else { return None };
        let inner = values.iter().map(|value| match value {
            Value::Struct(inner) => Some(inner),
            _ => None,
        });
        inner.collect()
    }
}

/// Reads values from the beginning of bytes.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    /// A number in groups of seven bits, the lowest first.
    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// The same with the sign in the lowest bit.
    pub(super) fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(super) fn structure(&mut self, depth: usize) -> Option<Struct<'a>> {
        let mut fields = Vec::new();
        let mut number = 0_i16;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(Struct(fields));
            }
            number = match head >> 4 {
                0 => i16::try_from(self.zigzag()?).ok()?,
                step => number.checked_add(i16::from(step))?,
            };
            // The value of a truth is its type.
            let value = match head & 0xf {
                1 => Value::Bool(true),
                2 => Value::Bool(false),
                kind => self.value(kind, depth)?,
            };
            fields.push((number, value));
        }
    }

    fn value(&mut self, kind: u8, depth: usize) -> Option<Value<'a>> {
        if depth > DEEPEST {
            return None;
        }
        Some(match kind {
            1 | 2 => Value::Bool(self.byte()? == 1),
            3 => Value::Number(i64::from(self.byte()?.cast_signed())),
            4..=6 => Value::Number(self.zigzag()?),
            7 => {
                self.take(8)?;
                Value::Other
            }
            8 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            9 | 10 => Value::List(self.list(depth + 1)?),
            11 => {
                self.map(depth + 1)?;
                Value::Other
            }
            12 => Value::Struct(self.structure(depth + 1)?),
            _ => return None,
        })
    }

    fn list(&mut self, depth: usize) -> Option<Vec<Value<'a>>> {
        let head = self.byte()?;
        let length = match head >> 4 {
            15 => usize::try_from(self.varint()?).ok()?,
            short => usize::from(short),
        };
        // Each element takes a byte at least, so a length beyond that fails before anything is set aside for it.
        (0..length).map(|_| self.value(head & 0xf, depth)).collect()
    }

    fn map(&mut self, depth: usize) -> Option<()> {
        let length = self.varint()?;
        if length == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        for _ in 0..length {
            self.value(kinds >> 4, depth)?;
            self.value(kinds & 0xf, depth)?;
        }
        Some(())
    }
}
