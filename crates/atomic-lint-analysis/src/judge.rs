//! From what the roots have shown to findings: which defect is which rule, how sure, told how.

use crate::advice::{Advice, Drafts};
use crate::checklist::{file_protocol, flaw_protocol, flow, target_of};
use crate::classify;
use crate::defect::Defect;
use crate::file::{File, Origin};
use crate::finding::{Accepted, Circumstance, Confidence, Finding, Label, Moment, Reason, Related, Role};
use crate::log::{Ending, Flaw, Log};
use crate::path::{PathExpr, PathRef};
use crate::program::{BodyRef, Program, StepRef};
use crate::project::Outcome;
use crate::protocol::Fault;
use crate::repair;
use atomic_lint_catalog::OpenAs;
use atomic_lint_ir::Name;
use atomic_lint_source::Place;
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Reported under that rule.
    Report(&'static str),
    /// A write that is right, and why.
    Accept(Reason),
    /// No write at all.
    Silent,
}

/// Everything that the roots have shown, put together.
struct Evidence<'p, 'u> {
    program: &'p Program<'u>,
    /// Bodies that others of their package call.
    called: BTreeSet<BodyRef>,
    renamed: BTreeMap<PathRef, BTreeSet<BodyRef>>,
    read: BTreeMap<PathRef, Place>,
    pipes: BTreeSet<PathRef>,
    /// Paths of files that something is written to, with the bodies that opened them.
    written: BTreeMap<PathRef, BTreeSet<BodyRef>>,
}

/// By whom one write is reported.
#[derive(Default)]
struct Told<'e> {
    /// The calls that lead from each caller to it.
    chains: FxHashSet<&'e [StepRef]>,
    /// Packages of which the function that holds it was looked at by itself.
    packages: BTreeSet<u32>,
}

/// Judges what the roots have shown.
pub(crate) fn judge(program: &Program<'_>, logs: &[Log]) -> Outcome {
    let mut evidence = Evidence {
        program,
        called: BTreeSet::new(),
        renamed: BTreeMap::new(),
        read: BTreeMap::new(),
        pipes: BTreeSet::new(),
        written: BTreeMap::new(),
    };
    for log in logs {
        let within = log.called.iter().filter(|(body, caller)| evidence.package(*body) == evidence.package(*caller));
        let within: Vec<BodyRef> = within.map(|(body, _)| *body).collect();
        evidence.called.extend(within);
        for (path, body) in &log.renamed {
            evidence.renamed.entry(path.clone()).or_default().insert(*body);
        }
        let written = log.endings.values().filter(|ending| ending.file.written());
        for file in written.map(|ending| &ending.file) {
            for path in file.path.paths() {
                evidence.written.entry(path.clone()).or_default().insert(file.step.body);
            }
        }
        evidence.pipes.extend(log.pipes.iter().cloned());
        for (path, place) in &log.read {
            let known = evidence.read.entry(path.clone()).or_insert(*place);
            *known = (*known).min(*place);
        }
    }
    let mut drafts = Drafts::new(program);
    evidence.judge_flaws(logs, &mut drafts);
    evidence.judge_files(logs, &mut drafts);
    logs.iter().for_each(|log| drafts.look_at_update(log));
    drafts.finish()
}

impl Evidence<'_, '_> {
    fn naming(&self) -> &atomic_lint_catalog::Naming {
        self.program.catalog.naming()
    }

    fn package(&self, body: BodyRef) -> u32 {
        self.program.links.package(self.program.body(body).file)
    }

    fn is_test(&self, step: StepRef) -> bool {
        self.program.body(step.body).test
    }

