//! The items of a file and the bodies of their functions, found by brackets and keywords alone.
//!
//! The grammar of items is known as far as it says where one ends and what it is called; whatever does not look
//! like it leaves the file without an outline.

use crate::tokens::{Kind, Token, Tokens};
use atomic_lint_ir::{DefinedName, Outline, Part};
use atomic_lint_source::Span;

/// The outline of `text` from byte `from` on.
pub(crate) fn outline(text: &str, from: usize) -> Outline {
    let tokens = Tokens::new(text, from).filter(|token| token.kind != Kind::Comment).collect();
    let mut reader = Reader { text, tokens, at: 0, parts: Vec::new() };
    match reader.items() {
        Some(()) if reader.at == reader.tokens.len() => Outline { parts: reader.parts },
        _ => Outline::default(),
    }
}

/// `text` with nothing but line ends at `omitted`; every byte that is left stays where it is.
pub(crate) fn without(text: &str, omitted: &[Span]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for span in omitted {
        kept.push_str(&text[at..span.start as usize]);
        kept.extend(span.slice(text).bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        at = span.end as usize;
    }
    kept.push_str(&text[at..]);
    kept
}

/// What kind of item it is, as far as its end and its name depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Function,
    Implementation,
    Trait,
    Module,
    /// Struct, enum or union: ends with its braces or at a semicolon.
    Type,
    /// Constant, static, alias or import: ends at a semicolon.
    Statement,
    /// A macro, or the call of one.
    Macro,
    /// A block of foreign items.
    Foreign,
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    parts: Vec<Part>,
}

