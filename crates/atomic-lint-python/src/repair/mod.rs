//! Repairs in the words of Python: one file per form.
//!
//! A form gets the place of a call and works by syntax alone. It says its change as edits, or declines and says why.
//! What has to be repaired is decided elsewhere.

mod args;
mod beside;
mod call;
mod cleanup;
mod close;
mod code;
mod copy;
mod descriptor;
mod directory;
mod draft;
mod error;
mod exclusive;
mod flush;
mod handle;
mod hazard;
mod imports;
mod keep_target;
mod layout;
mod lock_beside;
mod mode_first;
mod one_piece;
mod one_shot;
mod open;
mod opening;
mod path;
mod paths;
mod place;
mod private;
mod rename;
mod rewrite;
mod site;
mod standard;
mod stdlib;
mod sync;
mod thread;
mod whole;
mod wrapper;
mod write;
mod write_error;

use crate::PythonFrontend;
use crate::kind::Kind;
use crate::tree::{Node, Tree};
use atomic_lint_ir::{Decline, Repair, RepairKind, Runtime, Speller, Spelling, Twin};
use atomic_lint_source::{Edit, Span, apply};
use code::Code;
use draft::Draft;
use site::Site;

/// What a form says: its change, or why it has none.
type Said = Result<Draft, Decline>;

impl Speller for PythonFrontend {
    fn spell_all(&self, text: &str, repairs: &[&Repair], runtime: Runtime) -> Vec<Result<Spelling, Decline>> {
        let all_declined = |why: Decline| repairs.iter().map(|_| Err(why.clone())).collect();
        let tree = match parsed(text) {
            Ok(tree) => tree,
            Err(why) => return all_declined(why),
        };
        match Code::new(&tree) {
            Ok(code) => repairs.iter().map(|repair| spelled(&code, repair, runtime)).collect(),
            Err(why) => all_declined(why),
        }
    }
}

fn spelled(code: &Code<'_>, repair: &Repair, runtime: Runtime) -> Result<Spelling, Decline> {
    let site = Site::of(code.tree, repair.at).ok_or_else(|| decline("the call is not found"))?;
    let order = Order { code, repair, runtime, site };
    let draft = order.said()?;
    let spelling = draft.finished(code, &order.site)?;
    whole(code.tree, code.text, &spelling)?;
    Ok(spelling)
}

/// One repair, with the code that it is in.
struct Order<'o, 't> {
    code: &'o Code<'t>,
    repair: &'o Repair,
    runtime: Runtime,
    /// The reported call.
    site: Site<'t>,
}

impl<'t> Order<'_, 't> {
    fn said(&self) -> Said {
        match self.repair.kind {
            RepairKind::Through(twin) if self.runtime == Runtime::Standard => standard::through(self, twin),
            RepairKind::Through(twin) => {
                self.needs_crashsafe()?;
                match twin {
                    Twin::Open => open::through(self),
                    Twin::Write => write::through(self),
                    Twin::Copy => copy::through(self),
                    Twin::Path => path::through(self),
                }
            }
            RepairKind::Sync => sync::before_publish(self),
            RepairKind::Rename => rename::replacing(self),
            RepairKind::KeepTarget => keep_target::kept(self),
            RepairKind::Beside => beside::made(self).or_else(|why| match self.runtime {
                // Where no library makes the file, the runtime does.
                Runtime::Crashsafe => whole::moved(self).map_err(|_| why),
                Runtime::Standard | Runtime::None => Err(why),
            }),
            RepairKind::Flush => flush::before(self),
            RepairKind::PassError => error::passed_on(self),
            RepairKind::PassWriteError => write_error::passed_on(self),
            RepairKind::ModeFirst => mode_first::swapped(self),
            RepairKind::Whole => whole::moved(self),
            RepairKind::FlushAtEnd => close::by_with(self),
            RepairKind::NameDirectory => directory::named(self),
            RepairKind::Private => private::from_the_start(self),
            RepairKind::WriteAll => Err(decline("a loop or a buffer is needed for it, and which is not known")),
            RepairKind::OnePiece => one_piece::joined(self),
            RepairKind::Exclusive => exclusive::created(self),
            RepairKind::OffThread => thread::handed_over(self),
            RepairKind::ReadThenReplace => {
                self.needs_crashsafe()?;
                rewrite::through(self)
            }
            RepairKind::LockBeside => {
                self.needs_crashsafe()?;
                lock_beside::through(self)
            }
        }
    }

    /// What `function` is, through imports and through variables that are only ever that.
    fn called(&self, function: Node<'t>) -> Option<String> {
        let dotted = self.code.dotted(function)?;
        let is_variable = function.kind() == Kind::Identifier && dotted == function.text();
        if !is_variable || self.code.parameter(self.site.scope(), &dotted).is_some() {
            return Some(dotted);
        }
        let assigned = self.code.assigned(self.code.tree.root(), &dotted);
        let mut meanings = assigned.values.iter().map(|value| self.code.dotted(*value));
        let Some(first) = meanings.next() else { return Some(dotted) };
        let is_one = !assigned.other && meanings.all(|meaning| meaning == first);
        first.filter(|_| is_one).or(Some(dotted))
    }

    fn needs_crashsafe(&self) -> Result<(), Decline> {
        match self.runtime {
            Runtime::Crashsafe => Ok(()),
            Runtime::Standard | Runtime::None => Err(decline("it needs a runtime")),
        }
    }
}

fn decline(why: &str) -> Decline {
    Decline(why.to_string())
}

fn parsed(text: &str) -> Result<Tree<'_>, Decline> {
    let tree = if u32::try_from(text.len()).is_ok() { Tree::parse(text) } else { None };
    tree.ok_or_else(|| decline("the file does not parse"))
}

/// A change that makes a file less of Python than it was is none.
///
/// Statements at the top of a file are read one by one, so only those that change are read again.
fn whole(tree: &Tree<'_>, text: &str, spelling: &Spelling) -> Result<(), Decline> {
    let mut edits = spelling.edits.clone();
    edits.sort();
    let mut regions: Vec<Span> = Vec::new();
    for region in edits.iter().map(|edit| region(tree, text, edit.span)) {
        match regions.last_mut().filter(|last| region.start <= last.end) {
            Some(last) => *last = last.to(region),
            None => regions.push(region),
        }
    }
    regions.into_iter().try_for_each(|region| still_parses(tree, text, &edits, region))
}

/// The statements at the top of the file that `span` touches, from the beginning of a line on.
fn region(tree: &Tree<'_>, text: &str, span: Span) -> Span {
    let line = |at: u32| text.get(..at as usize).and_then(|head| head.rfind('\n')).map_or(0, |end| end as u32 + 1);
    let statements = tree.root().children().map(Node::span);
    let touched = statements.filter(|statement| statement.start <= span.end && statement.end >= span.start);
    let all = touched.fold(span, Span::to);
    Span::new(line(all.start), all.end)
}

fn still_parses(tree: &Tree<'_>, text: &str, edits: &[Edit], region: Span) -> Result<(), Decline> {
    let within = |edit: &Edit| Edit {
        span: Span::new(edit.span.start - region.start, edit.span.end - region.start),
        replacement: edit.replacement.clone(),
    };
    let own: Vec<Edit> = edits.iter().filter(|edit| region.contains(edit.span)).map(within).collect();
    let result = apply(region.slice(text), &own).map_err(|error| Decline(error.to_string()))?;
    let before = tree.gaps.iter().filter(|gap| region.contains(gap.span)).count();
    if parsed(&result)?.gaps.len() > before { Err(decline("the result would not parse")) } else { Ok(()) }
}
