//! `atomic-lint explain FILE:LINE`: why a write is reported there, or why it is not.

use crate::answer::Answer;
use crate::args::{CheckArguments, ExplainArguments};
use crate::check::Run;
use crate::locale::Terminal;
use crate::report::{self, Full, Report};
use crate::{CLEAN, FAILED};
use atomic_lint_source::{FileId, Place};
use std::fs;
use std::path::Path;

/// Prints what is known of the writes on the line that `arguments` name; gives the exit code.
pub(crate) fn explain(arguments: &ExplainArguments) -> Result<u8, String> {
    let (path, line) = place(&arguments.place)?;
    let found = fs::canonicalize(path).map_err(|error| format!("{path}: {error}"))?;
    let mut check = arguments.check.clone();
    // The rest of the project says what the callers of a writer pass.
    check.paths.push(path.into());
    let run = Run::new(&check)?;
    let answer = run.judge(run.walk());
    let is_named = |candidate: &Path| fs::canonicalize(candidate).is_ok_and(|candidate| candidate == found);
    let file = answer.files.iter().position(|file| is_named(&file.path));
    let file = file.map(|at| FileId(at as u32)).ok_or_else(|| format!("{path} is neither Rust nor Python"))?;
    if let Some(missed) = &answer.files[file.0 as usize].missed {
        eprintln!("error: {}", missed.line());
        return Ok(FAILED);
    }
    print(&run, &check, &answer, file, line)
}

/// The parts of `FILE:LINE`.
fn place(text: &str) -> Result<(&str, u32), String> {
    let parts = text.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?)));
    parts.filter(|(_, line)| *line > 0).ok_or_else(|| format!("`{text}` is not FILE:LINE, such as src/export.py:12"))
}

fn print(run: &Run<'_>, check: &CheckArguments, answer: &Answer, file: FileId, line: u32) -> Result<u8, String> {
    let is_there =
        |place: Place| place.file == file && answer.said.lines(place).is_some_and(|lines| lines.contains(&line));
    let told: Vec<usize> = (0..answer.said.diagnostics.len())
        .filter(|at| {
            let diagnostic = &answer.said.diagnostics[*at];
            is_there(diagnostic.place) || diagnostic.steps.iter().any(|step| is_there(step.place))
        })
        .collect();
    let diagnostics: Vec<_> = told.iter().map(|at| answer.said.diagnostics[*at].clone()).collect();
    let accepted: Vec<_> = answer.said.accepted.iter().filter(|one| is_there(one.place)).cloned().collect();
    let allowed: Vec<&str> =
        answer.said.allowed.iter().filter(|(place, _)| is_there(*place)).map(|(_, rule)| rule.as_str()).collect();
    let report = Report {
        hidden: 0,
        diagnostics: &diagnostics,
        accepted: &accepted,
        coverage: &answer.said.coverage,
        sources: &answer.said.sources,
        catalog: &run.catalog,
    };
    report::print_report(&report, &Full { terminal: Terminal::detect(check.color), quiet: true })?;
    let declined = told.iter().filter_map(|at| answer.said.decline(*at));
    let mut rest: Vec<String> = declined.map(|why| format!("no fix, because {why}\n")).collect();
    rest.extend(allowed.iter().map(|rule| format!("`{rule}` is allowed by a comment\n")));
    if diagnostics.is_empty() && accepted.is_empty() && rest.is_empty() {
        rest.push("no write of a file was seen on this line\n".to_owned());
    }
    report::print(&rest.concat()).map(|()| CLEAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_behind_the_last_colon() {
        assert_eq!(place("src/a.py:12"), Ok(("src/a.py", 12)));
        assert_eq!(place("c:/a.py:3"), Ok(("c:/a.py", 3)));
        assert!(place("src/a.py").is_err());
        assert!(place("src/a.py:0").is_err());
    }
}
