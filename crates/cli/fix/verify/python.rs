//! Python files, compiled by the interpreter that the project is run with; nothing of them is run.

use super::super::transaction::Dependent;
use super::Broken;
use std::io::Write;
use std::process::{Command, Stdio};

/// Names under which the interpreter may be found.
const INTERPRETERS: [&str; 2] = ["python3", "python"];

/// Reads pairs of texts, before and after, and tells the numbers of those of which only the first compiles.
const PROGRAM: &str = r#"
import json, sys, warnings

warnings.simplefilter("ignore")

def fault(text):
    try:
        compile(text.encode("utf-8"), "file", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return str(error)

pairs = json.loads(sys.stdin.buffer.read())
faults = [[number, fault(after)] for number, before, after in pairs if fault(before) is None]
print(json.dumps([[number, why] for number, why in faults if why is not None]))
"#;

/// Which of `dependents` do not compile, and did.
pub(super) fn broken(dependents: &[(usize, &Dependent)]) -> Result<Vec<Broken>, String> {
    if dependents.is_empty() {
        return Ok(Vec::new());
    }
    let pair = |(number, dependent): &(usize, &Dependent)| {
        let change = &dependent.change;
        (*number, change.before.clone().unwrap_or_default(), change.after.clone())
    };
    let pairs: Vec<(usize, String, String)> = dependents.iter().map(pair).collect();
    let asked = serde_json::to_vec(&pairs).map_err(|error| format!("--verify: {error}"))?;
    let told = told(&asked)?;
    let faults: Vec<(usize, String)> =
        serde_json::from_slice(&told).map_err(|error| format!("--verify: python3 has given no answer: {error}"))?;
    Ok(faults.into_iter().map(|(number, why)| (number, format!("it would not compile: {why}"))).collect())
}

fn told(asked: &[u8]) -> Result<Vec<u8>, String> {
    let start = |name: &&str| {
        let mut command = Command::new(name);
        command.args(["-I", "-c", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().ok()
    };
    let child = INTERPRETERS.iter().find_map(start);
    let mut child = child.ok_or("--verify: Python files are compiled by python3, which is not found in PATH")?;
    let mut input = child.stdin.take().ok_or("--verify: python3 takes no input")?;
    // One that ends early has said why not by its exit code.
    let sent = input.write_all(asked);
    drop(input);
    let output = child.wait_with_output().map_err(|error| format!("--verify: python3: {error}"))?;
    match (output.status.success(), sent) {
        (true, Ok(())) => Ok(output.stdout),
        (_, Err(error)) => Err(format!("--verify: python3: {error}")),
        (false, _) => Err(format!("--verify: python3: {}", output.status)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::transaction::Change;
    use super::*;

    fn dependent(before: &str, after: &str) -> Dependent {
        let (name, path) = ("a.py".to_owned(), "a.py".into());
        let change = Change { name, path, before: Some(before.to_owned()), after: after.to_owned() };
        Dependent { change, needs: None }
    }

    #[test]
    fn only_what_did_compile_and_does_not_is_told() {
        let all = [dependent("x = 'é'\n", "x = (\n"), dependent("print 1\n", "print 2\n"), dependent("x\n", "y\n")];
        let numbered: Vec<(usize, &Dependent)> = all.iter().enumerate().collect();
        let broken = broken(&numbered).unwrap();
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].0 == 0 && broken[0].1.starts_with("it would not compile: "), "{broken:?}");
    }
}
