//! What alerts, dashboard and scaling look at is there to be seen.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jsonwebtoken::Algorithm;
use regex_lite::Regex;
use serde_json::json;

use super::ehr::fhir::{Fhir, Way};
use super::instance::{FEEDBACK, items, overridden};
use super::keyserver::{Answer, KeyServer};
use super::metrics::{of_ehr, signed, text};
use super::running::Running;
use super::token::Signer;
use super::{PATIENT_VIEW, on_sertraline, request};

/// The files of `docker` and the runbook, with what stands in them.
fn files() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("docker")];
    let mut files = vec![root.join("docs/runbook.md")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.into_iter().map(|file| (file.clone(), fs::read_to_string(&file).expect("text"))).collect()
}

/// The names of everything that a service tells once all that is counted has happened.
fn told() -> BTreeSet<String> {
    let running = Running::start("");
    let mut body = request(on_sertraline("watched"));
    body["context"]["patientId"] = json!("watched");
    let dispenses = &mut body["prefetch"]["medicationDispenses"]["entry"];
    let mut uncoded = dispenses[0].clone();
    uncoded["resource"]["id"] = json!("d2");
    uncoded["resource"]["medicationCodeableConcept"] = json!({ "text": "citalopram 20 MG" });
    dispenses.as_array_mut().expect("a list").push(uncoded);
    assert_eq!(running.call(PATIENT_VIEW, &body).status(), 200);
    running.call(FEEDBACK, &items(&[overridden(&json!("f1b1b2a6-4d5f-4a54-9d8e-3a3c1c1d9b11"))]));
    #[cfg(unix)]
    {
        running.settings("off = true");
        running.signal("HUP");
        running.logged("settings");
    }
    let signer = Signer::new(Algorithm::ES384, "1");
    let keys = KeyServer::start(Answer::Keys(signer.key_set()));
    let fhir = Fhir::serving(&json!({})).answers("*", Way::Reset);
    let ehr = of_ehr(&keys, &fhir, "");
    assert_eq!(signed(&ehr, &signer, &fhir, "watched").status(), 412);
    let texts = [text(&running.base), text(&ehr)];
    let lines = texts.iter().flat_map(|text| text.lines()).filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split(['{', ' ']).next()).map(str::to_owned).collect()
}

#[test]
fn every_metric_that_is_watched_is_one_that_the_service_tells() {
    let told = told();
    let name = Regex::new(r"\btrialwise_[a-z0-9_]+").expect("an expression");
    let mut watched = 0;
    for (file, content) in files() {
        for found in name.find_iter(&content) {
            assert!(told.contains(found.as_str()), "{}: {} is none of {told:#?}", file.display(), found.as_str());
            watched += 1;
        }
    }
    assert!(watched > 50, "the files are read: {watched} names");
}
