//! What a name says of a path: staging file, lock, device, cache.

use crate::CatalogError;
use atomic_lint_ir::Name;
use serde::Deserialize;

/// The words by which paths are recognised (`rules/models/naming.toml`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Naming {
    /// Words of a staging or temporary name: `tmp`, `part`.
    #[serde(default)]
    pub staging: Vec<Name>,
    /// Words of a lock file.
    #[serde(default)]
    pub lock: Vec<Name>,
    /// Words of a pid file.
    #[serde(default)]
    pub pid: Vec<Name>,
    /// Words of a file that others may not read.
    #[serde(default)]
    pub secret: Vec<Name>,
    /// Words of what can be made again: `cache`, `target`, `__pycache__`.
    #[serde(default)]
    pub regenerable: Vec<Name>,
    /// Words of a directory: `dir`, `folder`.
    #[serde(default)]
    pub directory: Vec<Name>,
    /// Words of an open file, as opposed to its path: `fh`, `stream`.
    #[serde(default)]
    pub handle: Vec<Name>,
    /// Words of functions that complete what they are given: `flush`, `close`, `finish`.
    #[serde(default)]
    pub finishing: Vec<Name>,
    /// Words of functions and types that only read what they are given: `reader`, `decode`, `parse`.
    #[serde(default)]
    pub reading: Vec<Name>,
    /// Words of functions that lock and unlock what they are given.
    #[serde(default)]
    pub locking: Vec<Name>,
    /// Words of methods that say more of an error, and give on what they are called on: `into_diagnostic`.
    #[serde(default)]
    pub telling: Vec<Name>,
    /// Prefixes of device and kernel paths.
    #[serde(default)]
    pub device: Vec<Name>,
    /// Method names that say nothing of the type.
    #[serde(default)]
    pub common_methods: Vec<Name>,
    /// Functions that give a name's parts which others know too: the process, the time.
    #[serde(default)]
    pub foreseeable: Vec<Name>,
    /// Functions and methods whose result follows from what they are given.
    #[serde(default)]
    pub derived: Vec<Name>,
    /// Words by which a function claims to be atomic.
    #[serde(default)]
    pub claims: Vec<Name>,
    /// Phrases by which documentation claims it.
    #[serde(default)]
    pub claiming_phrases: Vec<Name>,
    /// Words that take such a claim back.
    #[serde(default)]
    pub denials: Vec<Name>,
    /// Functions and objects through which the user of the program names a destination.
    #[serde(default)]
    pub user: Vec<Name>,
    /// Environment variables of build output.
    #[serde(default)]
    pub build_environment: Vec<Name>,
    /// Files, below the package root, that run only to build: what they write can be made again.
    #[serde(default)]
    pub build_files: Vec<Name>,
    /// Folders, below the package root, of code that runs only under test or as an example.
    #[serde(default)]
    pub test_folders: Vec<Name>,
    /// File names of such code, `*` allowed at either end.
    #[serde(default)]
    pub test_files: Vec<Name>,
}

impl Naming {
    /// Parses `text`, the file `file`.
    pub fn parse(file: &str, text: &str) -> Result<Self, CatalogError> {
        toml::from_str(text).map_err(|error| CatalogError::toml(file, text, &error))
    }

    /// Whether `text`, a file name or identifier, has one of `words` as a word of its own.
    ///
    /// Words end at anything but a letter, and at a change from lower to upper case;
    /// digits behind a word belong to it.
    pub fn has_word(text: &str, words: &[Name]) -> bool {
        let mut word = String::new();
        let mut previous = ' ';
        for next in text.chars().chain(std::iter::once(' ')) {
            let starts = !next.is_alphabetic() || (previous.is_lowercase() && next.is_uppercase());
            if starts && !word.is_empty() {
                if words.iter().any(|known| *known == word) {
                    return true;
                }
                word.clear();
            }
            if next.is_alphabetic() {
                word.extend(next.to_lowercase());
            }
            previous = next;
        }
        false
    }

    /// Whether a line of documentation says that something is atomic.
    pub fn is_claim(&self, line: &str) -> bool {
        let line = line.to_lowercase();
        !line.is_empty() && self.claiming_phrases.iter().any(|phrase| line.contains(phrase.as_str()))
    }

