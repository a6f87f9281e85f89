//! What stays the same of a finding when lines move.

use std::collections::HashMap;

/// Gives fingerprints, telling apart findings that are alike.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints {
    met: HashMap<String, u32>,
}

impl Fingerprints {
    /// The fingerprint of the next finding of `rule` in `scope` of `path` about `target`.
    pub(crate) fn next(&mut self, rule: &str, path: &str, scope: &str, target: &str) -> String {
        // The separator occurs in none of the parts.
        let key = [rule, path, scope, target].join("\0");
        let occurrence = self.met.entry(key.clone()).or_insert(0);
        *occurrence += 1;
        format!("{:016x}", fnv(format!("{key}\0{occurrence}").as_bytes()))
    }
}

/// FNV-1a; the standard library's hashes may change from version to version.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_findings_differ_by_their_number_and_nothing_else_matters() {
        let mut first = Fingerprints::default();
        let one = first.next("direct-write", "a.py", "f", "p");
        let two = first.next("direct-write", "a.py", "f", "p");
        assert_ne!(one, two);
        assert_eq!(Fingerprints::default().next("direct-write", "a.py", "f", "p"), one);
        assert_eq!(one, "68a72b82abbb7083", "fingerprints are kept by people, they must not change");
    }
}
