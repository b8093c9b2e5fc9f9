//! `trialwise replay`: many charts through the real binary.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::running::{Folder, program};
use super::{on_sertraline, request};

/// The day on which the charts are judged.
pub const DAY: &str = "2026-03-02";

/// Exit status, standard output, standard error.
fn replay(arguments: &[&str]) -> (i32, String, String) {
    let output = program().arg("replay").args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("a status"), text(output.stdout), text(output.stderr))
}

/// The report on these inputs.
#[track_caller]
fn report(folder: &Folder, arguments: &[&str]) -> Value {
    let json = folder.0.join("report-of-a-test");
    let (status, _, error) = replay(&[arguments, &["--as-of", DAY, "--no-times", "--json", &json.to_string_lossy()]].concat());
    assert_eq!(status, 0, "{error}");
    serde_json::from_slice(&std::fs::read(json).expect("a report")).expect("JSON")
}

/// The stories, each a Bundle in one line.
pub fn stories() -> Vec<String> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(cases).expect("the stories").map(|story| story.expect("a story").path()).collect();
    folders.sort();
    let line = |folder: PathBuf| {
        let text = std::fs::read_to_string(folder.join("bundle.json")).expect("a record");
        serde_json::from_str::<Value>(&text).expect("JSON").to_string()
    };
    folders.into_iter().map(line).collect()
}

fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content.as_bytes()).expect("compressed");
    encoder.finish().expect("compressed")
}

#[test]
fn the_report_is_the_same_by_however_many_threads_in_whatever_order_and_layout() {
    let lines = stories();
    let folder = Folder::new();
    let forth = folder.write("forth.ndjson", &lines.join("\n"));
    let back: Vec<&str> = lines.iter().rev().map(String::as_str).collect();
    let back = folder.write("back.jsonl", &(back.join("\r\n") + "\n\n"));
    let packed = folder.write("packed.ndjson.gz", "");
    std::fs::write(&packed, gzip(&lines.join("\n"))).expect("written");
    let single = folder.0.join("single");
    std::fs::create_dir(&single).expect("a folder");
    for (number, line) in lines.iter().enumerate() {
        std::fs::write(single.join(format!("{number}.json")), line).expect("written");
    }
    let run = |input: &Path, threads: &str| {
        let (json, charts) = (folder.0.join("report"), folder.0.join("charts"));
        let (json_name, charts_name) = (json.to_string_lossy(), charts.to_string_lossy());
        let arguments =
            [&input.to_string_lossy(), "--as-of", DAY, "--no-times", "--json", &json_name, "--charts", &charts_name, "--threads", threads];
        let (status, out, error) = replay(&arguments);
        assert_eq!(status, 0, "{error}");
        let read = |file: &Path| std::fs::read_to_string(file).expect("written");
        (out, read(&json), read(&charts))
    };
    let (text, json, charts) = run(&forth, "1");
    assert_eq!(run(&forth, "4"), (text.clone(), json.clone(), charts.clone()), "the lines of the charts stand in the order of the input");
    for other in [&back, &packed, &single] {
        let (other_text, other_json, other_charts) = run(other, "2");
        assert_eq!((&other_text, &other_json), (&text, &json), "{}", other.display());
        let sorted = |lines: &str| {
            let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&other_charts), sorted(&charts), "{}", other.display());
    }
    let report: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&report["charts"], &report["input"]["bundles"]), (&json!(lines.len()), &json!(lines.len())));
    for code in ["safety", "interaction", "bipolar", "complete-trial", "next-step", "contributors", "monitoring", "measure"] {
        assert!(report["cards"][code]["cards"].as_u64() > Some(0), "{code}: {report:#}");
    }
}

#[test]
fn a_rate_is_so_many_cards_of_a_hundred_charts() {
    let folder = Folder::new();
    let speaking = bundle(&on_sertraline("p1"));
    let silent = bundle(&super::prefetch());
    let input = folder.write("charts.ndjson", &[speaking, silent.clone(), silent].map(|chart| chart.to_string()).join("\n"));
    let report = report(&folder, &[&input.to_string_lossy()]);
    assert_eq!(
        report["cards"]["complete-trial"],
        json!({
            "per100Charts": 33.33, "cards": 1, "charts": 1, "variants": { "duration": 1 }, "indicators": { "info": 1 }
        })
    );
    assert_eq!((&report["charts"], &report["chartsWithACard"]), (&json!(3), &json!(1)));
    assert_eq!(report["trials"]["adequacy"], json!({ "in-progress": 1 }));
    assert_eq!(report["trials"]["reasons"], json!({ "duration-in-progress": 1 }));
    assert_eq!(report["unknown"]["current score"], 2);
    let quality = &report["dataQuality"];
    assert_eq!(quality["antidepressantRecords"], 1);
    for whole in ["knownCode", "doseInNumbers", "timingInCodes", "dailyDose", "start", "stop", "recentPhq9"] {
        assert_eq!(quality[whole], json!({ "have": 1, "of": 1 }), "{whole}");
    }
    assert_eq!(quality["recentPhq9All"], json!({ "have": 1, "of": 3 }));
    assert_eq!(quality["medicationReferenceResolved"], json!({ "have": 0, "of": 0 }));
}

