//! Linux, through rustix: every call is relative to an open directory, so that neither a change of the working directory
//! nor the renaming of a parent leads elsewhere in the middle of a write.

use super::{ACCESS_LIST, Access, Attribute, Kind, Life, Mode, Node, System, process};
use crate::name::Maker;
use rustix::fs::{AtFlags, CWD, FileType, MemfdFlags, OFlags, RenameFlags, StatxAttributes, StatxFlags, XattrFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

/// The system calls of Linux.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Linux;

/// An open directory.
#[derive(Debug)]
pub(crate) struct Dir {
    fd: OwnedFd,
    /// Without the right to read it, a directory can be walked through and written to, but not synced.
    readable: bool,
}

impl System for Linux {
    type Dir = Dir;
    type File = File;

    fn open_dir(&self, base: Option<&Dir>, path: &Path) -> io::Result<Dir> {
        let base = base.map_or(CWD, |dir| dir.fd.as_fd());
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        match open_at(base, path.as_os_str(), flags | OFlags::RDONLY, 0) {
            Ok(fd) => Ok(Dir { fd, readable: true }),
            Err(Errno::ACCESS) => {
                let fd = open_at(base, path.as_os_str(), flags | OFlags::PATH, 0)?;
                Ok(Dir { fd, readable: false })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn make_dir(&self, path: &Path) -> io::Result<()> {
        Ok(rustix::fs::mkdirat(CWD, path, rustix::fs::Mode::from_raw_mode(0o777))?)
    }

    fn list(&self, dir: &Dir) -> io::Result<Vec<OsString>> {
        let entries = rustix::fs::Dir::read_from(&dir.fd)?;
        entries.map(|entry| Ok(OsString::from_vec(entry?.file_name().to_bytes().to_vec()))).collect()
    }

    fn dir_node(&self, dir: &Dir) -> io::Result<Node> {
        Ok(node_of(&rustix::fs::fstat(&dir.fd)?))
    }

    fn is_kernels(&self, dir: &Dir) -> bool {
        rustix::fs::fstatfs(&dir.fd).is_ok_and(|fs| KERNELS.contains(&(fs.f_type as u64 & 0xffff_ffff)))
    }

    fn follow(&self, path: &Path) -> io::Result<Node> {
        let fd = open_at(CWD, path.as_os_str(), OFlags::PATH | OFlags::CLOEXEC, 0)?;
        Ok(node_of(&rustix::fs::fstat(fd)?))
    }

    fn node(&self, dir: &Dir, name: &OsStr) -> io::Result<Node> {
        Ok(node_of(&rustix::fs::statat(&dir.fd, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }

    fn read_link(&self, dir: &Dir, name: &OsStr) -> io::Result<PathBuf> {
        let text = rustix::fs::readlinkat(&dir.fd, name, Vec::new())?;
        Ok(OsString::from_vec(text.into_bytes()).into())
    }

    fn permit_write(&self, dir: &Dir, name: &OsStr) -> io::Result<()> {
        match rustix::fs::accessat(&dir.fd, name, rustix::fs::Access::WRITE_OK, AtFlags::EACCESS) {
            // A set-user-id program on a kernel that cannot ask for it.
            Ok(()) | Err(Errno::NOSYS) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn attributes(&self, dir: &Dir, name: &OsStr) -> io::Result<Vec<Attribute>> {
        let mut path = OsString::from(format!("/proc/self/fd/{}/", dir.fd.as_raw_fd()));
        path.push(name);
        match rustix::fs::llistxattr_query(&path) {
            Ok(0) => Ok(Vec::new()),
            Ok(_) => read_attributes(
                |list| rustix::fs::llistxattr(&path, list),
                |name, value| rustix::fs::lgetxattr(&path, name, value),
            ),
            // Without /proc only the right to read the file will do.
            Err(Errno::NOENT | Errno::NOTDIR) => {
                let file = self.open(dir, name, Access::Read)?;
                read_attributes(
                    |list| rustix::fs::flistxattr(&file, list),
                    |name, value| rustix::fs::fgetxattr(&file, name, value),
                )
            }
            Err(error) => Err(error.into()),
        }
    }

    fn is_mount_point(&self, dir: &Dir, name: &OsStr) -> bool {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
        rustix::fs::statx(&dir.fd, name, flags, StatxFlags::empty())
            .is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
    }

    fn create(&self, dir: &Dir, name: &OsStr, mode: u32) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(open_at(dir.fd.as_fd(), name, flags, mode)?))
    }

    fn create_nameless(&self) -> io::Result<File> {
        Ok(File::from(rustix::fs::memfd_create("crashsafe", MemfdFlags::CLOEXEC)?))
    }

    fn open(&self, dir: &Dir, name: &OsStr, access: Access) -> io::Result<File> {
        // Not to wait for the other end, should it have become a pipe.
        let flags = flag_of(access) | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        Ok(File::from(open_at(dir.fd.as_fd(), name, flags, 0)?))
    }

    fn open_through(&self, path: &Path, access: Access) -> io::Result<File> {
        let flags = flag_of(access) | OFlags::CLOEXEC | OFlags::NOCTTY;
        Ok(File::from(open_at(CWD, path.as_os_str(), flags, 0)?))
    }

    fn file_node(&self, file: &File) -> io::Result<Node> {
        Ok(node_of(&rustix::fs::fstat(file)?))
    }

    fn set_owner(&self, file: &File, user: Option<u32>, group: Option<u32>) -> io::Result<()> {
        let user = user.map(rustix::fs::Uid::from_raw);
        let group = group.map(rustix::fs::Gid::from_raw);
        Ok(rustix::fs::fchown(file, user, group)?)
    }

    fn set_mode(&self, file: &File, mode: &Mode) -> io::Result<()> {
        match mode {
            Mode::Bits(bits) => Ok(rustix::fs::fchmod(file, rustix::fs::Mode::from_raw_mode(*bits))?),
            Mode::Like(permissions) => file.set_permissions(permissions.clone()),
        }
    }

    fn set_attribute(&self, file: &File, attribute: &Attribute) -> io::Result<()> {
        Ok(rustix::fs::fsetxattr(file, &*attribute.name, &attribute.value, XattrFlags::empty())?)
    }

    fn remove_attribute(&self, file: &File, name: &str) -> io::Result<()> {
        // Asked first, because even to remove nothing starts a transaction of ext4's journal.
        rustix::fs::fgetxattr_query(file, name)?;
        Ok(rustix::fs::fremovexattr(file, name)?)
    }

    fn set_len(&self, file: &File, len: u64) -> io::Result<()> {
        Ok(rustix::fs::ftruncate(file, len)?)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        // Not `sync_all`, which begins again after EINTR.
        Ok(rustix::fs::fsync(file)?)
    }

    fn sync_dir(&self, dir: &Dir) -> io::Result<bool> {
        if !dir.readable {
            return Ok(false);
        }
        rustix::fs::fsync(&dir.fd)?;
        Ok(true)
    }

    fn can_sync_everything(&self, dir: &Dir) -> bool {
        let fs = rustix::fs::fstatfs(&dir.fd);
        reports_writeback_errors() && fs.is_ok_and(|fs| SYNCS.contains(&(fs.f_type as u64 & 0xffff_ffff)))
    }

    fn sync_everything(&self, file: &File) -> io::Result<()> {
        Ok(rustix::fs::syncfs(file)?)
    }

    fn rename(&self, from: (&Dir, &OsStr), to: (&Dir, &OsStr)) -> io::Result<()> {
        Ok(rustix::fs::renameat(&from.0.fd, from.1, &to.0.fd, to.1)?)
    }

    fn rename_new(&self, dir: &Dir, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat_with(&dir.fd, from, &dir.fd, to, RenameFlags::NOREPLACE)?)
    }

    fn link(&self, dir: &Dir, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::linkat(&dir.fd, from, &dir.fd, to, AtFlags::empty())?)
    }

    fn unlink(&self, dir: &Dir, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&dir.fd, name, AtFlags::empty())?)
    }

    fn life(&self, maker: Maker) -> Life {
        if maker.host == 0 || maker.host != process::host() {
            return Life::Unknown;
        }
        let Some(pid) = i32::try_from(maker.pid).ok().and_then(rustix::process::Pid::from_raw) else {
            return Life::Unknown;
        };
        // Asked by a signal, because /proc may be mounted so that it hides the processes of others.
        match rustix::process::test_kill_process(pid) {
            Err(Errno::SRCH) => Life::Gone,
            _ if process::is_another(maker) => Life::Gone,
            _ => Life::Alive,
        }
    }
}

/// File systems whose files are the kernel's own words: they cannot be replaced, and a write is a command.
const KERNELS: [u64; 14] = [
    0x0000_9fa0, // proc
    0x6265_6572, // sysfs
    0x0027_e0eb, // cgroup
    0x6367_7270, // cgroup2
    0x6462_6720, // debugfs
    0x7472_6163, // tracefs
    0x7363_6673, // securityfs
    0x6265_6570, // configfs
    0xde5e_81e4, // efivarfs
    0x6165_676c, // pstore
    0xcafe_4a11, // bpf
    0xf97c_ff8c, // selinuxfs
    0x4249_4e4d, // binfmt_misc
    0x6e73_6673, // nsfs
];

/// File systems of which it is known that `syncfs` waits for everything: ext2 to ext4, XFS, btrfs, F2FS, tmpfs.
/// FUSE answers success to it without asking anybody.
const SYNCS: [u64; 5] = [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x0102_1994];

/// Whether `syncfs` reports pages that could not be written: since Linux 5.8 (syncfs(2), VERSIONS).
fn reports_writeback_errors() -> bool {
    static REPORTS: OnceLock<bool> = OnceLock::new();
    *REPORTS.get_or_init(|| {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let mut numbers = release.split(['.', '-']).map_while(|part| part.parse().ok());
        let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        version >= (5, 8)
    })
}

fn open_at(base: BorrowedFd<'_>, name: &OsStr, flags: OFlags, mode: u32) -> rustix::io::Result<OwnedFd> {
    // As in the standard library: a pipe is waited for, and a signal is no reason to give up.
    // atomic-lint: allow(unsynced-rename): what is only to be visible is not synced, because its caller has said so
    rustix::io::retry_on_intr(|| rustix::fs::openat(base, name, flags, rustix::fs::Mode::from_raw_mode(mode)))
}

fn flag_of(access: Access) -> OFlags {
    match access {
        Access::Read => OFlags::RDONLY,
        Access::Write => OFlags::WRONLY,
    }
}

fn node_of(stat: &rustix::fs::Stat) -> Node {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::Regular,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Symlink,
        _ => Kind::Other,
    };
    let seconds = u64::try_from(stat.st_mtime).unwrap_or(0);
    Node {
        kind,
        identity: Some((stat.st_dev, stat.st_ino)),
        links: u64::from(stat.st_nlink as u32),
        len: u64::try_from(stat.st_size).unwrap_or(0),
        owner: Some((stat.st_uid, stat.st_gid)),
        mode: Mode::Bits(stat.st_mode & 0o7777),
        modified: SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
    }
}

/// Whether an attribute belongs to the content and access of a file, rather than to the file as an object.
fn is_kept(name: &[u8]) -> bool {
    name.starts_with(b"user.") || name == b"security.selinux" || name == ACCESS_LIST.as_bytes()
}

/// The longest list of names, and the longest value, that Linux has (xattr(7)).
const LONGEST_ATTRIBUTE: usize = 64 * 1024;

fn read_attributes(
    list: impl Fn(&mut [u8]) -> rustix::io::Result<usize>,
    get: impl Fn(&OsStr, &mut [u8]) -> rustix::io::Result<usize>,
) -> io::Result<Vec<Attribute>> {
    let mut buffer = vec![0; LONGEST_ATTRIBUTE];
    let len = list(&mut buffer)?;
    let names: Vec<OsString> = buffer[..len].split(|byte| *byte == 0).filter(|name| is_kept(name)).map(to_os).collect();
    let mut attributes = Vec::new();
    for name in names {
        let len = get(&name, &mut buffer)?;
        attributes.push(Attribute { name, value: buffer[..len].to_vec() });
    }
    Ok(attributes)
}

fn to_os(bytes: &[u8]) -> OsString {
    OsStr::from_bytes(bytes).to_owned()
}
