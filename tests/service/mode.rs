use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::{PATIENT_VIEW, client, on_sertraline, request, serving};

fn post(base: &str, path: &str, body: String) -> (u16, Value) {
    let response = client().post(format!("{base}{path}")).header(CONTENT_TYPE, "application/json").body(body).send().expect("an answer");
    (response.status().as_u16(), response.json().expect("JSON"))
}

/// The codes of the cards on opening a chart that has one to show.
fn codes(base: &str, patient: &str) -> Vec<String> {
    let mut body = request(on_sertraline(patient));
    body["context"]["patientId"] = json!(patient);
    let (status, answer) = post(base, PATIENT_VIEW, body.to_string());
    assert_eq!(status, 200);
    let cards = answer["cards"].as_array().expect("an array");
    cards.iter().map(|card| card["source"]["topic"]["code"].as_str().expect("a code").to_owned()).collect()
}

fn counted(base: &str, line: &str) -> bool {
    let text = client().get(format!("{base}/metrics")).send().expect("an answer").text().expect("text");
    text.lines().any(|found| found.starts_with(line))
}

const CARD: &str =
    "trialwise_cards_total{client=\"anybody\",service=\"trialwise-patient-view\",code=\"complete-trial\",variant=\"duration\",mode=";

#[test]
fn visible_shows_and_counts_as_shown() {
    let base = serving("services.trialwise-order-sign.mode = \"off\"");
    assert_eq!(codes(&base, "mode-1"), ["complete-trial"]);
    assert!(counted(&base, &format!("{CARD}\"visible\"}} 1")));
}

#[test]
fn silent_computes_and_counts_and_answers_empty() {
    let base = serving("services.trialwise-patient-view.mode = \"silent\"");
    assert_eq!(codes(&base, "mode-2"), Vec::<String>::new());
    assert!(counted(&base, &format!("{CARD}\"silent\"}} 1")));
    let (status, _) = post(&base, PATIENT_VIEW, request(json!({})).to_string());
    assert_eq!(status, 412, "what could not be judged is told as ever");
}

#[test]
fn off_reads_nothing_and_answers_empty() {
    for settings in ["services.trialwise-patient-view.mode = \"off\"", "off = true"] {
        let base = serving(settings);
        for body in ["no JSON".to_owned(), request(on_sertraline("mode-3")).to_string(), " ".repeat(9_000_000)] {
            assert_eq!(post(&base, PATIENT_VIEW, body), (200, json!({ "cards": [] })), "{settings}");
        }
        let (status, _) = post(&base, "/cds-services/no-such-service", "{}".to_owned());
        assert_eq!(status, 404);
        let (status, _) = post(&base, "/cds-services/trialwise-order-sign", "{}".to_owned());
        assert_eq!(status, if settings == "off = true" { 200 } else { 400 });
    }
}

#[test]
fn a_site_chooses_how_many_cards_and_which() {
    for (settings, shown) in [("max_cards = 0", 0), ("max_cards = 1", 1), ("cards = [\"measure\"]", 0), ("cards = [\"complete-trial\"]", 1)]
    {
        let base = serving(&format!("services.trialwise-patient-view.{settings}"));
        assert_eq!(codes(&base, "mode-4").len(), shown, "{settings}");
    }
}
