//! A finding in words, complete: whoever renders it computes nothing.

use crate::position::Position;
use atomic_lint_analysis::{Confidence, StepMark};
use atomic_lint_catalog::{Group, Level};
use atomic_lint_ir::Applicability;
use atomic_lint_source::Place;

/// A finding in words.
#[derive(Clone, Debug)]
pub(crate) struct Diagnostic {
    /// Which rule.
    pub(crate) rule: String,
    /// Its group.
    pub(crate) group: Group,
    /// How much it counts.
    pub(crate) level: Level,
    /// How sure it is.
    pub(crate) confidence: Confidence,
    /// What.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
    /// Where.
    pub(crate) place: Place,
    /// Why, at the place itself; may be empty.
    pub(crate) caption: String,
    /// Why, at the other steps, in the order of the code.
    pub(crate) steps: Vec<Caption>,
    /// The checklist.
    pub(crate) protocol: [StepMark; 6],
    /// Other places.
    pub(crate) related: Vec<RelatedPlace>,
    /// What else there is to say.
    pub(crate) notes: Vec<Note>,
    /// How to mend it.
    pub(crate) fix: Option<Fix>,
    /// What stays the same of it when lines move.
    pub(crate) fingerprint: String,
}

/// A place with a few words, which may be none.
#[derive(Clone, Debug)]
pub(crate) struct Caption {
    /// Where.
    pub(crate) place: Place,
    /// The words.
    pub(crate) text: String,
}

/// A place elsewhere that belongs to a finding.
#[derive(Clone, Debug)]
pub(crate) struct RelatedPlace {
    /// Why it belongs to it.
    pub(crate) role: &'static str,
    /// Where.
    pub(crate) place: Place,
    /// The same in words, to be followed by "at" and the place.
    pub(crate) message: &'static str,
}

/// A remark.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    /// The lesser rule that it comes from.
    pub(crate) rule: Option<String>,
    /// The words.
    pub(crate) message: String,
}

/// A change that mends a finding.
#[derive(Clone, Debug)]
pub(crate) struct Fix {
    /// By which it is asked for.
    pub(crate) id: String,
    /// What it does.
    pub(crate) title: String,
    /// Who may apply it.
    pub(crate) applicability: Applicability,
    /// The whole change.
    pub(crate) edits: Vec<FileEdit>,
    /// The same in one hunk for review, where what it names needs no import; may be empty.
    pub(crate) single_hunk: Vec<FileEdit>,
    /// Folders of the runtime that `--fix` makes beside it, and `init --runtime` at once for the whole project.
    pub(crate) lays_in: Vec<String>,
}

/// The replacement of a part of a file.
#[derive(Clone, Debug)]
pub(crate) struct FileEdit {
    /// The file, as it is reported.
    pub(crate) path: String,
    /// Where what goes begins.
    pub(crate) start: Position,
    /// Where what stays begins again.
    pub(crate) end: Position,
    /// What comes.
    pub(crate) replacement: String,
}

/// A write that was seen and is not reported, in words.
#[derive(Clone, Debug)]
pub(crate) struct AcceptedWrite {
    /// Where.
    pub(crate) place: Place,
    /// The file it is about.
    pub(crate) target: String,
    /// Why.
    pub(crate) reason: &'static str,
}
