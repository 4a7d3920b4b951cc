//! The schema: a tree that is written in the order of its nodes, of which the leaves are columns.

use super::thrift::Struct;

/// How the values of a column are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Bool,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Bytes,
    /// So many bytes each.
    Fixed(usize),
}

/// What stored values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// What they are.
    Plain,
    Unsigned,
    /// Whole numbers with so many decimals.
    Decimal(u32),
    HalfFloat,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) name: String,
    pub(super) stored: Stored,
    pub(super) meaning: Meaning,
    /// The definition level of a value that is there.
    pub(super) defined: u32,
    /// The largest repetition level; above 0 in lists.
    pub(super) repeated: u32,
}

impl Leaf {
    pub(super) fn is_text(&self) -> bool {
        self.stored == Stored::Bytes && self.meaning == Meaning::Plain && self.repeated == 0
    }
}

/// A node on the way down: how many of its children are still to come.
struct Open {
    children: i64,
    /// Whether it is part of the path; the nodes that make a list of its elements are not.
    named: bool,
    /// Whether it has one child alone, as the node has that repeats the elements of a list.
    single: bool,
    defined: u32,
    repeated: u32,
}

/// The leaves of the tree, in its order.
pub(super) fn leaves(nodes: &[&Struct<'_>]) -> Option<Vec<Leaf>> {
    let (root, nodes) = nodes.split_first()?;
    let mut open = vec![Open { children: root.number(5)?, named: false, single: false, defined: 0, repeated: 0 }];
    let mut path: Vec<String> = Vec::new();
    let mut leaves = Vec::new();
    for node in nodes {
        while open.last().is_some_and(|above| above.children == 0) {
            if open.pop().is_some_and(|above| above.named) {
                path.pop();
            }
        }
        let is_inner = open.len() > 1;
        let above = open.last_mut()?;
        above.children = above.children.checked_sub(1)?;
        let repetition = node.number(3).unwrap_or(0);
        let defined = above.defined + u32::from(repetition != 0);
        let repeated = above.repeated + u32::from(repetition == 2);
        // `curve.list.element` is the column `curve`: the node that repeats and the one below it are how lists are made.
        let named = !is_inner || (repetition != 2 && (above.named || !above.single));
        let name = node.text(4)?;
        if let Some(children) = node.number(5).filter(|children| *children > 0) {
            if named {
                path.push(name);
            }
            open.push(Open { children, named, single: children == 1, defined, repeated });
            continue;
        }
        let parts: Vec<&str> = path.iter().map(String::as_str).chain(named.then_some(name.as_str())).collect();
        leaves.push(Leaf { name: parts.join("."), stored: stored(node)?, meaning: meaning(node), defined, repeated });
    }
    Some(leaves)
}

fn stored(node: &Struct<'_>) -> Option<Stored> {
    Some(match node.number(1)? {
        0 => Stored::Bool,
        1 => Stored::Int32,
        2 => Stored::Int64,
        3 => Stored::Int96,
        4 => Stored::Float,
        5 => Stored::Double,
        6 => Stored::Bytes,
        7 => Stored::Fixed(usize::try_from(node.number(2)?).ok().filter(|size| *size > 0)?),
        _ => return None,
    })
}

fn meaning(node: &Struct<'_>) -> Meaning {
    const DECIMAL: i64 = 5;
    const UNSIGNED: std::ops::RangeInclusive<i64> = 11..=14;
    let logical = node.structure(10);
    let logical_of = |field: i16| logical.and_then(|logical| logical.structure(field));
    let converted = node.number(6);
    if let Some(decimal) = logical_of(5) {
        return Meaning::Decimal(decimal.number(1).and_then(|scale| u32::try_from(scale).ok()).unwrap_or(0));
    }
    if converted == Some(DECIMAL) {
        return Meaning::Decimal(node.number(7).and_then(|scale| u32::try_from(scale).ok()).unwrap_or(0));
    }
    let is_unsigned = logical_of(10).is_some_and(|whole| whole.truth(2) == Some(false));
    if is_unsigned || converted.is_some_and(|kind| UNSIGNED.contains(&kind)) {
        return Meaning::Unsigned;
    }
    if logical_of(15).is_some() { Meaning::HalfFloat } else { Meaning::Plain }
}
