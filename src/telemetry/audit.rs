//! The audit file: one event a line, appended by a thread of its own.
//!
//! It names patients, since that is its purpose; so it is made for its owner alone to read. A line is handed to the system as a whole; it
//! survives the process, though not a machine that loses power in the same second.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use tokio::sync::oneshot;

use super::metrics::Metrics;

/// How many events may wait for a slow disk.
const WAITING: usize = 4_096;

enum Order {
    Write(Vec<u8>, oneshot::Sender<bool>),
    Reopen,
}

/// The audit file.
pub struct AuditFile {
    orders: SyncSender<Order>,
    metrics: Arc<Metrics>,
}

impl AuditFile {
    /// Opens the file for appending, or makes it.
    ///
    /// # Errors
    /// Where that cannot be done.
    pub fn open(path: &Path, metrics: Arc<Metrics>) -> io::Result<AuditFile> {
        let (orders, taken) = sync_channel(WAITING);
        let writer = Writer { path: path.to_owned(), file: Some(open(path)?), torn: false, metrics: metrics.clone() };
        std::thread::Builder::new().name("audit".to_owned()).spawn(move || writer.run(&taken))?;
        Ok(AuditFile { orders, metrics })
    }

    /// Hands over one event; what comes back tells whether it was written. Nobody has to wait for that.
    pub fn put(&self, event: Vec<u8>) -> oneshot::Receiver<bool> {
        let (done, told) = oneshot::channel();
        if self.orders.try_send(Order::Write(event, done)).is_err() {
            // No room, or no thread: the receiver learns that nobody will answer.
            self.metrics.audit_failed();
        }
        told
    }

    /// Opens the file again under its name, after it was moved away.
    pub fn reopen(&self) {
        // Where there is no room the file is being written to, and the next signal does it.
        drop(self.orders.try_send(Order::Reopen));
    }
}

struct Writer {
    path: PathBuf,
    file: Option<File>,
    /// Whether half a line may stand at the end.
    torn: bool,
    metrics: Arc<Metrics>,
}

impl Writer {
    fn run(mut self, orders: &Receiver<Order>) {
        while let Ok(order) = orders.recv() {
            match order {
                Order::Reopen => self.file = None,
                Order::Write(event, done) => {
                    let written = self.write(event);
                    if let Err(error) = &written {
                        self.metrics.audit_failed();
                        tracing::error!(error = %error.kind(), "audit event not written");
                    }
                    // Who did not want to know has gone.
                    done.send(written.is_ok()).ok();
                }
            }
        }
    }

    fn write(&mut self, mut event: Vec<u8>) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(open(&self.path)?),
        };
        if self.torn {
            event.insert(0, b'\n');
        }
        event.push(b'\n');
        let written = file.write_all(&event);
        self.torn = written.is_err();
        written
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> Arc<Metrics> {
        Arc::new(Metrics::new("0", (String::new(), String::new())))
    }

    #[test]
    fn a_file_that_was_moved_away_is_made_anew() {
        let folder = std::env::temp_dir().join(format!("trialwise-audit-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let (path, moved) = (folder.join("audit.ndjson"), folder.join("audit.ndjson.1"));
        let audit = AuditFile::open(&path, metrics()).expect("opened");
        assert!(audit.put(b"one".to_vec()).blocking_recv().expect("told"));
        std::fs::rename(&path, &moved).expect("moved");
        assert!(audit.put(b"two".to_vec()).blocking_recv().expect("told"));
        audit.reopen();
        assert!(audit.put(b"three".to_vec()).blocking_recv().expect("told"));
        assert_eq!(std::fs::read_to_string(&moved).expect("read"), "one\ntwo\n");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "three\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_cannot_be_written_is_told_and_counted() {
        let metrics = metrics();
        let audit = AuditFile::open(Path::new("/dev/full"), metrics.clone()).expect("opened");
        assert!(!audit.put(b"one".to_vec()).blocking_recv().expect("told"));
        assert!(metrics.text(crate::telemetry::Exposition::Text).contains("trialwise_audit_failures_total 1"));
        assert!(AuditFile::open(Path::new("/no/such/folder/audit"), metrics).is_err());
    }
}
