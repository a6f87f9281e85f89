//! The public interface as its users see it.

use crate::tree::staging_files;
use crashsafe::{Batch, BufWriter, CommitError, Durability, File, Options, Stage};
use std::fs;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn content(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_file_that_is_dropped_changes_nothing() {
    let folder = folder();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    let mut file = File::create(&path).unwrap();
    file.write_all(b"new").unwrap();
    assert_eq!(staging_files(folder.path()).len(), 1);
    drop(file);
    let mut buffered = BufWriter::create(&path).unwrap();
    buffered.write_all(b"new").unwrap();
    drop(buffered);
    assert_eq!(content(&path), "old");
    assert_eq!(staging_files(folder.path()).len(), 0);
}

#[test]
fn a_panic_and_an_error_change_nothing() {
    let folder = folder();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _: io::Result<()> = crashsafe::write_with(&path, |out| {
            out.write_all(b"new")?;
            panic!("in the middle");
        });
    }));
    assert!(panicked.is_err());
    let failed = crashsafe::write_with(&path, |out| {
        out.write_all(b"new")?;
        Err::<(), _>(io::Error::other("in the middle"))
    });
    assert_eq!(failed.unwrap_err().to_string(), "in the middle");
    let failed: io::Result<()> = crashsafe::with_path(&path, |_| Err(io::Error::other("at the beginning")));
    assert!(failed.is_err());
    assert_eq!(content(&path), "old");
    assert_eq!(staging_files(folder.path()).len(), 0);
}

#[test]
fn a_file_seeks_reads_and_is_a_file_of_the_standard_library() {
    let folder = folder();
    let path = folder.path().join("a");
    let mut file = File::create(&path).unwrap();
    file.write_all(b"0123456789").unwrap();
    file.seek(SeekFrom::Start(2)).unwrap();
    file.write_all(b"XX").unwrap();
    file.rewind().unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "01XX456789");
    file.set_len(4).unwrap();
    assert_eq!(file.metadata().unwrap().len(), 4);
    let outcome = file.commit().unwrap();
    assert!(outcome.is_atomic() && outcome.directory_synced());
    assert_eq!(content(&path), "01XX");
}

#[test]
fn what_is_left_in_the_buffer_is_committed() {
    let folder = folder();
    let path = folder.path().join("a");
    let mut file = BufWriter::create(&path).unwrap();
    write!(file, "tail").unwrap();
    assert_eq!(file.get_ref().metadata().unwrap().len(), 0);
    file.commit().unwrap();
    assert_eq!(content(&path), "tail");
}

#[test]
fn a_new_file_is_created_once() {
    let folder = folder();
    let path = folder.path().join("a");
    let late = File::create_new(&path).unwrap();
    crashsafe::create_new(&path, "first").unwrap();
    assert_eq!(crashsafe::create_new(&path, "second").unwrap_err().kind(), ErrorKind::AlreadyExists);
    let error = late.commit().unwrap_err();
    assert_eq!((error.stage(), error.io_error().kind()), (Stage::Publish, ErrorKind::AlreadyExists));
    drop(error);
    assert_eq!(content(&path), "first");
    assert_eq!(staging_files(folder.path()).len(), 0);
}

#[test]
fn a_commit_that_failed_can_be_repeated() {
    let folder = folder();
    let path = folder.path().join("a");
    let mut file = Options::new().create_new(true).open(&path).unwrap();
    file.write_all(b"mine").unwrap();
    fs::write(&path, "theirs").unwrap();
    let file = file.commit().unwrap_err().into_file().expect("a denied rename can be tried again");
    fs::remove_file(&path).unwrap();
    file.commit().unwrap();
    assert_eq!(content(&path), "mine");
}

#[test]
fn unchanged_content_is_not_written() {
    let folder = folder();
    let path = folder.path().join("a");
    let big = "x".repeat(200_000);
    assert!(crashsafe::write_if_changed(&path, &big).unwrap());
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    assert!(!crashsafe::write_if_changed(&path, &big).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
    assert!(crashsafe::write_if_changed(&path, format!("{}y", &big[1..])).unwrap());
    assert!(crashsafe::write_if_changed(&path, "").unwrap());
    assert!(!crashsafe::write_if_changed(&path, "").unwrap());
}

#[test]
fn a_copy_has_the_content_and_the_mode() {
    let folder = folder();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    fs::write(&from, "x".repeat(300_000)).unwrap();
    let mut permissions = fs::metadata(&from).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&from, permissions).unwrap();
    assert_eq!(crashsafe::copy(&from, &to).unwrap(), 300_000);
    assert_eq!(fs::read(&from).unwrap(), fs::read(&to).unwrap());
    assert!(fs::metadata(&to).unwrap().permissions().readonly());
}