    /// One finding for every step that is wrong: the gravest defect; the others ride along.
    fn judge_flaws(&self, logs: &[Log], drafts: &mut Drafts<'_, '_>) {
        let mut by_place: BTreeMap<Place, Vec<&Flaw>> = BTreeMap::new();
        for log in logs {
            for flaw in log.flaws.values() {
                let excused =
                    self.stays_temporary(flaw) || self.moves_what_was_found(flaw) || is_brought_over(flaw, log);
                if !self.is_test(flaw.step) && !excused && !follows_from_another(flaw, log) {
                    match flaw.defect.rides_along() {
                        true => drafts.advise(self.advice_of(flaw)),
                        false => by_place.entry(self.flaw_place(flaw)).or_default().push(flaw),
                    }
                }
            }
        }
        for flaws in by_place.values() {
            // What the body shows by itself tells more plainly than what a caller's way through it shows.
            let rank = |flaw: &Flaw| (flaw.defect.gravity(flaw.always), flaw.root != flaw.step.body, flaw.root);
            let Some(worst) = flaws.iter().min_by_key(|flaw| rank(flaw)) else { continue };
            let finding = self.flaw_finding(worst, flaws);
            match worst.defect.is_torn() {
                true => {
                    let chains = flaws.iter().map(|flaw| &flaw.chain);
                    drafts.add_torn(finding, worst.file.as_ref(), worst.step.body, chains);
                }
                false => drafts.add(finding, worst.file.as_ref()),
            }
            let beyond =
                |flaw: &&&Flaw| flaw.defect == worst.defect && flaw.told_by.is_none() && self.crosses_packages(flaw);
            for flaw in flaws.iter().filter(beyond) {
                let Some(caller) = flaw.chain.first() else { continue };
                let mut finding = self.flaw_finding(flaw, &[]);
                finding.place = self.call_place(*caller);
                finding.scope = self.program.body(caller.body).body.name.clone();
                finding.related.push(Related { role: Role::Sink, place: flaw.place });
                finding.repair = None;
                drafts.outcome.findings.push(finding);
            }
        }
    }

    /// The root calls straight into the package in which the step stands.
    fn crosses_packages(&self, flaw: &Flaw) -> bool {
        let own = self.package(flaw.step.body);
        match flaw.chain.split_first() {
            Some((first, rest)) => {
                self.package(first.body) != own && rest.iter().all(|step| self.package(step.body) == own)
            }
            None => false,
        }
    }

    /// Where a flaw is reported.
    fn flaw_place(&self, flaw: &Flaw) -> Place {
        flaw.told_by.map_or(flaw.place, |call| self.call_place(call))
    }

    /// What is moved is no staging file: no other function writes it, and this one has not before.
    fn moves_what_was_found(&self, flaw: &Flaw) -> bool {
        let Some(source) = flaw.source.as_ref().filter(|_| flaw.defect == Defect::NonAtomicMove) else { return false };
        let writers = source.paths().filter_map(|source| self.written.get(source)).flatten();
        writers.into_iter().all(|body| *body == flaw.step.body)
    }

    /// Nothing leaves the temporary directory.
    fn stays_temporary(&self, flaw: &Flaw) -> bool {
        classify::stays_temporary(&flaw.target)
    }

    fn flaw_finding(&self, flaw: &Flaw, beside: &[&Flaw]) -> Finding {
        let mut reasons = Vec::new();
        if !flaw.always {
            reasons.push(Reason::SomePaths);
        }
        let rule = flaw.defect.rule();
        let mut notes: Vec<(Name, Place)> = beside
            .iter()
            .map(|other| (Name::new(other.defect.rule()), other.place))
            .filter(|(other, _)| other != rule)
            .collect();
        notes.sort();
        notes.dedup();
        let mut labels = flaw.file.as_ref().map(flow).unwrap_or_default();
        if let Some(removed) = flaw.removed {
            labels.push(Label { place: removed, moment: Moment::Remove });
        }
        let place = self.flaw_place(flaw);
        labels.retain(|label| label.place != flaw.place && label.place != place);
        labels.push(Label { place, moment: Moment::Here });
        labels.sort();
        labels.dedup();
        let told = place != flaw.place;
        let related = told.then_some(Related { role: Role::Sink, place: flaw.place });
        Finding {
            rule: rule.into(),
            confidence: if flaw.always { Confidence::High } else { Confidence::Medium },
            place,
            scope: self.program.body(flaw.told_by.map_or(flaw.step.body, |call| call.body)).body.name.clone(),
            target: target_of(&flaw.target, flaw.named.or_else(|| flaw.file.as_ref().and_then(|file| file.named))),
            labels,
            related: related.into_iter().collect(),
            protocol: flaw_protocol(flaw),
            reasons,
            circumstance: self.circumstance(flaw),
            notes,
            repair: repair::of_flaw(self.program, flaw),
        }
    }

