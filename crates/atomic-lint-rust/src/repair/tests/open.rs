//! Handles that are opened, written to and committed.

use super::*;

#[track_caller]
fn turns(before: &str, after: &str) -> Spelling {
    open(&body(before)).becomes(&body(after))
}

#[test]
fn the_commit_comes_behind_the_last_write() {
    let spelling = turns(
        "let mut file = «File::create(p)»?;\nfile.write_all(d)?;\nOk(())",
        "let mut file = crashsafe::File::create(p)?;\nfile.write_all(d)?;\nfile.commit()?;\nOk(())",
    );
    assert_eq!(spelling.applicability, Applicability::Safe);
}

#[test]
fn a_last_write_that_is_the_result_is_followed_by_a_commit() {
    turns(
        "let mut file = «File::create(p)»?;\nfile.write_all(d)",
        "let mut file = crashsafe::File::create(p)?;\nfile.write_all(d)?;\nfile.commit()?;\nOk(())",
    );
    turns(
        "let mut file = «File::create(p)»?;\nwriteln!(file, \"x\")",
        "let mut file = crashsafe::File::create(p)?;\nwriteln!(file, \"x\")?;\nfile.commit()?;\nOk(())",
    );
}

#[test]
fn a_commit_takes_the_place_of_a_sync_a_flush_or_a_drop() {
    for end in ["file.sync_all()?;", "file.flush()?;", "drop(file);", "file.sync_data()?;\ndrop(file);"] {
        turns(
            &format!("let mut file = «File::create(p)»?;\nfile.write_all(d)?;\n{end}\nOk(())"),
            "let mut file = crashsafe::File::create(p)?;\nfile.write_all(d)?;\nfile.commit()?;\nOk(())",
        );
    }
    turns(
        "let mut file = «File::create(p)»?;\nfile.write_all(d)?;\nfile.sync_all()",
        "let mut file = crashsafe::File::create(p)?;\nfile.write_all(d)?;\nfile.commit()?;\nOk(())",
    );
}

#[test]
fn a_buffer_is_that_of_the_runtime() {
    turns(
        "let mut out = BufWriter::new(«File::create(p)»?);\nout.write_all(d)?;\nout.flush()",
        "let mut out = crashsafe::BufWriter::create(p)?;\nout.write_all(d)?;\nout.commit()?;\nOk(())",
    );
    turns(
        "let file = «File::create(p)»?;\nlet mut out = BufWriter::with_capacity(64, file);\nout.write_all(d)?;\nOk(())",
        "let file = crashsafe::File::create(p)?;\nlet mut out = crashsafe::BufWriter::with_capacity(64, file);\nout.write_all(d)?;\nout.commit()?;\nOk(())",
    );
}

#[test]
fn an_encoder_is_finished_and_what_it_gives_back_committed() {
    turns(
        "let mut out = GzEncoder::new(BufWriter::new(«File::create(p)»?), level);\nout.write_all(d)?;\nout.finish()?;\nOk(())",
        "let mut out = GzEncoder::new(crashsafe::BufWriter::create(p)?, level);\nout.write_all(d)?;\nout.finish()?.commit()?;\nOk(())",
    );
    turns(
        "let mut out = GzEncoder::new(«File::create(p)»?, level);\nout.write_all(d)?;\nlet file = out.finish()?;\nfile.sync_all()",
        "let mut out = GzEncoder::new(crashsafe::File::create(p)?, level);\nout.write_all(d)?;\nlet file = out.finish()?;\nfile.commit()?;\nOk(())",
    );
}

#[test]
fn a_serializer_gets_a_reference() {
    turns(
        "let file = «File::create(p)»?;\nserde_json::to_writer(file, d)?;\nOk(())",
        "let mut file = crashsafe::File::create(p)?;\nserde_json::to_writer(&mut file, d)?;\nfile.commit()?;\nOk(())",
    );
    turns(
        "serde_json::to_writer(«File::create(p)»?, d)?;\nOk(())",
        "let mut file = crashsafe::File::create(p)?;\nserde_json::to_writer(&mut file, d)?;\nfile.commit()?;\nOk(())",
    );
}

