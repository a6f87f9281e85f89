//! The program from outside: arguments, exit codes, reports.

mod cli {
    mod configuration;
    mod discovery;
    mod exit_code;
    mod not_analysed;
    mod project;
    mod report;
    mod rule_page;
    mod suppression;
}
