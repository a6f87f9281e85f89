//! The text form of a [`Unit`], for tests and for looking at it.

use crate::{Arg, Body, Callee, Const, Exit, Op, Operand, Test, Unit};
use std::fmt::{self, Write};

/// Every body of `unit` as text, one step a line.
pub fn dump(unit: &Unit) -> String {
    let mut out = String::new();
    for import in &unit.imports {
        let public = if import.public { "pub " } else { "" };
        let _ = writeln!(out, "{public}import {} = {}", scoped(&import.scope, &import.name), import.target);
    }
    for glob in &unit.globs {
        let _ = writeln!(out, "glob {}", glob.target);
    }
    for ty in &unit.types {
        let bases: Vec<String> = ty.bases.iter().map(ToString::to_string).collect();
        let fields: Vec<String> = ty.fields.iter().map(|field| field.name.to_string()).collect();
        let _ =
            writeln!(out, "{:?} {} : [{}] {{ {} }}", ty.kind, ty.name.join("."), bases.join(", "), fields.join(", "));
    }
    for item in &unit.impls {
        let names: Vec<String> = item.methods.iter().map(|(name, body)| format!("{name}=#{}", body.0)).collect();
        let of = item.of.as_ref().map_or(String::new(), |of| format!(" of {of}"));
        let _ = writeln!(out, "impl {}{of} {{ {} }}", item.ty, names.join(", "));
    }
    for (at, body) in unit.bodies.iter().enumerate() {
        let _ = write!(out, "#{at} ");
        let _ = dump_body(&mut out, body);
    }
    out
}

fn scoped(scope: &[crate::Name], name: &str) -> String {
    scope.iter().map(|part| format!("{part}.")).collect::<String>() + name
}

fn dump_body(out: &mut String, body: &Body) -> fmt::Result {
    let marks = [(body.test, " test"), (body.generator, " generator"), (body.is_async, " async")];
    let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, text)| *text).collect();
    write!(out, "{} {:?}{marks} (", body.name, body.kind)?;
    for (at, param) in body.params.iter().enumerate() {
        write!(out, "{}_{} {}", if at > 0 { ", " } else { "" }, param.local.0, param.name)?;
        if let Some(ty) = &param.ty {
            write!(out, ": {ty}")?;
        }
    }
    out.write_str(")")?;
    if let Some(ty) = &body.returns {
        write!(out, " -> {ty}")?;
    }
    for capture in &body.captures {
        write!(out, " [_{} = outer _{}]", capture.inner.0, capture.outer.0)?;
    }
    out.write_str("\n")?;
    for (at, block) in body.blocks.iter().enumerate() {
        writeln!(out, "  b{at}:")?;
        for step in &block.steps {
            writeln!(out, "    {}", Shown(body, &step.op))?;
        }
        writeln!(out, "    {}", Shown(body, &block.exit))?;
    }
    Ok(())
}

/// A part of a body, shown with the names of its locals.
struct Shown<'a, T>(&'a Body, &'a T);

impl fmt::Display for Shown<'_, crate::Local> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = *self.1;
        write!(f, "_{}", local.0)?;
        match self.0.locals.get(local.0 as usize).and_then(|info| info.name.as_ref()) {
            Some(name) => write!(f, ".{name}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Shown<'_, Operand> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Operand::Local(local) => Shown(self.0, local).fmt(f),
            Operand::Const(constant) => Shown(self.0, constant).fmt(f),
        }
    }
}

impl fmt::Display for Shown<'_, Const> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Const::Text(text) => write!(f, "{text:?}"),
            Const::Bytes { empty } => f.write_str(if *empty { "b\"\"" } else { "b\"…\"" }),
            Const::Int(value) => write!(f, "{value}"),
            Const::Bool(value) => write!(f, "{value}"),
            Const::None => f.write_str("None"),
            Const::Item(path) => write!(f, "<{path}>"),
            Const::Other => f.write_str("…"),
        }
    }
}

