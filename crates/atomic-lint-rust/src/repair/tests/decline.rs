//! What is declined, and why.

use super::*;

#[test]
fn handles_that_leave_are_declined() {
    for (statements, why) in [
        ("let file = «File::create(p)»?;\nOk(S { file })", "the handle is stored"),
        ("let file = «File::create(p)»?;\nOk(file)", "the handle is passed on"),
        ("«File::create(p)»", "the handle is returned"),
        ("let file = «File::create(p)»?;\nself.file = Some(file);\nOk(())", "the handle is passed on"),
        ("let mut f = «File::create(p)»?;\nspawn(move || f.write_all(d));\nOk(())", "it is moved into a closure"),
        ("let mut f = «File::create(p)»?;\nlet g = f.try_clone()?;\nOk(())", "`try_clone` is called on the handle"),
        ("let mut f = «File::create(p)»?;\nf.lock_exclusive()?;\nOk(())", "`lock_exclusive` is called on the handle"),
        ("let f = «File::create(p)»?;\nOk(())", "nothing is written to the handle here"),
        (
            "let o = BufWriter::new(«File::create(p)»?);\nrender(&mut o)?;\nOk(())",
            "the handle is lent to a function that is not seen here",
        ),
        ("let f = «opts.open(p)»?;\nf.write_all(d)?;\nOk(())", "the options are made elsewhere"),
        ("let f = «OpenOptions::new().append(true).open(p)»?;\nf.write_all(d)?;\nOk(())", "the file is appended to"),
        ("let f = «File::create(p)»?;\nlet x = { f.write_all(d) };\nOk(())", ""),
    ] {
        if why.is_empty() {
            assert!(open(&body(statements)).spell(Runtime::Crashsafe).is_ok());
        } else {
            open(&body(statements)).is_declined(why);
        }
    }
}

#[test]
fn an_error_that_nobody_is_told_is_declined() {
    open("fn f() {\n    if let Ok(mut file) = «File::create(p)» {\n        let _ = file.write_all(d);\n    }\n}\n")
        .is_declined("it is not known what to do with an error");
}

#[test]
fn a_call_of_a_variable_is_declined() {
    write("fn f() {\n    let put = std::fs::write;\n    «put(p, d)».unwrap();\n}\n")
        .is_declined("what is called is no function of a library");
}

#[test]
fn other_asynchronous_libraries_are_declined() {
    case(
        RepairKind::Through(Twin::Write),
        "async_std::fs::write",
        &[],
        "async fn f() {\n    «fs::write(p, d)».await.unwrap();\n}\n",
    )
    .is_declined("the runtime has asynchronous twins for tokio only");
}

#[test]
fn a_call_within_a_macro_is_declined() {
    write("fn f() {\n    ensure!(«fs::write(p, d)».is_ok());\n}\n").is_declined("the call is written by a macro");
}

#[test]
fn a_target_that_is_moved_aside_is_declined() {
    let text = body("‹fs::rename(&p, &old)›?;\n«fs::rename(&tmp, &p)»");
    case(RepairKind::KeepTarget, "std::fs::rename", &[FlowStep::Remove], &text)
        .is_declined("the target is moved aside, which may be meant as a backup");
}

#[test]
fn text_that_is_no_rust_is_declined_and_not_a_panic() {
    let repair = |at| Repair { kind: RepairKind::Sync, at, api: "x".into(), target: None, steps: Vec::new() };
    for text in ["", "fn f( {", "«", "😀😀", "fn f() { x }"] {
        for span in [Span::new(0, 0), Span::new(1, 2), Span::new(0, 99), Span::new(9, 10)] {
            assert!(RustFrontend.spell(text, &repair(span), Runtime::Crashsafe).is_err());
        }
    }
}

#[test]
fn without_the_runtime_a_write_is_declined() {
    let case = write("fn f() {\n    «fs::write(p, d)».unwrap();\n}\n");
    assert!(case.spell(Runtime::None).is_err());
}

#[test]
fn a_link_is_not_taken_for_a_rename() {
    case(RepairKind::Sync, "std::fs::hard_link", &[], &body("let x = || «fs::hard_link(&tmp, p)»;\nOk(())"))
        .is_declined("it is not published by the rename of the standard library");
}

#[test]
fn a_removal_that_is_all_of_something_is_declined() {
    let text = body("if fresh {\n    ‹fs::remove_file(&p)›?;\n}\n«fs::rename(&tmp, &p)»");
    case(RepairKind::KeepTarget, "std::fs::rename", &[FlowStep::Remove], &text)
        .is_declined("the removal is all that its block does");
    let text =
        "fn g() -> io::Result<()> {\n    ‹fs::remove_file(p)›\n}\nfn f() {\n    «fs::rename(t, p)».unwrap();\n}\n";
    case(RepairKind::KeepTarget, "std::fs::rename", &[FlowStep::Remove], text)
        .is_declined("the target is removed by another function, or as a value");
}

#[test]
fn a_buffer_that_is_borrowed_is_not_flushed() {
    let text = body(
        "let mut out = BufWriter::new(‹File::create(&tmp)›?);\nlet below = out.get_ref();\n«below.sync_all()»?;\nOk(())",
    );
    case(RepairKind::Flush, "std::fs::File::sync_all", &[FlowStep::Open], &text)
        .is_declined("the file is synced through another variable, which borrows the buffer");
}
