//! What the program makes of a bad case when it may fix all it can: `fixed.rs`, `fixed.py`, or of a tree the files that
//! are changed, beside it.
//!
//! Whether fixed Rust is right for its compiler takes longer and is asked by `.ci/fixed`.

use super::case::{self, Case, Source};
use super::{knowledge, lint, marks, verdict};
use atomic_lint_catalog::{FixSafety, Level, Rule};
use atomic_lint_ir::Language;
use libtest_mimic::{Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// One test for each bad case, and one that compiles all of fixed Python.
pub fn trials() -> Vec<Trial> {
    let own = |case: &Case| case.bad && case.rule.is_some();
    let of = |case: Case| Trial::test(format!("fixed/{}", case.name), move || judge(&case));
    let mut trials: Vec<Trial> = case::fixtures().into_iter().filter(own).map(of).collect();
    trials.push(Trial::test("fixed/python_compiles", python_compiles));
    trials
}

/// Whether `case` is one file and not a tree.
fn is_file(case: &Case) -> bool {
    case::root().join(&case.name).is_file()
}

/// Where the fixed form of each file of `case` is.
fn paths(case: &Case) -> Vec<PathBuf> {
    let folder = case::root().join(&case.group);
    match (is_file(case), case.language) {
        (true, Language::Rust) => vec![folder.join("fixed.rs")],
        (true, Language::Python) => vec![folder.join("fixed.py")],
        (false, language) => {
            let tree = folder.join(format!("fixed-{}", language.name()));
            case.files.iter().map(|file| tree.join(&file.path)).collect()
        }
    }
}

fn judge(case: &Case) -> Result<(), Failed> {
    let made = made(case)?;
    let paths = paths(case);
    if env::var_os("ATOMIC_LINT_BLESS").is_some() {
        bless(&paths, made.as_ref())?;
    }
    let Some(fixed) = made else {
        return match paths.iter().find(|path| path.exists()) {
            Some(path) => Err(format!("{}: nothing is fixed, but there is {}", case.name, path.display()).into()),
            None => Ok(()),
        };
    };
    let catalog = knowledge::catalog().map_err(|error| error.to_string())?;
    let expected: Vec<Option<String>> = paths.iter().map(|path| fs::read_to_string(path).ok()).collect();
    if expected != fixed.marked {
        return Err(differs(case, &fixed).into());
    }
    let before = lint::lint(catalog, case)?;
    worse(case, &numbers(&before), &fixed).map_or(Ok(()), |text| Err(Failed::from(text)))?;
    verdict::compare(catalog, &fixed.case, &fixed.left).map_or(Ok(()), |text| Err(text.into()))
}

/// A fixed case.
struct Fixed {
    /// The text of each file that was changed, with a mark for what is left.
    marked: Vec<Option<String>>,
    /// The same as a case.
    case: Case,
    /// What is reported in it.
    left: Vec<marks::Mark>,
}

/// What the program makes of `case`; nothing where it changes nothing.
fn made(case: &Case) -> Result<Option<Fixed>, Failed> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let before: Vec<String> = case.files.iter().map(|file| unmarked(case.language, file)).collect();
    for (file, text) in case.files.iter().zip(&before) {
        write(&folder.path().join(&file.path), text)?;
    }
    for manifest in &case.manifests {
        write(&folder.path().join(&manifest.path), &manifest.text)?;
    }
    if case.language == Language::Rust && is_file(case) {
        write(&folder.path().join("Cargo.toml"), MANIFEST)?;
    }
    let asked = asked(case)?;
    let texts =
        || -> Vec<String> { case.files.iter().map(|file| case::read(&folder.path().join(&file.path))).collect() };
    run(folder.path(), &asked, case)?;
    let after = texts();
    if after == before {
        return Ok(None);
    }
    let (fixed, left) = understood(case, &after)?;
    if !left.is_empty() {
        run(folder.path(), &asked, case)?;
        if texts() != after {
            return Err(format!("{}: a second run changes it again:\n{}", case.name, texts().concat()).into());
        }
    }
    let marked: Vec<String> =
        after.iter().enumerate().map(|(at, text)| marked(case.language, at, text, &left)).collect();
    let is_changed = |at: usize| after[at] != before[at];
    let shown = marked.iter().enumerate().map(|(at, text)| is_changed(at).then(|| text.clone())).collect();
    Ok(Some(Fixed { case: with_texts(&fixed, &marked), marked: shown, left }))
}

/// A package that has the runtime already, so that nothing is laid in.
const MANIFEST: &str = "[package]\nname = \"program\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                        crashsafe = { version = \"0.1\", features = [\"tokio\"] }\n";

