//! What is to be said of the comments themselves: those that allow nothing, and those that nothing needs.

use super::Suppressions;
use super::comment::{Comment, Fault};
use crate::sources::{Source, Sources};
use atomic_lint_analysis::{Confidence, Finding, Label, Moment, ProtocolStep, StepMark, Target};
use atomic_lint_source::{Edit, FileId, Place, Span};

/// The rules that are about comments.
const BAD: &str = "bad-suppression";
const UNUSED: &str = "unused-suppression";

/// A finding on a comment.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    /// Under the rule that it is of.
    pub(crate) finding: Finding,
    /// What exactly is wrong, beyond what the rule says.
    pub(crate) detail: Option<String>,
    /// The change that mends it, with its title.
    pub(crate) edit: Option<(&'static str, Edit)>,
}

impl Suppressions {
    /// Everything that is to be said of comments, after [`allow`](Suppressions::allow) was asked of every finding.
    ///
    /// Of a rule that is not `asked` for, and of a file that was not wholly `understood`, it is not known what its
    /// comments would allow.
    pub(crate) fn remarks(
        &self,
        sources: &Sources,
        asked: &dyn Fn(&str) -> bool,
        understood: &dyn Fn(FileId) -> bool,
    ) -> Vec<Remark> {
        let faults = self.faults.iter().map(|(place, fault)| bad(*place, fault, sources.get(place.file)));
        let faults = faults.filter(|_| asked(BAD));
        let comments = self.comments.iter().filter(|comment| asked(UNUSED) && understood(comment.place.file));
        let unused = comments.flat_map(|comment| {
            let idle: Vec<&String> =
                comment.rules.iter().filter(|rule| asked(rule) && !self.is_needed(comment, rule)).collect();
            idle.into_iter().map(|rule| unused(comment, rule, sources.get(comment.place.file))).collect::<Vec<_>>()
        });
        faults.chain(unused).collect()
    }

    fn is_needed(&self, comment: &Comment, rule: &str) -> bool {
        // What is said of comments cannot be allowed by one.
        rule == BAD
            || rule == UNUSED
            || self
                .allowed
                .get(rule)
                .and_then(|files| files.get(&comment.place.file))
                .is_some_and(|allowed| allowed.needs(comment))
    }
}

fn bad(place: Place, fault: &Fault, source: Option<&Source>) -> Remark {
    let edit = source.zip(fault.slip.as_ref()).and_then(|(source, (word, meant))| {
        let at = place.span.start + place.span.slice(&source.text).find(word.as_str())? as u32;
        Some(("correct the word", Edit { span: Span::new(at, at + word.len() as u32), replacement: meant.clone() }))
    });
    let text = source.map(|source| place.span.slice(&source.text)).unwrap_or_default();
    Remark { finding: finding(BAD, place, text), detail: Some(fault.message.clone()), edit }
}

fn unused(comment: &Comment, rule: &str, source: Option<&Source>) -> Remark {
    let edit = source.and_then(|source| match comment.rules.len() {
        1 => removal(&source.text, comment.place.span).map(|edit| ("remove the comment", edit)),
        _ => shortening(&source.text, comment.place.span, rule).map(|edit| ("take the rule out", edit)),
    });
    Remark { finding: finding(UNUSED, comment.place, rule), detail: None, edit }
}

/// Takes the comment out, and the line with it where nothing else stands there.
fn removal(text: &str, comment: Span) -> Option<Edit> {
    // An attribute may be one of several in a pair of brackets.
    let written = comment.slice(text);
    if !written.starts_with("//") && (!written.starts_with('#') || written.starts_with("#[")) {
        return None;
    }
    let head = text.get(..comment.start as usize)?;
    let line = head.rfind('\n').map_or(0, |end| end + 1);
    let code = head[line..].trim_end_matches([' ', '\t']);
    let rest = text.get(comment.end as usize..)?;
    let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
    let alone = code.is_empty() && rest[..end].trim().is_empty();
    let span = match alone {
        true => Span::new(line as u32, comment.end + end as u32),
        false => Span::new((line + code.len()) as u32, comment.end),
    };
    Some(Edit { span, replacement: String::new() })
}

/// Takes `rule` out of the list in the comment.
fn shortening(text: &str, comment: Span, rule: &str) -> Option<Edit> {
    let written = comment.slice(text);
    let (open, close) = (written.find('(')? + 1, written.find(')')?);
    let is_rule = |name: &&str| name.trim().replace('_', "-") != rule;
    let kept: Vec<&str> = written.get(open..close)?.split(',').filter(is_rule).map(str::trim).collect();
    let span = Span::new(comment.start + open as u32, comment.start + close as u32);
    Some(Edit { span, replacement: kept.join(", ") })
}

fn finding(rule: &'static str, place: Place, target: &str) -> Finding {
    Finding {
        rule: rule.into(),
        confidence: Confidence::High,
        place,
        scope: "".into(),
        target: Target::Text(target.into()),
        labels: vec![Label { place, moment: Moment::Here }],
        related: Vec::new(),
        protocol: ProtocolStep::ALL.map(|step| StepMark { step, done: false, place: None }),
        reasons: Vec::new(),
        circumstance: None,
        notes: Vec::new(),
        repair: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atomic_lint_source::apply;

    fn without(text: &str, comment: &str) -> String {
        let start = text.find(comment).unwrap() as u32;
        let edit = removal(text, Span::new(start, start + comment.len() as u32)).unwrap();
        apply(text, &[edit]).unwrap()
    }

    #[test]
    fn a_line_goes_with_its_comment_and_code_stays() {
        assert_eq!(without("a = 1\n    # x\nb = 2\n", "# x"), "a = 1\nb = 2\n");
        assert_eq!(without("a = 1  # x\r\nb = 2\n", "# x"), "a = 1\r\nb = 2\n");
        assert_eq!(without("f(); // x", "// x"), "f();");
        assert_eq!(without("// x", "// x"), "");
    }

    #[test]
    fn one_rule_goes_and_the_others_stay() {
        let text = "# atomic-lint: allow(direct-write, late_sync): a cache";
        let edit = shortening(text, Span::new(0, text.len() as u32), "late-sync").unwrap();
        assert_eq!(apply(text, &[edit]).unwrap(), "# atomic-lint: allow(direct-write): a cache");
    }
}
