//! What happens to an error: how the code at hand deals with one, and the same said of a step that is put in.

use super::chain::Body;
use super::source::Source;
use super::uses::Use;
use syn::{Expr, ExprMethodCall, GenericArgument, PathArguments, ReturnType, Type};

/// What `?` makes of an error in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It stays an `io::Error`.
    Io,
    /// Whatever it is, it is taken: `anyhow`, `eyre`, `Box<dyn Error>`.
    Any,
    /// An `io::Error` is taken as far as one can see; of others nothing is known.
    Other,
    /// There is no `?`: the body gives no `Result`.
    Nowhere,
}

/// What is done with the result of a fallible call: the text behind it, up to the value that is left.
#[derive(Clone, Debug)]
pub(super) struct Handling {
    /// What is between the call and its end: `.context("…")`, `.map_err(Error::Io)`, an `.await` left out.
    pub(super) adapters: String,
    /// What ends it.
    pub(super) end: End,
}

/// How a result stops being one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// `?`
    Passed,
    /// `.unwrap()`, `.expect("…")`, as it is written.
    Panics(String),
    /// It does not: it is the value of the expression.
    Kept,
}

/// What `?` does in `body`.
pub(super) fn failure(source: &Source, body: Option<Body>) -> Failure {
    match body {
        Some(Body::Function(sig)) => of_return(source, &sig.output, Failure::Nowhere),
        Some(Body::Closure(closure)) => of_return(source, &closure.output, Failure::Other),
        Some(Body::Async) => Failure::Other,
        None => Failure::Nowhere,
    }
}

fn of_return(source: &Source, output: &ReturnType, otherwise: Failure) -> Failure {
    match output {
        ReturnType::Default => otherwise,
        ReturnType::Type(_, ty) => of_type(source, ty),
    }
}

fn of_type(source: &Source, ty: &Type) -> Failure {
    let Type::Path(ty) = ty else { return Failure::Nowhere };
    let segments: Vec<String> = ty.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let Some(last) = ty.path.segments.last().filter(|last| last.ident.to_string().ends_with("Result")) else {
        return Failure::Nowhere;
    };
    if let Some(error) = second_argument(&last.arguments) {
        return of_error(source, error);
    }
    match segments.as_slice() {
        [.., module, _] if module == "io" => Failure::Io,
        [module, _] if matches!(module.as_str(), "anyhow" | "eyre" | "color_eyre") => Failure::Any,
        [alone] => of_alias(source, alone),
        _ => Failure::Other,
    }
}

fn second_argument(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    match arguments.args.iter().nth(1)? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

fn of_error(source: &Source, error: &Type) -> Failure {
    let text: String = source.node(error).slice(source.text).split_whitespace().collect();
    match text.as_str() {
        "io::Error" | "std::io::Error" => Failure::Io,
        "anyhow::Error" | "eyre::Report" | "eyre::Error" | "color_eyre::Report" => Failure::Any,
        boxed if boxed.starts_with("Box<dyn") && boxed.contains("Error") => Failure::Any,
        _ => Failure::Other,
    }
}

/// What is known of a `Result` that is imported: the text of its import.
fn of_alias(source: &Source, alias: &str) -> Failure {
    let imports = source.text.lines().map(str::trim_start).filter(|line| line.starts_with("use "));
    for line in imports {
        let path = line.trim_start_matches("use ").trim_end_matches(';');
        let brings = |word: &str| path.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word);
        if !brings(alias) {
            continue;
        }
        if ["anyhow", "eyre", "color_eyre"].iter().any(|krate| path.starts_with(krate)) {
            return Failure::Any;
        }
        if path.starts_with("std::io::") {
            return Failure::Io;
        }
    }
    Failure::Other
}

/// The step behind `inner` that keeps a `Result` what it is, or ends it: `call` is a method called on `inner`.
pub(super) enum Link<'a> {
    /// `.context(…)` and the like.
    Adapter(&'a ExprMethodCall),
    /// `?`, `.unwrap()`, `.expect(…)`.
    End(End),
    /// `.await`
    Await,
    /// Nothing of the kind.
    Other,
}

