//! Broken tokens, key sets, settings, feedback and NDJSON: no panic, in bounded time, and nobody let in whose signature does not hold.
//!
//! Seeded, so a run can be repeated: a failure prints its seed. Seconds by default; `TRIALWISE_FUZZ_SECONDS` asks for more and
//! `TRIALWISE_FUZZ_SEED` for another beginning.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jsonwebtoken::Algorithm;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use trialwise::auth::Callers;
use trialwise::clinical::knowledge::{Knowledge, SiteFile};
use trialwise::config::{self, Config, EXAMPLE};
use trialwise::feedback::Store;
use trialwise::gather::Gather;
use trialwise::hooks::{Services, feedback};
use trialwise::server::{DayOf, record};

use crate::common::day;
use crate::fuzz::{Dice, break_one, records, setting, written};
use crate::spoken::faults;
use crate::token::{Signer, with, without};

/// For one input, on a machine that does much else: what takes this long here would not end elsewhere.
const TOO_LONG: Duration = Duration::from_secs(20);

/// Tries one thing after the other for some seconds. `attempt` says whether it was taken, or what is wrong.
fn for_a_while(kind: &str, mut attempt: impl FnMut(u64, &mut Dice) -> Result<bool, String>) {
    let beginning = setting("TRIALWISE_FUZZ_SEED", 1);
    let begun = Instant::now();
    let end = begun + Duration::from_secs(setting("TRIALWISE_FUZZ_SECONDS", 2));
    let (mut tried, mut taken, mut longest) = (0_u64, 0_u64, Duration::ZERO);
    let mut complaints = Vec::new();
    while (tried < 20 || Instant::now() < end) && complaints.len() < 10 {
        let seed = beginning.wrapping_add(tried);
        let asked = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| attempt(seed, &mut Dice::of_seed(seed)))) {
            Ok(Ok(is_taken)) => taken += u64::from(is_taken),
            Ok(Err(wrong)) => complaints.push(format!("seed {seed}: {wrong}")),
            Err(_) => complaints.push(format!("seed {seed}: panics")),
        }
        let took = asked.elapsed();
        longest = longest.max(took);
        if took > TOO_LONG {
            complaints.push(format!("seed {seed}: takes {took:?}"));
        }
        tried += 1;
    }
    println!("{kind}: {tried} tried in {} s, {taken} of them taken, longest {longest:.1?}", begun.elapsed().as_secs());
    assert!(complaints.is_empty(), "{} complaints:\n  {}", complaints.len(), complaints.join("\n  "));
    assert!(taken > 0 && taken < tried, "some are sound and some are not: {taken} of {tried}");
}