#[test]
fn a_file_can_be_copied_onto_itself() {
    let folder = folder();
    let path = folder.path().join("a");
    fs::write(&path, "whole").unwrap();
    crashsafe::copy(&path, &path).unwrap();
    assert_eq!(content(&path), "whole");
}

#[test]
fn a_path_has_the_suffix_and_may_be_replaced_by_the_one_who_writes_it() {
    let folder = folder();
    let path = folder.path().join("table.tar.gz");
    fs::write(&path, "old").unwrap();
    let answer: io::Result<i32> = crashsafe::with_path(&path, |staging| {
        assert!(staging.to_str().unwrap().ends_with("table.tar.gz"));
        assert_eq!(staging.parent(), path.parent());
        fs::remove_file(staging)?;
        fs::write(staging, "new")?;
        Ok(42)
    });
    assert_eq!((answer.unwrap(), content(&path)), (42, "new".to_owned()));
    let gone: io::Result<()> = crashsafe::with_path(&path, |staging| fs::remove_file(staging));
    assert_eq!(gone.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(content(&path), "new");
}

#[test]
fn a_staged_file_of_somebody_else_is_published() {
    let folder = folder();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    fs::write(&from, "new").unwrap();
    fs::write(&to, "old").unwrap();
    crashsafe::replace(&from, &to).unwrap();
    assert_eq!(content(&to), "new");
    assert!(!from.exists());
    assert_eq!(crashsafe::replace(&from, &to).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_batch_writes_all_or_says_what_it_wrote() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let mut batch = Batch::new();
    for at in 0..20 {
        batch.write(path(&format!("file-{at}")), at.to_string()).unwrap();
    }
    let mut added = File::create(path("added")).unwrap();
    added.write_all(b"too").unwrap();
    batch.add(added);
    assert_eq!(batch.len(), 21);
    batch.commit().unwrap();
    assert!((0..20).all(|at| content(&path(&format!("file-{at}"))) == at.to_string()));
    assert_eq!(content(&path("added")), "too");

    let mut batch = Batch::with_options(Options::new().create_new(true));
    for name in ["first", "second", "third"] {
        batch.write(path(name), name).unwrap();
    }
    fs::write(path("second"), "theirs").unwrap();
    let error = batch.commit().unwrap_err();
    assert_eq!(error.published(), [path("first")]);
    assert_eq!(error.path(), path("second"));
    assert!(!path("third").exists() && content(&path("second")) == "theirs");
    assert_eq!(staging_files(folder.path()).len(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_batch_may_have_more_files_than_a_process_descriptors() {
    let folder = folder();
    let mut batch = Batch::with_options(Options::new().durability(Durability::Visible).parents(true));
    let path = |at: usize| folder.path().join(format!("{}/{at}", at % 7));
    for at in 0..2000 {
        batch.write(path(at), at.to_string()).unwrap();
    }
    let open = fs::read_dir("/proc/self/fd").unwrap().count();
    assert!(open < 500, "{open} descriptors are open");
    batch.commit().unwrap();
    assert!((0..2000).all(|at| content(&path(at)) == at.to_string()));
}

#[test]
fn an_empty_batch_does_nothing() {
    assert!(Batch::new().is_empty());
    Batch::new().commit().unwrap();
}

#[test]
fn an_error_names_the_target_and_is_found_again_in_an_io_error() {
    let folder = folder();
    let path = folder.path().join("no/such/folder");
    let error = crashsafe::write(&path, "").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let failure = CommitError::of(&error).unwrap();
    assert_eq!((failure.path(), failure.committed(), failure.stage()), (&*path, false, Stage::Resolve));
    assert!(error.to_string().contains("no/such/folder"), "{error}");
    assert!(Options::new().parents(true).write(&path, "made").unwrap().is_atomic());
    assert_eq!(content(&path), "made");
}

#[test]
fn a_directory_is_not_written_to() {
    let folder = folder();
    for path in [folder.path().to_owned(), folder.path().join("."), folder.path().join("new/")] {
        assert!(crashsafe::write(&path, "").is_err(), "{}", path.display());
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn every_durability_writes_the_same() {
    let folder = folder();
    let path = folder.path().join("a");
    for durability in [Durability::Visible, Durability::Atomic, Durability::Durable] {
        let outcome = Options::new().durability(durability).write(&path, format!("{durability:?}")).unwrap();
        assert_eq!(outcome.directory_synced(), durability == Durability::Durable);
        assert_eq!(content(&path), format!("{durability:?}"));
    }
}

#[test]
fn files_can_be_sent_and_shared() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<File>();
    is_send_and_sync::<BufWriter>();
    is_send_and_sync::<Batch>();
    is_send_and_sync::<CommitError<File>>();
}
