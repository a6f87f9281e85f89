//! Names of staging files: how they are made, and how a sweep reads them again.
//!
//! This is the one place where the format is described; every other implementation follows it.
//!
//! ```text
//! .crashsafe-<host>-<pid>-<start>-<random>-<name>
//! ```
//!
//! - The leading dot hides the file, and the word after it says whose it is.
//! - `<host>`: 8 lower-case hexadecimal digits, FNV-1a (32 bits) over the bytes of the host's name
//!   (`/proc/sys/kernel/hostname` without its newline), one NUL byte, and the text that the link `/proc/self/ns/pid`
//!   holds (`pid:[4026531836]`). Process ids of another host or container say nothing here, so a sweep needs to know.
//!   `00000000` where either cannot be read.
//! - `<pid>`: the maker's process id, lower-case hexadecimal without leading zeros.
//! - `<start>`: when the maker started, in clock ticks since the system's start (field 22 of `/proc/<pid>/stat`),
//!   lower-case hexadecimal without leading zeros, `0` where it cannot be read. It tells the maker from a later process
//!   with the same id.
//! - `<random>`: 16 lower-case hexadecimal digits that nobody can foresee.
//! - `<name>`: the target's own name, so that a suffix is the staging file's suffix too. If the whole would be longer
//!   than 255 bytes, the *front* of `<name>` is cut, at a character boundary. Where the file system refuses even that
//!   as too long, `<name>` is cut in the same way to what makes the whole 143 bytes, the limit of eCryptfs.

use std::ffi::{OsStr, OsString};

/// What every name of a staging file begins with.
pub const PREFIX: &str = ".crashsafe-";

/// The longest name that the usual file systems take.
pub(crate) const LONGEST: usize = 255;

/// The longest name that the file system with the narrowest known limit takes.
pub(crate) const SHORTEST_LIMIT: usize = 143;

/// The process that made a staging file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Maker {
    /// Which host and process namespace; 0 if unknown.
    pub(crate) host: u32,
    /// The process id there.
    pub(crate) pid: u32,
    /// When it started, in ticks; 0 if unknown.
    pub(crate) start: u64,
}

/// The name of a staging file for the target `name`, at most `limit` bytes long if it can be.
pub(crate) fn staging(maker: Maker, random: u64, name: &OsStr, limit: usize) -> OsString {
    let Maker { host, pid, start } = maker;
    let mut staging = OsString::from(format!("{PREFIX}{host:08x}-{pid:x}-{start:x}-{random:016x}-"));
    let room = limit.saturating_sub(staging.len());
    staging.push(tail(name, room));
    staging
}

/// The end of `name` that fits into `room` bytes.
fn tail(name: &OsStr, room: usize) -> OsString {
    if name.len() <= room {
        return name.to_owned();
    }
    let text = name.to_string_lossy();
    let mut from = text.len().saturating_sub(room);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    OsString::from(&text[from..])
}

/// Who made the staging file called `name`; `None` if it is none.
pub(crate) fn maker_of(name: &OsStr) -> Option<Maker> {
    // Only the target's own name at the end may be something else than ASCII.
    let lossy = name.to_string_lossy();
    let mut parts = lossy.strip_prefix(PREFIX)?.splitn(5, '-');
    let host = number(parts.next()?, 8)?;
    let pid = number(parts.next()?, 0)?;
    let start = number(parts.next()?, 0)?;
    number(parts.next()?, 16)?;
    parts.next()?;
    Some(Maker { host: u32::try_from(host).ok()?, pid: u32::try_from(pid).ok()?, start })
}

/// The value of lower-case hexadecimal `digits`, which must be `width` many unless that is 0.
fn number(digits: &str, width: usize) -> Option<u64> {
    let is_ours = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_ours || (width != 0 && digits.len() != width) {
        return None;
    }
    u64::from_str_radix(digits, 16).ok()
}

/// FNV-1a of 32 bits: small enough to be written again in any language, and only to tell hosts apart.
pub(crate) fn host_of(hostname: &[u8], namespace: &[u8]) -> u32 {
    let bytes = hostname.iter().chain([&0]).chain(namespace);
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAKER: Maker = Maker { host: 0x0102_a0ff, pid: 0x1f3a, start: 0x5c2 };

    #[test]
    fn a_name_says_who_made_it_and_keeps_the_suffix() {
        let name = staging(MAKER, 7, OsStr::new("table.csv.gz"), LONGEST);
        assert_eq!(name, ".crashsafe-0102a0ff-1f3a-5c2-0000000000000007-table.csv.gz");
        assert_eq!(maker_of(&name), Some(MAKER));
    }

    #[test]
    fn a_dash_in_the_target_does_no_harm() {
        assert_eq!(maker_of(&staging(MAKER, u64::MAX, OsStr::new("a-b-c-"), LONGEST)), Some(MAKER));
    }

    #[test]
    fn a_long_name_loses_its_front_at_a_character_boundary() {
        for limit in [LONGEST, SHORTEST_LIMIT] {
            let name = staging(MAKER, 1, OsStr::new(&format!("{}.json", "é".repeat(125))), limit);
            assert!(name.len() <= limit && name.len() >= limit - 1, "{}", name.len());
            assert!(name.to_str().unwrap().ends_with("é.json"));
            assert_eq!(maker_of(&name), Some(MAKER));
        }
    }

    #[test]
    fn other_names_are_nobodys() {
        let others = [
            "",
            "notes.txt",
            ".crashsafe-",
            ".crashsafe-0102a0ff-1f3a-5c2-0000000000000007",
            ".crashsafe-0102A0FF-1f3a-5c2-0000000000000007-x",
            ".crashsafe-0102a0ff-1f3a-5c2-07-x",
            ".crashsafe-0102a0ff--5c2-0000000000000007-x",
            ".crashsafe-0102a0ff-100000000-5c2-0000000000000007-x",
            "crashsafe-0102a0ff-1f3a-5c2-0000000000000007-x",
        ];
        for name in others {
            assert_eq!(maker_of(OsStr::new(name)), None, "{name}");
        }
    }

    #[test]
    fn the_hash_of_a_host_is_the_published_one() {
        // The vector "a" of the FNV reference tables, reached by ending before the NUL byte.
        assert_eq!(host_of(b"", b""), 0x050c_5d1f);
        assert_ne!(host_of(b"a", b"pid:[1]"), host_of(b"a", b"pid:[2]"));
    }
}
