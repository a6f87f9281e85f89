//! The report with one line for each finding, as compilers and editors know it.

use super::display::sanitise_line;
use super::region::region;
use super::{Renderer, Report};
use std::io::{self, Write};

/// The report for people and programs that jump to lines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Concise {
    /// Findings only.
    pub(crate) quiet: bool,
}

impl Renderer for Concise {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        for one in report.diagnostics {
            let place = region(one.place, report.sources);
            let (line, column) = (place.start.line, place.start.column.characters.0);
            let text = format!("{}:{line}:{column}: {}[{}]: {}", place.path, one.level.name(), one.rule, one.message);
            writeln!(out, "{}", sanitise_line(&text, true))?;
        }
        match self.quiet {
            true => Ok(()),
            false => writeln!(out, "{}", report.coverage.line()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::by_hand;

    #[test]
    fn a_finding_is_one_line_with_its_place_in_front() {
        let text = by_hand::rendered(&Concise { quiet: false });
        let expected = "a.py:1:12: warning[direct-write]: `p` is written in place\n\
                        2 files checked, 1 not analysed (1 syntax)\n";
        assert_eq!(text, expected);
    }
}
