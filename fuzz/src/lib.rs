//! What has to hold of any text, for the fuzz targets; a target is no more than a call of one function here.

use atomic_lint_analysis::{Demand, Finding, Project, Settings, Tree};
use atomic_lint_catalog::Catalog;
use atomic_lint_ir::{Body, Frontend, Lowered, Outline};
use atomic_lint_python::PythonFrontend;
use atomic_lint_rust::RustFrontend;
use atomic_lint_source::{FileId, Span};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// What stands between the files of a project.
const NEXT_FILE: &str = "\n=====\n";

/// The recursion of the program has 64 MiB; a sanitizer makes every frame larger.
static POOL: LazyLock<rayon::ThreadPool> = LazyLock::new(|| {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(512 << 20);
    pool.build().expect("a thread can be had")
});

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let (rules, naming) = (texts("rules", "md"), texts("rules/models", "toml"));
    let models = [texts("rules/models/rust", "toml"), texts("rules/models/python", "toml")].concat();
    Catalog::parse(&borrowed(&rules), borrowed(&naming)[0], &borrowed(&models)).expect("the catalog is tested")
});

/// Runs `what` where its recursion has room.
pub fn on_a_large_stack(what: impl FnOnce() + Send) {
    POOL.install(what);
}

/// Lowers `text` whole, without any body and without every other one: the spans are of the text.
pub fn lowered(frontend: &dyn Frontend, text: &str) {
    let outline = frontend.outline(text);
    outlined(&outline, text);
    let bodies: Vec<Span> = outline.parts.iter().flat_map(|part| &part.bodies).copied().collect();
    for every in 1..=2 {
        let omitted: Vec<Span> = bodies.iter().step_by(every).copied().collect();
        placed(&frontend.lower(text, &omitted), text);
    }
    placed(&frontend.lower(text, &[]), text);
    // Whatever a part mentions, some choice of bodies comes of it.
    let left = outline.apart(text, |part| part.span.start % 2 == 0, |part| part.span.end % 3 == 0);
    placed(&frontend.lower(text, &left), text);
}

/// Parts stand one behind the other, and their bodies within them.
fn outlined(outline: &Outline, text: &str) {
    let mut end = 0;
    for part in &outline.parts {
        is_of(part.span, text);
        assert!(part.span.start >= end, "{part:?}");
        let mut within = part.span.start;
        for body in &part.bodies {
            is_of(*body, text);
            assert!(body.start >= within && part.span.contains(*body), "{part:?}");
            within = body.end;
        }
        part.names.iter().for_each(|name| is_of(name.span, text));
        end = part.span.end;
    }
}

fn placed(lowered: &Lowered, text: &str) {
    lowered.gaps.iter().for_each(|gap| is_of(gap.span, text));
    let Some(unit) = &lowered.unit else { return assert!(!lowered.gaps.is_empty()) };
    assert!(!unit.bodies.is_empty());
    unit.bodies.iter().for_each(|body| body_placed(body, text));
    unit.types.iter().for_each(|ty| is_of(ty.span, text));
    for directive in &unit.directives {
        is_of(directive.span, text);
        directive.applies.iter().for_each(|span| is_of(*span, text));
    }
}

fn body_placed(body: &Body, text: &str) {
    is_of(body.span, text);
    is_of(body.name_span, text);
    body.blocks.iter().flat_map(|block| &block.steps).for_each(|step| is_of(step.span, text));
}

fn is_of(span: Span, text: &str) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is not of the text");
}

/// Finds what is wrong in the files that `text` holds: whatever the order in which they are known, it is the same.
pub fn analysed(text: &str) {
    for (frontend, extension) in [(&RustFrontend as &dyn Frontend, "rs"), (&PythonFrontend, "py")] {
        let texts: Vec<&str> = text.split(NEXT_FILE).collect();
        let files: Vec<usize> = (0..texts.len()).collect();
        let found = findings(frontend, extension, &texts, &files);
        for finding in &found {
            is_of(finding.place.span, texts[finding.place.file.0 as usize]);
        }
        let backwards: Vec<usize> = files.into_iter().rev().collect();
        assert_eq!(format!("{found:?}"), format!("{:?}", findings(frontend, extension, &texts, &backwards)));
    }
}

fn findings(frontend: &dyn Frontend, extension: &str, texts: &[&str], order: &[usize]) -> Vec<Finding> {
    let paths = (0..texts.len()).map(|at| format!("file{at:05}.{extension}")).collect();
    let mut project = Project::new(&CATALOG, Tree { paths, packages: Vec::new() });
    for at in order {
        if let Some(unit) = frontend.lower(texts[*at], &[]).unit {
            project.add(FileId(*at as u32), unit);
        }
    }
    while project.demand() != Demand::default() {
        order.iter().for_each(|at| project.answer(FileId(*at as u32)));
    }
    project.analyse(&Settings::default()).expect("nothing was left out").findings
}

/// The files of `folder` with `extension`, by their paths in the repository.
fn texts(folder: &str, extension: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder))
        .expect("the repository is complete");
    let paths = entries.map(|entry| entry.expect("the repository can be read").path());
    let wanted =
        |path: &PathBuf| path.extension().is_some_and(|found| found == extension) && !path.ends_with("README.md");
    let text = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are ASCII");
        (format!("{folder}/{name}"), std::fs::read_to_string(path).expect("the repository can be read"))
    };
    let paths: Vec<PathBuf> = paths.filter(wanted).collect();
    let mut texts: Vec<(String, String)> = paths.iter().map(text).collect();
    texts.sort();
    texts
}

fn borrowed(texts: &[(String, String)]) -> Vec<(&str, &str)> {
    texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}
