//! `trialwise health`, as a container's health check runs it.

use std::net::TcpListener;

use super::running::{Running, program};

/// The exit code, and what is printed.
pub fn health(url: &str) -> (i32, String) {
    health_with(url, &[])
}

/// Likewise, with these arguments.
pub fn health_with(url: &str, arguments: &[&str]) -> (i32, String) {
    let output = program().args(["health", "--url", url]).args(arguments).output().expect("it runs");
    let said = String::from_utf8(output.stdout).expect("text") + &String::from_utf8(output.stderr).expect("text");
    (output.status.code().expect("it ends"), said)
}

#[test]
fn a_service_that_takes_calls_is_healthy_and_one_that_is_not_there_is_not() {
    let running = Running::start("");
    let (code, said) = health(&format!("{}/health/ready", running.base));
    assert!(code == 0 && said.contains("\"status\":\"ready\""), "{code} {said}");
    let (code, said) = health(&format!("{}/no-such-path", running.base));
    assert!(code == 1 && said.starts_with("404"), "{code} {said}");
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let (code, said) = health(&format!("http://{nobody}/health/ready"));
    assert!(code == 1 && said.starts_with("not reached: "), "{code} {said}");
}

#[test]
fn what_is_no_url_is_refused() {
    for url in ["", "127.0.0.1:8080", "file:///etc/passwd"] {
        assert_eq!(health(url).0, 2, "{url}");
    }
}
