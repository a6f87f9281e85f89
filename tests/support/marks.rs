//! Marks: comments that say which rules are reported on their line.

use super::case::{Case, Source};
use atomic_lint_ir::Language;

/// A rule at a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Index of the file in its case.
    pub file: usize,
    /// 1-based line.
    pub line: u32,
    /// The rule.
    pub rule: String,
}

/// Every mark of `case`, in order.
pub fn expected(case: &Case) -> Vec<Mark> {
    let sign = sign(case.language);
    let of_file = |(at, file): (usize, &Source)| marks(at, &file.text, sign);
    case.files.iter().enumerate().flat_map(of_file).collect()
}

/// With what a mark begins.
pub fn sign(language: Language) -> &'static str {
    match language {
        Language::Rust => "//~",
        Language::Python => "#~",
    }
}

/// `sign rule, rule` at the end of a line.
pub fn marks(file: usize, text: &str, sign: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    for (line, content) in text.lines().enumerate() {
        let Some((_, rules)) = content.split_once(sign) else { continue };
        for rule in rules.split(',') {
            found.push(Mark { file, line: line as u32 + 1, rule: rule.trim().to_owned() });
        }
    }
    found
}
