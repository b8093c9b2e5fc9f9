//! The house keeps its shape: who may name whom, and what may not be named below the edges.
//!
//! Reads `src/` as syntax, not as text: a comment or a string names nothing. Tests beside the code may name what they like.

use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The rooms and what each may name beside itself (the table of the design).
const ROOMS: &[(&str, &[&str])] = &[
    ("clinical::units", &[]),
    ("clinical::knowledge", &["clinical::units"]),
    ("clinical::chart", &["clinical::units"]),
    ("clinical::derive", &["clinical::chart", "clinical::knowledge", "clinical::units"]),
    ("clinical::cards", &["clinical::derive", "clinical::knowledge", "clinical::units"]),
    ("clinical", &["clinical"]),
    ("fhir", &["clinical"]),
    ("hooks", &["clinical"]),
    ("gather", &["hooks", "fhir", "config", "telemetry"]),
    ("auth", &["config", "telemetry"]),
    ("feedback", &["hooks", "clinical", "config", "telemetry"]),
    ("pages", &["clinical", "fhir", "hooks"]),
    ("server", EVERYTHING),
    ("cli", EVERYTHING),
    ("config", &[]),
    ("telemetry", &[]),
];

/// What wiring may name.
const EVERYTHING: &[&str] = &["clinical", "fhir", "hooks", "gather", "auth", "feedback", "pages", "server", "cli", "config", "telemetry"];

/// Names of the outside, and the only rooms that may use them (an empty list: all rooms but the judgement).
const OUTSIDE: &[(&[&str], &[&str])] = &[
    (&["std", "fs"], &[]),
    (&["std", "env"], &[]),
    (&["std", "net"], &[]),
    (&["std", "process"], &[]),
    (&["std", "thread"], &[]),
    (&["SystemTime"], &[]),
    (&["Instant"], &[]),
    (&["now"], &[]),
    (&["tokio"], &[]),
    (&["actix_web"], &[]),
    (&["actix_cors"], &[]),
    (&["reqwest"], &[]),
    (&["serde_json"], &[]),
    (&["fhirbolt"], &["fhir"]),
    (&["StatusCode"], &["server"]),
];

#[test]
fn every_room_names_only_what_the_design_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&root);
    assert!(files.len() > 20, "the sources are read: {} files", files.len());
    let broken: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let place = file.strip_prefix(&root).expect("a file below src");
            let text = fs::read_to_string(file).expect("a readable source");
            violations(&module_of(place), &text).into_iter().map(move |what| format!("src/{}: {what}", place.display()))
        })
        .collect();
    assert!(broken.is_empty(), "{} paths that the design does not allow:\n  {}", broken.len(), broken.join("\n  "));
}

#[test]
fn a_path_across_the_rooms_is_caught() {
    let caught = |room: &[&str], snippet: &str| {
        let module: Vec<String> = room.iter().map(ToString::to_string).collect();
        assert!(!violations(&module, snippet).is_empty(), "not caught in {room:?}: {snippet}");
    };
    caught(&["clinical", "units"], "use crate::clinical::chart::Chart;");
    caught(&["clinical", "chart", "event"], "use super::super::derive::Trial;");
    caught(&["clinical", "cards"], "fn f() { let _ = crate::clinical::chart::Chart::default(); }");
    caught(&["clinical", "derive"], "use crate::{clinical::{units::Day, cards::Card}};");
    caught(&["clinical", "derive"], "use crate::clinical;");
    caught(&["clinical", "derive"], "use crate::clinical::*;");
    caught(&["clinical", "derive"], "fn f() -> String { format!(\"{}\", crate::fhir::name()) }");
    caught(&["clinical", "derive"], "fn f(_: Vec<crate::fhir::Reader>) {}");
    caught(&["clinical", "derive"], "use std::{collections::BTreeMap, fs};");
    caught(&["clinical", "derive"], "fn f() { let _ = std::env::var(\"HOME\"); }");
    caught(&["clinical", "derive"], "use std::time::SystemTime;");
    caught(&["clinical", "derive"], "fn f() { let _ = jiff::Zoned::now(); }");
    caught(&["clinical", "derive"], "fn f(clock: Clock) { clock.now(); }");
    caught(&["clinical", "derive"], "async fn f() { tokio::task::yield_now().await }");
    caught(&["clinical", "knowledge"], "use serde_json::Value;");
    caught(&["clinical", "knowledge"], "mod inner { use super::super::derive::Trial; }");
    caught(&["hooks"], "use fhirbolt::model::r4::Resource;");
    caught(&["gather"], "use crate::server::Call;");
    caught(&["gather"], "use actix_web::http::StatusCode;");
    caught(&["config"], "use crate::telemetry::Log;");
    caught(&["attic"], "use crate::clinical::units::Day;");
    caught(&["clinical", "attic"], "struct Forgotten;");
}

