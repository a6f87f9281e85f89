//! What attributes say that matters here: test code, conditional compilation, paths of modules, allowances.

use atomic_lint_ir::Name;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// Whether code with these attributes runs only under test: `#[cfg(test)]`, `#[test]`, `#[tokio::test]`, `#[bench]`.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        let marks = last.is_some_and(|last| {
            ["test", "bench", "rstest", "test_case", "quickcheck", "proptest", "test_log"]
                .iter()
                .any(|name| last.ident == name)
        });
        marks
            || (attribute.path().is_ident("cfg") && attribute.parse_args::<Meta>().is_ok_and(|meta| needs_test(&meta)))
    })
}

/// Whether `predicate` can only hold under test.
fn needs_test(predicate: &Meta) -> bool {
    match predicate {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => predicates(list).iter().any(needs_test),
        Meta::List(list) if list.path.is_ident("any") => {
            let any = predicates(list);
            !any.is_empty() && any.iter().all(needs_test)
        }
        _ => false,
    }
}

fn predicates(list: &syn::MetaList) -> Vec<Meta> {
    let parsed = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    parsed.map_or_else(|_| Vec::new(), |list| list.into_iter().collect())
}

/// Whether the code may be compiled or not.
pub(crate) fn is_conditional(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg"))
}

/// The file that `#[path = "…"]` names.
pub(crate) fn module_path(attributes: &[Attribute]) -> Option<Name> {
    attributes.iter().find(|attribute| attribute.path().is_ident("path")).and_then(|attribute| match &attribute.meta {
        Meta::NameValue(pair) => text(&pair.value),
        _ => None,
    })
}

/// The first line of the documentation.
pub(crate) fn summary(attributes: &[Attribute]) -> Name {
    let lines = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let lines = lines.filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) => text(&pair.value),
        _ => None,
    });
    lines.map(|line| Name::new(line.trim())).find(|line| !line.is_empty()).unwrap_or_default()
}

/// `allow(rule, …): reason` of `#[cfg_attr(any(), atomic_lint::allow(rule, reason = "…"))]`.
///
/// The attribute is never compiled, so it needs no tool registration; underscores stand for the hyphens of rule ids.
pub(crate) fn allowance(attribute: &Attribute) -> Option<Name> {
    if !attribute.path().is_ident("cfg_attr") {
        return None;
    }
    let parts = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    parts.iter().skip(1).find_map(|part| match part {
        Meta::List(list) if is_ours(&list.path) => Some(allowed(list)),
        _ => None,
    })
}

fn is_ours(path: &syn::Path) -> bool {
    path.segments.len() == 2 && path.segments[0].ident == "atomic_lint" && path.segments[1].ident == "allow"
}

fn allowed(list: &syn::MetaList) -> Name {
    let mut rules = Vec::new();
    let mut reason = None;
    for part in predicates(list) {
        match part {
            Meta::Path(path) => rules.extend(path.get_ident().map(|rule| rule.to_string().replace('_', "-"))),
            Meta::NameValue(pair) if pair.path.is_ident("reason") => reason = text(&pair.value),
            _ => {}
        }
    }
    let rules = rules.join(", ");
    Name::from(reason.map_or_else(|| format!("allow({rules})"), |reason| format!("allow({rules}): {reason}")))
}

fn text(value: &Expr) -> Option<Name> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(Name::from(text.value())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(text: &str) -> Vec<Attribute> {
        syn::parse_str::<syn::ItemFn>(&format!("{text} fn f() {{}}")).unwrap().attrs
    }

    #[test]
    fn test_code_is_what_cannot_be_built_without_test() {
        for text in ["#[cfg(test)]", "#[cfg(all(unix, test))]", "#[test]", "#[tokio::test(flavor = \"x\")]", "#[bench]"]
        {
            assert!(is_test(&attributes(text)), "{text}");
        }
        for text in ["#[cfg(not(test))]", "#[cfg(any(unix, test))]", "#[cfg(unix)]", "#[cfg_attr(test, x)]"] {
            assert!(!is_test(&attributes(text)), "{text}");
        }
    }

    #[test]
    fn an_allowance_reads_like_the_comment() {
        let of = |text: &str| allowance(&attributes(text)[0]).map(|text| text.to_string());
        assert_eq!(
            of("#[cfg_attr(any(), atomic_lint::allow(direct_write, late_sync, reason = \"cache\"))]").as_deref(),
            Some("allow(direct-write, late-sync): cache")
        );
        assert_eq!(of("#[cfg_attr(any(), atomic_lint::allow(direct_write))]").as_deref(), Some("allow(direct-write)"));
        assert_eq!(of("#[cfg_attr(unix, allow(dead_code))]"), None);
    }
}
