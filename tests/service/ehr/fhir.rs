//! A FHIR server on loopback that answers searches and reads, and misbehaves in ways that have names.
//!
//! Sockets and threads only, since most of the ways are no HTTP that a library would send.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// How a kind of resource is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// As it should be.
    Well,
    /// As it should be, after this many milliseconds.
    Slow(u64),
    /// Never.
    Hangs,
    /// With this status and an OperationOutcome.
    Status(u16),
    /// With this status the first time, as it should be from then on.
    StatusOnce(u16),
    /// 429 the first time, with so many seconds in `Retry-After`; as it should be from then on.
    TooMany(u64),
    /// The connection is closed without an answer.
    Reset,
    /// A byte a second.
    Drip,
    /// It never ends.
    Endless,
    /// A page in HTML, with 200.
    Html,
    /// Compressed, and broken off.
    TruncatedGzip,
    /// 64 MB in 400 KB.
    GzipBomb,
    /// JSON that breaks off at the end of the body.
    InvalidJson,
    /// A body shorter than announced.
    Truncated,
    /// A `next` that leads to itself.
    NextLoop,
    /// A `next` that leads to another page for ever.
    NextForEver,
    /// A `next` on this other server.
    NextElsewhere(String),
    /// Sends the caller to this other server.
    Redirect(String),
    /// Another patient's resources.
    WrongPatient,
    /// One resource a page.
    Pages,
    /// One resource a page, and every page but the first fails.
    HalfThePages,
    /// An OperationOutcome, with 200.
    OutcomeInAnswer,
    /// A Bundle that is no search result.
    WrongBundle,
    /// Resources as DSTU2 writes them.
    Dstu2,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

#[derive(Default)]
struct Inside {
    resources: BTreeMap<String, Vec<Value>>,
    ways: BTreeMap<String, Way>,
    seen: Vec<Seen>,
    picky: bool,
}

