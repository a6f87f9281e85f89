//! Writers that are put around a file, and what one says to get the file back.

use super::errors::{End, Failure, Handling};
use super::imports;
use super::open::Closing;
use super::source::Source;
use syn::{Expr, Path};

/// A writer around a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// A buffer, for which the runtime has its own.
    Buffer,
    /// An encoder whose `finish` gives back what it wrote to.
    Finish,
    /// An archive whose `into_inner` does.
    IntoInner,
    /// A CSV writer, whose `into_inner` fails with an error of its own.
    Csv,
}

/// Encoders and archives that have a `finish`.
const FINISHED: [&str; 8] =
    ["GzEncoder", "ZlibEncoder", "DeflateEncoder", "BzEncoder", "XzEncoder", "FrameEncoder", "ZipWriter", "GzBuilder"];

/// Functions that take a writer by value and for which a reference to one is as good.
const TAKE_WRITER: [&str; 8] = [
    "to_writer",
    "to_writer_pretty",
    "into_writer",
    "serialize_into",
    "to_writer_xml",
    "to_writer_binary",
    "encode_into_std_write",
    "serialize_with_writer",
];

/// What the function at `path` puts around an argument, and around which.
pub(super) fn made_by(source: &Source, path: &Path) -> Option<(Layer, usize)> {
    let mut segments = path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let (function, alias) = (segments.next()?, segments.next()?);
    let ty = imports::original(source, &alias).map_or(alias, |name| name.to_string());
    match (ty.as_str(), function.as_str()) {
        ("BufWriter" | "LineWriter", "new") => Some((Layer::Buffer, 0)),
        ("BufWriter" | "LineWriter", "with_capacity") => Some((Layer::Buffer, 1)),
        ("Builder", "new") if source.text.contains("tar::") => Some((Layer::IntoInner, 0)),
        ("Writer", "from_writer") if source.text.contains("csv::") => Some((Layer::Csv, 0)),
        (finished, "new") if FINISHED.contains(&finished) => Some((Layer::Finish, 0)),
        _ => None,
    }
}

/// Whether the function at `path` is content with a reference where it takes a writer.
pub(super) fn takes_writer(path: &Path) -> bool {
    let last = path.segments.last().map(|segment| segment.ident.to_string());
    last.is_some_and(|last| TAKE_WRITER.contains(&last.as_str()))
}

/// The file is done.
#[derive(Clone, Copy)]
pub(super) struct Commit<'a> {
    /// The variable.
    pub(super) name: &'a str,
    /// What is around the file, innermost first.
    pub(super) layers: &'a [Layer],
    pub(super) asynchronous: bool,
    /// What being done means for it.
    pub(super) closing: Closing,
    /// What is done with errors.
    pub(super) handling: &'a Handling,
    pub(super) failure: Failure,
}

impl Commit<'_> {
    /// The statements that commit it.
    pub(super) fn statements(&self) -> Vec<String> {
        let (name, end) = (self.name, self.handling.text());
        match (self.closing, self.asynchronous) {
            (Closing::Commit, _) => {}
            (Closing::Flush, false) => return vec![format!("{name}.flush(){end};")],
            (Closing::Flush, true) => return vec![format!("{name}.flush().await{end};")],
            (Closing::Finish, _) => return vec![format!("{name}.finish(){end};")],
        }
        if self.asynchronous {
            return self.asynchronously();
        }
        let mut text = self.name.to_string();
        for (depth, layer) in self.layers.iter().enumerate().rev() {
            text += &self.unwrapped(*layer, depth);
        }
        vec![format!("{text}.commit(){};", self.handling.of_commit(self.failure))]
    }

    fn unwrapped(&self, layer: Layer, depth: usize) -> String {
        let end = self.handling.text();
        match layer {
            // The runtime's own buffer commits what is in it.
            Layer::Buffer if depth == 0 => String::new(),
            Layer::Buffer if self.handling.end == End::Passed => {
                format!(".into_inner().map_err(std::io::Error::from){end}")
            }
            Layer::Buffer | Layer::IntoInner => format!(".into_inner(){end}"),
            Layer::Finish => format!(".finish(){end}"),
            Layer::Csv => format!(".into_inner().map_err(|error| error.into_error()){end}"),
        }
    }

    fn asynchronously(&self) -> Vec<String> {
        let (name, end) = (self.name, self.handling.text());
        let commit = self.handling.of_commit(self.failure);
        match self.layers {
            [] => vec![format!("{name}.commit().await{commit};")],
            _ => vec![format!("{name}.flush().await{end};"), format!("{name}.into_inner().commit().await{commit};")],
        }
    }
}

/// The path that `function` is, if it is one.
pub(super) fn as_path(function: &Expr) -> Option<&Path> {
    match function {
        Expr::Path(function) => Some(&function.path),
        _ => None,
    }
}
