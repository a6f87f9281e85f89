//! The lines that a diagnostic shows, as codespan-reporting reads them.
//!
//! Only labelled lines and their followers are kept, cleaned and shortened; line and column numbers stay
//! those of the file.

use super::display::{sanitise, sanitise_line};
use crate::sources::{Source, Sources};
use atomic_lint_source::{FileId, Place};
use codespan_reporting::files::{Error, Files};
use std::collections::BTreeMap;
use std::ops::Range;

/// A line that is longer is cut around its label.
const WIDEST: usize = 160;
/// How much of a cut line stays before the label.
const LEAD: usize = 40;

/// The lines that one diagnostic shows.
#[derive(Debug)]
pub(super) struct Snippet<'s> {
    sources: &'s Sources,
    unicode: bool,
    pages: BTreeMap<FileId, Page>,
}

/// The lines of one file.
#[derive(Debug, Default)]
struct Page {
    text: String,
    /// In the order of the text.
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// Of the file, from 0.
    number: usize,
    /// In the text of the page, with the line feed.
    range: Range<usize>,
    /// Where in the file the line begins.
    start: usize,
    /// Bytes of the line that were cut away before what is shown.
    cut: usize,
    /// Bytes in the text of the page that stand for them.
    mark: usize,
}

impl<'s> Snippet<'s> {
    /// No lines yet.
    pub(super) fn new(sources: &'s Sources, unicode: bool) -> Self {
        Snippet { sources, unicode, pages: BTreeMap::new() }
    }

    /// Shows the first line of `place` and the line after it; gives where on the page it is.
    pub(super) fn show(&mut self, place: Place) -> Option<Range<usize>> {
        let source = self.sources.get(place.file)?;
        let number = source.index.line(place.span.start) as usize - 1;
        let page = self.pages.entry(place.file).or_default();
        page.add(source, number, place.span.start as usize, self.unicode);
        page.add(source, number + 1, 0, self.unicode);
        let line = page.lines.iter().find(|line| line.number == number)?;
        let start = line.on_page(place.span.start as usize);
        Some(start..line.on_page(place.span.end as usize).max(start))
    }

    fn page(&self, id: FileId) -> Result<&Page, Error> {
        self.pages.get(&id).ok_or(Error::FileMissing)
    }
}

impl Page {
    /// Adds the line `number` of `source` so that the byte `offset` of the file is seen, unless it is there.
    fn add(&mut self, source: &Source, number: usize, offset: usize, unicode: bool) {
        let known = self.lines.iter().any(|line| line.number == number);
        let Some(start) = source.index.line_start(number as u32 + 1).filter(|_| !known) else { return };
        let end = source.index.line_start(number as u32 + 2).unwrap_or(source.text.len() as u32);
        let whole = source.text.get(start as usize..end as usize).unwrap_or("").trim_end_matches(['\n', '\r']);
        let window = window(whole, offset.saturating_sub(start as usize));
        let (head, tail) = (window.start > 0, window.end < whole.len());
        let begin = self.text.len();
        self.text.push_str(if head { "..." } else { "" });
        self.text.push_str(&sanitise(&whole[window.clone()], unicode));
        self.text.push_str(if tail { "...\n" } else { "\n" });
        let mark = if head { "...".len() } else { 0 };
        self.lines.push(Line { number, range: begin..self.text.len(), start: start as usize, cut: window.start, mark });
    }

    fn line(&self, number: usize) -> Result<&Line, Error> {
        let missing = Error::LineTooLarge { given: number, max: self.lines.len() };
        self.lines.iter().find(|line| line.number == number).ok_or(missing)
    }
}

impl Line {
    /// Where the byte `offset` of the file is on the page; what was cut away is at the edges.
    fn on_page(&self, offset: usize) -> usize {
        let within = offset.saturating_sub(self.start + self.cut) + self.range.start + self.mark;
        within.min(self.range.end - 1)
    }

    /// The byte of the file that is at `offset` of the page.
    fn in_file(&self, offset: usize) -> usize {
        self.start + self.cut + offset.saturating_sub(self.range.start + self.mark)
    }
}

/// The part of `line` to show so that the byte `at` is seen.
fn window(line: &str, at: usize) -> Range<usize> {
    if line.len() <= WIDEST {
        return 0..line.len();
    }
    let start = if at + LEAD < WIDEST { 0 } else { floor(line, at.min(line.len()) - LEAD) };
    start..floor(line, start + WIDEST)
}

/// The last boundary between characters up to `at`.
fn floor(line: &str, at: usize) -> usize {
    (0..=at.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0)
}

impl<'a> Files<'a> for Snippet<'_> {
    type FileId = FileId;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<String, Error> {
        let source = self.sources.get(id).ok_or(Error::FileMissing)?;
        Ok(sanitise_line(&source.name, self.unicode))
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.page(id)?.text)
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, Error> {
        let page = self.page(id)?;
        let line = page.lines.iter().find(|line| line.range.contains(&byte_index));
        line.map(|line| line.number).ok_or(Error::IndexTooLarge { given: byte_index, max: page.text.len() })
    }

    fn column_number(&'a self, id: FileId, line_index: usize, byte_index: usize) -> Result<usize, Error> {
        let source = self.sources.get(id).ok_or(Error::FileMissing)?;
        let offset = self.page(id)?.line(line_index)?.in_file(byte_index);
        Ok(source.position(offset as u32).column.characters.0 as usize)
    }

    fn line_range(&'a self, id: FileId, line_index: usize) -> Result<Range<usize>, Error> {
        Ok(self.page(id)?.line(line_index)?.range.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atomic_lint_source::Span;

    #[test]
    fn a_long_line_is_cut_around_its_label_and_keeps_its_column() {
        let text = format!("first\n{}open(p){}\n", "é".repeat(300), "x".repeat(300));
        let at = text.find("open").unwrap() as u32;
        let mut sources = Sources::default();
        sources.insert(FileId(0), Source::new("a.py".into(), text, false));
        let mut snippet = Snippet::new(&sources, true);
        let range = snippet.show(Place { file: FileId(0), span: Span::new(at, at + 7) }).unwrap();
        assert_eq!(&snippet.source(FileId(0)).unwrap()[range.clone()], "open(p)");
        assert!(snippet.line_range(FileId(0), 1).unwrap().len() < 2 * WIDEST);
        let location = snippet.location(FileId(0), range.start).unwrap();
        assert_eq!((location.line_number, location.column_number), (2, 301));
    }

    #[test]
    fn a_label_over_several_lines_ends_with_its_first() {
        let mut sources = Sources::default();
        sources.insert(FileId(0), Source::new("a.py".into(), "open(\r\n    p,\r\n)\r\n".into(), false));
        let mut snippet = Snippet::new(&sources, true);
        let range = snippet.show(Place { file: FileId(0), span: Span::new(0, 15) }).unwrap();
        assert_eq!(&snippet.source(FileId(0)).unwrap()[range], "open(");
    }
}