/// The resources of a prefetch as a Bundle.
fn bundle(prefetch: &Value) -> Value {
    let resources = resources(prefetch);
    json!({ "resourceType": "Bundle", "type": "collection", "entry": resources.iter().map(|resource| json!({ "resource": resource })).collect::<Vec<_>>() })
}

fn resources(prefetch: &Value) -> Vec<Value> {
    let values = prefetch.as_object().expect("an object").values();
    let inside = values.flat_map(|value| match value["entry"].as_array() {
        Some(entries) => entries.iter().map(|entry| entry["resource"].clone()).collect(),
        None => vec![value.clone()],
    });
    inside.filter(|resource| resource["resourceType"] != "Bundle").collect()
}

#[test]
fn captured_requests_are_judged_on_the_day_they_name_unless_told_otherwise() {
    let folder = Folder::new();
    let input =
        folder.write("captured.json", &json!({ "at": "2026-03-02T10:00:00Z", "request": request(on_sertraline("p1")) }).to_string());
    let json = folder.0.join("report");
    let trials = |more: &[&str]| {
        let (input, json_name) = (input.to_string_lossy(), json.to_string_lossy());
        let (status, _, error) = replay(&[&[&*input, "--json", &json_name], more].concat());
        assert_eq!(status, 0, "{error}");
        let report: Value = serde_json::from_slice(&std::fs::read(&json).expect("a report")).expect("JSON");
        assert_eq!(report["input"]["hookRequests"], 1);
        assert!(report["time"]["median"].as_u64() > Some(0), "{report:#}");
        (report["trials"]["adequacy"].clone(), report["dayOfRequests"].clone())
    };
    assert_eq!(trials(&[]), (json!({ "in-progress": 1 }), json!(true)));
    assert_eq!(trials(&["--as-of", "2026-04-01"]), (json!({ "adequate": 1 }), json!(false)));
}

