//! Which libraries a file names, and their words.
//!
//! The words of libraries are many and most files use none of them, so those of one library are searched for only
//! where it is named: in Python by an import, in Rust by its name with `::` behind it.

use super::automaton;
use super::imports::Imports;
use super::is_word_byte;
use super::words::Words;
use aho_corasick::AhoCorasick;
use atomic_lint_ir::Language;
use std::sync::OnceLock;

/// The libraries of one language by number.
#[derive(Clone, Debug)]
pub(super) struct Libraries {
    names: Names,
    /// By library; made when the first file names it.
    words: Vec<OnceLock<Option<AhoCorasick>>>,
}

#[derive(Clone, Debug)]
enum Names {
    Rust(Option<AhoCorasick>),
    Python(Box<Imports>),
}

impl Libraries {
    /// Of the libraries `names`.
    pub(super) fn new(language: Language, names: &[String]) -> Self {
        let words = names.iter().map(|_| OnceLock::new()).collect();
        let names = match language {
            Language::Python => Names::Python(Box::new(Imports::new(names))),
            Language::Rust => {
                let paths: Vec<String> = names.iter().map(|name| format!("{name}::")).collect();
                Names::Rust(automaton(paths.iter()))
            }
        };
        Libraries { names, words }
    }

    /// The libraries that `text` names, in order.
    pub(super) fn named(&self, text: &[u8]) -> Vec<usize> {
        let mut named = match &self.names {
            Names::Python(imports) => imports.of(text),
            Names::Rust(paths) => {
                let found = paths.iter().flat_map(|paths| paths.find_iter(text));
                let whole = |start: usize| start == 0 || !is_word_byte(text[start - 1]);
                found.filter(|found| whole(found.start())).map(|found| found.pattern().as_usize()).collect()
            }
        };
        named.sort_unstable();
        named.dedup();
        named
    }

    /// The search for the words of `library`.
    pub(super) fn words(&self, library: usize, words: &Words) -> Option<&AhoCorasick> {
        let make = || automaton(words.of_each[library].iter().map(|word| &words.of_libraries[*word].0));
        self.words[library].get_or_init(make).as_ref()
    }
}
