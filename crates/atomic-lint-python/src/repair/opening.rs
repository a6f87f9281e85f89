//! What a call opens and how, and the arguments with which the runtime opens it.

use super::args::{Argument, Call, bare, constant};
use super::code::Code;
use super::wrapper::Wrapper;
use super::{Order, decline, paths};
use crate::kind::Kind;
use crate::tree::Node;
use atomic_lint_ir::Decline;

/// Functions that open as the built-in one does.
const PLAIN: [&str; 4] = ["open", "io.open", "builtins.open", "_io.open"];

/// An opening call in the terms of the runtime.
pub(super) struct Opening<'t> {
    /// The expression of the path.
    pub(super) path: Node<'t>,
    /// The arguments for the runtime's `open`.
    pub(super) args: Vec<String>,
    /// What is known of them for a call that writes at once.
    pub(super) is_binary: Option<bool>,
    /// Arguments that say how text is written, by keyword.
    pub(super) texts: Vec<String>,
    /// It may open something else than it did.
    pub(super) is_doubtful: bool,
    /// What writes over the opened file.
    pub(super) wrapper: Option<Wrapper<'t>>,
}

/// What a file is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// To be written anew.
    Anew,
    /// To be read, and written through the same handle: the runtime's one is for the new content.
    Update,
}

impl<'t> Opening<'t> {
    /// What `call` opens, to be written anew.
    pub(super) fn of(order: &Order<'_, 't>, call: &Call<'t>) -> Result<Opening<'t>, Decline> {
        match order.code.dotted(call.function).as_deref() {
            Some("codecs.open") => codecs(order, call),
            Some(name) if Wrapper::is_of(name) => wrapped(order, call, name),
            _ => opened(order, call, Use::Anew),
        }
    }

    /// What `call` opens, to be read and written; the arguments are those to write it anew.
    pub(super) fn updating(order: &Order<'_, 't>, call: &Call<'t>) -> Result<Opening<'t>, Decline> {
        opened(order, call, Use::Update)
    }
}

/// What `open`, under any of its names, or the method of a path opens.
fn opened<'t>(order: &Order<'_, 't>, call: &Call<'t>, wanted: Use) -> Result<Opening<'t>, Decline> {
    let code = order.code;
    let api = order.repair.api.as_str();
    match code.dotted(call.function).as_deref() {
        Some(name) if PLAIN.contains(&name) => {
            not_replaced(code)?;
            plain(order, call, wanted)
        }
        Some(_) if call.function.kind() == Kind::Identifier && PLAIN.contains(&api) => {
            same_everywhere(order, call.function)?;
            plain(order, call, wanted)
        }
        None if call.method().is_some_and(|(_, name)| name == "open") => method(order, call, wanted),
        _ => Err(decline("it is opened in a way that has no twin")),
    }
}

/// `open(file, mode, buffering, encoding, errors, newline)`
fn plain<'t>(order: &Order<'_, 't>, call: &Call<'t>, wanted: Use) -> Result<Opening<'t>, Decline> {
    let path = call.arg(0, "file").ok_or_else(|| decline("its path is not among its arguments"))?;
    let spread = only_keywords(call)?;
    without_descriptor(path.value)?;
    without(call, &[(6, "closefd"), (7, "opener")])?;
    let mode_given = call.arg(1, "mode").map(|mode| mode.value);
    let mode = wanted.modes(order, mode_given)?;
    let args = call.args.iter().map(|arg| match arg.name {
        Some("file") => format!("path={}", arg.value.text()),
        _ => wanted.argument(arg, mode_given),
    });
    let args = args.collect();
    let texts = texts(call, [(3, "encoding"), (4, "errors"), (5, "newline")]);
    Ok(Opening { path: path.value, args, is_binary: mode, texts, is_doubtful: spread, wrapper: None })
}

