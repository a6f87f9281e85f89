//! Declared types, read from the text of annotations.
//!
//! An annotation may be code or a string that holds code, so both are read the same way.

use crate::kind::Kind;
use crate::lower::Lower;
use crate::tree::Node;
use atomic_lint_ir::{Path, Root, Type};

/// No annotation that means anything is nested deeper.
const MAX_DEPTH: usize = 32;

/// An annotation as written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Written<'a> {
    /// The dotted name; empty for the list of a callable's parameters and other things without one.
    name: &'a str,
    args: Vec<Written<'a>>,
}

impl<'t> Lower<'t> {
    /// The type that an annotation or base class names.
    pub(crate) fn type_of(&mut self, node: Node<'t>) -> Option<Type> {
        if node.kind() == Kind::Error {
            return None;
        }
        let written = Reader { text: node.text(), depth: 0 }.union()?;
        self.typed(&written)
    }

    fn typed(&mut self, written: &Written<'t>) -> Option<Type> {
        let last = written.name.rsplit('.').next().unwrap_or("").trim();
        match last {
            "" => None,
            "|" | "Union" => {
                let member = written.args.iter().find(|member| member.name != "None")?;
                self.typed(member)
            }
            "Optional" | "Annotated" | "Final" | "ClassVar" | "Required" | "NotRequired" | "InitVar" => {
                self.typed(written.args.first()?)
            }
            "Callable" => {
                let result = written.args.last().and_then(|result| self.typed(result));
                Some(Type { path: Path::bare("(fn)"), args: result.into_iter().collect() })
            }
            "tuple" | "Tuple" => Some(Type { path: Path::bare("(tuple)"), args: self.all_typed(&written.args) }),
            "Literal" => self.dotted(written.name).map(Type::plain),
            _ => {
                let path = self.dotted(written.name)?;
                Some(Type { path, args: self.all_typed(&written.args) })
            }
        }
    }

    fn all_typed(&mut self, written: &[Written<'t>]) -> Vec<Type> {
        let unknown = || Type::plain(Path::new(Root::Bare, ["_"]));
        written.iter().map(|one| self.typed(one).unwrap_or_else(unknown)).collect()
    }
}

/// Reads an annotation from the front of a text.
struct Reader<'a> {
    text: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn union(&mut self) -> Option<Written<'a>> {
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let mut members = vec![self.member()?];
        while self.eat('|') {
            members.push(self.member()?);
        }
        self.depth -= 1;
        if members.len() == 1 { members.pop() } else { Some(Written { name: "|", args: members }) }
    }

    fn member(&mut self) -> Option<Written<'a>> {
        self.blank();
        match self.text.chars().next()? {
            quote @ ('"' | '\'') => self.quoted(quote),
            '(' => self.parenthesised(),
            '[' => {
                self.eat('[');
                self.list(']');
                Some(Written { name: "", args: Vec::new() })
            }
            '.' => {
                self.text = self.text.trim_start_matches('.');
                Some(Written { name: "", args: Vec::new() })
            }
            _ => self.named(),
        }
    }

    fn named(&mut self) -> Option<Written<'a>> {
        let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let end = self.text.find(|c| !part(c)).unwrap_or(self.text.len());
        let (name, rest) = self.text.split_at(end);
        self.text = rest;
        if name.is_empty() {
            return None;
        }
        let args = if self.eat('[') { self.list(']') } else { Vec::new() };
        let name = if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name };
        Some(Written { name, args })
    }

    fn parenthesised(&mut self) -> Option<Written<'a>> {
        self.eat('(');
        let inner = self.union();
        self.eat(')');
        inner
    }

    /// Code in a string; what a prefix or a second string adds is nothing that a type needs.
    fn quoted(&mut self, quote: char) -> Option<Written<'a>> {
        let inside = self.text.trim_start_matches(quote);
        let end = inside.find(quote)?;
        let (code, rest) = inside.split_at(end);
        self.text = rest.trim_start_matches(quote);
        Reader { text: code, depth: self.depth }.union()
    }

    fn list(&mut self, close: char) -> Vec<Written<'a>> {
        let mut items = Vec::new();
        while !self.eat(close) {
            let Some(item) = self.union() else { break };
            items.push(item);
            self.eat(',');
        }
        items
    }

    fn eat(&mut self, c: char) -> bool {
        self.blank();
        match self.text.strip_prefix(c) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn blank(&mut self) {
        loop {
            self.text = self.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
            match self.text.strip_prefix('#') {
                Some(comment) => self.text = comment.find('\n').map_or("", |end| &comment[end..]),
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        fn show(written: &Written<'_>) -> String {
            let args: Vec<String> = written.args.iter().map(show).collect();
            if args.is_empty() { written.name.to_string() } else { format!("{}<{}>", written.name, args.join(" ")) }
        }
        Reader { text, depth: 0 }.union().as_ref().map_or("nothing".into(), show)
    }

    #[test]
    fn annotations_are_read_in_every_form() {
        assert_eq!(shown("a.B"), "a.B");
        assert_eq!(shown("Dict[str, 'List[X]']"), "Dict<str List<X>>");
        assert_eq!(shown("\"X | None\""), "|<X None>");
        assert_eq!(shown("Callable[[int, str], Y]"), "Callable< Y>");
        assert_eq!(shown("Tuple[\n  int, # one\n  ...\n]"), "Tuple<int >");
        assert_eq!(shown("(A | B)"), "|<A B>");
    }

    #[test]
    fn broken_annotations_are_no_types() {
        for text in ["", "[", "(", "'", "A[", "-", "A[-]", &"A[".repeat(500), &"'".repeat(500)] {
            let _ = shown(text);
        }
        assert_eq!(shown("-"), "nothing");
    }
}
