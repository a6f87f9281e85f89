//! Which files can hold the beginning of a finding at all, judged by their bytes.
//!
//! A finding needs a step that opens a file for writing, writes it by path, or publishes it; that step is a
//! row of the models, and its last name stands in the text. The words are taken from the rows, so a row that
//! a user adds is looked for like every other. In doubt a file is a candidate: this decides what is parsed,
//! never what is reported.

mod occurrence;
mod words;

use crate::Catalog;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use atomic_lint_ir::Language;
use occurrence::Occurrence;
use words::{Sink, Word};

/// The literals of all sinks, ready to be searched for.
#[derive(Clone, Debug)]
pub struct Prefilter {
    rust: Searcher,
    python: Searcher,
}

impl Prefilter {
    /// Takes the words from the models of `catalog`.
    pub fn new(catalog: &Catalog) -> Self {
        let searcher = |language| Searcher::new(language, words::collect(catalog.models(language)));
        Prefilter { rust: searcher(Language::Rust), python: searcher(Language::Python) }
    }

    /// Whether `text`, a file of `language`, can hold the beginning of a finding.
    pub fn hits(&self, language: Language, text: &[u8]) -> bool {
        match language {
            Language::Rust => self.rust.hits(text),
            Language::Python => self.python.hits(text),
        }
    }

    /// The words that are searched for, in order.
    pub fn words(&self, language: Language) -> impl Iterator<Item = &str> {
        let searcher = match language {
            Language::Rust => &self.rust,
            Language::Python => &self.python,
        };
        searcher.words.iter().map(|word| word.text.as_str())
    }
}

#[derive(Clone, Debug)]
struct Searcher {
    language: Language,
    /// `None` where the models name no sink.
    automaton: Option<AhoCorasick>,
    words: Vec<Word>,
}

impl Searcher {
    fn new(language: Language, words: Vec<Word>) -> Self {
        // Identifiers cannot overlap each other at their bounds, so the longest word from the left is enough;
        // and only with that the vector search of few literals is used.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words.iter().map(|word| word.text.as_str()));
        let automaton = if words.is_empty() { None } else { automaton.ok() };
        Searcher { language, automaton, words }
    }

    fn hits(&self, text: &[u8]) -> bool {
        let Some(automaton) = &self.automaton else { return false };
        let mut state = Vec::new();
        for found in automaton.find_iter(text) {
            if !is_word(text, found.start(), found.end()) {
                continue;
            }
            let at = found.pattern().as_usize();
            state.resize(self.words.len(), Anchor::default());
            if self.completes(at, &mut state, || Occurrence::new(self.language, text, found.start(), found.end())) {
                return true;
            }
        }
        false
    }

    /// Whether the word `at` makes the file a candidate, together with what was met before it.
    fn completes<'t>(&self, at: usize, met: &mut [Anchor], occurrence: impl FnOnce() -> Occurrence<'t>) -> bool {
        met[at].seen = true;
        if met[at].awaited {
            return true;
        }
        let sinks = &self.words[at].sinks;
        if sinks.is_empty() {
            return false;
        }
        let occurrence = occurrence();
        if occurrence.is_no_use() || sinks.iter().any(|sink| occurrence.only_reads(sink)) {
            return false;
        }
        sinks.iter().filter(|sink| occurrence.can_be(sink)).any(|sink| await_anchors(sink, met))
    }
}

/// Whether `sink` needs no other word, or one that was seen; the others are awaited.
fn await_anchors(sink: &Sink, met: &mut [Anchor]) -> bool {
    sink.anchors.iter().for_each(|anchor| met[*anchor].awaited = true);
    sink.anchors.is_empty() || sink.anchors.iter().any(|anchor| met[*anchor].seen)
}

/// What is known of a word that others need beside them.
#[derive(Clone, Copy, Debug, Default)]
struct Anchor {
    seen: bool,
    awaited: bool,
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
