//! Killing writers at random: the file is old or new, and what they leave can be swept.

use crate::tree::{is_thorough, staging_files};
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Tells a child where to write.
const WHERE: &str = "CRASHSAFE_TEST_WRITE_TO";

#[test]
#[ignore = "it is the child of the next test, and writes until it is killed"]
fn child_that_writes_for_ever() {
    let Some(path) = std::env::var_os(WHERE) else { return };
    for number in 0_u64.. {
        crashsafe::write(&path, content(number)).unwrap();
    }
}

/// Content that says what it should be, of changing length.
fn content(number: u64) -> String {
    format!("{number}\n").repeat(1 + number as usize % 3000)
}

fn assert_whole(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let number: u64 = text.lines().next().unwrap().parse().unwrap();
    assert!(text == content(number), "the file of {} bytes is torn", text.len());
}

fn start(path: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "killed::child_that_writes_for_ever", "--ignored", "--quiet"]).env(WHERE, path);
    command.stdout(std::process::Stdio::null()).spawn().unwrap()
}

#[test]
fn a_killed_writer_leaves_the_old_file_or_the_new_one_and_what_it_staged_can_be_swept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    crashsafe::write(&path, content(0)).unwrap();
    let mut alive = crashsafe::File::create(folder.path().join("of a process that runs")).unwrap();
    std::io::Write::write_all(&mut alive, b"still wanted").unwrap();
    let end = Instant::now() + Duration::from_secs(if is_thorough() { 60 } else { 3 });
    let (mut kills, mut left, mut pause) = (0, 0, 17);
    while Instant::now() < end {
        let mut child = start(&path);
        // Spread over everything that the child does, without a random number generator.
        pause = pause * 1_103_515_245 % 65_521;
        std::thread::sleep(Duration::from_micros(5_000 + pause % 20_000));
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        assert_whole(&path);
        let others = fs::read_dir(folder.path()).unwrap().count() - staging_files(folder.path()).len();
        assert_eq!(others, 1, "only recognisable files are left");
        let swept = crashsafe::sweep(folder.path()).unwrap();
        left += swept.len();
        assert_eq!(staging_files(folder.path()).len(), 1, "only that of the living is left");
    }
    eprintln!("{kills} kills left {left} staging files, all swept");
    assert!(kills >= 10);
    assert!(left > 0, "no kill met a write, so that surviving them proves nothing");
    alive.commit().unwrap();
}
