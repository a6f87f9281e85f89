//! The hash of a line and of what follows it, as GitHub computes it where a report brings none.
//!
//! It is that of `fingerprints.ts` of github/codeql-action, to the bit: a finding must not come back as a new one when
//! the program that uploads the report changes.

use std::collections::HashMap;

/// How many code units a hash is over.
const WINDOW: usize = 100;
/// The base of the rolling hash.
const BASE: i64 = 37;
/// Stands behind the last code unit.
const END: u16 = 65535;

/// The hash of every line of `text`, in order.
pub(super) fn line_hashes(text: &str) -> Vec<String> {
    let mut state = Rolling::default();
    let mut after_return = false;
    for unit in text.encode_utf16().chain([END]) {
        let skipped = matches!(unit, SPACE | TAB) || (after_return && unit == FEED);
        after_return = unit == RETURN;
        match (skipped, unit) {
            (true, _) => {}
            (false, RETURN) => state.process(FEED),
            (false, unit) => state.process(unit),
        }
    }
    (0..WINDOW).for_each(|_| state.push(0));
    state.hashes
}

const TAB: u16 = 0x09;
const FEED: u16 = 0x0a;
const RETURN: u16 = 0x0d;
const SPACE: u16 = 0x20;

/// The hash of the last [`WINDOW`] code units.
struct Rolling {
    window: [u16; WINDOW],
    /// Whether the unit at the same index of the window begins a line.
    starts: [bool; WINDOW],
    at: usize,
    hash: i64,
    at_line_start: bool,
    /// What a unit weighs when it leaves the window.
    weight: i64,
    met: HashMap<i64, u32>,
    hashes: Vec<String>,
}

impl Default for Rolling {
    fn default() -> Self {
        Rolling {
            window: [0; WINDOW],
            starts: [false; WINDOW],
            at: 0,
            hash: 0,
            at_line_start: true,
            weight: (0..WINDOW).fold(1, |weight: i64, _| weight.wrapping_mul(BASE)),
            met: HashMap::new(),
            hashes: Vec::new(),
        }
    }
}

impl Rolling {
    fn process(&mut self, unit: u16) {
        // The hash of a line is complete when the window begins at it, which is before the next unit comes.
        self.finish_line();
        self.starts[self.at] = self.at_line_start;
        self.at_line_start = unit == FEED;
        self.shift(unit);
    }

    fn push(&mut self, unit: u16) {
        self.finish_line();
        self.shift(unit);
    }

    fn finish_line(&mut self) {
        if !std::mem::take(&mut self.starts[self.at]) {
            return;
        }
        let count = self.met.entry(self.hash).or_insert(0);
        *count += 1;
        self.hashes.push(format!("{:x}:{count}", self.hash));
    }

    fn shift(&mut self, unit: u16) {
        let gone = i64::from(std::mem::replace(&mut self.window[self.at], unit));
        let hash = self.hash.wrapping_mul(BASE).wrapping_add(i64::from(unit));
        self.hash = hash.wrapping_sub(self.weight.wrapping_mul(gone));
        self.at = (self.at + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_tests_of_codeql_action() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        let ends = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(line_hashes(" a\nb\n  \t\tc\n d"), ends);
        let mixed = line_hashes(" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n");
        assert_eq!(mixed[..3], ["e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1"]);
        assert_eq!(mixed.len(), 7);
        let repeated = line_hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(repeated[5..8], ["a7f2ff13bc495cf2:6", "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1"]);
    }
}
