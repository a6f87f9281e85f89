//! The call that opens a file for writing, in the runtime's words.

use super::source::{Source, replacement};
use super::{decline, wrapper};
use atomic_lint_ir::Decline;
use atomic_lint_source::{Edit, Span};
use syn::{Expr, ExprMethodCall, Lit};

/// The runtime's type for a handle.
pub(super) fn kind(asynchronous: bool) -> &'static str {
    if asynchronous { "crashsafe::tokio::File" } else { "crashsafe::File" }
}

/// Whether `call` is the end of a chain of options.
pub(super) fn is_built(call: &Expr) -> bool {
    matches!(call, Expr::MethodCall(_))
}

/// `File::create(p)` and `OpenOptions::new()….open(p)` as `kind::create(p)`; where the file is `staged`, also those that
/// create and never replace.
pub(super) fn of(source: &Source, call: &Expr, kind: &str, staged: bool) -> Result<Vec<Edit>, Decline> {
    match call {
        Expr::Call(created) => {
            let creates = wrapper::as_path(&created.func)
                .and_then(|path| path.segments.last())
                .is_some_and(|last| last.ident == "create" || staged && last.ident == "create_new");
            match creates && created.args.len() == 1 {
                true => Ok(vec![replacement(source.expr(&created.func), format!("{kind}::create"))]),
                false => decline("the file is opened by a function that is not known"),
            }
        }
        Expr::MethodCall(open) => built(source, open, kind, staged),
        _ => decline("the file is opened by a function that is not known"),
    }
}

fn built(source: &Source, open: &ExprMethodCall, kind: &str, staged: bool) -> Result<Vec<Edit>, Decline> {
    if open.method != "open" || open.args.len() != 1 {
        return decline("the file is opened by a method that is not known");
    }
    let options = options(source, &open.receiver, staged)?;
    let start = source.expr(&open.receiver).start;
    let head = Span::new(start, source.token(open.paren_token.span.open()).start);
    if source.has_comment(head) {
        return decline("a comment stands where the code changes");
    }
    if options.is_empty() {
        return Ok(vec![replacement(head, format!("{kind}::create"))]);
    }
    match kind {
        "crashsafe::File" => Ok(vec![replacement(head, format!("crashsafe::Options::new(){options}.open"))]),
        _ => decline("the file is opened with options of its own"),
    }
}

/// What has to be said of the options in `chain`, which begins with `OpenOptions::new()`.
fn options(source: &Source, mut chain: &Expr, staged: bool) -> Result<String, Decline> {
    let (mut creates, mut extra) = (false, String::new());
    loop {
        match chain {
            Expr::Call(call) => {
                let new = wrapper::as_path(&call.func).and_then(|path| path.segments.last());
                let begins = new.is_some_and(|last| last.ident == "new" || last.ident == "options");
                let extra = if creates { extra } else { format!(".create(false){extra}") };
                return if begins { Ok(extra) } else { decline("the options are made elsewhere") };
            }
            Expr::MethodCall(call) => {
                let value = call.args.first().and_then(as_bool);
                match (call.method.to_string().as_str(), value) {
                    ("create", Some(true)) => creates = true,
                    ("create_new", Some(true)) if staged => creates = true,
                    ("write" | "truncate", Some(true)) | ("read", Some(_)) | ("append", Some(false)) => {}
                    ("mode", _) => {
                        let mode = call.args.first().map(|mode| source.of(mode)).unwrap_or_default();
                        extra = format!(".mode({mode}){extra}");
                    }
                    ("append", _) => return decline("the file is appended to"),
                    (other, _) => return decline(&format!("the option `{other}` has no twin in the runtime")),
                }
                chain = &call.receiver;
            }
            _ => return decline("the options are made elsewhere"),
        }
    }
}

fn as_bool(value: &Expr) -> Option<bool> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(value) => Some(value.value),
            _ => None,
        },
        _ => None,
    }
}
