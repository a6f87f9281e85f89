//! The same from asynchronous code, on tokio's threads for blocking calls.
//!
//! A commit that has been started runs to its end even if the future is dropped meanwhile: there is no half of it.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("state.json");
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # runtime.block_on(async {
//! crashsafe::tokio::write(&path, "{}").await
//! # })?;
//! # Ok::<(), std::io::Error>(())
//! ```

use crate::error::{CommitError, Outcome, Stage};
use crate::options::Options;
use std::io::{self, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncSeek, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::task::spawn_blocking;

/// Replaces the content of `path` by `contents`; [`crate::write()`] for asynchronous code.
pub async fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let (path, contents) = (path.as_ref().to_owned(), contents.as_ref().to_owned());
    spawn_blocking(move || crate::write(path, contents)).await?
}

/// A [`crate::File`] for asynchronous code.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("page.html");
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// use tokio::io::AsyncWriteExt;
///
/// let mut file = crashsafe::tokio::File::create(&path).await?;
/// file.write_all(b"<html>").await?;
/// file.commit().await?;
/// # assert_eq!(std::fs::read(&path)?, b"<html>");
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "what is written to it is discarded unless it is committed"]
pub struct File {
    /// Another descriptor of the file that is staged.
    content: tokio::fs::File,
    staged: crate::File,
}

impl File {
    /// Begins a write to `path`, as [`tokio::fs::File::create`] does but for leaving the old file alone.
    pub async fn create(path: impl AsRef<Path>) -> io::Result<File> {
        File::open(Options::new(), path.as_ref().to_owned()).await
    }

    /// Begins a write to `path`, which must not exist, not even when it is committed.
    pub async fn create_new(path: impl AsRef<Path>) -> io::Result<File> {
        File::open(Options::new().create_new(true).clone(), path.as_ref().to_owned()).await
    }

    /// Begins a write to `path` as `options` say.
    pub async fn open(options: Options, path: PathBuf) -> io::Result<File> {
        spawn_blocking(move || {
            let staged = options.open(path)?;
            Ok(File { content: tokio::fs::File::from_std(staged.try_clone()?), staged })
        })
        .await?
    }

    /// Makes the content that of the target; what tokio still holds of it is written first.
    pub async fn commit(mut self) -> Result<Outcome, CommitError> {
        if let Err(error) = self.content.flush().await {
            return Err(CommitError::new(Stage::Flush, self.staged.path(), error));
        }
        let path = self.staged.path().to_owned();
        let commit = spawn_blocking(move || self.staged.commit().map_err(CommitError::without_file));
        commit.await.unwrap_or_else(|error| Err(CommitError::new(Stage::Publish, &path, error.into())))
    }
}

impl AsyncWrite for File {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.content).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.content).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.content).poll_shutdown(context)
    }
}

impl AsyncRead for File {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.content).poll_read(context, buffer)
    }
}

impl AsyncSeek for File {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        Pin::new(&mut self.content).start_seek(position)
    }

    fn poll_complete(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Pin::new(&mut self.content).poll_complete(context)
    }
}
