//! `File` and `BufWriter`: twins of the standard library's, whose content is published by `commit` and by nothing else.

use crate::error::{CommitError, Outcome, Stage};
use crate::options::Options;
use crate::stage::Staged;
use crate::sys::{Native, System};
use std::fmt;
use std::io::{self, IoSlice, Read, Seek, SeekFrom, Write};
use std::ops::{Deref, DerefMut};
use std::path::Path;

/// A file that is being written and that nobody else sees yet.
///
/// It writes, reads and seeks, and is a [`std::fs::File`] to everything that wants one.
/// [`commit`](Self::commit) makes its content that of the target; without it, also in a panic, the target stays as it
/// is and nothing is left behind.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("scores.csv");
/// use std::io::Write;
///
/// let mut file = crashsafe::File::create(&path)?;
/// writeln!(file, "ann;{}", 3)?;
/// file.commit()?;
/// # assert_eq!(std::fs::read(&path)?, b"ann;3\n");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Limitations
/// A device or a pipe is written to directly, and what it was given cannot be taken back.
#[derive(Debug)]
#[must_use = "what is written to it is discarded unless it is committed"]
pub struct File {
    staged: Staged<Native>,
}

impl File {
    /// Begins a write to `path`, as [`std::fs::File::create`] does but for leaving the old file alone.
    pub fn create(path: impl AsRef<Path>) -> io::Result<File> {
        Options::new().open(path)
    }

    /// Begins a write to `path`, which must not exist, not even when it is committed.
    pub fn create_new(path: impl AsRef<Path>) -> io::Result<File> {
        Options::new().create_new(true).open(path)
    }

    pub(crate) fn new(staged: Staged<Native>) -> Self {
        File { staged }
    }

    pub(crate) fn into_staged(self) -> Staged<Native> {
        self.staged
    }

    /// The target, as it was named when this was opened.
    pub fn path(&self) -> &Path {
        &self.staged.target
    }

    /// Gives the file these permissions, which it keeps whatever those of the old file are.
    ///
    /// [`std::fs::File::set_permissions`] on the staging file would last until [`commit`](Self::commit) only.
    #[cfg(unix)]
    pub fn set_permissions(&mut self, permissions: std::fs::Permissions) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let mode = permissions.mode() & 0o7777;
        self.staged.file().set_permissions(permissions)?;
        self.staged.mode = Some(crate::sys::Mode::Bits(mode));
        Ok(())
    }

    /// Makes the content that of the target: gives the file mode and owner of the old one, syncs it, renames it over
    /// the target, syncs the directory.
    pub fn commit(self) -> Result<Outcome, CommitError<File>> {
        self.staged.commit().map_err(|error| error.map(File::new))
    }

    /// Takes the write back, and says if the staging file could not be removed.
    ///
    /// Dropping does the same in silence.
    pub fn discard(self) -> io::Result<()> {
        self.staged.discard()
    }
}

impl Deref for File {
    type Target = std::fs::File;

    fn deref(&self) -> &std::fs::File {
        self.staged.file()
    }
}

impl DerefMut for File {
    fn deref_mut(&mut self) -> &mut std::fs::File {
        self.staged.file_mut()
    }
}

impl Write for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.staged.write(bytes)
    }

    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        self.staged.write_vectored(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.staged.flush()
    }
}

impl Read for File {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.staged.read(bytes)
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.staged.seek(to)
    }
}

/// A [`File`] with a buffer in front, which [`commit`](Self::commit) empties: it cannot be forgotten.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("numbers");
/// use std::io::Write;
///
/// let mut file = crashsafe::BufWriter::create(&path)?;
/// for number in 0..1000 {
///     writeln!(file, "{number}")?;
/// }
/// file.commit()?;
/// # assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 1000);
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "what is written to it is discarded unless it is committed"]
pub struct BufWriter {
    buffered: Buffered<Native>,
}

impl BufWriter {
    /// Begins a write to `path` through a buffer.
    pub fn create(path: impl AsRef<Path>) -> io::Result<BufWriter> {
        File::create(path).map(BufWriter::new)
    }

    /// Puts a buffer in front of `file`.
    pub fn new(file: File) -> BufWriter {
        BufWriter { buffered: Buffered::new(file.staged) }
    }

    /// Puts a buffer of `capacity` bytes in front of `file`.
    pub fn with_capacity(capacity: usize, file: File) -> BufWriter {
        BufWriter { buffered: Buffered::with_capacity(capacity, file.staged) }
    }

    /// The target, as it was named when this was opened.
    pub fn path(&self) -> &Path {
        &self.buffered.staged().target
    }

    /// The file behind the buffer; it lacks what the buffer holds.
    pub fn get_ref(&self) -> &std::fs::File {
        self.buffered.staged().file()
    }

    /// Empties the buffer and gives back the file behind it.
    pub fn into_inner(self) -> Result<File, CommitError<BufWriter>> {
        self.buffered.into_staged().map(File::new).map_err(|error| error.map(|buffered| BufWriter { buffered }))
    }

    /// Empties the buffer and [commits](File::commit) the file.
    pub fn commit(self) -> Result<Outcome, CommitError<BufWriter>> {
        self.buffered.commit().map_err(|error| error.map(|buffered| BufWriter { buffered }))
    }

    /// Takes the write back, and says if the staging file could not be removed.
    pub fn discard(self) -> io::Result<()> {
        self.buffered.discard()
    }
}

impl fmt::Debug for BufWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufWriter").field("path", &self.path()).finish_non_exhaustive()
    }
}

impl Write for BufWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffered.writer().write(bytes)
    }

    fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        self.buffered.writer().write_vectored(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.buffered.writer().flush()
    }
}

impl Seek for BufWriter {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.buffered.writer().seek(to)
    }
}

/// A buffer in front of a staged write, on any system.
pub(crate) struct Buffered<S: System> {
    /// Always there but in what consumes this.
    writer: Option<io::BufWriter<Staged<S>>>,
}

/// Why the buffer is there.
const THERE: &str = "the buffer is only taken by what consumes its owner";

impl<S: System> Buffered<S> {
    pub(crate) fn new(staged: Staged<S>) -> Self {
        Buffered { writer: Some(io::BufWriter::new(staged)) }
    }

    fn with_capacity(capacity: usize, staged: Staged<S>) -> Self {
        Buffered { writer: Some(io::BufWriter::with_capacity(capacity, staged)) }
    }

    fn staged(&self) -> &Staged<S> {
        self.writer.as_ref().expect(THERE).get_ref()
    }

    pub(crate) fn writer(&mut self) -> &mut io::BufWriter<Staged<S>> {
        self.writer.as_mut().expect(THERE)
    }

    fn into_staged(mut self) -> Result<Staged<S>, CommitError<Self>> {
        let writer = self.writer.take().expect(THERE);
        writer.into_inner().map_err(|error| {
            let (error, writer) = error.into_parts();
            writer.get_ref().failure(Stage::Flush, error).with_file(Some(Buffered { writer: Some(writer) }))
        })
    }

    pub(crate) fn commit(self) -> Result<Outcome, CommitError<Self>> {
        self.into_staged()?.commit().map_err(|error| error.map(Buffered::new))
    }

    pub(crate) fn discard(mut self) -> io::Result<()> {
        let (staged, _) = self.writer.take().expect(THERE).into_parts();
        staged.discard()
    }
}

impl<S: System> Drop for Buffered<S> {
    fn drop(&mut self) {
        // Taken apart, because the buffer of the standard library writes what it holds when it is dropped, and what is
        // discarded must not reach a device.
        drop(self.writer.take().map(io::BufWriter::into_parts));
    }
}
