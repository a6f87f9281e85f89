//! Protocols that are written by hand, and what is done about one call.

use super::*;

fn whole(marked: &str) -> Case {
    case(RepairKind::Whole, "std::fs::File::create", &[FlowStep::Open], marked)
}

#[test]
fn the_target_is_opened_and_the_publish_is_the_commit() {
    let marked = body(
        "let staging = p.with_extension(\"tmp\");\nlet mut file = ‹File::create(&staging)›?;\nfile.write_all(d)?;\n\
         file.sync_all()?;\n«fs::rename(&staging, p)»?;\nFile::open(\".\")?.sync_all()",
    );
    let spelling = whole(&marked).becomes(&body(
        "let mut file = crashsafe::File::create(p)?;\nfile.write_all(d)?;\nfile.commit()?;\nFile::open(\".\")?.sync_all()",
    ));
    assert_eq!((spelling.applicability, spelling.needs_runtime), (Applicability::Unsafe, true));
}

#[test]
fn what_took_the_file_away_goes_and_a_value_stays_one() {
    let marked = body(
        "let staging = p.with_extension(\"tmp\");\nlet mut file = BufWriter::new(‹File::create(&staging)›?);\n\
         if let Err(error) = file.write_all(d) {\n    let _ = fs::remove_file(&staging);\n    return Err(error);\n}\n\
         file.flush()?;\nfile.get_ref().sync_all()?;\n«fs::rename(&staging, p)»",
    );
    whole(&marked).becomes(&body(
        "let mut file = crashsafe::BufWriter::create(p)?;\nif let Err(error) = file.write_all(d) {\n    \
         return Err(error);\n}\nfile.commit()?;\nOk(())",
    ));
}

#[test]
fn a_failed_publish_is_still_asked_about() {
    let marked = body(
        "let staging = p.with_extension(\"tmp\");\nlet mut file = ‹File::create_new(&staging)›?;\nfile.write_all(d)?;\n\
         if let Err(error) = «fs::rename(&staging, p)» {\n    fs::remove_file(&staging).ok();\n    return Err(error);\n}\nOk(())",
    );
    whole(&marked).becomes(&body(
        "let mut file = crashsafe::File::create(p)?;\nfile.write_all(d)?;\n\
         if let Err(error) = file.commit().map_err(std::io::Error::from) {\n    return Err(error);\n}\nOk(())",
    ));
}

#[test]
fn a_temporary_file_is_one_of_the_runtime() {
    let marked = body(
        "let mut staging = ‹NamedTempFile::new_in(dir)›?;\nstaging.write_all(d)?;\nstaging.as_file().sync_all()?;\n\
         «staging.persist(p)».map_err(|error| error.error)?;\nOk(())",
    );
    whole(&marked).becomes(&body(
        "let mut staging = crashsafe::File::create(p)?;\nstaging.write_all(d)?;\nstaging.commit()?;\nOk(())",
    ));
}

#[test]
fn a_write_and_a_rename_are_one_write() {
    let marked = body(
        "let staging = p.with_extension(\"tmp\");\n‹fs::write(&staging, d)›?;\nFile::open(&staging)?.sync_all()?;\n\
         «fs::rename(&staging, p)»",
    );
    whole(&marked).becomes(&body("crashsafe::write(p, d)"));
}

#[test]
fn tokio_waits_for_both() {
    let head = "async fn f(p: &Path, d: &[u8]) -> io::Result<()> {\n";
    let marked = format!(
        "{head}    let mut file = ‹File::create(\"a.new\")›.await?;\n    file.write_all(d).await?;\n    \
         file.sync_all().await?;\n    «fs::rename(\"a.new\", p)».await?;\n    Ok(())\n}}\n"
    );
    let spelling = case(RepairKind::Whole, "tokio::fs::File::create", &[FlowStep::Open], &marked).becomes(&format!(
        "{head}    let mut file = crashsafe::tokio::File::create(p).await?;\n    file.write_all(d).await?;\n    \
         file.commit().await?;\n    Ok(())\n}}\n"
    ));
    assert_eq!(spelling.features, ["tokio"]);
}

