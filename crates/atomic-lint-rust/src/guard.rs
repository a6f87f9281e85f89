//! A scan over the bytes before anything recursive sees them: how deep they nest, and the comments that speak to us.
//!
//! A recursive parser that runs out of stack kills the process, and no handler can catch that.
//! The scan sees tokens and knows nothing of the grammar: it counts what *can* make a parser or a syntax tree go deeper, never less.

use crate::tokens::{Kind, Token, Tokens};
use atomic_lint_source::Span;
use std::fmt;
use std::ops::Range;

// What a level costs was measured with syn 3, as the smallest stack that the worst construct at its limit gets by
// with. All three limits at once take 43 MiB in a debug build and 8 MiB in an optimised one.

/// How deep brackets and prefixes (`!`, `&`, `return`, closures, right-hand sides) may stand within each other.
///
/// A level takes up to 45 KiB of stack in a debug build, most of it for function types. Hand-written code stays
/// below 40 levels.
pub(crate) const NESTING_LIMIT: u32 = 256;

/// How many `<` may be open at once; a less-than sign looks the same.
///
/// A level of generic arguments takes up to 60 KiB in a debug build.
pub(crate) const ANGLE_LIMIT: u32 = 256;

/// How long one chain of operators, calls and fields may be.
///
/// The parser loops over it, but the tree it makes is as deep as the chain is long, and lowering and freeing it
/// recurse; a link takes up to 4.2 KiB in a debug build, most of it for import paths.
pub(crate) const CHAIN_LIMIT: u32 = 4096;

/// What the scan found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Where the text first goes deeper than is safe, and which limit that is.
    pub(crate) too_deep: Option<(Span, Limit)>,
    /// Comments that begin with the tool's name.
    pub(crate) comments: Vec<Comment>,
}

/// A limit that a text can exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Nesting,
    Angles,
    Chain,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Nesting => write!(f, "nested deeper than {NESTING_LIMIT} levels"),
            Limit::Angles => write!(f, "more than {ANGLE_LIMIT} open angle brackets"),
            Limit::Chain => write!(f, "a chain of more than {CHAIN_LIMIT} operators or calls"),
        }
    }
}

/// A comment that begins with the tool's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    /// All of it.
    pub(crate) span: Span,
    /// What follows the name, trimmed.
    pub(crate) text: String,
    /// Nothing but white space stands before it on its line.
    pub(crate) alone: bool,
}

/// Scans `text` from byte `from` on; what stands before is no Rust.
pub(crate) fn scan(text: &str, from: usize) -> Scan {
    let mut scanner = Scanner {
        text,
        tokens: Tokens::new(text, from),
        levels: vec![Level::default()],
        total: Level::default(),
        previous: Previous::Operator,
        found: Scan::default(),
    };
    while scanner.found.too_deep.is_none()
        && let Some(token) = scanner.tokens.next()
    {
        scanner.token(token);
    }
    scanner.found
}

/// What was counted since the last separator.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    prefixes: u32,
    angles: u32,
    chain: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Previous {
    /// A value or type ended: a name, literal or closing bracket.
    Operand,
    /// A closing brace, which may end a statement.
    Brace,
    /// Anything else; an operator that follows is a prefix.
    Operator,
}

struct Scanner<'t> {
    text: &'t str,
    tokens: Tokens<'t>,
    levels: Vec<Level>,
    total: Level,
    previous: Previous,
    found: Scan,
}

impl<'t> Scanner<'t> {
    fn token(&mut self, token: Token) {
        let at = token.range.start;
        match token.kind {
            Kind::Comment => self.comment(token.range),
            Kind::Literal => self.previous = Previous::Operand,
            Kind::Lifetime => {}
            Kind::Word => self.word(token.range),
            Kind::Open(byte) => self.open(byte, at),
            Kind::Close(b'}') => self.close(Previous::Brace),
            Kind::Close(_) => self.close(Previous::Operand),
            Kind::Punct(b';') => self.separate(true),
            Kind::Punct(b',') => self.separate(false),
            Kind::Punct(b'=') if self.tokens.peek(0) == b'>' => {
                self.separate(true);
                self.tokens.pass(1);
            }
            Kind::Punct(operator) => self.operator(operator, at),
        }
    }

    fn comment(&mut self, range: Range<usize>) {
        let comment = &self.text[range.clone()];
        if is_documentation(comment) {
            return;
        }
        let body = match comment.starts_with("//") {
            true => comment.trim_start_matches('/'),
            false => comment.trim_start_matches(['/', '*']).trim_end_matches(['/', '*']),
        };
        let Some(text) = body.trim_start().strip_prefix("atomic-lint:") else { return };
        let line = self.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        self.found.comments.push(Comment {
            span: Span::new(range.start as u32, range.end as u32),
            text: text.trim().to_string(),
            alone: self.text[line..range.start].trim().is_empty(),
        });
    }

