//! Files that may call a function, by the texts such a call cannot do without.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use atomic_lint_analysis::Callers;
use atomic_lint_ir::{Language, Name};
use std::collections::BTreeMap;

/// A search for any of several lists of texts.
#[derive(Debug)]
pub(crate) struct CallerSearch<'d> {
    automaton: AhoCorasick,
    /// For each text, the lists that it is in.
    lists_of: Vec<Vec<usize>>,
    /// For each list, how many different texts it has.
    sizes: Vec<usize>,
    demands: Vec<&'d Callers>,
}

impl<'d> CallerSearch<'d> {
    /// A search for those of `demands` that are about `language`; `None` where none is.
    pub(crate) fn new(language: Language, demands: &'d [Callers]) -> Option<Self> {
        let mut texts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut sizes = Vec::new();
        let about = |demand: &&Callers| demand.language == language && !demand.texts.is_empty();
        let demands: Vec<&Callers> = demands.iter().filter(about).collect();
        for demand in &demands {
            let mut list: Vec<&str> = demand.texts.iter().map(Name::as_str).collect();
            list.sort_unstable();
            list.dedup();
            list.iter().for_each(|text| texts.entry(text).or_default().push(sizes.len()));
            sizes.push(list.len());
        }
        if sizes.is_empty() {
            return None;
        }
        // Whole words do not overlap, so the longest from the left are all that are wanted.
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::DFA));
        let automaton = builder.build(texts.keys()).ok()?;
        Some(CallerSearch { automaton, lists_of: texts.into_values().collect(), sizes, demands })
    }

    /// Whether `text` holds all texts of a list that `may` holds for, each as words of its own.
    pub(crate) fn finds(&self, text: &[u8], may: impl Fn(&Callers) -> bool) -> bool {
        let mut missing = self.sizes.clone();
        let mut seen = vec![false; self.lists_of.len()];
        for found in self.automaton.find_iter(text) {
            let at = found.pattern().as_usize();
            if seen[at] || !stands_alone(text, found.start(), found.end()) {
                continue;
            }
            seen[at] = true;
            for list in &self.lists_of[at] {
                missing[*list] -= 1;
                if missing[*list] == 0 && may(self.demands[*list]) {
                    return true;
                }
            }
        }
        false
    }
}

/// Whether no identifier goes on over the ends of `start..end`.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let is_word = |at: usize| text.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let joined = |left: Option<usize>, right: usize| left.is_some_and(is_word) && is_word(right);
    !joined(start.checked_sub(1), start) && !joined(end.checked_sub(1), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(language: Language, texts: &[&str]) -> Callers {
        Callers { language, texts: texts.iter().map(Name::new).collect(), package: texts.len() as u32 }
    }

    #[test]
    fn a_file_is_found_by_all_texts_of_one_list_as_whole_words() {
        let python = |texts| list(Language::Python, texts);
        let demands = [python(&["save", "store"]), python(&["save_all"]), list(Language::Rust, &["x"])];
        let search = CallerSearch::new(Language::Python, &demands).unwrap();
        for text in ["from store import save", "save_all()", "store.save(x)"] {
            assert!(search.finds(text.as_bytes(), |_| true), "{text}");
        }
        for text in ["save(x)", "saved = store", "my_save_all()", "x"] {
            assert!(!search.finds(text.as_bytes(), |_| true), "{text}");
        }
        assert!(!search.finds(b"store.save(x)", |list| list.package == 1));
        assert!(CallerSearch::new(Language::Rust, &demands[..2]).is_none());
    }
}
