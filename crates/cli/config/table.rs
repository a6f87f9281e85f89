//! The keys of a configuration, each checked where it stands.

use super::find::Found;
use super::{Config, ConfigError, Durability};
use crate::fix::Dependency;
use crate::selection::Selector;
use crate::suggest::did_you_mean;
use atomic_lint_catalog::{Catalog, Level};
use atomic_lint_ir::{Language, Name, Runtime};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const KEYS: [&str; 8] =
    ["select", "ignore", "level", "durability", "exclude", "extend-models", "trusted-writers", "fix"];
const LEVELS: [Level; 4] = [Level::Off, Level::Note, Level::Warning, Level::Error];

type Value<'t> = Spanned<DeValue<'t>>;

/// Reads the configuration of `found`.
pub(super) fn parse(found: &Found, catalog: &Catalog) -> Result<Config, ConfigError> {
    let reader = Reader { found, catalog };
    let top = DeTable::parse(&found.text).map_err(|error| reader.toml(&error))?;
    match found.ways.iter().find_map(|way| follow(top.get_ref(), way)) {
        Some(table) => reader.table(table),
        None => Ok(Config::default()),
    }
}

fn follow<'a, 't>(table: &'a DeTable<'t>, way: &[&str]) -> Option<&'a DeTable<'t>> {
    match way {
        [] => Some(table),
        [key, rest @ ..] => follow(table.get(*key)?.get_ref().as_table()?, rest),
    }
}

struct Reader<'a> {
    found: &'a Found,
    catalog: &'a Catalog,
}

