//! Lesser advice: it rides along with what else is wrong with its file, and stands alone where nothing is.

use crate::checklist::{file_protocol, flow, target_of};
use crate::classify;
use crate::defect::Defect;
use crate::file::{File, Origin};
use crate::finding::{Circumstance, Confidence, Finding, Label, Moment, Reason, StepMark};
use crate::log::{Ending, Log};
use crate::path::PathRef;
use crate::program::{BodyRef, Program, StepRef};
use crate::project::Outcome;
use crate::protocol::Stage;
use crate::repair;
use crate::value::Value;
use atomic_lint_catalog::{Naming, OpenAs};
use atomic_lint_ir::{Language, Name, Repair, RepairKind};
use atomic_lint_source::{FileId, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Findings as they come, with what they are about, so that advice finds them.
pub(crate) struct Drafts<'p, 'u> {
    program: &'p Program<'u>,
    pub(crate) outcome: Outcome,
    by_file: BTreeMap<StepRef, usize>,
    by_place: BTreeMap<Place, usize>,
    later: Vec<Advice>,
    /// Which of the findings are advice.
    advised: BTreeSet<usize>,
    /// The checklists of files as they ended.
    ended: BTreeMap<StepRef, [StepMark; 6]>,
    /// Where which files are written that were reported already.
    written: BTreeSet<(BodyRef, Place, PathRef)>,
}

/// Something to be said of a file.
pub(crate) struct Advice {
    pub(crate) rule: &'static str,
    /// What is said first is what the rest rides along with.
    pub(crate) rank: u8,
    pub(crate) place: Place,
    pub(crate) body: BodyRef,
    pub(crate) file: Option<File>,
    pub(crate) target: Value,
    pub(crate) always: bool,
    /// The checklist where it stands alone, as far as the file had come by then.
    pub(crate) protocol: [StepMark; 6],
    /// It is said by itself, whatever else is wrong.
    pub(crate) alone: bool,
    /// What makes it worse than other findings of its rule.
    pub(crate) circumstance: Option<Circumstance>,
    /// What has to be done about it.
    pub(crate) repair: Option<(FileId, Repair)>,
}

/// Whether it is mended by a word, so that it is told apart from advice that costs more to take.
fn has_small_repair(advice: &Advice) -> bool {
    matches!(&advice.repair, Some((_, repair)) if repair.kind == RepairKind::Rename)
}

impl<'p, 'u> Drafts<'p, 'u> {
    pub(crate) fn new(program: &'p Program<'u>) -> Self {
        Drafts {
            program,
            outcome: Outcome::default(),
            by_file: BTreeMap::new(),
            by_place: BTreeMap::new(),
            later: Vec::new(),
            advised: BTreeSet::new(),
            ended: BTreeMap::new(),
            written: BTreeSet::new(),
        }
    }

    /// Adds a finding on `file`, at a step of `body`.
    pub(crate) fn add(&mut self, finding: Finding, file: Option<&File>) {
        self.put(finding, file);
    }

    /// Adds a finding on `file` that is not atomic, at a step of `body`, to which each of `chains` of calls leads.
    pub(crate) fn add_torn<'c>(
        &mut self,
        mut finding: Finding,
        file: Option<&File>,
        body: BodyRef,
        chains: impl Iterator<Item = &'c Arc<Vec<StepRef>>>,
    ) {
        let callers = chains.flat_map(|chain| chain.iter().rev().map(|call| call.body));
        let mut claiming: Vec<BodyRef> =
            std::iter::once(body).chain(callers).filter(|body| self.claims_to_be_atomic(*body)).collect();
        claiming.sort();
        claiming.dedup();
        for body in claiming {
            let name = self.program.body(body).body.name_span;
            finding.notes.push(("false-atomic-claim".into(), self.program.place(body, name)));
        }
        self.put(finding, file);
    }

    /// Whether a function, or the type that it is a method of, has a name that says so, or documentation that does.
    fn claims_to_be_atomic(&self, body: BodyRef) -> bool {
        let (body, naming) = (self.program.body(body).body, self.program.catalog.naming());
        let claims = Naming::has_word(&body.name, &naming.claims) || naming.is_claim(&body.summary);
        let denied = |text: &str| Naming::has_word(text, &naming.denials);
        claims && !denied(&body.name) && !denied(&body.summary)
    }

    fn put(&mut self, finding: Finding, file: Option<&File>) {
        let at = self.outcome.findings.len();
        self.by_place.entry(finding.place).or_insert(at);
        if let Some(file) = file {
            self.by_file.entry(file.step).or_insert(at);
        }
        self.outcome.findings.push(finding);
    }

    /// Whether the file was opened in a second try, and the write to it was reported where it was opened in the first;
    /// from now on it is.
    pub(crate) fn is_opened_again(&mut self, file: &File) -> bool {
        let Some(mark) = file.marks.get(&Moment::Write).filter(|mark| mark.place != file.place) else { return false };
        let function = self.program.function_of(file.step.body);
        let mut again = false;
        for path in file.path.paths() {
            again |= !self.written.insert((function, mark.place, path.clone()));
        }
        again && file.retried
    }

    /// Keeps `advice` until all that it may ride along with is known.
    pub(crate) fn advise(&mut self, advice: Advice) {
        self.later.push(advice);
    }

    /// Everything, in the order of the code.
    pub(crate) fn finish(mut self) -> Outcome {
        let mut later = std::mem::take(&mut self.later);
        later.sort_by_key(|advice| (advice.rank, advice.place));
        later.into_iter().for_each(|advice| self.place(advice));
        let mut outcome = self.outcome;
        outcome.findings.sort_by(|a, b| (a.place, &a.rule).cmp(&(b.place, &b.rule)));
        outcome.findings.dedup_by(|a, b| a.place == b.place && a.rule == b.rule);
        outcome.accepted.sort_by_key(|accepted| accepted.place);
        outcome.accepted.dedup_by_key(|accepted| accepted.place);
        outcome
    }

    fn place(&mut self, advice: Advice) {
        let rule = Name::new(advice.rule);
        let of_file = advice.file.as_ref().and_then(|file| self.by_file.get(&file.step));
        let stands = |at: usize| advice.alone || self.advised.contains(&at) && has_small_repair(&advice);
        match of_file.or_else(|| self.by_place.get(&advice.place)).filter(|at| !stands(**at)) {
            Some(at) => {
                let finding = &mut self.outcome.findings[*at];
                if finding.rule != rule && !finding.notes.iter().any(|(known, _)| *known == rule) {
                    finding.notes.push((rule, advice.place));
                }
            }
            None => {
                let finding = self.stand_alone(&advice, rule);
                self.advised.insert(self.outcome.findings.len());
                match advice.alone {
                    true => self.outcome.findings.push(finding),
                    false => self.put(finding, advice.file.as_ref()),
                }
            }
        }
    }

    fn stand_alone(&self, advice: &Advice, rule: Name) -> Finding {
        let mut labels = advice.file.as_ref().map(flow).unwrap_or_default();
        labels.retain(|label| label.place != advice.place);
        labels.push(Label { place: advice.place, moment: Moment::Here });
        labels.sort();
        Finding {
            rule,
            confidence: if advice.always { Confidence::High } else { Confidence::Medium },
            place: advice.place,
            scope: self.program.body(advice.body).body.name.clone(),
            target: target_of(&advice.target, advice.file.as_ref().and_then(|file| file.named)),
            labels,
            related: Vec::new(),
            protocol: advice
                .file
                .as_ref()
                .and_then(|file| self.ended.get(&file.step))
                .copied()
                .unwrap_or(advice.protocol),
            reasons: if advice.always { Vec::new() } else { vec![Reason::SomePaths] },
            circumstance: advice.circumstance,
            notes: Vec::new(),
            repair: advice.repair.clone(),
        }
    }

    /// What is to be said of how a file ended.
    pub(crate) fn look_at_ending(&mut self, ending: &Ending) {
        let file = &ending.file;
        self.ended.insert(file.step, file_protocol(file));
        if let Some(target) = file.published.as_ref().filter(|target| !classify::stays_temporary(target)) {
            self.look_at_directory(ending, target);
            // An error of a kind that a handler leaves out is not one that anybody has to think of.
            let python = self.program.language(file.step.body) == Language::Python;
            if ending.abandoned && !(python && file.cleaned) {
                self.of_ending(Defect::Abandoned, ending, file.place, target);
            }
            let complete = |stages: crate::protocol::Stages| !stages.may_be_unpublished();
            let by_hand = matches!(file.origin, Origin::Opened(_) | Origin::Temporary | Origin::Whole);
            let is_told = self.by_file.contains_key(&file.step);
            if by_hand && !is_told && ending.returned.is_some_and(complete) {
                for place in &file.publishes {
                    self.of_ending(Defect::HandRolled, ending, *place, target);
                }
            }
        }
        let python = self.program.language(file.step.body) == Language::Python;
        let opened = matches!(file.origin, Origin::Opened(_)) && !file.guessed;
        let own = opened && !file.handed && !ending.escapes && !file.tabled;
        let matters = !classify::is_device(self.program.catalog.naming(), file);
        if python && ending.waits && file.wrote && own && matters {
            self.of_ending(Defect::DroppedBuffer, ending, file.place, file.name_now());
        }
    }

    /// The directory is not synced where all else is done.
    fn look_at_directory(&mut self, ending: &Ending, target: &Value) {
        if !ending.returned.is_some_and(|stages| stages.has(Stage::Published)) {
            return;
        }
        for place in &ending.file.publishes {
            self.later.push(Advice {
                rule: "missing-directory-sync",
                rank: 0,
                place: *place,
                body: ending.file.step.body,
                protocol: file_protocol(&ending.file),
                file: Some(ending.file.clone()),
                target: target.clone(),
                always: true,
                alone: false,
                circumstance: None,
                repair: repair::of_protocol(self.program, &ending.file, *place),
            });
        }
    }

    fn of_ending(&mut self, defect: Defect, ending: &Ending, place: Place, target: &Value) {
        let file = &ending.file;
        self.later.push(Advice {
            rule: defect.rule(),
            rank: defect.gravity(true),
            place,
            body: ending.file.step.body,
            protocol: file_protocol(&ending.file),
            file: Some(ending.file.clone()),
            target: target.clone(),
            always: true,
            alone: !defect.rides_along(),
            circumstance: None,
            repair: match defect {
                Defect::DroppedBuffer => repair::of_handle(self.program, file),
                Defect::HandRolled => repair::of_protocol(self.program, file, place),
                Defect::Abandoned => {
                    file.publishes.first().and_then(|publish| repair::of_protocol(self.program, file, *publish))
                }
                _ => None,
            },
        });
    }

    /// What was read is written back, and nobody else is kept from doing the same.
    pub(crate) fn look_at_update(&mut self, log: &Log) {
        if log.locks {
            return;
        }
        for ending in log.endings.values() {
            let file = &ending.file;
            let read = file.name_now().paths().any(|path| log.read.contains_key(path));
            let itself = !matches!(file.origin, Origin::Given | Origin::Temporary | Origin::Opened(OpenAs::Read));
            let writes = file.written() && itself || file.published.is_some();
            if read && writes && !self.program.body(file.step.body).test {
                self.of_ending(Defect::UnlockedUpdate, ending, file.place, file.name_now());
            }
        }
    }
}
