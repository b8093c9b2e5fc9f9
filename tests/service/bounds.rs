//! What one caller can cost the others: bodies, heads and connections that are too much.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use flate2::{Compress, Compression, FlushCompress};
use reqwest::blocking::Client;
use serde_json::{Value, json};
use trialwise::hooks::Services;

use super::ehr::fhir::Fhir;
use super::program::Program;
use super::{MAX_BODY_BYTES, PATIENT_VIEW, call, client, on_sertraline, post, prefetch, refused, request};

/// The start of a gzip file without a name.
const GZIP: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text).expect("memory can be written");
    packed.finish().expect("memory can be written")
}

/// Zeros, packed: as many megabytes as asked for, in a thousandth of the space. It has no end, since nobody should get there.
fn bomb(megabytes: usize) -> Vec<u8> {
    let mut piece = Vec::with_capacity(64 * 1024);
    // After a full flush a piece says the same wherever it stands.
    let mut packer = Compress::new(Compression::best(), false);
    packer.compress_vec(&vec![0; 1024 * 1024], &mut piece, FlushCompress::Full).expect("it is packed");
    assert_eq!(packer.total_in(), 1024 * 1024);
    GZIP.into_iter().chain(piece.iter().copied().cycle().take(piece.len() * megabytes)).collect()
}

fn call_packed(url: String, body: Vec<u8>) -> reqwest::blocking::Response {
    let call = client().post(url).header("Content-Type", "application/json").header("Content-Encoding", "gzip").body(body);
    call.send().expect("an answer")
}

#[test]
fn a_body_may_come_as_gzip_and_the_limit_holds_for_what_is_in_it() {
    let url = format!("{}{PATIENT_VIEW}", super::base());
    let mut body = request(prefetch()).to_string();
    let answer: Value = call_packed(url.clone(), packed(body.as_bytes())).json().expect("JSON");
    assert_eq!(answer, json!({ "cards": [] }));
    body.push_str(&" ".repeat(MAX_BODY_BYTES - body.len()));
    assert_eq!(call_packed(url.clone(), packed(body.as_bytes())).status(), 200);
    body.push(' ');
    refused(call_packed(url, packed(body.as_bytes())), 413);
}

#[test]
fn gzip_that_is_none_or_ends_too_early_is_400() {
    let url = format!("{}{PATIENT_VIEW}", super::base());
    let whole = packed(request(prefetch()).to_string().as_bytes());
    let mut wrong_sum = whole.clone();
    *wrong_sum.iter_mut().rev().nth(5).expect("a checksum") ^= 1;
    for body in [whole[..whole.len() / 2].to_vec(), whole[..whole.len() - 8].to_vec(), wrong_sum, b"{}".to_vec()] {
        refused(call_packed(url.clone(), body), 400);
    }
}

#[test]
fn an_answer_is_packed_for_whoever_says_so() {
    // One that leaves what comes as it is.
    let client = Client::builder().no_gzip().build().expect("a client");
    let call = |accepted: &str| {
        let call = client
            .post(format!("{}{PATIENT_VIEW}", super::base()))
            .header("Content-Type", "application/json")
            .header("Accept-Encoding", accepted);
        call.body(request(on_sertraline("p1")).to_string()).send().expect("an answer")
    };
    let packed = call("gzip, deflate, br");
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.headers()["vary"].to_str().expect("text").to_lowercase().contains("accept-encoding"));
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&*packed.bytes().expect("a body")).read_to_string(&mut plain).expect("gzip");
    let answer = call("identity");
    assert!(!answer.headers().contains_key("content-encoding"));
    assert_eq!(answer.text().expect("text"), plain);
    let outcome = client.post(format!("{}/nowhere", super::base())).header("Accept-Encoding", "gzip").send().expect("an answer");
    assert_eq!((outcome.status().as_u16(), outcome.headers()["content-type"].to_str().expect("text")), (404, "application/fhir+json"));
}