impl Reader<'_> {
    fn table(&self, table: &DeTable<'_>) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "select" => config.select = self.selectors(value)?,
                "ignore" => config.ignore = self.selectors(value)?,
                "level" => config.levels = self.levels(value)?,
                "durability" => config.durability = self.durability(value)?,
                "exclude" => config.exclude = Some(self.exclude(value)?),
                "extend-models" => config.extend_models = self.extend_models(value)?,
                "fix" => self.fix(value, &mut config)?,
                "trusted-writers" => config.trusted_writers = self.trusted_writers(value)?,
                other => {
                    let message = format!("unknown key `{other}`{}", did_you_mean(other, KEYS));
                    return Err(self.error(key.span().start, message));
                }
            }
        }
        Ok(config)
    }

    fn selectors(&self, value: &Value<'_>) -> Result<Vec<Selector>, ConfigError> {
        let parse =
            |(at, text): (usize, &str)| Selector::parse(text, self.catalog).map_err(|message| self.error(at, message));
        self.texts(value)?.into_iter().map(parse).collect()
    }

    fn levels(&self, value: &Value<'_>) -> Result<Vec<(String, Level)>, ConfigError> {
        let mut levels = Vec::new();
        for (rule, level) in self.pairs(value, "a table of rules and levels")? {
            let id = rule.get_ref().as_ref();
            if self.catalog.rule(id).is_none() {
                let known = self.catalog.rules().map(|rule| rule.id.as_str());
                let message = format!("unknown rule `{id}`{}", did_you_mean(id, known));
                return Err(self.error(rule.span().start, message));
            }
            levels.push((id.to_owned(), self.one_of(level, "level", LEVELS, Level::name)?));
        }
        Ok(levels)
    }

    fn durability(&self, value: &Value<'_>) -> Result<Durability, ConfigError> {
        let all = [Durability::Atomic, Durability::Durable, Durability::Visible];
        self.one_of(value, "durability", all, |one| match one {
            Durability::Atomic => "atomic",
            Durability::Durable => "durable",
            Durability::Visible => "visible",
        })
    }

    /// `exclude = ["generated/"]`, in the syntax of .gitignore, below the directory of the configuration.
    fn exclude(&self, value: &Value<'_>) -> Result<Gitignore, ConfigError> {
        let mut builder = GitignoreBuilder::new(self.directory());
        for (at, pattern) in self.texts(value)? {
            builder.add_line(None, pattern).map_err(|error| self.error(at, error.to_string()))?;
        }
        builder.build().map_err(|error| self.error(value.span().start, error.to_string()))
    }

    /// The real directory of the configuration; the name as given where there is none.
    fn directory(&self) -> PathBuf {
        let directory = match self.found.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        directory.canonicalize().unwrap_or_else(|_| directory.to_owned())
    }

    /// `extend-models = { rust = ["models.toml"], python = [] }`, below the directory of the configuration.
    fn extend_models(&self, value: &Value<'_>) -> Result<Vec<(Language, PathBuf)>, ConfigError> {
        let directory = self.found.path.parent().unwrap_or(Path::new(""));
        let mut models = Vec::new();
        for (key, files) in
            self.pairs(value, "a table of languages and lists of files: { rust = [\"models.toml\"] }")?
        {
            let name = key.get_ref().as_ref();
            let Some(language) = Language::ALL.into_iter().find(|language| language.name() == name) else {
                let known = Language::ALL.map(Language::name);
                let message = format!("unknown language `{name}`{}", did_you_mean(name, known));
                return Err(self.error(key.span().start, message));
            };
            models.extend(self.texts(files)?.into_iter().map(|(_, file)| (language, directory.join(file))));
        }
        Ok(models)
    }

    fn trusted_writers(&self, value: &Value<'_>) -> Result<Vec<Name>, ConfigError> {
        Ok(self.texts(value)?.into_iter().map(|(_, text)| Name::new(text)).collect())
    }

    /// `fix = { runtime = "crashsafe", dependency = "vendor" }`.
    fn fix(&self, value: &Value<'_>, config: &mut Config) -> Result<(), ConfigError> {
        for (key, value) in self.pairs(value, "a table with the keys `runtime` and `dependency`")? {
            match key.get_ref().as_ref() {
                "runtime" => config.runtime = self.runtime(value)?,
                "dependency" => config.dependency = self.dependency(value)?,
                other => {
                    let message = format!("unknown key `{other}`{}", did_you_mean(other, ["runtime", "dependency"]));
                    return Err(self.error(key.span().start, message));
                }
            }
        }
        Ok(())
    }

    fn runtime(&self, value: &Value<'_>) -> Result<Runtime, ConfigError> {
        let all = [Runtime::Crashsafe, Runtime::Standard, Runtime::None];
        self.one_of(value, "runtime", all, |one| match one {
            Runtime::Crashsafe => "crashsafe",
            Runtime::Standard => "stdlib",
            Runtime::None => "none",
        })
    }

    /// A directory is meant below that of the configuration.
    fn dependency(&self, value: &Value<'_>) -> Result<Dependency, ConfigError> {
        let text = value.get_ref().as_str().ok_or_else(|| self.expected(value, "a text"))?;
        let git = text.strip_prefix("git:").and_then(|rest| rest.split_once('#'));
        match (text, text.strip_prefix("path:"), git) {
            ("vendor", ..) => Ok(Dependency::Vendor),
            ("registry", ..) => Ok(Dependency::Registry),
            ("never", ..) => Ok(Dependency::Never),
            (_, Some(folder), _) if !folder.is_empty() => Ok(Dependency::Path(self.directory().join(folder))),
            (_, _, Some((url, rev))) if !url.is_empty() && !rev.is_empty() => {
                Ok(Dependency::Git { url: url.to_owned(), rev: rev.to_owned() })
            }
            _ => {
                let all = "vendor, registry, path:DIR, git:URL#REV, never";
                Err(self.error(value.span().start, format!("unknown dependency `{text}`, it is one of {all}")))
            }
        }
    }

    /// A list of texts, each with its offset.
    fn texts<'v>(&self, value: &'v Value<'_>) -> Result<Vec<(usize, &'v str)>, ConfigError> {
        let list = value.get_ref().as_array().ok_or_else(|| self.expected(value, "a list of texts"))?;
        let text = |item: &'v Value<'_>| match item.get_ref().as_str() {
            Some(text) => Ok((item.span().start, text)),
            None => Err(self.expected(item, "a text")),
        };
        list.iter().map(text).collect()
    }

    fn pairs<'v, 't>(&self, value: &'v Value<'t>, what: &str) -> Result<&'v DeTable<'t>, ConfigError> {
        value.get_ref().as_table().ok_or_else(|| self.expected(value, what))
    }

    /// The one of `all` that the value names.
    fn one_of<T: Copy, const N: usize>(
        &self,
        value: &Value<'_>,
        what: &str,
        all: [T; N],
        name: impl Fn(T) -> &'static str,
    ) -> Result<T, ConfigError> {
        let text = value.get_ref().as_str().ok_or_else(|| self.expected(value, "a text"))?;
        all.into_iter().find(|one| name(*one) == text).ok_or_else(|| {
            let names = all.map(&name);
            let meant = did_you_mean(text, names);
            let rest = if meant.is_empty() { format!(", it is one of {}", names.join(", ")) } else { meant };
            self.error(value.span().start, format!("unknown {what} `{text}`{rest}"))
        })
    }

    fn expected(&self, value: &Value<'_>, what: &str) -> ConfigError {
        self.error(value.span().start, format!("expected {what}, found {}", value.get_ref().type_str()))
    }

    fn toml(&self, error: &toml::de::Error) -> ConfigError {
        self.error(error.span().map_or(0, |span| span.start), error.message().to_owned())
    }

    fn error(&self, offset: usize, message: String) -> ConfigError {
        let line = self.found.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        ConfigError { file: self.found.path.display().to_string(), line: Some(line), message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded;

    fn parse_text(text: &str) -> Result<Config, String> {
        let found = Found { path: "a/atomic-lint.toml".into(), text: text.into(), ways: &[&[]] };
        parse(&found, &embedded::catalog().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_is_read() {
        let text = "select = ['atomicity']\nignore = ['direct-copy']\ndurability = 'visible'\n\
                    extend-models = { rust = ['m.toml'] }\ntrusted-writers = ['a::b']\n\
                    exclude = ['gen/']\n[level]\nlate-sync = 'note'\n\
                    [fix]\nruntime = 'stdlib'\ndependency = 'git:https://x/y#1a2b'\n";
        let config = parse_text(text).unwrap();
        assert_eq!(config.select, [Selector::Group(atomic_lint_catalog::Group::Atomicity)]);
        assert_eq!(config.ignore, [Selector::Rule("direct-copy".into())]);
        assert_eq!(config.durability, Durability::Visible);
        assert_eq!(config.runtime, Runtime::Standard);
        assert_eq!(config.dependency, Dependency::Git { url: "https://x/y".into(), rev: "1a2b".into() });
        assert_eq!(config.extend_models, [(Language::Rust, PathBuf::from("a/m.toml"))]);
        assert_eq!(config.trusted_writers, [Name::new("a::b")]);
        assert_eq!(config.levels, [("late-sync".to_owned(), Level::Note)]);
        assert!(config.exclude.unwrap().matched("a/gen", true).is_ignore());
    }

    #[test]
    fn an_error_names_the_line_and_what_was_meant() {
        let cases = [
            ("\nselct = []", "a/atomic-lint.toml:2: unknown key `selct`, did you mean `select`?"),
            (
                "select = [\n'direct-wirte']",
                "a/atomic-lint.toml:2: unknown rule or group `direct-wirte`, did you mean `direct-write`?",
            ),
            ("durability = 'durabel'", "a/atomic-lint.toml:1: unknown durability `durabel`, did you mean `durable`?"),
            (
                "[level]\nlate-sync = 'x'",
                "a/atomic-lint.toml:2: unknown level `x`, it is one of off, note, warning, error",
            ),
            ("[fix]\nruntime = 'stdlb'", "a/atomic-lint.toml:2: unknown runtime `stdlb`, did you mean `stdlib`?"),
            (
                "fix = { dependency = 'git:x' }",
                "a/atomic-lint.toml:1: unknown dependency `git:x`, it is one of vendor, registry, path:DIR, git:URL#REV, never",
            ),
            ("ignore = 'late-sync'", "a/atomic-lint.toml:1: expected a list of texts, found string"),
            (
                "extend-models = ['m.toml']",
                "a/atomic-lint.toml:1: expected a table of languages and lists of files: { rust = [\"models.toml\"] }, found array",
            ),
        ];
        for (text, error) in cases {
            assert_eq!(parse_text(text).unwrap_err(), error);
        }
    }

    #[test]
    fn text_that_is_no_toml_is_an_error_with_its_line() {
        assert!(parse_text("select = []\nignore = [").unwrap_err().starts_with("a/atomic-lint.toml:2: "));
    }
}
