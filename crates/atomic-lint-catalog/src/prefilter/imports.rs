//! Which libraries a Python file imports, by its bytes.
//!
//! The words of libraries are many and most files use none of them, so they are searched for only where the library
//! is imported; without that nothing of it can be named.

use super::is_word_byte;
use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

/// The names of libraries, ready to be looked for in imports.
#[derive(Clone, Debug)]
pub(super) struct Imports {
    numbers: FxHashMap<Vec<u8>, usize>,
    import: Finder<'static>,
}

impl Imports {
    /// Of the libraries `names`.
    pub(super) fn new(names: &[String]) -> Self {
        let numbers = names.iter().enumerate().map(|(number, name)| (name.as_bytes().to_vec(), number));
        Imports { numbers: numbers.collect(), import: Finder::new("import") }
    }

    /// The numbers of the libraries that `text` imports.
    pub(super) fn of(&self, text: &[u8]) -> Vec<usize> {
        let (mut numbers, mut from) = (Vec::new(), 0);
        while let Some(at) = self.import.find(&text[from..]) {
            let (start, end) = statement(text, from, from + at);
            numbers.extend(first_parts(&text[start..end]).filter_map(|part| self.numbers.get(part)));
            from = end;
        }
        numbers
    }
}

/// The line around `at`, with those that backslashes join to it; nothing before `from` is looked at again.
fn statement(text: &[u8], from: usize, at: usize) -> (usize, usize) {
    let mut ends = (from..at).rev().filter(|end| text[*end] == b'\n' && !is_joined(text, *end));
    let start = ends.next().map_or(from, |end| end + 1);
    let mut end = at;
    while let Some(next) = text[end..].iter().position(|byte| *byte == b'\n').map(|next| end + next) {
        end = next;
        if !is_joined(text, end) {
            return (start, end);
        }
        end += 1;
    }
    (start, text.len())
}

/// Whether the end of line at `at` has a backslash before it.
fn is_joined(text: &[u8], at: usize) -> bool {
    let before = text[..at].strip_suffix(b"\r").unwrap_or(&text[..at]);
    before.ends_with(b"\\")
}

/// The words of a statement that no dot stands in front of.
fn first_parts(statement: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = statement.split(|byte| !is_word_byte(*byte) && *byte != b'.');
    words.filter_map(|path| path.split(|byte| *byte == b'.').next()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(text: &str) -> Vec<usize> {
        Imports::new(&["pandas".into(), "torch".into()]).of(text.as_bytes())
    }

    #[test]
    fn an_import_names_its_library() {
        for text in
            ["import pandas", "import os, pandas as pd\n", "x = 1\nfrom pandas.io import x", "  import pandas.io\n"]
        {
            assert_eq!(imported(text), [0], "{text}");
        }
        assert_eq!(imported("import torch\nimport pandas\n"), [1, 0]);
    }

    #[test]
    fn lines_joined_by_a_backslash_are_one_statement() {
        assert_eq!(imported("import os, \\\n    pandas\n"), [0]);
        assert_eq!(imported("from pandas \\\r\n    import x\r\n"), [0]);
    }

    #[test]
    fn what_is_no_import_names_nothing() {
        for text in ["pandas.read_csv(path)\nimport os", "import os\n# pandas", "from my.pandas import x", "import"] {
            assert_eq!(imported(text), [] as [usize; 0], "{text}");
        }
    }
}
