//! Paths as URI references.

use std::fmt::Write;

/// Whether `path` stands for itself, wherever the program was run.
pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || has_drive(path)
}

fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic())
}

/// `path`, which has `/` between its parts: relative as it is, absolute as a `file` URI.
pub(super) fn uri(path: &str) -> String {
    let mut uri = match (path.starts_with('/'), has_drive(path)) {
        (true, _) => "file://".to_owned(),
        (false, true) => "file:///".to_owned(),
        (false, false) => String::new(),
    };
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_uri_is_escaped() {
        assert_eq!(uri("src/a b#é.py"), "src/a%20b%23%C3%A9.py");
        assert_eq!(uri("../a.py"), "../a.py");
        assert_eq!(uri("a:b.py"), "a%3Ab.py", "or it would be read as a scheme");
        assert_eq!(uri("/x/a.py"), "file:///x/a.py");
        assert_eq!((uri("C:/a.py"), is_absolute("C:/a.py")), ("file:///C%3A/a.py".to_owned(), true));
    }
}