/// The server. It lives as long as the test executable.
#[derive(Clone)]
pub struct Fhir {
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

impl Fhir {
    /// A server that holds the resources of these prefetch values.
    pub fn serving(prefetch: &Value) -> Fhir {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let fhir = Fhir { address: listener.local_addr().expect("an address"), inside: Arc::default() };
        for value in prefetch.as_object().expect("an object").values() {
            let entries = value["entry"].as_array().cloned().unwrap_or_default();
            let inside = entries.into_iter().map(|entry| entry["resource"].clone());
            inside.chain([value.clone()]).filter(|resource| resource["resourceType"] != "Bundle").for_each(|resource| fhir.hold(resource));
        }
        let server = fhir.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let server = server.clone();
                // A caller that goes away is none of its business.
                std::thread::spawn(move || drop(server.serve(stream)));
            }
        });
        fhir
    }

    /// Adds a resource.
    pub fn hold(&self, resource: Value) {
        let kind = resource["resourceType"].as_str().expect("a type").to_owned();
        self.inside().resources.entry(kind).or_default().push(resource);
    }

    /// From now on this kind of resource (`*` is any other) is answered like this.
    pub fn answers(self, kind: &str, way: Way) -> Fhir {
        self.inside().ways.insert(kind.to_owned(), way);
        self
    }

    /// It has this to say at `/metadata`.
    pub fn knowing(self, statement: Value) -> Fhir {
        self.inside().resources.insert("metadata".to_owned(), vec![statement]);
        self
    }

    /// From now on it takes searches by POST only, and none with a page size.
    pub fn picky(self) -> Fhir {
        self.inside().picky = true;
        self
    }

    pub fn base(&self) -> String {
        format!("http://{}/r4", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.inside().seen.clone()
    }

    /// How many resources it holds.
    pub fn count(&self) -> usize {
        self.inside().resources.values().map(Vec::len).sum()
    }

    /// The types that were asked for, sorted.
    pub fn asked_for(&self) -> Vec<String> {
        let mut kinds: Vec<String> = self.seen().iter().map(|seen| kind_of(&seen.target)).collect();
        kinds.sort();
        kinds
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().expect("no test panics here")
    }

    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let seen = request(&mut stream)?;
        let kind = kind_of(&seen.target);
        let way = {
            let mut inside = self.inside();
            inside.seen.push(seen.clone());
            let way = inside.ways.get(&kind).or_else(|| inside.ways.get("*")).cloned().unwrap_or(Way::Well);
            let searches = seen.body.contains('=') || seen.target.contains('?');
            let way =
                if inside.picky && searches && (seen.method != "POST" || seen.body.contains("_count=")) { Way::Status(400) } else { way };
            if matches!(way, Way::StatusOnce(_) | Way::TooMany(_)) {
                inside.ways.insert(kind.clone(), Way::Well);
            }
            way
        };
        self.answer(&mut stream, &seen, &kind, way)
    }

    fn answer(&self, stream: &mut TcpStream, seen: &Seen, kind: &str, way: Way) -> std::io::Result<()> {
        let outcome = json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "error", "code": "processing" }] }).to_string();
        let page = |next: Option<String>| self.page(seen, kind, |_| true, next).to_string();
        match way {
            Way::Well => self.well(stream, seen, kind),
            Way::Slow(milliseconds) => {
                std::thread::sleep(Duration::from_millis(milliseconds));
                self.well(stream, seen, kind)
            }
            Way::Hangs => stream.read(&mut [0]).map(drop),
            Way::Status(status) | Way::StatusOnce(status) => send(stream, status, &[], outcome.as_bytes()),
            Way::TooMany(seconds) => send(stream, 429, &[("Retry-After", &seconds.to_string())], outcome.as_bytes()),
            Way::Reset => Ok(()),
            Way::Drip => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 100000\r\n\r\n{")?;
                loop {
                    std::thread::sleep(Duration::from_secs(1));
                    stream.write_all(b" ")?;
                }
            }
            Way::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n\r\n{")?;
                loop {
                    stream.write_all(&[b' '; 64 * 1024])?;
                }
            }
            Way::Html => send(stream, 200, &[("Content-Type", "text/html")], b"<html><body>Sign in</body></html>"),
            Way::TruncatedGzip => send(stream, 200, &[("Content-Encoding", "gzip")], &spaces_in_gzip(100_000)[..200]),
            Way::GzipBomb => send(stream, 200, &[("Content-Encoding", "gzip")], &spaces_in_gzip(64 * 1024 * 1024)),
            Way::InvalidJson => send(stream, 200, &[], page(None).replacen(':', "=", 3).as_bytes()),
            Way::Truncated => {
                let body = page(None);
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length";
                write!(stream, "{head}: {}\r\n\r\n{}", body.len(), &body[..body.len() / 2])
            }
            Way::NextLoop => send(stream, 200, &[], page(Some(format!("{}/{kind}?page=again", self.base()))).as_bytes()),
            Way::NextForEver => {
                let next = format!("{}/{kind}?page={}", self.base(), self.inside().seen.len());
                send(stream, 200, &[], page(Some(next)).as_bytes())
            }
            Way::NextElsewhere(base) => send(stream, 200, &[], page(Some(format!("{base}/{kind}?page=2"))).as_bytes()),
            Way::Redirect(base) => send(stream, 307, &[("Location", &format!("{base}{}", seen.target))], b""),
            Way::WrongPatient => {
                let page = self.page(seen, kind, |_| true, None);
                let mut text = page.to_string();
                for patient in self.held("Patient") {
                    text = text.replace(&format!("Patient/{}", patient["id"].as_str().expect("an id")), "Patient/somebody-else");
                    text = text.replace(&patient["id"].to_string(), "\"somebody-else\"");
                }
                send(stream, 200, &[], text.as_bytes())
            }
            Way::HalfThePages if seen.target.contains("page=") => send(stream, 500, &[], outcome.as_bytes()),
            Way::Pages | Way::HalfThePages => {
                let number: usize = seen.target.split_once("page=").and_then(|(_, number)| number.parse().ok()).unwrap_or(0);
                let more = number + 1 < self.held(kind).len();
                let next = more.then(|| format!("{}/{kind}?page={}", self.base(), number + 1));
                send(stream, 200, &[], self.page(seen, kind, |index| index == number, next).to_string().as_bytes())
            }
            Way::OutcomeInAnswer => send(stream, 200, &[], outcome.as_bytes()),
            Way::WrongBundle => send(stream, 200, &[], page(None).replace("searchset", "history").as_bytes()),
            Way::Dstu2 => send(stream, 200, &[], dstu2(self.page(seen, kind, |_| true, None)).to_string().as_bytes()),
        }
    }

    /// Takes a transaction of puts, each in the place of what had its id; the answer, or none where it is something else.
    fn transaction(&self, body: &str) -> Option<Value> {
        let bundle: Value = serde_json::from_str(body).ok()?;
        let entries = bundle["entry"].as_array().filter(|_| bundle["type"] == "transaction")?;
        let is_put = |entry: &Value| {
            let resource = &entry["resource"];
            let (kind, id) = (resource["resourceType"].as_str()?, resource["id"].as_str().filter(|id| id.len() <= 64)?);
            (entry["request"]["method"] == "PUT" && entry["request"]["url"] == format!("{kind}/{id}")).then_some(())
        };
        entries.iter().map(is_put).collect::<Option<Vec<()>>>()?;
        for resource in entries.iter().map(|entry| &entry["resource"]) {
            let kind = resource["resourceType"].as_str()?.to_owned();
            self.inside().resources.entry(kind).or_default().retain(|held| held["id"] != resource["id"]);
            self.hold(resource.clone());
        }
        Some(json!({ "resourceType": "Bundle", "type": "transaction-response" }))
    }

    fn well(&self, stream: &mut TcpStream, seen: &Seen, kind: &str) -> std::io::Result<()> {
        if seen.method == "POST" && kind.is_empty() {
            let answer = self.transaction(&seen.body);
            return send(stream, if answer.is_some() { 200 } else { 400 }, &[], answer.unwrap_or_default().to_string().as_bytes());
        }
        let page = self.page(seen, kind, |_| true, None);
        send(stream, if page.is_null() { 404 } else { 200 }, &[], page.to_string().as_bytes())
    }

    fn held(&self, kind: &str) -> Vec<Value> {
        self.inside().resources.get(kind).cloned().unwrap_or_default()
    }

    /// What a read or a search finds, as far as `kept` lets it; null where a read finds nothing.
    fn page(&self, seen: &Seen, kind: &str, kept: impl Fn(usize) -> bool, next: Option<String>) -> Value {
        let path = seen.target.split('?').next().unwrap_or_default();
        if kind == "metadata" {
            return self.held(kind).first().cloned().unwrap_or(Value::Null);
        }
        if let Some((_, id)) = path.rsplit_once(&format!("{kind}/")).filter(|(_, id)| *id != "_search") {
            return self.held(kind).into_iter().find(|resource| resource["id"] == id).unwrap_or(Value::Null);
        }
        let text = format!("{}&{}", seen.target, seen.body).replace("%2C", ",");
        let ids: Option<Vec<&str>> = text.split(['?', '&']).find_map(|pair| Some(pair.strip_prefix("_id=")?.split(',').collect()));
        let wanted = |resource: &Value| ids.as_ref().is_none_or(|ids| ids.iter().any(|id| resource["id"] == **id));
        let found = self.held(kind).into_iter().filter(wanted).enumerate().filter(|(index, _)| kept(*index));
        let entries: Vec<Value> = found.map(|(_, resource)| json!({ "resource": resource })).collect();
        let links: Vec<Value> = next.into_iter().map(|url| json!({ "relation": "next", "url": url })).collect();
        json!({ "resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries })
    }
}

/// The type of resource that a path asks for.
fn kind_of(target: &str) -> String {
    target.trim_start_matches("/r4").trim_start_matches('/').split(['/', '?']).next().unwrap_or_default().to_owned()
}

fn request(stream: &mut TcpStream) -> std::io::Result<Seen> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
            let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
            let headers: BTreeMap<String, String> = lines.filter_map(header).collect();
            let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
                return Ok(Seen { method, target, headers, body: body.to_owned() });
            }
        }
        match stream.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

