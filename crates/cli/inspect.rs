//! One file: read, decode, look for a word that could write, and lower.

use crate::coverage::{Kind, Missed};
use crate::read::{Reader, decode};
use crate::{STACK, sources};
use atomic_lint_catalog::Prefilter;
use atomic_lint_ir::{Directive, Frontend, Gap, GapKind, Language, Lowered, Unit};
use atomic_lint_python::PythonFrontend;
use atomic_lint_rust::RustFrontend;
use atomic_lint_source::LineIndex;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

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
}

/// What lowering gave.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Taken out once the analysis has it.
    pub(crate) unit: Option<Unit>,
    /// Comments that speak to this program.
    pub(crate) directives: Vec<Directive>,
    /// By which a change of the file since then is seen.
    pub(crate) digest: u64,
}

/// The language of a file by its name.
pub(crate) fn language_of(path: &Path) -> Option<Language> {
    match path.extension()?.to_str()? {
        "rs" => Some(Language::Rust),
        "py" | "pyi" => Some(Language::Python),
        _ => None,
    }
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
        let mut file = SourceFile { name, path, language, hit: false, missed: None, facts: None };
        if let Err(missed) = self.look(&mut file) {
            file.missed = Some(missed);
        }
        file
    }

    fn look(&mut self, file: &mut SourceFile) -> Result<(), Missed> {
        let bytes = read(&mut self.reader, file)?;
        let text = decode(file.language, bytes).map_err(|why| Missed::whole(&file.name, Kind::Encoding, why))?;
        file.hit = self.prefilter.hits(file.language, bytes);
        let wanted = match self.depth {
            Depth::Words => false,
            Depth::Hits => file.hit,
            Depth::Everything => true,
        };
        if wanted {
            lower(file, bytes, &text.text);
        }
        Ok(())
    }

    /// Lowers `file`, which was passed over before.
    pub(crate) fn lower(&mut self, file: &mut SourceFile) {
        let lowered = read(&mut self.reader, file).and_then(|bytes| {
            let text = decode(file.language, bytes).map_err(|why| Missed::whole(&file.name, Kind::Encoding, why))?;
            lower(file, bytes, &text.text);
            Ok(())
        });
        if let Err(missed) = lowered {
            file.missed = Some(missed);
        }
    }
}

fn read<'r>(reader: &'r mut Reader, file: &SourceFile) -> Result<&'r [u8], Missed> {
    reader.read(&file.path).map_err(|error| Missed::whole(&file.name, Kind::Io, error.to_string()))
}

/// Lowers `text`, the content of `file`.
fn lower(file: &mut SourceFile, bytes: &[u8], text: &str) {
    let Some(mut lowered) = run_frontend(file.language, text) else {
        file.missed =
            Some(Missed::whole(&file.name, Kind::Internal, "the front end panicked, please report this file"));
        return;
    };
    // A gap in a file that has no word to write with hides nothing.
    if file.hit {
        file.missed = gap(&file.name, text, &lowered);
    }
    let directives = lowered.unit.as_mut().map(|unit| mem::take(&mut unit.directives)).unwrap_or_default();
    file.facts = Some(Facts { unit: lowered.unit, directives, digest: sources::digest(bytes) });
}

/// Runs the front end on a stack that its recursion fits in; `None` where it panicked.
fn run_frontend(language: Language, text: &str) -> Option<Lowered> {
    let frontend: &dyn Frontend = match language {
        Language::Rust => &RustFrontend,
        Language::Python => &PythonFrontend,
    };
    let lower = || stacker::maybe_grow(STACK - (1 << 20), STACK, || frontend.lower(text));
    catch_unwind(AssertUnwindSafe(lower)).ok()
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
