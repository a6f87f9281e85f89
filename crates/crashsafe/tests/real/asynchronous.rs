//! The asynchronous twins.

use crate::tree::staging_files;
use std::fs;
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

#[tokio::test]
async fn content_is_written_and_dropped_content_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    crashsafe::tokio::write(&path, "one").await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one");
    let mut file = crashsafe::tokio::File::create(&path).await.unwrap();
    file.write_all(b"two").await.unwrap();
    drop(file);
    assert_eq!(fs::read(&path).unwrap(), b"one");
    assert_eq!(staging_files(folder.path()).len(), 0);
}

#[tokio::test]
async fn what_tokio_holds_back_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let mut file = crashsafe::tokio::File::create_new(&path).await.unwrap();
    file.write_all(&vec![b'x'; 3 << 20]).await.unwrap();
    file.rewind().await.unwrap();
    file.write_all(b"head").await.unwrap();
    file.rewind().await.unwrap();
    let mut head = [0; 4];
    file.read_exact(&mut head).await.unwrap();
    file.seek(std::io::SeekFrom::End(0)).await.unwrap();
    file.write_all(b"tail").await.unwrap();
    assert!(file.commit().await.unwrap().is_atomic());
    let content = fs::read(&path).unwrap();
    assert_eq!((&head, content.len()), (b"head", (3 << 20) + 4));
    assert!(content.starts_with(b"headx") && content.ends_with(b"xtail"));
    assert_eq!(crashsafe::tokio::File::create_new(&path).await.unwrap_err().kind(), ErrorKind::AlreadyExists);
}

#[tokio::test]
async fn a_commit_that_is_no_longer_waited_for_runs_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let mut file = crashsafe::tokio::File::create(&path).await.unwrap();
    file.write_all(b"whole").await.unwrap();
    file.flush().await.unwrap();
    // Polled once, and then given up.
    let given_up = tokio::time::timeout(Duration::ZERO, file.commit()).await;
    drop(given_up);
    for _ in 0..1000 {
        if path.exists() && staging_files(folder.path()).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(fs::read(&path).unwrap(), b"whole");
}
