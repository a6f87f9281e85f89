//! The report as SARIF 2.1.0, for code scanning and editors.

mod line_hash;
mod schema;
#[cfg(test)]
mod tests;

use super::region::{Region, first_line, region};
use super::uri::{is_absolute, uri};
use super::{Renderer, Report};
use crate::coverage::{Coverage, Missed};
use crate::diagnostic::{Diagnostic, FileEdit, Fix};
use crate::position::Position;
use crate::sources::Sources;
use atomic_lint_catalog::{Catalog, Level, Rule};
use atomic_lint_ir::Applicability;
use atomic_lint_source::FileId;
use schema::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

/// The report for code scanning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sarif;

impl Renderer for Sarif {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let hashes = Hashes::new(report);
        serde_json::to_writer_pretty(&mut *out, &log(report, &hashes))?;
        writeln!(out)
    }
}

/// The hashes of the lines of every file with a finding.
struct Hashes(HashMap<FileId, Vec<String>>);

impl Hashes {
    fn new(report: &Report<'_>) -> Self {
        let files: BTreeSet<FileId> = report.diagnostics.iter().map(|one| one.place.file).collect();
        let sources = files.into_iter().filter_map(|id| Some((id, report.sources.get(id)?)));
        Hashes(sources.map(|(id, source)| (id, line_hash::line_hashes(&source.text))).collect())
    }

    fn get(&self, file: FileId, line: u32) -> Option<&str> {
        self.0.get(&file)?.get((line as usize).checked_sub(1)?).map(String::as_str)
    }
}

fn log<'a>(report: &'a Report<'_>, hashes: &'a Hashes) -> Log<'a> {
    let rules: Vec<&Rule> = report.catalog.rules().filter(|rule| rule.level != Level::Off).collect();
    let results = report.diagnostics.iter().map(|one| outcome(one, &rules, report.sources, hashes)).collect();
    let run = Run {
        tool: Tool { driver: driver(&rules) },
        invocations: [invocation(report.coverage)],
        original_uri_base_ids: BaseIds {
            root: BaseId { description: Message { text: "The directory that the program was run in." } },
        },
        column_kind: "utf16CodeUnits",
        taxonomies: [taxonomy(report.catalog)],
        results,
    };
    Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] }
}

fn driver<'a>(rules: &[&'a Rule]) -> Driver<'a> {
    Driver {
        name: env!("CARGO_PKG_NAME"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.iter().map(|rule| descriptor(rule)).collect(),
        notifications: vec![Named { id: NOT_ANALYSED }],
        supported_taxonomies: [CWE],
    }
}

/// The id of what is said of a file that was not analysed.
const NOT_ANALYSED: &str = "not-analysed";

/// The taxonomy, as rules refer to it.
const CWE: Component = Component { name: "CWE", index: 0 };

fn descriptor(rule: &Rule) -> Descriptor<'_> {
    let taxon = |cwe: &u32| Taxon { id: cwe.to_string(), tool_component: CWE };
    let tags = rule.cwe.iter().map(|cwe| format!("external/cwe/cwe-{cwe:03}"));
    Descriptor {
        id: &rule.id,
        short_description: Message { text: &rule.summary },
        help: Help { text: &rule.help, markdown: &rule.page },
        default_configuration: Configuration { level: level(rule.level) },
        relationships: rule.cwe.iter().map(|cwe| Relationship { target: taxon(cwe), kinds: ["relevant"] }).collect(),
        properties: RuleProperties { tags: [rule.group.name().to_owned()].into_iter().chain(tags).collect() },
    }
}

fn taxonomy(catalog: &Catalog) -> Taxonomy {
    let all: BTreeSet<u32> = catalog.rules().flat_map(|rule| rule.cwe.iter().copied()).collect();
    Taxonomy {
        name: CWE.name,
        organization: "MITRE",
        information_uri: "https://cwe.mitre.org/",
        short_description: Message { text: "The Common Weakness Enumeration" },
        taxa: all.into_iter().map(|cwe| TaxonId { id: cwe.to_string() }).collect(),
    }
}

fn invocation(coverage: &Coverage) -> Invocation<'_> {
    Invocation {
        execution_successful: coverage.is_complete(),
        tool_execution_notifications: coverage.missed.iter().map(notification).collect(),
    }
}