#[test]
fn a_bomb_costs_no_more_than_the_limit() {
    const LIMIT: u64 = 2 * 1024 * 1024;
    let program = Program::start(&format!("[limits]\nmax_body_bytes = {LIMIT}\ndeadline_ms = 60000\nbody_ms = 60000"));
    refused(call_packed(program.url(PATIENT_VIEW), bomb(8)), 413);
    let before = program.most_memory();
    for _ in 0..3 {
        refused(call_packed(program.url(PATIENT_VIEW), bomb(1024)), 413);
    }
    let cost = program.most_memory() - before;
    println!("{before} bytes before, {cost} more for a gigabyte of zeros");
    assert!(cost < 8 * LIMIT, "{cost} bytes for a gigabyte of zeros");
}

#[test]
fn more_resources_than_the_limit_are_413() {
    let program = Program::start("[limits]\nmax_resources = 100\ndeadline_ms = 60000");
    let with = |entries: usize, entry: &Value| {
        let mut prefetch = prefetch();
        prefetch["observations"]["entry"] = json!(vec![entry; entries]);
        let held = prefetch.as_object().expect("an object").len();
        (request(prefetch), held)
    };
    let call = |path: &str, body: &Value| client().post(program.url(path)).body(body.to_string()).send().expect("an answer");
    for entry in [json!({}), json!({ "resource": { "resourceType": "Observation", "status": "final" } })] {
        let (_, held) = with(0, &entry);
        for path in [PATIENT_VIEW, "/assess"] {
            assert_eq!(call(path, &with(100 - held, &entry).0).status(), 200);
            assert!(refused(call(path, &with(101 - held, &entry).0), 413).contains("max_resources"));
        }
    }
    let mut drafts = request(prefetch());
    drafts["hook"] = json!("order-sign");
    drafts["context"]["draftOrders"] = json!({ "resourceType": "Bundle", "entry": vec![json!({}); 200] });
    refused(call("/cds-services/trialwise-order-sign", &drafts), 413);
}

/// The caller can do nothing about what a FHIR server answers, so it is left out and told.
#[test]
fn more_resources_fetched_than_the_limit_are_left_out_and_named() {
    let program = Program::start("[limits]\nmax_resources = 100\ndeadline_ms = 60000\nqueue_ms = 60000");
    let record = |procedures: usize| {
        let done = |id: usize| {
            json!({ "resource": { "resourceType": "Procedure", "id": format!("x{id}"), "status": "completed",
                "subject": { "reference": "Patient/most" }, "code": { "text": "something done" } } })
        };
        let mut record = on_sertraline("most");
        let entries: Vec<Value> = (0..procedures).map(done).collect();
        record["procedures"] = json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries });
        record
    };
    let call = |sent: Value, held: &Value| {
        let mut body = request(sent);
        body["context"]["patientId"] = json!("most");
        body["fhirServer"] = json!(Fhir::serving(held).base());
        client().post(program.url(PATIENT_VIEW)).body(body.to_string()).send().expect("an answer")
    };
    let told = |response: reqwest::blocking::Response, what: &str| {
        assert_eq!(response.status(), 200);
        let cards: Value = response.json().expect("JSON");
        assert_eq!(cards["cards"][0]["source"]["topic"]["code"], "complete-trial", "{cards}");
        let detail = cards["cards"][0]["detail"].as_str().expect("text").to_owned();
        detail.lines().any(|line| line.contains(what) && line.contains("holds more than 100 resources"))
    };
    // A Bundle counts for one. The server looks at types alone, so that two searches of one type get the same.
    let held = record(0);
    let of_type = |wanted: &str| {
        let entries = held.as_object().expect("an object").values().filter_map(|value| value["entry"].as_array()).flatten();
        entries.filter(|entry| entry["resource"]["resourceType"] == wanted).count()
    };
    let services = Services::builtin().expect("sound");
    let needs = services.get("trialwise-patient-view").expect("there").needs.values();
    let others: usize = needs.map(|need| 1 + of_type(need.resource_type())).sum();
    assert!(!told(call(json!({}), &record(100 - others)), ""));
    // Procedures come before what matters less; the last of that finds no room.
    assert!(told(call(json!({}), &record(101 - others)), "adverse events"));
    assert!(told(call(json!({}), &record(1000)), "procedures"));
    // What is sent comes first, and is the caller's own affair.
    let mut sent = record(0);
    sent.as_object_mut().expect("an object").remove("procedures");
    assert!(told(call(sent.clone(), &record(1000)), "procedures"));
    sent["more"] = record(1000)["procedures"].clone();
    assert!(refused(call(sent, &record(0)), 413).contains("max_resources"));
}

