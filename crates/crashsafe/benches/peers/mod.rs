//! One durable write of a whole file, as each library offers it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// A way to replace a file.
pub type Write1 = fn(&Path, &[u8]) -> io::Result<()>;

/// All ways, by name. Only the last three sync file and directory, as ours does.
pub const PEERS: [(&str, Write1); 5] = [
    ("fs::write (neither atomic nor durable)", in_place),
    ("tempfile + sync_all + persist (no directory sync)", tempfile_synced),
    ("tempfile + sync_all + persist + directory sync", tempfile_durable),
    ("atomic-write-file", atomic_write_file),
    ("atomicwrites", atomicwrites),
];

/// Ours.
pub fn ours(path: &Path, content: &[u8]) -> io::Result<()> {
    crashsafe::write(path, content)
}

fn in_place(path: &Path, content: &[u8]) -> io::Result<()> {
    fs::write(path, content)
}

fn tempfile_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(parent(path)?)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn tempfile_durable(path: &Path, content: &[u8]) -> io::Result<()> {
    tempfile_synced(path, content)?;
    fs::File::open(parent(path)?)?.sync_all()
}

fn atomic_write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = atomic_write_file::AtomicWriteFile::open(path)?;
    file.write_all(content)?;
    file.commit()
}

fn atomicwrites(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = atomicwrites::AtomicFile::new(path, atomicwrites::AllowOverwrite);
    Ok(file.write(|file| file.write_all(content))?)
}

fn parent(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| io::ErrorKind::InvalidInput.into())
}
