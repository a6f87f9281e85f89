//! What a comment for this program says: which rules it allows, or what is wrong with it.

use crate::suggest::{did_you_mean, nearest};
use atomic_lint_catalog::Catalog;
use atomic_lint_source::{Place, Span};

/// A comment that allows something.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) place: Place,
    pub(crate) line: u32,
    pub(crate) rules: Vec<String>,
    pub(crate) whole_file: bool,
    /// The statement that it is about.
    pub(crate) applies: Option<Span>,
}

/// Why a comment allows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: String,
    /// A word of it, and the one that was meant.
    pub(crate) slip: Option<(String, String)>,
}

impl Fault {
    fn of_word(what: &str, word: &str, known: &[&str]) -> Self {
        let meant = nearest(word, known.iter().copied());
        Fault {
            message: format!("`{word}` {what}{}", did_you_mean(word, known.iter().copied())),
            slip: meant.map(|meant| (word.to_owned(), meant.to_owned())),
        }
    }
}

/// The rules that a comment allows, and whether in its whole file; or what is wrong with it.
pub(crate) fn parse(text: &str, catalog: &Catalog) -> Result<(Vec<String>, bool), Fault> {
    let remedy = "write `atomic-lint: allow(rule): reason`";
    let fault = |message: String| Fault { message, slip: None };
    let (head, rest) = text.split_once('(').ok_or_else(|| fault(format!("`{text}` is not understood: {remedy}")))?;
    let whole_file = match head.trim() {
        "allow" => false,
        "allow-file" => true,
        other => {
            return Err(Fault::of_word("is not understood", other, &["allow", "allow-file"]));
        }
    };
    let (list, reason) = rest.split_once(')').ok_or_else(|| fault(format!("a parenthesis is not closed: {remedy}")))?;
    let rules = list.split(',').map(|rule| known_rule(rule, catalog)).collect::<Result<Vec<_>, _>>()?;
    if reason.trim_start().strip_prefix(':').is_none_or(|reason| reason.trim().is_empty()) {
        return Err(fault(format!("it has no reason: write `{}({list}): reason`", head.trim())));
    }
    Ok((rules, whole_file))
}

/// The id that `text` is, in kebab-case or as Rust attributes write it.
fn known_rule(text: &str, catalog: &Catalog) -> Result<String, Fault> {
    let id = text.trim().replace('_', "-");
    let known: Vec<&str> = catalog.rules().map(|rule| rule.id.as_str()).collect();
    match catalog.rule(&id) {
        Some(_) => Ok(id),
        None => Err(Fault::of_word("is no rule", text.trim(), &known)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded;

    fn parsed(text: &str) -> Result<(Vec<String>, bool), Fault> {
        parse(text, &embedded::catalog().unwrap())
    }

    #[test]
    fn rules_scope_and_reason_are_read() {
        let both = vec!["direct-write".to_owned(), "late-sync".to_owned()];
        assert_eq!(parsed("allow(direct-write, late_sync): a cache"), Ok((both, false)));
        assert_eq!(parsed("allow-file(direct-write) : a cache").map(|found| found.1), Ok(true));
    }

    #[test]
    fn what_is_wrong_says_what_to_write() {
        let cases = [
            ("allow(direct-write)", "it has no reason: write `allow(direct-write): reason`"),
            ("allow(direct-write):  ", "it has no reason: write `allow(direct-write): reason`"),
            ("allow(direct-wirte): x", "`direct-wirte` is no rule, did you mean `direct-write`?"),
            ("alow(direct-write): x", "`alow` is not understood, did you mean `allow`?"),
            ("allow direct-write", "`allow direct-write` is not understood: write `atomic-lint: allow(rule): reason`"),
        ];
        for (text, problem) in cases {
            assert_eq!(parsed(text).unwrap_err().message, problem);
        }
    }
}
