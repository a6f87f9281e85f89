//! Lists and sets that are filled bit by bit: which empty ones are worth keeping, and what is put into them.

use crate::effect::Made;
use crate::machine::Machine;
use crate::operands::tells;
use crate::program::BodyRef;
use crate::site::Site;
use crate::state::State;
use crate::value::{Atom, Value};
use atomic_lint_catalog::{Api, Effect, Models};
use atomic_lint_ir::{Body, Callee, Local, Op, Operand};
use rustc_hash::FxHashSet;

/// The field that stands for every element.
const ELEMENT: &str = "[]";

impl<'u> Machine<'_, 'u> {
    /// Whether something is put into `collection`, which `body` makes without anything in it.
    pub(crate) fn is_filled(&mut self, body: BodyRef, collection: Local) -> bool {
        let (models, info) = (self.program.models(body), self.program.body(body));
        self.filled.entry(body).or_insert_with(|| filled(info.body, models)).contains(&collection)
    }

    /// What a method of a collection does, by its row.
    pub(crate) fn collection_method(&self, name: &str) -> Option<&'u Api> {
        method(self.program.models(self.frame().body), name)
    }

    /// Keeps a value as one of the elements of the receiver.
    pub(crate) fn add_element(&mut self, state: &mut State, api: &Api, site: &Site) -> Made {
        let value = self.argument_value(api.value.as_ref(), site);
        self.hand_over(state, &value, "", self.place_of(site));
        if value.atoms().iter().any(tells) {
            for atom in site.receiver.clone().unwrap_or_default().atoms() {
                let Atom::Object(key) = atom else { continue };
                let mut elements = value.clone();
                elements.join(&state.fields(key).and_then(|fields| fields.get(ELEMENT)).cloned().unwrap_or_default());
                state.set_field(key, &ELEMENT.into(), elements);
            }
        }
        Made::value(Value::of(Atom::None))
    }
}

fn method<'m>(models: &'m Models, name: &str) -> Option<&'m Api> {
    models.method(models.kind_named("collection")?, name)
}

/// The locals that something is put into, and those that they are copies of.
fn filled(body: &Body, models: &Models) -> FxHashSet<Local> {
    let adds = |name: &str| method(models, name).is_some_and(|api| api.effect == Effect::AddElement);
    let ops = || body.blocks.iter().flat_map(|block| &block.steps).map(|step| &step.op);
    let grown = ops().filter_map(|op| match op {
        Op::Store { object, field, .. } if field == ELEMENT => Some(*object),
        Op::Call { callee: Callee::Method { receiver, name }, .. } if adds(name) => Some(*receiver),
        _ => None,
    });
    let mut filled: FxHashSet<Local> = grown.collect();
    for op in ops() {
        if let Op::Copy { dst, src: Operand::Local(src) } = op
            && filled.contains(dst)
        {
            filled.insert(*src);
        }
    }
    filled
}
