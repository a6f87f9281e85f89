//! Repairs in the words of Python: one file per form.
//!
//! A form gets the place of a call and works by syntax alone. It says its change as edits, or declines and says why.
//! What has to be repaired is decided elsewhere.

mod args;
mod beside;
mod call;
mod code;
mod copy;
mod descriptor;
mod draft;
mod error;
mod flush;
mod handle;
mod hazard;
mod imports;
mod keep_target;
mod layout;
mod mode_first;
mod one_shot;
mod open;
mod opening;
mod path;
mod paths;
mod place;
mod rename;
mod site;
mod standard;
mod stdlib;
mod sync;
mod wrapper;
mod write;

use crate::PythonFrontend;
use crate::kind::Kind;
use crate::tree::{Node, Tree};
use atomic_lint_ir::{Decline, Repair, RepairKind, Runtime, Speller, Spelling, Twin};
use atomic_lint_source::apply;
use code::Code;
use draft::Draft;
use site::Site;

/// What a form says: its change, or why it has none.
type Said = Result<Draft, Decline>;

impl Speller for PythonFrontend {
    fn spell(&self, text: &str, repair: &Repair, runtime: Runtime) -> Result<Spelling, Decline> {
        let tree = parsed(text)?;
        let code = Code::new(&tree)?;
        let site = Site::of(&tree, repair.at).ok_or_else(|| decline("the call is not found"))?;
        let order = Order { code: &code, repair, runtime, site };
        let draft = order.said()?;
        let spelling = draft.finished(&code, &order.site)?;
        whole(&tree, text, &spelling)?;
        Ok(spelling)
    }
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
            RepairKind::Beside => beside::made(self),
            RepairKind::Flush => flush::before(self),
            RepairKind::PassError => error::passed_on(self),
            RepairKind::ModeFirst => mode_first::swapped(self),
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
fn whole(tree: &Tree<'_>, text: &str, spelling: &Spelling) -> Result<(), Decline> {
    let result = apply(text, &spelling.edits).map_err(|error| Decline(error.to_string()))?;
    let after = parsed(&result)?;
    if after.gaps.len() > tree.gaps.len() { Err(decline("the result would not parse")) } else { Ok(()) }
}
