//! Paths that are written to in one call.

use crate::{doubtful, safe};
use atomic_lint_ir::Twin;

#[test]
fn the_path_is_the_first_argument() {
    safe(
        Twin::Write,
        "pathlib.Path.write_text",
        r#"
        from pathlib import Path

        import crashsafe


        def save(directory: Path, text: str) -> None:
            «(directory / "robots.txt").write_text(text, encoding="utf-8")»
            «»
        "#
        .replace("            «»\n", "")
        .as_str(),
        r#"
        from pathlib import Path

        import crashsafe


        def save(directory: Path, text: str) -> None:
            crashsafe.write_text(directory / "robots.txt", text, encoding="utf-8")
        "#,
    );
}

#[test]
fn arguments_on_lines_of_their_own_stay_there() {
    safe(
        Twin::Write,
        "pathlib.Path.write_text",
        r#"
        from pathlib import Path

        import crashsafe

        «Path(name).write_text(
            json.dumps(
                value,
            ),
            "utf-8",
        )»
        "#,
        r#"
        from pathlib import Path

        import crashsafe

        crashsafe.write_text(
            Path(name),
            json.dumps(
                value,
            ),
            "utf-8",
        )
        "#,
    );
}

#[test]
fn a_receiver_that_may_be_no_path_is_doubtful() {
    doubtful(
        Twin::Write,
        "pathlib.Path.write_bytes",
        "import crashsafe\n\n«self.path.write_bytes(data=x)»\n",
        "import crashsafe\n\ncrashsafe.write_bytes(self.path, data=x)\n",
    );
}
