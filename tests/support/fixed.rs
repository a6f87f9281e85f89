//! What the program makes of a bad case when it may fix all it can: `fixed.rs` and `fixed.py` beside it.
//!
//! Whether fixed Rust is right for its compiler takes longer and is asked by `.ci/fixed`.

use super::case::{self, Case, Source};
use super::{knowledge, lint, marks, verdict};
use atomic_lint_ir::Language;
use libtest_mimic::{Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// One test for each bad case of one file, and one that compiles all of fixed Python.
pub fn trials() -> Vec<Trial> {
    let own = |case: &Case| case.bad && case.rule.is_some() && case::root().join(&case.name).is_file();
    let of = |case: Case| Trial::test(format!("fixed/{}", case.name), move || judge(&case));
    let mut trials: Vec<Trial> = case::fixtures().into_iter().filter(own).map(of).collect();
    trials.push(Trial::test("fixed/python_compiles", python_compiles));
    trials
}

/// Where the fixed form of `case` is.
fn path(case: &Case) -> PathBuf {
    case::root().join(&case.group).join(match case.language {
        Language::Rust => "fixed.rs",
        Language::Python => "fixed.py",
    })
}

fn judge(case: &Case) -> Result<(), Failed> {
    let made = made(case)?;
    let path = path(case);
    if env::var_os("ATOMIC_LINT_BLESS").is_some() {
        bless(&path, made.as_ref())?;
    }
    let expected = fs::read_to_string(&path).ok();
    let Some(fixed) = made else {
        return match expected {
            Some(_) => Err(format!("{}: nothing is fixed, but there is {}", case.name, path.display()).into()),
            None => Ok(()),
        };
    };
    let catalog = knowledge::catalog().map_err(|error| error.to_string())?;
    match expected {
        Some(expected) if expected == fixed.marked => {}
        Some(_) | None => return Err(differs(case, &fixed).into()),
    }
    let before = lint::lint(catalog, case)?;
    worse(case, &numbers(&before), &fixed).map_or(Ok(()), |text| Err(Failed::from(text)))?;
    verdict::compare(catalog, &fixed.case, &fixed.left).map_or(Ok(()), |text| Err(text.into()))
}

/// A fixed case.
struct Fixed {
    /// Its text, with a mark for what is left.
    marked: String,
    /// The same as a case.
    case: Case,
    /// What is reported in it.
    left: Vec<marks::Mark>,
}

/// What the program makes of `case`; nothing where it changes nothing.
fn made(case: &Case) -> Result<Option<Fixed>, Failed> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let before = unmarked(case);
    let file = folder.path().join(&case.files[0].path);
    write(&file, &before)?;
    if case.language == Language::Rust {
        write(&folder.path().join("Cargo.toml"), MANIFEST)?;
    }
    run(folder.path(), &case.files[0].path)?;
    let after = case::read(&file);
    if after == before {
        return Ok(None);
    }
    let (fixed, left) = understood(case, &after)?;
    if !left.is_empty() {
        run(folder.path(), &case.files[0].path)?;
        if case::read(&file) != after {
            return Err(format!("{}: a second run changes it again:\n{}", case.name, case::read(&file)).into());
        }
    }
    let marked = marked(case.language, &after, &left);
    Ok(Some(Fixed { case: with_text(&fixed, &marked), marked, left }))
}

/// A package that has the runtime already, so that nothing is laid in.
const MANIFEST: &str = "[package]\nname = \"program\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                        crashsafe = { version = \"0.1\", features = [\"tokio\"] }\n";

/// What is reported in the fixed text of `case`, of level warning and above.
fn understood(case: &Case, after: &str) -> Result<(Case, Vec<marks::Mark>), Failed> {
    let catalog = knowledge::catalog().map_err(|error| error.to_string())?;
    // It belongs to no rule, so that advice does not count.
    let fixed = Case { name: format!("{} when fixed", case.name), rule: None, ..with_text(case, after) };
    let mut left = lint::lint(catalog, &fixed)?;
    left.retain(|mark| verdict::counts(catalog, &fixed, mark));
    Ok((fixed, left))
}

fn with_text(case: &Case, text: &str) -> Case {
    let source = Source { text: text.to_owned(), ..case.files[0].clone() };
    Case { files: vec![source], ..case.clone() }
}

/// A fix must not bring in what was not reported before.
fn worse(case: &Case, before: &BTreeMap<String, usize>, fixed: &Fixed) -> Option<String> {
    let after = numbers(&fixed.left);
    let more = |(rule, number): (&String, &usize)| (before.get(rule).unwrap_or(&0) < number).then(|| rule.clone());
    let new: Vec<String> = after.iter().filter_map(more).collect();
    (!new.is_empty()).then(|| format!("{}: the fix brings in {}\n{}", case.name, new.join(", "), fixed.marked))
}

fn numbers(marks: &[marks::Mark]) -> BTreeMap<String, usize> {
    let mut numbers = BTreeMap::new();
    marks.iter().for_each(|mark| *numbers.entry(mark.rule.clone()).or_insert(0) += 1);
    numbers
}

/// The text of `case` without its marks: what is fixed has none.
fn unmarked(case: &Case) -> String {
    let sign = marks::sign(case.language);
    let plain = |line: &str| line.split_once(sign).map_or(line, |(code, _)| code.trim_end()).to_owned() + "\n";
    case.files[0].text.lines().map(plain).collect()
}

/// The text with marks for `left`.
fn marked(language: Language, text: &str, left: &[marks::Mark]) -> String {
    let mut marked = String::new();
    for (at, line) in text.lines().enumerate() {
        let rules: Vec<&str> =
            left.iter().filter(|mark| mark.line as usize == at + 1).map(|mark| mark.rule.as_str()).collect();
        marked.push_str(line);
        if !rules.is_empty() {
            marked.push_str(&format!("  {} {}", marks::sign(language), rules.join(", ")));
        }
        marked.push('\n');
    }
    marked
}

fn differs(case: &Case, fixed: &Fixed) -> String {
    format!("{}: --fix --unsafe-fixes makes of it (`cargo bless` takes it over)\n{}", case.name, fixed.marked)
}

fn bless(path: &Path, made: Option<&Fixed>) -> Result<(), Failed> {
    match made {
        Some(fixed) => write(path, &fixed.marked),
        None if path.exists() => fs::remove_file(path).map_err(|error| error.to_string().into()),
        None => Ok(()),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failed> {
    fs::create_dir_all(path.parent().expect("files are in folders")).map_err(|error| error.to_string())?;
    fs::write(path, text).map_err(|error| error.to_string().into())
}

fn run(folder: &Path, file: &str) -> Result<(), Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atomic-lint"));
    command.args(["--fix", "--unsafe-fixes", "--fix-only", file]).current_dir(folder);
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

/// Python says itself whether it can read what was made; one run of it for all.
fn python_compiles() -> Result<(), Failed> {
    let mut command = Command::new("python3");
    command.args(["-c", COMPILE]).current_dir(case::root());
    let output = command.output().map_err(|error| format!("python3: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

const COMPILE: &str = "\
import pathlib
files = sorted(pathlib.Path('fixtures').glob('*/*/fixed.py'))
assert files, 'no fixed Python'
for file in files:
    compile(file.read_text(encoding='utf-8'), str(file), 'exec')
";