#[test]
fn what_somebody_else_has_a_hand_in_is_declined() {
    let open = "let mut file = ‹File::create(&staging)›?;\nfile.write_all(d)?;\n";
    let given = "let staging = p.with_extension(\"tmp\");\n";
    let asked = format!("{given}{open}check(&staging)?;\n«fs::rename(&staging, p)»");
    whole(&body(&asked)).is_declined("something else asks for its staging file");
    whole(&body(&format!("{open}«fs::rename(&staging, p)»"))).is_declined("the caller says where it is staged");
    let lock = given.replace("tmp", "lock");
    whole(&body(&format!("{lock}{open}«fs::rename(&staging, p)»"))).is_declined("its staging file may keep others out");
    let late = format!("{given}{open}let p = p.join(name()?);\n«fs::rename(&staging, p)»");
    whole(&body(&late)).is_declined("its target is not known yet where its file is opened");
    let other = format!("{given}{open}«fs::rename(other, p)»");
    whole(&body(&other)).is_declined("what is opened goes by another name than what is published");
    let asking =
        format!("{given}{open}let n = file.metadata()?.len();\nlet k = file.keep();\n«fs::rename(&staging, p)»");
    whole(&body(&asking)).is_declined("`keep` is called on the handle");
    let closure = format!("{given}{open}file.sync_all().and_then(|()| «fs::rename(&staging, p)»)");
    whole(&body(&closure)).is_declined("it is opened or published within a closure");
}

fn one(kind: RepairKind, before: &str, after: &str) {
    case(kind, "", &[], &body(before)).becomes(&body(after));
}

#[test]
fn a_write_that_may_be_short_writes_all() {
    one(RepairKind::WriteAll, "«f.write(d)»?;\nOk(())", "f.write_all(d)?;\nOk(())");
    one(RepairKind::WriteAll, "let _ = «f.write(d)»?;\nOk(())", "f.write_all(d)?;\nOk(())");
    one(RepairKind::WriteAll, "let _ = «f.write(d)»;\nOk(())", "let _ = f.write_all(d);\nOk(())");
    case(RepairKind::WriteAll, "", &[], &body("let n = «f.write(d)»?;\nOk(())"))
        .is_declined("how much was written is used");
}

#[test]
fn pieces_that_follow_each_other_are_one() {
    one(
        RepairKind::OnePiece,
        "f.write_all(a.as_bytes())?;\n«f.write_all(b\" \")»?;\nf.write_all(&d)",
        "f.write_all(&[a.as_bytes(), &b\" \"[..], &d[..]].concat())",
    );
    case(RepairKind::OnePiece, "", &[], &body("f.write_all(a)?;\ng();\n«f.write_all(d)»"))
        .is_declined("its pieces do not follow each other");
}

#[test]
fn a_buffer_is_flushed_on_each_way_out() {
    one(
        RepairKind::FlushAtEnd,
        "let mut out = BufWriter::new(file);\nfor line in lines {\n    «out.write_all(line)»?;\n    if brief {\n        \
         return Ok(());\n    }\n}\nOk(())",
        "let mut out = BufWriter::new(file);\nfor line in lines {\n    out.write_all(line)?;\n    if brief {\n        \
         out.flush()?;\n        return Ok(());\n    }\n}\nout.flush()?;\nOk(())",
    );
    case(RepairKind::FlushAtEnd, "", &[], &body("«p.write_all(d)»")).is_declined("the buffer is that of a caller");
}

#[test]
fn a_directory_without_a_name_is_the_working_directory() {
    one(
        RepairKind::NameDirectory,
        "«File::open(dir)?.sync_all()»",
        "let directory = Some(dir)\n    .filter(|dir| !dir.as_os_str().is_empty())\n    \
         .unwrap_or(std::path::Path::new(\".\"));\nFile::open(directory)?.sync_all()",
    );
}

#[test]
fn a_file_is_private_from_the_start() {
    let case = case(
        RepairKind::Private,
        "",
        &[FlowStep::Open],
        &format!(
            "use std::os::unix::fs::PermissionsExt;\n\n{}",
            body(
                "let mut f = ‹File::create_new(p)›?;\nf.write_all(d)?;\n«fs::set_permissions(p, Permissions::from_mode(0o600))»"
            )
        ),
    );
    case.becomes(&format!(
        "use std::os::unix::fs::OpenOptionsExt;\n\n{}",
        body(
            "let mut f = File::options()\n    .write(true)\n    .create_new(true)\n    .mode(0o600)\n    .open(p)?;\nf.write_all(d)?;\nOk(())"
        )
    ));
}

#[test]
fn a_file_that_is_not_there_is_created_and_nothing_else() {
    one(RepairKind::Exclusive, "«crashsafe::write(p, d)»", "crashsafe::create_new(p, d)");
    one(RepairKind::Exclusive, "«fs::File::create(p)»?;\nOk(())", "fs::File::create_new(p)?;\nOk(())");
}
