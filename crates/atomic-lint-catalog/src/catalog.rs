//! Everything that is known, in one value.

use crate::{CatalogError, Level, Models, Naming, Rule};
use atomic_lint_ir::Language;
use std::collections::BTreeMap;

/// Rules, models and naming of one run.
#[derive(Clone, Debug)]
pub struct Catalog {
    rules: BTreeMap<String, Rule>,
    rust: Models,
    python: Models,
    naming: Naming,
}

impl Catalog {
    /// Parses rule pages, and naming and model files, given as `(file name, text)`.
    ///
    /// A model file is of the language that its path names (`models/<language>/…`).
    pub fn parse(rules: &[(&str, &str)], naming: (&str, &str), models: &[(&str, &str)]) -> Result<Self, CatalogError> {
        let mut catalog = Catalog {
            rules: BTreeMap::new(),
            rust: Models::new(Language::Rust),
            python: Models::new(Language::Python),
            naming: Naming::parse(naming.0, naming.1)?,
        };
        for (file, text) in rules {
            let rule = Rule::parse(file, text)?;
            catalog.rules.insert(rule.id.to_string(), rule);
        }
        for language in Language::ALL {
            let folder = format!("models/{}/", language.name());
            let files: Vec<_> = models.iter().filter(|(file, _)| file.contains(&folder)).copied().collect();
            catalog.models_mut(language).add(&files)?;
        }
        Ok(catalog)
    }

    /// Adds the rows of a user's model file.
    pub fn extend(&mut self, language: Language, file: &str, text: &str) -> Result<(), CatalogError> {
        self.models_mut(language).add(&[(file, text)])
    }

    /// The models of `language`.
    pub fn models(&self, language: Language) -> &Models {
        match language {
            Language::Rust => &self.rust,
            Language::Python => &self.python,
        }
    }

    fn models_mut(&mut self, language: Language) -> &mut Models {
        match language {
            Language::Rust => &mut self.rust,
            Language::Python => &mut self.python,
        }
    }

    /// What names say of paths.
    pub fn naming(&self) -> &Naming {
        &self.naming
    }

    /// All rules by id, in order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// The rule `id`.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// Sets the level of a rule for this run; false where there is no such rule.
    pub fn set_level(&mut self, id: &str, level: Level) -> bool {
        match self.rules.get_mut(id) {
            Some(rule) => {
                rule.level = level;
                rule.levels.clear();
                true
            }
            None => false,
        }
    }
}