#[test]
fn a_path_that_the_design_allows_is_not() {
    let allowed = |room: &[&str], snippet: &str| {
        let module: Vec<String> = room.iter().map(ToString::to_string).collect();
        assert_eq!(violations(&module, snippet), Vec::<String>::new(), "{room:?}: {snippet}");
    };
    allowed(
        &["clinical", "cards", "measure"],
        "use crate::clinical::{derive::Trial, knowledge::Knowledge, units::Day}; use super::Situation;",
    );
    allowed(&["clinical", "units", "ingredient"], "pub(in crate::clinical) fn named() {}");
    allowed(
        &["clinical", "derive"],
        "/// Unlike `crate::fhir`, no `std::fs` here.\nfn f() -> &'static str { \"tokio::spawn and serde_json\" }",
    );
    allowed(&["clinical", "derive"], "#[cfg(test)] mod tests { use crate::fhir::Reader; use std::fs; }");
    allowed(&["fhir", "view"], "use crate::clinical::chart::Chart; use serde_json::value::RawValue; use fhirbolt::model;");
    allowed(&["server"], "use crate::{auth, gather, clinical::cards::Card}; use actix_web::http::StatusCode;");
    allowed(&[], "pub mod clinical; pub use crate::server::serve;");
}

#[test]
fn the_page_of_the_architecture_shows_these_rooms() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = fs::read_to_string(docs.join("architecture.md")).expect("the page");
    let told = page.lines().skip_while(|line| !line.starts_with("| room ")).skip(2).take_while(|line| line.starts_with('|'));
    let told: Vec<(String, Vec<String>)> = told.map(row_of_room).collect();
    let name = |allowed: &[&str]| {
        if allowed == EVERYTHING { vec!["every room".to_owned()] } else { allowed.iter().map(ToString::to_string).collect() }
    };
    let rooms: Vec<(String, Vec<String>)> = ROOMS.iter().map(|(room, allowed)| ((*room).to_owned(), name(allowed))).collect();
    assert_eq!(told, rooms, "docs/architecture.md and the table of this test");
    let picture = fs::read_to_string(docs.join("architecture.svg")).expect("the picture");
    let lost: Vec<&str> = ROOMS
        .iter()
        .map(|(room, _)| room.rsplit("::").next().unwrap_or(room))
        .filter(|room| !picture.contains(&format!(">{room}<")))
        .collect();
    assert_eq!(lost, Vec::<&str>::new(), "rooms that the picture does not show");
}

/// A room of the page and what it may name.
fn row_of_room(row: &str) -> (String, Vec<String>) {
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    let allowed = cells[2].split(", ").map(|name| name.trim_matches('`').to_owned()).filter(|name| !name.is_empty()).collect();
    (cells[0].trim_matches('`').to_owned(), allowed)
}

/// What a source file of this module names and may not.
fn violations(module: &[String], text: &str) -> Vec<String> {
    let file = syn::parse_file(text).expect("a source that parses");
    let mut reader = Paths { module: module.to_vec(), found: Vec::new() };
    let unknown = (!module.is_empty() && room_of(module).is_none()).then(|| format!("`{}` is no room of the design", module.join("::")));
    reader.visit_file(&file);
    let mut broken: Vec<String> = unknown.into_iter().chain(reader.found.iter().filter_map(|named| objection(module, named))).collect();
    broken.sort();
    broken.dedup();
    broken
}

