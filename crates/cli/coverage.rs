//! What was not analysed, and the line that says so.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Why a file, or a part of it, was not analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// It does not parse.
    Syntax,
    /// It is nested too deeply.
    Nesting,
    /// It is not text of a known encoding.
    Encoding,
    /// It cannot be read.
    Io,
    /// It does not exist.
    Missing,
    /// Its name says no language that is known here.
    UnknownLanguage,
    /// A defect of this program.
    Internal,
}

impl Kind {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Syntax => "syntax",
            Kind::Nesting => "nesting",
            Kind::Encoding => "encoding",
            Kind::Io => "io",
            Kind::Missing => "missing",
            Kind::UnknownLanguage => "unknown language",
            Kind::Internal => "internal error",
        }
    }
}

/// Something that was asked for and not analysed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Missed {
    /// As it is reported.
    pub(crate) path: String,
    /// Why.
    pub(crate) kind: Kind,
    /// More about it, for people; may be empty.
    pub(crate) detail: String,
    /// The rest of the file was analysed.
    pub(crate) partly: bool,
}

impl Missed {
    /// A whole file that was not analysed.
    pub(crate) fn whole(path: impl Into<String>, kind: Kind, detail: impl Into<String>) -> Self {
        Missed { path: path.into(), kind, detail: detail.into(), partly: false }
    }

    /// As it is written in reports for machines.
    pub(crate) fn reason(&self) -> String {
        match self.partly {
            true => format!("{} (partly analysed)", self.kind.name()),
            false => self.kind.name().to_owned(),
        }
    }

    /// As it is written for people.
    pub(crate) fn line(&self) -> String {
        let how = if self.partly { "partly analysed" } else { "not analysed" };
        let detail = if self.detail.is_empty() { String::new() } else { format!(": {}", self.detail) };
        format!("{}: {how} ({}){detail}", self.path, self.kind.name())
    }
}

/// What a run covered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage {
    /// Files that were asked for, with what could not be found or read.
    pub(crate) files: usize,
    /// What was not analysed, in order.
    pub(crate) missed: Vec<Missed>,
}

impl Coverage {
    /// Files of which everything was analysed.
    pub(crate) fn analysed(&self) -> usize {
        self.files - self.missed.len()
    }

    /// Everything was analysed.
    pub(crate) fn is_complete(&self) -> bool {
        self.missed.is_empty()
    }

    /// `41 files checked, 2 not analysed (1 syntax, 1 encoding)`.
    pub(crate) fn line(&self) -> String {
        let plural = if self.files == 1 { "" } else { "s" };
        let mut line = format!("{} file{plural} checked, {}", self.files, self.count(false, "not analysed"));
        if self.missed.iter().any(|missed| missed.partly) {
            let _ = write!(line, ", {}", self.count(true, "partly analysed"));
        }
        line
    }

    fn count(&self, partly: bool, what: &str) -> String {
        let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
        for missed in self.missed.iter().filter(|missed| missed.partly == partly) {
            *kinds.entry(missed.kind).or_default() += 1;
        }
        let total: usize = kinds.values().sum();
        let parts: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {}", kind.name())).collect();
        match parts.is_empty() {
            true => format!("{total} {what}"),
            false => format!("{total} {what} ({})", parts.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_counts_what_was_missed_by_kind() {
        let whole = |kind| Missed::whole("x", kind, "");
        let mut coverage = Coverage { files: 41, missed: vec![whole(Kind::Encoding), whole(Kind::Syntax)] };
        assert_eq!(coverage.line(), "41 files checked, 2 not analysed (1 syntax, 1 encoding)");
        coverage.missed.push(Missed { partly: true, ..whole(Kind::Syntax) });
        assert_eq!(
            coverage.line(),
            "41 files checked, 2 not analysed (1 syntax, 1 encoding), 1 partly analysed (1 syntax)"
        );
        assert_eq!(Coverage { files: 1, missed: Vec::new() }.line(), "1 file checked, 0 not analysed");
    }
}
