//! The fault matrix over the real program: `strace` makes its system calls fail one by one.

use crate::tree::{is_thorough, skip, sponge, staging_files};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::thread;

const ERRNOS: [&str; 8] = ["EIO", "ENOSPC", "EDQUOT", "EINTR", "EBUSY", "EACCES", "EPERM", "EXDEV"];
/// What a developer waits for.
const FEW_ERRNOS: [&str; 2] = ["EIO", "EACCES"];
const ENTRIES: [&str; 10] = [
    "write",
    "write-if-changed",
    "write-with",
    "file",
    "buffered",
    "batch",
    "copy",
    "with-path",
    "replace",
    "create-new",
];
const OLD: &str = "what was there before";

/// Calls that do not decide what becomes of the file: memory, threads, the program's own start and end.
const UNINTERESTING: [&str; 25] = [
    "execve",
    "brk",
    "mmap",
    "munmap",
    "mprotect",
    "arch_prctl",
    "set_tid_address",
    "set_robust_list",
    "rseq",
    "prlimit64",
    "getrandom",
    "poll",
    "rt_sigaction",
    "rt_sigprocmask",
    "sigaltstack",
    "sched_getaffinity",
    "futex",
    "clone3",
    "clone",
    "madvise",
    "exit",
    "exit_group",
    "gettid",
    "getpid",
    "fcntl",
];

/// One call of a traced program, by name and by how many of that name came before.
type Call = (String, usize);

struct Case {
    how: &'static str,
    content: Vec<u8>,
    /// Whether there is a file before.
    exists: bool,
}

impl Case {
    /// Runs the program in a new directory, with `arguments` for strace, and says what it said and what is left.
    fn run(&self, arguments: &[&str]) -> (Output, Left) {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        if self.exists {
            fs::write(at("target"), OLD).unwrap();
        }
        fs::create_dir(at("elsewhere")).unwrap();
        fs::write(at("elsewhere/source"), &self.content).unwrap();
        let mut command = Command::new("strace");
        command.args(["-f", "-o"]).arg(at("elsewhere/trace")).args(arguments).arg(sponge());
        command.args(["--how", self.how]).current_dir(folder.path());
        if matches!(self.how, "copy" | "replace") {
            command.args(["--from", "elsewhere/source"]);
        }
        command
            .arg("target")
            .args((self.how == "batch").then_some(["second", "elsewhere/third"]).into_iter().flatten());
        // From a file, because a pipe gives what it has, and the number of reads would not be the same in each run.
        let stdin = fs::File::open(at("elsewhere/source")).unwrap();
        let output = command.stdin(stdin).stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
        let left = Left {
            target: fs::read(at("target")).ok(),
            staging: staging_files(folder.path()).len() + staging_files(&at("elsewhere")).len(),
            trace: fs::read_to_string(at("elsewhere/trace")).unwrap_or_default(),
        };
        (output, left)
    }

    /// The calls that are worth failing: those from the first one on that has to do with the directory.
    fn calls(&self) -> BTreeSet<Call> {
        let (output, left) = self.run(&[]);
        assert!(output.status.success(), "{}: {}", self.how, String::from_utf8_lossy(&output.stderr));
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut calls = BTreeSet::new();
        let mut has_begun = false;
        for line in left.trace.lines() {
            // Each thread is counted by itself, as strace does when it makes calls fail.
            let Some((thread, name)) = name_of(line) else { continue };
            let count = counts.entry((thread, name)).or_default();
            *count += 1;
            // What was started is said by the names in it too.
            let names_ours = ["\".\"", "elsewhere", "target\""].iter().any(|word| line.contains(word));
            has_begun |= names_ours && name != "execve";
            if has_begun && !UNINTERESTING.contains(&name) {
                calls.insert((name.to_owned(), *count));
            }
        }
        assert!(calls.iter().any(|(name, _)| name.starts_with("rename") || name == "linkat"), "{calls:?}");
        calls
    }

    fn check(&self, (name, nth): &Call, errno: &str) {
        let injection = format!("inject={name}:error={errno}:when={nth}");
        let (output, left) = self.run(&["-e", &format!("trace={name}"), "-e", &injection]);
        let label =
            format!("{} {injection}: {:?} {}", self.how, output.status, String::from_utf8_lossy(&output.stderr));
        assert!(left.trace.contains("(INJECTED)"), "{label}: was not made to fail\n{}", left.trace);
        let is_new = left.target.as_deref() == Some(&self.content[..]);
        let is_old = left.target.as_deref() == self.exists.then_some(OLD.as_bytes());
        assert!(is_new || is_old, "{label}: the target is torn");
        // Threads race in a batch, and a later file may fail when the target has been published.
        match output.status.code() {
            Some(0 | 3) => assert!(is_new, "{label}"),
            Some(1) if self.how == "batch" => {}
            Some(1) => assert!(is_old, "{label}"),
            _ => panic!("{label}: neither success nor failure"),
        }
        assert_eq!(left.staging, 0, "{label}: a staging file is left");
    }
}

/// What a run left.
struct Left {
    target: Option<Vec<u8>>,
    staging: usize,
    trace: String,
}

/// The thread and the name of the call on a line of a trace.
fn name_of(line: &str) -> Option<(&str, &str)> {
    let (thread, call) = line.trim_start().split_once(' ')?;
    let (name, _) = call.trim_start().split_once('(')?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some((thread, name))
}

fn cases() -> Vec<Case> {
    let sizes: &[usize] = if is_thorough() { &[0, 1, 4097, 1 << 20] } else { &[4097] };
    let mut cases = Vec::new();
    for how in ENTRIES {
        for size in sizes {
            for exists in [true, false] {
                let is_quick = exists || how == "create-new";
                if (how == "create-new" && exists) || !(is_quick || is_thorough()) {
                    continue;
                }
                cases.push(Case { how, content: vec![b'n'; *size], exists });
            }
        }
    }
    cases
}

#[test]
fn whatever_call_fails_the_target_is_old_or_new_and_nothing_is_left() {
    if let Err(error) = Command::new("strace").args(["-o", "/dev/stdout", "true"]).stdout(Stdio::null()).status() {
        return skip("failing system calls of the real program", &format!("strace cannot be run: {error}"));
    }
    if !can_inject() {
        return skip("failing system calls of the real program", "strace may not trace here");
    }
    let errnos: &[&str] = if is_thorough() { &ERRNOS } else { &FEW_ERRNOS };
    let cases = cases();
    let mut jobs = Vec::new();
    for case in &cases {
        for call in case.calls() {
            jobs.extend(errnos.iter().map(|errno| (case, call.clone(), *errno)));
        }
    }
    eprintln!("{} runs with one failing call each", jobs.len());
    assert!(jobs.len() > 200);
    let jobs = Mutex::new(jobs);
    let next = || jobs.lock().unwrap().pop();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) * 2 {
            scope.spawn(|| {
                while let Some((case, call, errno)) = next() {
                    case.check(&call, errno);
                }
            });
        }
    });
}

/// Whether strace can make a call fail here.
fn can_inject() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let trace = |path: &Path| {
        let mut command = Command::new("strace");
        command.arg("-o").arg(path).args(["-e", "inject=chdir:error=EIO", "env", "--chdir=/", "true"]);
        command.stderr(Stdio::null()).status()
    };
    trace(&folder.path().join("trace")).is_ok_and(|status| !status.success())
        && fs::read_to_string(folder.path().join("trace")).is_ok_and(|text| text.contains("INJECTED"))
}
