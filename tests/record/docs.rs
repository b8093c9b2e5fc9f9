//! Every relative link of a page leads somewhere, and every command is run or says why not.
//!
//! Pages are README.md and its neighbours and everything in `docs` and `docker`. What is to be run is written to `target/docs`, a script a
//! page, for `.ci/docs`. CONTRIBUTING.md describes the markers.

mod block;
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use block::{Run, script};
use page::Page;
pub use page::slug;

/// Folders of pages beside the root.
const FOLDERS: [&str; 2] = ["docs", "docker"];

/// Folders whose files a page names between backticks by their path from the root.
const NAMED: [&str; 8] = [".ci/", "docker/", "docs/", "examples/", "fixtures/", "hooks/", "src/", "tests/"];

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    let links: usize = pages.values().map(|page| page.links.len()).sum();
    assert!(links > 20, "the pages are read: {links} links");
    let faults: Vec<String> = pages.iter().flat_map(|(path, page)| lost(path, page, &pages, root())).collect();
    assert!(faults.is_empty(), "{} links and paths that lead nowhere:\n  {}", faults.len(), faults.join("\n  "));
}

#[test]
fn every_command_is_run_or_says_why_not() {
    let pages = pages();
    let scripts = root().join("target/docs");
    // what an earlier run left there is not run again
    let _ = fs::remove_dir_all(&scripts);
    fs::create_dir_all(&scripts).expect("a target folder");
    let (mut faults, mut run) = (Vec::new(), 0);
    for (path, page) in &pages {
        let (commands, found) = script(path, &page.blocks, |file| root().join(file).is_file());
        faults.extend(found);
        if let Some(commands) = commands {
            run += 1;
            fs::write(scripts.join(format!("{}.sh", path.replace('/', "_"))), commands).expect("a script that can be written");
        }
    }
    assert!(run > 1, "there are commands to run: {run} pages");
    assert!(faults.is_empty(), "{} blocks to mend (see CONTRIBUTING.md):\n  {}", faults.len(), faults.join("\n  "));
}

#[test]
fn a_link_that_leads_nowhere_is_caught() {
    let one = |text: &str| {
        let pages = BTreeMap::from([
            ("docs/a.md".to_owned(), Page::read("# One *two*, `three`\n\n## A b\n\n## A b\n")),
            ("docs/b.md".to_owned(), Page::read(text)),
        ]);
        lost("docs/b.md", &pages["docs/b.md"], &pages, root())
    };
    assert_eq!(
        one("[a](a.md) [b](a.md#one-two-three) [c](a.md#a-b-1) [d](../README.md) [e](../src) [f](https://example.org/x)"),
        Vec::<String>::new()
    );
    assert_eq!(
        one("# Here\n[a](#here) `docs/faults.md` `src/main.rs` `src/main` `tests/no/../such` `src/<a>.rs` `fixtures/cases/*`"),
        Vec::<String>::new()
    );
    assert_eq!(one("\n[a](none.md)"), ["docs/b.md:2: none.md is not there"]);
    assert_eq!(one("![a](none.svg)"), ["docs/b.md:1: none.svg is not there"]);
    assert_eq!(one("[a][x]\n\n[x]: none.md"), ["docs/b.md:1: none.md is not there"]);
    assert_eq!(one("[a](a.md#three)"), ["docs/b.md:1: a.md has no heading #three"]);
    assert_eq!(one("[a](#a)"), ["docs/b.md:1: this page has no heading #a"]);
    assert_eq!(one("[a](../../elsewhere)"), ["docs/b.md:1: ../../elsewhere leads out of the repository"]);
    assert_eq!(one("[a](/docs/a.md)"), ["docs/b.md:1: /docs/a.md is no relative link"]);
    assert_eq!(one("[a](../src/main.rs#L1)"), ["docs/b.md:1: ../src/main.rs is no page, and has no heading #L1"]);
    assert_eq!(one("`src/none.rs`"), ["docs/b.md:1: `src/none.rs` is not there"]);
}

#[test]
fn a_command_without_a_word_of_it_is_caught() {
    let faults = |text: &str| script("a.md", &Page::read(text).blocks, |file| file == ".ci/run").1;
    let block = |above: &str, language: &str| format!("{above}\n```{language}\ntrue\n```\n");
    for good in
        ["", "<!-- not run: needs the internet -->", "<!-- run by .ci/run -->", "<!-- test command -->", "<!-- in the background -->"]
    {
        assert_eq!(faults(&block(good, "sh")), Vec::<String>::new(), "{good}");
    }
    assert_eq!(faults(&block("", "toml")), Vec::<String>::new());
    assert_eq!(faults(&block("", "")), ["a.md:2: a block without a language: sh for commands, text for what is printed"]);
    assert_eq!(faults(&block("", "console")), ["a.md:2: console: write sh, and what is printed in a block of its own"]);
    assert_eq!(faults("text\n\n    indented\n"), ["a.md:3: an indented block: fence it, with its language"]);
    assert_eq!(faults(&block("<!-- not run: -->", "sh")), ["a.md:2: not run, but the reason is missing"]);
    assert_eq!(faults(&block("<!-- not run: internet -->", "sh")), ["a.md:2: the reason begins with `needs`: internet"]);
    assert_eq!(faults(&block("<!-- run by .ci/none -->", "sh")), ["a.md:2: run by .ci/none, which is not there"]);
    assert_eq!(faults(&block("<!-- skip -->", "sh")), ["a.md:2: not understood: skip"]);
    assert_eq!(faults("<!-- prints -->\n```text\nx\n```\n"), ["a.md:2: prints what? No command that is run stands before it"]);
    assert_eq!(faults("<!-- skip -->\n\nA line between.\n\n```sh\ntrue\n```\n"), Vec::<String>::new());
}

