//! From a path to text: reading without asking for the size first, and encodings.

use atomic_lint_ir::Language;
use encoding_rs::Encoding;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A buffer that is used for file after file.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// The bytes of `path`.
    ///
    /// Regular files give all that fits, so a read that leaves room was the last one (read(2)).
    pub(crate) fn read(&mut self, path: &Path) -> io::Result<&[u8]> {
        const FIRST: usize = 128 << 10;
        let mut file = File::open(path)?;
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize((self.buffer.len() * 2).max(FIRST), 0);
            }
            match file.read(&mut self.buffer[filled..]) {
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            if filled < self.buffer.len() {
                return Ok(&self.buffer[..filled]);
            }
        }
    }
}

/// A text, and how its bytes lie on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text<'b> {
    /// The text.
    pub(crate) text: Cow<'b, str>,
    /// Every character is one byte on disk, whatever it takes here.
    pub(crate) single_byte: bool,
}

/// The text that `bytes` are in `language`, or why they are none.
pub(crate) fn decode(language: Language, bytes: &[u8]) -> Result<Text<'_>, String> {
    if let Some(at) = memchr::memchr(0, bytes) {
        return Err(format!("NUL byte at offset {at}"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Text { text: Cow::Borrowed(text), single_byte: false }),
        Err(error) => match declared(language, bytes) {
            Some(encoding) => decode_single_byte(encoding, bytes),
            None => Err(format!("not UTF-8 at offset {}", error.valid_up_to())),
        },
    }
}

/// The encoding that the file says it has, where it has one byte for each character.
fn declared(language: Language, bytes: &[u8]) -> Option<&'static Encoding> {
    let name = match language {
        Language::Python => cookie(bytes)?,
        Language::Rust => return None,
    };
    encoding_of(&name).filter(|encoding| encoding.is_single_byte())
}

fn decode_single_byte<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<Text<'b>, String> {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(Text { text, single_byte: true }),
        None => Err(format!("not {}, which the file says it is", encoding.name())),
    }
}

/// The encoding named in one of the first two lines (PEP 263).
fn cookie(bytes: &[u8]) -> Option<String> {
    let mut lines = bytes.split(|byte| *byte == b'\n').take(2);
    let first = lines.next()?;
    cookie_of_line(first).or_else(|| {
        // A second line counts only where the first is blank or a comment.
        let head = first.trim_ascii_start();
        (head.is_empty() || head.starts_with(b"#")).then(|| lines.next()).flatten().and_then(cookie_of_line)
    })
}

fn cookie_of_line(line: &[u8]) -> Option<String> {
    let comment = line.trim_ascii_start().strip_prefix(b"#")?;
    let comment = String::from_utf8_lossy(comment);
    let at = comment.find("coding:").or_else(|| comment.find("coding="))?;
    let name = comment[at + "coding:".len()..].trim_start_matches([' ', '\t']);
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(name.len());
    (end > 0).then(|| name[..end].to_ascii_lowercase().replace('_', "-"))
}

/// What Python understands by `name`; what is not found here is not decoded, and said to be so.
fn encoding_of(name: &str) -> Option<&'static Encoding> {
    let is = |known: &str| name == known || name.strip_prefix(known).is_some_and(|rest| rest.starts_with('-'));
    // In Python these are seven bits; the web takes them for windows-1252.
    if ["ascii", "us-ascii"].contains(&name) {
        return None;
    }
    if ["latin-1", "iso-8859-1", "iso-latin-1"].into_iter().any(is) {
        return Encoding::for_label(b"latin1");
    }
    Encoding::for_label(name.as_bytes()).or_else(|| Encoding::for_label(name.replace('-', "").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(bytes: &[u8]) -> Result<Text<'_>, String> {
        decode(Language::Python, bytes)
    }

    #[test]
    fn a_cookie_in_the_first_two_lines_is_honoured() {
        for head in ["# coding: latin-1", "#!/bin/x\n# -*- coding: iso-8859-15 -*-", "# vim: set fileencoding=cp1252 :"]
        {
            let bytes = [head.as_bytes(), b"\nx = '\xe9'"].concat();
            let text = python(&bytes).unwrap();
            assert!(text.single_byte);
            assert!(text.text.ends_with("x = 'é'"), "{head}");
        }
    }

    #[test]
    fn a_cookie_elsewhere_or_of_another_width_is_not() {
        for head in ["\n\n# coding: latin-1", "x = 1\n# coding: latin-1", "# coding: ascii", "# coding: shift_jis", ""]
        {
            let bytes = [head.as_bytes(), b"\nx = '\xe9'"].concat();
            assert!(python(&bytes).is_err(), "{head}");
        }
        assert!(decode(Language::Rust, b"# coding: latin-1\n\xe9").is_err());
    }

    #[test]
    fn a_nul_byte_is_an_error_that_says_where() {
        assert_eq!(python(b"a\0"), Err("NUL byte at offset 1".into()));
        assert_eq!(python(b"a\xff"), Err("not UTF-8 at offset 1".into()));
    }

    #[test]
    fn a_file_longer_than_the_buffer_is_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let mut reader = Reader::default();
        for length in [0, 1, 128 << 10, (128 << 10) + 1, 1 << 20] {
            std::fs::write(&path, vec![b'x'; length]).unwrap();
            assert_eq!(reader.read(&path).unwrap().len(), length);
        }
    }
}