impl fmt::Display for Shown<'_, Vec<Operand>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.1.iter().enumerate() {
            write!(f, "{}{}", if at > 0 { ", " } else { "" }, Shown(self.0, part))?;
        }
        Ok(())
    }
}

impl fmt::Display for Shown<'_, Vec<Arg>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, arg) in self.1.iter().enumerate() {
            f.write_str(if at > 0 { ", " } else { "" })?;
            f.write_str(if arg.spread { "*" } else { "" })?;
            if let Some(name) = &arg.name {
                write!(f, "{name}=")?;
            }
            Shown(self.0, &arg.value).fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Shown<'_, Op> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.0;
        match self.1 {
            Op::Call { dst, callee, args, .. } => {
                write!(f, "{} = ", Shown(body, dst))?;
                match callee {
                    Callee::Path(path) => write!(f, "{path}")?,
                    Callee::Method { receiver, name } => write!(f, "{}.{name}", Shown(body, receiver))?,
                    Callee::Value(value) => write!(f, "*{}", Shown(body, value))?,
                }
                write!(f, "({})", Shown(body, args))
            }
            Op::Copy { dst, src } => write!(f, "{} = {}", Shown(body, dst), Shown(body, src)),
            Op::Concat { dst, parts } => {
                write!(f, "{} = concat({})", Shown(body, dst), Shown(body, parts))
            }
            Op::Flags { dst, parts } => {
                write!(f, "{} = flags({})", Shown(body, dst), Shown(body, parts))
            }
            Op::Aggregate { dst, ty, fields } => {
                let ty = ty.as_ref().map_or(String::new(), ToString::to_string);
                write!(f, "{} = {ty}{{", Shown(body, dst))?;
                for (name, value) in fields {
                    write!(f, " {name}: {};", Shown(body, value))?;
                }
                f.write_str(" }")
            }
            Op::Load { dst, object, field } => write!(f, "{} = {} -> {field}", Shown(body, dst), Shown(body, object)),
            Op::Store { object, field, src } => write!(f, "{} -> {field} = {}", Shown(body, object), Shown(body, src)),
            Op::Closure { dst, body: inner } => {
                write!(f, "{} = closure #{}", Shown(body, dst), inner.0)
            }
            Op::End(local) => write!(f, "end {}", Shown(body, local)),
            Op::Opaque { dst, mentions } => {
                if let Some(dst) = dst {
                    write!(f, "{} = ", Shown(body, dst))?;
                }
                let mentions: Vec<Operand> = mentions.iter().copied().map(Operand::Local).collect();
                write!(f, "opaque({})", Shown(body, &mentions))
            }
        }
    }
}

impl fmt::Display for Shown<'_, Exit> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.0;
        match self.1 {
            Exit::Goto(to) => write!(f, "goto b{}", to.0),
            Exit::Branch(to) => {
                f.write_str("branch")?;
                to.iter().try_for_each(|block| write!(f, " b{}", block.0))
            }
            Exit::If { test, then, otherwise } => {
                match test {
                    Test::Unknown => f.write_str("if ?")?,
                    Test::Truthy(local) => write!(f, "if {}", Shown(body, local))?,
                    Test::Equals(local, to) => write!(f, "if {} == {}", Shown(body, local), Shown(body, to))?,
                }
                write!(f, " b{} else b{}", then.0, otherwise.0)
            }
            Exit::Fallible { value, ok, err } => {
                write!(f, "try {} b{} else b{}", Shown(body, value), ok.0, err.0)
            }
            Exit::Return(Some(value)) => write!(f, "return {}", Shown(body, value)),
            Exit::Return(None) => f.write_str("return"),
            Exit::Raise => f.write_str("raise"),
            Exit::Yield { value, dst, resume, unwind } => {
                write!(f, "{} = yield", Shown(body, dst))?;
                if let Some(value) = value {
                    write!(f, " {}", Shown(body, value))?;
                }
                write!(f, " then b{} else b{}", resume.0, unwind.0)
            }
            Exit::Unreachable => f.write_str("unreachable"),
        }
    }
}