    /// One finding for every place that writes a target itself.
    fn judge_files(&self, logs: &[Log], drafts: &mut Drafts<'_, '_>) {
        let mut by_place: BTreeMap<Place, Vec<&Ending>> = BTreeMap::new();
        for ending in logs.iter().flat_map(|log| log.endings.values()) {
            if !self.is_test(ending.file.step) {
                by_place.entry(self.sink(&ending.file)).or_default().push(ending);
            }
        }
        for (place, endings) in by_place {
            self.judge_sink(place, &endings, drafts);
        }
    }

    fn judge_sink(&self, place: Place, endings: &[&Ending], drafts: &mut Drafts<'_, '_>) {
        // Where callers are known, what they pass decides, not what the function cannot know of itself.
        let mut judged: Vec<&Ending> = endings.iter().copied().filter(|ending| !self.superseded(ending)).collect();
        if judged.is_empty() {
            judged = outermost(endings);
        }
        let judged = judged.as_slice();
        // Of a handle that is given only its callers know how it was opened.
        if judged.iter().all(|ending| self.is_given_by_callers(ending)) {
            return;
        }
        let mut verdicts = self.verdicts(judged);
        let mut reported = reported_of(&verdicts);
        if reported.is_empty() && judged.len() < endings.len() {
            // That those who were looked at are right says nothing of callers too far away to be looked at.
            let unseen = |ending: &&Ending| self.program.relevance.has_far_callers(ending.root);
            let beyond: Vec<&Ending> = endings.iter().copied().filter(unseen).collect();
            verdicts.extend(self.verdicts(&beyond));
            reported = reported_of(&verdicts);
        }
        // All who call it from other packages stage what they pass, so what it cannot know of itself does not count.
        if reported.iter().all(|(ending, _)| self.is_guess(ending)) && self.stages_for_others(place, &verdicts) {
            reported.clear();
        }
        if let Some((first, rule)) = reported.iter().min_by_key(|(ending, _)| self.way_to(ending)) {
            if drafts.is_opened_again(&first.file) {
                return;
            }
            self.report_sink(place, first, rule, &reported, drafts);
        } else if let Some((ending, reason)) = verdicts.iter().find_map(|(ending, verdict)| match verdict {
            Verdict::Accept(reason) => Some((*ending, *reason)),
            _ => None,
        }) {
            drafts.outcome.accepted.push(Accepted {
                place,
                target: target_of(&ending.file.path, ending.file.named),
                reason,
            });
        }
        // What a device does with it is not a matter of files.
        let kept = verdicts.iter().filter(|(_, verdict)| *verdict != Verdict::Accept(Reason::Device));
        kept.for_each(|(ending, _)| drafts.look_at_ending(ending));
    }

