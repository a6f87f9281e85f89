//! `program | sponge FILE`: soaks up standard input and then replaces the file, in any of the ways of this crate.
//!
//! Exits with 0 if the file was replaced, 1 if it is as it was, 3 if it was replaced and that may not be durable.

use crashsafe::{Batch, BufWriter, CommitError, Durability, Fallback, File, Options};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: sponge [--how HOW] [--durability durable|atomic|visible] [--in-place] [--from FILE] FILE...
HOW: write, create-new, write-if-changed, write-with, with-path, file, buffered, batch, copy, replace";

struct Arguments {
    how: String,
    options: Options,
    from: PathBuf,
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sponge: {error}");
            let is_committed = CommitError::of(&error).is_some_and(CommitError::committed);
            ExitCode::from(if is_committed { 3 } else { 1 })
        }
    }
}

fn arguments() -> Option<Arguments> {
    let mut found = Arguments { how: "write".into(), options: Options::new(), from: PathBuf::new(), files: Vec::new() };
    let mut rest = std::env::args_os().skip(1);
    while let Some(argument) = rest.next() {
        match argument.to_str() {
            Some("--how") => found.how = rest.next()?.into_string().ok()?,
            Some("--durability") => drop(found.options.durability(durability(rest.next()?.to_str()?)?)),
            Some("--in-place") => drop(found.options.fallback(Fallback::InPlace)),
            Some("--from") => found.from = rest.next()?.into(),
            _ => found.files.push(argument.into()),
        }
    }
    (!found.files.is_empty()).then_some(found)
}

fn durability(word: &str) -> Option<Durability> {
    match word {
        "durable" => Some(Durability::Durable),
        "atomic" => Some(Durability::Atomic),
        "visible" => Some(Durability::Visible),
        _ => None,
    }
}

fn run(Arguments { how, options, from, files }: &Arguments) -> io::Result<()> {
    let mut content = Vec::new();
    if from.as_os_str().is_empty() {
        io::stdin().read_to_end(&mut content)?;
    }
    let file = &files[0];
    match how.as_str() {
        "write" => drop(options.write(file, content)?),
        "create-new" => drop(options.clone().create_new(true).write(file, content)?),
        "write-if-changed" => drop(options.write_if_changed(file, content)?),
        "write-with" => crashsafe::write_with(file, |out| out.write_all(&content))?,
        "with-path" => crashsafe::with_path(file, |path| std::fs::write(path, &content))?,
        "file" => commit_file(options.open(file)?, &content)?,
        "buffered" => commit_buffered(options.open_buffered(file)?, &content)?,
        "batch" => commit_batch(options, files, &content)?,
        "copy" => drop(options.copy(from, file)?),
        "replace" => drop(options.replace(from, file)?),
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, USAGE)),
    }
    Ok(())
}

fn commit_file(mut file: File, content: &[u8]) -> io::Result<()> {
    file.write_all(content)?;
    file.commit()?;
    Ok(())
}

fn commit_buffered(mut file: BufWriter, content: &[u8]) -> io::Result<()> {
    // In small pieces, or the buffer would be passed by.
    content.chunks(100).try_for_each(|piece| file.write_all(piece))?;
    file.commit()?;
    Ok(())
}

fn commit_batch(options: &Options, files: &[PathBuf], content: &[u8]) -> io::Result<()> {
    let mut batch = Batch::with_options(options);
    for file in files {
        batch.write(file, content)?;
    }
    Ok(batch.commit()?)
}
