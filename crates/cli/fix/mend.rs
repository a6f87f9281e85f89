//! From what has to be done to the edits that do it, finding by finding.

use crate::diagnostic::{Diagnostic, FileEdit, Fix};
use crate::inspect::guarded;
use crate::sources::{Source, Sources};
use crate::suppress::Remark;
use atomic_lint_ir::{Applicability, Language, Repair, Runtime, Speller, Spelling};
use atomic_lint_python::PythonFrontend;
use atomic_lint_rust::RustFrontend;
use atomic_lint_source::{Edit, FileId};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A fix as it is applied.
#[derive(Clone, Debug)]
pub(crate) struct Mend {
    /// The file that it changes.
    pub(crate) file: FileId,
    /// The change.
    pub(crate) spelling: Spelling,
}

/// A repair, and the language of the file that it is in.
pub(crate) type Task = (FileId, Language, Repair);

/// The fixes of `diagnostics` by their tasks, in the same order, or why there is none; each diagnostic gets its own.
pub(crate) fn mends(
    diagnostics: &mut [Diagnostic],
    tasks: &[Option<Task>],
    sources: &Sources,
    runtime: Runtime,
) -> Vec<Result<Mend, String>> {
    let dear = beyond_budget(tasks, sources);
    let one = |((diagnostic, task), dear): ((&mut Diagnostic, &Option<Task>), bool)| {
        if dear {
            return Err("its file has too many others for all of them to be written out at once".to_owned());
        }
        let mend = mend(task.as_ref(), sources, runtime)?;
        diagnostic.fix = sources.get(mend.file).map(|source| fix(&diagnostic.fingerprint, &mend.spelling, source));
        Ok(mend)
    };
    diagnostics.par_iter_mut().zip(tasks).zip(dear).map(one).collect()
}

/// Writing out a fix reads the whole file, so that all of a large file with many would take quadratic time.
const BUDGET: usize = 4 << 20;

/// Which of `tasks` are too many for their file; they have their turn when others of it are done.
fn beyond_budget(tasks: &[Option<Task>], sources: &Sources) -> Vec<bool> {
    let mut spent: BTreeMap<FileId, usize> = BTreeMap::new();
    let mut is_dear = |task: &Option<Task>| {
        let Some((file, ..)) = task else { return false };
        let spent = spent.entry(*file).or_insert(0);
        let first = *spent == 0;
        *spent += sources.get(*file).map_or(0, |source| source.text.len());
        !first && *spent > BUDGET
    };
    tasks.iter().map(&mut is_dear).collect()
}

fn mend(task: Option<&Task>, sources: &Sources, runtime: Runtime) -> Result<Mend, String> {
    let (file, language, repair) = task.ok_or("nothing is known that would mend it everywhere")?;
    let source = sources.get(*file).ok_or("the file cannot be read")?;
    if source.is_single_byte() {
        return Err("the file is not UTF-8".to_owned());
    }
    let speller = speller(*language);
    let spelled = guarded(|| speller.spell(&source.text, repair, runtime));
    let spelling = spelled.ok_or("the speller panicked, please report this file")?.map_err(|decline| decline.0)?;
    Ok(Mend { file: *file, spelling })
}

/// The fix of what is wrong with a comment.
pub(crate) fn of_comment(diagnostic: &mut Diagnostic, remark: &Remark, sources: &Sources) -> Result<Mend, String> {
    let file = remark.finding.place.file;
    let (title, edit) = remark.edit.clone().ok_or("only who wrote the comment knows what it was to allow")?;
    let source = sources.get(file).filter(|source| !source.is_single_byte()).ok_or("the file is not UTF-8")?;
    let spelling = Spelling {
        title: title.to_owned(),
        applicability: Applicability::Safe,
        edits: vec![edit.clone()],
        single_hunk: Some(vec![edit]),
        needs_runtime: false,
        features: Vec::new(),
    };
    diagnostic.fix = Some(fix(&diagnostic.fingerprint, &spelling, source));
    Ok(Mend { file, spelling })
}

fn speller(language: Language) -> &'static dyn Speller {
    match language {
        Language::Rust => &RustFrontend,
        Language::Python => &PythonFrontend,
    }
}

/// The fix in the terms of reports.
fn fix(id: &str, spelling: &Spelling, source: &Source) -> Fix {
    let edits = |edits: &[Edit]| edits.iter().map(|edit| file_edit(edit, source)).collect();
    Fix {
        id: id.to_owned(),
        title: spelling.title.clone(),
        applicability: spelling.applicability,
        edits: edits(&spelling.edits),
        single_hunk: spelling.single_hunk.as_deref().map(edits).unwrap_or_default(),
    }
}

fn file_edit(edit: &Edit, source: &Source) -> FileEdit {
    FileEdit {
        path: source.name.clone(),
        start: source.position(edit.span.start),
        end: source.position(edit.span.end),
        replacement: edit.replacement.clone(),
    }
}
