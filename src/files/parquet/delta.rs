//! Whole numbers by their differences, and texts by the lengths of what they share.

use super::levels::unpacked;
use super::thrift::Reader;

/// The numbers, of which there are `most` at most. What follows them is left in the reader.
pub(super) fn numbers(reader: &mut Reader<'_>, most: usize) -> Option<Vec<i64>> {
    let per_block = usize::try_from(reader.varint()?).ok()?;
    let blocks = usize::try_from(reader.varint()?).ok()?;
    let count = usize::try_from(reader.varint()?).ok().filter(|count| *count <= most)?;
    let mut last = reader.zigzag()?;
    let each = per_block.checked_div(blocks).filter(|each| *each > 0)?;
    let mut numbers = Vec::with_capacity(count);
    if count > 0 {
        numbers.push(last);
    }
    while numbers.len() < count {
        let smallest = reader.zigzag()?;
        let widths = reader.take(blocks)?;
        for width in widths.iter().map(|width| u32::from(*width)) {
            let left = count - numbers.len();
            if left == 0 {
                break;
            }
            if width > 64 {
                return None;
            }
            let size = each.checked_mul(width as usize)?.div_ceil(8);
            // A writer may leave out the unused end of the last.
            let packed = reader.take(size.min(reader.bytes.len()))?;
            let before = numbers.len();
            for difference in unpacked(packed, width).take(each.min(left)) {
                last = last.wrapping_add(smallest).wrapping_add(difference.cast_signed());
                numbers.push(last);
            }
            if numbers.len() == before {
                return None;
            }
        }
    }
    Some(numbers)
}

/// Texts whose lengths stand before all of them.
pub(super) fn texts<'a>(reader: &mut Reader<'a>, most: usize) -> Option<Vec<&'a [u8]>> {
    let lengths = numbers(reader, most)?;
    lengths.into_iter().map(|length| reader.take(usize::try_from(length).ok()?)).collect()
}

/// Texts of which each begins with so much of the one before. All together they have `most_bytes` at most.
pub(super) fn shared(reader: &mut Reader<'_>, most: usize, most_bytes: usize) -> Option<Vec<Vec<u8>>> {
    let kept = numbers(reader, most)?;
    let ends = texts(reader, most)?;
    let mut texts: Vec<Vec<u8>> = Vec::with_capacity(kept.len());
    let mut bytes = 0_usize;
    for (kept, end) in kept.into_iter().zip(ends) {
        let before = texts.last().map_or(&[][..], Vec::as_slice);
        let text = [before.get(..usize::try_from(kept).ok()?)?, end].concat();
        bytes = bytes.checked_add(text.len()).filter(|bytes| *bytes <= most_bytes)?;
        texts.push(text);
    }
    Some(texts)
}
