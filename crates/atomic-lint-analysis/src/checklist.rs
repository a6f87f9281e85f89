//! How a file's way is told: the six steps, the places along it, and what it is called.

use crate::defect::Defect;
use crate::file::{File, Origin};
use crate::finding::{Label, Moment, ProtocolStep, StepMark, Target};
use crate::log::Flaw;
use crate::protocol::{Fault, Stage};
use crate::value::Value;
use atomic_lint_source::Place;

/// What a report calls the file at `value`, whose expression stands at `named`.
pub(crate) fn target_of(value: &Value, named: Option<Place>) -> Target {
    let mut texts = value.texts();
    match (texts.next(), texts.next(), named) {
        (Some(text), None, _) if !text.is_empty() => Target::Text(text.clone()),
        (_, _, Some(place)) => Target::Expression(place),
        _ => Target::Unnamed,
    }
}

/// What happened to the file on the way, in the order of the code.
pub(crate) fn flow(file: &File) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for (moment, mark) in &file.marks {
        let moment = match moment {
            Moment::Write if file.piecewise => Moment::PartialWrite,
            other => *other,
        };
        if !labels.iter().any(|label| label.place == mark.place) {
            labels.push(Label { place: mark.place, moment });
        }
    }
    labels
}

fn mark(step: ProtocolStep, done: bool, place: Option<Place>) -> StepMark {
    StepMark { step, done, place: place.filter(|_| done) }
}

/// The checklist of a file by what happened to it.
pub(crate) fn file_protocol(file: &File) -> [StepMark; 6] {
    let at = |moment| file.marks.get(&moment).map(|mark| mark.place);
    let staged = file.published.is_some();
    let flushed = !file.stages.has(Stage::Dirty) && file.written();
    [
        mark(ProtocolStep::Temp, staged, at(Moment::Open)),
        mark(ProtocolStep::Write, file.written() || !file.empty && file.origin == Origin::Whole, at(Moment::Write)),
        mark(ProtocolStep::Flush, flushed, at(Moment::Flush).or(at(Moment::Close)).or(at(Moment::Write))),
        mark(ProtocolStep::Sync, file.marks.contains_key(&Moment::Sync), at(Moment::Sync)),
        mark(ProtocolStep::Publish, staged, at(Moment::Publish)),
        mark(ProtocolStep::DirectorySync, staged && !file.stages.has(Stage::Published), None),
    ]
}

/// The checklist of a file at the step that is wrong.
pub(crate) fn flaw_protocol(flaw: &Flaw) -> [StepMark; 6] {
    let Some(file) = &flaw.file else {
        // A name that was only made has nothing behind it yet.
        let publishes = flaw.defect.is_at_publish() && flaw.defect != Defect::SharedName;
        return ProtocolStep::ALL.map(|step| mark(step, publishes && step == ProtocolStep::Publish, Some(flaw.place)));
    };
    let mut steps = file_protocol(file);
    if flaw.defect.is_at_publish() {
        let staged = !matches!(flaw.defect, Defect::CrossDevice { .. });
        steps[0] = mark(ProtocolStep::Temp, staged, Some(file.place));
        steps[4] = mark(ProtocolStep::Publish, true, Some(flaw.place));
    } else if flaw.defect == Defect::Order(Fault::SyncBeforeFlush) {
        steps[0] = mark(ProtocolStep::Temp, true, Some(file.place));
    }
    match flaw.defect {
        Defect::Order(Fault::SyncBeforeFlush) => steps[3] = mark(ProtocolStep::Sync, false, None),
        Defect::Order(Fault::PublishBeforeSync) => steps[3] = mark(ProtocolStep::Sync, false, None),
        Defect::Order(Fault::PublishBeforeFlush) => steps[2] = mark(ProtocolStep::Flush, false, None),
        Defect::Order(Fault::Late) => steps[3] = mark(ProtocolStep::Sync, false, None),
        Defect::CrossDevice { .. } | Defect::NonAtomicMove => steps[4] = mark(ProtocolStep::Publish, false, None),
        // What is done is done as the file says; it is how, that is wrong.
        _ => {}
    }
    steps
}