#[test]
fn an_export_split_by_type_says_what_the_bundles_say() {
    let folder = Folder::new();
    let (export, bundles) = (folder.0.join("export"), folder.0.join("bundles.ndjson"));
    std::fs::create_dir(&export).expect("a folder");
    let mut by_type: BTreeMap<String, String> = BTreeMap::new();
    let mut whole = String::new();
    for line in stories() {
        let story: Value = serde_json::from_str(&line).expect("JSON");
        // A Bundle of Bundles with an error in it has no counterpart in an export.
        if story["type"] != "collection" {
            continue;
        }
        let _ = writeln!(whole, "{line}");
        for entry in story["entry"].as_array().expect("entries") {
            let kind = entry["resource"]["resourceType"].as_str().expect("a type");
            let _ = writeln!(by_type.entry(kind.to_owned()).or_default(), "{}", entry["resource"]);
        }
    }
    std::fs::write(&bundles, whole).expect("written");
    for (kind, lines) in &by_type {
        std::fs::write(export.join(format!("{kind}.000.ndjson")), lines).expect("written");
    }
    std::fs::write(export.join("Claim.ndjson"), r#"{"resourceType":"Claim","id":"c","patient":{"reference":"Patient/x"}}"#)
        .expect("written");
    let (of_export, of_bundles) = (report(&folder, &[&export.to_string_lossy()]), report(&folder, &[&bundles.to_string_lossy()]));
    for member in ["charts", "cards", "scope", "trials", "twoAdequateFailures", "contributors", "dataQuality", "notRecognised"] {
        assert_eq!(of_export[member], of_bundles[member], "{member}");
    }
    assert_eq!(of_export["input"]["patientsOfExports"], of_bundles["input"]["bundles"]);
    assert_eq!(of_export["input"]["otherResources"], 1);
}

#[test]
fn what_is_no_chart_is_counted_and_named_and_ends_nothing() {
    let folder = Folder::new();
    let good = bundle(&on_sertraline("p1"));
    let two = json!({ "resourceType": "Bundle", "entry": [{ "resource": { "resourceType": "Patient", "id": "a" } }, { "resource": { "resourceType": "Patient", "id": "b" } }] });
    folder.write("a.ndjson", &format!("{good}\n{{\n\n[]\n{two}\n{{\"hook\":\"patient-view\",\"context\":{{}}}}\n{good}"));
    folder.write("b.json", "");
    folder.write("c.json", r#"{"resourceType":"MedicationRequest","medication":{"concept":{}},"subject":{"reference":"Patient/x"}}"#);
    folder.write("notes.md", "no record");
    let (status, out, error) = replay(&[&folder.0.to_string_lossy(), "--as-of", DAY]);
    assert_eq!(status, 0, "{error}");
    for row in [
        " charts                                                             2",
        " no chart: not one JSON value                                       2",
        " no chart: JSON, but neither FHIR nor a hook request                1",
        " no chart: two different patients in one record                     1",
        " no chart: a hook request that is none: `context.patientId` is missing  1",
        " no chart: FHIR R5, only R4 is read                                 1",
    ] {
        let plain = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.lines().any(|line| plain(line).starts_with(&plain(row))), "{row}\n{out}");
    }
    let error = error.replace(&format!("{}/", folder.0.display()), "");
    for line in [
        "a.ndjson: line 2: not one JSON value",
        "a.ndjson: line 4: JSON, but neither FHIR nor a hook request",
        "a.ndjson: line 5: two different patients in one record",
        "a.ndjson: line 6: a hook request that is none: `context.patientId` is missing",
        "b.json: not one JSON value",
        "files: 3 read, 1 of another name passed over",
    ] {
        assert!(error.lines().any(|found| found == line), "{line}\n{error}");
    }
}

#[test]
fn without_a_chart_or_with_a_wrong_name_it_ends_with_2() {
    let folder = Folder::new();
    let empty = folder.write("empty.ndjson", "\n");
    let (status, out, error) = replay(&[&empty.to_string_lossy()]);
    assert_eq!((status, &*out), (2, ""));
    assert!(error.ends_with("trialwise: no chart was read\n"), "{error}");
    let (status, _, error) = replay(&["/nowhere/charts.ndjson"]);
    assert_eq!((status, error.lines().count()), (2, 1));
    assert!(error.starts_with("trialwise: /nowhere/charts.ndjson: "), "{error}");
    let (status, _, error) = replay(&[&empty.to_string_lossy(), "--html", "/nowhere/report.html"]);
    assert!(status == 2 && error.contains("/nowhere/report.html: "), "{error}");
    assert_eq!(replay(&[]).0, 2);
}

/// Every text of a value in the place of which another person's could stand.
fn marked(value: &mut Value, number: &mut u32) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                // What the reader asks for, and dates and references, have to stay as they are.
                let kept = [
                    "resourceType",
                    "status",
                    "system",
                    "code",
                    "url",
                    "reference",
                    "intent",
                    "unit",
                    "birthDate",
                    "gender",
                    "display",
                    "text",
                ];
                if inner.is_string() && !kept.contains(&name.as_str()) && !name.to_lowercase().contains("date") && !name.starts_with("when")
                {
                    *number += 1;
                    *inner = json!(format!("Zebedee-{number}"));
                } else {
                    marked(inner, number);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| marked(item, number)),
        _ => {}
    }
}

