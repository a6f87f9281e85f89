//! Which cases there are: the format of `fixtures/` and of the examples of rule pages.
//!
//! The format is described in `fixtures/README.md`; what a case must give is not decided here.

use super::knowledge;
use atomic_lint_ir::Language;
use std::fs;
use std::path::{Path, PathBuf};

/// A program to be linted as a whole.
#[derive(Clone, Debug)]
pub struct Case {
    /// The fixture folder or page that it belongs to: `fixtures/direct-write/loop`.
    pub group: String,
    /// What it is called in a complaint: `fixtures/direct-write/loop/bad.rs`.
    pub name: String,
    /// The rule it is about; none for the writes that are accepted.
    pub rule: Option<String>,
    /// In which language it is written.
    pub language: Language,
    /// It shows the defect, so it must have a mark.
    pub bad: bool,
    /// Its files.
    pub files: Vec<Source>,
    /// Its manifests.
    pub manifests: Vec<Source>,
}

/// A file of a case.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path within the case, as the analysis sees it.
    pub path: String,
    /// How a complaint names it.
    pub shown: String,
    /// What a complaint adds to its line numbers: the lines of the page above an example.
    pub lines_above: u32,
    /// Its text.
    pub text: String,
}

/// The folder of this repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every case of `fixtures/`, folder by folder.
pub fn fixtures() -> Vec<Case> {
    let mut cases = Vec::new();
    for rule in folders(&root().join("fixtures")) {
        for circumstance in folders(&rule) {
            match file_name(&rule).as_str() {
                // Here a language is in between: `fixtures/models/rust/tokio`.
                "models" => folders(&circumstance).iter().for_each(|library| add_folder(library, None, &mut cases)),
                "accepted" => add_folder(&circumstance, None, &mut cases),
                rule => add_folder(&circumstance, Some(rule), &mut cases),
            }
        }
    }
    cases
}

/// What stands beside the cases: what fixing makes of a bad one, of one file and as a tree, and how it is run.
const BESIDE: [&str; 5] = ["fixed.rs", "fixed.py", "fixed-rust", "fixed-python", "run.toml"];

/// The cases of the folder of one circumstance.
fn add_folder(folder: &Path, rule: Option<&str>, cases: &mut Vec<Case>) {
    let group = folder.strip_prefix(root()).expect("fixtures are below the root").to_string_lossy().replace('\\', "/");
    // What is fixed is looked at beside the bad case it comes from, and what runs is run by `.ci/killed`.
    let is_beside = |entry: &PathBuf| BESIDE.contains(&file_name(entry).as_str());
    let listed = entries(folder).into_iter().filter(|entry| !is_beside(entry));
    cases.extend(listed.map(|entry| fixture(&group, rule.map(str::to_owned), &entry)));
}

/// Every example of every rule page, page by page.
pub fn page_examples() -> Vec<Case> {
    let mut cases = Vec::new();
    for page in knowledge::pages() {
        for example in &page.examples {
            let file = format!("rules/{}.md", page.id);
            let shown = format!("{file}:{}", example.line);
            let source = Source {
                path: single_path(example.language),
                shown: file.clone(),
                lines_above: example.line as u32 - 1,
                text: example.code.clone(),
            };
            cases.push(Case {
                group: file,
                name: shown,
                rule: Some(page.id.to_string()),
                language: example.language,
                bad: example.bad,
                files: vec![source],
                manifests: Vec::new(),
            });
        }
    }
    cases
}

/// A file `bad.rs` or a tree `bad-rust/`; any other name is a mistake in the fixture.
fn fixture(group: &str, rule: Option<String>, entry: &Path) -> Case {
    let name = file_name(entry);
    let (bad, language, tree) = match name.as_str() {
        "bad.rs" => (true, Language::Rust, false),
        "good.rs" => (false, Language::Rust, false),
        "bad.py" => (true, Language::Python, false),
        "good.py" => (false, Language::Python, false),
        "bad-rust" => (true, Language::Rust, true),
        "good-rust" => (false, Language::Rust, true),
        "bad-python" => (true, Language::Python, true),
        "good-python" => (false, Language::Python, true),
        other => panic!("{group}/{other}: not a name of a case, see fixtures/README.md"),
    };
    let shown = format!("{group}/{name}");
    let mut files = Vec::new();
    match tree {
        true => read_tree(entry, "", &shown, &mut files),
        false => {
            files.push(Source { path: single_path(language), shown: shown.clone(), lines_above: 0, text: read(entry) })
        }
    }
    let (manifests, files) = files.into_iter().partition(|file| file.path.ends_with("Cargo.toml"));
    Case { group: group.to_owned(), name: shown, rule, language, bad, files, manifests }
}

/// Where a case of one file lies, as the analysis sees it: in no folder that has a meaning.
fn single_path(language: Language) -> String {
    match language {
        Language::Rust => "src/lib.rs".to_owned(),
        Language::Python => "program.py".to_owned(),
    }
}

fn read_tree(folder: &Path, path: &str, shown: &str, files: &mut Vec<Source>) {
    for entry in entries(folder) {
        let name = file_name(&entry);
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        let shown = format!("{shown}/{name}");
        if entry.is_dir() {
            read_tree(&entry, &path, &shown, files);
        } else {
            files.push(Source { path, shown, lines_above: 0, text: read(&entry) });
        }
    }
}

/// The folders of `folder`, by name.
pub fn folders(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|entry| entry.is_dir()).collect()
}

/// What `folder` holds, by name, without hidden files and what Python leaves behind.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = listing.map(|entry| entry.expect("a readable folder").path()).collect();
    entries.retain(|entry| !file_name(entry).starts_with('.') && file_name(entry) != "__pycache__");
    entries.sort();
    entries
}

/// The last part of `path`.
pub fn file_name(path: &Path) -> String {
    path.file_name().expect("a listed path has a name").to_string_lossy().into_owned()
}

/// The text of `path`.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
