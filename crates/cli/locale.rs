//! What the environment says of the terminal: which characters, and whether colours.

use crate::args::ColorChoice;
use std::env;
use std::io::IsTerminal;

/// What standard output can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terminal {
    /// Characters beyond ASCII.
    pub(crate) unicode: bool,
    /// Colours.
    pub(crate) color: bool,
}

impl Terminal {
    /// Asks the environment and standard output.
    pub(crate) fn detect(choice: ColorChoice) -> Self {
        let variable = |name: &str| env::var(name).ok();
        Terminal { unicode: is_unicode(variable), color: is_colored(choice, variable, std::io::stdout().is_terminal()) }
    }
}

/// The first locale variable that is set decides, as in setlocale(3); where none is, nothing speaks against Unicode.
fn is_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    set.is_none_or(|value| {
        let value = value.to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    })
}

/// `NO_COLOR` over `FORCE_COLOR` and `CLICOLOR_FORCE` over what standard output is.
fn is_colored(choice: ColorChoice, variable: impl Fn(&str) -> Option<String>, terminal: bool) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let forces = |name: &str| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if is_set("NO_COLOR") => false,
        ColorChoice::Auto if forces("FORCE_COLOR") || forces("CLICOLOR_FORCE") => true,
        ColorChoice::Auto => terminal && variable("TERM").is_none_or(|term| term != "dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        move |name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        assert!(is_unicode(of(&[("LANG", "de_DE.UTF-8")])));
        assert!(is_unicode(of(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")])));
        assert!(!is_unicode(of(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")])));
        assert!(is_unicode(of(&[])));
    }

    #[test]
    fn no_color_wins_over_force_color_and_that_over_the_terminal() {
        let auto = |pairs: &[(&str, &str)], terminal| is_colored(ColorChoice::Auto, of(pairs), terminal);
        assert!(auto(&[], true));
        assert!(!auto(&[], false));
        assert!(auto(&[("FORCE_COLOR", "1")], false));
        assert!(auto(&[("CLICOLOR_FORCE", "1")], false));
        assert!(!auto(&[("CLICOLOR_FORCE", "0")], false));
        assert!(!auto(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], true));
        assert!(auto(&[("NO_COLOR", "")], true));
        assert!(is_colored(ColorChoice::Always, of(&[("NO_COLOR", "1")]), false));
    }
}
