//! Killed while it fixes, the program leaves every file as it was or as it is to be.

use super::project::{Project, TORN};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs, thread};

/// All of it is for the long lane; at a desk a few files and kills show the same.
fn size() -> (usize, u32) {
    if env::var_os("ATOMIC_LINT_TEST_ALL").is_some() { (1000, 40) } else { (60, 6) }
}

fn command(project: &Project) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atomic-lint"));
    command.args(["--fix", "--quiet"]).current_dir(project.path()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn project(files: usize) -> Project {
    let project = Project::new(&[]);
    (0..files).for_each(|number| project.write(&format!("m{number}.py"), TORN));
    project
}

#[test]
fn a_killed_fix_leaves_no_file_torn_or_lost() {
    let (files, kills) = size();
    let whole = project(files);
    let begun = Instant::now();
    assert!(command(&whole).status().unwrap().success());
    let took = begun.elapsed();
    let fixed = fs::read_to_string(whole.at("m0.py")).unwrap();
    for kill in 0..kills {
        let project = project(files);
        let mut child = command(&project).spawn().unwrap();
        // What is written is written at the end, so most kills go there.
        thread::sleep(took.mul_f64(0.4) + (took.mul_f64(0.6) / kills) * kill);
        child.kill().unwrap();
        child.wait().unwrap();
        let mut done = 0;
        for number in 0..files {
            let text = fs::read_to_string(project.at(&format!("m{number}.py"))).unwrap();
            assert!(text == TORN || text == fixed, "m{number}.py is torn:\n{text}");
            done += usize::from(text == fixed);
        }
        // Code that calls the runtime has it.
        assert!(done == 0 || project.at("crashsafe/_pure.py").exists());
    }
}
