//! One file: read, decode, look for a word that could write, and lower.

use crate::coverage::{Kind, Missed};
use crate::portion::{self, Asked, MentionSearch};
use crate::read::{Reader, decode};
use crate::{STACK, sources};
use atomic_lint_catalog::Prefilter;
use atomic_lint_ir::{Directive, Frontend, Gap, GapKind, Language, Lowered, Unit};
use atomic_lint_python::PythonFrontend;
use atomic_lint_rust::RustFrontend;
use atomic_lint_source::{LineIndex, Span};
use memchr::memmem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{io, mem};

/// A file of a known language, and what became of it.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// As it is reported.
    pub(crate) name: String,
    /// As it is opened.
    pub(crate) path: PathBuf,
    /// By its extension.
    pub(crate) language: Language,
    /// It has a word that could begin a finding.
    pub(crate) hit: bool,
    /// What could not be analysed of it.
    pub(crate) missed: Option<Missed>,
    /// What lowering gave, where it was lowered.
    pub(crate) facts: Option<Facts>,
    /// What stands for its content while fixes are tried.
    pub(crate) edited: Option<Arc<str>>,
}

impl SourceFile {
    /// Its bytes, as they are to be judged.
    pub(crate) fn bytes<'r>(&'r self, reader: &'r mut Reader) -> io::Result<&'r [u8]> {
        bytes(reader, self.edited.as_deref(), &self.path)
    }
}

fn bytes<'r>(reader: &'r mut Reader, edited: Option<&'r str>, path: &Path) -> io::Result<&'r [u8]> {
    edited.map_or_else(|| reader.read(path), |text| Ok(text.as_bytes()))
}

/// How a comment or an attribute for this program begins.
pub(crate) const DIRECTIVES: [&str; 2] = ["atomic-lint:", "atomic_lint::"];

/// What lowering gave.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Taken out once the analysis has it.
    pub(crate) unit: Option<Unit>,
    /// Comments that speak to this program.
    pub(crate) directives: Vec<Directive>,
    /// By which a change of the file since then is seen.
    pub(crate) digest: u64,
    /// Bodies that were left out, in order.
    pub(crate) omitted: Vec<Span>,
}

/// The language of a file by its name.
pub(crate) fn language_of(path: &Path) -> Option<Language> {
    match path.extension()?.to_str()? {
        "rs" => Some(Language::Rust),
        "py" | "pyi" => Some(Language::Python),
        _ => None,
    }
}

/// What is asked of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    /// Of every file.
    pub(crate) asked: &'a Asked,
    /// Bodies of this one.
    pub(crate) bodies: &'a [Span],
}

/// Inspects files one after another.
#[derive(Debug)]
pub(crate) struct Inspector<'p> {
    prefilter: &'p Prefilter,
    depth: Depth,
    reader: Reader,
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Look for words only.
    Words,
    /// Lower files with a hit.
    Hits,
    /// Lower every file.
    Everything,
}

impl<'p> Inspector<'p> {
    /// An inspector that goes as far as `depth`.
    pub(crate) fn new(prefilter: &'p Prefilter, depth: Depth) -> Self {
        Inspector { prefilter, depth, reader: Reader::default() }
    }

    /// Reads the file `path`, reported as `name`, and lowers it if it is to be lowered.
    pub(crate) fn inspect(&mut self, name: String, path: PathBuf, language: Language) -> SourceFile {
        let mut file = SourceFile { name, path, language, hit: false, missed: None, facts: None, edited: None };
        if let Err(missed) = self.look(&mut file) {
            file.missed = Some(missed);
        }
        file
    }

    /// Begins anew with `file`.
    pub(crate) fn inspect_again(&mut self, file: &mut SourceFile) {
        (file.hit, file.missed, file.facts) = (false, None, None);
        if let Err(missed) = self.look(file) {
            file.missed = Some(missed);
        }
    }

    fn look(&mut self, file: &mut SourceFile) -> Result<(), Missed> {
        let edited = file.edited.clone();
        let bytes = read(&mut self.reader, edited.as_deref(), file)?;
        let text = decode(file.language, bytes).map_err(|why| Missed::whole(&file.name, Kind::Encoding, why))?;
        file.hit = self.prefilter.hits(file.language, bytes);
        let wanted = match self.depth {
            Depth::Words => false,
            // Comments for this program are looked at wherever they stand.
            Depth::Hits => file.hit || DIRECTIVES.iter().any(|text| memmem::find(bytes, text.as_bytes()).is_some()),
            Depth::Everything => true,
        };
        if wanted {
            let begun = Ask { asked: &Asked::default(), bodies: &[] };
            lower(self.prefilter, self.depth, file, bytes, &text.text, begun);
        }
        Ok(())
    }

    /// Lowers what is asked of `file`, which was passed over before or of which less was asked.
    pub(crate) fn lower(&mut self, file: &mut SourceFile, ask: Ask<'_>) {
        let edited = file.edited.clone();
        let lowered = read(&mut self.reader, edited.as_deref(), file).and_then(|bytes| {
            let text = decode(file.language, bytes).map_err(|why| Missed::whole(&file.name, Kind::Encoding, why))?;
            lower(self.prefilter, self.depth, file, bytes, &text.text, ask);
            Ok(())
        });
        if let Err(missed) = lowered {
            file.missed = Some(missed);
        }
    }