/// What is reported in the fixed text of `case`, of level warning and above.
fn understood(case: &Case, after: &[String]) -> Result<(Case, Vec<marks::Mark>), Failed> {
    let catalog = knowledge::catalog().map_err(|error| error.to_string())?;
    // It belongs to no rule, so that advice does not count.
    let fixed = Case { name: format!("{} when fixed", case.name), rule: None, ..with_texts(case, after) };
    let mut left = lint::lint(catalog, &fixed)?;
    left.retain(|mark| verdict::counts(catalog, &fixed, mark));
    Ok((fixed, left))
}

fn with_texts(case: &Case, texts: &[String]) -> Case {
    let files = case.files.iter().zip(texts).map(|(file, text)| Source { text: text.clone(), ..file.clone() });
    Case { files: files.collect(), ..case.clone() }
}

/// A fix must not bring in what was not reported before.
fn worse(case: &Case, before: &BTreeMap<String, usize>, fixed: &Fixed) -> Option<String> {
    let after = numbers(&fixed.left);
    let more = |(rule, number): (&String, &usize)| (before.get(rule).unwrap_or(&0) < number).then(|| rule.clone());
    let new: Vec<String> = after.iter().filter_map(more).collect();
    (!new.is_empty()).then(|| format!("{}: the fix brings in {}\n{}", case.name, new.join(", "), shown(fixed)))
}

fn numbers(marks: &[marks::Mark]) -> BTreeMap<String, usize> {
    let mut numbers = BTreeMap::new();
    marks.iter().for_each(|mark| *numbers.entry(mark.rule.clone()).or_insert(0) += 1);
    numbers
}

/// The text of `file` without its marks: what is fixed has none.
fn unmarked(language: Language, file: &Source) -> String {
    let sign = marks::sign(language);
    let plain = |line: &str| line.split_once(sign).map_or(line, |(code, _)| code.trim_end()).to_owned() + "\n";
    file.text.lines().map(plain).collect()
}

/// The text of the file at `file` with marks for `left`.
fn marked(language: Language, file: usize, text: &str, left: &[marks::Mark]) -> String {
    let mut marked = String::new();
    for (at, line) in text.lines().enumerate() {
        let here = left.iter().filter(|mark| mark.file == file && mark.line as usize == at + 1);
        let rules: Vec<&str> = here.map(|mark| mark.rule.as_str()).collect();
        marked.push_str(line);
        if !rules.is_empty() {
            marked.push_str(&format!("  {} {}", marks::sign(language), rules.join(", ")));
        }
        marked.push('\n');
    }
    marked
}

fn shown(fixed: &Fixed) -> String {
    fixed.marked.iter().flatten().cloned().collect()
}

fn differs(case: &Case, fixed: &Fixed) -> String {
    format!("{}: --fix --unsafe-fixes makes of it (`cargo bless` takes it over)\n{}", case.name, shown(fixed))
}

fn bless(paths: &[PathBuf], made: Option<&Fixed>) -> Result<(), Failed> {
    for (at, path) in paths.iter().enumerate() {
        match made.and_then(|fixed| fixed.marked[at].as_ref()) {
            Some(text) => write(path, text)?,
            None if path.exists() => fs::remove_file(path).map_err(|error| error.to_string())?,
            None => {}
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failed> {
    fs::create_dir_all(path.parent().expect("files are in folders")).map_err(|error| error.to_string())?;
    fs::write(path, text).map_err(|error| error.to_string().into())
}

/// What is fixed in a case: its own rule, also where it has to be asked for, and what is no mere advice; of advice all,
/// because one may ride along with another.
fn asked(case: &Case) -> Result<Vec<String>, Failed> {
    let catalog = knowledge::catalog().map_err(|error| error.to_string())?;
    let own = case.rule.as_deref().unwrap_or("");
    let is_advice = |rule: &&Rule| rule.level < Level::Warning;
    if catalog.rule(own).is_some_and(|rule| is_advice(&rule) && rule.fix != FixSafety::None) {
        return Ok(vec![format!("--extend-select={own}")]);
    }
    let advice: Vec<&str> = catalog.rules().filter(is_advice).map(|rule| rule.id.as_str()).collect();
    Ok(vec![format!("--unfixable={}", advice.join(","))])
}

fn run(folder: &Path, asked: &[String], case: &Case) -> Result<(), Failed> {
    let what = if is_file(case) { case.files[0].path.as_str() } else { "." };
    let mut command = Command::new(env!("CARGO_BIN_EXE_atomic-lint"));
    command.args(["--fix", "--unsafe-fixes", "--fix-only"]).args(asked).arg(what).current_dir(folder);
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
fixtures = pathlib.Path('fixtures')
files = sorted([*fixtures.glob('*/*/fixed.py'), *fixtures.glob('*/*/fixed-python/**/*.py')])
assert files, 'no fixed Python'
for file in files:
    compile(file.read_text(encoding='utf-8'), str(file), 'exec')
";
