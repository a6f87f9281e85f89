//! What a program leaves behind when its system calls fail, decided on a file system in memory.
//!
//! [`sim`] is that file system: it has inodes, directories, links, owners and modes, and any call of it can be made to
//! fail.
//! A program whose system calls stand behind a trait runs on it in microseconds, on every operating system, and without
//! harm to a real disk.
//!
//! What a *power failure* leaves is another question, for which the simulator's [log](sim::Record) is the material: it
//! says of every call which inode and which directory entry it was about, in order.
//! Its place is beside [`sim`]: a module that makes states of a log and decides about them, whoever recorded the log, and
//! one that records the log of a real process.

pub mod sim;
