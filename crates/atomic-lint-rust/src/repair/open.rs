//! A handle that is written to and committed: `File::create` becomes the runtime's, and every way out that is no error
//! commits it.

use super::chain::{Chain, Node};
use super::exits;
use super::handle::{self, Binding, Life, Opening};
use super::source::{Source, insertion, replacement};
use super::uses::Use;
use super::wrapper::{self, Layer};
use super::{Draft, call, decline, inline, layout, opener};
use atomic_lint_ir::{Applicability, Decline, Repair};
use atomic_lint_source::{Edit, Span};
use syn::{Expr, ExprMethodCall, Stmt, Type};

/// Writes through a handle of the runtime.
pub(super) fn through(source: &Source, chain: &Chain, repair: &Repair) -> Result<Draft, Decline> {
    let asynchronous = call::is_awaited(chain);
    if asynchronous && !repair.api.starts_with("tokio") {
        return decline("the runtime has asynchronous twins for tokio only");
    }
    let opening = handle::opening(source, chain)?;
    if !asynchronous && let Some(draft) = inline::through(source, chain, &opening)? {
        return Ok(draft);
    }
    let binding = handle::binding(chain, &opening)?;
    let layers = opening.wraps.iter().map(|(layer, _)| *layer).collect();
    let life = handle::life(source, &binding, layers);
    let scene = Scene { source, chain, binding, opening, life, asynchronous, staged: false, closing: Closing::Commit };
    scene.check()?;
    let mut edits = scene.opened()?;
    edits.extend(scene.lent());
    edits.extend(scene.committed()?);
    Ok(Draft {
        title: "write through crashsafe, and commit",
        applicability: scene.applicability(repair),
        edits,
        needs_runtime: true,
        features: if asynchronous { vec!["tokio"] } else { Vec::new() },
    })
}

/// All that is known of one handle.
pub(super) struct Scene<'s, 'a> {
    pub(super) source: &'s Source<'a>,
    pub(super) chain: &'s Chain<'a>,
    pub(super) binding: Binding<'a>,
    pub(super) opening: Opening<'a>,
    pub(super) life: Life<'a>,
    pub(super) asynchronous: bool,
    /// What is opened is a staging file, so that it is as good to create it and to replace it.
    pub(super) staged: bool,
    /// What is done where its life ends.
    pub(super) closing: Closing,
}

/// What is done with a handle where its life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// It is committed.
    Commit,
    /// It is flushed.
    Flush,
    /// The encoder that it is is finished.
    Finish,
}