/// Entries that say nothing are the cheapest way to make a reader allocate.
#[test]
fn millions_of_empty_entries_cost_little_memory() {
    let program = Program::start("[limits]\ndeadline_ms = 60000\nbody_ms = 60000");
    let mut body = request(prefetch());
    body["prefetch"]["observations"]["entry"] = json!(["@"]);
    let body = body.to_string().replace("\"@\"", &vec!["{}"; 2_700_000].join(","));
    assert!(body.len() < 8 * 1024 * 1024 + 1024);
    let send = |body: String| client().post(program.url(PATIENT_VIEW)).body(body).send().expect("an answer");
    send(body[..body.len() / 2].to_owned());
    let before = program.most_memory();
    refused(send(body), 413);
    let cost = program.most_memory() - before;
    assert!(cost < 64 * 1024 * 1024, "{cost} bytes");
}

#[test]
fn ten_thousand_levels_are_no_depth_to_fall_into() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    for deep in [deep("[", "]"), deep("{\"a\":", "}"), deep(r#"{"resourceType":"Bundle","entry":[{"resource":"#, "}]}")] {
        let at = |place: fn(&mut Value) -> &mut Value| {
            let mut body = request(prefetch());
            *place(&mut body) = json!("@deep@");
            body.to_string().replace("\"@deep@\"", &deep)
        };
        // As the answer to a key it is no FHIR, so the kind was not had; within a resource, or where nobody looks, it costs itself.
        assert_eq!(call(PATIENT_VIEW, at(|body| &mut body["prefetch"]["conditions"])).status(), 412);
        assert_eq!(call(PATIENT_VIEW, at(|body| &mut body["prefetch"]["observations"])).status(), 200);
        assert_eq!(call(PATIENT_VIEW, at(|body| &mut body["prefetch"]["patient"]["extension"])).status(), 200);
        assert_eq!(call(PATIENT_VIEW, at(|body| &mut body["unknown"])).status(), 200);
        assert_eq!(call(PATIENT_VIEW, at(|body| &mut body["extension"]["com.example"])).status(), 200);
        refused(call(PATIENT_VIEW, deep.clone()), 400);
        // A Bundle is a record, if one of which nothing is read.
        let status = if deep.contains("Bundle") { 200 } else { 400 };
        assert_eq!(call("/assess", deep).status(), status);
    }
}

