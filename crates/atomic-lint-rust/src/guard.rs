//! A scan over the bytes before anything recursive sees them: how deep they nest, and the comments that speak to us.
//!
//! A recursive parser that runs out of stack kills the process, and no handler can catch that.
//! The scan knows strings, characters, lifetimes and comments, and nothing of the grammar:
//! it counts what *can* make a parser or a syntax tree go deeper, never less.

use atomic_lint_source::Span;
use std::fmt;

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
        bytes: text.as_bytes(),
        at: from,
        levels: vec![Level::default()],
        total: Level::default(),
        previous: Previous::Operator,
        found: Scan::default(),
    };
    while scanner.found.too_deep.is_none() && scanner.at < scanner.bytes.len() {
        scanner.token();
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
    bytes: &'t [u8],
    at: usize,
    levels: Vec<Level>,
    total: Level,
    previous: Previous,
    found: Scan,
}

impl Scanner<'_> {
    fn token(&mut self) {
        match self.bytes[self.at] {
            b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'"' => self.string(),
            b'\'' => self.quote(),
            b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.word(),
            b'(' | b'[' | b'{' => self.open(),
            b')' | b']' => self.close(Previous::Operand),
            b'}' => self.close(Previous::Brace),
            b';' => self.separate(true, 1),
            b',' => self.separate(false, 1),
            b'=' if self.peek(1) == b'>' => self.separate(true, 2),
            operator => self.operator(operator),
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.at = self.find(start, b'\n').unwrap_or(self.bytes.len());
        let body = self.text[start..self.at].trim_start_matches('/');
        self.comment(start, body);
    }

    fn block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0;
        while self.at < self.bytes.len() {
            match (self.bytes[self.at], self.peek(1)) {
                (b'/', b'*') => (depth, self.at) = (depth + 1, self.at + 2),
                (b'*', b'/') => (depth, self.at) = (depth - 1, self.at + 2),
                _ => self.at += 1,
            }
            if depth == 0 {
                break;
            }
        }
        let body = self.text[start..self.at].trim_start_matches(['/', '*']).trim_end_matches(['/', '*']);
        self.comment(start, body);
    }

    fn comment(&mut self, start: usize, body: &str) {
        if is_documentation(&self.text[start..self.at]) {
            return;
        }
        let Some(text) = body.trim_start().strip_prefix("atomic-lint:") else { return };
        let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        self.found.comments.push(Comment {
            span: Span::new(start as u32, self.at as u32),
            text: text.trim().to_string(),
            alone: self.text[line..start].trim().is_empty(),
        });
    }

    fn find(&self, from: usize, byte: u8) -> Option<usize> {
        self.bytes[from..].iter().position(|next| *next == byte).map(|at| from + at)
    }

    /// From an opening quote behind the closing one.
    fn string(&mut self) {
        self.at += 1;
        self.escaped(b'"');
        self.previous = Previous::Operand;
    }

    fn escaped(&mut self, end: u8) {
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' => self.at += 2,
                byte => {
                    self.at += 1;
                    if byte == end {
                        break;
                    }
                }
            }
        }
        // An escape as the last thing of the text may have led past a character or the end.
        self.at = self.at.min(self.bytes.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
    }

    /// A character literal, or a lifetime, which has no closing quote.
    fn quote(&mut self) {
        let next = self.text[self.at + 1..].chars().next();
        let width = next.map_or(0, char::len_utf8);
        if next == Some('\\') || self.peek(1 + width) == b'\'' {
            self.at += 1;
            self.escaped(b'\'');
            self.previous = Previous::Operand;
        } else {
            self.at += 1;
            self.skip_word();
        }
    }

    fn skip_word(&mut self) {
        while matches!(self.peek(0), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80..) {
            self.at += 1;
        }
    }

    fn number(&mut self) {
        self.skip_word();
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.at += 1;
            self.skip_word();
        }
        self.previous = Previous::Operand;
    }

    fn word(&mut self) {
        let start = self.at;
        self.skip_word();
        let word = &self.bytes[start..self.at];
        match (word, self.peek(0)) {
            (b"r" | b"br" | b"cr", b'"' | b'#') if self.raw_string() => return,
            (b"b" | b"c", b'"') => return self.string(),
            (b"b", b'\'') => return self.quote(),
            _ => {}
        }
        self.classify(word);
    }

    /// Skips a raw string whose hashes or quote come next; a raw identifier is none.
    fn raw_string(&mut self) -> bool {
        let hashes = self.bytes[self.at..].iter().take_while(|byte| **byte == b'#').count();
        if self.peek(hashes) != b'"' {
            return false;
        }
        self.at += hashes + 1;
        loop {
            let Some(quote) = self.find(self.at, b'"') else {
                self.at = self.bytes.len();
                break;
            };
            self.at = quote + 1;
            if self.bytes[self.at..].iter().take(hashes).filter(|byte| **byte == b'#').count() == hashes {
                self.at += hashes;
                break;
            }
        }
        self.previous = Previous::Operand;
        true
    }

    fn classify(&mut self, word: &[u8]) {
        let continues = matches!(word, b"else" | b"as");
        if self.previous == Previous::Brace && !continues {
            self.reset(true);
        }
        match word {
            b"return" | b"break" | b"yield" | b"if" | b"while" | b"match" | b"in" | b"let" | b"move" | b"async"
            | b"do" | b"become" => self.prefix(),
            b"else" => {
                self.link();
                self.skip_if();
            }
            b"as" => self.link(),
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
        let rest = self.text[self.at..].trim_start();
        let is_if =
            rest.strip_prefix("if").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        if is_if {
            self.at = self.text.len() - rest.len() + 2;
        }
    }

    fn open(&mut self) {
        if self.previous == Previous::Operand && self.bytes[self.at] != b'{' {
            self.link();
        }
        self.levels.push(Level::default());
        self.check();
        self.at += 1;
        self.previous = Previous::Operator;
    }

    fn close(&mut self, previous: Previous) {
        self.reset(true);
        // A text may close what it never opened; the outermost level stays.
        if self.levels.len() > 1 {
            self.levels.pop();
        }
        self.at += 1;
        self.previous = previous;
    }

    /// What stands before a separator cannot enclose what follows it, except that a comma within generic
    /// arguments leaves their brackets open.
    fn separate(&mut self, angles_too: bool, width: usize) {
        self.reset(angles_too);
        self.at += width;
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

    fn operator(&mut self, byte: u8) {
        let is_prefix = self.previous == Previous::Operator;
        let width = match (byte, self.peek(1)) {
            (b'=' | b'!' | b'>', b'=') | (b'<', b'=') => self.linked(2),
            (b'-', b'>') => self.prefixed(2),
            (b'=' | b'@', _) => self.prefixed(1),
            (b'&', b'&') | (b'|', b'|') if !is_prefix => self.linked(2),
            // Trees of imports nest as deep as their paths are long.
            (b':', b':') => self.linked(2),
            (b'<', b'<') if self.follows_number() => self.linked(2),
            (b'<', _) => self.angle(),
            (b'>', _) => self.end_angle(),
            (b'.', b'.') if is_prefix => self.prefixed(2),
            (b'.', b'.') => self.linked(2),
            (b'?', _) if !is_prefix => {
                self.link();
                self.at += 1;
                self.previous = Previous::Operand;
                return;
            }
            (b'#', _) if self.previous == Previous::Brace => {
                self.reset(true);
                1
            }
            (b'-' | b'&' | b'*' | b'!' | b'|', _) if is_prefix => self.prefixed(1),
            (b':' | b'#' | b'$', _) => 1,
            _ => self.linked(1),
        };
        self.at += width;
        self.previous = Previous::Operator;
    }

    /// Only a shift can follow a number or a call, never generic arguments.
    fn follows_number(&self) -> bool {
        let before = self.text[..self.at].trim_end().as_bytes();
        matches!(before.last(), Some(b'0'..=b'9' | b')' | b']'))
    }

    fn prefixed(&mut self, width: usize) -> usize {
        self.prefix();
        width
    }

    fn linked(&mut self, width: usize) -> usize {
        self.link();
        width
    }

    fn angle(&mut self) -> usize {
        self.total.angles += 1;
        self.top().angles += 1;
        self.check();
        1
    }

    fn end_angle(&mut self) -> usize {
        if self.top().angles > 0 {
            self.top().angles -= 1;
            self.total.angles -= 1;
        }
        1
    }

    fn prefix(&mut self) {
        self.total.prefixes += 1;
        self.top().prefixes += 1;
        self.check();
    }

    fn link(&mut self) {
        self.total.chain += 1;
        self.top().chain += 1;
        self.check();
    }

    fn top(&mut self) -> &mut Level {
        self.levels.last_mut().expect("the outermost level is never closed")
    }

    fn check(&mut self) {
        let limit = if self.levels.len() as u32 + self.total.prefixes > NESTING_LIMIT {
            Limit::Nesting
        } else if self.total.angles > ANGLE_LIMIT {
            Limit::Angles
        } else if self.total.chain > CHAIN_LIMIT {
            Limit::Chain
        } else {
            return;
        };
        self.found.too_deep = Some((Span::new(self.at as u32, self.at as u32), limit));
    }
}

fn is_documentation(comment: &str) -> bool {
    let outer = |mark: &str, plain: &str| comment.starts_with(mark) && !comment.starts_with(plain);
    comment.starts_with("//!") || comment.starts_with("/*!") || outer("///", "////") || outer("/**", "/***")
}