impl<'a> Scene<'_, 'a> {
    /// Declines where a use is not possible with the runtime's handle.
    pub(super) fn check(&self) -> Result<(), Decline> {
        let mut uses = self.life.uses.iter();
        uses.try_for_each(|(number, (found, in_closure))| self.check_use(*number, found, *in_closure))
    }

    /// Declines where the use `found` in the statement at `number` is not possible with the runtime's handle.
    pub(super) fn check_use(&self, number: usize, found: &Use<'a>, in_closure: bool) -> Result<(), Decline> {
        match found {
            Use::Escape(why) => decline(why),
            Use::Method(call) => self.check_method(call, number),
            Use::Given(call, _) => {
                let known = wrapper::as_path(&call.func).is_some_and(wrapper::takes_writer);
                match !known || in_closure || self.asynchronous {
                    true => decline("the handle is passed on"),
                    false => Ok(()),
                }
            }
            Use::Lent(call) => self.check_loan(call),
            Use::Dropped if self.statement_of(number).is_some() => Ok(()),
            Use::Dropped => decline("the handle is dropped on some way only"),
            Use::LentToMethod(_) | Use::Written => Ok(()),
        }
    }

    fn check_method(&self, call: &ExprMethodCall, number: usize) -> Result<(), Decline> {
        let method = call.method.to_string();
        let last = self.life.layers.last().copied();
        let fits = match last {
            None if method == "set_permissions" && !self.life.is_mutable => false,
            None if self.asynchronous => is_asynchronous(&method) || self.ends_with(call, number),
            None => is_of_file(&method),
            Some(layer) if handle::takes_off(layer, &method) => self.ends_with(call, number),
            Some(Layer::Buffer) => is_of_buffer(&method) || (self.asynchronous && method == "shutdown"),
            Some(_) => true,
        };
        match fits {
            true => Ok(()),
            false => decline(&format!("`{method}` is called on the handle")),
        }
    }

    /// A function that wants a `File` gets one by deref, what is wrapped around one does not fit.
    fn check_loan(&self, call: &syn::ExprCall) -> Result<(), Decline> {
        if self.life.layers.is_empty() && !self.asynchronous {
            return Ok(());
        }
        let Some(path) = wrapper::as_path(&call.func) else { return decline("the handle is lent to a value") };
        let Some(last) = path.segments.last() else { return Ok(()) };
        let first = path.segments.first().map(|first| first.ident.to_string()).unwrap_or_default();
        let own = path.segments.len() == 1 || matches!(first.as_str(), "crate" | "self" | "super" | "Self");
        match inline::signature(self.source, &last.ident.to_string()) {
            Some(inputs) if inputs.contains("File") => decline("the handle is lent to a function that wants its type"),
            Some(_) => Ok(()),
            None if !own || wrapper::takes_writer(path) || last.ident == "copy" => Ok(()),
            None => decline("the handle is lent to a function that is not seen here"),
        }
    }

    /// The statement at `number` if it is a call on the handle and nothing else.
    pub(super) fn statement_of(&self, number: usize) -> Option<&'a Expr> {
        match self.binding.block.stmts.get(number)? {
            Stmt::Expr(expr, Some(_)) => {
                let uses = self.life.uses.iter().filter(|(at, _)| *at == number).count();
                let direct = !matches!(
                    expr,
                    Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_)
                );
                (uses == 1 && direct).then_some(expr)
            }
            _ => None,
        }
    }

    /// Whether `call` is the last use and a statement, so that a commit can stand in its place.
    fn ends_with(&self, call: &ExprMethodCall, number: usize) -> bool {
        let last = self.final_write() == Some(number);
        last && self.statement_of(number).is_some_and(|expr| handle::method_expr(expr, call).is_some())
    }

    /// The last statement that uses the handle, a `drop` of it left out.
    pub(super) fn final_write(&self) -> Option<usize> {
        let writes = self.life.uses.iter().filter(|(_, (found, _))| !matches!(found, Use::Dropped));
        writes.map(|(number, _)| *number).max()
    }

    /// The opening call, the types and the writers around it, in the runtime's words.
    pub(super) fn opened(&self) -> Result<Vec<Edit>, Decline> {
        let mut edits = match (self.opening.wraps.first(), self.asynchronous) {
            (Some((Layer::Buffer, wrap)), false) => self.buffer_created(wrap)?,
            _ => self.created()?,
        };
        if opener::is_built(self.chain.expr()) && edits.iter().any(|edit| edit.replacement.ends_with("::create")) {
            edits.extend(self.joined());
        }
        edits.extend(self.annotated(self.binding.ty)?);
        for (depth, rebound) in self.life.rebound.iter().enumerate() {
            let innermost = depth == 0 && self.opening.wraps.is_empty();
            if let Some((Layer::Buffer, wrap)) = rebound.wrap
                && innermost
                && !self.asynchronous
            {
                edits.push(self.function_of(wrap, "crashsafe::BufWriter::"));
            }
            edits.extend(self.annotated(rebound.ty)?);
        }
        Ok(edits)
    }

    /// `File::create(p)` → `crashsafe::File::create(p)`
    fn created(&self) -> Result<Vec<Edit>, Decline> {
        let (call, kind) = (self.chain.expr(), opener::kind(self.asynchronous));
        let edits = opener::of(self.source, call, kind, self.staged)?;
        Ok(match call {
            // Of a staging file the path changes too, so that its length says nothing.
            Expr::Call(call) if !self.staged => {
                call::renamed(self.source, self.chain, call, &format!("{kind}::create"))
            }
            _ => edits,
        })
    }

    /// What is done with the result goes onto the line of the call, where a chain of options has become one that fits.
    fn joined(&self) -> Vec<Edit> {
        let call = self.chain.expr();
        let (Expr::MethodCall(open), Some(Node::Expr(whole))) = (call, self.chain.get(self.opening.index)) else {
            return Vec::new();
        };
        let (span, around) = (self.source.expr(call), self.source.expr(whole));
        let tail = Span::new(span.end, around.end).slice(self.source.text);
        let gap = |dot: usize| {
            let before = tail[..dot].trim_end().len();
            (before < dot).then(|| Span::new(span.end + before as u32, span.end + dot as u32))
        };
        let gaps: Vec<Span> = layout::calls(tail).into_iter().filter_map(gap).collect();
        let arguments = open.args.iter().map(|argument| self.source.of(argument)).collect::<String>();
        let parts: String = tail.lines().map(str::trim).collect();
        let flat = format!("{}::create({arguments}){parts}", opener::kind(self.asynchronous));
        let before = Span::new(self.source.line_start(span.start), span.start).slice(self.source.text).chars().count();
        let is_whole = around.start == span.start && tail.matches('\n').count() == gaps.len();
        let fits = is_whole && layout::fits(self.source, &flat, layout::calls(&flat).len(), before);
        if fits { gaps.into_iter().map(|gap| replacement(gap, "")).collect() } else { Vec::new() }
    }

    /// `BufWriter::new(File::create(p)?)` → `crashsafe::BufWriter::create(p)?`
    fn buffer_created(&self, wrap: &syn::ExprCall) -> Result<Vec<Edit>, Decline> {
        let call = self.chain.expr();
        let edits = opener::of(self.source, call, "crashsafe::BufWriter", self.staged)?;
        if wrap.args.len() != 1 || edits.is_empty() || opener::is_built(call) {
            let mut edits = opener::of(self.source, call, "crashsafe::File", self.staged)?;
            edits.push(self.function_of(wrap, "crashsafe::BufWriter::"));
            return Ok(edits);
        }
        let whole = self.source.token(wrap.paren_token.span.close());
        let inner = self.source.expr(&wrap.args[0]);
        let head = Span::new(self.source.expr(&wrap.func).start, inner.start);
        let tail = Span::new(inner.end, whole.end);
        if self.source.has_comment(head) || self.source.has_comment(tail) {
            return decline("a comment stands where the code changes");
        }
        Ok(edits.into_iter().chain([replacement(head, ""), replacement(tail, "")]).collect())
    }

    /// The type in front of the called function becomes `prefix`.
    fn function_of(&self, call: &syn::ExprCall, prefix: &str) -> Edit {
        let span = self.source.expr(&call.func);
        let name = wrapper::as_path(&call.func).and_then(|path| path.segments.last());
        let name = name.map(|segment| segment.ident.to_string()).unwrap_or_default();
        replacement(span, format!("{prefix}{name}"))
    }

    fn annotated(&self, ty: Option<&Type>) -> Result<Option<Edit>, Decline> {
        let Some(ty) = ty else { return Ok(None) };
        let span = self.source.node(ty);
        let text: String = span.slice(self.source.text).split_whitespace().collect();
        match text.rsplit("::").next() {
            Some("_") => Ok(None),
            Some("File") if !self.asynchronous => Ok(Some(replacement(span, "crashsafe::File"))),
            Some("File") => Ok(Some(replacement(span, "crashsafe::tokio::File"))),
            _ if text.ends_with("BufWriter<File>") && !self.asynchronous => {
                Ok(Some(replacement(span, "crashsafe::BufWriter")))
            }
            _ => decline("the type of the handle is written out"),
        }
    }

    /// What took the handle gets a reference to it, so that it can be committed.
    pub(super) fn lent(&self) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (_, (found, _)) in &self.life.uses {
            if let Use::Given(call, number) = found {
                let start = self.source.expr(&call.args[*number]).start;
                edits.push(insertion(start, "&mut "));
            }
        }
        if !edits.is_empty() && !self.life.is_mutable {
            edits.push(insertion(self.source.token(self.life.name.span()).start, "mut "));
        }
        edits
    }

    /// Safe where every use is one that is known, in one piece of code that nothing else happens in.
    fn applicability(&self, repair: &Repair) -> Applicability {
        let last = self.life.last().unwrap_or(self.binding.from);
        let stmts = &self.binding.block.stmts[self.binding.from..=last];
        let plain = self.life.uses.iter().all(|(_, (found, _))| match found {
            Use::Lent(call) => wrapper::as_path(&call.func).is_some_and(is_known_reader),
            Use::LentToMethod(_) => false,
            _ => true,
        });
        let quiet = stmts.iter().all(|stmt| !self.does_more(stmt, repair));
        let straight = exits::of(&stmts.iter().collect::<Vec<_>>()).is_empty();
        let whole = !opener::is_built(self.chain.expr()) || self.source.of(self.chain.expr()).contains("truncate");
        match plain && quiet && straight && whole && self.opening.opened && !self.asynchronous {
            true => Applicability::Safe,
            false => Applicability::Unsafe,
        }
    }

    /// Whether `stmt` ends the process, waits, or passes on or reads the path before the commit.
    fn does_more(&self, stmt: &Stmt, repair: &Repair) -> bool {
        let span = self.source.stmt(stmt);
        let words = ["exit", "abort", "Command", "spawn", "await", "read_to_string", "yield"];
        let target = repair.target.map(|target| target.slice(self.source.text).trim_start_matches('&'));
        let path = target.filter(|path| path.chars().all(|c| c.is_alphanumeric() || c == '_'));
        words.into_iter().chain(path).any(|word| self.source.mentions(span, word))
    }
}

fn is_of_file(method: &str) -> bool {
    let known = [
        "write",
        "flush",
        "seek",
        "rewind",
        "stream_position",
        "set_len",
        "metadata",
        "set_permissions",
        "set_times",
        "set_modified",
        "sync_all",
        "sync_data",
    ];
    known.contains(&method) || method.starts_with("write_") || method.starts_with("read")
}

fn is_of_buffer(method: &str) -> bool {
    matches!(method, "write" | "flush" | "seek" | "rewind" | "stream_position" | "get_ref")
        || method.starts_with("write_")
}

fn is_asynchronous(method: &str) -> bool {
    matches!(method, "write" | "flush" | "shutdown" | "seek" | "rewind") || method.starts_with("write_")
}

fn is_known_reader(path: &syn::Path) -> bool {
    wrapper::takes_writer(path) || path.segments.last().is_some_and(|last| last.ident == "copy")
}
