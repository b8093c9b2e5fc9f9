//! Which addresses may be asked, for key sets and FHIR servers alike: a URL that comes from outside must not lead into the house.
//!
//! The rule holds for what a name resolves to, not for the name: a connection is made to the very addresses that were checked, so a
//! name that changes its mind in between (DNS rebinding) gains nothing. A host written as a number never asks a resolver and is
//! checked by [`Reach::permits_host`] before.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

/// How far requests may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The public internet only.
    Public,
    /// Private networks and this machine too; link-local addresses and those of cloud metadata never.
    Private,
    /// This machine only.
    Loopback,
}

const fn four(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

const fn six(segments: [u16; 8], prefix: u8) -> IpNet {
    let [a, b, c, d, e, f, g, h] = segments;
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix))
}

/// What is never asked, whatever the settings say (IANA's special-purpose registries, and the metadata services of clouds).
const NEVER: [IpNet; 21] = [
    four(0, 0, 0, 0, 8),
    four(100, 100, 100, 200, 32),
    four(168, 63, 129, 16, 32),
    four(169, 254, 0, 0, 16),
    four(192, 0, 0, 0, 24),
    four(192, 0, 2, 0, 24),
    four(192, 88, 99, 0, 24),
    four(198, 51, 100, 0, 24),
    four(203, 0, 113, 0, 24),
    four(224, 0, 0, 0, 4),
    four(240, 0, 0, 0, 4),
    six([0, 0, 0, 0, 0, 0, 0, 0], 128),
    six([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
    six([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
    six([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    six([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    six([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    six([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128),
    six([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    six([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
    six([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
];

/// This machine and networks that are not the internet.
const PRIVATE: [IpNet; 8] = [
    four(10, 0, 0, 0, 8),
    four(100, 64, 0, 0, 10),
    four(127, 0, 0, 0, 8),
    four(172, 16, 0, 0, 12),
    four(192, 168, 0, 0, 16),
    four(198, 18, 0, 0, 15),
    six([0, 0, 0, 0, 0, 0, 0, 1], 128),
    six([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
];

/// What is given out as global unicast. Of IPv4 that is all the rest; of IPv6 the rest is reserved.
const GLOBAL: [IpNet; 2] = [four(0, 0, 0, 0, 0), six([0x2000, 0, 0, 0, 0, 0, 0, 0], 3)];

impl Reach {
    /// Whether this address may be asked.
    pub fn permits(self, address: IpAddr) -> bool {
        let address = plain(address);
        let in_any = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&address));
        let is_private = in_any(&PRIVATE);
        match self {
            Reach::Public => in_any(&GLOBAL) && !in_any(&NEVER) && !is_private,
            Reach::Private => (in_any(&GLOBAL) || is_private) && !in_any(&NEVER),
            Reach::Loopback => address.is_loopback(),
        }
    }

    /// Whether this host may be asked, as far as it can be told before its name is resolved.
    pub fn permits_host(self, host: Host<&str>) -> bool {
        match host {
            Host::Ipv4(address) => self.permits(address.into()),
            Host::Ipv6(address) => self.permits(address.into()),
            Host::Domain(_) => true,
        }
    }
}

/// The IPv4 address that an IPv6 one stands for (mapped, compatible, NAT64, 6to4), else the address.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let embedded = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match six.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => address,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        _ => address,
    }
}

/// Every address of a name lies where nothing may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address lies where nothing may be asked")]
pub struct AddressRefused;

/// Resolves names to addresses that may be asked, and to no others.
#[derive(Debug, Clone, Copy)]
pub struct Resolver(pub Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::task::spawn_blocking(move || (host.as_str(), 0).to_socket_addrs()).await??;
            let permitted: Vec<SocketAddr> = found.filter(|address| reach.permits(address.ip())).collect();
            if permitted.is_empty() {
                return Err(AddressRefused.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> (bool, bool, bool) {
        let url = url::Url::parse(url).expect("a URL");
        let host = url.host().expect("a host");
        (Reach::Public.permits_host(host.clone()), Reach::Private.permits_host(host.clone()), Reach::Loopback.permits_host(host))
    }

    #[test]
    fn the_internet_may_be_asked_and_both_sides_of_every_border_are_told_apart() {
        for outside in [
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "223.255.255.255",
            "8.8.8.8",
            "1.0.0.0",
            "192.0.1.1",
            "198.17.1.1",
            "198.20.0.0",
            "[::ffff:8.8.8.8]",
            "[64:ff9b::808:808]",
            "[2001:200::1]",
            "[2001:4860:4860::8888]",
            "[2002:808:808::]",
            "[2606:4700::1111]",
            "[3fff:1000::1]",
        ] {
            assert_eq!(of(&format!("http://{outside}/")), (true, true, false), "{outside}");
        }
    }

    #[test]
    fn private_networks_and_this_machine_only_where_configured() {
        for private in [
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "[fd00::1]",
            "[fc00::1]",
            "[::ffff:10.0.0.1]",
            "[2002:a00:1::]",
        ] {
            assert_eq!(of(&format!("http://{private}/")), (false, true, false), "{private}");
        }
        // However it is written.
        for own in [
            "127.0.0.1",
            "127.255.255.254",
            "[::1]",
            "127.9.9.9",
            "2130706433",
            "0177.0.0.1",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "127.1",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[::127.0.0.1]",
            "127.0.0.1.",
        ] {
            assert_eq!(of(&format!("http://{own}/")), (false, true, true), "{own}");
        }
    }

    #[test]
    fn metadata_link_local_multicast_reserved_and_nowhere_never() {
        for never in [
            "169.254.169.254",
            "169.254.0.1",
            "2852039166",
            "0xA9FEA9FE",
            "0251.0376.0251.0376",
            "[::ffff:169.254.169.254]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[ff02::1]",
            "[::]",
            "0.0.0.0",
            "0",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[100::1]",
            "[2001::1]",
            "[2001:1ff::1]",
            "[2001:db8::1]",
            "[3fff::1]",
            "[4000::1]",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "[2002:a9fe:a9fe::1]",
            "[2001:0:1::1]",
            "[64:ff9b::a9fe:a9fe]",
            "[64:ff9b:1::1]",
            "[fec0::1]",
        ] {
            assert_eq!(of(&format!("http://{never}/")), (false, false, false), "{never}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_what_it_resolves_to() {
        let resolve = async |reach| Resolver(reach).resolve("localhost".parse().expect("a name")).await;
        let refused = resolve(Reach::Public).await.map(Iterator::count).expect_err("refused");
        assert!(refused.is::<AddressRefused>());
        let found: Vec<SocketAddr> = resolve(Reach::Loopback).await.expect("addresses").collect();
        assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()));
    }
}
