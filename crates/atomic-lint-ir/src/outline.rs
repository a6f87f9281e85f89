//! Which parts of a file can be left out when it is lowered, and which have to do with each other.
//!
//! Found by a scan for structure, without a parser, and only ever too careful: a file whose structure is not
//! clear has no outline and is lowered whole.

use atomic_lint_source::Span;
use rustc_hash::FxHashMap;

/// The parts of a file.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// What stands at the top of the file or of an inline module, in order; empty where that is not clear.
    pub parts: Vec<Part>,
}

/// A function, a class, the methods of a type, or what else stands beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// All of it.
    pub span: Span,
    /// The bodies of its functions, which can be left out; a part without any is always lowered.
    pub bodies: Vec<Span>,
    /// The names that it defines.
    pub names: Vec<DefinedName>,
}

/// A name at its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefinedName {
    /// Where it stands.
    pub span: Span,
    /// It is reached through an object or type, not by itself.
    pub member: bool,
}

impl Outline {
    /// The bodies that are not needed.
    ///
    /// Needed are the parts that `begins` holds for, those that mention a name that they define, those that mention
    /// one of these, and so on; those that `asked` holds for; and what any of all these mention, and so on.
    pub fn apart(&self, text: &str, begins: impl Fn(&Part) -> bool, asked: impl Fn(&Part) -> bool) -> Vec<Span> {
        let defined = Defined::new(self, text);
        let mut uses = vec![Vec::new(); self.parts.len() + defined.definers.len()];
        let mut users = uses.clone();
        let mut edge = |from: usize, to: usize| {
            uses[from].push(to);
            users[to].push(from);
        };
        for (at, part) in self.parts.iter().enumerate() {
            defined.mentioned(part.span.slice(text), |name| edge(at, self.parts.len() + name));
        }
        for (name, parts) in defined.definers.iter().enumerate() {
            parts.iter().for_each(|part| edge(self.parts.len() + name, *part));
        }
        let begun = self.parts.iter().map(begins);
        let mut kept: Vec<bool> = begun.chain(defined.definers.iter().map(|_| false)).collect();
        spread(&mut kept, &users);
        kept.iter_mut().zip(&self.parts).for_each(|(kept, part)| *kept |= asked(part));
        spread(&mut kept, &uses);
        let apart = self.parts.iter().zip(kept).filter(|(_, kept)| !kept);
        apart.flat_map(|(part, _)| &part.bodies).copied().collect()
    }
}

/// Adds to `kept` what is reached from it over `edges`.
fn spread(kept: &mut [bool], edges: &[Vec<usize>]) {
    let mut queue: Vec<usize> = (0..kept.len()).filter(|at| kept[*at]).collect();
    while let Some(at) = queue.pop() {
        for next in &edges[at] {
            if !std::mem::replace(&mut kept[*next], true) {
                queue.push(*next);
            }
        }
    }
}

/// Which parts define a name.
///
/// What is mentioned leads to a name and the name to the parts, for many parts may mention what many parts define.
#[derive(Default)]
struct Defined<'t> {
    /// By name: its numbers, by itself and as a member, where it is defined so.
    names: FxHashMap<&'t str, [Option<usize>; 2]>,
    /// By number: the parts that define it.
    definers: Vec<Vec<usize>>,
}

impl<'t> Defined<'t> {
    fn new(outline: &Outline, text: &'t str) -> Self {
        let mut defined = Defined::default();
        for (at, part) in outline.parts.iter().enumerate() {
            for name in &part.names {
                let numbers = defined.names.entry(name.span.slice(text)).or_default();
                let number = *numbers[usize::from(name.member)].get_or_insert(defined.definers.len());
                defined.definers.resize_with(defined.definers.len().max(number + 1), Vec::new);
                defined.definers[number].push(at);
            }
        }
        defined
    }

    /// Calls `found` with the number of every name that stands in `text`.
    fn mentioned(&self, text: &str, mut found: impl FnMut(usize)) {
        for (start, word) in words(text) {
            if let Some(numbers) = self.names.get(word) {
                let how = self.mention(text[..start].trim_end());
                let fit = [false, true].into_iter().zip(numbers).filter(|(member, _)| how.can_be(*member));
                fit.filter_map(|(_, number)| *number).for_each(&mut found);
            }
        }
    }

