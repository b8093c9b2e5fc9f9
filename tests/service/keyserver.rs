//! A server of key sets on loopback that can misbehave.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// What it answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// This key set.
    Keys(Value),
    /// This key set, once [`KeyServer::release`] is called.
    Held(Value),
    /// This status.
    Status(u16),
    /// A page, with status 200.
    Html,
    /// A key set that does not end.
    Endless,
    /// Go there.
    Redirect(String),
    /// Nothing: the connection is closed.
    Closed,
    /// A head, and then a byte now and then.
    Drip,
}

/// The server. It runs as long as the tests do.
#[derive(Clone)]
pub struct KeyServer {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    answer: Mutex<Answer>,
    released: (Mutex<bool>, Condvar),
    fetches: AtomicUsize,
    sent: AtomicUsize,
}

impl KeyServer {
    pub fn start(answer: Answer) -> KeyServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/.well-known/jwks.json", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared {
            answer: Mutex::new(answer),
            released: Default::default(),
            fetches: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
        });
        let server = KeyServer { url, shared };
        let serving = server.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (server, connection) = (serving.clone(), connection.expect("a connection"));
                // A client that goes away ends the answer, as it should.
                thread::spawn(move || server.answer(connection));
            }
        });
        server
    }

    /// From now on it answers this.
    pub fn set(&self, answer: Answer) {
        *self.shared.answer.lock().expect("whole") = answer;
    }

    /// Lets go of what is held.
    pub fn release(&self) {
        *self.shared.released.0.lock().expect("whole") = true;
        self.shared.released.1.notify_all();
    }

    /// How often it was asked.
    pub fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::SeqCst)
    }

    /// How much of an endless set it was rid of.
    pub fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::SeqCst)
    }

    fn answer(&self, mut connection: TcpStream) -> std::io::Result<()> {
        let mut head = BufReader::new(connection.try_clone()?).lines();
        while head.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        self.shared.fetches.fetch_add(1, Ordering::SeqCst);
        let answer = self.shared.answer.lock().expect("whole").clone();
        match answer {
            Answer::Keys(keys) => whole(&mut connection, 200, "application/json", &keys.to_string()),
            Answer::Held(keys) => {
                let (released, event) = &self.shared.released;
                drop(event.wait_while(released.lock().expect("whole"), |released| !*released));
                whole(&mut connection, 200, "application/json", &keys.to_string())
            }
            Answer::Status(status) => whole(&mut connection, status, "application/json", "{\"keys\":[]}"),
            Answer::Html => whole(&mut connection, 200, "text/html", "<html><body>Please log in</body></html>"),
            Answer::Redirect(to) => {
                write!(connection, "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            }
            Answer::Closed => Ok(()),
            Answer::Endless => {
                write!(connection, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{{\"keys\":[")?;
                loop {
                    connection.write_all(&[b' '; 4096])?;
                    self.shared.sent.fetch_add(4096, Ordering::SeqCst);
                }
            }
            Answer::Drip => {
                write!(connection, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
                loop {
                    connection.write_all(b" ")?;
                    thread::sleep(Duration::from_millis(100));
                }
            }
        }
    }
}

fn whole(connection: &mut TcpStream, status: u16, content_type: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(connection, "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}
