//! From what is wrong to what has to be done about it; how that is said is the business of the front ends.
//!
//! Nothing is decided here that depends on syntax: whether a repair can be made at all, its language knows.

use crate::defect::Defect;
use crate::file::{File, Origin};
use crate::finding::Moment;
use crate::log::Flaw;
use crate::program::Program;
use crate::protocol::Fault;
use atomic_lint_catalog::{Models, OpenAs};
use atomic_lint_ir::{FlowStep, Repair, RepairKind, Twin};
use atomic_lint_source::{FileId, Place, Span};

/// What has to be done about a file that is written at its own name.
pub(crate) fn of_file(models: &Models, file: &File) -> Option<(FileId, Repair)> {
    let kind = kind_for(file, file.twin?)?;
    let stays_open = matches!(file.origin, Origin::Opened(_));
    let repair = Repair {
        kind,
        at: file.place.span,
        api: models.spoken(&file.api),
        target: within(file.place.file, file.named),
        steps: steps(file, file.place.file)
            .into_iter()
            .filter(|(step, _)| stays_open || *step != FlowStep::Open)
            .collect(),
    };
    Some((file.place.file, repair))
}

/// What was there before is given up as a whole, so that what is there then can be written elsewhere first.
fn kind_for(file: &File, twin: Twin) -> Option<RepairKind> {
    let through = Some(RepairKind::Through(twin));
    match (file.origin, file.locked) {
        (Origin::Opened(OpenAs::Truncate), true) if twin == Twin::Open => Some(RepairKind::LockBeside),
        // A lock on a staging file keeps nobody out: where it has to lie instead, nothing here tells.
        (_, true) => None,
        (Origin::Whole | Origin::Copied | Origin::Opened(OpenAs::Truncate), false) => through,
        // What is not cut off may still be wanted behind what is written over it.
        (Origin::Opened(OpenAs::Write | OpenAs::Update | OpenAs::Append), false) if file.truncated => {
            (twin == Twin::Open).then_some(RepairKind::ReadThenReplace)
        }
        (Origin::Opened(OpenAs::Write), false) => through.filter(|_| !file.offset),
        (
            Origin::Opened(OpenAs::Read | OpenAs::Update | OpenAs::Append | OpenAs::Exclusive | OpenAs::Unknown)
            | Origin::Replaced
            | Origin::Temporary
            | Origin::Given,
            false,
        ) => None,
    }
}

/// What has to be done about the protocol that `file` went through: it is left to the runtime.
pub(crate) fn of_protocol(program: &Program<'_>, file: &File, publish: Place) -> Option<(FileId, Repair)> {
    let by_hand = match file.origin {
        Origin::Whole | Origin::Temporary => true,
        Origin::Opened(how) => matches!(how, OpenAs::Truncate | OpenAs::Write | OpenAs::Exclusive),
        Origin::Copied | Origin::Replaced | Origin::Given => false,
    };
    let around = program.body(file.step.body).body.span;
    let is_only = file.publishes.iter().all(|known| *known == publish);
    let is_own = publish.file == file.place.file && around.contains(publish.span) && is_only;
    let mut steps = steps(file, publish.file);
    // What opened it is where the whole flow begins, whatever else opened it again.
    steps.retain(|(step, _)| *step != FlowStep::Open);
    steps.insert(0, (FlowStep::Open, file.place.span));
    let api = program.models(file.step.body).spoken(&file.api);
    let repair = Repair { kind: RepairKind::Whole, at: publish.span, api, target: None, steps };
    (by_hand && is_own && !file.locked).then_some((publish.file, repair))
}

/// What has to be done about a step that is wrong.
pub(crate) fn of_flaw(program: &Program<'_>, flaw: &Flaw) -> Option<(FileId, Repair)> {
    let (file, around) = (flaw.place.file, program.body(flaw.step.body).body.span);
    let models = program.models(flaw.step.body);
    let mut steps = flaw.file.as_ref().map(|staged| steps(staged, file)).unwrap_or_default();
    steps.extend(within(file, flaw.removed).map(|span| (FlowStep::Remove, span)));
    steps.sort_by_key(|(step, span)| (*span, *step));
    if matches!(flaw.defect, Defect::SharedName | Defect::LostMode) {
        return of_protocol(program, flaw.file.as_ref()?, flaw.place);
    }
    if let (Defect::PublishOnError, Some(staged)) = (flaw.defect, &flaw.file) {
        return of_lost_error(program, staged, flaw.place);
    }
    // Who has not asked may want to replace the file.
    if flaw.defect == Defect::CheckThenWrite && !flaw.chain.is_empty() {
        return None;
    }
    let kind = kind_of(flaw.defect)?;
    let needed = match kind {
        RepairKind::Beside | RepairKind::Private => Some(FlowStep::Open),
        RepairKind::KeepTarget => Some(FlowStep::Remove),
        _ => None,
    };
    // In another function it may be for others too.
    let own = |span: Span| around.contains(span);
    if needed.is_some_and(|needed| !steps.iter().any(|(step, span)| *step == needed && own(*span))) {
        return None;
    }
    let target = within(file, flaw.named);
    Some((file, Repair { kind, at: flaw.place.span, api: models.spoken(&flaw.api), target, steps }))
}