#[test]
fn a_handle_without_a_name_becomes_a_write() {
    turns("«File::create(p)»?.write_all(d)", "crashsafe::write(p, d)");
    turns(
        "«File::create(p)»\n    .context(\"a\")?\n    .write_all(d)\n    .context(\"b\")?;\nOk(())",
        "crashsafe::write(p, d)\n    .context(\"b\")?;\nOk(())",
    );
}

#[test]
fn options_that_truncate_are_the_default() {
    turns(
        "let mut file = «OpenOptions::new().write(true).create(true).truncate(true).open(p)»?;\nfile.write_all(d)?;\nOk(())",
        "let mut file = crashsafe::File::create(p)?;\nfile.write_all(d)?;\nfile.commit()?;\nOk(())",
    );
    turns(
        "let mut file = «OpenOptions::new().write(true).create(true).mode(0o600).open(p)»?;\nfile.write_all(d)?;\nOk(())",
        "let mut file = crashsafe::Options::new().mode(0o600).open(p)?;\nfile.write_all(d)?;\nfile.commit()?;\nOk(())",
    );
}

#[test]
fn what_leaves_early_without_an_error_commits_too() {
    let spelling = turns(
        "let mut file = «File::create(p)»?;\nif d.is_empty() {\n    return Ok(());\n}\nif bad {\n    return Err(x);\n}\nfile.write_all(d)?;\nOk(())",
        "let mut file = crashsafe::File::create(p)?;\nif d.is_empty() {\n    file.commit()?;\n    return Ok(());\n}\nif bad {\n    return Err(x);\n}\nfile.write_all(d)?;\nfile.commit()?;\nOk(())",
    );
    assert_eq!(spelling.applicability, Applicability::Unsafe);
    turns(
        "for x in d {\n    let mut file = «File::create(p)»?;\n    match x {\n        0 => continue,\n        _ => {}\n    }\n    file.write_all(x)?;\n}\nOk(())",
        "for x in d {\n    let mut file = crashsafe::File::create(p)?;\n    match x {\n        0 => {\n            file.commit()?;\n            continue;\n        }\n        _ => {}\n    }\n    file.write_all(x)?;\n    file.commit()?;\n}\nOk(())",
    );
}

#[test]
fn a_branch_that_returns_the_write_commits_before() {
    turns(
        "if quick {\n    let mut file = «File::create(p)»?;\n    return file.write_all(d);\n}\nOk(())",
        "if quick {\n    let mut file = crashsafe::File::create(p)?;\n    file.write_all(d)?;\n    file.commit()?;\n    return Ok(());\n}\nOk(())",
    );
}

#[test]
fn what_panics_goes_on_to_panic() {
    open("fn f() {\n    let mut file = «File::create(p)».unwrap();\n    file.write_all(d).expect(\"full\");\n}\n").becomes(
        "fn f() {\n    let mut file = crashsafe::File::create(p).unwrap();\n    file.write_all(d).expect(\"full\");\n    file.commit().expect(\"full\");\n}\n",
    );
}

#[test]
fn an_error_type_that_is_not_known_is_made_from_an_io_error() {
    open("fn f() -> Result<(), Mine> {\n    let mut file = «File::create(p)»?;\n    file.write_all(d)?;\n    Ok(())\n}\n").becomes(
        "fn f() -> Result<(), Mine> {\n    let mut file = crashsafe::File::create(p)?;\n    file.write_all(d)?;\n    file.commit().map_err(std::io::Error::from)?;\n    Ok(())\n}\n",
    );
    open("fn f() -> Result<(), Mine> {\n    let mut file = «File::create(p)».map_err(Mine::A)?;\n    file.write_all(d).map_err(Mine::B)\n}\n").becomes(
        "fn f() -> Result<(), Mine> {\n    let mut file = crashsafe::File::create(p).map_err(Mine::A)?;\n    file.write_all(d).map_err(Mine::B)?;\n    file.commit()\n        .map_err(std::io::Error::from)\n        .map_err(Mine::B)?;\n    Ok(())\n}\n",
    );
}

