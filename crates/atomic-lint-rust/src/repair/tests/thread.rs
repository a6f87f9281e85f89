//! Calls that wait for the device in asynchronous functions.

use super::*;

fn off_thread(api: &str, marked: &str) -> Case {
    case(RepairKind::OffThread, api, &[], marked)
}

#[test]
fn the_other_tasks_of_tokio_go_on() {
    let head = "use tokio::task::block_in_place;\n\nasync fn f(file: &File) -> io::Result<()> {\n    ";
    let spelling = off_thread("std::fs::File.sync_all", &format!("{head}«file.sync_all()»?;\n    Ok(())\n}}\n"))
        .becomes(&format!("{head}tokio::task::block_in_place(|| file.sync_all())?;\n    Ok(())\n}}\n"));
    assert_eq!((spelling.applicability, spelling.needs_runtime), (Applicability::Unsafe, false));
}

#[test]
fn the_runtime_has_a_twin_of_its_own() {
    let spelling = off_thread(
        "crashsafe::write",
        "async fn f(p: &Path) -> io::Result<()> {\n    «crashsafe::write(p, \"x\")»\n}\n",
    )
    .becomes("async fn f(p: &Path) -> io::Result<()> {\n    crashsafe::tokio::write(p, \"x\").await\n}\n");
    assert_eq!(spelling.features, ["tokio"]);
}

#[test]
fn what_leaves_the_function_or_is_no_task_of_tokio_is_declined() {
    off_thread("f", "use tokio::task::block_in_place;\nasync fn g() -> R {\n    «f(h()?)»\n}\n")
        .is_declined("part of the call leaves the function by itself");
    off_thread("f", "async fn g() -> R {\n    «f(1)»\n}\n")
        .is_declined("nothing here says that tokio has other threads for its tasks");
    off_thread("f", "use tokio::task::block_in_place;\nfn g() -> R {\n    «f(1)»\n}\n")
        .is_declined("the function around it is not asynchronous");
}