    /// Whether one of the words that `search` is for stands in what was left out of `file`.
    pub(crate) fn mentions(&mut self, file: &SourceFile, search: &MentionSearch) -> bool {
        let Some(facts) = file.facts.as_ref().filter(|facts| !facts.omitted.is_empty()) else { return false };
        // A file that can no longer be read is met again when it is reported.
        let Ok(bytes) = file.bytes(&mut self.reader) else { return false };
        decode(file.language, bytes).is_ok_and(|text| search.finds_within(&text.text, &facts.omitted))
    }
}

fn read<'r>(reader: &'r mut Reader, edited: Option<&'r str>, file: &SourceFile) -> Result<&'r [u8], Missed> {
    bytes(reader, edited, &file.path).map_err(|error| Missed::whole(&file.name, Kind::Io, error.to_string()))
}

/// Lowers what is asked of `text`, the content of `file`.
fn lower(prefilter: &Prefilter, depth: Depth, file: &mut SourceFile, bytes: &[u8], text: &str, ask: Ask<'_>) {
    let frontend = frontend(file.language);
    let asked = || guarded(|| portion::omitted(frontend, prefilter, text, ask.asked, ask.bodies)).unwrap_or_default();
    let digest = sources::digest(bytes);
    match &file.facts {
        Some(facts) => {
            let omitted = asked();
            if facts.omitted != omitted
                && let Some(Lowered { unit: Some(unit), .. }) = guarded(|| frontend.lower(text, &omitted))
            {
                file.facts = Some(Facts::new(Some(unit), digest, omitted));
            }
        }
        None => {
            let omitted = if depth == Depth::Everything { Vec::new() } else { asked() };
            let lowered = guarded(|| frontend.lower(text, &omitted));
            let (lowered, omitted) = match depth {
                Depth::Everything if is_faulty(&lowered) => lower_less(frontend, text, lowered, asked()),
                _ => (lowered, omitted),
            };
            begin(file, text, digest, lowered, omitted);
        }
    }
}

fn is_faulty(lowered: &Option<Lowered>) -> bool {
    lowered.as_ref().is_none_or(|lowered| !lowered.gaps.is_empty())
}

/// Where all of `text` has faults: what is not asked for need not be right, so only the faults of the rest count.
fn lower_less(
    frontend: &dyn Frontend,
    text: &str,
    whole: Option<Lowered>,
    omitted: Vec<Span>,
) -> (Option<Lowered>, Vec<Span>) {
    if omitted.is_empty() {
        return (whole, omitted);
    }
    match (whole, guarded(|| frontend.lower(text, &omitted))) {
        (Some(whole), Some(less)) if whole.unit.is_some() => (Some(Lowered { gaps: less.gaps, ..whole }), Vec::new()),
        (_, less) => (less, omitted),
    }
}

/// Takes in the first that is lowered of `file`.
fn begin(file: &mut SourceFile, text: &str, digest: u64, lowered: Option<Lowered>, omitted: Vec<Span>) {
    let Some(lowered) = lowered else {
        let why = "the front end panicked, please report this file";
        file.missed = Some(Missed::whole(&file.name, Kind::Internal, why));
        return;
    };
    // A gap in a file that has no word to write with hides nothing.
    if file.hit {
        file.missed = gap(&file.name, text, &lowered);
    }
    file.facts = Some(Facts::new(lowered.unit, digest, omitted));
}

impl Facts {
    fn new(mut unit: Option<Unit>, digest: u64, omitted: Vec<Span>) -> Self {
        let directives = unit.as_mut().map(|unit| mem::take(&mut unit.directives)).unwrap_or_default();
        Facts { unit, directives, digest, omitted }
    }
}

/// The front end of `language`.
pub(crate) fn frontend(language: Language) -> &'static dyn Frontend {
    match language {
        Language::Rust => &RustFrontend,
        Language::Python => &PythonFrontend,
    }
}

/// Runs a part of a front end on a stack that its recursion fits in; `None` where it panicked.
pub(crate) fn guarded<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(|| stacker::maybe_grow(STACK - (1 << 20), STACK, run))).ok()
}

fn gap(name: &str, text: &str, lowered: &Lowered) -> Option<Missed> {
    let first = lowered.gaps.iter().min_by_key(|gap| gap.span)?;
    Some(Missed { partly: lowered.unit.is_some(), ..Missed::whole(name, kind_of(first), detail(text, first)) })
}

fn kind_of(gap: &Gap) -> Kind {
    match gap.kind {
        GapKind::Syntax => Kind::Syntax,
        GapKind::Nesting => Kind::Nesting,
    }
}

fn detail(text: &str, gap: &Gap) -> String {
    let line = LineIndex::new(text).line(gap.span.start);
    match gap.message.is_empty() {
        true => format!("line {line}"),
        false => format!("line {line}: {}", gap.message),
    }
}
