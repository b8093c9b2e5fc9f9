//! TLS of our own: certificates that are exchanged while the service runs, and clients that have to show one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jsonwebtoken::Algorithm;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::blocking::{Client, ClientBuilder};
use reqwest::tls::TlsInfo;
use reqwest::{Certificate, Identity};
use trialwise::auth::Callers;
use trialwise::config::Config;
use trialwise::server::tls;

use super::health::{health, health_with};
use super::token::{Signer, claims};
use super::{logged, start, state};

/// Somebody who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new([]).expect("names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate"))
    }

    /// A certificate for this machine and its key, in PEM.
    fn certificate(&self) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("names");
        (params.signed_by(&key, &self.0).expect("a certificate").pem(), key.serialize_pem())
    }

    fn client(&self) -> ClientBuilder {
        let authority = Certificate::from_pem(self.0.pem().as_bytes()).expect("a certificate");
        Client::builder().tls_certs_only([authority]).tls_info(true)
    }
}

/// A folder for one test.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("trialwise-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn write(folder: &Path, (certificate, key): &(String, String)) {
    fs::write(folder.join("certificate.pem"), certificate).expect("written");
    fs::write(folder.join("key.pem"), key).expect("written");
}

/// The settings of TLS with these files.
fn settings(folder: &Path, more: &str) -> Config {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    Config::parse("test", &format!("[tls]\ncertificate_file = {certificate:?}\nkey_file = {key:?}\n{more}")).expect("settings")
}

fn serve(config: &Config) -> String {
    let tls = tls(config.tls.as_ref().expect("set")).expect("sound");
    format!("https://{}", start(state(config, true).with_tls(tls)))
}

/// The certificate that is shown to somebody new: whoever comes again may resume a session with the one before.
fn shown(authority: &Authority, base: &str) -> Vec<u8> {
    let client = authority.client().build().expect("a client");
    let response = client.get(format!("{base}/health/live")).send().expect("an answer");
    let info = response.extensions().get::<TlsInfo>().expect("TLS");
    info.peer_certificate().expect("a certificate").to_vec()
}

/// Waits until something is so; a change is looked for every two seconds.
fn until(so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not happen");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn the_health_of_a_service_on_this_machine_is_told_over_tls_whatever_name_its_certificate_has() {
    let folder = folder("health");
    write(&folder, &Authority::new().certificate());
    let (code, said) = health(&format!("{}/health/ready", serve(&settings(&folder, ""))));
    assert!(code == 0 && said.contains("\"status\":\"ready\""), "{code} {said}");
}

#[test]
fn a_certificate_is_exchanged_while_the_service_runs_and_a_wrong_one_is_not() {
    let (authority, folder) = (Authority::new(), folder("exchange"));
    write(&folder, &authority.certificate());
    let base = serve(&settings(&folder, ""));
    let first = shown(&authority, &base);

    write(&folder, &authority.certificate());
    until(|| shown(&authority, &base) != first);
    let second = shown(&authority, &base);

    // A key that is not the certificate's, and then a file that is none.
    let kept = || logged().matches("the certificate was not exchanged").count();
    fs::write(folder.join("key.pem"), authority.certificate().1).expect("written");
    until(|| shown(&authority, &base) == second && kept() >= 1);
    fs::write(folder.join("certificate.pem"), "-----BEGIN CERTIFICATE-----\n").expect("written");
    until(|| shown(&authority, &base) == second && kept() >= 2);

    write(&folder, &authority.certificate());
    until(|| shown(&authority, &base) != second);
}

#[test]
fn a_client_has_to_show_a_certificate_where_authorities_are_set() {
    let (authority, of_clients, folder) = (Authority::new(), Authority::new(), folder("clients"));
    write(&folder, &authority.certificate());
    let authorities = folder.join("authorities.pem");
    fs::write(&authorities, of_clients.0.pem()).expect("written");
    let base = serve(&settings(&folder, &format!("client_authorities_file = {authorities:?}\n")));
    let with = |(certificate, key): (String, String)| {
        let identity = Identity::from_pem(format!("{certificate}{key}").as_bytes()).expect("an identity");
        authority.client().identity(identity).build().expect("a client")
    };
    let get = |client: Client| client.get(format!("{base}/cds-services")).send();
    assert_eq!(get(with(of_clients.certificate())).expect("an answer").status(), 200);
    assert!(get(authority.client().build().expect("a client")).is_err(), "none");
    assert!(get(with(authority.certificate())).is_err(), "of another authority");
    assert!(get(with(Authority::new().certificate())).is_err(), "of a stranger");
}

