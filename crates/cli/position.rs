//! Positions as reports give them, with the column in every unit that a format may count in.
//!
//! Each unit is a type of its own, so that the struct of a format says which one it means and cannot be given another.

use serde::Serialize;

/// A position in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// From 1.
    pub(crate) line: u32,
    /// From 1.
    pub(crate) column: Column,
    /// In bytes on disk.
    pub(crate) offset: u32,
}

/// A column, in each unit from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// A byte order mark is none of the characters.
    pub(crate) characters: Characters,
    /// A byte order mark is none of the code units, because what reads a file as UTF-16 takes it away.
    pub(crate) utf16: Utf16,
    /// A byte order mark is three bytes of the first line.
    pub(crate) utf8: Utf8,
}

/// A column in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Characters(pub(crate) u32);

/// A column in code units of UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Utf16(pub(crate) u32);

/// A column in bytes of UTF-8, whatever the encoding on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Utf8(pub(crate) u32);

impl Column {
    /// The column behind `head`, which is all that stands before it on its line, the first of its text or not.
    pub(crate) fn behind(head: &str, first: bool) -> Self {
        let shown = head.strip_prefix(BYTE_ORDER_MARK).filter(|_| first).unwrap_or(head);
        Column {
            characters: Characters(shown.chars().count() as u32 + 1),
            utf16: Utf16(shown.encode_utf16().count() as u32 + 1),
            utf8: Utf8(head.len() as u32 + 1),
        }
    }
}

/// What some editors put in front of a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_counts_for_itself() {
        let column = Column::behind("s = \"é漢😀\"; ", true);
        assert_eq!(column, Column { characters: Characters(12), utf16: Utf16(13), utf8: Utf8(18) });
        let marked = Column::behind("\u{feff}é", true);
        assert_eq!(marked, Column { characters: Characters(2), utf16: Utf16(2), utf8: Utf8(6) });
        assert_eq!(Column::behind("\u{feff}é", false).characters, Characters(3));
    }
}
