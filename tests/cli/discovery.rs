//! Which files are read, and under which names they are reported.

use super::project::{Project, QUIET, TORN};

#[test]
fn a_file_is_read_once_though_arguments_overlap() {
    let project = Project::new(&[("src/a.py", TORN), ("src/sub/b.py", TORN)]);
    let here = project.path().to_str().unwrap();
    let run = project.json(&["src", "./src/a.py", "src/sub", ".", here]);
    assert_eq!(run.paths(), ["src/a.py", "src/sub/b.py"]);
    assert_eq!(run.json()["summary"]["files"], 2);
}

#[test]
fn paths_are_reported_relative_to_the_working_directory() {
    let project = Project::new(&[("src/a.py", TORN)]);
    let absolute = project.at("src").to_str().unwrap().to_owned();
    for argument in [".", "src", "./src/", absolute.as_str()] {
        assert_eq!(project.json(&[argument]).paths(), ["src/a.py"], "{argument}");
    }
}

#[test]
fn ignore_files_are_respected_also_outside_of_a_repository() {
    let files =
        [(".gitignore", "gen/\n"), (".ignore", "old.py\n"), ("gen/a.py", TORN), ("old.py", TORN), ("b.py", QUIET)];
    let project = Project::new(&files);
    assert_eq!(project.run(&[]).coverage(), "1 file checked, 0 not analysed");
    assert_eq!(project.json(&["--no-respect-gitignore"]).paths(), ["gen/a.py", "old.py"]);
    assert_eq!(project.json(&["old.py", "gen/a.py"]).paths(), ["gen/a.py", "old.py"]);
}

#[test]
fn folders_of_tools_are_passed_over_unless_they_are_named() {
    let files: Vec<String> = [".git", ".venv", "node_modules", "target", "__pycache__", ".hidden", "build", "dist"]
        .map(|folder| format!("{folder}/a.py"))
        .into();
    let files: Vec<(&str, &str)> = files.iter().map(|name| (name.as_str(), TORN)).collect();
    let project = Project::new(&files);
    assert_eq!(project.json(&[]).paths(), [".hidden/a.py", "build/a.py", "dist/a.py"]);
    assert_eq!(project.json(&["target"]).paths(), ["target/a.py"]);
}

#[test]
fn exclude_takes_patterns_and_named_files_are_still_read() {
    let project = Project::new(&[("a/x.py", TORN), ("b/x.py", TORN), ("b/c/y.py", TORN)]);
    assert_eq!(project.json(&["--exclude", "b/"]).paths(), ["a/x.py"]);
    assert_eq!(project.json(&["--exclude", "/a,y.py"]).paths(), ["b/x.py"]);
    assert_eq!(project.json(&["--exclude", "b/", "b/x.py"]).paths(), ["b/x.py"]);
    assert_eq!(project.run(&["--exclude", "{a", "."]).code, 2);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_unless_they_are_named() {
    let project = Project::new(&[("real/a.py", TORN)]);
    std::os::unix::fs::symlink("real", project.at("link")).unwrap();
    std::os::unix::fs::symlink("real/a.py", project.at("file.py")).unwrap();
    assert_eq!(project.json(&[]).paths(), ["real/a.py"]);
    assert_eq!(project.json(&["link"]).paths(), ["link/a.py"]);
    assert_eq!(project.json(&["real", "link"]).paths(), ["link/a.py"]);
}

#[test]
fn neither_threads_nor_the_prefilter_change_the_report() {
    let writer = "def put(path, text):\n    with open(path, 'w') as f:\n        f.write(text)\n";
    let caller = "from pkg.writer import put\n\ndef save():\n    put('state.json', 'x')\n";
    let rust = "pub fn f() -> std::io::Result<()> {\n    std::fs::write(\"a\", \"b\")\n}\n";
    let files = [
        ("pkg/__init__.py", ""),
        ("pkg/writer.py", writer),
        ("pkg/app.py", caller),
        ("src/lib.rs", rust),
        ("q.py", QUIET),
    ];
    let project = Project::new(&files);
    let one = project.json(&["--jobs", "1"]);
    assert_eq!(one.code, 1);
    for arguments in [["--jobs", "4"].as_slice(), &["--no-prefilter"], &["--no-prefilter", "--show-accepted"]] {
        let other = project.json(arguments);
        let accepted = project.json(&["--show-accepted"]);
        let expected = if arguments.contains(&"--show-accepted") { &accepted.out } else { &one.out };
        assert_eq!(&other.out, expected, "{arguments:?}");
    }
}

#[test]
fn a_caller_that_writes_nothing_itself_is_found_by_its_import() {
    let writer = "def put(path, text):\n    with open(path, 'w') as f:\n        f.write(text)\n";
    let caller = "from pkg.writer import put\n\ndef save():\n    put('state.json', 'x')\n";
    let project = Project::new(&[("pkg/__init__.py", ""), ("pkg/writer.py", writer), ("pkg/app.py", caller)]);
    let report = project.json(&[]).json();
    let related = report["diagnostics"][0]["related"].as_array().unwrap();
    let callers: Vec<_> = related.iter().filter(|one| one["role"] == "caller").map(|one| &one["path"]).collect();
    assert_eq!(callers, ["pkg/app.py"]);
}

#[test]
fn what_is_excluded_is_read_where_it_is_named_unless_that_is_forced() {
    let files = [("generated/a.py", TORN), ("src/b.py", TORN), ("target/c.py", TORN), ("d_pb2.py", TORN)];
    let project = Project::new(&files);
    project.write("atomic-lint.toml", "exclude = [\"/generated/\"]\n");
    let named = ["generated/a.py", "src/b.py", "target/c.py", "d_pb2.py"];
    let paths = |options: &[&str]| project.json(&[options, &named].concat()).paths();
    assert_eq!(paths(&["--exclude", "*_pb2.py"]).len(), 4);
    assert_eq!(paths(&["--force-exclude"]), ["d_pb2.py", "src/b.py"]);
    assert_eq!(paths(&["--force-exclude", "--extend-exclude", "*_pb2.py"]), ["src/b.py"]);
    assert_eq!(paths(&["--force-exclude", "--exclude", "/src"]), ["d_pb2.py", "generated/a.py"]);
    assert_eq!(project.json(&["--force-exclude", "generated", "src"]).paths(), ["src/b.py"]);
    let none = project.run(&["--force-exclude", "generated/a.py"]);
    assert_eq!((none.code, none.coverage()), (0, "0 files checked, 0 not analysed"));
}
