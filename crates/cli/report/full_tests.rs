//! The report for people, over texts and diagnostics made by hand.