/// Bytes with some of them changed, left out, put in, repeated or cut off.
fn scratched(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        let place = dice.below(bytes.len() + 1);
        match dice.below(6) {
            0 => bytes.truncate(place),
            1 if place < bytes.len() => drop(bytes.remove(place)),
            2 => bytes.insert(place, dice.of(b"\"\\{}[]:,.=\n\0 #-_A\xff")),
            3 => {
                let end = bytes.len().min(place + dice.below(40));
                let part = bytes[place..end].to_vec();
                let at = dice.below(bytes.len() + 1);
                bytes.splice(at..at, part);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
    }
    bytes
}

/// A value with some places of it broken.
fn broken(mut value: Value, dice: &mut Dice) -> Value {
    for _ in 0..=dice.below(3) {
        break_one(&mut value, dice);
    }
    value
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// A file of this test run alone.
fn file(name: &str) -> PathBuf {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hostile-{}-{name}", std::process::id()))
}

const NOW: i64 = 1_800_000_000;
const SKEW: i64 = 60;
const EHR: &str = "https://ehr.example.org";
const PATH: &str = "/cds-services/trialwise-patient-view";
const URL: &str = "https://cds.example.org/cds-services/trialwise-patient-view";

fn signers() -> [Signer; 3] {
    [(Algorithm::ES384, "a"), (Algorithm::RS256, "b"), (Algorithm::EdDSA, "c")].map(|(algorithm, id)| Signer::new(algorithm, id))
}

/// Those who may call with the keys of this file.
fn callers(keys: &std::path::Path) -> Result<Callers, String> {
    let settings = format!(
        "public_url = \"https://cds.example.org\"\n[clients.ehr]\nissuer = \"{EHR}\"\nkeys_file = {keys:?}\ncalls_per_second = 100000\n\
         algorithms = [\"ES384\", \"RS256\", \"EdDSA\"]\n"
    );
    Callers::new(&Config::parse("site.toml", &settings).expect("settings")).map_err(|error| error.to_string())
}

fn sound(id: u64) -> Value {
    json!({ "iss": EHR, "aud": URL, "iat": NOW, "exp": NOW + 300, "nbf": NOW, "jti": format!("id-{id}") })
}

/// Whether a token's claims are sound by rules that are written here once more.
fn holds(token: &str) -> bool {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let Some(bytes) = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()) else { return false };
    let Ok(claims) = serde_json::from_slice::<Value>(&bytes) else { return false };
    let number = |name: &str| claims[name].as_f64().map(f64::floor);
    let (Some(exp), Some(iat)) = (number("exp"), number("iat")) else { return false };
    let ours = |audience: &Value| audience.as_str().is_some_and(|audience| audience.trim_end_matches('/') == URL);
    let audience = ours(&claims["aud"]) || claims["aud"].as_array().is_some_and(|all| all.iter().any(ours));
    let (now, skew) = (NOW as f64, SKEW as f64);
    let times =
        exp > now - skew && iat <= now + skew && exp > iat && exp - iat <= 3600.0 && number("nbf").is_none_or(|nbf| nbf <= now + skew);
    claims["iss"] == EHR && audience && times && claims["jti"].as_str().is_some_and(|id| !id.is_empty())
}

#[test]
fn no_broken_token_is_let_in() {
    let signers = signers();
    let strangers = [Algorithm::ES384, Algorithm::RS256, Algorithm::EdDSA].map(|algorithm| Signer::new(algorithm, "stranger"));
    let keys = file("token-keys.json");
    std::fs::write(&keys, json!({ "keys": signers.each_ref().map(Signer::jwk) }).to_string()).expect("written");
    let callers = callers(&keys).expect("sound");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for_a_while("tokens", |seed, dice| {
        let which = dice.below(3);
        let (signer, claims) = (&signers[which], sound(seed));
        // What a trusted key signed; anything else is not to be let in.
        let mut signed = None;
        let mut sign = |header: String, claims: String| signed.insert(signer.sign(header, claims)).clone();
        let whole = |sign: &mut dyn FnMut(String, String) -> String| sign(signer.header().to_string(), claims.to_string());
        let token = match dice.below(8) {
            0 => whole(&mut sign),
            1 | 2 => String::from_utf8_lossy(&scratched(whole(&mut sign).as_bytes(), dice)).into_owned(),
            3 => sign(written(&broken(signer.header(), dice)), claims.to_string()),
            4 => sign(signer.header().to_string(), written(&broken(claims, dice))),
            5 => {
                let scratched =
                    |text: &Value, dice: &mut Dice| String::from_utf8_lossy(&scratched(text.to_string().as_bytes(), dice)).into_owned();
                sign(scratched(&signer.header(), dice), scratched(&claims, dice))
            }
            6 => {
                let header = if dice.below(2) == 0 { signer.header() } else { broken(signer.header(), dice) };
                strangers[which].sign(header, claims)
            }
            _ => {
                let other = signers[dice.below(3)].token(with(claims.clone(), json!({ "jti": format!("other-{seed}") })));
                let own = whole(&mut sign);
                let parts = [own.split('.').collect::<Vec<_>>(), other.split('.').collect()];
                (0..3).map(|part| parts[dice.below(2)][part]).collect::<Vec<_>>().join(".")
            }
        };
        let authorization = format!("Bearer {token}");
        match runtime.block_on(callers.caller(Some(&authorization), PATH, NOW)) {
            Err(_) => Ok(false),
            Ok(_) if signed.as_deref() != Some(token.trim()) && !token.contains("other-") && !is_whole(&token, &signers) => {
                Err(format!("let in, though nobody signed it: {token}"))
            }
            Ok(_) if !holds(token.trim()) => Err(format!("let in, though its claims do not hold: {token}")),
            Ok(_) => Ok(true),
        }
    });
    std::fs::remove_file(keys).ok();
}

/// Whether one of these signed it: asked of the library's own check of whole tokens, which the service does not use.
fn is_whole(token: &str, signers: &[Signer; 3]) -> bool {
    signers.iter().any(|signer| {
        let key = serde_json::from_value(signer.jwk()).ok().and_then(|jwk| jsonwebtoken::DecodingKey::from_jwk(&jwk).ok());
        let mut rules = jsonwebtoken::Validation::new(signer.algorithm);
        rules.validate_exp = false;
        rules.validate_aud = false;
        key.is_some_and(|key| jsonwebtoken::decode::<Value>(token.trim(), &key, &rules).is_ok())
    })
}

#[test]
fn of_a_broken_key_set_no_key_is_taken_that_does_not_stand_in_it() {
    let (signers, stranger) = (signers(), Signer::new(Algorithm::ES384, "a"));
    let set = json!({ "keys": signers.each_ref().map(Signer::jwk) });
    let keys = file("set.json");
    let material = |jwk: &Value| ["n", "e", "x", "y", "crv"].map(|member| jwk[member].clone());
    for_a_while("key sets", |seed, dice| {
        let text = match dice.below(4) {
            0 => scratched(set.to_string().as_bytes(), dice),
            1 => set.to_string().into_bytes(),
            _ => written(&broken(set.clone(), dice)).into_bytes(),
        };
        std::fs::write(&keys, &text).expect("written");
        let callers = match callers(&keys) {
            Err(error) if error.contains(['\n', '\r']) => return Err(format!("more than a line: {error}")),
            Err(_) => return Ok(false),
            Ok(callers) => callers,
        };
        let let_in = |signer: &Signer, id: u64| {
            let authorization = format!("Bearer {}", signer.token(sound(id)));
            block_on(callers.caller(Some(&authorization), PATH, NOW)).is_ok()
        };
        // What stands beside the keys may be what no value can hold.
        let beside: BTreeMap<String, &RawValue> = serde_json::from_slice(&text).map_err(|_| "a set that is no JSON is taken")?;
        let standing: Vec<Value> = serde_json::from_str(beside["keys"].get()).map_err(|_| "a set without keys is taken")?;
        for (which, signer) in signers.iter().enumerate() {
            let jwk = signer.jwk();
            let stands = |key: &Value| key["kid"] == *signer.key_id && material(key) == material(&jwk);
            if let_in(signer, seed.wrapping_mul(4) + which as u64) && !standing.iter().any(stands) {
                return Err(format!("{} is let in without its key: {}", signer.key_id, String::from_utf8_lossy(&text)));
            }
        }
        if let_in(&stranger, seed.wrapping_mul(4) + 3) { Err("a stranger is let in".to_owned()) } else { Ok(true) }
    });
    std::fs::remove_file(keys).ok();
}

/// Stands in values of settings that may be secret, and may stand in no error.
const SECRET: &str = "hunter2";

/// Every key of the example, as if it were set.
fn settings() -> String {
    let is_key = |line: &str| line.starts_with('[') || (line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains(" = "));
    let set = |line: &str| line.strip_prefix('#').map(str::trim_start).filter(|line| is_key(line)).unwrap_or(line).to_owned();
    let whole: Vec<String> = EXAMPLE.lines().map(set).collect();
    whole.join("\n").replace("sqlite:trialwise.db", &format!("postgres://{SECRET}@h/d?sslmode=require"))
}

/// A text of lines with some of them changed.
fn relined(text: &str, odd: &[&str], dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=dice.below(4) {
        let (place, other) = (dice.below(lines.len()), dice.below(lines.len()));
        match dice.below(7) {
            0 => drop(lines.remove(place)),
            1 => lines.insert(other, lines[place].clone()),
            2 => lines.swap(place, other),
            _ => {
                if let Some((key, _)) = lines[place].split_once('=').filter(|(key, _)| !key.contains('"')) {
                    lines[place] = format!("{key}= {}", dice.of(odd));
                }
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join("\n")
}

#[test]
fn no_broken_settings_end_in_a_panic_or_show_a_secret() {
    let deep = [format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)), format!("{}1{}", "{a=".repeat(10_000), "}".repeat(10_000))];
    let long = format!("\"{}\"", "hunter2 ".repeat(20_000));
    let mut odd = vec![
        "\"hunter2\"",
        "'hunter2",
        "hunter2",
        "\"\"\"hunter2",
        "-1",
        "0",
        "1.5",
        "nan",
        "1e999",
        "99999999999999999999999",
        "0x7fff_ffff_ffff_ffff",
        "true",
        "[]",
        "{}",
        "[\"hunter2\"]",
        "[[\"hunter2\"], 1]",
        "{ hunter = \"hunter2\" }",
        "2026-03-02",
        "\"http://h:99999/\"",
        "\"https://[::1\"",
        "\"\\u0000\"",
        "\"\u{202e}\"",
        "\"sqlite:?hunter2\"",
        "\"postgres://u:hunter2@h/d?hunter2\"",
        "\"Europe/Nowhere\"",
        "\"0.0.0.0/99\"",
        "",
    ];
    odd.extend(deep.iter().map(String::as_str).chain([long.as_str()]));
    let settings = settings();
    assert!(Config::parse("site.toml", &settings).is_ok(), "sound before it is broken: {:?}", Config::parse("site.toml", &settings).err());
    for_a_while("settings", |_, dice| {
        let text = match dice.below(8) {
            0 | 1 => String::from_utf8_lossy(&scratched(settings.as_bytes(), dice)).into_owned(),
            2 => settings.clone(),
            _ => relined(&settings, &odd, dice),
        };
        let shows = |told: &str| told.contains(SECRET).then(|| format!("a secret is shown: {told}"));
        match Config::parse("site.toml", &text) {
            Err(error) => {
                let told = error.to_string();
                let foreign = told.lines().find(|line| !line.starts_with("site.toml"));
                shows(&told).or(foreign.map(|line| format!("no place: {line}"))).map_or(Ok(false), Err)
            }
            Ok(config) => {
                let refused = [
                    Callers::new(&config).err().map(|error| error.to_string()),
                    Gather::new(&config, false).err().map(|error| error.to_string()),
                    Store::check(&config.store).err().map(|error| error.to_string()),
                ];
                // Where a file is named that is not there, its name is told.
                refused.into_iter().flatten().filter(|told| !told.contains("_file ")).find_map(|told| shows(&told)).map_or(Ok(true), Err)
            }
        }
    });
}

/// A site's own knowledge that is sound. What is taken stays in memory for good, so this ends after so many.
#[test]
fn no_broken_knowledge_of_a_site_ends_in_a_panic() {
    const MOST: u64 = 200;
    let content = "[parameters]\ncountry = \"uk\"\n\n[[relevant_word]]\nbegins = \"gloom\"\nsource = \"site\"\n\n\
        [[name]]\nname = \"Serlain\"\ndrug = \"sertraline\"\nsource = \"site\"\n";
    let odd = [
        "\"\"",
        "-1",
        "1e999",
        "true",
        "[]",
        "{}",
        "[[1]]",
        "\"sertraline\"",
        "2026-03-02",
        "\"\\u0000\"",
        "\"1;2;3\"",
        "hunter2",
        "99999999999999999999",
    ];
    let sound = Knowledge::with_site(&SiteFile { name: "site.toml".to_owned(), content: content.to_owned() });
    assert!(sound.is_ok(), "sound before it is broken: {:?}", sound.err());
    let mut taken = 0;
    for_a_while("knowledge of a site", |seed, dice| {
        let text = match seed % 4 {
            _ if taken >= MOST => "[parameters".to_owned(),
            0 => String::from_utf8_lossy(&scratched(content.as_bytes(), dice)).into_owned(),
            1 => String::new(),
            _ => relined(content, &odd, dice),
        };
        match Knowledge::with_site(&SiteFile { name: "site.toml".to_owned(), content: text }) {
            Ok(_) => taken += 1,
            Err(defects) if defects.is_empty() => return Err("refused without a reason".to_owned()),
            Err(_) => return Ok(false),
        }
        Ok(true)
    });
}

#[test]
fn no_broken_feedback_ends_in_a_panic_and_what_is_taken_can_be_kept() {
    let item =
        |more: Value| with(json!({ "card": "f6b95768-b1c8-40dc-8385-bf3504b82ffb", "outcomeTimestamp": "2026-03-02T10:00:00.123Z" }), more);
    let reason = json!({ "reason": { "code": "already-done", "system": "https://trialwise.org/override-reasons", "display": "d" }, "userComment": "c" });
    let bodies = [
        json!({ "feedback": [item(json!({ "outcome": "overridden", "overrideReason": reason })), item(json!({ "outcome": "overridden" }))] }),
        json!({ "feedback": [item(json!({ "outcome": "accepted", "acceptedSuggestions": [{ "id": "s1" }, { "id": "s2" }] }))] }),
        json!({ "feedback": vec![item(json!({ "outcome": "overridden" })); 3], "extension": {} }),
        json!({ "feedback": [without(item(json!({ "outcome": "overridden" })), "outcomeTimestamp")] }),
    ];
    let store =
        Store::start(&config::Store { url: Some("sqlite::memory:".into()), ..config::Store::default() }).expect("a store in memory");
    for_a_while("feedback", |_, dice| {
        let body = broken(bodies[dice.below(bodies.len())].clone(), dice);
        let text = written(&body).into_bytes();
        let text = if dice.below(3) == 0 { scratched(&text, dice) } else { text };
        match feedback(&text) {
            Err(refusal) if refusal.to_string().contains("already-done") => Err(format!("the body is quoted: {refusal}")),
            Err(_) => Ok(false),
            Ok(items) => match block_on(store.keep("c", "s", &items, &TimeZone::UTC)) {
                Ok(()) => Ok(true),
                Err(error) => Err(format!("taken and not kept: {error}: {}", String::from_utf8_lossy(&text))),
            },
        }
    });
}

/// A record as lines, some of which are broken.
fn lines(record: &Value, dice: &mut Dice) -> Vec<u8> {
    let resources = record["entry"].as_array().into_iter().flatten().map(|entry| entry["resource"].clone());
    let mut lines: Vec<Vec<u8>> = resources.map(|resource| resource.to_string().into_bytes()).collect();
    for _ in 0..dice.below(5) {
        let (place, other) = (dice.below(lines.len()), dice.below(lines.len()));
        match dice.below(9) {
            0 => drop(lines.remove(place)),
            1 => lines.insert(other, lines[place].clone()),
            2 => lines.swap(place, other),
            3 => lines.insert(
                place,
                dice.of(&["", " ", "\u{feff}", "null", "7", "{}", "[]", "{\"resourceType\":\"Patient\",\"id\":\"q\"}"]).into(),
            ),
            4 => lines[place] = scratched(&lines[place], dice),
            5 => lines[place].push(b'\r'),
            6 => lines[place].splice(0..0, "\u{feff}".bytes()).for_each(drop),
            _ => {
                let parsed = serde_json::from_slice(&lines[place]).unwrap_or(Value::Null);
                lines[place] = written(&broken(parsed, dice)).into_bytes();
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join(&b'\n')
}

#[test]
fn no_broken_ndjson_ends_in_a_panic() {
    let (records, services) = (records(), Services::builtin().expect("the project's own services"));
    let day_of = DayOf { today: day("2026-03-02"), by_request: true };
    for_a_while("NDJSON", |_, dice| {
        let body = lines(&records[dice.below(records.len())], dice);
        match record(&[("body", &body)], &services, Knowledge::builtin(), day_of, None) {
            Err(error) if error.to_string().lines().count() > 1 => Err(format!("more than a line: {error}")),
            Err(_) => Ok(false),
            Ok(judged) => {
                let wrong: Vec<String> = judged.cards.iter().flat_map(faults).collect();
                if wrong.is_empty() { Ok(true) } else { Err(wrong.join("; ")) }
            }
        }
    });
}
