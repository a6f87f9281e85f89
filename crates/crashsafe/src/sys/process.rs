//! Who this process is, and whether another one still runs: what the names of staging files are made of.
//!
//! Everything here is read from `/proc` by the standard library; where there is none, it is unknown.

use crate::name::{self, Maker};
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::{fs, process};

/// This process, asked for anew after a fork.
pub(super) fn this() -> Maker {
    // Atomics and no lock, because a lock that another thread holds during a fork stays locked in the child for ever.
    static PID: AtomicU32 = AtomicU32::new(0);
    static HOST: AtomicU32 = AtomicU32::new(0);
    static START: AtomicU64 = AtomicU64::new(0);
    let pid = process::id();
    if PID.load(Ordering::Acquire) != pid {
        // The host too, because a child may be the first of a process namespace of its own.
        HOST.store(read_host().unwrap_or(0), Ordering::Relaxed);
        START.store(start_of(pid).unwrap_or(0), Ordering::Relaxed);
        PID.store(pid, Ordering::Release);
    }
    Maker { host: HOST.load(Ordering::Relaxed), pid, start: START.load(Ordering::Relaxed) }
}

/// A number that nobody can foresee.
pub(super) fn random() -> u64 {
    // The standard library keys its maps from the system's random source, once in a thread, and steps on from there.
    // Two processes after a fork draw the same numbers, but the process id is part of the name.
    RandomState::new().hash_one(0u8)
}

/// Which host and process namespace this is; 0 if unknown.
pub(super) fn host() -> u32 {
    this().host
}

fn read_host() -> Option<u32> {
    let hostname = fs::read("/proc/sys/kernel/hostname").ok()?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(name::host_of(hostname.trim_ascii_end(), namespace.as_os_str().as_encoded_bytes()))
}

/// Whether `/proc` shows this process's own namespace: in another one's, its numbers are those of other processes.
pub(super) fn sees_own_namespace() -> bool {
    fs::read_link("/proc/self").is_ok_and(|own| own.to_str() == Some(&process::id().to_string()))
}

/// When process `pid` started, in ticks since the start of the system.
fn start_of(pid: u32) -> Option<u64> {
    if !sees_own_namespace() {
        return None;
    }
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses and may hold both spaces and parentheses.
    let (_, after) = stat.rsplit_once(')')?;
    after.split_ascii_whitespace().nth(19)?.parse().ok()
}

/// Whether the process `maker` is another one than the one that now has its number.
pub(super) fn is_another(maker: Maker) -> bool {
    maker.start != 0 && start_of(maker.pid).is_some_and(|start| start != maker.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn this_process_is_itself() {
        assert_eq!(this(), this());
        assert_eq!(this().pid, process::id());
        assert!(!is_another(this()));
        if Path::new("/proc/self/stat").exists() {
            assert!(is_another(Maker { start: this().start + 1, ..this() }));
        }
    }

    #[test]
    fn random_numbers_differ() {
        let mut drawn: Vec<u64> = (0..1000).map(|_| random()).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 1000);
    }
}
