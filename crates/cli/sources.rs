//! The texts that a report speaks of, read again when the findings are known.
//!
//! Keeping every text of a large tree would cost more memory than reading a few of them twice costs time.

use crate::coverage::{Kind, Missed};
use crate::inspect::SourceFile;
use crate::position::{Column, Position};
use crate::read::{Reader, decode};
use atomic_lint_source::{FileId, LineIndex, Place, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};

/// By which a change of a file is seen.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// A text with its lines.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// As it is reported.
    pub(crate) name: String,
    /// The text, as the spans mean it.
    pub(crate) text: String,
    /// Its lines.
    pub(crate) index: LineIndex,
    single_byte: bool,
}

impl Source {
    /// The text `text` of the file `name`; `single_byte` where each character is one byte on disk.
    pub(crate) fn new(name: String, text: String, single_byte: bool) -> Self {
        let index = LineIndex::new(&text);
        Source { name, text, index, single_byte }
    }

    /// Whether each character is one byte on disk.
    pub(crate) fn is_single_byte(&self) -> bool {
        self.single_byte
    }

    /// Where byte `offset` of the text is.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let line = self.index.line(offset);
        let start = self.index.line_start(line).unwrap_or(0) as usize;
        let head = self.text.get(start..(offset as usize).min(self.text.len())).unwrap_or("");
        Position { line, column: Column::behind(head, line == 1), offset: self.on_disk(offset) }
    }

    fn on_disk(&self, offset: u32) -> u32 {
        match (self.single_byte, self.text.get(..offset as usize)) {
            (true, Some(head)) => head.chars().count() as u32,
            _ => offset,
        }
    }

    /// The lines that `span` touches.
    pub(crate) fn lines(&self, span: Span) -> std::ops::RangeInclusive<u32> {
        let last = span.end.saturating_sub(1).max(span.start);
        self.index.line(span.start)..=self.index.line(last)
    }
}

/// The texts of a report.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    texts: BTreeMap<FileId, Source>,
}

impl Sources {
    /// Reads the files `wanted` again; those that changed since they were lowered are given back.
    pub(crate) fn load(files: &[SourceFile], wanted: &BTreeSet<FileId>) -> (Self, Vec<(FileId, Missed)>) {
        let (mut sources, mut changed) = (Sources::default(), Vec::new());
        let mut reader = Reader::default();
        for id in wanted {
            let file = &files[id.0 as usize];
            match read_again(&mut reader, file) {
                Some(source) => sources.insert(*id, source),
                None => changed.push((*id, Missed::whole(&file.name, Kind::Io, "it changed while it was checked"))),
            }
        }
        (sources, changed)
    }

    /// Adds a text.
    pub(crate) fn insert(&mut self, id: FileId, source: Source) {
        self.texts.insert(id, source);
    }

    /// Takes over the texts that `others` has of `files`, and those that are only there.
    pub(crate) fn replace(&mut self, files: &BTreeSet<FileId>, others: Sources) {
        for (id, source) in others.texts {
            if files.contains(&id) || !self.texts.contains_key(&id) {
                self.insert(id, source);
            }
        }
    }

    /// The text of `id`; every file that a report speaks of has one.
    pub(crate) fn get(&self, id: FileId) -> Option<&Source> {
        self.texts.get(&id)
    }

    /// What stands at `place`.
    pub(crate) fn slice(&self, place: Place) -> &str {
        self.get(place.file).map_or("", |source| place.span.slice(&source.text))
    }

    /// `path:line` of `place`.
    pub(crate) fn locate(&self, place: Place) -> String {
        match self.get(place.file) {
            Some(source) => format!("{}:{}", source.name, source.position(place.span.start).line),
            None => String::new(),
        }
    }
}

fn read_again(reader: &mut Reader, file: &SourceFile) -> Option<Source> {
    let bytes = file.bytes(reader).ok()?;
    let same = file.facts.as_ref().is_none_or(|facts| facts.digest == digest(bytes));
    let text = decode(file.language, bytes).ok().filter(|_| same)?;
    Some(Source::new(file.name.clone(), text.text.into_owned(), text.single_byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_those_on_disk_and_columns_count_characters() {
        let at = |source: &Source, offset| {
            let found = source.position(offset);
            (found.line, found.column.characters.0, found.offset)
        };
        let latin = Source::new("a.py".into(), "é = 1; x".into(), true);
        assert_eq!(at(&latin, 8), (1, 8, 7));
        let marked = Source::new("a.py".into(), "\u{feff}x\ny".into(), false);
        assert_eq!(at(&marked, 3), (1, 1, 3));
        assert_eq!(at(&marked, 5), (2, 1, 5));
    }
}
