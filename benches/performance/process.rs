//! What the kernel knows of a process: processor time and memory (Linux, `/proc`).

use std::fs;
use std::time::Duration;

/// How often a second the kernel counts processor time for those who ask; the same on every Linux.
const TICKS: u64 = 100;

/// Processor time of a process in user and kernel mode, in steps of 10 ms.
pub fn processor_time(process: u32) -> Duration {
    let stat = read(process, "stat");
    // The name of the program may hold anything; what follows its bracket does not.
    let (_, after) = stat.rsplit_once(')').expect("a name in brackets");
    let mut fields = after.split_ascii_whitespace().skip(11).map(|field| field.parse::<u64>().expect("a number"));
    let (user, system) = (fields.next().expect("utime"), fields.next().expect("stime"));
    Duration::from_millis((user + system) * 1000 / TICKS)
}

/// Memory of a process in KiB: the most it had at any time (`VmHWM`), or has now (`VmRSS`).
pub fn memory(process: u32, which: &str) -> u64 {
    let status = read(process, "status");
    let line = status.lines().find_map(|line| line.strip_prefix(which)?.strip_prefix(':')).expect("a line of it");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Processor time of this thread, in steps of some milliseconds.
pub fn own_time() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    Duration::from_nanos(text.split(' ').next().expect("three numbers").parse().expect("a number"))
}

fn read(process: u32, file: &str) -> String {
    fs::read_to_string(format!("/proc/{process}/{file}")).expect("the process runs")
}
