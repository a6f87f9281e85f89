//! Which files can hold the beginning of a finding at all, judged by their bytes.
//!
//! A finding needs a step that opens a file for writing, writes it by path, or publishes it; that step is a
//! row of the models, and its last name stands in the text. The words are taken from the rows, so a row that
//! a user adds is looked for like every other. In doubt a file is a candidate: this decides what is parsed,
//! never what is reported.

mod imports;
mod libraries;
mod lowered;
mod occurrence;
mod words;

pub use lowered::{Beginnings, may_begin};

use crate::{Catalog, Effect};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use atomic_lint_ir::Language;
use libraries::Libraries;
use occurrence::Occurrence;
use words::{Sink, Words};

/// The literals of all sinks, ready to be searched for.
#[derive(Clone, Debug)]
pub struct Prefilter {
    rust: Searcher,
    python: Searcher,
    /// Temporary files too, by language.
    steps: [Searcher; 2],
}

impl Prefilter {
    /// Takes the words from the models of `catalog`.
    pub fn new(catalog: &Catalog) -> Self {
        let searcher = |language, wanted: fn(Effect) -> bool| {
            Searcher::new(language, words::collect(catalog.models(language), wanted))
        };
        let [rust, python] = Language::ALL.map(|language| searcher(language, Effect::begins));
        let is_step = |effect: Effect| effect.begins() || effect == Effect::TempFile;
        Prefilter { rust, python, steps: Language::ALL.map(|language| searcher(language, is_step)) }
    }

    /// Whether `text`, a file of `language`, can hold the beginning of a finding.
    pub fn hits(&self, language: Language, text: &[u8]) -> bool {
        match language {
            Language::Rust => self.rust.hits(text),
            Language::Python => self.python.hits(text),
        }
    }

    /// Where in `text`, a file of `language`, a finding may begin or a temporary file may be made, in any order.
    pub fn places(&self, language: Language, text: &[u8]) -> Vec<usize> {
        self.steps[language as usize].places(text)
    }

    /// The words by which sinks are written, in order.
    pub fn words(&self, language: Language) -> impl Iterator<Item = &str> {
        let searcher = match language {
            Language::Rust => &self.rust,
            Language::Python => &self.python,
        };
        let words = &searcher.words;
        words.sinks.iter().chain(&words.of_libraries).map(|(word, _)| word.as_str())
    }
}

/// Three searches: for sinks in every file, for those of libraries where the library is named, and for anchors only
/// where a common word waits for one.
///
/// Anchors are short and frequent and the words of libraries are many, and among the literals of the first search
/// they would make it much slower.
#[derive(Clone, Debug)]
struct Searcher {
    language: Language,
    sinks: Option<AhoCorasick>,
    libraries: Libraries,
    anchors: Option<AhoCorasick>,
    words: Words,
}

impl Searcher {
    fn new(language: Language, words: Words) -> Self {
        let sinks = automaton(words.sinks.iter().map(|(word, _)| word));
        let libraries = Libraries::new(language, &words.libraries);
        let anchors = automaton(words.anchors.iter());
        Searcher { language, sinks, libraries, anchors, words }
    }

    fn hits(&self, text: &[u8]) -> bool {
        let mut awaited = Vec::new();
        for (_, sink) in self.uses(text) {
            if sink.anchors.is_empty() {
                return true;
            }
            awaited.resize(self.words.anchors.len(), false);
            sink.anchors.iter().for_each(|anchor| awaited[*anchor] = true);
        }
        !awaited.is_empty() && found(self.anchors.as_ref(), text).any(|(anchor, _, _)| awaited[anchor])
    }

    fn places(&self, text: &[u8]) -> Vec<usize> {
        let (mut places, mut waiting) = (Vec::new(), Vec::new());
        for (start, sink) in self.uses(text) {
            match sink.anchors.is_empty() {
                true => places.push(start),
                false => waiting.push((start, &sink.anchors)),
            }
        }
        if !waiting.is_empty() {
            let mut stands = vec![false; self.words.anchors.len()];
            found(self.anchors.as_ref(), text).for_each(|(anchor, _, _)| stands[anchor] = true);
            waiting.retain(|(_, anchors)| anchors.iter().any(|anchor| stands[*anchor]));
            places.extend(waiting.into_iter().map(|(start, _)| start));
        }
        places
    }

    /// Where what can be a sink stands in `text`, with what it can be; anchors are not asked for yet.
    fn uses<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (usize, &'a Sink)> {
        let named = std::iter::once_with(|| self.libraries.named(text)).flatten();
        let of_libraries = named.flat_map(move |library| {
            let found = found(self.libraries.words(library, &self.words), text);
            let uses = found.flat_map(move |(word, start, end)| {
                self.uses_at(text, &self.words.of_library(library, word).1, start, end)
            });
            uses.filter(move |(_, sink)| sink.libraries.contains(&library))
        });
        let of_all = found(self.sinks.as_ref(), text);
        of_all
            .flat_map(move |(word, start, end)| self.uses_at(text, &self.words.sinks[word].1, start, end))
            .chain(of_libraries)
    }

    fn uses_at<'a>(&self, text: &[u8], sinks: &'a [Sink], start: usize, end: usize) -> Vec<(usize, &'a Sink)> {
        let occurrence = Occurrence::new(self.language, text, start, end);
        possible(sinks, &occurrence).map(|sink| (start, sink)).collect()
    }
}

/// A search for the longest of `words` from the left; `None` where there are no words.
///
/// Identifiers cannot overlap at their bounds, so that is enough, and only so few literals are searched for by vector.
fn automaton<'w>(words: impl ExactSizeIterator<Item = &'w String>) -> Option<AhoCorasick> {
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::DFA));
    if words.len() == 0 { None } else { builder.build(words).ok() }
}

/// Number, start and end of every word in `text`.
fn found<'a>(automaton: Option<&'a AhoCorasick>, text: &'a [u8]) -> impl Iterator<Item = (usize, usize, usize)> + 'a {
    let matches = automaton.into_iter().flat_map(move |automaton| automaton.find_iter(text));
    matches
        .filter(move |found| is_word(text, found.start(), found.end()))
        .map(|found| (found.pattern().as_usize(), found.start(), found.end()))
}

/// Which of `sinks` a word can be where it stands.
fn possible<'s>(sinks: &'s [Sink], occurrence: &Occurrence<'_>) -> impl Iterator<Item = &'s Sink> {
    let no_use = occurrence.is_no_use() || sinks.iter().any(|sink| occurrence.only_reads(sink));
    let sinks = if no_use { &[] } else { sinks };
    sinks.iter().filter(|sink| occurrence.can_be(sink))
}

/// Whether `start..end` is a whole identifier of `text`.
fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    !before.is_some_and(|byte| is_word_byte(*byte)) && !text.get(end).is_some_and(|byte| is_word_byte(*byte))
}

/// Bytes of identifiers; all that is not ASCII counts as such, which errs for letters and is right for most.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests;
