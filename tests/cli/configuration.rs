//! Configuration files: which one counts, what it says, and how it is refused.

use super::project::{Project, TORN};

#[test]
fn every_place_of_a_configuration_counts_and_the_nearest_wins() {
    let off = "ignore = ['direct-write']\n";
    for (name, text) in [
        ("atomic-lint.toml", off.to_owned()),
        (".atomic-lint.toml", off.to_owned()),
        ("Cargo.toml", format!("[package]\nname = 'x'\n[package.metadata.atomic-lint]\n{off}")),
        ("Cargo.toml", format!("[workspace.metadata.atomic-lint]\n{off}")),
        ("pyproject.toml", format!("[tool.atomic-lint]\n{off}")),
    ] {
        let project = Project::new(&[("src/a.py", TORN), (name, &text)]);
        assert_eq!(project.run(&["src"]).code, 0, "{name}: {text}");
        project.write("src/pyproject.toml", "[tool.other]\nx = 1\n");
        assert_eq!(project.run(&["src"]).code, 0, "a manifest without our table is passed over");
        project.write("src/pyproject.toml", "[tool.atomic-lint]\n");
        assert_eq!(project.run(&["src"]).code, 1, "the nearer one counts, though it is empty");
    }
}

#[test]
fn a_named_configuration_replaces_the_nearest() {
    let project = Project::new(&[("a.py", TORN), ("atomic-lint.toml", ""), ("other.toml", "ignore = ['ALL']\n")]);
    assert_eq!(project.run(&[]).code, 1);
    assert_eq!(project.run(&["--config", "other.toml"]).code, 0);
    assert_eq!(project.run(&["--config", "nowhere.toml"]).code, 2);
}

#[test]
fn the_command_line_selects_instead_and_ignores_as_well() {
    let project = Project::new(&[("a.py", TORN), ("atomic-lint.toml", "select = ['durability']\n")]);
    assert_eq!(project.run(&[]).code, 0);
    assert_eq!(project.run(&["--select", "atomicity"]).code, 1);
    assert_eq!(project.run(&["--extend-select", "direct-write"]).code, 1);
}

#[test]
fn levels_and_durability_change_what_is_reported() {
    let level = |text: &str| {
        let project = Project::new(&[("a.py", TORN), ("atomic-lint.toml", text)]);
        project.json(&[]).json()["diagnostics"][0]["level"].clone()
    };
    assert_eq!(level("level = { direct-write = 'error' }\n"), "error");
    assert_eq!(level("level = { direct-write = 'off' }\n"), serde_json::Value::Null);

    let unsynced = "import os\n\n\ndef save(text):\n    with open('a.json.tmp', 'w') as f:\n        f.write(text)\n    \
                    os.replace('a.json.tmp', 'a.json')\n";
    let project = Project::new(&[("a.py", unsynced)]);
    assert_eq!(project.run(&[]).code, 1);
    project.write("atomic-lint.toml", "durability = 'visible'\n");
    let run = project.run(&[]);
    assert_eq!(run.code, 0, "{}", run.out);
}

#[test]
fn models_of_the_user_are_rows_like_all_others() {
    let code = "import store\n\nstore.put('state.json', 'x')\n";
    let models = "[[call]]\npath = 'store.put'\ntarget = 0\ncontent = 1\neffect = 'write-path'\n";
    let project = Project::new(&[("src/a.py", code), ("lint/models.toml", models)]);
    assert_eq!(project.run(&["src"]).code, 0);
    project.write("atomic-lint.toml", "extend-models = { python = ['lint/models.toml'] }\n");
    let run = project.run(&["src"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);

    project.write("lint/models.toml", models.replace("target", "tarjet"));
    let run = project.run(&["src"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("lint/models.toml:3: unknown field `tarjet`"), "{}", run.err);
}

#[test]
fn a_trusted_writer_is_not_reported() {
    let project = Project::new(&[("a.py", TORN), ("atomic-lint.toml", "trusted-writers = ['a.save']\n")]);
    assert_eq!(project.run(&[]).code, 0);
}

#[test]
fn what_is_excluded_is_relative_to_the_configuration_and_read_when_it_is_named() {
    let files = [("gen/a.py", TORN), ("src/gen/b.py", TORN), ("src/c.py", TORN), ("src/old.py", TORN)];
    let project = Project::new(&files);
    project.write("atomic-lint.toml", "exclude = ['/gen/', 'old.py']\n");
    assert_eq!(project.json(&[]).paths(), ["src/c.py", "src/gen/b.py"]);
    assert_eq!(project.json(&["src"]).paths(), ["src/c.py", "src/gen/b.py"]);
    assert_eq!(project.json(&["--extend-exclude", "c.py", "."]).paths(), ["src/gen/b.py"]);
    let instead = project.json(&["--exclude", "/src/", "."]).paths();
    assert_eq!(instead, ["gen/a.py"], "the command line replaces what the configuration says");
    assert_eq!(project.json(&["gen", "src/old.py"]).paths(), ["gen/a.py", "src/old.py"]);
    project.write("src/atomic-lint.toml", "exclude = ['/gen/']\n");
    assert_eq!(project.json(&["src"]).paths(), ["src/c.py", "src/old.py"], "the same pattern, from a folder below");
}

#[test]
fn what_is_not_understood_is_refused_with_its_line() {
    let cases = [
        ("\nselct = []\n", "atomic-lint.toml:2: unknown key `selct`, did you mean `select`?"),
        (
            "[level]\ndirect-wirte = 'error'\n",
            "atomic-lint.toml:2: unknown rule `direct-wirte`, did you mean `direct-write`?",
        ),
        ("select = [\n", "atomic-lint.toml:"),
        ("exclude = [\n  '{a',\n]\n", "atomic-lint.toml:2: "),
    ];
    for (text, message) in cases {
        let run = Project::new(&[("a.py", TORN), ("atomic-lint.toml", text)]).run(&[]);
        assert_eq!(run.code, 2);
        assert!(run.err.contains(message), "{}", run.err);
        assert_eq!(run.out, "", "nothing is reported under a configuration that is not understood");
    }
}
