//! The demo page over HTTP: what it shows, what it refuses, and to whom.

use reqwest::blocking::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HOST, ORIGIN};
use serde_json::Value;
use trialwise::pages::{CONTENT_SECURITY_POLICY, stories};
use url::form_urlencoded::Serializer;

use super::checked::Answered;
use super::{MAX_BODY_BYTES, base, client, get, on_sertraline, post, refused, request, serving, trusting};

const FORM: &str = "application/x-www-form-urlencoded";

/// What the form sends.
fn pasting(record: &str, as_of: &str) -> Answered {
    pasted(post("/").header(CONTENT_TYPE, FORM).body(form(record, as_of)))
}

fn form(record: &str, as_of: &str) -> String {
    Serializer::new(String::new()).append_pair("record", record).append_pair("as_of", as_of).finish()
}

fn text(answered: &Answered) -> String {
    String::from_utf8(answered.bytes().to_vec()).expect("text")
}

fn story(base: &str, query: &str) -> Answered {
    Answered::from(client().get(format!("{base}/?story={query}")).send().expect("an answer"))
}

fn pasted(request: RequestBuilder) -> Answered {
    Answered::from(request.send().expect("an answer"))
}

/// What stands between two texts, as it was before it was escaped.
fn between(page: &str, before: &str, after: &str) -> String {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no `{before}`"));
    let text = rest.split_once(after).expect("an end").0;
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Fails unless the answer is a page with this status and its problem; returns the problem.
#[track_caller]
fn problem(answered: &Answered, status: u16) -> String {
    assert_eq!(answered.status(), status);
    assert!(answered.headers()[CONTENT_TYPE].to_str().expect("text").starts_with("text/html"));
    let page = text(answered);
    assert!(page.contains("role=\"alert\""), "{page}");
    between(&page, "<h1>This could not be read</h1><p>", "</p>")
}

#[test]
fn the_first_page_offers_every_story_and_forbids_everything_from_elsewhere() {
    let answered = Answered::from(get("/"));
    assert_eq!(answered.status(), 200);
    let headers = answered.headers();
    assert_eq!(headers["content-security-policy"], CONTENT_SECURITY_POLICY);
    assert_eq!(
        (&headers["x-content-type-options"], &headers["cache-control"]),
        (&"nosniff".parse().unwrap(), &"no-store".parse().unwrap())
    );
    let page = text(&answered);
    for story in stories() {
        assert!(page.contains(&format!("href=\"/?story={}\"", story.name)), "{story}");
    }
    for (path, media_type) in [("/demo.css", "text/css"), ("/demo.js", "text/javascript")] {
        let answered = Answered::from(get(path));
        assert_eq!(answered.status(), 200, "{path}");
        assert!(answered.headers()[CONTENT_TYPE].to_str().expect("text").starts_with(media_type), "{path}");
    }
}

/// The page is no show: its request, sent to the service, gets the answer that it shows.
#[test]
fn the_answer_on_a_story_s_page_is_what_the_service_answers_to_the_request_on_it() {
    let mut sent = 0;
    let base = serving("");
    for told in stories() {
        let page = story(&base, told.name);
        assert_eq!(page.status(), 200, "{told}");
        let page = text(&page);
        if !page.contains("The hook request, as an EHR would send it") {
            continue;
        }
        let request = between(&page, "aria-label=\"The hook request\"><code>", "</code>");
        let shown = between(&page, "aria-label=\"The answer\"><code>", "</code>");
        let path = format!("/cds-services/{}", between(&page, "<code>POST /cds-services/", "</code>"));
        let answered = client().post(format!("{base}{path}")).header(CONTENT_TYPE, "application/json").body(request);
        let answered = Answered::from(answered.send().expect("an answer"));
        assert_eq!(answered.status(), 200, "{told}");
        let (answer, shown): (Value, Value) = (answered.json().expect("JSON"), serde_json::from_str(&shown).expect("JSON"));
        assert_eq!(answer, shown, "{told}");
        sent += 1;
    }
    assert!(sent > 25, "{sent} requests");
}

#[test]
fn a_story_may_be_looked_at_on_another_day_and_the_same_day_gives_the_same_bytes() {
    let on = |day: &str| text(&story(base(), &format!("positive-suicide-item-on-day-20&as_of={day}")));
    let (first, later) = (on("2026-03-02"), on("2026-03-30"));
    assert_eq!(first, on(""), "its own day");
    assert_eq!(later, on("2026-03-30"));
    assert!(first.contains("day of assessment 2026-03-02") && later.contains("day of assessment 2026-03-30"));
    let answered = story(base(), "positive-suicide-item-on-day-20&as_of=2026-02-30");
    assert_eq!(problem(&answered, 400), "`as_of` has to be a day, as in 2026-03-02");
    let answered = story(base(), "../../etc/passwd");
    assert_eq!(problem(&answered, 400), "`story` has to be the name of a story of the first page");
}

#[test]
fn a_record_that_is_pasted_is_shown_as_bundle_request_or_lines() {
    let prefetch = on_sertraline("p1");
    let hook = request(prefetch.clone()).to_string();
    let resources: Vec<Value> = ["conditions", "medicationDispenses", "observations"]
        .iter()
        .flat_map(|key| prefetch[key]["entry"].as_array().expect("entries").iter().map(|entry| entry["resource"].clone()))
        .chain([prefetch["patient"].clone()])
        .collect();
    let lines: Vec<String> = resources.iter().map(Value::to_string).collect();
    let entries: Vec<Value> = resources.iter().map(|resource| serde_json::json!({ "resource": resource })).collect();
    let bundle = serde_json::json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }).to_string();
    for (form, record, day) in [("hook", hook, ""), ("lines", lines.join("\n"), "2026-03-02"), ("bundle", bundle, "2026-03-02")] {
        let answered = pasting(&record, day);
        assert_eq!(answered.status(), 200, "{form}: {}", text(&answered));
        let page = text(&answered);
        assert!(page.contains("day of assessment 2026-03-02") && page.contains("sertraline"), "{form}");
        assert!(page.contains("class=\"card "), "{form}");
        assert!(page.contains("The hook request, as an EHR would send it"), "{form}");
        assert_eq!(between(&page, "<textarea", "</textarea>").split_once(">\n").expect("a line end").1, record, "{form}: given back");
    }
}

