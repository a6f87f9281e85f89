//! Fixing until nothing changes: apply what goes together, judge again, and take back what did not help.

use super::choice::Choice;
use super::mend::Mend;
use super::pass::{Round, round};
use crate::answer::Answer;
use crate::diagnostic::Diagnostic;
use crate::inspect::SourceFile;
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::Applicability;
use atomic_lint_source::{FileId, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Fixes make room for others, but not without end.
const PASSES: usize = 24;

/// A fix that was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Applied {
    /// The file that it changed.
    pub(crate) file: FileId,
    /// Which rule it is of.
    pub(crate) rule: String,
    /// What it does.
    pub(crate) title: String,
    /// How far it may be trusted.
    pub(crate) applicability: Applicability,
    /// The new code calls the runtime.
    pub(crate) needs_runtime: bool,
    /// Features of it that the new code needs.
    pub(crate) features: Vec<&'static str>,
}

/// What fixing has come to.
#[derive(Debug)]
pub(crate) struct Fixed {
    /// What is left.
    pub(crate) answer: Answer,
    /// Each changed file with the text it had.
    pub(crate) before: BTreeMap<FileId, String>,
    /// What was done.
    pub(crate) applied: Vec<Applied>,
    /// What was not done, and why.
    pub(crate) notices: Vec<String>,
}

impl Fixed {
    /// The text that `file` has now, where it was changed.
    pub(crate) fn after(&self, file: FileId) -> Option<&Arc<str>> {
        self.answer.files.get(file.0 as usize)?.edited.as_ref()
    }
}

/// Whether new code of a file may call the runtime with those features, or why not.
pub(crate) type Supports<'a> = &'a mut dyn FnMut(&SourceFile, &[&str]) -> Result<(), String>;

/// Fixes what `choice` says of `answer`; `judge` answers again for changed files.
pub(crate) fn fix(
    catalog: &Catalog,
    choice: &Choice,
    answer: Answer,
    judge: &dyn Fn(Answer) -> Answer,
    supports: Supports<'_>,
) -> Fixed {
    let mut engine = Engine {
        catalog,
        choice,
        refused: BTreeSet::new(),
        alone: BTreeSet::new(),
        mixed: false,
        fixed: Fixed { answer, before: BTreeMap::new(), applied: Vec::new(), notices: Vec::new() },
    };
    for _ in 0..PASSES {
        let rounds = engine.rounds(supports);
        if rounds.is_empty() {
            break;
        }
        engine.pass(rounds, judge);
    }
    if engine.mixed {
        engine.fixed.answer = judge(engine.fixed.answer);
    }
    engine.fixed
}

struct Engine<'a> {
    catalog: &'a Catalog,
    choice: &'a Choice,
    /// Fixes that did not help.
    refused: BTreeSet<Refused>,
    /// Files of which one fix is tried at a time, because of several one did not help.
    alone: BTreeSet<FileId>,
    /// The answer is put together from two, and nobody has judged these files as they are.
    mixed: bool,
    fixed: Fixed,
}

/// By which a fix is known again when the lines around it have moved: the file that it changes, the rule, and what
/// stands where the finding is.
type Refused = (FileId, String, String);

/// By which a finding is known again: its file, the rule, and where it begins once the changes are made.
type Known = (FileId, String, u32);

/// What is written down of a fix before it is tried.
struct Record {
    applied: Applied,
    key: Refused,
    /// The finding that it is for.
    finding: Known,
}

type Records = BTreeMap<FileId, Vec<Record>>;

/// How many findings there are, by rule and file.
type Counts = BTreeMap<(String, FileId), usize>;

