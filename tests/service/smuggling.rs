//! Requests of which a proxy in front and the service could disagree where they end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::PATIENT_VIEW;
use super::program::Program;

/// What would be answered if it were taken for a request.
const HIDDEN: &str = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";

/// Everything that is answered to this, until the service hangs up.
fn heard(program: &Program, text: &str) -> String {
    let mut stream = TcpStream::connect(program.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time");
    drop(stream.write_all(text.as_bytes()));
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        heard.extend_from_slice(&piece[..read]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

#[test]
fn nothing_hidden_behind_an_ambiguous_length_is_answered() {
    let program = Program::start("[limits]\nhead_ms = 1000\nbody_ms = 1000");
    let last = "0\r\n\r\n";
    let chunked = format!("2\r\n{{}}\r\n{last}{HIDDEN}");
    for (head, body) in [
        ("Content-Length: 2\r\nTransfer-Encoding: chunked", chunked.as_str()),
        ("Transfer-Encoding: chunked\r\nContent-Length: 2", &chunked),
        ("Content-Length: 2\r\nContent-Length: 64", &format!("{{}}{HIDDEN}")),
        ("Content-Length: 2, 64", &format!("{{}}{HIDDEN}")),
        ("Content-Length: +2", &format!("{{}}{HIDDEN}")),
        ("Content-Length: 0x2", &format!("{{}}{HIDDEN}")),
        ("Content-Length: -2", &format!("{{}}{HIDDEN}")),
        ("Content-Length: 2\r\nTransfer-Encoding : chunked", &chunked),
        ("Content-Length: 2\r\n Transfer-Encoding: chunked", &chunked),
        ("Content-Length: 2\r\nTransfer-Encoding:\r\n chunked", &chunked),
        ("Content-Length: 2\r\nTransfer-Encoding: xchunked", &chunked),
        ("Content-Length: 2\r\nTransfer-Encoding: chunked, identity", &chunked),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", &chunked),
        ("Transfer-Encoding: identity, chunked", &chunked),
        ("Transfer-Encoding: \u{b}chunked", &chunked),
        ("Transfer-Encoding: chunked", &format!("2\n{{}}\n0\n\n{HIDDEN}")),
        ("Transfer-Encoding: chunked", &format!("2;\n{{}}\r\n{last}{HIDDEN}")),
        ("Transfer-Encoding: chunked", &format!("-2\r\n{{}}\r\n{last}{HIDDEN}")),
        ("Transfer-Encoding: chunked", &format!("0x2\r\n{{}}\r\n{last}{HIDDEN}")),
        ("Transfer-Encoding: chunked", &format!("10000000000000002\r\n{{}}\r\n{last}{HIDDEN}")),
        ("Transfer-Encoding: chunked", &format!("2\r\n{{}}XX{last}{HIDDEN}")),
    ] {
        let heard = heard(&program, &format!("POST {PATIENT_VIEW} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n{body}"));
        assert_eq!(heard.matches("HTTP/1.1 ").count(), 1, "{head:?} {body:?}: {heard}");
        assert!(heard.starts_with("HTTP/1.1 4"), "{head:?} {body:?}: {heard}");
    }
    // Said clearly it is a body.
    let clear =
        heard(&program, &format!("POST {PATIENT_VIEW} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n{last}"));
    assert!(clear.starts_with("HTTP/1.1 400") && clear.contains("`hook` is missing"), "{clear}");
}
