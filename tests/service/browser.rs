//! The demo page in a browser: Debian's Chromium, without a window, driven over WebDriver (which is JSON over HTTP).
//!
//! Where there is no Chromium this says so and is skipped; not in CI, which installs it (`.ci/browser`).

use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use serde_json::{Value, json};

use super::running::Folder;
use super::{base, on_sertraline, request};

/// How WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Long enough for a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(90);

/// The driver, where there is one: what `.ci/browser` names, else what is installed.
fn driver() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TRIALWISE_TEST_CHROMEDRIVER") {
        return Some(named.into());
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join("chromedriver")).find(|file| file.is_file());
    assert!(found.is_some() || std::env::var_os("CI").is_none(), "CI has no chromedriver: `.ci/browser` should have installed it");
    found
}

/// A browser with one window.
struct Browser {
    driver: Child,
    client: Client,
    session: String,
    _profile: Folder,
    /// What the driver prints: it ends where nobody takes it.
    _told: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    /// A browser; `None` and a word where there is none.
    fn start() -> Option<Browser> {
        let Some(program) = driver() else {
            eprintln!("SKIPPED: no chromedriver (Debian: apt-get install chromium chromium-driver), so no page was seen in a browser");
            return None;
        };
        let mut driver = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut told = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = told.find_map(|line| Some(line.ok()?.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned()));
        let port: u16 = port.and_then(|port| port.parse().ok()).expect("chromedriver tells its port");
        let client = Client::builder().timeout(PATIENCE).no_proxy().build().expect("a client");
        let profile = Folder::new();
        let options = json!({
            "args": ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,900",
                format!("--user-data-dir={}", profile.0.display())],
        });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } } } });
        let mut browser = Browser { driver, client, session: format!("http://127.0.0.1:{port}/session"), _profile: profile, _told: told };
        let session = browser.post("", &wanted);
        browser.session += &format!("/{}", session["sessionId"].as_str().expect("a session"));
        Some(browser)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let value = self.answer(path, body);
        assert!(value["error"].is_null(), "{path}: {value}");
        value
    }

    /// What the driver answers, be it an error.
    fn answer(&self, path: &str, body: &Value) -> Value {
        let response = self.client.post(format!("{}{path}", self.session)).json(body).send().expect("chromedriver answers");
        response.json::<Value>().expect("JSON")["value"].take()
    }

    fn open(&self, path: &str) {
        self.post("/url", &json!({ "url": format!("{}{path}", base()) }));
    }

    fn window(&self, width: u32) {
        self.post("/window/rect", &json!({ "width": width, "height": 900 }));
        // The window's own width is what the page is given.
        self.chrome(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false }),
        );
    }

    fn scheme(&self, scheme: &str) {
        self.chrome("Emulation.setEmulatedMedia", &json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }));
    }

    fn chrome(&self, command: &str, parameters: &Value) {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }));
    }

    /// The element of this CSS selector, or of this text for a link.
    fn find(&self, using: &str, value: &str) -> String {
        let found = self.post("/element", &json!({ "using": using, "value": value }));
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    fn click(&self, using: &str, value: &str) {
        self.post(&format!("/element/{}/click", self.find(using, value)), &json!({}));
    }

    /// Clicks on what leads to another page, and waits for that page: a form is sent after the click was answered.
    fn follow(&self, using: &str, value: &str) {
        self.leave(|| self.click(using, value));
    }

    /// Does what leads to another page, and waits for that page.
    fn leave(&self, go: impl FnOnce()) {
        self.ask("document.isLeft = true");
        go();
        let begun = Instant::now();
        // Between two pages a script is answered by an error.
        let look = json!({ "script": "return document.isLeft !== true && document.readyState === 'complete'", "args": [] });
        while self.answer("/execute/sync", &look) != true {
            assert!(begun.elapsed() < PATIENCE, "the page is still there");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn write(&self, selector: &str, text: &str) {
        self.post(&format!("/element/{}/value", self.find("css selector", selector)), &json!({ "text": text }));
    }

    /// What a script on the page returns.
    fn ask(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": format!("return {script}"), "args": [] }))
    }

    /// Waits until a script returns true, as long as that may take.
    fn await_true(&self, script: &str) {
        let script = format!(
            "const done = arguments[0]; const look = () => {{ if ({script}) done(true); else requestAnimationFrame(look); }}; look();"
        );
        assert_eq!(self.post("/execute/async", &json!({ "script": script, "args": [] })), true, "{script}");
    }

    fn press(&self, key: &str) {
        let keys = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": keys }] }));
    }

    fn text(&self, selector: &str) -> String {
        self.ask(&format!("document.querySelector({}).innerText", json!(selector))).as_str().expect("text").to_owned()
    }

    /// Fails if the browser complained: of the policy of the page, of a script, of something that was not there.
    fn assert_no_complaint(&self) {
        let told = self.post("/se/log", &json!({ "type": "browser" }));
        let complaints: Vec<&Value> =
            told.as_array().expect("lines").iter().filter(|line| line["level"] != "INFO" && line["level"] != "DEBUG").collect();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }

    /// Everything that the page has asked for came from here.
    fn assert_asked_for_nothing_elsewhere(&self) {
        let asked = self.ask("performance.getEntriesByType('resource').map(entry => entry.name)");
        let asked: Vec<&str> = asked.as_array().expect("addresses").iter().filter_map(Value::as_str).collect();
        assert!(asked.iter().any(|address| address.ends_with("/demo.css")), "{asked:?}");
        assert!(asked.iter().all(|address| address.starts_with(base())), "{asked:?}");
    }

    /// Nothing is wider than the window but what can be scrolled by itself.
    fn assert_fits(&self, what: &str) {
        let wide = self.ask("[document.documentElement.scrollWidth, window.innerWidth]");
        assert!(wide[0].as_i64() <= wide[1].as_i64(), "{what}: {wide}");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.client.delete(&self.session).send());
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// Words of one axis that stand on each other.
const OVERLAPS: &str = "[...document.querySelectorAll('.axis')].flatMap(axis => { \
    const places = [...axis.querySelectorAll('text.mark')].map(text => text.getBoundingClientRect()).filter(place => place.width > 0); \
    return places.slice(1).filter((place, at) => place.left < places[at].right).map(place => place.left); })";

const CHOSEN: &str = "Cross taper with two adequate failures";

#[test]
fn somebody_clicks_through_the_demo_page() {
    let Some(browser) = Browser::start() else { return };
    browser.open("/");
    assert_eq!(browser.text("h1"), "What would Trialwise say?");
    browser.assert_asked_for_nothing_elsewhere();

    browser.follow("link text", CHOSEN);
    assert_eq!(browser.text("h1"), CHOSEN);
    assert!(browser.text(".side-bar").contains("2 adequate trials without sufficient response"));
    assert_eq!(browser.ask("document.querySelectorAll('.timeline .lane svg[role=img]').length"), 3, "two trials and the PHQ-9");
    browser.assert_asked_for_nothing_elsewhere();

    browser.click("css selector", ".card details summary");
    assert_eq!(browser.ask("document.querySelector('.card details').open"), true);
    browser.click("css selector", ".wire details summary");
    assert!(browser.text(".wire pre").contains("\"hook\": \"patient-view\""));

    browser.ask("document.getElementById('day').value = '2026-01-01'");
    browser.follow("css selector", ".day button");
    assert!(browser.text(".banner").contains("2026-01-01"), "{}", browser.text(".banner"));

    browser.follow("link text", "Choose another patient");
    browser.follow("link text", "A year in remission on escitalopram");
    assert!(browser.text(".side-bar").contains("nothing to say"));
    browser.assert_no_complaint();
}

#[test]
fn somebody_pastes_a_record_badly_then_takes_it_from_a_file() {
    let Some(browser) = Browser::start() else { return };
    browser.open("/");
    browser.write("#record", "{\"resourceType\": \"Bundle\",\n  \"entry\": [");
    browser.follow("css selector", ".paste button");
    assert!(browser.text("[role=alert]").contains("not JSON at line 2"), "{}", browser.text("[role=alert]"));
    assert!(browser.ask("document.getElementById('record').value").as_str().expect("text").contains("\"entry\": ["));

    let folder = Folder::new();
    let file = folder.write("request.json", &request(on_sertraline("p1")).to_string());
    browser.write("#file", file.to_str().expect("text"));
    browser.await_true("document.getElementById('record').value.includes('hookInstance')");
    browser.ask("document.getElementById('as_of').value = ''");
    browser.follow("css selector", ".paste button");
    assert_eq!(browser.text("h1"), "A pasted record");
    assert!(browser.text(".timeline").contains("sertraline") && browser.text(".banner").contains("2026-03-02"));
}

#[test]
fn it_can_be_used_by_keyboard_in_a_narrow_window_and_in_the_dark() {
    let Some(browser) = Browser::start() else { return };
    for width in [400, 1280] {
        browser.window(width);
        for scheme in ["light", "dark"] {
            browser.scheme(scheme);
            for path in ["/", "/?story=three-failures-the-last-on-nortriptyline", "/?story=everything-in-plain-text"] {
                browser.open(path);
                browser.assert_fits(&format!("{path} at {width}"));
                assert_eq!(browser.ask(OVERLAPS), json!([]), "{path} at {width}");
                let ground = browser.ask("getComputedStyle(document.body).backgroundColor");
                assert_eq!(ground == "rgb(16, 22, 28)", scheme == "dark", "{scheme}: {ground}");
            }
        }
    }
    browser.open("/");
    let tab = "\u{E004}";
    browser.press(tab);
    let focused = || browser.ask("[document.activeElement.innerText, getComputedStyle(document.activeElement).outlineStyle]");
    assert_eq!(focused(), json!(["Skip to content", "solid"]));
    assert_eq!(browser.ask("document.activeElement.getBoundingClientRect().left >= 0"), true, "it can be seen");
    browser.press("\u{E007}");
    browser.press(tab);
    assert_eq!(focused()[0], "paste a record", "behind the head of the page");
    browser.press(tab);
    assert_eq!(focused(), json!(["Ten weeks below the minimum", "solid"]));
    browser.leave(|| browser.press("\u{E007}"));
    assert_eq!(browser.text("h1"), "Ten weeks below the minimum");
    let unnamed = "[...document.querySelectorAll('input:not([type=hidden]), textarea')].filter(field => !field.labels.length).length";
    assert_eq!(browser.ask(unnamed), 0, "every field has its label");
}
