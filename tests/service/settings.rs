use jsonwebtoken::Algorithm;

use super::running::{Folder, program};
use super::token::Signer;

/// Exit status, standard output, standard error of a check.
fn checked(content: &str, variables: &[(&str, &str)]) -> (i32, String, String) {
    checked_with(&[], content, variables)
}

fn checked_with(flags: &[&str], content: &str, variables: &[(&str, &str)]) -> (i32, String, String) {
    let folder = Folder::new();
    folder.write("keys.json", &Signer::new(Algorithm::ES384, "1").key_set().to_string());
    folder.write("no-keys.json", "{\"keys\":[]}");
    folder.write("hash.keys", "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=");
    let file = folder.write("site.toml", content);
    let mut command = program();
    command.arg("check-config").args(flags).arg("--config").arg(&file).envs(variables.iter().copied());
    let output = command.output().expect("it runs");
    let left = std::fs::read_dir(&folder.0).expect("a folder").count();
    assert_eq!(left, 4, "a check makes nothing");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").replace(&format!("{}/", folder.0.display()), "");
    (output.status.code().expect("a status"), text(output.stdout), text(output.stderr))
}

const CLIENT: &str = "public_url = \"https://cds.example.org\"\n[clients.north]\nissuer = \"https://ehr\"\nkeys_file = \"keys.json\"\n";

#[test]
fn what_holds_is_printed_with_where_it_comes_from_and_without_secrets() {
    let variables = [("TRIALWISE_STORE__URL", "postgres://u:hunter2@db/t"), ("TRIALWISE_LIMITS__QUEUE_MS", "400")];
    let (status, out, error) = checked(&format!("{CLIENT}dialect.page_size = 50\n[store]\nkey_file = \"hash.keys\"\n"), &variables);
    assert_eq!((status, &*error), (0, ""), "{out}");
    for line in [
        "ok",
        "    client north: issuer https://ehr, 0 FHIR servers",
        "bind = \"127.0.0.1:8080\"    # default",
        "public_url = \"https://cds.example.org\"    # site.toml:1",
        "clients.north.dialect.page_size = 50    # site.toml:5",
        "clients.north.dialect.max_pages = 20    # default",
        "clients.north.keys_file = \"keys.json\"    # site.toml:4",
        "limits.queue_ms = 400    # TRIALWISE_LIMITS__QUEUE_MS",
        "limits.deadline_ms = 2000    # default",
        "store.url = (not shown)    # TRIALWISE_STORE__URL",
    ] {
        assert!(out.lines().any(|found| found == line), "{line}\n{out}");
    }
    assert!(!out.contains("hunter2"));
    let (status, out, _) = checked(&format!("off = true\n{CLIENT}"), &[]);
    assert!(status == 0 && out.contains("every hook is answered empty"), "{out}");
}

#[test]
fn without_a_client_nobody_could_call_so_that_is_a_defect_unless_it_is_for_development() {
    for content in ["", "off = true\n", "public_url = \"https://cds.example.org\"\n"] {
        let (status, out, error) = checked(content, &[]);
        assert_eq!((status, &*out), (2, ""), "{content}");
        assert!(error.starts_with("trialwise: ") && error.contains("clients: no trusted client is configured"), "{error}");
        let (status, out, error) = checked_with(&["--dev"], content, &[]);
        assert_eq!((status, &*error), (0, ""), "{content}");
        assert!(out.contains("no client: the service runs with --dev only"), "{out}");
    }
    let (status, _, error) = checked_with(&["--dev"], "[clients.north]\nissuer = \"i\"\nkeys_file = \"no-keys.json\"\n", &[]);
    assert_eq!((status, &*error), (0, ""), "keys are not asked for in development");
    assert_eq!(checked_with(&["--dev"], "limits.queue_ms = 70000\n", &[]).0, 2);
}

