//! The expression of a path: whether it can be said twice, and what a file beside it is called.

use super::source::Source;
use super::{decline, imports, wrapper};
use atomic_lint_ir::Decline;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, Field, Lit, Pat, PatType, Type};

/// Methods that make a path of a path, and do nothing else.
const JOINING: [&str; 4] = ["join", "with_extension", "with_file_name", "as_path"];

/// `path`, where it is first given away and asked for again later: what stands there the first time, and the second.
pub(super) fn twice(source: &Source, path: &Expr) -> Result<(String, String), Decline> {
    if !is_plain(path) {
        return decline("its path is computed where it is opened");
    }
    let text = source.of(path).to_string();
    let is_moved = matches!(path, Expr::Path(_)) && !is_borrowed(source, path) || matches!(path, Expr::Field(_));
    Ok(if is_moved { (format!("&{text}"), text) } else { (text.clone(), text) })
}

/// Whether `path` is the same each time, and at no cost.
fn is_plain(path: &Expr) -> bool {
    match path {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Reference(inner) => is_plain(&inner.expr),
        Expr::Paren(inner) => is_plain(&inner.expr),
        Expr::Field(inner) => is_plain(&inner.base),
        Expr::MethodCall(call) => {
            JOINING.iter().any(|name| call.method == name) && is_plain(&call.receiver) && call.args.iter().all(is_plain)
        }
        Expr::Call(call) => {
            let made = wrapper::as_path(&call.func).is_some_and(|path| {
                let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                words.ends_with(&["Path".to_string(), "new".to_string()])
            });
            made && call.args.iter().all(is_plain)
        }
        _ => false,
    }
}

/// The path of a file beside `path`, with `extension` behind its name or in the place of its extension.
pub(super) fn beside(source: &Source, path: &Expr, extension: &str) -> Result<String, Decline> {
    match path {
        Expr::Reference(inner) => match beside(source, &inner.expr, extension) {
            Ok(text) if is_text(&inner.expr) => Ok(format!("&{text}")),
            other => other,
        },
        Expr::Paren(inner) => beside(source, &inner.expr, extension),
        Expr::Lit(_) => appended(source, path, extension),
        Expr::MethodCall(call) if call.method == "join" && call.args.len() == 1 => joined(source, call, extension),
        Expr::Path(_) | Expr::Field(_) if is_path(source, path) => {
            Ok(format!("{}.with_extension(\"{extension}\")", source.of(path)))
        }
        Expr::Path(_) | Expr::Field(_) => {
            let new = if imports::binds(source, "Path") { "Path::new" } else { "std::path::Path::new" };
            Ok(format!("{new}(&{}).with_extension(\"{extension}\")", source.of(path)))
        }
        _ => decline("what a file beside it is called is not known"),
    }
}

/// `dir.join("name")`
fn joined(source: &Source, call: &ExprMethodCall, extension: &str) -> Result<String, Decline> {
    let name = appended(source, &call.args[0], extension)?;
    Ok(format!("{}.join({name})", source.of(&call.receiver)))
}

/// `"name"` → `"name.lock"`
fn appended(source: &Source, text: &Expr, extension: &str) -> Result<String, Decline> {
    let whole = source.of(text);
    match whole.strip_suffix('"') {
        Some(head) if is_text(text) => Ok(format!("{head}.{extension}\"")),
        _ => decline("what a file beside it is called is not known"),
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(literal) if matches!(literal.lit, Lit::Str(_)))
}

/// Whether whatever has that name in this file is declared as a path.
fn is_path(source: &Source, path: &Expr) -> bool {
    let types = declared(source, path);
    !types.is_empty() && types.iter().all(|ty| matches!(ty.trim_start_matches('&'), "Path" | "PathBuf"))
}

fn is_borrowed(source: &Source, path: &Expr) -> bool {
    let types = declared(source, path);
    !types.is_empty() && types.iter().all(|ty| ty.starts_with('&'))
}

/// The types with which the last word of `path` is declared: of parameters, variables and fields.
fn declared(source: &Source, path: &Expr) -> Vec<String> {
    let Some(name) = source.words(source.expr(path)).last().copied() else { return Vec::new() };
    let mut finder = Declared { source, name, types: Vec::new() };
    finder.visit_file(source.file);
    finder.types
}

struct Declared<'s, 'a> {
    source: &'s Source<'a>,
    name: &'s str,
    types: Vec<String>,
}

impl Declared<'_, '_> {
    fn add(&mut self, ty: &Type) {
        let text: String = self.source.node(ty).slice(self.source.text).split_whitespace().collect();
        let borrowed = if text.starts_with('&') { "&" } else { "" };
        let last = text.rsplit(['&', ':', '\'']).next().unwrap_or_default();
        self.types.push(format!("{borrowed}{last}"));
    }
}

impl<'a> Visit<'a> for Declared<'_, 'a> {
    fn visit_pat_type(&mut self, node: &'a PatType) {
        if matches!(&*node.pat, Pat::Ident(own) if own.ident == self.name) {
            self.add(&node.ty);
        }
        visit::visit_pat_type(self, node);
    }

    fn visit_field(&mut self, node: &'a Field) {
        if node.ident.as_ref().is_some_and(|own| own == self.name) {
            self.add(&node.ty);
        }
    }
}