/// What has to be done about the handle of `file`, with which content is dropped.
pub(crate) fn of_handle(program: &Program<'_>, file: &File) -> Option<(FileId, Repair)> {
    let api = program.models(file.step.body).spoken(&file.api);
    let kind = RepairKind::FlushAtEnd;
    let repair = Repair { kind, at: file.place.span, api, target: None, steps: steps(file, file.place.file) };
    Some((file.place.file, repair))
}

/// The write that failed is the one whose error is to be passed on.
fn of_lost_error(program: &Program<'_>, staged: &File, publish: Place) -> Option<(FileId, Repair)> {
    let torn = staged.torn?;
    let api = program.models(staged.step.body).spoken(&staged.api);
    let steps = within(torn.file, Some(publish)).map(|span| (FlowStep::Publish, span)).into_iter().collect();
    let repair = Repair { kind: RepairKind::PassWriteError, at: torn.span, api, target: None, steps };
    Some((torn.file, repair))
}

fn kind_of(defect: Defect) -> Option<RepairKind> {
    match defect {
        Defect::UnflushedAsync | Defect::DroppedBuffer => Some(RepairKind::FlushAtEnd),
        Defect::CheckThenWrite => Some(RepairKind::Exclusive),
        Defect::ShortWrite => Some(RepairKind::WriteAll),
        Defect::TornAppend => Some(RepairKind::OnePiece),
        Defect::WrongSync => Some(RepairKind::NameDirectory),
        Defect::ExposedSecret => Some(RepairKind::Private),
        Defect::NonReplacing => Some(RepairKind::Rename),
        Defect::IgnoredError => Some(RepairKind::PassError),
        Defect::LateMode => Some(RepairKind::ModeFirst),
        Defect::BlockingSync => Some(RepairKind::OffThread),
        Defect::Order(Fault::PublishBeforeSync) => Some(RepairKind::Sync),
        Defect::Order(Fault::PublishBeforeFlush | Fault::SyncBeforeFlush) => Some(RepairKind::Flush),
        Defect::CrossDevice { .. } => Some(RepairKind::Beside),
        Defect::NonAtomicMove => Some(RepairKind::Rename),
        Defect::RemovedBefore => Some(RepairKind::KeepTarget),
        // What comes too late would have to come in another place, and which that is, nothing tells; for the others
        // there is no repair that a language could be asked for.
        Defect::Order(Fault::Late) | Defect::RetriedSync | Defect::UnlockedUpdate | Defect::LinkSync => None,
        // These are about a whole flow, and have their own.
        Defect::PublishOnError | Defect::SharedName | Defect::LostMode | Defect::Abandoned | Defect::HandRolled => None,
    }
}

/// What happened to `file` in `within`, in the order of the code.
fn steps(file: &File, within: FileId) -> Vec<(FlowStep, Span)> {
    let marks = file.marks.iter().filter(|(_, mark)| mark.place.file == within);
    let mut steps: Vec<_> = marks.filter_map(|(moment, mark)| Some((step(*moment)?, mark.place.span))).collect();
    steps.sort_by_key(|(step, span)| (*span, *step));
    steps
}

fn step(moment: Moment) -> Option<FlowStep> {
    match moment {
        Moment::Open => Some(FlowStep::Open),
        Moment::Write | Moment::PartialWrite => Some(FlowStep::Write),
        Moment::Flush => Some(FlowStep::Flush),
        Moment::Sync => Some(FlowStep::Sync),
        Moment::Close => Some(FlowStep::Close),
        Moment::Publish => Some(FlowStep::Publish),
        Moment::Remove => Some(FlowStep::Remove),
        Moment::Lock => Some(FlowStep::Lock),
        Moment::Here => None,
    }
}

fn within(file: FileId, place: Option<Place>) -> Option<Span> {
    place.filter(|place| place.file == file).map(|place| place.span)
}