#[test]
fn what_is_run_is_what_stands_there() {
    let page = "# A\n\n```sh\ncat > x <<'END'\n1\nEND\ncat x\n```\nprints\n\n<!-- prints -->\n```text\n1\n```\n\n<!-- not run: needs a cluster -->\n```sh\nfalse\n```\n\n\
                <!-- in the background -->\n```sh\nserve\n```\n";
    let blocks = Page::read(page).blocks;
    let runs: Vec<Option<Run>> = blocks.iter().map(|block| block.run().expect("understood")).collect();
    assert_eq!(runs, [Some(Run::Here), None, Some(Run::Not), Some(Run::Behind)]);
    let (commands, faults) = script("a.md", &blocks, |_| false);
    assert_eq!(faults, Vec::<String>::new());
    let expected = "at a.md:3\n{\ncat > x <<'END'\n1\nEND\ncat x\n} >\"$printed\"\nprinted a.md:12 <<'END_OF_WHAT_IS_PRINTED'\n1\nEND_OF_WHAT_IS_PRINTED\n\
                    behind a.md:22 <<'END_OF_COMMANDS'\nserve\nEND_OF_COMMANDS\n";
    assert_eq!(commands.as_deref(), Some(expected));
    assert_eq!(script("a.md", &Page::read("# A\n").blocks, |_| false), (None, Vec::new()));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page by its path from the root.
fn pages() -> BTreeMap<String, Page> {
    let mut found = markdown(root(), false);
    for folder in FOLDERS {
        found.extend(markdown(&root().join(folder), true));
    }
    let name = |path: &Path| path.strip_prefix(root()).expect("a page below the root").display().to_string();
    found.iter().map(|path| (name(path), Page::read(&fs::read_to_string(path).expect("a readable page")))).collect()
}

/// The Markdown files of a folder, if it is there.
fn markdown(folder: &Path, deep: bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let below = |path: PathBuf| match (path.is_dir(), deep) {
        (true, true) => markdown(&path, true),
        (true, false) => Vec::new(),
        (false, _) => vec![path],
    };
    paths.flat_map(below).filter(|path| path.extension().is_some_and(|own| own == "md")).collect()
}

/// The links of a page that lead nowhere, and the paths between backticks that are not there.
fn lost(path: &str, page: &Page, pages: &BTreeMap<String, Page>, root: &Path) -> Vec<String> {
    let links = page.links.iter().filter_map(|link| Some((link.line, objection(path, page, &link.text, pages, root)?)));
    let named = page.code.iter().filter(|code| is_path(&code.text) && !is_there(root, &code.text));
    let mut found: Vec<(usize, String)> = links.chain(named.map(|code| (code.line, format!("`{}` is not there", code.text)))).collect();
    found.sort();
    found.into_iter().map(|(line, what)| format!("{path}:{line}: {what}")).collect()
}

/// Whether there is such a file, folder or module.
fn is_there(root: &Path, path: &str) -> bool {
    root.join(path).exists() || root.join(format!("{path}.rs")).exists()
}

/// Whether what stands between backticks is the path of one file or folder.
fn is_path(code: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    NAMED.iter().any(|folder| code.starts_with(folder)) && code.chars().all(plain) && !code.contains("..")
}

/// What is wrong with a link; `None` where it leads somewhere, or to another machine.
fn objection(path: &str, page: &Page, target: &str, pages: &BTreeMap<String, Page>, root: &Path) -> Option<String> {
    if ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return None;
    }
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    if file.is_empty() {
        let anchor = anchor?;
        return (!page.anchors.iter().any(|known| known == anchor)).then(|| format!("this page has no heading #{anchor}"));
    }
    if file.starts_with('/') {
        return Some(format!("{file} is no relative link"));
    }
    let Some(place) = beside(path, file) else { return Some(format!("{file} leads out of the repository")) };
    if !pages.contains_key(&place) && !root.join(&place).exists() {
        return Some(format!("{file} is not there"));
    }
    let anchor = anchor?;
    match pages.get(&place) {
        Some(page) if page.anchors.iter().any(|known| known == anchor) => None,
        Some(_) => Some(format!("{file} has no heading #{anchor}")),
        None => Some(format!("{file} is no page, and has no heading #{anchor}")),
    }
}

/// The path from the root of a file that is named relative to a page; `None` beyond the root.
fn beside(page: &str, file: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => drop(parts.pop()?),
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Some(parts.join("/"))
}
