//! The protocol written out with the standard library alone.

use super::*;

const HEAD: &str = "use std::io;\n\nfn f(p: &str) -> io::Result<()> {\n    ";

fn written_out(marked: &str) -> String {
    let case = write(marked);
    let spelling = case.spell(Runtime::Standard).unwrap();
    assert_eq!((spelling.applicability, spelling.needs_runtime), (Applicability::Unsafe, false));
    apply(&case.text, &spelling.edits).unwrap()
}

#[test]
fn a_function_is_put_in_once_and_before_the_tests() {
    let once = written_out(&format!("{HEAD}«std::fs::write(p, \"x\")»\n}}\n\n#[cfg(test)]\nmod tests {{}}\n"));
    let (code, tests) = once.split_once("/// Writes `contents`").unwrap();
    assert_eq!(code, format!("{HEAD}write_atomically(p, \"x\")\n}}\n\n"));
    assert!(tests.ends_with("    Ok(())\n}\n\n#[cfg(test)]\nmod tests {}\n"), "{tests}");
    let twice =
        once.replacen("write_atomically(p, \"x\")", "write_atomically(p, \"x\")?;\n    «std::fs::write(p, \"y\")»", 1);
    assert_eq!(written_out(&twice), twice.replace("«std::fs::write(p, \"y\")»", "write_atomically(p, \"y\")"));
}

#[test]
fn a_module_calls_it_from_above_and_line_ends_are_kept() {
    let made =
        written_out("mod m {\r\n    fn f() {\r\n        «std::fs::write(\"p\", \"x\")».unwrap();\r\n    }\r\n}\r\n");
    assert!(made.contains("super::write_atomically(\"p\", \"x\").unwrap();"), "{made}");
    assert_eq!(made.matches('\n').count(), made.matches("\r\n").count());
}

#[test]
fn another_thing_of_its_name_is_left_alone() {
    let case = write(&format!("{HEAD}«std::fs::write(p, \"x\")»\n}}\n\nfn write_atomically() {{}}\n"));
    assert_eq!(
        case.spell(Runtime::Standard).map(|spelling| spelling.edits),
        Err("there is another function of the name that it would be given".to_owned())
    );
}
