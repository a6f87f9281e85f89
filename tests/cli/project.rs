//! A folder of files to run the program in.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
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
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_atomic-lint")), arguments);
        finished(command.envs(variables.iter().copied()))
    }

    /// Runs the program in it as somebody whom permissions hold for; none, and loudly, where that cannot be.
    #[cfg(unix)]
    pub fn run_unprivileged(&self, arguments: &[&str]) -> Option<Run> {
        use std::os::unix::{fs::PermissionsExt, process::CommandExt};
        const NOBODY: u32 = 65_534;
        let folder = std::fs::read_dir(self.at("secret"));
        if folder.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied) {
            return Some(self.run(arguments));
        }
        // To the superuser nothing is forbidden. Nobody cannot reach where the program was built, so it gets a copy.
        std::fs::set_permissions(self.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let program = tempfile::tempdir().unwrap();
        std::fs::set_permissions(program.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let copy = program.path().join("atomic-lint");
        std::fs::copy(env!("CARGO_BIN_EXE_atomic-lint"), &copy).unwrap();
        let mut command = self.command(&copy, arguments);
        match command.uid(NOBODY).gid(NOBODY).output() {
            Ok(output) => Some(run(output)),
            Err(error) => {
                eprintln!("SKIPPED: permissions cannot be tested as the superuser: {error}");
                None
            }
        }
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).args(arguments).env("XDG_CONFIG_HOME", self.path());
        for name in ["LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_STEP_SUMMARY"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the program in it and asks for JSON.
    pub fn json(&self, arguments: &[&str]) -> Run {
        self.run(&[&["--output-format", "json"], arguments].concat())
    }
}

fn finished(command: &mut Command) -> Run {
    run(command.output().unwrap())
}

fn run(output: Output) -> Run {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}