    fn verdicts<'e>(&self, endings: &[&'e Ending]) -> Vec<(&'e Ending, Verdict)> {
        endings.iter().map(|ending| (*ending, self.verdict(ending))).collect()
    }

    /// The function was looked at by itself, and the path is its callers' to choose.
    fn is_guess(&self, ending: &Ending) -> bool {
        ending.open_ended && ending.file.chain.is_empty()
    }

    /// Whether it is called from other packages, and always for a staging file.
    fn stages_for_others(&self, place: Place, verdicts: &[(&Ending, Verdict)]) -> bool {
        let own = self.program.links.package(place.file);
        let mut beyond = verdicts.iter().filter(|(ending, _)| self.package(ending.root) != own).peekable();
        beyond.peek().is_some() && beyond.all(|(_, verdict)| *verdict == Verdict::Accept(Reason::Staged))
    }

    fn is_given_by_callers(&self, ending: &Ending) -> bool {
        let file = &ending.file;
        file.origin == Origin::Given && file.chain.is_empty() && !file.tabled && self.called.contains(&ending.root)
    }

    fn superseded(&self, ending: &Ending) -> bool {
        // Those who import the package call what it offers, too, and with paths of their own.
        let explained = |body: BodyRef| self.called.contains(&body) && !self.program.offered.contains(&body);
        let given = |part: &PathExpr| matches!(part, PathExpr::Param { body, .. } if explained(BodyRef(*body)));
        // A method finds in a field what the constructor was given.
        let by_constructor =
            ending.file.tabled && ending.file.path.paths().any(|path| path.any(&mut |part| given(part)));
        by_constructor || ending.open_ended && explained(ending.root)
    }

    fn report_sink(
        &self,
        place: Place,
        first: &Ending,
        rule: &'static str,
        reported: &[(&Ending, &'static str)],
        drafts: &mut Drafts<'_, '_>,
    ) {
        let own_package = self.program.links.package(place.file);
        let told = self.told(reported);
        let (mut related, mut beyond) = (Vec::new(), FxHashSet::default());
        for (ending, _) in reported {
            let Some(caller) = self.entering_call(ending, own_package) else { continue };
            if self.is_told_closer(ending, &told) {
                continue;
            }
            let at = self.call_place(caller);
            if self.program.links.package(at.file) == own_package {
                // Who only passes on what it is given decides nothing.
                if !ending.file.path.paths().any(|path| path.depends_on(ending.root.0)) {
                    related.push(Related { role: Role::Caller, place: at });
                }
            } else if beyond.insert(at) {
                let mut finding = self.file_finding(at, ending, rule);
                finding.scope = self.program.body(caller.body).body.name.clone();
                finding.related.push(Related { role: Role::Sink, place });
                // It is mended where it is written, and once.
                finding.repair = None;
                drafts.outcome.findings.push(finding);
            }
        }
        related.sort();
        related.dedup();
        let mut finding = self.file_finding(place, first, rule);
        finding.related.extend(related);
        let chains = reported.iter().map(|(ending, _)| &ending.file.chain);
        drafts.add_torn(finding, Some(&first.file), first.file.step.body, chains);
    }

    /// The calls that lead to a file, the fewest first; by their places, which do not depend on what else is known.
    fn way_to(&self, ending: &Ending) -> (usize, Vec<Place>) {
        let chain = &ending.file.chain;
        (chain.len(), chain.iter().map(|step| self.call_place(*step)).collect())
    }

    /// The call that leads to the write: from another package the one into the package of the write.
    fn entering_call(&self, ending: &Ending, own_package: u32) -> Option<StepRef> {
        let chain = &ending.file.chain;
        let entering = chain.iter().rev().find(|step| self.package(step.body) != own_package);
        entering.or(chain.first()).copied()
    }

    /// A caller nearer to the write already passes the final path; those around it add nothing.
    fn is_told_closer(&self, ending: &Ending, told: &Told<'_>) -> bool {
        let chain = ending.file.chain.as_slice();
        let mut closer = (1..chain.len()).map(|from| &chain[from..]);
        closer.any(|closer| told.chains.contains(closer))
            || !chain.is_empty() && told.packages.contains(&self.package(ending.root))
    }

    fn told<'e>(&self, reported: &[(&'e Ending, &'static str)]) -> Told<'e> {
        let mut told = Told::default();
        for (ending, _) in reported {
            match ending.file.chain.as_slice() {
                [] => told.packages.insert(self.package(ending.root)),
                chain => told.chains.insert(chain),
            };
        }
        told
    }

    fn call_place(&self, step: StepRef) -> Place {
        let body = self.program.body(step.body).body;
        let span = body.blocks[step.block as usize].steps[step.step as usize].span;
        self.program.place(step.body, span)
    }

    fn file_finding(&self, place: Place, ending: &Ending, rule: &'static str) -> Finding {
        let file = &ending.file;
        let paths: Vec<PathRef> = file.path.paths().cloned().collect();
        let mut reasons = classify::doubts(self.naming(), &paths);
        if file.guessed {
            reasons.push(Reason::UnknownReceiver);
        }
        let mut confidence = if reasons.is_empty() { Confidence::High } else { Confidence::Low };
        if paths.iter().any(|path| path.depends_on(ending.root.0)) || paths.is_empty() {
            reasons.push(Reason::UnknownCaller);
            confidence = confidence.min(Confidence::Medium);
        }
        let mut related = Vec::new();
        if let Some(read) = paths.iter().find_map(|path| self.read.get(path)) {
            related.push(Related { role: Role::ReadBack, place: *read });
            reasons.push(Reason::ReadBack);
            confidence = if file.guessed { Confidence::Medium } else { Confidence::High };
        }
        let mut labels = flow(file);
        labels.retain(|label| label.place != place);
        labels.push(Label { place, moment: Moment::Here });
        labels.sort();
        Finding {
            rule: rule.into(),
            confidence,
            place,
            scope: self.program.body(file.step.body).body.name.clone(),
            target: target_of(&file.path, file.named),
            labels,
            related,
            protocol: file_protocol(file),
            reasons,
            circumstance: None,
            notes: Vec::new(),
            repair: repair::of_file(self.program.models(file.step.body), file),
        }
    }

    /// Where a finding on a file stands: where it loses its old content.
    fn sink(&self, file: &File) -> Place {
        match file.origin {
            Origin::Given => file.marks.get(&Moment::Remove).map_or(file.place, |mark| mark.place),
            Origin::Opened(OpenAs::Write | OpenAs::Update | OpenAs::Append) => {
                let cut = file.marks.get(&Moment::Remove);
                cut.map_or(file.place, |mark| mark.place)
            }
            _ => file.place,
        }
    }

    fn verdict(&self, ending: &Ending) -> Verdict {
        let file = &ending.file;
        if matches!(file.origin, Origin::Opened(OpenAs::Read | OpenAs::Unknown)) {
            return Verdict::Silent;
        }
        if file.origin == Origin::Replaced {
            return Verdict::Accept(Reason::Replaced);
        }
        if file.stages.may_be_published() || file.moved_with_directory {
            return Verdict::Accept(Reason::Staged);
        }
        if file.path.paths().any(|path| self.is_renamed_elsewhere(path, file.step.body)) {
            return Verdict::Accept(Reason::Staged);
        }
        if file.removed {
            return Verdict::Accept(Reason::Probe);
        }
        match file.origin {
            Origin::Temporary => return Verdict::Accept(Reason::Temporary),
            // Who holds the lock notes in the file that it is he.
            Origin::Opened(OpenAs::Append) if !file.truncated || file.locked => return Verdict::Accept(Reason::Append),
            Origin::Opened(OpenAs::Exclusive) => return Verdict::Accept(Reason::Exclusive),
            _ => {}
        }
        if self.program.body(file.step.body).build {
            return Verdict::Accept(Reason::BuildOutput);
        }
        if file.path.paths().any(|path| self.pipes.contains(path)) {
            return Verdict::Accept(Reason::Device);
        }
        if let Some(reason) = classify::accepted(self.naming(), file) {
            return Verdict::Accept(reason);
        }
        direct(ending)
    }

    /// Another function renames the file: the order of the two is not known, but it is a staging file.
    fn is_renamed_elsewhere(&self, path: &PathRef, body: BodyRef) -> bool {
        self.renamed.get(path).is_some_and(|bodies| bodies.iter().any(|other| *other != body))
    }

    fn circumstance(&self, flaw: &Flaw) -> Option<Circumstance> {
        let source = flaw.file.as_ref().map(|file| &file.path).or(flaw.source.as_ref());
        classify::circumstance(self.naming(), flaw.defect, &flaw.target, source)
    }

    /// What a lesser flaw has to say.
    fn advice_of(&self, flaw: &Flaw) -> Advice {
        Advice {
            rule: flaw.defect.rule(),
            rank: flaw.defect.gravity(flaw.always),
            place: flaw.place,
            body: flaw.step.body,
            protocol: flaw_protocol(flaw),
            file: flaw.file.clone(),
            target: flaw.target.clone(),
            always: flaw.always,
            alone: false,
            circumstance: self.circumstance(flaw),
            repair: repair::of_flaw(self.program, flaw),
        }
    }
}

/// Those that none of the others leads to by a call more.
fn outermost<'e>(endings: &[&'e Ending]) -> Vec<&'e Ending> {
    let chains = endings.iter().map(|ending| ending.file.chain.as_slice());
    let within: FxHashSet<&[StepRef]> = chains.flat_map(|chain| (1..=chain.len()).map(|from| &chain[from..])).collect();
    endings.iter().copied().filter(|ending| !within.contains(ending.file.chain.as_slice())).collect()
}

