//! The rule pages and models of this repository, read once.

use super::case::{entries, file_name, read, root};
use atomic_lint_catalog::{Catalog, CatalogError, Rule};
use atomic_lint_ir::Language;
use std::sync::OnceLock;

/// The catalog of `rules/`, as the program embeds it.
pub fn catalog() -> Result<&'static Catalog, &'static CatalogError> {
    static CATALOG: OnceLock<Result<Catalog, CatalogError>> = OnceLock::new();
    CATALOG.get_or_init(parse).as_ref()
}

/// Every page that parses; those that do not are the business of one test alone.
pub fn pages() -> Vec<Rule> {
    page_texts().iter().filter_map(|(file, text)| Rule::parse(file, text).ok()).collect()
}

/// Name and text of every page.
pub fn page_texts() -> Vec<(String, String)> {
    texts("rules", ".md").into_iter().filter(|(file, _)| file != "rules/README.md").collect()
}

/// Name and text of every model file of `language`.
pub fn model_texts(language: Language) -> Vec<(String, String)> {
    texts(&format!("rules/models/{}", language.name()), ".toml")
}

fn parse() -> Result<Catalog, CatalogError> {
    let pages = page_texts();
    let models: Vec<(String, String)> = Language::ALL.into_iter().flat_map(model_texts).collect();
    let naming = read(&root().join("rules/models/naming.toml"));
    Catalog::parse(&borrowed(&pages), ("rules/models/naming.toml", &naming), &borrowed(&models))
}

fn texts(folder: &str, ending: &str) -> Vec<(String, String)> {
    let files = entries(&root().join(folder)).into_iter().filter(|path| file_name(path).ends_with(ending));
    files.map(|path| (format!("{folder}/{}", file_name(&path)), read(&path))).collect()
}

fn borrowed(texts: &[(String, String)]) -> Vec<(&str, &str)> {
    texts.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect()
}