impl Engine<'_> {
    /// What is to be done next, file by file.
    fn rounds(&mut self, supports: Supports<'_>) -> BTreeMap<FileId, Round> {
        let mut rounds = BTreeMap::new();
        for (file, wanted) in self.wanted(supports) {
            let answer = &self.fixed.answer;
            let (Some(source), Some(known)) = (answer.said.sources.get(file), answer.files.get(file.0 as usize)) else {
                continue;
            };
            let mends: Vec<(usize, &Mend)> =
                wanted.iter().filter_map(|at| Some((*at, answer.said.mend(*at)?))).collect();
            let round = round(known.language, &source.text, &mends, self.alone.contains(&file));
            for at in &round.broken {
                self.refuse(*at, "it would leave code that cannot be read");
            }
            if !round.taken.is_empty() {
                rounds.insert(file, round);
            }
        }
        rounds
    }

    /// Fixes that are wanted and have not failed, by the file that they change.
    fn wanted(&mut self, supports: Supports<'_>) -> BTreeMap<FileId, Vec<usize>> {
        let mut wanted: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
        let mut unsupported = Vec::new();
        let answer = &self.fixed.answer;
        for (at, diagnostic) in answer.said.diagnostics.iter().enumerate() {
            let Some(mend) = answer.said.mend(at) else { continue };
            if !self.choice.takes(self.catalog, diagnostic, mend) || self.refused.contains(&self.key(at, mend)) {
                continue;
            }
            let file = &answer.files[mend.file.0 as usize];
            match mend.spelling.needs_runtime.then(|| supports(file, &mend.spelling.features)) {
                Some(Err(why)) => unsupported.push((at, why)),
                Some(Ok(())) | None => wanted.entry(mend.file).or_default().push(at),
            }
        }
        unsupported.into_iter().for_each(|(at, why)| self.refuse(at, &why));
        wanted
    }

    fn key(&self, at: usize, mend: &Mend) -> Refused {
        let diagnostic = &self.fixed.answer.said.diagnostics[at];
        (mend.file, diagnostic.rule.clone(), self.fixed.answer.said.sources.slice(diagnostic.place).to_owned())
    }

    /// Does not try the fix of the finding `at` again.
    fn refuse(&mut self, at: usize, why: &str) {
        let Some(mend) = self.fixed.answer.said.mend(at) else { return };
        let key = self.key(at, mend);
        let diagnostic = &self.fixed.answer.said.diagnostics[at];
        let place = self.fixed.answer.said.sources.locate(diagnostic.place);
        self.fixed.notices.push(format!("{place}: {} is not fixed: {why}", diagnostic.rule));
        self.refused.insert(key);
    }

    /// Makes the changes of `rounds`, and takes back those of files in which they did not help.
    fn pass(&mut self, rounds: BTreeMap<FileId, Round>, judge: &dyn Fn(Answer) -> Answer) {
        let earlier: BTreeMap<FileId, Option<Arc<str>>> =
            rounds.keys().map(|file| (*file, self.fixed.answer.files[file.0 as usize].edited.clone())).collect();
        let before = counts(&self.fixed.answer.said.diagnostics);
        let promised = self.promised(&rounds);
        let records = self.records(&rounds);
        for (file, round) in &rounds {
            if let Some(source) = self.fixed.answer.said.sources.get(*file) {
                self.fixed.before.entry(*file).or_insert_with(|| source.text.clone());
            }
            self.fixed.answer.files[file.0 as usize].edited = Some(round.text.as_str().into());
        }
        let said = self.fixed.answer.said.clone();
        let known = known(&said.diagnostics, &rounds);
        let answer = std::mem::take(&mut self.fixed.answer);
        self.fixed.answer = judge(answer);
        let was_mixed = std::mem::take(&mut self.mixed);
        let after = counts(&self.fixed.answer.said.diagnostics);
        let vain = vain(&promised, &before, &after);
        let (failed, made): (Records, Records) = records.into_iter().partition(|(file, _)| vain.contains(file));
        if failed.is_empty() {
            self.fixed.applied.extend(made.into_values().flatten().map(|record| record.applied));
            return;
        }
        let left = self::known(&self.fixed.answer.said.diagnostics, &BTreeMap::new());
        // What is taken back is as it was, so that what was said of it then can be gone on with.
        self.mixed = was_mixed || !made.is_empty();
        match made.is_empty() {
            true => self.fixed.answer.said = said,
            false => self.fixed.answer.said.mix(&failed.keys().copied().collect(), said),
        }
        self.fixed.applied.extend(made.into_values().flatten().map(|record| record.applied));
        self.take_back(failed, earlier, &|records| in_vain(records, &known, &left));
    }

    fn take_back(
        &mut self,
        failed: Records,
        mut earlier: BTreeMap<FileId, Option<Arc<str>>>,
        in_vain: &dyn Fn(&[Record]) -> Option<Vec<usize>>,
    ) {
        for (file, records) in failed {
            let text = earlier.remove(&file).flatten();
            if text.is_none() {
                self.fixed.before.remove(&file);
            }
            let known = &mut self.fixed.answer.files[file.0 as usize];
            known.edited = text;
            let Some(vain) = in_vain(&records) else {
                self.alone.insert(file);
                continue;
            };
            for record in vain.into_iter().map(|at| &records[at]) {
                let rule = &record.applied.rule;
                let why = "the finding would still be there";
                self.fixed.notices.push(format!("{}: a fix of {rule} was taken back: {why}", known.name));
                self.refused.insert(record.key.clone());
            }
        }
    }

    /// How many findings of which rule and file each changed file is to rid us of.
    fn promised(&self, rounds: &BTreeMap<FileId, Round>) -> BTreeMap<FileId, Counts> {
        let mut promised: BTreeMap<FileId, Counts> = BTreeMap::new();
        for (file, round) in rounds {
            for at in &round.taken {
                let diagnostic = &self.fixed.answer.said.diagnostics[*at];
                let key = (diagnostic.rule.clone(), diagnostic.place.file);
                *promised.entry(*file).or_default().entry(key).or_insert(0) += 1;
            }
        }
        promised
    }

    fn records(&self, rounds: &BTreeMap<FileId, Round>) -> Records {
        let record = |file: FileId, at: usize| {
            let mend = self.fixed.answer.said.mend(at)?;
            let applied = Applied {
                file,
                rule: self.fixed.answer.said.diagnostics[at].rule.clone(),
                title: mend.spelling.title.clone(),
                applicability: mend.spelling.applicability,
                needs_runtime: mend.spelling.needs_runtime,
                features: mend.spelling.features.clone(),
            };
            let finding = known_as(&self.fixed.answer.said.diagnostics[at], rounds);
            Some(Record { applied, key: self.key(at, mend), finding })
        };
        let all = |(file, round): (&FileId, &Round)| {
            (*file, round.taken.iter().filter_map(|at| record(*file, *at)).collect())
        };
        rounds.iter().map(all).collect()
    }
}

