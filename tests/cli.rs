//! The program from outside: arguments, exit codes, reports.