impl Reader<'_> {
    /// Items up to a closing brace or the end; `None` where something is no item.
    fn items(&mut self) -> Option<()> {
        while self.kind().is_some_and(|kind| kind != Kind::Close(b'}')) {
            let start = self.start();
            let mut part = Part::default();
            let item = self.head()?;
            if item == Item::Module && self.has_braces() {
                self.inside(Self::items)?;
                continue;
            }
            self.item(item, false, &mut part)?;
            part.span = Span::new(start, self.end());
            self.parts.push(part);
        }
        Some(())
    }

    /// The functions and constants of a type or trait.
    fn members(&mut self, part: &mut Part) -> Option<()> {
        while self.kind().is_some_and(|kind| kind != Kind::Close(b'}')) {
            let item = self.head()?;
            self.item(item, true, part)?;
        }
        Some(())
    }

    /// What stands before the keyword that says what comes, and that keyword.
    fn head(&mut self) -> Option<Item> {
        let mut constant = false;
        loop {
            match self.kind()? {
                Kind::Punct(b'#') => self.attribute()?,
                Kind::Literal => self.at += 1,
                Kind::Open(b'(') => self.group()?,
                Kind::Open(b'{') => return Some(Item::Foreign),
                Kind::Punct(b':') => return Some(Item::Macro),
                Kind::Word => match item_of(self.word()) {
                    Some(item) => {
                        self.at += 1;
                        return Some(item);
                    }
                    None if is_modifier(self.word()) => {
                        constant |= self.word() == "const";
                        self.at += 1;
                    }
                    None => return Some(if constant { Item::Statement } else { Item::Macro }),
                },
                Kind::Punct(_) | Kind::Open(_) | Kind::Close(_) | Kind::Lifetime | Kind::Comment => return None,
            }
        }
    }

    fn attribute(&mut self) -> Option<()> {
        self.at += 1;
        if self.kind()? == Kind::Punct(b'!') {
            self.at += 1;
        }
        self.group()
    }

    /// What follows the keyword, to the end of the item.
    fn item(&mut self, item: Item, member: bool, part: &mut Part) -> Option<()> {
        match item {
            Item::Function => {
                self.name(member, part)?;
                if self.go_to_braces()? {
                    let open = self.end_of_this();
                    self.group()?;
                    part.bodies.push(Span::new(open, self.end() - 1));
                }
                Some(())
            }
            Item::Implementation => {
                part.names.extend(self.self_type());
                self.go_to_braces()?.then_some(())?;
                self.inside(|reader| reader.members(part))
            }
            Item::Trait => {
                self.name(member, part)?;
                if self.go_to_braces()? {
                    self.inside(|reader| reader.members(part))?;
                }
                Some(())
            }
            Item::Type | Item::Module => {
                self.name(member, part)?;
                if self.go_to_braces()? {
                    self.group()?;
                }
                Some(())
            }
            Item::Statement => {
                if self.word() == "mut" {
                    self.at += 1;
                }
                if self.kind()? == Kind::Word {
                    self.name(member, part)?;
                }
                self.go_to_semicolon()
            }
            Item::Macro => self.macro_call(part),
            Item::Foreign => self.group(),
        }
    }

    /// A macro's definition or call: to its braces, or to a semicolon.
    fn macro_call(&mut self, part: &mut Part) -> Option<()> {
        loop {
            match self.kind()? {
                Kind::Open(b'{') => return self.group(),
                Kind::Open(_) => self.group()?,
                Kind::Punct(b';') => {
                    self.at += 1;
                    return Some(());
                }
                // A call has no name behind its mark, a definition has.
                Kind::Punct(b'!') => {
                    self.at += 1;
                    if self.kind()? == Kind::Word {
                        self.name(false, part)?;
                    }
                }
                Kind::Word | Kind::Punct(b':') => self.at += 1,
                _ => return None,
            }
        }
    }

    fn name(&mut self, member: bool, part: &mut Part) -> Option<()> {
        (self.kind()? == Kind::Word).then_some(())?;
        let raw = self.span();
        let start = if self.word().starts_with("r#") { raw.start + 2 } else { raw.start };
        part.names.push(DefinedName { span: Span::new(start, raw.end), member });
        self.at += 1;
        Some(())
    }

    /// The name of the type that is implemented, looked for ahead.
    fn self_type(&self) -> Option<DefinedName> {
        let mut angles = 0_u32;
        let mut found = None;
        for (at, token) in self.tokens.iter().enumerate().skip(self.at) {
            match token.kind {
                Kind::Punct(b'<') => angles += 1,
                Kind::Punct(b'>') if !self.is_arrow(at) => angles = angles.saturating_sub(1),
                Kind::Open(b'{') => break,
                Kind::Word if angles == 0 => match &self.text[token.range.clone()] {
                    "where" => break,
                    "for" => found = None,
                    "dyn" | "mut" | "const" => {}
                    _ => found = Some(Span::new(token.range.start as u32, token.range.end as u32)),
                },
                _ => {}
            }
        }
        found.map(|span| DefinedName { span, member: false })
    }

    fn is_arrow(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| self.tokens[before].kind == Kind::Punct(b'-'))
    }

    /// Goes on to the braces of the item, true, or behind its semicolon.
    fn go_to_braces(&mut self) -> Option<bool> {
        loop {
            match self.kind()? {
                Kind::Open(b'{') if !self.is_argument() => return Some(true),
                Kind::Open(_) => self.group()?,
                Kind::Close(_) => return None,
                Kind::Punct(b';') => {
                    self.at += 1;
                    return Some(false);
                }
                _ => self.at += 1,
            }
        }
    }

    /// Whether the braces that come next are a generic argument.
    fn is_argument(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.tokens[at].kind);
        matches!(before, Some(Kind::Punct(b'<' | b',' | b'=')))
    }

    fn go_to_semicolon(&mut self) -> Option<()> {
        loop {
            match self.kind()? {
                Kind::Open(_) => self.group()?,
                Kind::Close(_) => return None,
                Kind::Punct(b';') => {
                    self.at += 1;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }

    fn has_braces(&self) -> bool {
        self.tokens.get(self.at + 1).is_some_and(|token| token.kind == Kind::Open(b'{'))
    }

    /// Goes on to the next brace, reads what is inside, and goes on behind the closing one.
    fn inside(&mut self, read: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        while self.kind()? != Kind::Open(b'{') {
            self.at += 1;
        }
        self.at += 1;
        read(self)?;
        (self.kind()? == Kind::Close(b'}')).then_some(())?;
        self.at += 1;
        Some(())
    }

    /// From an opening bracket behind the closing one.
    fn group(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            match self.kind()? {
                Kind::Open(byte) => open.push(byte),
                Kind::Close(byte) if open.pop().is_some_and(|open| closes(open, byte)) => {}
                Kind::Close(_) => return None,
                _ if open.is_empty() => return None,
                _ => {}
            }
            self.at += 1;
            if open.is_empty() {
                return Some(());
            }
        }
    }

    fn kind(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    fn word(&self) -> &str {
        self.tokens.get(self.at).map_or("", |token| &self.text[token.range.clone()])
    }

    fn span(&self) -> Span {
        Span::new(self.start(), self.end_of_this())
    }

    /// Where the token that comes next begins.
    fn start(&self) -> u32 {
        self.tokens.get(self.at).map_or(self.text.len(), |token| token.range.start) as u32
    }

    fn end_of_this(&self) -> u32 {
        self.tokens.get(self.at).map_or(self.text.len(), |token| token.range.end) as u32
    }

    /// Where the token that came last ended.
    fn end(&self) -> u32 {
        self.at.checked_sub(1).map_or(0, |at| self.tokens[at].range.end) as u32
    }
}

fn closes(open: u8, close: u8) -> bool {
    matches!((open, close), (b'(', b')') | (b'[', b']') | (b'{', b'}'))
}

fn item_of(word: &str) -> Option<Item> {
    Some(match word {
        "fn" => Item::Function,
        "impl" => Item::Implementation,
        "trait" => Item::Trait,
        "mod" => Item::Module,
        "struct" | "enum" | "union" => Item::Type,
        "static" | "type" | "use" | "crate" => Item::Statement,
        _ => return None,
    })
}

fn is_modifier(word: &str) -> bool {
    matches!(word, "pub" | "default" | "async" | "unsafe" | "const" | "extern" | "safe" | "auto" | "gen" | "in")
}
