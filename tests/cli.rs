//! The program from outside: arguments, exit codes, reports.

#![allow(clippy::unwrap_used, reason = "clippy knows a test by its attribute, and not what it calls")]

mod cli {
    mod confidence;
    mod configuration;
    mod discovery;
    mod exit_code;
    mod explain;
    mod fix;
    mod hostile;
    mod init;
    #[cfg(unix)]
    mod killed_fix;
    mod not_analysed;
    mod output;
    mod project;
    mod readme;
    mod report;
    mod rule_page;
    mod suppression;
    mod verify;
}