fn reported_of<'e>(verdicts: &[(&'e Ending, Verdict)]) -> Vec<(&'e Ending, &'static str)> {
    let reported = verdicts.iter().filter_map(|(ending, verdict)| match verdict {
        Verdict::Report(rule) => Some((*ending, *rule)),
        _ => None,
    });
    reported.collect()
}

/// What is wrong with a file that is written at its own name.
fn direct(ending: &Ending) -> Verdict {
    let file = &ending.file;
    match file.origin {
        Origin::Copied => Verdict::Report("direct-copy"),
        Origin::Whole if file.empty => Verdict::Accept(Reason::EmptyMarker),
        Origin::Whole => Verdict::Report("direct-write"),
        Origin::Opened(OpenAs::Truncate) if file.locked && !file.wrote => Verdict::Accept(Reason::LockFile),
        Origin::Opened(OpenAs::Truncate) if file.locked => Verdict::Report("truncate-before-lock"),
        Origin::Opened(OpenAs::Truncate) if file.written() || file.handed || ending.escapes => {
            Verdict::Report("direct-write")
        }
        Origin::Opened(OpenAs::Truncate) => Verdict::Accept(Reason::EmptyMarker),
        Origin::Opened(OpenAs::Write | OpenAs::Update | OpenAs::Append) | Origin::Given if !file.written() => {
            Verdict::Silent
        }
        Origin::Opened(OpenAs::Write | OpenAs::Update) if file.truncated || file.rewritten => {
            Verdict::Report("in-place-rewrite")
        }
        // What is appended after everything was cut off is a new content.
        Origin::Opened(OpenAs::Append) if file.truncated => Verdict::Report("in-place-rewrite"),
        Origin::Given if file.truncated => Verdict::Report("in-place-rewrite"),
        Origin::Opened(OpenAs::Write) if !file.offset => Verdict::Report("in-place-rewrite"),
        Origin::Opened(OpenAs::Write | OpenAs::Update) => Verdict::Accept(Reason::PartialUpdate),
        Origin::Given | Origin::Temporary | Origin::Replaced | Origin::Opened(_) => Verdict::Silent,
    }
}

