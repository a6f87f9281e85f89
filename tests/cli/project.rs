//! A folder of files to run the program in.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A Python text with one finding, at line 2.
pub const TORN: &str = "def save(text):\n    with open(\"state.json\", \"w\") as f:\n        f.write(text)\n";
/// A Python text without one.
pub const QUIET: &str = "def load():\n    with open(\"state.json\") as f:\n        return f.read()\n";

/// A folder of files, gone with its value.
pub struct Project {
    folder: TempDir,
}

/// What a run gave.
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}{}", self.out, self.err))
    }

    /// The last line of standard output.
    pub fn coverage(&self) -> &str {
        self.out.lines().last().unwrap_or("")
    }

    /// The paths of the findings, in order.
    pub fn paths(&self) -> Vec<String> {
        let findings = self.json()["diagnostics"].clone();
        let path = |one: &Value| one["path"].as_str().unwrap().to_owned();
        findings.as_array().unwrap().iter().map(path).collect()
    }
}

impl Project {
    /// A folder with `files`, as name and content.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let project = Project { folder: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(name, content)| project.write(name, content));
        project
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of `name` in it.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and the folders it needs.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Runs the program in it.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// Runs the program in it, with these variables and no others that matter.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atomic-lint"));
        command.current_dir(self.path()).args(arguments).env("XDG_CONFIG_HOME", self.path());
        for name in ["LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_STEP_SUMMARY"] {
            command.env_remove(name);
        }
        let output = command.envs(variables.iter().copied()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs the program in it and asks for JSON.
    pub fn json(&self, arguments: &[&str]) -> Run {
        self.run(&[&["--output-format", "json"], arguments].concat())
    }
}
