//! The program: arguments, configuration, discovery, suppressions, rendering, exit codes.
//!
//! Everything that touches files, the environment or the terminal is here; what is true of a program
//! is decided by the crates below.

mod answer;
mod args;
mod callers;
mod check;
mod config;
mod coverage;
mod diagnostic;
mod embedded;
mod explain;
mod fingerprint;
mod fix;
mod init;
mod inspect;
mod locale;
mod manifest;
mod output;
mod portion;
mod position;
mod read;
mod report;
mod rounds;
mod rule_page;
mod selection;
mod sources;
mod suggest;
mod suppress;
mod walk;
mod wording;

use args::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

/// The analysis follows calls and the front ends follow syntax, both by recursion.
pub(crate) const STACK: usize = 64 << 20;

/// Nothing was found, and everything was analysed.
pub(crate) const CLEAN: u8 = 0;
/// Something was found.
pub(crate) const FOUND: u8 = 1;
/// The command line, the configuration or a file does not allow an answer.
pub(crate) const FAILED: u8 = 2;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let program = std::thread::Builder::new().stack_size(STACK).spawn(move || run(arguments));
    let code = match program {
        Ok(program) => program.join().unwrap_or(FAILED),
        Err(error) => fail(&format!("cannot start a thread: {error}")),
    };
    ExitCode::from(code)
}

fn run(arguments: Arguments) -> u8 {
    let result = match arguments.command {
        None => check::check(&arguments.check),
        Some(Command::Check(check)) => check::check(&check),
        Some(Command::Explain(explain)) => explain::explain(&explain),
        Some(Command::Rule(rule)) => rule_page::show(&rule),
        Some(Command::Init(init)) => init::init(&init),
    };
    result.unwrap_or_else(|message| fail(&message))
}

/// Says why there is no answer.
fn fail(message: &str) -> u8 {
    eprintln!("error: {message}");
    FAILED
}