fn send(stream: &mut TcpStream, status: u16, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} S\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "Content-Type") {
        head += "Content-Type: application/fhir+json\r\n";
    }
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    stream.write_all(body)
}

/// So many spaces and some, compressed by hand: one block of fixed codes that says "the last byte again, 258 times" over and over.
fn spaces_in_gzip(count: usize) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let (mut held, mut bits) = (0_u32, 0);
    // Codes go in from their highest bit on.
    let mut put = |code: &str| {
        for bit in code.bytes() {
            held |= u32::from(bit == b'1') << bits;
            bits += 1;
            if bits == 8 {
                bytes.push(held as u8);
                (held, bits) = (0, 0);
            }
        }
    };
    // The last block, of fixed codes; a space; then length 258 (code 285) at distance 1.
    put("110");
    put("01010000");
    (0..count.div_ceil(258)).for_each(|_| put("1100010100000"));
    // The end of the block; the check sum is never reached.
    put("000000000000000");
    bytes
}

/// A Bundle as DSTU2 writes its resources.
fn dstu2(mut bundle: Value) -> Value {
    for entry in bundle["entry"].as_array_mut().into_iter().flatten() {
        let resource = &mut entry["resource"];
        if let Some(subject) = resource.as_object_mut().and_then(|resource| resource.remove("subject")) {
            resource["patient"] = subject;
        }
        if resource["clinicalStatus"].is_object() {
            resource["clinicalStatus"] = json!("active");
        }
        if resource["resourceType"] == "Procedure" {
            resource["notPerformed"] = json!(false);
        }
    }
    bundle
}