#[test]
fn what_cannot_be_read_is_told_on_the_page_with_its_place_and_nothing_is_lost() {
    let two = "{\"resourceType\":\"Patient\",\"id\":\"Quartzmarker-a\"}\n{\"resourceType\":\"Patient\",\"id\":\"Quartzmarker-b\"}";
    for (record, why) in [
        ("", "the record: empty, expected FHIR R4 JSON"),
        ("{\"resourceType\": \"Bundle\",\n \"entry\": [}", "the record: not JSON at line 2, column "),
        ("<Bundle/>", "the record: not JSON at line 1, column 1"),
        ("[1, 2]", "the record: "),
        (two, "two different patients in one record"),
        ("{\"hook\":\"patient-view\"}", "`context` is missing"),
    ] {
        let answered = pasting(record, "2026-03-02");
        let told = problem(&answered, 400);
        assert!(told.starts_with(why), "{record}: {told}");
        assert!(!told.contains("Quartzmarker"), "{told}");
        let page = text(&answered);
        assert_eq!(between(&page, "aria-describedby=\"problem\">\n", "</textarea>"), record, "what was put in is still there");
        assert!(page.contains("value=\"2026-03-02\""), "{page}");
    }
    assert_eq!(
        problem(&pasting("{\"resourceType\":\"Patient\",\"id\":\"p1\"}", "yesterday"), 400),
        "`as_of` has to be a day, as in 2026-03-02"
    );
}

#[test]
fn what_is_no_form_or_too_large_is_refused_with_a_page() {
    let answered = pasted(post("/").header(CONTENT_TYPE, "application/json").body("{}"));
    assert_eq!(problem(&answered, 415), "the body has to be application/x-www-form-urlencoded, as it is or as gzip");
    let answered = pasting(&"x".repeat(MAX_BODY_BYTES), "");
    assert!(problem(&answered, 413).starts_with("the body is larger than "));
    let answered = pasted(post("/").header(CONTENT_TYPE, FORM).body(&b"record=%FF%00%C3%28&as_of=%"[..]));
    problem(&answered, 400);
    refused(client().put(format!("{}/", base())).send().expect("an answer"), 405);
}

#[test]
fn it_answers_this_machine_under_its_own_name_alone() {
    let port = base().rsplit(':').next().expect("a port");
    let paths = ["/", "/?story=tsh-14-beside-two-failures", "/demo.css", "/demo.js"];
    for path in paths {
        for host in ["evil.example", "evil.example:80", &format!("localhost.evil.example:{port}"), "192.0.2.1", "0.0.0.0", "[2001:db8::1]"]
        {
            let told = refused(client().get(format!("{}{path}", base())).header(HOST, host).send().expect("an answer"), 403);
            assert!(told.contains("answers this machine alone") && !told.contains("evil"), "{told}");
        }
        for host in [format!("localhost:{port}"), format!("LOCALHOST:{port}"), format!("[::1]:{port}"), "127.0.0.1".to_owned()] {
            let response = client().get(format!("{}{path}", base())).header(HOST, host).send().expect("an answer");
            assert_eq!(response.status(), 200, "{path}");
        }
    }
    for (origin, status) in [("https://evil.example", 403), ("null", 403), ("http://localhost:1", 400), (base(), 400)] {
        let response = post("/").header(CONTENT_TYPE, FORM).body("record=").header(ORIGIN, origin).send().expect("an answer");
        assert_eq!(response.status(), status, "{origin}");
    }
}

#[test]
fn outside_development_there_is_no_such_page() {
    let base = trusting(
        "public_url = \"https://trialwise.example.org\"\n[clients.a]\nissuer = \"https://ehr.example.org\"\njku = [\"https://ehr.example.org/jwks\"]",
    );
    for path in ["/", "/?story=tsh-14-beside-two-failures", "/demo.css", "/demo.js"] {
        refused(client().get(format!("{base}{path}")).send().expect("an answer"), 404);
    }
    refused(client().post(format!("{base}/")).header(CONTENT_TYPE, FORM).body("record=").send().expect("an answer"), 404);
}