    fn mention(&self, before: &str) -> Mention {
        if let Some(path) = before.strip_suffix("::") {
            let path = path.trim_end();
            let start = path
                .rfind(|c: char| !is_word(c))
                .map_or(0, |at| at + path[at..].chars().next().map_or(0, char::len_utf8));
            let last = &path[start..];
            let may_be_type = last.is_empty() || last == "Self" || self.is_type(last);
            return if may_be_type { Mention::Either } else { Mention::Alone };
        }
        if before.ends_with('.') && !before.ends_with("..") { Mention::Member } else { Mention::Alone }
    }

    fn is_type(&self, name: &str) -> bool {
        self.names.get(name).is_some_and(|[alone, _]| alone.is_some())
    }
}

/// How a name is mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mention {
    /// By itself, or behind the path of a module.
    Alone,
    /// Of an object.
    Member,
    /// Behind a path that may be a module or a type.
    Either,
}

impl Mention {
    fn can_be(self, member: bool) -> bool {
        match self {
            Mention::Alone => !member,
            Mention::Member => member,
            Mention::Either => true,
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

/// The identifiers and keywords in `text`, those in comments and strings too, with where they begin.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let is_word =
        |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80);
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() && !is_word(at) {
            at += 1;
        }
        let start = at;
        while is_word(at) {
            at += 1;
        }
        (start < at).then(|| (start, &text[start..at]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every line is a part: what stands before `=` is defined, `.name` as a member; `{…}` is a body.
    fn outline(text: &str) -> Outline {
        let mut outline = Outline::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let at = |offset: usize| (start + offset) as u32;
            let head = line.find('=').unwrap_or(0);
            let names = words(&line[..head]).map(|(begin, word)| DefinedName {
                span: Span::new(at(begin), at(begin + word.len())),
                member: begin > 0 && line.as_bytes()[begin - 1] == b'.',
            });
            let body = line.find('{').zip(line.find('}'));
            outline.parts.push(Part {
                span: Span::new(at(0), at(line.len())),
                names: names.collect(),
                bodies: body.map(|(open, close)| Span::new(at(open + 1), at(close))).into_iter().collect(),
            });
            start += line.len();
        }
        outline
    }

    fn apart<'t>(text: &'t str, seed: &str) -> Vec<&'t str> {
        let has = |part: &Part, text: &str, seed: &str| part.span.slice(text).contains(seed);
        let found = outline(text).apart(text, |part| has(part, text, seed), |part| has(part, text, "ASKED"));
        found.into_iter().map(|body| body.slice(text)).collect()
    }

    #[test]
    fn what_mentions_it_stays_and_what_that_mentions() {
        let text = "a = {b}\nb = {c SEED}\nc = {1}\nd = {a g}\ne = {f c}\nf = {2}\ng = {3}\n";
        assert_eq!(apart(text, "SEED"), ["f c", "2"]);
    }

    #[test]
    fn a_part_without_a_body_passes_on_what_it_mentions() {
        assert_eq!(apart("a = {SEED}\nb = a\nc = {b}\nd = {1}\n", "SEED"), ["1"]);
    }

    #[test]
    fn members_are_reached_through_objects_and_types() {
        let text =
            "T .get = {SEED}\na = {x.get}\nb = {T::get}\nc = {Self::get}\nd = {get}\ne = {Vec::get}\nf = {0..get}\n";
        assert_eq!(apart(text, "SEED"), ["get", "Vec::get", "0..get"]);
        assert_eq!(apart("get = {SEED}\na = {x.get}\nb = {m::get}\nc = {get}\n", "SEED"), ["x.get"]);
    }

    #[test]
    fn what_is_asked_for_needs_what_it_mentions_and_not_what_mentions_it() {
        assert_eq!(apart("a = {b ASKED}\nb = {1}\nc = {a}\n", "SEED"), ["a"]);
    }

    #[test]
    fn without_a_seed_all_bodies_are_apart() {
        assert_eq!(apart("a = {b}\nb = {1}\n", "SEED"), ["b", "1"]);
    }
}
