//! Where a call came from when proxies stand in between.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// The address that a call came from: the nearest one that is no trusted proxy.
///
/// `X-Forwarded-For` is read from its end, and only as far as trusted proxies wrote it: anybody can begin it as they like.
pub(super) fn from<'a>(peer: IpAddr, named: impl Iterator<Item = &'a str>, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let named: Vec<&str> = named.flat_map(|line| line.split(',')).collect();
    let mut from = peer.to_canonical();
    for text in named.iter().rev() {
        match address(text.trim()) {
            Some(before) if is_trusted(&from) => from = before,
            _ => break,
        }
    }
    from
}

/// Some proxies write the port too.
fn address(text: &str) -> Option<IpAddr> {
    let address = text.parse().ok().or_else(|| text.parse().ok().map(|with_port: SocketAddr| with_port.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn came(peer: &str, named: &[&str], expected: &str) {
        let trusted = ["10.0.0.0/8".parse().expect("a network"), "fd00::/8".parse().expect("a network")];
        let from = from(peer.parse().expect("an address"), named.iter().copied(), &trusted);
        assert_eq!(from, expected.parse::<IpAddr>().expect("an address"));
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        came("192.0.2.1", &["203.0.113.9"], "192.0.2.1");
        came("10.0.0.1", &["203.0.113.9"], "203.0.113.9");
        came("10.0.0.1", &["198.51.100.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9");
        came("10.0.0.1", &["198.51.100.1", "203.0.113.9"], "203.0.113.9");
        came("fd00::1", &["203.0.113.9:4711, [fd00::2]:80"], "203.0.113.9");
        came("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9");
        came("10.0.0.1", &["203.0.113.9, <script>"], "10.0.0.1");
        came("10.0.0.1", &[], "10.0.0.1");
    }
}
