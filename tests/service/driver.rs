//! Calls that come at their own pace, whether or not the earlier ones are answered (open loop), and what became of them.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::web::Bytes;
use reqwest::{Client, RequestBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// What became of one call.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Nothing where there was no whole answer.
    pub status: Option<u16>,
    /// When it was sent, from the beginning on.
    pub at: Duration,
    /// How long it took.
    pub after: Duration,
}

/// A number from the surroundings, or this one.
pub fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

/// Runs to its end on this thread.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// For calls of one runtime. Nothing of the surroundings is asked.
pub fn caller() -> Client {
    // The service gives an idle connection up after five seconds; one is not taken again when that may be under way.
    let caller = Client::builder().no_proxy().timeout(Duration::from_secs(120)).pool_idle_timeout(Duration::from_secs(2));
    caller.build().expect("a client")
}

/// Sends one call, and reads its answer to the end.
pub async fn timed(begun: Instant, call: RequestBuilder) -> Outcome {
    let at = begun.elapsed();
    let status = match call.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            answer.bytes().await.ok().map(|_| status)
        }
        Err(_) => None,
    };
    Outcome { status, at, after: begun.elapsed() - at }
}

/// One call on a connection of its own, sent with as little ado as possible: where there are very many, a driver that has much to do would
/// measure itself.
pub async fn bare(begun: Instant, address: SocketAddr, request: Bytes) -> Outcome {
    let at = begun.elapsed();
    let heard = async {
        let mut stream = TcpStream::connect(address).await?;
        let (mut from, mut to) = stream.split();
        let mut heard = Vec::new();
        // Who is refused before the body is read is answered before all of it is sent.
        let hearing = async {
            // Not to the end of the connection: of who has not sent all of it some more may be waited for.
            while whole(&heard).is_none() && from.read_buf(&mut heard).await? > 0 {}
            Ok::<_, std::io::Error>(heard)
        };
        let (_, heard_all) = tokio::join!(to.write_all(&request), hearing);
        heard_all
    };
    let status = heard.await.ok().and_then(|heard| whole(&heard));
    Outcome { status, at, after: begun.elapsed() - at }
}

/// A call for [`bare`].
pub fn bare_call(path: &str, headers: &str, body: &[u8]) -> Bytes {
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat().into()
}

/// The status of an answer that came in full.
fn whole(heard: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(heard).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    (length == Some(body.len())).then(|| head.split(' ').nth(1)?.parse().ok())?
}

/// So many calls a second for so long.
pub async fn at_rate<F>(rate: f64, time: Duration, mut call: impl FnMut(Instant, u32) -> F) -> Vec<Outcome>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let begun = Instant::now();
    let (mut calls, mut late) = (JoinSet::new(), Duration::ZERO);
    for number in 0..(rate * time.as_secs_f64()).ceil() as u32 {
        let due = begun + Duration::from_secs_f64(f64::from(number) / rate);
        sleep_until(due).await;
        late = late.max(due.elapsed());
        calls.spawn(call(begun, number));
    }
    let outcomes = calls.join_all().await;
    // What comes late was held up here: it says how much of the times is the driver's own.
    if late > Duration::from_millis(100) {
        println!("  (the driver was late by {late:.0?} at most)");
    }
    outcomes
}

/// How many calls a second this many callers get done, each of whom waits for its answer; and how long each call took.
pub async fn done_by<F: Future<Output = Outcome>>(callers: u32, time: Duration, call: impl Fn(Instant) -> F) -> (f64, Vec<Outcome>) {
    let (begun, call) = (Instant::now(), &call);
    let all = (0..callers).map(|_| async move {
        let mut done = Vec::new();
        while begun.elapsed() < time {
            done.push(call(begun).await);
        }
        done
    });
    let done = futures_util::future::join_all(all).await.concat();
    (done.len() as f64 / begun.elapsed().as_secs_f64(), done)
}

/// The times of the calls with this status, from the shortest to the longest.
pub fn times(outcomes: &[Outcome], status: u16) -> Vec<Duration> {
    let mut times: Vec<Duration> = outcomes.iter().filter(|outcome| outcome.status == Some(status)).map(|outcome| outcome.after).collect();
    times.sort();
    times
}

/// The time within which this share of calls was answered; the times are sorted.
pub fn within(times: &[Duration], share: f64) -> Duration {
    times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// What became of these calls, in a line.
pub fn told(outcomes: &[Outcome]) -> String {
    let mut statuses: Vec<Option<u16>> = outcomes.iter().map(|outcome| outcome.status).collect();
    statuses.sort();
    statuses.dedup();
    let line = |status: Option<u16>| {
        let Some(status) = status else { return format!("lost {}", outcomes.iter().filter(|outcome| outcome.status.is_none()).count()) };
        let times = times(outcomes, status);
        let [half, most, longest] = [0.5, 0.99, 1.0].map(|share| within(&times, share));
        format!("{status}: {} calls, p50 {half:.1?}, p99 {most:.1?}, longest {longest:.1?}", times.len())
    };
    statuses.into_iter().map(line).collect::<Vec<_>>().join("; ")
}