/// Why this module may not name this path; `None` where it may.
fn objection(module: &[String], named: &Named) -> Option<String> {
    match named {
        Named::Inside(_) if module.is_empty() => None,
        Named::Inside(path) => {
            let from = room_of(module)?;
            let Some(to) = room_of(path) else {
                return Some(format!("`crate::{}` is no room of the design", path.join("::")));
            };
            let allowed = ROOMS.iter().find(|(room, _)| *room == from).map_or(&[] as &[&str], |(_, allowed)| allowed);
            let inside = |room: &str| to == room || to.starts_with(&format!("{room}::"));
            (!inside(from) && !allowed.iter().any(|room| inside(room))).then(|| format!("{from} names {to} (`crate::{}`)", path.join("::")))
        }
        Named::Outside(path) => OUTSIDE.iter().find_map(|(name, rooms)| {
            let matches = match name {
                [one] if one.starts_with(char::is_uppercase) || *one == "now" => path.iter().any(|part| part == one),
                name => path.len() >= name.len() && path.iter().zip(*name).all(|(part, name)| part == name),
            };
            let room = module.first().map(String::as_str).unwrap_or_default();
            let kept = if rooms.is_empty() { room != "clinical" } else { rooms.contains(&room) };
            (matches && !kept).then(|| format!("`{}` has no place in {}", path.join("::"), module.join("::")))
        }),
    }
}

/// The room that a path of the crate leads into.
fn room_of(path: &[String]) -> Option<&'static str> {
    let in_clinical = path.first().is_some_and(|first| first == "clinical") && path.len() > 1;
    let name = if in_clinical { path[..2].join("::") } else { path.first()?.clone() };
    ROOMS.iter().map(|(room, _)| *room).find(|room| *room == name)
}

/// A path as a source names it.
enum Named {
    /// From the root of the crate.
    Inside(Vec<String>),
    /// Into another crate, or a name whose home is not to be seen here.
    Outside(Vec<String>),
}

/// Collects every path of a file.
struct Paths {
    module: Vec<String>,
    found: Vec<Named>,
}

impl Paths {
    fn name(&mut self, path: &[String]) {
        let ups = path.iter().take_while(|part| *part == "super").count();
        let named = match path.first().map(String::as_str) {
            Some("crate" | "trialwise") => Named::Inside(path[1..].to_vec()),
            Some("super") => Named::Inside([&self.module[..self.module.len().saturating_sub(ups)], &path[ups..]].concat()),
            _ => Named::Outside(path.to_vec()),
        };
        self.found.push(named);
    }

    fn name_tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |part: &syn::Ident| [before, &[part.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.name_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) if name.ident == "self" => self.name(before),
            syn::UseTree::Name(name) => self.name(&with(&name.ident)),
            syn::UseTree::Rename(rename) => self.name(&with(&rename.ident)),
            syn::UseTree::Glob(_) => self.name(before),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.name_tree(before, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.name_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.name(&parts);
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.name(&[call.method.to_string()]);
        visit::visit_expr_method_call(self, call);
    }

    /// What a macro is given is no syntax yet: its words are taken as paths.
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let text = without_strings(&call.tokens.to_string()).replace(" :: ", "::").replace(":: ", "::").replace(" ::", "::");
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').filter(|word| word.contains("::")) {
            let parts: Vec<String> = word.split("::").filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect();
            self.name(&parts);
        }
    }

    /// `pub(in crate::clinical)` lets in; it names nothing.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}

/// The text with every string literal emptied.
fn without_strings(text: &str) -> String {
    let mut inside = false;
    let mut escaped = false;
    text.chars()
        .filter(|c| {
            let edge = *c == '"' && !escaped;
            escaped = inside && *c == '\\' && !escaped;
            inside ^= edge;
            !inside && !edge
        })
        .collect()
}

fn is_for_tests(item: &syn::Item) -> bool {
    let attributes = match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

/// Every source file below a folder but the test modules that have a file of their own.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    entries
        .into_iter()
        .filter(|path| path.file_stem().is_none_or(|stem| stem != "tests"))
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The module of a source file: `clinical/units/day.rs` is `clinical::units::day`.
fn module_of(place: &Path) -> Vec<String> {
    let mut module: Vec<String> = place.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        module.pop();
    }
    module
}