#[test]
fn of_a_member_that_stands_twice_the_last_one_counts() {
    let mut body = request(prefetch()).to_string();
    body.insert_str(1, r#""hook":"order-sign","context":{"patientId":"somebody-else"},"#);
    assert_eq!(call(PATIENT_VIEW, body).status(), 200);
    let body = request(prefetch()).to_string();
    let twice = format!(r#"{},"hook":"order-sign"}}"#, &body[..body.len() - 1]);
    assert!(refused(call(PATIENT_VIEW, twice), 400).contains("hook"));
    // The same in a prefetch: what comes last is what was sent.
    let last = format!(r#"{},"prefetch":{{}}}}"#, &body[..body.len() - 1]);
    refused(call(PATIENT_VIEW, last), 412);
}

#[test]
fn values_that_no_record_holds_cost_themselves() {
    let long = format!("\"{}\"", "x".repeat(100_000));
    for value in ["1e999999", "-0", "123456789012345678901234567890", r#""\ud800""#, r#""a\u0000b""#, long.as_str(), "[]", "{}", "null"] {
        let mut body = request(on_sertraline("p1"));
        for (key, member) in [("observations", "valueInteger"), ("conditions", "onsetDateTime"), ("medicationDispenses", "daysSupply")] {
            body["prefetch"][key]["entry"][0]["resource"][member] = json!("@odd@");
        }
        body["prefetch"]["patient"]["birthDate"] = json!("@odd@");
        body["prefetch"]["patient"]["unknown"] = json!("@odd@");
        let body = body.to_string().replace("\"@odd@\"", value);
        let response = call(PATIENT_VIEW, body);
        assert_eq!(response.status(), 200, "{}", &value[..value.len().min(20)]);
    }
    for value in ["NaN", "Infinity", "01", "+1", "'a'", "undefined", "\"\u{0}\"", "// comment\n1", "1,"] {
        let mut body = request(prefetch());
        body["prefetch"]["patient"]["unknown"] = json!("@odd@");
        refused(call(PATIENT_VIEW, body.to_string().replace("\"@odd@\"", value)), 400);
    }
    let marked = format!("\u{feff}{}", request(prefetch()));
    assert_eq!(call(PATIENT_VIEW, marked).status(), 200);
    let bytes = [request(prefetch()).to_string().as_bytes(), b"\xff\xfe"].concat();
    refused(post(PATIENT_VIEW).body(bytes).send().expect("an answer"), 400);
}

#[test]
fn an_id_with_a_lone_surrogate_or_nul_is_refused_or_harmless() {
    let with = |id: &str| request(prefetch()).to_string().replace("\"patientId\":\"p1\"", &format!("\"patientId\":{id}"));
    refused(call(PATIENT_VIEW, with(r#""\udc00""#)), 400);
    // Nobody has that id, so the Patient that came is not the one asked for.
    for id in [r#""a\u0000b""#.to_owned(), format!("\"{}\"", "x".repeat(100_000))] {
        let status = call(PATIENT_VIEW, with(&id)).status().as_u16();
        assert!(matches!(status, 400 | 412), "{status}");
    }
}

/// Sends text as it is, and returns what comes back until the other side closes.
fn spoken(program: &Program, text: &[u8]) -> String {
    let mut stream = TcpStream::connect(program.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time");
    // The other side may have hung up before all of it was sent.
    drop(stream.write_all(text));
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        heard.extend_from_slice(&piece[..read]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

#[test]
fn heads_are_bounded() {
    let program = Program::start("");
    let head = |headers: &str| format!("GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    let long = |bytes: usize| format!("X-Long: {}\r\n", "a".repeat(bytes));
    let many = |count: usize| (0..count).map(|number| format!("X-{number}: a\r\n")).collect::<String>();
    for (headers, status) in [
        (long(1_000), "200"),
        (long(100_000), "200"),
        (long(200_000), "431"),
        (many(90), "200"),
        (many(120), "431"),
        (many(20_000), "431"),
        ("No colon\r\n".to_owned(), "400"),
        ("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n".to_owned(), "400"),
        ("Content-Length: 1\r\nContent-Length: 2\r\n".to_owned(), "400"),
    ] {
        let heard = spoken(&program, head(&headers).as_bytes());
        assert!(heard.starts_with(&format!("HTTP/1.1 {status}")), "{}: {heard}", &headers[..headers.len().min(40)]);
    }
    assert_eq!(client().get(program.url("/health/live")).send().expect("an answer").status(), 200);
}

#[test]
fn a_slow_head_and_a_slow_body_are_408() {
    let program = Program::start("[limits]\nhead_ms = 300\nbody_ms = 30000\ndeadline_ms = 60000");
    let begun = Instant::now();
    assert!(spoken(&program, b"GET /health/live HT").starts_with("HTTP/1.1 408"));
    let program = Program::start("[limits]\nhead_ms = 30000\nbody_ms = 300");
    let head = format!("POST {PATIENT_VIEW} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{");
    let heard = spoken(&program, head.as_bytes());
    assert!(heard.starts_with("HTTP/1.1 408") && heard.contains("OperationOutcome"), "{heard}");
    assert!(begun.elapsed() < Duration::from_secs(20));
}

/// Who is refused before the body is read may still be writing it, and learn of the refusal only when it has been written: closed before
/// that, the connection would be reset under it.
#[test]
fn who_is_refused_is_heard_out_for_a_while_and_gets_the_refusal() {
    let program = Program::start("");
    let body = "x".repeat(200 * 1024);
    let head = format!("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(program.address()).expect("a connection");
    stream.write_all(head.as_bytes()).expect("it is sent");
    stream.peek(&mut [0]).expect("it is refused already");
    for piece in body.as_bytes().chunks(body.len() / 4 + 1) {
        // So slow is the line.
        std::thread::sleep(Duration::from_millis(500));
        stream.write_all(piece).expect("it is taken");
    }
    stream.shutdown(std::net::Shutdown::Write).expect("it is taken");
    let mut heard = String::new();
    stream.read_to_string(&mut heard).expect("the refusal");
    assert!(heard.starts_with("HTTP/1.1 404") && heard.ends_with('}'), "{heard}");
}

/// A head has its time on the first request of a connection alone, so who is not known gets no second one.
#[test]
fn a_connection_is_kept_for_callers_who_were_answered() {
    let program = Program::start("[limits]\nhead_ms = 30000");
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    let post = |path: &str, body: &str| format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let call = post(PATIENT_VIEW, &request(prefetch()).to_string());
    let begun = Instant::now();
    for stranger in [get("/health/live"), get("/cds-services"), get("/nowhere"), post(PATIENT_VIEW, "{"), post("/nowhere", "")] {
        // Whatever comes behind it, and be it half a head.
        let heard = spoken(&program, format!("{stranger}GET /health/li").as_bytes());
        assert!(heard.to_lowercase().contains("connection: close"), "{heard}");
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    let heard = spoken(&program, format!("{call}{call}{}", get("/health/live")).as_bytes());
    assert_eq!((heard.matches("{\"cards\":[]}").count(), heard.matches("\"live\"").count()), (2, 1), "{heard}");
}

/// Half of them never finish their head, half never their body.
#[test]
fn whoever_sends_slowly_holds_up_nobody_else() {
    let program =
        Program::start("[limits]\nconcurrent_calls = 2\nqueued_calls = 100\nhead_ms = 30000\nbody_ms = 30000\ndeadline_ms = 60000");
    let body = format!("POST {PATIENT_VIEW} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{{");
    let slow: Vec<TcpStream> = (0..160)
        .map(|number| {
            let mut stream = TcpStream::connect(program.address()).expect("a connection");
            stream.write_all(if number % 2 == 0 { b"POST /cds-serv" } else { body.as_bytes() }).expect("it is sent");
            stream
        })
        .collect();
    for _ in 0..5 {
        let answer = client().post(program.url(PATIENT_VIEW)).body(request(prefetch()).to_string()).send().expect("an answer");
        assert_eq!(answer.status(), 200);
    }
    drop(slow);
}

#[test]
fn a_flood_of_connections_leaves_the_others_answered() {
    let program = Program::start("[limits]\nconnections = 5000\nhead_ms = 500");
    let before = program.memory();
    let idle: Vec<TcpStream> = (0..300).map(|_| TcpStream::connect(program.address()).expect("a connection")).collect();
    assert_eq!(client().get(program.url("/health/ready")).send().expect("an answer").status(), 200);
    let cost = program.memory().saturating_sub(before) / idle.len() as u64;
    assert!(cost < 64 * 1024, "{cost} bytes a connection");
    drop(idle);
    // Beyond the limit nobody is accepted until the others are given up, which the time for a head sees to.
    let program = Program::start("[limits]\nconnections = 4\nhead_ms = 500");
    let idle: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(program.address()).expect("a connection")).collect();
    assert_eq!(client().get(program.url("/health/ready")).send().expect("an answer").status(), 200);
    drop(idle);
}
