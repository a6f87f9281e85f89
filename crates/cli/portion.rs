//! Which function bodies of a file are lowered: those that matter to a write, as far as it is known by now.

use crate::inspect::DIRECTIVES;
use atomic_lint_analysis::{Mention, MentionForm, WHOLE};
use atomic_lint_catalog::Prefilter;
use atomic_lint_ir::{Frontend, Language, Part};
use atomic_lint_source::Span;
use memchr::memmem;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// What a run has asked for so far, beyond the steps with which findings can begin.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    mentions: BTreeSet<Mention>,
    searches: [Option<MentionSearch>; 2],
}

impl Asked {
    /// Adds words; a body that holds one is lowered.
    pub(crate) fn extend(&mut self, mentions: &[Mention]) {
        self.mentions.extend(mentions.iter().cloned());
        self.searches = searches(self.mentions.iter());
    }

    fn places(&self, language: Language, text: &str) -> Vec<usize> {
        self.searches[language as usize].as_ref().map(|search| search.places(text)).unwrap_or_default()
    }
}

/// Searches for what `mentions` say, by language.
pub(crate) fn searches<'m>(mentions: impl Iterator<Item = &'m Mention> + Clone) -> [Option<MentionSearch>; 2] {
    Language::ALL
        .map(|language| MentionSearch::new(mentions.clone().filter(move |mention| mention.language == language)))
}

/// The bodies of `text` that nothing that is asked for has to do with; `bodies` are asked for by their place.
pub(crate) fn omitted(
    frontend: &dyn Frontend,
    prefilter: &Prefilter,
    text: &str,
    asked: &Asked,
    bodies: &[Span],
) -> Vec<Span> {
    if text.len() <= WHOLE as usize && prefilter.hits(frontend.language(), text.as_bytes()) {
        return Vec::new();
    }
    let outline = frontend.outline(text);
    if outline.parts.iter().all(|part| part.bodies.is_empty()) {
        return Vec::new();
    }
    let language = frontend.language();
    let mut steps = prefilter.places(language, text.as_bytes());
    if let Some(search) = WordSearch::new(aliases(text, &steps).into_iter()) {
        steps.extend(search.found(text).map(|(_, start)| start));
    }
    let mut places = asked.places(language, text);
    places.extend(DIRECTIVES.iter().flat_map(|directive| memmem::find_iter(text.as_bytes(), directive)));
    steps.sort_unstable();
    places.sort_unstable();
    let is_asked = |part: &Part| has(&places, part.span) || bodies.iter().any(|body| part.span.contains(*body));
    outline.apart(text, |part| has(&steps, part.span), is_asked)
}

fn has(sorted: &[usize], span: Span) -> bool {
    let next = sorted.partition_point(|place| *place < span.start as usize);
    sorted.get(next).is_some_and(|place| *place < span.end as usize)
}

/// A search for words of which each is written in certain ways.
#[derive(Debug)]
pub(crate) struct MentionSearch {
    words: WordSearch,
    /// By word.
    ways: Vec<Vec<Way>>,
}

/// How a word is written, and words of which one stands in the file too.
#[derive(Debug)]
struct Way {
    form: MentionForm,
    beside: Vec<usize>,
}

impl MentionSearch {
    fn new<'m>(mentions: impl Iterator<Item = &'m Mention>) -> Option<Self> {
        let mut found: BTreeMap<&str, Vec<&Mention>> = BTreeMap::new();
        for mention in mentions {
            found.entry(&mention.name).or_default().push(mention);
            mention.beside.iter().for_each(|word| _ = found.entry(word).or_default());
        }
        let words = WordSearch::new(found.keys().copied())?;
        let numbers: BTreeMap<&str, usize> = found.keys().copied().zip(0..).collect();
        let way = |mention: &&Mention| Way {
            form: mention.form.clone(),
            beside: mention.beside.iter().map(|word| numbers[word.as_str()]).collect(),
        };
        Some(MentionSearch { words, ways: found.values().map(|mentions| mentions.iter().map(way).collect()).collect() })
    }

    /// Where the words stand in `text`, and the names that its imports give to them.
    fn places(&self, text: &str) -> Vec<usize> {
        let all: Vec<(usize, usize)> = self.words.found(text).collect();
        let mut stands = vec![false; self.ways.len()];
        all.iter().for_each(|(word, _)| stands[*word] = true);
        let starts: Vec<usize> = all.iter().map(|(_, start)| *start).collect();
        let aliases = aliases(text, &starts);
        let fits = |word: usize, start: usize| {
            let is_beside = |way: &&Way| way.beside.is_empty() || way.beside.iter().any(|word| stands[*word]);
            self.ways[word].iter().filter(is_beside).any(|way| fits(&way.form, &text[..start], &aliases))
        };
        let mut places: Vec<usize> = all.into_iter().filter(|(word, at)| fits(*word, *at)).map(|(_, at)| at).collect();
        if let Some(search) = WordSearch::new(aliases.iter().copied()) {
            places.extend(search.found(text).map(|(_, start)| start));
        }
        places
    }

    /// Whether a word stands within one of `spans` of `text`, or something else does that an import calls by it.
    pub(crate) fn finds_within(&self, text: &str, spans: &[Span]) -> bool {
        let within = |place: &usize| {
            let next = spans.partition_point(|span| span.end as usize <= *place);
            spans.get(next).is_some_and(|span| span.start as usize <= *place)
        };
        self.places(text).iter().any(within)
    }
}

/// Whether a word that stands behind `before` can be of `form` in a file whose imports give the names `aliases`.
fn fits(form: &MentionForm, before: &str, aliases: &BTreeSet<&str>) -> bool {
    let before = before.trim_end();
    let dotted = before.ends_with('.') && !before.ends_with("..");
    match form {
        MentionForm::Word => true,
        MentionForm::Function => !dotted,
        MentionForm::Method => dotted || before.ends_with("::"),
        MentionForm::Associated(ty) => before.strip_suffix("::").is_some_and(|path| {
            let last = &path[path.rfind(|c| !is_word(c)).map_or(0, |at| at + 1)..];
            last.is_empty() || last == "Self" || last == ty.as_str() || aliases.contains(last)
        }),
    }
}

/// A search for whole words.
///
/// Every word of the text is looked up: building an automaton is quadratic in the number of words.
#[derive(Debug)]
struct WordSearch(FxHashMap<String, usize>);

impl WordSearch {
    fn new<'w>(words: impl Iterator<Item = &'w str>) -> Option<Self> {
        let words: FxHashMap<String, usize> = words.map(str::to_owned).zip(0..).collect();
        (!words.is_empty()).then_some(WordSearch(words))
    }

    /// Number and start of every word in `text`.
    fn found<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        words(text).filter_map(|(start, word)| self.0.get(word).map(|number| (*number, start)))
    }
}

/// What stands in `text` between anything else than letters, digits and underscores, with where it begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(is_part)?;
        at = bytes[start..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |length| start + length);
        Some((start, &text[start..at]))
    })
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

/// What stands behind `as` where that follows one of the words at `places`.
fn aliases<'t>(text: &'t str, places: &[usize]) -> BTreeSet<&'t str> {
    let alias = |place: &usize| {
        let rest = text.get(*place..)?.trim_start_matches(is_word).trim_start();
        let name = rest.strip_prefix("as")?.strip_prefix([' ', '\t'])?.trim_start();
        let name = &name[..name.find(|c| !is_word(c)).unwrap_or(name.len())];
        (!name.is_empty()).then_some(name)
    };
    places.iter().filter_map(alias).collect()
}
