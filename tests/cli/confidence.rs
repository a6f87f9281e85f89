//! How sure a finding is said to be, how much it counts, and the sentence that says why.

use super::project::Project;
use serde_json::Value;

/// The only finding on `files`.
fn only_finding(files: &[(&str, &str)]) -> Value {
    let report = Project::new(files).json(&["."]).json();
    let found = report["diagnostics"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{report:#}");
    found[0].clone()
}

fn notes(finding: &Value) -> Vec<&str> {
    finding["notes"].as_array().unwrap().iter().filter_map(|note| note["message"].as_str()).collect()
}

fn assert_sure(finding: &Value, confidence: &str, because: &str) {
    assert_eq!(finding["confidence"], confidence, "{finding:#}");
    assert!(notes(finding).contains(&because), "{finding:#}");
}

#[test]
fn what_can_be_made_again_is_less_sure_and_it_is_said_why() {
    let why = "the destination looks regenerable (cache or build output)";
    let python = "import os\n\ndef keep(text):\n    with open(os.path.join('cache', 'index'), 'w') as f:\n        f.write(text)\n";
    assert_sure(&only_finding(&[("a.py", python)]), "low", why);
    let rust = "pub fn keep(text: &str) { std::fs::write(\"target/index\", text).unwrap(); }\n";
    assert_sure(&only_finding(&[("a.rs", rust)]), "low", why);
    for folder in ["build", "dist", "__pycache__"] {
        let python = format!("def keep(text):\n    with open('{folder}/index', 'w') as f:\n        f.write(text)\n");
        assert_sure(&only_finding(&[("a.py", &python)]), "low", why);
    }
}

#[test]
fn what_the_user_names_is_less_sure_and_it_is_said_why() {
    let why = "the destination is named by the command line or the environment";
    let argument = "import sys\n\nwith open(sys.argv[1], 'w') as f:\n    f.write('x')\n";
    assert_sure(&only_finding(&[("a.py", argument)]), "low", why);
    let variable = "pub fn keep(text: &str) { std::fs::write(std::env::var(\"OUT\").unwrap(), text).unwrap(); }\n";
    assert_sure(&only_finding(&[("a.rs", variable)]), "low", why);
}

#[test]
fn what_is_read_back_is_sure_and_the_place_is_named() {
    let files = [
        ("cache.py", "def keep(text):\n    with open('cache/index', 'w') as f:\n        f.write(text)\n"),
        (
            "start.py",
            "\ndef start():\n    with open('cache/index') as f, open('started', 'a') as log:\n        \
             log.write(f.read())\n",
        ),
    ];
    let finding = only_finding(&files);
    assert_sure(&finding, "high", "the same path is read back in this project");
    let back = finding["related"].as_array().unwrap().iter().find(|place| place["role"] == "read-back").unwrap();
    assert_eq!((&back["path"], &back["start"]["line"]), (&"start.py".into(), &3.into()), "{finding:#}");
}

#[test]
fn a_path_that_no_caller_explains_is_less_sure_than_one_that_a_caller_does() {
    let alone = "def keep(path, text):\n    with open(path, 'w') as f:\n        f.write(text)\n";
    let why = "the path is a parameter that no caller in this project explains";
    assert_sure(&only_finding(&[("a.py", alone)]), "medium", why);
    let called = format!("{alone}\n\ndef main():\n    keep('index', 'x')\n");
    let finding = only_finding(&[("a.py", &called)]);
    assert_eq!(finding["confidence"], "high");
    assert_eq!(finding["related"].as_array().unwrap().iter().filter(|one| one["role"] == "caller").count(), 1);
}

#[test]
fn what_is_missing_on_some_ways_only_is_less_sure() {
    let python = "import os\n\ndef save(target, text, careful):\n    with open(target + '.new', 'w') as f:\n        \
                  f.write(text)\n        if careful:\n            f.flush()\n            os.fsync(f.fileno())\n    \
                  os.replace(target + '.new', target)\n";
    let finding = only_finding(&[("a.py", python)]);
    assert_eq!(finding["rule"], "unsynced-rename");
    assert_sure(&finding, "medium", "the step is missing on some paths through the code only");
}

#[test]
fn a_move_out_of_the_temporary_directory_counts_less_than_a_rename() {
    let staged = |publish: &str| {
        format!(
            "import os, shutil, tempfile\n\ndef save(target, text):\n    with tempfile.NamedTemporaryFile('w', \
             delete=False) as f:\n        f.write(text)\n        f.flush()\n        os.fsync(f.fileno())\n    \
             {publish}(f.name, target)\n"
        )
    };
    for (publish, level) in [("os.replace", "error"), ("shutil.move", "warning")] {
        let finding = only_finding(&[("a.py", &staged(publish))]);
        assert_eq!((&finding["rule"], &finding["level"]), (&"cross-device-temp".into(), &level.into()));
    }
    let configured =
        [("a.py", &*staged("shutil.move")), ("atomic-lint.toml", "[level]\ncross-device-temp = 'error'\n")];
    assert_eq!(only_finding(&configured)["level"], "error");
}

#[test]
fn a_name_that_can_be_foreseen_counts_more_where_the_file_holds_a_secret() {
    let rust = |name: &str| {
        format!(
            "use std::io::Write;\n\npub fn save(dir: &std::path::Path, text: &[u8]) -> std::io::Result<()> {{\n    \
             let mut file = std::fs::File::create(dir.join(\"{name}.new\"))?;\n    file.write_all(text)?;\n    \
             file.sync_all()?;\n    std::fs::rename(dir.join(\"{name}.new\"), dir.join(\"{name}\"))?;\n    \
             std::fs::File::open(dir)?.sync_all()\n}}\n"
        )
    };
    for (name, level) in [("state", "note"), ("api-token", "warning")] {
        let report = Project::new(&[("a.rs", &rust(name))]).json(&["."]).json();
        let found = report["diagnostics"].as_array().unwrap();
        let shared = found.iter().find(|one| one["rule"] == "shared-temp-name").unwrap_or_else(|| panic!("{report:#}"));
        assert_eq!(shared["level"], level, "{report:#}");
    }
}

#[test]
fn what_a_function_beside_the_write_only_reads_is_read_back() {
    let python = "from pathlib import Path\n\nINDEX = Path('index.json')\n\ndef keep(text):\n    \
                  INDEX.write_text(text)\n\ndef start():\n    return INDEX.read_text()\n";
    assert_sure(&only_finding(&[("a.py", python)]), "high", "the same path is read back in this project");
    let rust = "use std::{fs, io, path::PathBuf};\n\npub struct Index { file: PathBuf }\n\nimpl Index {\n    pub fn \
                keep(&self, text: &str) -> io::Result<()> { fs::write(&self.file, text) }\n    pub fn start(&self) -> \
                io::Result<String> { fs::read_to_string(&self.file) }\n}\n";
    assert_sure(&only_finding(&[("a.rs", rust)]), "high", "the same path is read back in this project");
}
