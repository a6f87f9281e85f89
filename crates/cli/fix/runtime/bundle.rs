//! The runtime's sources, which travel inside the program.
//!
//! On Linux the Rust one calls the system through `rustix`. Where a project has that already, so does what is laid in;
//! elsewhere it is built on the standard library alone, because fixed code must build at once, also without a network.

include!(concat!(env!("OUT_DIR"), "/runtime.rs"));

/// The least `rustix` with all that the runtime calls.
const RUSTIX: &str = "1.1.6";

/// The least `tokio` with all that the runtime calls.
const TOKIO: &str = "1.38";

/// What the project that the runtime is laid into has already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Host {
    /// `rustix` of the version that the runtime wants.
    pub(super) rustix: bool,
    /// `tokio`, with what the runtime wants of it.
    pub(super) tokio: bool,
}

impl Host {
    /// What the lock file `text` says.
    pub(super) fn of_lock(text: &str) -> Self {
        Host { rustix: locks(text, "rustix", RUSTIX), tokio: locks(text, "tokio", TOKIO) && locks(text, "bytes", "1") }
    }
}

/// Whether the lock file `text` has a version of the package `name` that meets the requirement `least`.
fn locks(text: &str, name: &str, least: &str) -> bool {
    let head = format!("name = \"{name}\"");
    let mut lines = text.lines().map(str::trim_end);
    let versions = std::iter::from_fn(|| lines.by_ref().find(|line| *line == head).map(|_| lines.next()));
    let mut versions = versions.flatten().filter_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    let least = numbers(least);
    versions.any(|version| {
        let version = numbers(version);
        version[0] == least[0] && version >= least
    })
}

/// The numbers of a version from 1 on, of which the last may be left out.
fn numbers(version: &str) -> [u64; 3] {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    let mut parts = plain.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

/// The files of the Rust package, for a project that has what `host` says.
pub(super) fn rust(host: Host) -> Vec<(&'static str, String)> {
    let mut files: Vec<(&str, String)> = RUST.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    files.push(("Cargo.toml", manifest(host)));
    files.push(("rustfmt.toml", RUSTFMT.to_owned()));
    if !host.rustix {
        files.push(("build.rs", PORTABLE.to_owned()));
    }
    files
}

/// The files of the Python package.
pub(super) fn python() -> Vec<(&'static str, String)> {
    let text = |name: &str, text: &str| match name {
        "__init__.py" => format!("{MARK} for the code that it has fixed.\n{text}"),
        _ => text.to_owned(),
    };
    PYTHON.iter().map(|(name, content)| (*name, text(name, content))).collect()
}

/// With what the first file of each language begins.
pub(super) const MARK: &str = "# crashsafe as atomic-lint lays it in";

/// Its own style, whatever that of the project is.
const RUSTFMT: &str = "max_width = 120\nuse_small_heuristics = \"Max\"\n";

const PORTABLE: &str = "//! Builds the runtime on the standard library alone, so that it needs nothing that is not here.\n\n\
                        fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n    \
                        println!(\"cargo::rustc-cfg=crashsafe_portable\");\n}\n";

fn manifest(host: Host) -> String {
    let mut text = format!(
        "{MARK} for the code that it has fixed.\n[package]\nname = \"{NAME}\"\nversion = \"{version}\"\nedition = \"2024\"\nrust-version = \"1.85\"\n\
         license = \"MIT OR Apache-2.0\"\n\
         description = \"Atomic and durable file writes: the old file or the new one, never a torn one\"\n\
         publish = false\n\n[lib]\ntest = false\ndoctest = false\n",
        NAME = super::NAME,
        version = env!("CARGO_PKG_VERSION"),
    );
    if host.tokio {
        text.push_str(&format!(
            "\n[features]\ntokio = [\"dep:tokio\"]\n\n[dependencies]\n\
             tokio = {{ version = \"{TOKIO}\", features = [\"fs\", \"io-util\", \"rt\"], optional = true }}\n",
        ));
    }
    if host.rustix {
        text.push_str(&format!(
            "\n[target.'cfg(target_os = \"linux\")'.dependencies]\n\
             rustix = {{ version = \"{RUSTIX}\", features = [\"fs\", \"process\"] }}\n",
        ));
    }
    text.push_str(
        "\n[lints.rust]\nunexpected_cfgs = { level = \"allow\", \
         check-cfg = [\"cfg(crashsafe_portable)\", \"cfg(feature, values(\\\"tokio\\\"))\"] }\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_in_is_whole_and_has_no_tests() {
        let files = rust(Host::default());
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        for wanted in ["Cargo.toml", "README.md", "LICENSE-MIT", "src/lib.rs", "src/sys/portable.rs", "build.rs"] {
            assert!(names.contains(&wanted), "{wanted}");
        }
        assert!(!names.iter().any(|name| name.contains("tests")));
        assert!(!files.iter().any(|(name, text)| name.ends_with(".rs") && text.contains("cfg(test)")));
        let python: Vec<&str> = python().iter().map(|(name, _)| *name).collect();
        assert!(python.contains(&"__init__.py") && python.contains(&"py.typed"));
    }

    #[test]
    fn it_asks_only_for_what_the_project_has() {
        let lock = "[[package]]\nname = \"rustix\"\nversion = \"1.1.6\"\n\n[[package]]\nname = \"tokio\"\nversion = \"1.40.0\"\n";
        let host = Host::of_lock(lock);
        assert_eq!(host, Host { rustix: true, tokio: false });
        let files = rust(host);
        let manifest: toml::Table = files.iter().find(|(name, _)| *name == "Cargo.toml").unwrap().1.parse().unwrap();
        assert!(manifest.contains_key("target") && !manifest.contains_key("features"));
        assert!(!files.iter().any(|(name, _)| *name == "build.rs"));
        let bare: toml::Table = super::manifest(Host::default()).parse().unwrap();
        assert!(!bare.contains_key("target") && !bare.contains_key("dependencies"));
    }

    #[test]
    fn an_older_version_than_the_runtime_calls_is_none() {
        let host = |rustix: &str, tokio: &str| {
            let package = |(name, version)| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
            Host::of_lock(&[("rustix", rustix), ("bytes", "1.7.0"), ("tokio", tokio)].map(package).concat())
        };
        for old in ["0.38.44", "1.0.7", "1.1.5", "2.0.0"] {
            assert_eq!(host(old, "1.37.9"), Host::default(), "{old}");
        }
        for new in ["1.1.6", "1.1.10", "1.2.0"] {
            assert_eq!(host(new, "1.38.0"), Host { rustix: true, tokio: true }, "{new}");
        }
    }

    #[test]
    fn it_asks_for_what_the_runtime_itself_asks_for() {
        let own = include_str!("../../../crashsafe/Cargo.toml");
        assert!(own.contains(&format!("rustix = {{ version = \"{RUSTIX}\"")), "rustix");
        assert!(own.contains(&format!("tokio = {{ version = \"{TOKIO}\"")), "tokio");
    }
}