    fn word(&mut self, range: Range<usize>) {
        let (word, at) = (&self.text.as_bytes()[range.clone()], range.end);
        let continues = matches!(word, b"else" | b"as");
        if self.previous == Previous::Brace && !continues {
            self.reset(true);
        }
        match word {
            b"return" | b"break" | b"yield" | b"if" | b"while" | b"match" | b"in" | b"let" | b"move" | b"async"
            | b"do" | b"become" => self.prefix(at),
            b"else" => {
                self.link(at);
                self.skip_if();
            }
            b"as" => self.link(at),
            b"mut" | b"const" | b"dyn" | b"impl" | b"ref" | b"for" | b"fn" | b"unsafe" | b"static" | b"where"
            | b"extern" | b"loop" | b"try" | b"box" | b"raw" => {}
            _ => {
                self.previous = Previous::Operand;
                return;
            }
        }
        self.previous = Previous::Operator;
    }

    /// The `if` of an `else if`, over which parsers loop.
    fn skip_if(&mut self) {
        let rest = self.tokens.rest().trim_start();
        let is_if =
            rest.strip_prefix("if").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        if is_if {
            self.tokens.next();
        }
    }

    fn open(&mut self, bracket: u8, at: usize) {
        if self.previous == Previous::Operand && bracket != b'{' {
            self.link(at);
        }
        self.levels.push(Level::default());
        self.check(at);
        self.previous = Previous::Operator;
    }

    fn close(&mut self, previous: Previous) {
        self.reset(true);
        // A text may close what it never opened; the outermost level stays.
        if self.levels.len() > 1 {
            self.levels.pop();
        }
        self.previous = previous;
    }

    /// What stands before a separator cannot enclose what follows it, except that a comma within generic
    /// arguments leaves their brackets open.
    fn separate(&mut self, angles_too: bool) {
        self.reset(angles_too);
        self.previous = Previous::Operator;
    }

    fn reset(&mut self, angles_too: bool) {
        let Some(level) = self.levels.last_mut() else { return };
        self.total.prefixes -= level.prefixes;
        self.total.chain -= level.chain;
        (level.prefixes, level.chain) = (0, 0);
        if angles_too {
            self.total.angles -= level.angles;
            level.angles = 0;
        }
    }

    /// An operator that begins with `byte`; what more belongs to it is passed over.
    fn operator(&mut self, byte: u8, at: usize) {
        let is_prefix = self.previous == Previous::Operator;
        let width = match (byte, self.tokens.peek(0)) {
            (b'=' | b'!' | b'>', b'=') | (b'<', b'=') => self.linked(2, at),
            (b'-', b'>') => self.prefixed(2, at),
            (b'=' | b'@', _) => self.prefixed(1, at),
            (b'&', b'&') | (b'|', b'|') if !is_prefix => self.linked(2, at),
            // Trees of imports nest as deep as their paths are long.
            (b':', b':') => self.linked(2, at),
            (b'<', b'<') if self.follows_number(at) => self.linked(2, at),
            (b'<', _) => self.angle(at),
            (b'>', _) => self.end_angle(),
            (b'.', b'.') if is_prefix => self.prefixed(2, at),
            (b'.', b'.') => self.linked(2, at),
            (b'?', _) if !is_prefix => {
                self.link(at);
                self.previous = Previous::Operand;
                return;
            }
            (b'#', _) if self.previous == Previous::Brace => {
                self.reset(true);
                1
            }
            (b'-' | b'&' | b'*' | b'!' | b'|', _) if is_prefix => self.prefixed(1, at),
            (b':' | b'#' | b'$', _) => 1,
            _ => self.linked(1, at),
        };
        self.tokens.pass(width - 1);
        self.previous = Previous::Operator;
    }

    /// Only a shift can follow a number or a call, never generic arguments.
    fn follows_number(&self, at: usize) -> bool {
        let before = self.text[..at].trim_end().as_bytes();
        matches!(before.last(), Some(b'0'..=b'9' | b')' | b']'))
    }

    fn prefixed(&mut self, width: usize, at: usize) -> usize {
        self.prefix(at);
        width
    }

    fn linked(&mut self, width: usize, at: usize) -> usize {
        self.link(at);
        width
    }

    fn angle(&mut self, at: usize) -> usize {
        self.total.angles += 1;
        self.top().angles += 1;
        self.check(at);
        1
    }

    fn end_angle(&mut self) -> usize {
        if self.top().angles > 0 {
            self.top().angles -= 1;
            self.total.angles -= 1;
        }
        1
    }

    fn prefix(&mut self, at: usize) {
        self.total.prefixes += 1;
        self.top().prefixes += 1;
        self.check(at);
    }

    fn link(&mut self, at: usize) {
        self.total.chain += 1;
        self.top().chain += 1;
        self.check(at);
    }

    fn top(&mut self) -> &mut Level {
        self.levels.last_mut().expect("the outermost level is never closed")
    }

    fn check(&mut self, at: usize) {
        let limit = if self.levels.len() as u32 + self.total.prefixes > NESTING_LIMIT {
            Limit::Nesting
        } else if self.total.angles > ANGLE_LIMIT {
            Limit::Angles
        } else if self.total.chain > CHAIN_LIMIT {
            Limit::Chain
        } else {
            return;
        };
        self.found.too_deep = Some((Span::new(at as u32, at as u32), limit));
    }
}

fn is_documentation(comment: &str) -> bool {
    let outer = |mark: &str, plain: &str| comment.starts_with(mark) && !comment.starts_with(plain);
    comment.starts_with("//!") || comment.starts_with("/*!") || outer("///", "////") || outer("/**", "/***")
}
