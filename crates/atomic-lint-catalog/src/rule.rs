//! Rule pages: TOML front matter and a text with fixed headings.

use crate::CatalogError;
use atomic_lint_ir::{Language, Name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the reader of a rule page finds, in this order.
pub(crate) const HEADINGS: [&str; 7] =
    ["What it does", "Why it matters", "Example", "Use instead", "Fix safety", "What it cannot see", "References"];

/// How much a finding counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not reported.
    Off,
    /// Advice; not counted by the exit code.
    Note,
    /// A crash, a full disk or a concurrent reader loses data.
    Warning,
    /// Data is lost without any crash, or the step can never work.
    Error,
}

impl Level {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// Which promise of the protocol a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Old or new, never torn.
    Atomicity,
    /// Saved means saved.
    Durability,
    /// The staging file itself.
    Staging,
    /// Around the protocol.
    Care,
}

impl Group {
    /// Every group, in the order of the rule index.
    pub const ALL: [Group; 4] = [Group::Atomicity, Group::Durability, Group::Staging, Group::Care];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Group::Atomicity => "atomicity",
            Group::Durability => "durability",
            Group::Staging => "staging",
            Group::Care => "care",
        }
    }
}

/// What kind of fix a rule has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FixSafety {
    /// None.
    None,
    /// Shown, never applied.
    Display,
    /// Applied on request.
    Unsafe,
    /// Applied by `--fix`.
    Safe,
    /// It depends on the finding.
    Varies,
}

/// A fenced example of a rule page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its language.
    pub language: Language,
    /// It is reported, at its marks; otherwise it is silent.
    pub bad: bool,
    /// The code.
    pub code: String,
    /// 1-based line of the page at which the code begins.
    pub line: usize,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, which is also its file name and fixture folder.
    pub id: Name,
    /// What it reports, in a few words.
    pub summary: String,
    /// Which promise it is about.
    pub group: Group,
    /// Default level.
    pub level: Level,
    /// Levels of findings in circumstances that make them better or worse than others, by name.
    pub levels: BTreeMap<Name, Level>,
    /// What kind of fix it has.
    pub fix: FixSafety,
    /// Languages it exists in.
    pub languages: Vec<Language>,
    /// Weaknesses of the CWE list that come closest.
    pub cwe: Vec<u32>,
    /// First version that has it.
    pub since: String,
    /// The headline; `{target}` and other facts of the finding are filled in.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Texts of the labels along the flow, by what the label is on.
    pub labels: BTreeMap<String, String>,
    /// The page below the front matter.
    pub page: String,
    /// Its examples.
    pub examples: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: Name,
    summary: String,
    group: Group,
    level: Level,
    #[serde(default)]
    levels: BTreeMap<Name, Level>,
    fix: FixSafety,
    languages: Vec<Language>,
    cwe: Vec<u32>,
    since: String,
    message: String,
    help: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

impl Rule {
    /// Parses the page `text`, the file `file` (`rules/<id>.md`).
    pub fn parse(file: &str, text: &str) -> Result<Self, CatalogError> {
        let (head, page) = split(text).ok_or_else(|| {
            CatalogError::at(file, text, 0, "a rule page begins with front matter between `+++` lines")
        })?;
        let offset = head.as_ptr() as usize - text.as_ptr() as usize;
        let matter: FrontMatter = toml::from_str(head).map_err(|error| {
            let at = offset + error.span().map_or(0, |span| span.start);
            CatalogError::at(file, text, at, error.message())
        })?;
        check_headings(file, text, page)?;
        let line = text[..text.len() - page.len()].lines().count() + 1;
        Ok(Rule {
            id: matter.id,
            summary: matter.summary,
            group: matter.group,
            level: matter.level,
            levels: matter.levels,
            fix: matter.fix,
            languages: matter.languages,
            cwe: matter.cwe,
            since: matter.since,
            message: matter.message,
            help: matter.help,
            labels: matter.labels,
            page: page.trim().to_owned(),
            examples: examples(page, line),
        })
    }

    /// The level of a finding that was made in that circumstance.
    pub fn level_in(&self, circumstance: Option<&str>) -> Level {
        circumstance.and_then(|name| self.levels.get(name)).copied().unwrap_or(self.level)
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("+++\n")?.split_once("\n+++\n")
}

fn check_headings(file: &str, text: &str, page: &str) -> Result<(), CatalogError> {
    let found: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    if found == HEADINGS {
        return Ok(());
    }
    let at = text.len() - page.len();
    let message = format!("the headings of a rule page are {}, in this order", HEADINGS.join(", "));
    Err(CatalogError::at(file, text, at, message))
}

/// Fenced blocks whose info string is `<language> bad` or `<language> good`.
fn examples(page: &str, first_line: usize) -> Vec<Example> {
    let mut found = Vec::new();
    let mut open: Option<Example> = None;
    for (at, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = example(info, first_line + at + 1),
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(example), None) => {
                example.code.push_str(line);
                example.code.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn example(info: &str, line: usize) -> Option<Example> {
    let (language, verdict) = info.split_once(' ')?;
    let language = Language::ALL.into_iter().find(|known| known.name() == language)?;
    match verdict {
        "bad" | "good" => Some(Example { language, bad: verdict == "bad", code: String::new(), line }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(headings: &[&str]) -> String {
        let head = "id = 'x'\nsummary = 's'\ngroup = 'care'\nlevel = 'note'\nfix = 'none'\nlanguages = ['rust']\n\
                    cwe = [1]\nsince = '0.1.0'\nmessage = 'm'\nhelp = 'h'";
        let body: String = headings.iter().map(|name| format!("## {name}\n\n```rust bad\nlet x;\n```\n")).collect();
        format!("+++\n{head}\n+++\n{body}")
    }

    #[test]
    fn a_page_gives_its_examples_with_their_lines() {
        let text = page(&HEADINGS);
        let rule = Rule::parse("rules/x.md", &text).unwrap();
        assert_eq!(rule.examples.len(), HEADINGS.len());
        let first = &rule.examples[0];
        assert!(first.bad);
        assert_eq!(text.lines().nth(first.line - 1), Some("let x;"));
    }

    #[test]
    fn a_missing_heading_is_an_error_that_names_the_file() {
        let error = Rule::parse("rules/x.md", &page(&HEADINGS[1..])).unwrap_err();
        assert_eq!(error.file, "rules/x.md");
        assert!(error.message.contains("What it does"));
    }

    #[test]
    fn an_unknown_key_is_an_error_at_its_line() {
        let text = page(&HEADINGS).replace("id = 'x'", "id = 'x'\nlevle = 'note'");
        let error = Rule::parse("rules/x.md", &text).unwrap_err();
        assert_eq!(error.line, Some(3), "{error}");
    }
}
