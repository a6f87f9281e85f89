//! From what has to be done to the edits that do it, finding by finding.

use crate::diagnostic::{Diagnostic, FileEdit, Fix};
use crate::inspect::{frontend, guarded};
use crate::sources::{Source, Sources};
use crate::suppress::Remark;
use atomic_lint_ir::{Applicability, Decline, Language, Repair, Runtime, Speller, Spelling};
use atomic_lint_python::PythonFrontend;
use atomic_lint_rust::RustFrontend;
use atomic_lint_source::{Edit, FileId};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

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
    let mut files: BTreeMap<FileId, Vec<(usize, &Task)>> = BTreeMap::new();
    for (at, task) in tasks.iter().enumerate().filter_map(|(at, task)| Some((at, task.as_ref()?))) {
        files.entry(task.0).or_default().push((at, task));
    }
    let files: Vec<Vec<(usize, &Task)>> = files.into_values().collect();
    let unknown = || Err("nothing is known that would mend it everywhere".to_owned());
    let mut mends: Vec<Result<Mend, String>> = tasks.iter().map(|_| unknown()).collect();
    let spelled = files.par_iter().flat_map_iter(|tasks| of_file(tasks, sources, runtime));
    for (at, mend) in spelled.collect::<Vec<_>>() {
        mends[at] = mend;
    }
    for (diagnostic, mend) in diagnostics.iter_mut().zip(&mends) {
        let Ok(mend) = mend else { continue };
        diagnostic.fix = sources.get(mend.file).map(|source| fix(&diagnostic.fingerprint, &mend.spelling, source));
    }
    mends
}

/// What a fix leaves of the function around it is parsed again, so that all of a large one with many would take
/// quadratic time: no more bytes are parsed for the fixes of a file.
const BUDGET: usize = 1 << 20;

/// To look a name up in a file costs as much as to parse that part of it.
const LOOKING_UP: usize = 16;

/// A repair of a file, and which findings it is for: what a function does wrong, each of its callers may be told.
type Shared<'t> = (&'t Task, Vec<usize>);

/// The repairs of `tasks`, each of them once.
fn shared<'t>(tasks: &[(usize, &'t Task)]) -> Vec<Shared<'t>> {
    let mut all: Vec<Shared<'t>> = Vec::new();
    let mut known: HashMap<&Repair, usize> = HashMap::new();
    for (at, task) in tasks {
        match known.get(&task.2) {
            Some(first) => all[*first].1.push(*at),
            None => {
                known.insert(&task.2, all.len());
                all.push((task, vec![*at]));
            }
        }
    }
    all
}

/// How many of `repairs` can be written out at once; the first always can.
fn affordable(repairs: &[Shared<'_>], text: &str) -> usize {
    let (_, language, _) = repairs[0].0;
    let parts = guarded(|| frontend(*language).outline(text).parts).unwrap_or_default();
    let size = |((_, _, repair), _): &Shared<'_>| {
        let next = parts.partition_point(|part| part.span.end <= repair.at.start);
        let part = parts.get(next).map_or(text.len(), |part| (part.span.end - part.span.start) as usize);
        part + text.len() / LOOKING_UP
    };
    let spent = repairs.iter().scan(0, |spent, repair| {
        *spent += size(repair);
        Some(*spent)
    });
    spent.take_while(|spent| *spent <= BUDGET).count().max(1)
}

/// The fixes of one file.
fn of_file(tasks: &[(usize, &Task)], sources: &Sources, runtime: Runtime) -> Vec<(usize, Result<Mend, String>)> {
    let file = tasks[0].1.0;
    let all = |why: &str| tasks.iter().map(|(at, _)| (*at, Err(why.to_owned()))).collect();
    let Some(source) = sources.get(file) else { return all("the file cannot be read") };
    if source.is_single_byte() {
        return all("the file is not UTF-8");
    }
    let shared = shared(tasks);
    // The others have their turn when these are done.
    let (now, later) = shared.split_at(affordable(&shared, &source.text));
    let repairs: Vec<&Repair> = now.iter().map(|((_, _, repair), _)| repair).collect();
    let speller = speller(tasks[0].1.1);
    let Some(spelled) = guarded(|| speller.spell_all(&source.text, &repairs, runtime)) else {
        return all("the speller panicked, please report this file");
    };
    let mend = |spelled: Result<Spelling, Decline>| {
        spelled.map(|spelling| Mend { file, spelling }).map_err(|decline| decline.0)
    };
    let late = || Err("its file has too many others for all of them to be written out at once".to_owned());
    let done = now.iter().zip(spelled.into_iter().map(mend));
    let all = done.chain(later.iter().map(|repair| (repair, late())));
    all.flat_map(|((_, findings), made)| findings.iter().map(move |at| (*at, made.clone()))).collect()
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
        lays_in: Vec::new(),
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