#[test]
fn the_health_check_shows_a_certificate_where_nobody_is_let_in_without() {
    let (authority, of_clients, folder) = (Authority::new(), Authority::new(), folder("probe"));
    write(&folder, &authority.certificate());
    let file = |name: &str, content: &str| {
        let file = folder.join(name);
        fs::write(&file, content).expect("written");
        file.display().to_string()
    };
    let authorities = file("authorities.pem", &of_clients.0.pem());
    let url = format!("{}/health/ready", serve(&settings(&folder, &format!("client_authorities_file = {authorities:?}\n"))));
    let (certificate, key) = of_clients.certificate();
    let (code, said) = health_with(&url, &["--identity", &file("probe.pem", &format!("{certificate}{key}"))]);
    assert!(code == 0 && said.contains("\"status\":\"ready\""), "{code} {said}");
    let (code, said) = health_with(&url, &[]);
    assert!(code == 1 && said.starts_with("not reached: "), "{code} {said}");
    let (certificate, stranger) = Authority::new().certificate();
    let (code, said) = health_with(&url, &["--identity", &file("stranger.pem", &format!("{certificate}{stranger}"))]);
    assert!(code == 1 && said.starts_with("not reached: "), "{code} {said}");
    for (name, content) in [("keyless.pem", &*certificate), ("empty.pem", "")] {
        let (code, said) = health_with(&url, &["--identity", &file(name, content)]);
        assert!(code == 2 && said.contains(&format!("{name}: expected a certificate and its key")), "{code} {said}");
    }
    assert_eq!(health_with(&url, &["--identity", "/no/such/file"]).0, 2);
}

#[test]
fn a_certificate_does_not_stand_for_a_token() {
    let (authority, folder) = (Authority::new(), folder("both"));
    write(&folder, &authority.certificate());
    let authorities = folder.join("authorities.pem");
    fs::write(&authorities, authority.0.pem()).expect("written");
    let signer = Signer::new(Algorithm::ES384, "1");
    let keys = folder.join("keys.json");
    fs::write(&keys, signer.key_set().to_string()).expect("written");
    let tls_settings = settings(&folder, &format!("client_authorities_file = {authorities:?}\n")).tls.expect("set");
    let client = "[clients.ehr]\nissuer = \"https://ehr.example.org\"\n";
    let config =
        Config::parse("test", &format!("public_url = \"https://cds.example.org\"\n{client}keys_file = {keys:?}\n")).expect("settings");
    let served = state(&config, false).trusting(Callers::new(&config).expect("sound")).with_tls(tls(&tls_settings).expect("sound"));
    let base = format!("https://{}", start(served));
    let (certificate, key) = authority.certificate();
    let identity = Identity::from_pem(format!("{certificate}{key}").as_bytes()).expect("an identity");
    let client = authority.client().identity(identity).build().expect("a client");
    let get = || client.get(format!("{base}/cds-services"));
    assert_eq!(get().send().expect("an answer").status(), 401);
    let token = signer.token(claims("https://ehr.example.org", "https://cds.example.org/cds-services"));
    assert_eq!(get().bearer_auth(token).send().expect("an answer").status(), 200);
}

#[test]
fn files_that_are_none_are_named() {
    let (authority, folder) = (Authority::new(), folder("none"));
    let refused = |config: &Config| tls(config.tls.as_ref().expect("set")).expect_err("refused").to_string();
    assert!(refused(&settings(&folder, "")).contains("certificate.pem"));
    let (certificate, key) = authority.certificate();
    write(&folder, &(certificate.clone(), String::new()));
    assert!(refused(&settings(&folder, "")).contains("key.pem"));
    write(&folder, &(String::new(), key.clone()));
    assert!(refused(&settings(&folder, "")).contains("no certificate"));
    write(&folder, &(certificate, authority.certificate().1));
    let said = refused(&settings(&folder, ""));
    assert!(said.contains("certificate.pem") && said.contains("key.pem") && !said.contains("PRIVATE"), "{said}");
}

#[test]
fn old_versions_of_tls_and_plain_http_are_not_spoken() {
    let (authority, folder) = (Authority::new(), folder("versions"));
    write(&folder, &authority.certificate());
    let base = serve(&settings(&folder, ""));
    let get = |builder: ClientBuilder| builder.build().expect("a client").get(format!("{base}/health/live")).send();
    for version in [reqwest::tls::Version::TLS_1_2, reqwest::tls::Version::TLS_1_3] {
        let only = authority.client().tls_version_min(version).tls_version_max(version);
        assert_eq!(get(only).expect("an answer").status(), 200);
    }
    assert!(Client::new().get(base.replace("https", "http")).send().is_err());
}
