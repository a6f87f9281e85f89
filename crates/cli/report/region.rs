//! Places as the formats need them: the file by name, both ends as positions.

use crate::position::{Characters, Column, Position, Utf8, Utf16};
use crate::sources::Sources;
use atomic_lint_source::{Place, Span};

/// A part of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region<'a> {
    /// The file, as it is reported.
    pub(super) path: &'a str,
    /// Its first position.
    pub(super) start: Position,
    /// The first position behind it.
    pub(super) end: Position,
}

/// Of a text that is not at hand.
const NOWHERE: Position =
    Position { line: 1, column: Column { characters: Characters(1), utf16: Utf16(1), utf8: Utf8(1) }, offset: 0 };

/// All of `place`.
pub(super) fn region(place: Place, sources: &Sources) -> Region<'_> {
    let Some(source) = sources.get(place.file) else { return Region { path: "", start: NOWHERE, end: NOWHERE } };
    let (start, end) = (source.position(place.span.start), source.position(place.span.end));
    Region { path: &source.name, start, end }
}

/// What of `place` is on its first line: some readers show nothing of a region that goes over several.
pub(super) fn first_line(place: Place, sources: &Sources) -> Region<'_> {
    let text = sources.slice(place);
    let length = text.find(['\n', '\r']).unwrap_or(text.len()) as u32;
    let span = Span::new(place.span.start, place.span.start + length);
    region(Place { span, ..place }, sources)
}
