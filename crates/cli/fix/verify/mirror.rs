//! A copy of a workspace in which every file is a link to the original until it is changed.
//!
//! The directories above it are there too, each with links to what stands in it, so that `../other` means what it
//! means in the original, and so do configurations in directories above.

use std::path::{Component, Path, PathBuf};
use std::{fs, io};
use tempfile::TempDir;

/// Directories that are made by compiling, and may be large.
const MADE: &str = "target";

/// So many entries of a directory above the workspace are linked; what has more is no place for projects.
const NEIGHBOURS: usize = 2000;

/// The copy; it is removed when it is dropped.
#[derive(Debug)]
pub(super) struct Mirror {
    /// Keeps the directory.
    _home: TempDir,
    original: PathBuf,
    root: PathBuf,
}

impl Mirror {
    /// A copy of the workspace at `original`, an absolute path.
    pub(super) fn of(original: &Path) -> io::Result<Self> {
        let home = tempfile::Builder::new().prefix("atomic-lint-verify-").tempdir()?;
        let mut root = home.path().to_owned();
        let mut above = PathBuf::new();
        for part in original.components() {
            let Component::Normal(name) = part else {
                above.push(part);
                continue;
            };
            if root != home.path() {
                link_neighbours(&above, &root, name.as_ref())?;
            }
            above.push(name);
            root.push(name);
            fs::create_dir(&root)?;
        }
        copy_folder(original, &root)?;
        Ok(Mirror { _home: home, original: original.to_owned(), root })
    }

    /// The directory that stands for the workspace.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the file `path` of the workspace is here.
    pub(super) fn place(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.original).ok().map(|below| self.root.join(below))
    }

    /// Gives the file `path` of the workspace another content; without one it is the original again.
    pub(super) fn set(&self, path: &Path, content: Option<&str>) -> io::Result<()> {
        let Some(place) = self.place(path) else { return Ok(()) };
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        match content {
            Some(content) => {
                let mut options = crashsafe::Options::new();
                options.parents(true).durability(crashsafe::Durability::Visible);
                options.write(&place, content).map(|_| ()).map_err(io::Error::from)
            }
            None if path.exists() => link(path, &place),
            None => Ok(()),
        }
    }
}

/// Everything in `above` but `except` is linked in `here`.
fn link_neighbours(above: &Path, here: &Path, except: &Path) -> io::Result<()> {
    // What may not be listed is not looked for there either.
    let Ok(entries) = fs::read_dir(above) else { return Ok(()) };
    let entries: Vec<_> = entries.flatten().take(NEIGHBOURS + 1).collect();
    if entries.len() > NEIGHBOURS {
        return Ok(());
    }
    for entry in entries.iter().filter(|entry| Path::new(&entry.file_name()) != except) {
        link(&entry.path(), &here.join(entry.file_name()))?;
    }
    Ok(())
}

fn copy_folder(original: &Path, copy: &Path) -> io::Result<()> {
    for entry in fs::read_dir(original)? {
        let entry = entry?;
        let (from, to) = (entry.path(), copy.join(entry.file_name()));
        match entry.file_type()?.is_dir() {
            true if entry.file_name() == MADE => {}
            // Nobody changes what is in there, and it may be large.
            true if entry.file_name() == ".git" => link(&from, &to)?,
            true => {
                fs::create_dir(&to)?;
                copy_folder(&from, &to)?;
            }
            false => link(&from, &to)?,
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(original: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(original, place)
}

/// Links need rights that not everybody has there.
#[cfg(not(unix))]
fn link(original: &Path, place: &Path) -> io::Result<()> {
    match original.is_dir() {
        true => Ok(()),
        false => crashsafe::copy(original, place).map(|_| ()).map_err(io::Error::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_changed_here_alone_and_can_be_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().canonicalize().unwrap().join("work");
        fs::create_dir_all(root.join("src")).unwrap();
        fs::create_dir_all(root.join("target/debug")).unwrap();
        fs::write(root.join("src/lib.rs"), "old").unwrap();
        fs::write(root.join("../beside"), "beside").unwrap();
        let mirror = Mirror::of(&root).unwrap();
        let read = |name: &str| fs::read_to_string(mirror.root().join(name)).ok();
        assert_eq!((read("src/lib.rs").as_deref(), read("../beside").as_deref()), (Some("old"), Some("beside")));
        assert!(!mirror.root().join("target").exists());

        let (file, new) = (root.join("src/lib.rs"), root.join("vendor/crashsafe/Cargo.toml"));
        mirror.set(&file, Some("new")).unwrap();
        mirror.set(&new, Some("made")).unwrap();
        assert_eq!(
            (read("src/lib.rs").as_deref(), read("vendor/crashsafe/Cargo.toml").as_deref()),
            (Some("new"), Some("made"))
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        assert!(!new.exists());

        mirror.set(&file, None).unwrap();
        mirror.set(&new, None).unwrap();
        assert_eq!((read("src/lib.rs").as_deref(), read("vendor/crashsafe/Cargo.toml")), (Some("old"), None));
    }
}
