//! `match`: which arm is tried when, and what is known by then.

use crate::body::{Dest, Lowerer};
use crate::edges;
use crate::patterns::{Shape, Side};
use atomic_lint_ir::{BlockId, Local, Operand, Test};
use atomic_lint_source::Span;
use rustc_hash::FxHashMap;
use syn::{Arm, Expr, ExprMatch, Pat};

/// How many arms one branch leads to; where there are more, the last way leads to the next branch.
///
/// Each guard asks about all arms behind it, so a long `match` of guards would grow by the square of its length.
const BRANCHES: usize = 64;

/// The question where to go next: from which arm on, knowing which side the value is.
type State = (usize, Option<Side>);

/// The arms of one `match` while they are being lowered.
struct Arms {
    value: Local,
    shapes: Vec<Shape>,
    guarded: Vec<bool>,
    /// Where each arm begins.
    entries: Vec<BlockId>,
    /// Where each state that was asked for is answered, once for all that ask.
    states: FxHashMap<State, BlockId>,
    pending: Vec<State>,
}

/// What an arm makes of a value.
enum Outcome {
    /// It never takes it.
    Skip,
    /// It takes it, but for its guard.
    Take,
    /// It depends on the side.
    Split(bool),
    /// It depends on a constant.
    Test(atomic_lint_ir::Const),
    /// It depends on something else.
    Perhaps,
}

impl Lowerer<'_> {
    pub(crate) fn match_to(&mut self, expr: &ExprMatch, dest: Dest, span: Span) {
        let owned = self.may_own(&expr.expr);
        let value = self.place(&expr.expr);
        let value_span = self.span_of(&expr.expr);
        let value = self.local(value, value_span);
        let mut arms = Arms::new(value, expr, self);
        self.dispatch(&mut arms, (0, None));
        self.answer(&mut arms);
        let join = self.block();
        for (at, arm) in expr.arms.iter().enumerate() {
            self.enter(arms.entries[at]);
            self.open_scope();
            let mark = self.fun.temps.len();
            self.bind(&arm.pat, Operand::Local(value), owned && takes(&expr.expr), value_span);
            if let Pat::Guard(guard) = &arm.pat {
                self.guard(&mut arms, at, &guard.guard);
            }
            self.expr_to(&arm.body, dest);
            let end = self.at.span(edges::last(&arm.body));
            self.end_temps(mark, end);
            self.close_scope(end);
            self.goto(join);
            self.answer(&mut arms);
            self.note_arm(arm);
        }
        self.enter(join);
        if expr.arms.is_empty() {
            self.deliver_unit(dest, span);
        }
    }

    /// Where the guard does not hold, the arms behind are asked; what the arm's pattern told is still known.
    fn guard(&mut self, arms: &mut Arms, at: usize, guard: &Expr) {
        let known = match &arms.shapes[at] {
            Shape::Side { side, .. } => Some(*side),
            _ => None,
        };
        let body = self.block();
        let next = self.state(arms, (at + 1, known));
        self.condition(guard, body, next);
        self.enter(body);
    }

    fn state(&mut self, arms: &mut Arms, state: State) -> BlockId {
        if let Some(block) = arms.states.get(&state) {
            return *block;
        }
        let block = self.block();
        arms.states.insert(state, block);
        arms.pending.push(state);
        block
    }

    /// Answers all states that were asked for and not answered; the place it leaves is not reached.
    fn answer(&mut self, arms: &mut Arms) {
        while let Some(state) = arms.pending.pop() {
            self.enter(arms.states[&state]);
            self.dispatch(arms, state);
        }
        self.fun.live = false;
    }

    fn dispatch(&mut self, arms: &mut Arms, (from, known): State) {
        let last = arms.entries.len().saturating_sub(1);
        for at in from..arms.entries.len() {
            let entry = arms.entries[at];
            match arms.outcome(at, known) {
                Outcome::Skip => continue,
                Outcome::Take => self.goto(entry),
                // Some arm must take every value, so the last takes what is left.
                Outcome::Test(_) | Outcome::Perhaps if at == last && !arms.guarded[at] => self.goto(entry),
                Outcome::Split(result) => self.split(arms, at, result),
                Outcome::Test(constant) => {
                    let next = self.state(arms, (at + 1, known));
                    self.fork_if(Test::Equals(arms.value, constant), entry, next);
                }
                Outcome::Perhaps => self.any_of(arms, at, known),
            }
            return;
        }
        if self.fun.live {
            self.leave(atomic_lint_ir::Exit::Unreachable);
        }
    }

    fn split(&mut self, arms: &mut Arms, at: usize, result: bool) {
        let sides = if result { [Side::Ok, Side::Err] } else { [Side::Some, Side::None] };
        let [good, bad] = sides.map(|side| self.state(arms, (at, Some(side))));
        self.fork_on(arms.value, result, good, bad);
    }

    /// One branch to all arms in a row of which nothing is known.
    fn any_of(&mut self, arms: &mut Arms, from: usize, known: Option<Side>) {
        let count = (from..arms.entries.len())
            .take(BRANCHES)
            .take_while(|at| matches!(arms.outcome(*at, known), Outcome::Perhaps))
            .count();
        let mut targets = arms.entries[from..from + count].to_vec();
        if from + count < arms.entries.len() {
            targets.push(self.state(arms, (from + count, known)));
        }
        self.branch(&targets);
    }

    fn note_arm(&mut self, arm: &Arm) {
        if self.statements.is_some() {
            let span = self.span_of(&arm.body);
            self.note_span(span, &arm.attrs);
        }
    }
}

impl Arms {
    fn new(value: Local, expr: &ExprMatch, lowerer: &mut Lowerer<'_>) -> Self {
        Arms {
            value,
            shapes: expr.arms.iter().map(|arm| lowerer.shape(&arm.pat)).collect(),
            guarded: expr.arms.iter().map(|arm| matches!(arm.pat, Pat::Guard(_))).collect(),
            entries: expr.arms.iter().map(|_| lowerer.block()).collect(),
            states: FxHashMap::default(),
            pending: Vec::new(),
        }
    }

    fn outcome(&self, at: usize, known: Option<Side>) -> Outcome {
        match (&self.shapes[at], known) {
            (Shape::Always, _) => Outcome::Take,
            (Shape::Side { side, exact }, Some(known)) if *side == known => {
                if *exact {
                    Outcome::Take
                } else {
                    Outcome::Perhaps
                }
            }
            (Shape::Side { .. }, Some(_)) => Outcome::Skip,
            (Shape::Side { side, .. }, None) => Outcome::Split(side.of_result()),
            (Shape::Equals(constant), _) => Outcome::Test(constant.clone()),
            (Shape::Perhaps, _) => Outcome::Perhaps,
        }
    }
}

/// Whether matching on `scrutinee` may move parts out of it.
fn takes(scrutinee: &Expr) -> bool {
    !matches!(scrutinee, Expr::Reference(_) | Expr::Field(_))
}