fn known_as(diagnostic: &Diagnostic, rounds: &BTreeMap<FileId, Round>) -> Known {
    let Place { file, span } = diagnostic.place;
    let start = rounds.get(&file).map_or(span.start, |round| round.moved(span.start));
    (file, diagnostic.rule.clone(), start)
}

/// How often each finding is met, where `rounds` are still to be made.
fn known(diagnostics: &[Diagnostic], rounds: &BTreeMap<FileId, Round>) -> BTreeMap<Known, usize> {
    let mut known = BTreeMap::new();
    for diagnostic in diagnostics {
        *known.entry(known_as(diagnostic, rounds)).or_insert(0) += 1;
    }
    known
}

/// Which fixes of a file did not help; none where that cannot be told of each by itself.
fn in_vain(records: &[Record], before: &BTreeMap<Known, usize>, after: &BTreeMap<Known, usize>) -> Option<Vec<usize>> {
    if records.len() == 1 {
        return Some(vec![0]);
    }
    let count = |counts: &BTreeMap<Known, usize>, record: &Record| counts.get(&record.finding).copied().unwrap_or(0);
    let tried = |record: &Record| records.iter().filter(|other| other.finding == record.finding).count();
    let mut vain = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let (before, after) = (count(before, record), count(after, record));
        match after {
            all if all >= before => vain.push(at),
            // Some of those that stand there have helped, and which is not known.
            some if some + tried(record) > before => return None,
            _ => {}
        }
    }
    (!vain.is_empty()).then_some(vain)
}

fn counts(diagnostics: &[Diagnostic]) -> Counts {
    let mut counts = Counts::new();
    for diagnostic in diagnostics {
        *counts.entry((diagnostic.rule.clone(), diagnostic.place.file)).or_insert(0) += 1;
    }
    counts
}

/// Files that were changed although a rule is met in no fewer places for it.
fn vain(promised: &BTreeMap<FileId, Counts>, before: &Counts, after: &Counts) -> BTreeSet<FileId> {
    let mut total = Counts::new();
    for (key, number) in promised.values().flatten() {
        *total.entry(key.clone()).or_insert(0) += number;
    }
    let count = |counts: &Counts, key: &(String, FileId)| counts.get(key).copied().unwrap_or(0);
    let kept = |key: &(String, FileId)| count(after, key) + count(&total, key) <= count(before, key);
    promised.iter().filter(|(_, keys)| !keys.keys().all(kept)).map(|(file, _)| *file).collect()
}
