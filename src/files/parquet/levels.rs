//! Runs of equal numbers and numbers in few bits, mixed: levels of nesting, places in a dictionary, truths.

use super::thrift::Reader;

/// Bits that hold numbers up to this one.
pub(super) const fn bits_for(largest: u32) -> u32 {
    u32::BITS - largest.leading_zeros()
}

/// The first `count` numbers of so many bits. Fails where there are fewer.
pub(super) fn numbers(bytes: &[u8], bits: u32, count: usize) -> Option<Vec<u32>> {
    if bits > 32 {
        return None;
    }
    let mut reader = Reader::new(bytes);
    // A run of a few bytes may be of millions, and the caller has a limit for them.
    let mut numbers = Vec::with_capacity(count);
    while numbers.len() < count {
        let head = reader.varint()?;
        let left = count - numbers.len();
        let length = usize::try_from(head >> 1).ok()?;
        if head & 1 == 0 {
            let value = reader.take(bits.div_ceil(8) as usize)?;
            let value = value.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
            numbers.resize(numbers.len() + length.min(left), value);
            if length == 0 {
                return None;
            }
        } else {
            // Groups of eight; the last may be cut short by a writer.
            let size = length.checked_mul(bits as usize)?;
            let packed = reader.take(size.min(reader.bytes.len()))?;
            let values = unpacked(packed, bits).take(length.checked_mul(8)?.min(left)).map(|number| number as u32);
            let before = numbers.len();
            numbers.extend(values);
            if numbers.len() == before {
                return None;
            }
        }
    }
    Some(numbers)
}

/// Numbers of so many bits each, up to 64, the lowest bit of the first byte first.
pub(super) fn unpacked(bytes: &[u8], bits: u32) -> impl Iterator<Item = u64> + '_ {
    let bits = bits as usize;
    let count = (bytes.len() * 8).checked_div(bits).unwrap_or(usize::MAX);
    (0..count).map(move |index| {
        (0..bits).fold(0_u64, |number, bit| {
            let place = index * bits + bit;
            let is_set = bytes.get(place / 8).is_some_and(|byte| byte >> (place % 8) & 1 == 1);
            number | u64::from(is_set) << bit
        })
    })
}
