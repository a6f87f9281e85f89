//! Texts that nobody would write: nothing panics, overflows or hangs.

use crate::lower;
use atomic_lint_ir::{GapKind, Lowered};

/// Lowers on the stack that callers are told to give.
fn survives(source: String) -> Lowered {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(move || lower(&source));
    thread.expect("a thread can be had").join().expect("lowering does not panic")
}

fn too_deep(lowered: &Lowered) -> bool {
    lowered.gaps.iter().any(|gap| gap.kind == GapKind::Nesting)
}

#[test]
fn deep_expressions_are_gaps_and_what_follows_is_lowered() {
    let expressions = [
        "(".repeat(50_000) + &")".repeat(50_000),
        "not ".repeat(50_000) + "1",
        "lambda: ".repeat(20_000) + "1",
        "a".to_string() + &" + a".repeat(50_000),
        "a".to_string() + &" or a".repeat(50_000),
        "a".to_string() + &".b".repeat(50_000),
        "a".to_string() + &"(1)".repeat(20_000),
        "a".to_string() + &"[0]".repeat(20_000),
    ];
    for expression in expressions {
        let lowered = survives(format!("x = {expression}\nopen(1)\n"));
        assert!(too_deep(&lowered));
        assert!(atomic_lint_ir::dump(&lowered.unit.unwrap()).contains("?open(1)"));
    }
}

#[test]
fn deep_blocks_do_no_harm() {
    for head in ["if x:", "def f():", "class C:", "with a() as b:", "for a in b:", "while a:"] {
        let lines: String = (0..2_000).map(|depth| format!("{}{head}\n", " ".repeat(depth))).collect();
        survives(lines + &" ".repeat(2_000) + "pass\n");
    }
}

#[test]
fn nested_finally_clauses_do_not_multiply() {
    let opens = |depth: usize| {
        let indent = " ".repeat(depth + 1);
        format!("{indent}try:\n{indent} return g()\n{indent}finally:\n")
    };
    let source = "def f():\n".to_string() + &(0..80).map(opens).collect::<String>() + &" ".repeat(82) + "pass\n";
    let lowered = survives(source);
    assert_eq!(lowered.gaps, []);
    let blocks = lowered.unit.unwrap().bodies[1].blocks.len();
    assert!(blocks < 10_000, "{blocks} blocks");
}

#[test]
fn a_shared_finally_goes_on_to_all_its_ways() {
    let returns: String = (0..2_000).map(|at| format!("        if a: return {at}\n")).collect();
    let lowered = survives(format!("def f(a):\n    try:\n{returns}    finally:\n        done()\n"));
    let unit = lowered.unit.unwrap();
    let shown = atomic_lint_ir::dump(&unit);
    assert!(shown.contains("return 0\n") && shown.contains("return 1999\n"));
    assert!(shown.matches("?done()").count() < 2_000);
}

#[test]
fn unclosed_and_stray_tokens_are_gaps() {
    for text in
        ["(", "[", "{", "f(", "f\"{", "\"\"\"", "@", ":", "def", "class", "with", "x = ", "%", "$", "`a`", "if x"]
    {
        for count in [1, 1_000] {
            survives(text.repeat(count));
            survives(format!("a()\n{}\nb()\n", text.repeat(count)));
        }
    }
}

#[test]
fn long_flat_files_are_lowered_whole() {
    let elements = "\"a\",".repeat(50_000);
    for source in
        [format!("x = [{elements}]\n"), "f()\n".repeat(20_000), format!("if x: a()\n{}", "elif y: b()\n".repeat(5_000))]
    {
        let lowered = survives(source);
        assert_eq!(lowered.gaps, []);
    }
}

#[test]
fn random_bytes_do_no_harm() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..100 {
        let bytes: Vec<u8> = (0..400).map(|_| random() as u8).collect();
        survives(String::from_utf8_lossy(&bytes).into_owned());
    }
}

#[test]
fn random_tokens_do_no_harm() {
    const TOKENS: &str = "def class if else elif try except finally with as for in while return yield raise import from \
        lambda match case x y self ( ) [ ] { } : , . = += / % | == is not and or \"s\" f\"{x}\" b'' 1 None * ** @ -> := \
        async await del global nonlocal pass break continue";
    let tokens: Vec<&str> = TOKENS.split_whitespace().chain(["\n", "\n    ", "\n        ", "\n"]).collect();
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below
    };
    for _ in 0..300 {
        let source: Vec<&str> = (0..random(200)).map(|_| tokens[random(tokens.len())]).collect();
        survives(source.join(" "));
    }
}

#[test]
fn every_prefix_of_a_file_is_survived() {
    let source = "class C(B):\n    @p\n    def f(self, a: 'X' = 1, *b, **c):\n        with open(f\"{a}.t\", 'w') as g, h:\n            \
                  try:\n                g.write('%s' % a)\n            except (A, B) as e:\n                raise\n            finally:\n                \
                  del a\n        match a:\n            case {'k': [1, *r]} if r: return [x for x in r if x]\n            case _: yield\n";
    for end in 0..=source.len() {
        survives(source[..end].to_string());
    }
}

#[test]
fn nul_bytes_and_empty_files_do_no_harm() {
    for source in ["", "\0", "x = 1\0\nopen(1)\n", "\u{feff}", "\r", "\\", "# atomic-lint:", "\u{c}"] {
        survives(source.to_string());
    }
}

#[test]
fn no_import_is_of_nothing() {
    for source in
        ["import\n", "import as a\n", "from import b\n", "from . import\n", "from x import as c\n", "import a as\n"]
    {
        let unit = survives(source.to_string()).unit.unwrap();
        assert!(unit.imports.iter().all(|import| !import.target.segments.is_empty()));
        assert!(unit.globs.iter().all(|glob| !glob.target.segments.is_empty()));
    }
}

#[test]
fn many_levels_of_indentation_are_a_gap() {
    let lines: String = (0..600).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
    assert!(too_deep(&survives(lines + &" ".repeat(600) + "open('a')\n")));
}

#[test]
fn long_comments_cost_little_and_are_no_gap() {
    let comments = "# a\n    # b\n".repeat(20_000);
    for source in [format!("{comments}open(1)\n"), format!("if x:\n{comments}    open(1)\n")] {
        let lowered = survives(source);
        assert_eq!(lowered.gaps, []);
        assert!(atomic_lint_ir::dump(&lowered.unit.unwrap()).contains("?open(1)"));
    }
}

#[test]
fn a_text_that_is_read_again_and_again_is_a_gap() {
    let lowered = survives(format!("x = 1\n{}\nopen(1)\n", "\\\n".repeat(50_000)));
    assert!(lowered.unit.is_none() && lowered.gaps.len() == 1);
    assert_eq!(survives(String::from("open(1)\n")).gaps, []);
}
