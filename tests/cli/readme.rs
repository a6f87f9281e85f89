//! That the page one reads first shows what the program does.

use super::project::{Project, TORN};

/// The code blocks of `README.md` with that info string, in order.
fn blocks(info: &str) -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    blocks.filter(|(head, _)| *head == info).map(|(_, code)| code.to_owned()).collect()
}

#[test]
fn the_report_that_it_shows_is_the_one_that_is_printed() {
    let project = Project::new(&[("src/export.py", &blocks("python")[0])]);
    let run = project.run_with(&["src/"], &[("LC_ALL", "C.UTF-8")]);
    assert_eq!(format!("$ atomic-lint src/\n{}", run.out), blocks("")[0]);
}

#[test]
fn the_way_to_do_it_right_is_silent() {
    let run = Project::new(&[("src/export.py", &blocks("python")[1])]).run(&["--min-level", "note"]);
    assert_eq!(run.out, "1 file checked, 0 not analysed\n");
}

#[test]
fn the_suppression_that_it_shows_suppresses() {
    let program = format!("def preview(page):\n    {}", blocks("python")[2].trim_end().replace('\n', "\n    "));
    assert_eq!(Project::new(&[("a.py", &program)]).run(&[]).code, 0);
    let bare = program.split("  # ").next().unwrap().to_owned() + "\n        fh.write(page)\n";
    assert_eq!(Project::new(&[("a.py", &bare)]).run(&[]).code, 1, "without it there is a finding: {bare}");
}

#[test]
fn the_configuration_that_it_shows_is_understood() {
    let files = [("a.py", TORN), ("atomic-lint.toml", &blocks("toml")[0]), ("lint/models.toml", "")];
    let run = Project::new(&files).run(&[]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
}