    /// Whether something of that name is an open file rather than its path: `png_buffer`, not `buffer_path`.
    pub fn is_handle(&self, name: &str) -> bool {
        let own = name.rsplit(['.', '#', ':']).next().unwrap_or(name).trim_end_matches(|c: char| !c.is_alphabetic());
        let word = own.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or(own);
        Self::has_word(word, &self.handle)
    }

    /// Whether a function of that name may flush, sync or close the handle it is given.
    pub fn finishes(&self, function: &str) -> bool {
        Self::has_word(function, &self.finishing)
    }

    /// Whether a function of that full name leaves the content of a file that it is given as it is: it reads it, or
    /// makes a type that does, or locks it.
    pub fn spares(&self, function: &str) -> bool {
        let name = function.rsplit(['.', ':']).next().unwrap_or(function);
        self.reads(function) || Self::has_word(name, &self.locking)
    }

    fn reads(&self, function: &str) -> bool {
        let mut names = function.rsplit(['.', ':']).filter(|name| !name.is_empty());
        let begins = |name: &str| name.split('_').next().is_some_and(|first| Self::has_word(first, &self.reading));
        let is_type = |name: &str| name.starts_with(|first: char| first.is_uppercase());
        names.next().is_some_and(begins)
            || names.next().is_some_and(|name| is_type(name) && Self::has_word(name, &self.reading))
    }

    /// Whether `path`, relative to its package root and with `/`, is test or example code.
    pub fn is_test_path(&self, path: &str) -> bool {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        folders.split('/').any(|folder| self.test_folders.iter().any(|known| known == folder))
            || self.test_files.iter().any(|pattern| matches_pattern(pattern, file))
    }
}

fn matches_pattern(pattern: &str, file: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(tail), _) => file.ends_with(tail),
        (None, Some(head)) => file.starts_with(head),
        (None, None) => match pattern.split_once('*') {
            Some((head, tail)) => file.len() >= pattern.len() - 1 && file.starts_with(head) && file.ends_with(tail),
            None => file == pattern,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_is_told_by_the_function_or_by_the_type_that_it_makes() {
        let reading = ["read", "reader", "decode"].map(Name::new).to_vec();
        let naming = Naming { reading, ..Naming::default() };
        for name in ["std::io::BufReader::new", "image.read_header", "codec::decode", "csv.Reader"] {
            assert!(naming.reads(name), "{name}");
        }
        for name in ["reader::Archive::new", "codec::encode_from_reader", "spread"] {
            assert!(!naming.reads(name), "{name}");
        }
    }

    #[test]
    fn who_locks_a_file_leaves_its_content_alone() {
        let naming = Naming { locking: ["lock", "unlock"].map(Name::new).to_vec(), ..Naming::default() };
        for name in ["windows_sys::Win32::Storage::FileSystem::LockFileEx", "sys.try_lock_shared", "unlock"] {
            assert!(naming.spares(name), "{name}");
        }
        for name in ["lock.write_entry", "block"] {
            assert!(!naming.spares(name), "{name}");
        }
    }

    #[test]
    fn a_word_is_found_whole_and_in_camel_case() {
        let words = [Name::new("tmp"), Name::new("lock")];
        for text in ["a.tmp", "tmp_path", "x.tmp123", "configTmp", "LOCK", ".lock"] {
            assert!(Naming::has_word(text, &words), "{text}");
        }
        for text in ["template", "block", "tmpl", "clock.txt"] {
            assert!(!Naming::has_word(text, &words), "{text}");
        }
    }

    #[test]
    fn test_code_is_known_by_folder_and_by_file() {
        let naming = Naming {
            test_folders: vec!["tests".into()],
            test_files: vec!["test_*.py".into(), "conftest.py".into(), "*_test.rs".into()],
            ..Naming::default()
        };
        for path in ["tests/a.rs", "a/tests/b/c.py", "x/test_y.py", "conftest.py", "y_test.rs"] {
            assert!(naming.is_test_path(path), "{path}");
        }
        for path in ["src/tests.rs", "latest.py", "test.py", "contest.py"] {
            assert!(!naming.is_test_path(path), "{path}");
        }
    }
}