/// `path.open(mode, buffering, encoding, errors, newline)`
fn method<'t>(order: &Order<'_, 't>, call: &Call<'t>, wanted: Use) -> Result<Opening<'t>, Decline> {
    let (receiver, _) = call.method().ok_or_else(|| decline("it is not a method"))?;
    let path = bare(receiver);
    let is_doubtful = !paths::is_path(order, path);
    let name = path.text().to_lowercase();
    let looks_like_one = name.contains("path") || name.ends_with("file") || path.kind() == Kind::BinaryOperator;
    if is_doubtful && !looks_like_one {
        return Err(decline("what it is called on is not known to be a path"));
    }
    let spread = only_keywords(call)?;
    let mode_given = call.arg(0, "mode").map(|mode| mode.value);
    let mode = wanted.modes(order, mode_given)?;
    let args = std::iter::once(path.text().to_string());
    let args = args.chain(call.args.iter().map(|arg| wanted.argument(arg, mode_given))).collect();
    let texts = texts(call, [(2, "encoding"), (3, "errors"), (4, "newline")]);
    Ok(Opening { path, args, is_binary: mode, texts, is_doubtful: is_doubtful || spread, wrapper: None })
}

/// `codecs.open(filename, mode, encoding, errors, buffering)`, which never translates line ends.
fn codecs<'t>(order: &Order<'_, 't>, call: &Call<'t>) -> Result<Opening<'t>, Decline> {
    let path = call.arg(0, "filename").ok_or_else(|| decline("its path is not among its arguments"))?;
    let encoding = call.arg(2, "encoding").filter(|encoding| encoding.value.kind() != Kind::None);
    let (Some(encoding), false) = (encoding, call.has_spread()) else {
        return Err(decline("what it encodes to is not spelled out"));
    };
    modes(order, call.arg(1, "mode").map(|mode| mode.value))?;
    let mode = call.arg(1, "mode").and_then(|mode| constant(mode.value).map(|text| (mode, text)));
    let (mode, letters) = mode.ok_or_else(|| decline("its mode is not spelled out"))?;
    let quote = mode.value.text().chars().last().unwrap_or('"');
    let letters: String = letters.chars().filter(|letter| *letter != 'b').collect();
    let mut texts = vec![format!("encoding={}", encoding.value.text())];
    texts.extend(call.arg(3, "errors").map(|errors| format!("errors={}", errors.value.text())));
    texts.push(format!("newline={quote}{quote}"));
    let mut args = vec![path.value.text().to_string(), format!("{quote}{letters}{quote}")];
    args.extend(texts.iter().cloned());
    Ok(Opening { path: path.value, args, is_binary: Some(false), texts, is_doubtful: true, wrapper: None })
}

/// `gzip.open(path, mode)` and its like.
fn wrapped<'t>(order: &Order<'_, 't>, call: &Call<'t>, name: &str) -> Result<Opening<'t>, Decline> {
    let wrapper = Wrapper::of(call, name)?;
    let path = wrapper.path.value;
    let default = call.arg(1, "mode").map(|mode| mode.value);
    if !default
        .is_some_and(|mode| mode_texts(order, mode, 0).is_some_and(|all| all.iter().all(|mode| mode.starts_with('w'))))
    {
        return Err(decline("its mode is not spelled out"));
    }
    let args = vec![path.text().to_string(), "\"wb\"".to_string()];
    let spread = only_keywords(call)?;
    Ok(Opening { path, args, is_binary: None, texts: Vec::new(), is_doubtful: spread, wrapper: Some(wrapper) })
}

impl Use {
    /// Whether all values that the mode may have are binary; an error where some are for another use.
    fn modes<'t>(self, order: &Order<'_, 't>, mode: Option<Node<'t>>) -> Result<Option<bool>, Decline> {
        match self {
            Use::Anew => modes(order, mode),
            Use::Update => match mode.and_then(constant) {
                Some(mode) if mode.contains('+') => Ok(Some(mode.contains('b'))),
                _ => Err(decline("its mode is not spelled out")),
            },
        }
    }

    /// An argument for the runtime, where `mode` is the one that is the mode.
    fn argument(self, arg: &Argument<'_>, mode: Option<Node<'_>>) -> String {
        let text = arg.node.text();
        let letters = mode.filter(|mode| self == Use::Update && mode.id() == arg.value.id()).and_then(constant);
        let Some(letters) = letters else { return text.to_string() };
        let anew = if letters.contains('b') { "wb" } else { "w" };
        text.replacen(letters, anew, 1)
    }
}