fn notification(missed: &Missed) -> Notification<'_> {
    let physical_location = Physical { artifact_location: artifact(&missed.path), region: None };
    Notification {
        descriptor: Named { id: NOT_ANALYSED },
        level: "error",
        message: OwnMessage { text: missed.line() },
        locations: [Location { id: None, physical_location, message: None }],
    }
}

fn outcome<'a>(one: &'a Diagnostic, rules: &[&Rule], sources: &'a Sources, hashes: &'a Hashes) -> Outcome<'a> {
    let place = first_line(one.place, sources);
    Outcome {
        rule_id: &one.rule,
        rule_index: rules.iter().position(|rule| rule.id.as_str() == one.rule),
        level: level(one.level),
        message: OwnMessage { text: message(one) },
        locations: [location(place, "")],
        related_locations: related(one, sources),
        code_flows: code_flows(one, sources),
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: hashes.get(one.place.file, place.start.line),
            own: &one.fingerprint,
        },
        fixes: one.fix.iter().filter(|fix| fix.applicability != Applicability::Display).map(repair).collect(),
        properties: Properties {
            confidence: one.confidence.name(),
            protocol: one.protocol.iter().filter(|step| step.done).map(|step| step.step.name().to_owned()).collect(),
        },
    }
}

/// What, what else, and what to do.
fn message(one: &Diagnostic) -> String {
    let notes = one.notes.iter().map(|note| format!("note: {}", note.message));
    let help = [format!("help: {}", one.help)];
    [one.message.clone()].into_iter().chain(notes).chain(help).collect::<Vec<_>>().join("\n")
}

fn related<'a>(one: &'a Diagnostic, sources: &'a Sources) -> Vec<Location<'a>> {
    let all = one.related.iter().zip(1..);
    all.map(|(other, id)| Location { id: Some(id), ..location(region(other.place, sources), other.message) }).collect()
}

/// The steps of the protocol that there are, in the order in which they stand; one alone is no flow.
fn code_flows<'a>(one: &'a Diagnostic, sources: &'a Sources) -> Vec<CodeFlow<'a>> {
    let here = [(one.place, one.caption.as_str())];
    let steps = one.steps.iter().map(|step| (step.place, step.text.as_str()));
    let mut all: Vec<_> = here.into_iter().chain(steps).collect();
    all.sort_by_key(|(place, _)| *place);
    if all.len() < 2 {
        return Vec::new();
    }
    let step = |(place, text)| FlowStep { location: location(region(place, sources), text) };
    vec![CodeFlow { thread_flows: [ThreadFlow { locations: all.into_iter().map(step).collect() }] }]
}

fn location<'a>(place: Region<'_>, text: &'a str) -> Location<'a> {
    let physical_location =
        Physical { artifact_location: artifact(place.path), region: Some(area(place.start, place.end)) };
    let message = Some(Message { text }).filter(|message| !message.text.is_empty());
    Location { id: None, physical_location, message }
}

fn artifact(path: &str) -> Artifact {
    Artifact { uri: uri(path), uri_base_id: (!is_absolute(path)).then_some("%SRCROOT%") }
}

fn area(start: Position, end: Position) -> Area {
    Area { start_line: start.line, start_column: start.column.utf16, end_line: end.line, end_column: end.column.utf16 }
}

fn repair(fix: &Fix) -> schema::Fix<'_> {
    let mut changes: BTreeMap<&str, Vec<Replacement<'_>>> = BTreeMap::new();
    for edit in &fix.edits {
        changes.entry(&edit.path).or_default().push(replacement(edit));
    }
    let change = |(path, replacements)| Change { artifact_location: artifact(path), replacements };
    let description = OwnMessage { text: described(fix) };
    schema::Fix { description, artifact_changes: changes.into_iter().map(change).collect() }
}

/// The sources of the runtime are no part of the changes: they would be there again with each finding.
fn described(fix: &Fix) -> String {
    let what = format!("{} ({})", fix.title, fix.applicability.name());
    match fix.lays_in.is_empty() {
        true => what,
        false => format!("{what}; `atomic-lint init --runtime` lays in {} for it", fix.lays_in.join(" and ")),
    }
}

fn replacement(edit: &FileEdit) -> Replacement<'_> {
    let inserted_content = Message { text: &edit.replacement };
    Replacement { deleted_region: area(edit.start, edit.end), inserted_content }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Off => "none",
        Level::Note | Level::Warning | Level::Error => level.name(),
    }
}
