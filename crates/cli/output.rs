//! Where reports go: standard output, and files that are written all or none.

use crate::args::{CheckArguments, ColorChoice, OutputFormat, ReportFile};
use crate::inspect::language_of;
use crate::locale::Terminal;
use crate::report::{self, Concise, Full, Github, Gitlab, Json, Rdjson, Renderer, Report, Sarif};
use crashsafe::{Batch, CommitError};
use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The reports of a run.
#[derive(Debug)]
pub(crate) struct Outputs {
    stdout: Option<OutputFormat>,
    files: Vec<ReportFile>,
    /// Where GitHub Actions wants the summary of the job, if a report is for it.
    summary: Option<PathBuf>,
    quiet: bool,
    color: ColorChoice,
}

impl Outputs {
    /// The reports that `arguments` ask for; an error before anything is done where one could not be written.
    pub(crate) fn new(arguments: &CheckArguments) -> Result<Self, String> {
        let format = arguments.output_format;
        let main = arguments.output_file.as_ref().filter(|path| path.as_os_str() != "-");
        let main = main.map(|path| ReportFile { format, path: path.clone() });
        let stdout = main.is_none().then_some(format);
        let files: Vec<ReportFile> = main.into_iter().chain(arguments.output.iter().cloned()).collect();
        check_files(&files)?;
        let for_github =
            files.iter().map(|file| file.format).chain(stdout).any(|format| format == OutputFormat::Github);
        let summary = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| for_github && !path.is_empty());
        let (quiet, color) = (arguments.quiet, arguments.color);
        Ok(Outputs { stdout, files, summary: summary.map(PathBuf::from), quiet, color })
    }

    /// Whether a report is among them that carries fixes over several files.
    pub(crate) fn carry_fixes(&self) -> bool {
        let mut formats = self.files.iter().map(|file| file.format).chain(self.stdout);
        formats.any(|format| matches!(format, OutputFormat::Json | OutputFormat::Sarif))
    }

    /// Writes `report` everywhere; what goes to standard output is printed whether or not the files could be written.
    pub(crate) fn write(&self, report: &Report<'_>) -> Result<(), String> {
        let written = self.write_files(report);
        if let Some(format) = self.stdout {
            report::print_report(report, self.renderer(format, Terminal::detect(self.color)).as_ref())?;
        }
        written
    }

    /// All files are staged before the first is published.
    fn write_files(&self, report: &Report<'_>) -> Result<(), String> {
        let mut batch = Batch::new();
        for file in &self.files {
            let text = self.rendered(file.format, report).map_err(|error| error.to_string())?;
            batch.write(&file.path, text).map_err(refusal)?;
        }
        if let Some(path) = &self.summary {
            let before = read_or_empty(path).map_err(|error| format!("GITHUB_STEP_SUMMARY: {error}"))?;
            batch.write(path, [before, report::github_summary(report).into_bytes()].concat()).map_err(refusal)?;
        }
        batch.commit().map_err(refusal)
    }

    fn rendered(&self, format: OutputFormat, report: &Report<'_>) -> io::Result<Vec<u8>> {
        let terminal = Terminal { unicode: true, color: self.color == ColorChoice::Always };
        let mut text = Vec::new();
        self.renderer(format, terminal).render(report, &mut text)?;
        Ok(text)
    }

    fn renderer(&self, format: OutputFormat, terminal: Terminal) -> Box<dyn Renderer> {
        let quiet = self.quiet;
        match format {
            OutputFormat::Full => Box::new(Full { terminal, quiet }),
            OutputFormat::Concise => Box::new(Concise { quiet }),
            OutputFormat::Json => Box::new(Json),
            OutputFormat::Sarif => Box::new(Sarif),
            OutputFormat::Github => Box::new(Github { quiet }),
            OutputFormat::Gitlab => Box::new(Gitlab),
            OutputFormat::Rdjson => Box::new(Rdjson::Document),
            OutputFormat::Rdjsonl => Box::new(Rdjson::Lines),
        }
    }
}

/// What can be known of files that are to be written before there is anything to write.
fn check_files(files: &[ReportFile]) -> Result<(), String> {
    let mut met = HashSet::new();
    for ReportFile { path, .. } in files {
        let shown = path.display();
        if path.as_os_str() == "-" {
            return Err("--output: one report goes to standard output already; use -o - and --output-format".into());
        }
        // A forgotten file name must not cost the source file that comes next.
        if language_of(path).is_some() {
            return Err(format!("`{shown}` is named like source code; give the report another name"));
        }
        if path.is_dir() {
            return Err(format!("`{shown}` is a directory; name a file in it"));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(format!("`{shown}` has no directory to be in; create `{}` first", folder.display()));
        }
        if !met.insert(path) {
            return Err(format!("`{shown}` is to hold two reports; give each a file of its own"));
        }
    }
    Ok(())
}

fn read_or_empty(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        result => result,
    }
}

/// Why no report was written, and what to do.
fn refusal(error: CommitError) -> String {
    let remedy = match error.io_error().kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "choose a directory that may be written to",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room and run it again",
        _ => "choose another file",
    };
    format!("{error}; {remedy}")
}
