//! Did you mean.

/// The one of `known` that is closest to `word`, if it is close.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    let limit = (word.len() / 3).max(1);
    let measured = known.into_iter().map(|name| (strsim::damerau_levenshtein(&word, &name.to_lowercase()), name));
    measured.filter(|(distance, _)| *distance <= limit).min().map(|(_, name)| name)
}

/// The end of a message about `word`: what was meant, or nothing.
pub(crate) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(word, known).map_or_else(String::new, |name| format!(", did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_corrected_and_nonsense_is_not() {
        assert_eq!(nearest("direct-wriet", ["direct-copy", "direct-write"]), Some("direct-write"));
        assert_eq!(nearest("all", ["ALL"]), Some("ALL"));
        assert_eq!(nearest("banana", ["direct-copy", "direct-write"]), None);
    }
}