#[test]
fn nothing_of_a_patient_stands_in_any_output() {
    let folder = Folder::new();
    let mut prefetch = on_sertraline("p1");
    prefetch["medicationRequests"] = json!({ "resourceType": "Bundle", "entry": [
        { "resource": { "resourceType": "MedicationRequest", "id": "Quartzmarker-2", "status": "active", "intent": "order",
            "subject": { "reference": "Patient/p1" }, "authoredOn": "2026-02-01",
            "medicationCodeableConcept": { "text": "Zebedee takes sertraline 50 mg", "coding": [
                { "system": "urn:Zebedee list", "code": "Zebedee takes it", "display": "Zebedee" }, { "system": "urn:oid:1.2", "code": "LOCAL-7" }] } } },
        { "resource": { "resourceType": "MedicationRequest", "id": "Quartzmarker-3", "status": "Zebedee", "intent": "order",
            "subject": { "reference": "Patient/p1" }, "medicationCodeableConcept": { "text": "Zebedee" } } },
    ] });
    let mut resources = resources(&prefetch);
    let mut number = 0;
    resources.iter_mut().for_each(|resource| marked(resource, &mut number));
    let patient = resources.iter_mut().find(|resource| resource["resourceType"] == "Patient").expect("a patient");
    patient["id"] = json!("Quartzmarker-p");
    assert!(number > 10, "{number}");
    let entries: Vec<Value> = resources.iter().map(|resource| json!({ "resource": resource })).collect();
    let chart = json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
        .to_string()
        .replace("Patient/p1", "Patient/Quartzmarker-p");
    let chart = chart.replace("\"id\":\"Zebedee-", "\"id\":\"Quartzmarker-");
    std::fs::create_dir(folder.0.join("in")).expect("a folder");
    folder.write("in/Quartzmarker.ndjson", &format!("{chart}\nZebedee"));
    let (json, html, charts) = (folder.0.join("a.json"), folder.0.join("a.html"), folder.0.join("charts"));
    let names = [&json, &html, &charts].map(|file| file.to_string_lossy().into_owned());
    let (status, out, error) =
        replay(&[&folder.0.join("in").to_string_lossy(), "--as-of", DAY, "--json", &names[0], "--html", &names[1], "--charts", &names[2]]);
    assert_eq!(status, 0, "{error}");
    let read = |file: &Path| std::fs::read_to_string(file).expect("written");
    for (what, output) in [("text", out), ("json", read(&json)), ("html", read(&html)), ("charts", read(&charts))] {
        for marker in ["Quartzmarker", "Zebedee", "1980-01-01", "2026-02-01", "p1"] {
            assert!(!output.contains(marker), "{marker} stands in the {what}: {output}");
        }
    }
    let report: Value = serde_json::from_str(&read(&json)).expect("JSON");
    assert_eq!(
        (&report["dataQuality"]["antidepressantRecords"], &report["charts"]),
        (&json!(2), &json!(1)),
        "it is read all the same: {report:#}"
    );
    assert!(read(&json).contains("LOCAL-7") && read(&json).contains("(words in the place of a code)"), "{}", read(&json));
    assert!(error.contains("Quartzmarker.ndjson: line 2: not one JSON value"), "files are named to whoever runs it: {error}");
}

#[test]
fn the_page_needs_nothing_else_and_runs_nothing() {
    let folder = Folder::new();
    let input = folder.write("charts.ndjson", &stories().join("\n"));
    let html = folder.0.join("report.html");
    let (status, out, _) = replay(&[&input.to_string_lossy(), "--as-of", DAY, "--html", &html.to_string_lossy()]);
    assert_eq!(status, 0);
    let page = std::fs::read_to_string(html).expect("a page");
    for outside in ["<script", "src=", "href=", "url(", "@import", "<link", "<img", "<iframe", "onload"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("<svg"));
    // Whatever the text says stands in the page.
    for title in ["Cards per 100 charts", "Data quality", "Time to read and judge a chart", "What was not had"] {
        assert!(out.contains(title) && page.contains(&format!("<h2>{title}</h2>")), "{title}");
    }
}

#[test]
fn two_runs_are_compared_chart_by_chart() {
    let folder = Folder::new();
    let input = folder.write("charts.ndjson", &stories().join("\n"));
    let site = folder.write("site.toml", "[parameters]\nadequate_min_days = 56\n");
    let (before, after) = (folder.0.join("before.ndjson"), folder.0.join("after.ndjson"));
    let (before, after) = (before.to_string_lossy(), after.to_string_lossy());
    report(&folder, &[&input.to_string_lossy(), "--charts", &before]);
    report(&folder, &[&input.to_string_lossy(), "--charts", &after, "--site", &site.to_string_lossy()]);
    let (status, out, error) = replay(&["compare", &before, &before]);
    assert_eq!(status, 0, "{error}");
    assert!(out.contains(&format!("0 of {} charts changed", stories().len())), "{out}");
    let json = folder.0.join("changes.json");
    let (status, out, _) = replay(&["compare", &before, &after, "--json", &json.to_string_lossy()]);
    assert_eq!(status, 1, "{out}");
    assert!(out.contains("after:  ") && out.contains("adequate_min_days: 42 -> 56"), "{out}");
    let changes: Value = serde_json::from_slice(&std::fs::read(json).expect("written")).expect("JSON");
    let changed = changes["changed"].as_array().expect("a list");
    assert!(!changed.is_empty() && changes["unchanged"].as_u64() > Some(0), "{changes:#}");
    let told = changed.iter().all(|change| ["gained", "lost", "altered", "trials", "other"].iter().any(|list| change[list] != json!([])));
    assert!(told, "every change has a reason: {changes:#}");
    let trials = changes["trialsChanged"].as_object().expect("counts");
    assert!(trials.keys().any(|trial| trial.contains("adequate -> in-progress (duration-in-progress)")), "{trials:#?}");
    for (first, second, what) in
        [(&*input.to_string_lossy(), &*after, "line 1: expected what"), (&*before, "/nowhere/charts", "/nowhere/charts: ")]
    {
        let (status, out, error) = replay(&["compare", first, second]);
        assert_eq!((status, &*out), (2, ""));
        assert!(error.contains(what) && error.lines().count() == 1, "{error}");
    }
}
