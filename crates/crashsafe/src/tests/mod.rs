//! Tests of the protocol over a simulated file system, where every call can fail.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what it calls")]

mod entries;
mod faults;
mod meanwhile;
mod order;
mod refused;
mod simulated;
mod sweeping;
