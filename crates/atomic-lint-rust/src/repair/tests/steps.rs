//! Missing and wrong steps around a staging file.

use super::*;

fn sync(steps: &[FlowStep], statements: &str) -> Case {
    case(RepairKind::Sync, "std::fs::rename", steps, &body(statements))
}

#[test]
fn a_handle_that_is_still_there_is_synced_before_the_rename() {
    let spelling = sync(
        &[FlowStep::Open],
        "let mut file = ‹File::create(&tmp)›?;\nfile.write_all(d)?;\n«fs::rename(&tmp, p)»?;\nOk(())",
    )
    .becomes(&body(
        "let mut file = File::create(&tmp)?;\nfile.write_all(d)?;\nfile.sync_all()?;\nfs::rename(&tmp, p)?;\nOk(())",
    ));
    assert!(!spelling.needs_runtime);
}

#[test]
fn a_handle_that_ends_before_is_synced_before_its_end() {
    sync(
        &[FlowStep::Open],
        "let mut file = ‹File::create(&tmp)›?;\nfile.write_all(d)?;\ndrop(file);\n«fs::rename(&tmp, p)»",
    )
    .becomes(&body(
        "let mut file = File::create(&tmp)?;\nfile.write_all(d)?;\nfile.sync_all()?;\ndrop(file);\nfs::rename(&tmp, p)",
    ));
    sync(
        &[FlowStep::Open],
        "{\n    let mut file = ‹File::create(&tmp)›?;\n    file.write_all(d)?;\n}\n«fs::rename(&tmp, p)»",
    )
    .becomes(&body("{\n    let mut file = File::create(&tmp)?;\n    file.write_all(d)?;\n    file.sync_all()?;\n}\nfs::rename(&tmp, p)"));
}

#[test]
fn without_a_handle_the_runtime_renames() {
    let case = sync(&[FlowStep::Write], "‹fs::write(&tmp, d)›?;\n«fs::rename(&tmp, p)»");
    let spelling = case.becomes(&body("fs::write(&tmp, d)?;\ncrashsafe::replace(&tmp, p)"));
    assert!(spelling.needs_runtime);
    case.becomes_with(
        Runtime::Standard,
        &body("fs::write(&tmp, d)?;\nstd::fs::File::open(&tmp)?.sync_all()?;\nfs::rename(&tmp, p)"),
    );
}

#[test]
fn a_temporary_file_is_synced_before_it_is_persisted() {
    case(
        RepairKind::Sync,
        "tempfile::NamedTempFile.persist",
        &[],
        &body("tmp.write_all(d)?;\n«tmp.persist(p)»?;\nOk(())"),
    )
    .becomes(&body("tmp.write_all(d)?;\ntmp.as_file().sync_all()?;\ntmp.persist(p)?;\nOk(())"));
}

#[test]
fn a_step_does_with_an_error_what_the_last_write_did() {
    let text = "fn f() {\n    ‹tmp.write_all(d)›.expect(\"full\");\n    «tmp.persist(p)».map_err(X).unwrap();\n}\n";
    case(RepairKind::Sync, "tempfile::NamedTempFile.persist", &[FlowStep::Write], text).becomes(
        "fn f() {\n    tmp.write_all(d).expect(\"full\");\n    tmp.as_file().sync_all().expect(\"full\");\n    tmp.persist(p).map_err(X).unwrap();\n}\n",
    );
}

#[test]
fn a_buffer_is_flushed_before_it_is_renamed_or_synced() {
    case(
        RepairKind::Flush,
        "std::fs::rename",
        &[FlowStep::Open],
        &body("let mut out = BufWriter::new(‹File::create(&tmp)›?);\nout.write_all(d)?;\n«fs::rename(&tmp, p)»"),
    )
    .becomes(&body(
        "let mut out = BufWriter::new(File::create(&tmp)?);\nout.write_all(d)?;\nout.flush()?;\nfs::rename(&tmp, p)",
    ));
    case(RepairKind::Flush, "file.sync_all", &[], &body("«out.get_ref().sync_all()»?;\nfs::rename(&tmp, p)"))
        .becomes(&body("out.flush()?;\nout.get_ref().sync_all()?;\nfs::rename(&tmp, p)"));
}

#[test]
fn a_target_that_is_replaced_is_not_removed_before() {
    let rest = "«fs::rename(&tmp, &p)»";
    for removal in ["if p.exists() {\n    ‹fs::remove_file(&p)›?;\n}", "let _ = ‹fs::remove_file(&p)›;"] {
        case(RepairKind::KeepTarget, "std::fs::rename", &[FlowStep::Remove], &body(&format!("{removal}\n{rest}")))
            .becomes(&body("fs::rename(&tmp, &p)"));
    }
}

#[test]
fn a_staging_file_is_made_beside_its_target() {
    case(
        RepairKind::Beside,
        "tempfile::NamedTempFile.persist",
        &[FlowStep::Open],
        &body("let tmp = ‹NamedTempFile::new()›?;\n«tmp.persist(p.join(\"x\"))»?;\nOk(())"),
    )
    .becomes(&body("let tmp = NamedTempFile::new_in(p)?;\ntmp.persist(p.join(\"x\"))?;\nOk(())"));
}

#[test]
fn an_error_that_was_dropped_is_passed_on() {
    for lost in ["let _ = «f.sync_all()»;", "«f.sync_all()».ok();"] {
        case(RepairKind::PassError, "file.sync_all", &[], &body(&format!("{lost}\nOk(())")))
            .becomes(&body("f.sync_all()?;\nOk(())"));
    }
}

#[test]
fn the_mode_is_set_before_the_rename() {
    case(
        RepairKind::ModeFirst,
        "std::fs::set_permissions",
        &[FlowStep::Publish],
        &body("‹fs::rename(&tmp, p)›?;\n«fs::set_permissions(p, mode)»?;\nOk(())"),
    )
    .becomes(&body("fs::set_permissions(&tmp, mode)?;\nfs::rename(&tmp, p)?;\nOk(())"));
}

#[test]
fn a_copy_in_place_of_a_rename_is_staged() {
    case(RepairKind::Rename, "std::fs::copy", &[], &body("«fs::copy(&tmp, p)»?;\nOk(())"))
        .becomes(&body("crashsafe::copy(&tmp, p)?;\nOk(())"));
}
