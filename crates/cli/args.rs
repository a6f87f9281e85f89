//! The command line as values; nothing is looked up or checked against the catalog here.

use atomic_lint_analysis::Confidence;
use atomic_lint_catalog::Level;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Finds file writes that a crash, a full disk or a concurrent reader can tear, in Rust and Python.
#[derive(Debug, Parser)]
#[command(name = "atomic-lint", version, about, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) check: CheckArguments,
}

/// What to do; to check is what is done without a word.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check files and directories (the default)
    Check(Box<CheckArguments>),
    /// Say why a write is reported at a line, or why it is not
    Explain(Box<ExplainArguments>),
    /// Show the page of a rule, or list the rules
    Rule(RuleArguments),
    /// Write a configuration to begin with, or lay in the runtime that fixed code calls
    Init(InitArguments),
}

/// What `check` is given.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Exit status: 0 nothing found and everything analysed, 1 findings at or above --fail-level, \
                        2 wrong usage or configuration, or a requested file that was not analysed.")]
pub(crate) struct CheckArguments {
    /// Files and directories
    #[arg(default_value = ".", value_name = "PATHS")]
    pub(crate) paths: Vec<PathBuf>,
    /// Only these rules
    #[arg(long, value_name = "RULE|GROUP|ALL", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) select: Vec<String>,
    /// None of these rules
    #[arg(long, value_name = "RULE|GROUP|ALL", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) ignore: Vec<String>,
    /// These rules too
    #[arg(long, value_name = "RULE|GROUP|ALL", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) extend_select: Vec<String>,
    /// Hide findings below this level
    #[arg(long, value_name = "LEVEL", default_value = "note", help_heading = "Rules")]
    pub(crate) min_level: LevelName,
    /// Exit with 1 for findings at or above this level
    #[arg(long, value_name = "LEVEL", default_value = "warning", help_heading = "Rules")]
    pub(crate) fail_level: LevelName,
    /// Hide findings that are less sure
    #[arg(long, value_name = "CONFIDENCE", default_value = "low", help_heading = "Rules")]
    pub(crate) min_confidence: ConfidenceName,
    /// Exit with 0 whatever was found or not analysed
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) fix: FixArguments,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "full", help_heading = "Output")]
    pub(crate) output_format: OutputFormat,
    /// Write the report to this file; `-` is standard output
    #[arg(short = 'o', long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output_file: Option<PathBuf>,
    /// Write another report to a file; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = ReportFile::parse, help_heading = "Output")]
    pub(crate) output: Vec<ReportFile>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(crate) color: ColorChoice,
    /// Print findings only: no coverage line, no warnings
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// List writes that were seen and accepted, with the reason
    #[arg(long, help_heading = "Output")]
    pub(crate) show_accepted: bool,
    /// Threads [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Parse every file, also those without a word that could write
    #[arg(long)]
    pub(crate) no_prefilter: bool,
    /// Stop after the prefilter; for measuring
    #[arg(long, hide = true)]
    pub(crate) prefilter_only: bool,
    /// Read what .gitignore and .ignore files exclude
    #[arg(long, help_heading = "Files")]
    pub(crate) no_respect_gitignore: bool,
    /// Leave out what matches, in the syntax of .gitignore, and not what the configuration excludes
    #[arg(long, value_name = "GLOB", value_delimiter = ',', help_heading = "Files")]
    pub(crate) exclude: Vec<String>,
    /// Leave this out too
    #[arg(long, value_name = "GLOB", value_delimiter = ',', help_heading = "Files")]
    pub(crate) extend_exclude: Vec<String>,
    /// Leave out what is excluded even where it is named on the command line
    #[arg(long, help_heading = "Files")]
    pub(crate) force_exclude: bool,
    /// Use this configuration file instead of the nearest
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub(crate) config: Option<PathBuf>,
}

