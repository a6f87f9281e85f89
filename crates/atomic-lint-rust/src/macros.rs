//! Macro calls: their tokens as arguments, as statements, or as nothing that is understood.

use crate::body::{Dest, Lowerer, UNIT};
use crate::edges;
use crate::format::{argument_name, text_of};
use crate::fragments::{self, Argument};
use crate::types::segments;
use atomic_lint_ir::{Arg, BlockId, Callee, Operand, Path};
use atomic_lint_source::Span;
use syn::{Macro, Stmt};

/// How deep macro calls within macro calls are looked into; the tokens of each are parsed anew.
const DEPTH: u32 = 32;

impl Lowerer<'_> {
    /// The value of a macro call.
    pub(crate) fn macro_value(&mut self, mac: &Macro) -> Operand {
        self.within_macro(mac, |lowerer| lowerer.any_macro_value(mac))
    }

    /// A macro call with its value to `dest`.
    pub(crate) fn macro_to(&mut self, mac: &Macro, dest: Dest) {
        self.within_macro(mac, |lowerer| {
            lowerer.any_macro_to(mac, dest);
            UNIT
        });
    }

    fn within_macro(&mut self, mac: &Macro, lower: impl FnOnce(&mut Self) -> Operand) -> Operand {
        if self.macros >= DEPTH {
            return self.tokens(&mac.tokens, self.macro_span(mac));
        }
        self.macros += 1;
        let value = lower(self);
        self.macros -= 1;
        value
    }

    fn any_macro_value(&mut self, mac: &Macro) -> Operand {
        let span = self.macro_span(mac);
        match last_segment(mac).as_str() {
            "select" | "select_biased" | "cfg_if" | "match_cfg" => self.joined_macro(mac),
            "format" | "format_args" => self.format_macro(mac, span),
            "write" | "writeln" => self.write_macro(mac, span),
            "vec" => self.vec_macro(mac, span),
            "concat" => self.concat_macro(mac, span),
            "matches" => self.joined_truth(span, |lowerer, then, otherwise| {
                if !lowerer.macro_condition(mac, then, otherwise) {
                    lowerer.branch(&[then, otherwise]);
                }
            }),
            "try" => self.try_macro(mac, span),
            "dbg" => self.transparent_macro(mac, span),
            name if raises(name) => self.joined_macro(mac),
            name if asserts(name) => self.joined_macro(mac),
            _ => self.any_macro(mac, span),
        }
    }

    fn any_macro_to(&mut self, mac: &Macro, dest: Dest) {
        let span = self.macro_span(mac);
        match last_segment(mac).as_str() {
            name if raises(name) => self.raising_macro(mac, span),
            name if asserts(name) => {
                self.asserting_macro(mac, span);
                self.deliver_unit(dest, span);
            }
            "select" | "select_biased" => self.select_macro(mac, dest, span),
            "cfg_if" | "match_cfg" => self.alternatives_macro(mac, dest, span),
            _ => {
                let value = self.any_macro_value(mac);
                if self.fun.live {
                    self.deliver(value, dest, span);
                }
            }
        }
    }

    /// A macro call as a condition; false where it is none that decides anything by itself.
    pub(crate) fn macro_condition(&mut self, mac: &Macro, then: BlockId, otherwise: BlockId) -> bool {
        let name = last_segment(mac);
        if self.macros >= DEPTH {
            return false;
        }
        if name == "cfg" {
            self.fork_if(atomic_lint_ir::Test::Unknown, then, otherwise);
            return true;
        }
        let Some((value, pattern, guard)) = (name == "matches").then(|| fragments::matched(&mac.tokens)).flatten()
        else {
            return false;
        };
        let span = self.macro_span(mac);
        let place = self.place(&value);
        let place = self.local(place, span);
        let matched = self.block();
        self.test(place, &pattern, matched, otherwise);
        self.enter(matched);
        self.bind(&pattern, Operand::Local(place), false, span);
        match guard {
            Some(guard) => self.condition(&guard, then, otherwise),
            None => self.goto(then),
        }
        true
    }

    fn macro_span(&self, mac: &Macro) -> Span {
        self.at.between(edges::first_of_path(&mac.path), edges::end_of_macro(&mac.delimiter))
    }

    fn joined_macro(&mut self, mac: &Macro) -> Operand {
        let dst = self.temp();
        self.macro_to(mac, Dest::Into(dst));
        if self.fun.live { Operand::Local(dst) } else { UNIT }
    }

    fn macro_path(&self, mac: &Macro) -> Path {
        self.names.resolve_macro(segments(&mac.path), mac.path.leading_colon.is_some())
    }

    fn format_macro(&mut self, mac: &Macro, span: Span) -> Operand {
        match fragments::arguments(&mac.tokens) {
            Some(arguments) => self.formatted(&arguments, span).0,
            None => self.tokens(&mac.tokens, span),
        }
    }

    /// `write!(to, "…", values)` is a call with `to`, the whole text, and the values.
    fn write_macro(&mut self, mac: &Macro, span: Span) -> Operand {
        let Some(arguments) = fragments::arguments(&mac.tokens).filter(|arguments| !arguments.is_empty()) else {
            return self.tokens(&mac.tokens, span);
        };
        let to = self.place(&arguments[0].value);
        let (text, values) = self.formatted(&arguments[1..], span);
        let text_span = arguments.get(1).map_or(span, |argument| self.span_of(&argument.value));
        let mut args = vec![Arg::positional(to, self.span_of(&arguments[0].value)), Arg::positional(text, text_span)];
        for (value, argument) in values.into_iter().zip(arguments.iter().skip(2)) {
            args.push(Arg::positional(value, self.span_of(&argument.value)));
        }
        let path = self.macro_path(mac);
        Operand::Local(self.emit(Callee::Path(path), args, span, span))
    }

    fn vec_macro(&mut self, mac: &Macro, span: Span) -> Operand {
        if let Some((value, length)) = fragments::repetition(&mac.tokens) {
            return self.repeat(&value, &length, span);
        }
        match fragments::arguments(&mac.tokens) {
            Some(arguments) => self.list(arguments.iter().map(|argument| &argument.value), span),
            None => self.tokens(&mac.tokens, span),
        }
    }

    fn concat_macro(&mut self, mac: &Macro, span: Span) -> Operand {
        match fragments::arguments(&mac.tokens) {
            Some(arguments) => {
                let parts = arguments.iter().map(|argument| self.place(&argument.value)).collect();
                self.concat(parts, span)
            }
            None => self.tokens(&mac.tokens, span),
        }
    }

    fn try_macro(&mut self, mac: &Macro, span: Span) -> Operand {
        match fragments::arguments(&mac.tokens).as_deref() {
            Some([only]) => self.question(&only.value, span),
            _ => self.tokens(&mac.tokens, span),
        }
    }

    fn transparent_macro(&mut self, mac: &Macro, span: Span) -> Operand {
        match fragments::arguments(&mac.tokens).as_deref() {
            Some([only]) => self.value(&only.value),
            _ => self.any_macro(mac, span),
        }
    }

    /// `bail!` and `panic!` leave with an error.
    fn raising_macro(&mut self, mac: &Macro, span: Span) {
        self.run_arguments(mac);
        if self.fun.live {
            self.raise(span, None);
        }
    }

    /// `ensure!` and `assert!` leave with an error unless their first argument holds.
    fn asserting_macro(&mut self, mac: &Macro, span: Span) {
        let arguments = fragments::arguments(&mac.tokens).unwrap_or_default();
        let Some((condition, rest)) = arguments.split_first() else {
            self.tokens(&mac.tokens, span);
            return;
        };
        self.require(&condition.value, |lowerer| {
            rest.iter().for_each(|argument| drop(lowerer.place(&argument.value)));
            lowerer.raise(span, None);
        });
    }

    fn run_arguments(&mut self, mac: &Macro) {
        for argument in fragments::arguments(&mac.tokens).unwrap_or_default() {
            self.place(&argument.value);
        }
    }

    /// Any other macro: a call where its tokens are arguments, else code that may run, else unknown.
    fn any_macro(&mut self, mac: &Macro, span: Span) -> Operand {
        if let Some(arguments) = fragments::arguments(&mac.tokens) {
            let args = self.macro_arguments(&arguments);
            let path = self.macro_path(mac);
            return Operand::Local(self.emit(Callee::Path(path), args, span, span));
        }
        match fragments::statements(&mac.tokens) {
            Some(stmts) => self.macro_statements(&stmts, span),
            None => self.tokens(&mac.tokens, span),
        }
    }

    fn macro_arguments(&mut self, arguments: &[Argument]) -> Vec<Arg> {
        let mut formats = false;
        let mut args = Vec::new();
        for argument in arguments {
            // What follows a format string is shown, not taken.
            let value = if formats { self.place(&argument.value) } else { self.value(&argument.value) };
            formats |= text_of(&argument.value).is_some();
            let span = self.span_of(&argument.value);
            args.push(Arg { name: argument_name(argument), value, spread: false, span });
        }
        args
    }

    fn macro_statements(&mut self, stmts: &[Stmt], span: Span) -> Operand {
        let dst = self.temp();
        let end = Span::new(span.end.saturating_sub(1), span.end);
        self.perhaps(|lowerer| lowerer.statements_to(stmts, Dest::Into(dst), end));
        Operand::Local(dst)
    }

    fn select_macro(&mut self, mac: &Macro, dest: Dest, span: Span) {
        let Some(arms) = fragments::select_arms(&mac.tokens).filter(|arms| !arms.is_empty()) else {
            let value = self.any_macro(mac, span);
            return self.deliver(value, dest, span);
        };
        let join = self.block();
        let entries: Vec<BlockId> = arms.iter().map(|_| self.block()).collect();
        self.branch(&entries);
        for (arm, entry) in arms.iter().zip(entries) {
            self.enter(entry);
            self.open_scope();
            let mark = self.fun.temps.len();
            if let Some((pattern, awaited)) = &arm.bound {
                let value = self.value(awaited);
                self.bind(pattern, value, true, span);
            }
            self.expr_to(&arm.handler, dest);
            self.end_temps(mark, span);
            self.close_scope(span);
            self.goto(join);
        }
        self.enter(join);
    }

    /// `cfg_if!` within a body: one of its blocks, nobody knows which.
    fn alternatives_macro(&mut self, mac: &Macro, dest: Dest, span: Span) {
        let Some(found) = fragments::alternatives(&mac.tokens, fragments::all_statements) else {
            let value = self.any_macro(mac, span);
            return self.deliver(value, dest, span);
        };
        let join = self.block();
        let entries: Vec<BlockId> = found.iter().map(|_| self.block()).collect();
        self.branch(&entries);
        for (stmts, entry) in found.iter().zip(entries) {
            self.enter(entry);
            self.statements_to(stmts, dest, span);
            self.goto(join);
        }
        self.enter(join);
    }
}

fn last_segment(mac: &Macro) -> String {
    mac.path.segments.last().map_or_else(String::new, |last| crate::scope::name(&last.ident).to_string())
}

fn raises(name: &str) -> bool {
    matches!(name, "bail" | "panic" | "unreachable" | "todo" | "unimplemented")
}

fn asserts(name: &str) -> bool {
    matches!(name, "ensure" | "assert")
}