/// What `outer`, which stands around `inner`, does with its value.
pub(super) fn link<'a>(source: &Source, outer: &'a Expr, inner: &Expr) -> Link<'a> {
    match outer {
        Expr::Await(e) if is(&e.base, inner) => Link::Await,
        Expr::Try(e) if is(&e.expr, inner) => Link::End(End::Passed),
        Expr::MethodCall(e) if is(&e.receiver, inner) => method_link(source, e),
        _ => Link::Other,
    }
}

fn method_link<'a>(source: &Source, call: &'a ExprMethodCall) -> Link<'a> {
    match call.method.to_string().as_str() {
        "unwrap" | "expect" => {
            let span = source.positions.between(call.dot_token.spans[0], call.paren_token.span.close());
            Link::End(End::Panics(span.slice(source.text).to_string()))
        }
        "context" | "with_context" | "wrap_err" | "wrap_err_with" | "map_err" | "change_context"
        | "into_diagnostic" | "err_context" | "err_tip" | "path_context" | "fs_context" => Link::Adapter(call),
        _ => Link::Other,
    }
}

pub(super) fn is(one: &Expr, other: &Expr) -> bool {
    std::ptr::eq(one, other)
}

/// What is done with `call` within `whole`, which is `call` itself or links around it.
pub(super) fn handling(source: &Source, call: &Expr, whole: &Expr) -> Option<Handling> {
    let mut links = Vec::new();
    let mut at = whole;
    while !is(at, call) {
        let inner = match at {
            Expr::Await(e) => &*e.base,
            Expr::Try(e) => &*e.expr,
            Expr::MethodCall(e) => &*e.receiver,
            _ => return None,
        };
        links.push(link(source, at, inner));
        at = inner;
    }
    let mut adapters = String::new();
    let mut end = End::Kept;
    for link in links.into_iter().rev() {
        match link {
            Link::Await => {}
            Link::Adapter(call) if end == End::Kept => adapters += &adapter(source, call),
            Link::End(how) if end == End::Kept => end = how,
            _ => return None,
        }
    }
    Some(Handling { adapters, end })
}

/// An adapter as it is written, from its dot on; its lines are indented as if its last were not.
fn adapter(source: &Source, call: &ExprMethodCall) -> String {
    let span = source.positions.between(call.dot_token.spans[0], call.paren_token.span.close());
    let indent = source.indent(span.end);
    span.slice(source.text).replace(&format!("\n{indent}"), "\n")
}

impl Handling {
    /// Where nothing is known but that `?` works.
    pub(super) fn passed() -> Self {
        Handling { adapters: String::new(), end: End::Passed }
    }

    /// The same behind a call whose error is one of the runtime and not an `io::Error`.
    pub(super) fn of_commit(&self, failure: Failure) -> String {
        let takes_any = failure == Failure::Any && !self.adapters.starts_with(".map_err");
        let plain = self.adapters.is_empty() && (failure == Failure::Io || self.end != End::Passed);
        match takes_any || plain {
            true => self.text(),
            false => format!(".map_err(std::io::Error::from){}", self.text()),
        }
    }

    /// The same behind a call whose error is an `io::Error`.
    pub(super) fn text(&self) -> String {
        let end = match &self.end {
            End::Panics(how) => how.as_str(),
            End::Passed | End::Kept => "?",
        };
        format!("{}{end}", self.adapters)
    }
}

/// What is done with the result of the use `found` of a handle, where `whole` is that use and links around it.
pub(super) fn innermost(source: &Source, found: &Use, whole: &Expr) -> Option<Handling> {
    let mut at = whole;
    loop {
        let own = match (found, at) {
            (Use::Method(call), Expr::MethodCall(own)) => std::ptr::eq(*call, own),
            (Use::LentToMethod(call), Expr::MethodCall(own)) => std::ptr::eq(*call, own),
            (Use::Lent(call) | Use::Given(call, _), Expr::Call(own)) => std::ptr::eq(*call, own),
            (Use::Written, Expr::Macro(_)) => true,
            _ => false,
        };
        if own {
            return handling(source, at, whole);
        }
        at = match at {
            Expr::Await(e) => &e.base,
            Expr::Try(e) => &e.expr,
            Expr::MethodCall(e) => &e.receiver,
            _ => return None,
        };
    }
}