/// What `check` is given for changing the code.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Fixes")]
pub(crate) struct FixArguments {
    /// Rewrite the code of findings that have a safe fix
    #[arg(long)]
    pub(crate) fix: bool,
    /// Take fixes too that may change what the program does beyond what they are for
    #[arg(long)]
    pub(crate) unsafe_fixes: bool,
    /// Print what --fix would change, and change nothing
    #[arg(long)]
    pub(crate) diff: bool,
    /// Rewrite the code and do not report what is left
    #[arg(long)]
    pub(crate) fix_only: bool,
    /// Compile the fixed code before it is written, and leave what no longer compiles; runs the project's build scripts
    #[arg(long)]
    pub(crate) verify: bool,
    /// List the fixes that were made
    #[arg(long)]
    pub(crate) show_fixes: bool,
    /// Exit with 1 if anything was fixed, also when nothing is left
    #[arg(long)]
    pub(crate) exit_non_zero_on_fix: bool,
    /// Only fixes of these rules
    #[arg(long, value_name = "RULE|GROUP|ALL", value_delimiter = ',')]
    pub(crate) fixable: Vec<String>,
    /// No fixes of these rules
    #[arg(long, value_name = "RULE|GROUP|ALL", value_delimiter = ',')]
    pub(crate) unfixable: Vec<String>,
    /// Only the fixes with these identifiers, which reports give
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) fix_id: Vec<String>,
}

impl CheckArguments {
    /// What a check of `path` alone is given.
    pub(crate) fn of(path: &Path) -> Self {
        let words: [OsString; 3] = ["atomic-lint".into(), "--".into(), path.into()];
        Arguments::parse_from(words).check
    }
}

impl FixArguments {
    /// Whether the code is to be changed, or it is to be shown how it would be.
    pub(crate) fn changes(&self) -> bool {
        self.fix || self.fix_only || self.diff
    }
}

/// What `explain` is given.
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The line
    #[arg(value_name = "FILE:LINE")]
    pub(crate) place: String,
    #[command(flatten)]
    pub(crate) check: CheckArguments,
}

/// What `init` is given.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 all is there, 1 --diff shows what is not, 2 it could not be written.")]
pub(crate) struct InitArguments {
    /// The folder of the project
    #[arg(default_value = ".", value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// Lay in the runtime instead, for all that a fix would call it from
    #[arg(long)]
    pub(crate) runtime: bool,
    /// Print what would be written, and write nothing
    #[arg(long)]
    pub(crate) diff: bool,
}

/// What `rule` is given.
#[derive(Debug, Args)]
pub(crate) struct RuleArguments {
    /// The rule
    #[arg(conflicts_with = "all")]
    pub(crate) id: Option<String>,
    /// List all rules
    #[arg(long)]
    pub(crate) all: bool,
}

/// A level that a finding can have.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LevelName {
    /// Advice
    Note,
    /// A crash, a full disk or a concurrent reader loses data
    Warning,
    /// Data is lost without any crash
    Error,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Self {
        match name {
            LevelName::Note => Level::Note,
            LevelName::Warning => Level::Warning,
            LevelName::Error => Level::Error,
        }
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ConfidenceName {
    /// It rests on a guess about what a path is
    Low,
    /// It is true on some way through the code
    Medium,
    /// It is true on every way through the code
    High,
}

impl From<ConfidenceName> for Confidence {
    fn from(name: ConfidenceName) -> Self {
        match name {
            ConfidenceName::Low => Confidence::Low,
            ConfidenceName::Medium => Confidence::Medium,
            ConfidenceName::High => Confidence::High,
        }
    }
}

/// A report format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people: the flow over the source, the checklist, the help
    Full,
    /// For people and editors: one line for each finding
    Concise,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions, and a summary of the job
    Github,
    /// The code quality report of GitLab
    Gitlab,
    /// The Reviewdog Diagnostic Format
    Rdjson,
    /// The same, one line for each finding
    Rdjsonl,
}

/// A report that goes to a file.
#[derive(Clone, Debug)]
pub(crate) struct ReportFile {
    /// In which format.
    pub(crate) format: OutputFormat,
    /// Where.
    pub(crate) path: PathBuf,
}

impl ReportFile {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, path) = text.split_once('=').ok_or("it is not FORMAT=FILE, such as sarif=report.sarif")?;
        let format = OutputFormat::from_str(name, false).map_err(|_| {
            let known: Vec<String> = OutputFormat::value_variants().iter().filter_map(format_name).collect();
            format!("unknown format `{name}`; there are {}", known.join(", "))
        })?;
        match path.is_empty() {
            true => Err("no file is named".into()),
            false => Ok(ReportFile { format, path: path.into() }),
        }
    }
}

fn format_name(format: &OutputFormat) -> Option<String> {
    Some(format.to_possible_value()?.get_name().to_owned())
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR says no or FORCE_COLOR says yes
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
