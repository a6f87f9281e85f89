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
use atomic_lint_ir::{FlowStep, Repair, RepairKind};
use atomic_lint_source::{FileId, Place, Span};

/// What has to be done about a file that is written at its own name.
pub(crate) fn of_file(models: &Models, file: &File) -> Option<(FileId, Repair)> {
    // A lock on a staging file keeps nobody out: where it has to lie instead, nothing here tells.
    if !is_replaced_whole(file) || file.locked {
        return None;
    }
    let kind = RepairKind::Through(file.twin?);
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

/// What was there before does not go into what is there then, so that it can be written elsewhere first.
fn is_replaced_whole(file: &File) -> bool {
    match file.origin {
        Origin::Whole | Origin::Copied | Origin::Opened(OpenAs::Truncate) => true,
        Origin::Opened(OpenAs::Write) => !file.offset,
        Origin::Opened(OpenAs::Read | OpenAs::Update | OpenAs::Append | OpenAs::Exclusive | OpenAs::Unknown)
        | Origin::Replaced
        | Origin::Temporary
        | Origin::Given => false,
    }
}

/// What has to be done about a step that is wrong.
pub(crate) fn of_flaw(program: &Program<'_>, flaw: &Flaw) -> Option<(FileId, Repair)> {
    let (file, around) = (flaw.place.file, program.body(flaw.step.body).body.span);
    let models = program.models(flaw.step.body);
    let mut steps = flaw.file.as_ref().map(|staged| steps(staged, file)).unwrap_or_default();
    steps.extend(within(file, flaw.removed).map(|span| (FlowStep::Remove, span)));
    steps.sort_by_key(|(step, span)| (*span, *step));
    let kind = kind_of(flaw.defect)?;
    let needed = match kind {
        RepairKind::Beside => Some(FlowStep::Open),
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

fn kind_of(defect: Defect) -> Option<RepairKind> {
    match defect {
        Defect::UnflushedAsync | Defect::DroppedBuffer => Some(RepairKind::Flush),
        Defect::NonReplacing => Some(RepairKind::Rename),
        Defect::IgnoredError => Some(RepairKind::PassError),
        Defect::LateMode => Some(RepairKind::ModeFirst),
        Defect::Order(Fault::PublishBeforeSync) => Some(RepairKind::Sync),
        Defect::Order(Fault::PublishBeforeFlush | Fault::SyncBeforeFlush) => Some(RepairKind::Flush),
        Defect::CrossDevice { .. } => Some(RepairKind::Beside),
        Defect::NonAtomicMove => Some(RepairKind::Rename),
        Defect::RemovedBefore => Some(RepairKind::KeepTarget),
        // What comes too late would have to come in another place, and which that is, nothing tells; for the others
        // there is no repair that a language could be asked for.
        Defect::Order(Fault::Late) | Defect::PublishOnError | Defect::RetriedSync | Defect::WrongSync => None,
        Defect::ExposedSecret | Defect::ShortWrite | Defect::SharedName | Defect::LostMode => None,
        Defect::Abandoned | Defect::CheckThenWrite | Defect::TornAppend | Defect::BlockingSync => None,
        Defect::UnlockedUpdate | Defect::HandRolled => None,
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
        Moment::Here => None,
    }
}

fn within(file: FileId, place: Option<Place>) -> Option<Span> {
    place.filter(|place| place.file == file).map(|place| place.span)
}
