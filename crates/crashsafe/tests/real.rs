//! Tests on the file system of the machine, in directories of their own.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what it calls")]

#[path = "real/api.rs"]
mod api;
#[cfg(feature = "tokio")]
#[path = "real/asynchronous.rs"]
mod asynchronous;
#[path = "real/crowd.rs"]
mod crowd;
#[cfg(target_os = "linux")]
#[path = "real/injected.rs"]
mod injected;
#[cfg(target_os = "linux")]
#[path = "real/killed.rs"]
mod killed;
#[cfg(target_os = "linux")]
#[path = "real/parity.rs"]
mod parity;
#[cfg(target_os = "linux")]
#[path = "real/privileges.rs"]
mod privileges;
#[path = "real/tree.rs"]
mod tree;