/// Where the rename fails because the file lies elsewhere, it is copied beside the target first.
fn is_brought_over(flaw: &Flaw, log: &Log) -> bool {
    let is_over = |target: &PathRef| log.brought_over.contains(target);
    matches!(flaw.defect, Defect::CrossDevice { moved: false }) && flaw.target.paths().any(is_over)
}

/// One cause is one finding: a publish lacks its sync where that comes late, and a sync that comes
/// late is in vain anyhow where the buffer was not even flushed.
fn follows_from_another(flaw: &Flaw, log: &Log) -> bool {
    let causes: &[Defect] = match flaw.defect {
        Defect::Order(Fault::PublishBeforeSync) if flaw.always => &[Defect::Order(Fault::Late)],
        // Where the sync has failed and that is passed over, there is none.
        Defect::Order(Fault::PublishBeforeSync) => {
            &[Defect::Order(Fault::Late), Defect::IgnoredError, Defect::RetriedSync]
        }
        Defect::Order(Fault::Late) => &[Defect::Order(Fault::PublishBeforeFlush)],
        // Whatever step has failed, it is the publish that makes it matter.
        Defect::IgnoredError => &[Defect::PublishOnError],
        _ => return false,
    };
    let of = |flaw: &Flaw| flaw.file.as_ref().map(|file| (file.step, file.chain.clone()));
    let file = of(flaw);
    file.is_some() && log.flaws.values().any(|other| causes.contains(&other.defect) && of(other) == file)
}