/// Whether all values that the mode may have are binary; an error where some do not write a new file.
fn modes<'t>(order: &Order<'_, 't>, mode: Option<Node<'t>>) -> Result<Option<bool>, Decline> {
    let mode = mode.ok_or_else(|| decline("its mode is not spelled out"))?;
    let all = mode_texts(order, mode, 0).filter(|all| !all.is_empty());
    let all = all.ok_or_else(|| decline("its mode is not spelled out"))?;
    if all.iter().any(|mode| !mode.contains(['w', 'x']) || mode.contains(['a', 'r', 'U'])) {
        return Err(decline("it may be opened for other than writing anew"));
    }
    let binary = all.iter().filter(|mode| mode.contains('b')).count();
    Ok((binary == 0 || binary == all.len()).then_some(binary > 0))
}

/// The texts that an expression may be, through variables that only ever get constants.
pub(super) fn mode_texts<'t>(order: &Order<'_, 't>, mode: Node<'t>, depth: usize) -> Option<Vec<&'t str>> {
    let of = |node| mode_texts(order, node, depth + 1);
    match mode.kind() {
        Kind::String => Some(vec![constant(mode)?]),
        Kind::ParenthesizedExpression => of(bare(mode)),
        Kind::ConditionalExpression => {
            let mut parts = mode.children();
            let (yes, no) = (parts.next()?, parts.nth(1)?);
            Some([of(yes)?, of(no)?].concat())
        }
        Kind::Identifier if depth < 4 => {
            let scope = order.site.scope();
            if order.code.parameter(scope, mode.text()).is_some() {
                return None;
            }
            let local = order.code.assigned(scope, mode.text());
            let found = if local.values.is_empty() && !local.other {
                order.code.assigned(order.code.tree.root(), mode.text())
            } else {
                local
            };
            let texts: Option<Vec<_>> = found.values.into_iter().map(of).collect();
            texts.filter(|_| !found.other).map(|texts| texts.concat())
        }
        _ => None,
    }
}

fn texts(call: &Call<'_>, wanted: [(usize, &str); 3]) -> Vec<String> {
    let given = wanted.into_iter().filter_map(|(at, name)| Some((name, call.arg(at, name)?)));
    given.map(|(name, arg)| format!("{name}={}", arg.value.text())).collect()
}

/// Whether keywords are spread into it; positions that are spread leave nothing certain.
fn only_keywords(call: &Call<'_>) -> Result<bool, Decline> {
    let is_list = |arg: &Argument<'_>| arg.is_spread && arg.node.kind() != Kind::DictionarySplat;
    if call.args.iter().any(is_list) {
        return Err(decline("its arguments are not spelled out"));
    }
    Ok(call.has_spread())
}

fn without(call: &Call<'_>, unknown: &[(usize, &str)]) -> Result<(), Decline> {
    match unknown.iter().find(|(at, name)| call.arg(*at, name).is_some()) {
        Some((_, name)) => Err(Decline(format!("crashsafe has no argument `{name}`"))),
        None => Ok(()),
    }
}

/// A descriptor is no path: what it refers to was opened before.
fn without_descriptor(path: Node<'_>) -> Result<(), Decline> {
    let text = path.text();
    let name = text.rsplit('.').next().unwrap_or(text).trim_end_matches("()");
    let is_descriptor = path.kind() == Kind::Integer || name == "fileno" || name.to_lowercase().ends_with("fd");
    if is_descriptor { Err(decline("it is opened from a descriptor")) } else { Ok(()) }
}

fn not_replaced(code: &Code<'_>) -> Result<(), Decline> {
    let assigned = code.assigned(code.tree.root(), "open");
    let is_bound = !assigned.values.is_empty() || assigned.other;
    if is_bound { Err(decline("`open` is the name of something else here")) } else { Ok(()) }
}

/// Another name for `open` is `open` wherever it is assigned.
fn same_everywhere<'t>(order: &Order<'_, 't>, name: Node<'t>) -> Result<(), Decline> {
    let code = order.code;
    let scope = order.site.scope();
    if code.imports.meaning(name.text()).is_some_and(|path| PLAIN.contains(&path)) {
        return Ok(());
    }
    let assigned = code.assigned(code.tree.root(), name.text());
    let is_open = |value: &Node<'t>| code.dotted(*value).is_some_and(|path| PLAIN.contains(&path.as_str()));
    let is_certain = !assigned.other && !assigned.values.is_empty() && assigned.values.iter().all(is_open);
    if is_certain && code.parameter(scope, name.text()).is_none() {
        Ok(())
    } else {
        Err(decline("it is called by a name that may mean something else"))
    }
}