#[test]
fn every_defect_is_told_at_once_and_the_status_is_2() {
    let content = format!(
        "{CLIENT}[clients.south]\nissuer = \"https://ehr\"\njku = [\"https://ehr/keys\"]\n[services.trialwise-order-sing]\nmode = \"off\"\n\
         [tls]\ncertificate_file = \"none.pem\"\nkey_file = \"keys.json\"\n"
    );
    let (status, out, error) = checked(&content, &[]);
    assert_eq!((status, &*out), (2, ""));
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 3, "{error}");
    assert_eq!(
        lines[0],
        "trialwise: site.toml:6: clients.south.issuer: the same issuer and tenant as client `north`: nobody could tell whose token it is"
    );
    assert!(
        lines[1].starts_with("site.toml:8: services.trialwise-order-sing: ") && lines[1].contains("did you mean `trialwise-order-sign`?"),
        "{error}"
    );
    assert!(lines[2].starts_with("site.toml:11: tls.certificate_file: none.pem: "), "{error}");
    let (status, _, error) = checked("limits.deadline = 5\nbind = 5\n", &[("TRIALWISE_LIMTS__QUEUE_MS", "1")]);
    assert_eq!(status, 2);
    for line in [
        "site.toml:1: limits.deadline: there is no such key; did you mean `deadline_ms`?",
        "site.toml:2: bind: expected an address",
        "TRIALWISE_LIMTS__QUEUE_MS: limts: there is no such key; did you mean `limits`?",
    ] {
        assert!(error.contains(line), "{line}\n{error}");
    }
    let (status, _, error) = checked("[limits\n", &[]);
    assert!(status == 2 && error.starts_with("trialwise: site.toml:1: "), "{error}");
    let without = program().args(["check-config", "--config", "/no/such/file.toml"]).output().expect("it runs");
    assert_eq!(without.status.code(), Some(2));
    let (status, _, error) = checked("[clients.north]\nissuer = \"i\"\nkeys_file = \"keys.json\"\n", &[]);
    assert!(status == 2 && error.contains("public_url: is missing"), "{error}");
}

#[test]
fn what_serve_would_refuse_is_told_with_its_place_and_nothing_is_made() {
    let content = "public_url = \"https://cds.example.org\"\n[clients.a]\nissuer = \"a\"\nkeys_file = \"no-keys.json\"\n\
         [clients.b]\nissuer = \"b\"\njku = [\"http://b/keys\"]\n[[clients.b.fhir]]\nurl = \"http://b/r4\"\n\
         [tls]\ncertificate_file = \"keys.json\"\nkey_file = \"keys.json\"\n[store]\nurl = \"sqlite:none/t.db\"\n\
         [knowledge]\nsite_file = \"keys.json\"\n";
    let (status, out, error) = checked(content, &[]);
    assert_eq!((status, &*out), (2, ""));
    let starts = [
        "trialwise: site.toml:2: clients.a: keys_file no-keys.json: ",
        "site.toml:5: clients.b: jku http://b/keys has to begin with https://",
        "site.toml:8: clients.b.fhir[0]: `url` has to begin with https://",
        "site.toml:10: tls: keys.json: there is no certificate",
        "site.toml:13: store.key_file: none/t.db.key: ",
        "site.toml:16: knowledge.site_file: keys.json:1: ",
    ];
    for (line, start) in error.lines().zip(starts) {
        assert!(line.starts_with(start), "{start}\n{error}");
    }
    assert!(error.lines().count() >= starts.len(), "{error}");
    let (status, _, error) = checked_with(&["--dev"], "[store]\nkey_file = \"keys.json\"\n", &[]);
    assert!(status == 2 && error.starts_with("trialwise: site.toml:2: store.key_file: keys.json:1: expected a key"), "{error}");
    // A store that is not there yet is made by `serve`.
    assert_eq!(checked_with(&["--dev"], "[store]\nurl = \"sqlite:t.db\"\n", &[]).0, 0);
    let (status, _, error) = checked("", &[("TRIALWISE_STORE__URL", "postgres://u@db/t")]);
    assert_eq!((status, error.lines().count()), (2, 2), "{error}");
    assert!(
        error.contains("TRIALWISE_STORE__URL: store.key_file: PostgreSQL needs one") && error.contains("clients: no trusted"),
        "{error}"
    );
    let (status, _, error) = checked_with(&["--dev"], "[store]\nurl = \"sqlite:t.db?mode=rwc\"\n", &[]);
    assert!(status == 2 && error.starts_with("trialwise: site.toml:2: store.url: after `sqlite:`"), "{error}");
}
