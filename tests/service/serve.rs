//! The program itself: what it says when it does not start.

use std::process::Stdio;

use super::running::program;
use super::token::Signer;

/// What `trialwise serve` says on standard error when it stops with 2.
fn stopped(settings: &str, arguments: &[&str]) -> String {
    let file = std::env::temp_dir().join(format!("trialwise-{}-{:x}.toml", std::process::id(), settings.len() * 31 + arguments.len()));
    std::fs::write(&file, settings).expect("a file");
    let mut command = program();
    command.arg("serve").arg("--config").arg(&file).args(arguments).stdin(Stdio::null()).env_remove("RUST_LOG");
    let output = command.output().expect("it runs");
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

#[test]
fn it_does_not_start_before_it_is_said_who_may_call() {
    let client = "[clients.a]\nissuer = \"https://ehr.example.org\"\njku = [\"https://ehr.example.org/jwks\"]\n";
    let url = "public_url = \"https://cds.example.org\"\n";
    assert!(stopped("", &[]).contains("[clients.NAME]"));
    assert!(stopped(url, &[]).contains("[clients.NAME]"));
    assert!(stopped(client, &[]).contains("public_url is missing"));
    assert!(
        stopped(&format!("{url}{client}").replace("ehr.example.org\"\n", "x\"\n").replace("https://ehr", "http://ehr"), &[])
            .contains("https")
    );
    assert!(stopped(&format!("{url}{client}"), &["--dev", "--bind", "0.0.0.0:0"]).contains("loopback only"));
    let tls = "[tls]\ncertificate_file = \"/no/such/certificate.pem\"\nkey_file = \"/no/such/key.pem\"\n";
    assert!(stopped(&format!("{url}{client}{tls}"), &["--bind", "127.0.0.1:0"]).contains("/no/such/certificate.pem"));
}

#[test]
fn with_a_client_and_its_url_it_starts_and_lets_nobody_else_in() {
    use std::io::{BufRead, BufReader};
    let keys = std::env::temp_dir().join(format!("trialwise-{}-serve.json", std::process::id()));
    std::fs::write(&keys, Signer::new(jsonwebtoken::Algorithm::ES384, "1").key_set().to_string()).expect("a file");
    let settings = format!(
        "public_url = \"https://cds.example.org\"\n[clients.a]\nissuer = \"https://ehr.example.org\"\nkeys_file = {keys:?}\n[store]\nurl = \"sqlite::memory:\"\n"
    );
    let file = keys.with_extension("toml");
    std::fs::write(&file, settings).expect("a file");
    let mut command = program();
    command
        .args(["serve", "--bind", "0.0.0.0:0", "--config"])
        .arg(&file)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .env_remove("RUST_LOG");
    let mut child = command.spawn().expect("it runs");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines().map(|line| line.expect("text"));
    let listening = lines.find(|line| line.contains("listening")).expect("it starts");
    let warned = lines.next().expect("a line");
    let port = listening.split("0.0.0.0:").nth(1).and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()).expect("a port");
    let answer = super::client().get(format!("http://127.0.0.1:{port}/cds-services")).send();
    child.kill().expect("it ends");
    child.wait().expect("it ends");
    assert_eq!(answer.expect("an answer").status(), 401);
    assert!(warned.contains("something in front has to do TLS"), "{warned}");
}
