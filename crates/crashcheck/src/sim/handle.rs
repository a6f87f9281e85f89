//! Descriptors: what can be done with something that is open.

use super::inode::Content;
use super::state::State;
use super::{Call, Errno, FileSystem, Record, Status};
use std::ffi::{OsStr, OsString};
use std::io::{self, SeekFrom};

/// An open file or directory; dropping closes it.
#[derive(Debug)]
pub struct Handle {
    fs: FileSystem,
    pub(super) number: u64,
}

impl Handle {
    pub(super) fn new(fs: FileSystem, number: u64) -> Self {
        Handle { fs, number }
    }

    /// Runs a call on the inode that is open.
    fn call<T>(
        &self,
        call: Call,
        act: impl FnOnce(&mut State, u64, &mut Record) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        self.fs.state().call_on(Some(self.number), call, |state, record| {
            let inode = state.descriptor(self.number).inode;
            act(state, inode, record)
        })
    }

    /// What it is.
    pub fn stat(&self) -> Result<Status, Errno> {
        self.call(Call::Stat, |state, inode, _| Ok(state.status(inode)))
    }

    /// Forces it to the device.
    pub fn sync(&self) -> Result<(), Errno> {
        self.call(Call::Sync, |state, inode, _| {
            let open = state.descriptor(self.number);
            match state.inode(inode).content {
                _ if !open.reads && !open.writes => Err(Errno::EBADF),
                Content::Special(_) => Err(Errno::EINVAL),
                _ => Ok(()),
            }
        })
    }

    /// Forces all of its file system to the device.
    pub fn sync_fs(&self) -> Result<(), Errno> {
        self.call(Call::SyncFs, |_, _, _| Ok(()))
    }

    /// Sets its length.
    pub fn truncate(&self, len: u64) -> Result<(), Errno> {
        self.call(Call::Truncate, |state, inode, _| {
            if !state.descriptor(self.number).writes {
                return Err(Errno::EINVAL);
            }
            let is_privileged = state.user.0 == 0;
            let inode = state.inode_mut(inode);
            let Content::Bytes(bytes) = &mut inode.content else { return Err(Errno::EINVAL) };
            bytes.resize(len as usize, 0);
            inode.mode &= if is_privileged { 0o7777 } else { 0o1777 };
            Ok(())
        })
    }

    /// Changes its mode.
    pub fn set_mode(&self, mode: u32) -> Result<(), Errno> {
        self.call(Call::Chmod, |state, inode, _| {
            if state.user.0 != 0 && state.user.0 != state.inode(inode).owner.0 {
                return Err(Errno::EPERM);
            }
            state.inode_mut(inode).mode = mode & 0o7777;
            Ok(())
        })
    }

    /// Changes its user, its group, or both.
    pub fn set_owner(&self, user: Option<u32>, group: Option<u32>) -> Result<(), Errno> {
        self.call(Call::Chown, |state, inode, _| {
            let caller = state.user;
            let owner = &mut state.inode_mut(inode).owner;
            let is_given_away = user.is_some_and(|user| user != owner.0);
            let is_strange = group.is_some_and(|group| group != caller.1 && group != owner.1);
            if caller.0 != 0 && (caller.0 != owner.0 || is_given_away || is_strange) {
                return Err(Errno::EPERM);
            }
            *owner = (user.unwrap_or(owner.0), group.unwrap_or(owner.1));
            state.inode_mut(inode).mode &= 0o1777;
            Ok(())
        })
    }

    /// Sets an extended attribute.
    pub fn set_attribute(&self, name: &OsStr, value: &[u8]) -> Result<(), Errno> {
        self.call(Call::SetAttribute, |state, inode, _| {
            state.inode_mut(inode).attributes.insert(name.to_owned(), value.to_owned());
            Ok(())
        })
    }

    /// Removes an extended attribute.
    pub fn remove_attribute(&self, name: &OsStr) -> Result<(), Errno> {
        self.call(Call::RemoveAttribute, |state, inode, _| {
            state.inode_mut(inode).attributes.remove(&OsString::from(name)).map(drop).ok_or(Errno::ENODATA)
        })
    }

    fn read_at(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        self.call(Call::Read, |state, inode, record| {
            let open = state.descriptor(self.number);
            let offset = open.offset;
            let Content::Bytes(bytes) = &state.inode(inode).content else { return Err(Errno::EINVAL) };
            if !open.reads {
                return Err(Errno::EBADF);
            }
            let rest = bytes.get(offset as usize..).unwrap_or_default();
            let len = rest.len().min(buffer.len());
            buffer[..len].copy_from_slice(&rest[..len]);
            record.bytes = Some((offset, len as u64));
            state.advance(self.number, len);
            Ok(len)
        })
    }

    fn write_at(&self, bytes: &[u8]) -> Result<usize, Errno> {
        self.call(Call::Write, |state, inode, record| {
            let open = state.descriptor(self.number);
            if !open.writes {
                return Err(Errno::EBADF);
            }
            let offset = open.offset;
            let taken = &bytes[..bytes.len().min(state.longest_write)];
            record.bytes = Some((offset, taken.len() as u64));
            match &mut state.inode_mut(inode).content {
                Content::Bytes(content) => put(content, offset as usize, taken),
                Content::Special(content) => content.extend(taken),
                Content::Names(_) | Content::Link(_) => return Err(Errno::EINVAL),
            }
            state.advance(self.number, taken.len());
            Ok(taken.len())
        })
    }

    fn seek_to(&self, to: SeekFrom) -> Result<u64, Errno> {
        self.call(Call::Seek, |state, inode, _| {
            let end = state.inode(inode).len() as u64;
            let open = state.open.get_mut(&self.number).ok_or(Errno::EBADF)?;
            let (from, by) = match to {
                SeekFrom::Start(offset) => (offset, 0),
                SeekFrom::Current(by) => (open.offset, by),
                SeekFrom::End(by) => (end, by),
            };
            open.offset = from.checked_add_signed(by).ok_or(Errno::EINVAL)?;
            Ok(open.offset)
        })
    }
}

/// Writes `new` into `content` at `offset`.
fn put(content: &mut Vec<u8>, offset: usize, new: &[u8]) {
    if content.len() < offset {
        content.resize(offset, 0);
    }
    let overwritten = new.len().min(content.len() - offset);
    let (over, beyond) = new.split_at(overwritten);
    content[offset..offset + overwritten].copy_from_slice(over);
    content.extend_from_slice(beyond);
}

impl State {
    fn advance(&mut self, handle: u64, by: usize) {
        if let Some(open) = self.open.get_mut(&handle) {
            open.offset += by as u64;
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let closed = self.call(Call::Close, |state, inode, _| {
            state.open.remove(&self.number);
            state.forget(inode);
            Ok(())
        });
        // Only a fault that somebody has planned for it makes closing fail, and Linux closes even then (close(2)).
        if closed.is_err() {
            self.fs.state().open.remove(&self.number);
        }
    }
}

impl io::Read for Handle {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.read_at(buffer)?)
    }
}

impl io::Write for Handle {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.write_at(bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl io::Seek for Handle {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        Ok(self.seek_to(to)?)
    }
}