#[test]
fn a_handle_bound_by_a_condition_is_committed_in_its_branch() {
    turns(
        "if let Ok(mut file) = «File::create(p)» {\n    file.write_all(d)?;\n}\nOk(())",
        "if let Ok(mut file) = crashsafe::File::create(p) {\n    file.write_all(d)?;\n    file.commit()?;\n}\nOk(())",
    );
    turns(
        "let mut file = match «File::create(p)» {\n    Ok(file) => file,\n    Err(error) => return Err(error),\n};\nfile.write_all(d)?;\nOk(())",
        "let mut file = match crashsafe::File::create(p) {\n    Ok(file) => file,\n    Err(error) => return Err(error),\n};\nfile.write_all(d)?;\nfile.commit()?;\nOk(())",
    );
}

#[test]
fn a_name_used_again_belongs_to_another_handle() {
    turns(
        "let mut f = «File::create(p)»?;\nf.write_all(d)?;\nlet mut f = File::create(q)?;\nf.write_all(d)?;\nOk(())",
        "let mut f = crashsafe::File::create(p)?;\nf.write_all(d)?;\nf.commit()?;\nlet mut f = File::create(q)?;\nf.write_all(d)?;\nOk(())",
    );
}

#[test]
fn a_comment_on_the_line_of_the_last_write_stays_there() {
    turns(
        "let mut file = «File::create(p)»?; // open\nfile.write_all(d)?; // all\n// done\nOk(())",
        "let mut file = crashsafe::File::create(p)?; // open\nfile.write_all(d)?; // all\nfile.commit()?;\n// done\nOk(())",
    );
}

#[test]
fn tokio_commits_with_await() {
    let text = "async fn f() -> io::Result<()> {\n    let mut file = «fs::File::create(p)».await?;\n    file.write_all(d).await?;\n    file.flush().await\n}\n";
    let case = case(RepairKind::Through(Twin::Open), "tokio::fs::File::create", &[], text);
    let spelling = case.becomes(
        "async fn f() -> io::Result<()> {\n    let mut file = crashsafe::tokio::File::create(p).await?;\n    file.write_all(d).await?;\n    file.commit().await?;\n    Ok(())\n}\n",
    );
    assert_eq!(spelling.features, ["tokio"]);
}

#[test]
fn a_new_chain_that_is_long_is_broken_and_one_that_has_become_short_is_not() {
    let opened = "let mut file = «OpenOptions::new()\n        .write(true)\n        .create(true)\n        .truncate(true)\n        .open(p)»\n        .map_err(Failure::Open)?;";
    let written = "file.write_all(d).map_err(Failure::WriteTheContent)?;";
    let within =
        |lines: &str| format!("fn f(p: &Path, d: &[u8]) -> Result<(), Failure> {{\n    {lines}\n    Ok(())\n}}\n");
    open(&within(&format!("{opened}\n    {written}"))).becomes(&within(&format!(
        "let mut file = crashsafe::File::create(p).map_err(Failure::Open)?;\n    {written}\n    file.commit()\n        .map_err(std::io::Error::from)\n        .map_err(Failure::WriteTheContent)?;"
    )));
}

#[test]
fn a_mode_is_set_only_on_a_handle_that_may_change() {
    let set = "file.set_permissions(mode)?;\nfile.write_all(d)?;\nOk(())";
    turns(
        &format!("let mut file = «File::create(p)»?;\n{set}"),
        "let mut file = crashsafe::File::create(p)?;\nfile.set_permissions(mode)?;\nfile.write_all(d)?;\nfile.commit()?;\nOk(())",
    );
    let case =
        open(&body("let file = «File::create(p)»?;\nfile.set_permissions(mode)?;\n(&file).write_all(d)?;\nOk(())"));
    assert!(case.spell(Runtime::Crashsafe).is_err());
}
