use serde_json::{Value, json};

use super::running::Running;
use super::{PATIENT_VIEW, call, client, get, logged, on_sertraline, post, prefetch, request, serving};

const MARKER: &str = "Quartzmarker";

/// The log line of the request with this id.
fn line(id: &str) -> Value {
    let log = logged();
    let line = log.lines().find(|line| line.contains(id)).expect("logged");
    serde_json::from_str(line).expect("JSON")
}

#[test]
fn a_call_is_one_line_with_id_service_status_and_duration() {
    let response = call(PATIENT_VIEW, request(json!({})).to_string());
    let line = line(response.headers()["x-request-id"].to_str().expect("text"));
    assert_eq!(line["service"], "trialwise-patient-view");
    assert_eq!(line["status"], 412);
    assert_eq!(line["error"], "not-had");
    for part in ["duration_ms", "jwt_ms", "queue_ms", "body_ms", "fhir_ms", "own_ms"] {
        assert!(line[part].is_number(), "{line}");
    }
    assert_eq!(line["hook_instance"], "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea");
    assert_eq!((line["client"].as_str(), line["mode"].as_str()), (Some("anybody"), Some("visible")));
    assert!(line["gaps"].as_str().expect("text").starts_with("patient,medications,conditions"), "{line}");
}

#[test]
fn the_cards_are_told_by_their_codes() {
    let mut body = request(on_sertraline("log-1"));
    body["context"]["patientId"] = json!("log-1");
    body["hookInstance"] = json!("Quartzmarker");
    let response = call(PATIENT_VIEW, body.to_string());
    let line = line(response.headers()["x-request-id"].to_str().expect("text"));
    assert_eq!(line["cards"], "complete-trial");
    assert_eq!(line["hook_instance"], "not-a-uuid");
    assert!(line["own_ms"].as_f64().expect("a number") > 0.0, "{line}");
}

#[test]
fn nothing_of_the_request_is_logged() {
    let mut full = request(prefetch());
    full["context"]["patientId"] = json!(format!("{MARKER}-1"));
    full["prefetch"]["patient"]["id"] = json!(format!("{MARKER}-1"));
    full["prefetch"]["patient"]["name"] = json!([{ "family": MARKER }]);
    full["hookInstance"] = json!(MARKER);
    call(PATIENT_VIEW, full.to_string());
    call("/assess", full["prefetch"]["patient"].to_string());
    full["prefetch"]["conditions"] = json!(MARKER);
    call(PATIENT_VIEW, full.to_string());
    full["hook"] = json!(MARKER);
    call(PATIENT_VIEW, full.to_string());
    call(PATIENT_VIEW, format!("{{ {MARKER}"));
    call(&format!("/cds-services/{MARKER}"), "{}");
    get(&format!("/{MARKER}?patient={MARKER}"));
    get(&format!("/cds-services?patient={MARKER}"));
    let response = post(PATIENT_VIEW)
        .header("Authorization", format!("Bearer {MARKER}"))
        .header("X-Request-Id", MARKER)
        .header("traceparent", MARKER)
        .header("Cookie", MARKER)
        .header("User-Agent", MARKER)
        .body("{}")
        .send();
    line(response.expect("an answer").headers()["x-request-id"].to_str().expect("text"));
    assert!(!logged().contains(MARKER));
}

#[test]
fn however_much_is_asked_for_libraries_tell_nothing_of_the_request() {
    let running = Running::start_with("", &[("RUST_LOG", "trace")]);
    let mut full = request(on_sertraline(&format!("{MARKER}-1")));
    full["context"]["patientId"] = json!(format!("{MARKER}-1"));
    assert_eq!(running.call(PATIENT_VIEW, &full).status(), 200);
    full["hook"] = json!(MARKER);
    assert_eq!(running.call(PATIENT_VIEW, &full).status(), 400);
    running.get(&format!("/{MARKER}?patient={MARKER}"));
    // A marker in what it writes fails this test at its end.
    running.logged_times("\"served\"", 3);
    running.get("/health/live");
    running.logged("/health/live");
}

#[test]
fn a_client_that_hangs_up_is_told() {
    use std::io::Write;
    let base = serving("");
    let mut stream = std::net::TcpStream::connect(base.trim_start_matches("http://")).expect("a connection");
    write!(stream, "POST {PATIENT_VIEW} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{{").expect("sent");
    drop(stream);
    let metrics = || get_text(&base);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !metrics().contains("status=\"4xx\",outcome=\"") && std::time::Instant::now() < deadline {
        std::thread::yield_now();
    }
    let metrics = metrics();
    let told = ["body-lost", "client-gone"].iter().any(|word| metrics.contains(&format!("outcome=\"{word}\"")));
    assert!(told && metrics.contains("trialwise_requests_in_flight 1\n"), "{metrics}");
}

/// A process that is ended with its test.
#[cfg(unix)]
struct Ended(std::process::Child);

#[cfg(unix)]
impl Drop for Ended {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
#[cfg(unix)]
fn a_reader_of_the_log_that_stalls_holds_up_neither_calls_nor_the_end_and_lines_that_are_lost_are_counted() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    let mut command = super::running::program();
    command.args(["serve", "--dev", "--bind", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = Ended(command.spawn().expect("it starts"));
    // Read as far as the address, and held unread from then on.
    let mut unread = BufReader::new(process.0.stderr.take().expect("piped"));
    let base = loop {
        let mut line = String::new();
        assert!(unread.read_line(&mut line).expect("text") > 0, "it ended");
        let line: Value = serde_json::from_str(&line).expect("JSON");
        if let Some(address) = line["address"].as_str() {
            break format!("http://{address}");
        }
    };
    let http = reqwest::blocking::Client::builder().timeout(std::time::Duration::from_secs(20)).build().expect("a client");
    let body = request(json!({})).to_string();
    let call = || {
        let call = http.post(format!("{base}{PATIENT_VIEW}")).header("content-type", "application/json").body(body.clone());
        assert_eq!(call.send().expect("an answer").status(), 412);
    };
    let lost = || {
        let metrics = http.get(format!("{base}/metrics")).send().expect("an answer").text().expect("text");
        let count = metrics.lines().find_map(|line| line.strip_prefix("trialwise_log_lines_lost_total ")).expect("counted");
        count.parse::<u64>().expect("a number")
    };
    assert_eq!(lost(), 0);
    // More lines than a pipe and the queue hold.
    std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(|| (0..600).for_each(|_| call())))));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while lost() == 0 && std::time::Instant::now() < deadline {
        call();
    }
    assert!(lost() > 0);
    let told = std::process::Command::new("kill").arg("-TERM").arg(process.0.id().to_string()).status();
    assert!(told.expect("there is `kill`").success());
    let begun = std::time::Instant::now();
    let ended = loop {
        match process.0.try_wait().expect("a process") {
            None if begun.elapsed() < std::time::Duration::from_secs(30) => std::thread::sleep(std::time::Duration::from_millis(20)),
            ended => break ended,
        }
    };
    assert!(ended.is_some_and(|status| status.success()), "{ended:?} after {:?}", begun.elapsed());
    drop(unread);
}

fn get_text(base: &str) -> String {
    client().get(format!("{base}/metrics")).send().expect("an answer").text().expect("text")
}
