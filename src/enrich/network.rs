//! An address to its kind, from the number alone: public, private, loopback, link-local, reserved, microsoft.

use super::{AddressBook, Enricher};
use crate::event::Place;
use crate::field::Core;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Sorts an address by the ranges set aside for special use.
pub(super) const RANGE: Enricher = Enricher {
    name: "range",
    title: "public, private, loopback, link-local or reserved, by the IANA registries of special-purpose addresses",
    fields: &[Core::AddressKind],
    fill: |_, ip, place| place.kind = kind(ip),
};

/// Names the addresses of Microsoft's own networks.
///
/// They carry Microsoft's servers and its customers' rented machines alike, so the kind says whose
/// network it is and never who acted.
pub(super) const MICROSOFT: Enricher = Enricher {
    name: "microsoft",
    title: "addresses of Microsoft's datacentres (servers of Microsoft 365, and machines rented in Azure)",
    fields: &[Core::AddressKind],
    fill: microsoft,
};

fn microsoft(_: &AddressBook, ip: IpAddr, place: &mut Place) {
    if place.kind == "public" && (EXCHANGE.iter().any(|&range| holds(range, ip)) || MICROSOFT_AS.contains(&place.asn)) {
        place.kind = "microsoft";
    }
}

/// The address that is meant: an IPv4 address written as an IPv4-mapped IPv6 one is unfolded.
pub fn folded(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

/// Microsoft's autonomous systems, sorted. 8075 carries nearly all of its traffic.
///
/// <https://learn.microsoft.com/azure/internet-peering/policy>
const MICROSOFT_AS: &[u32] = &[
    3598, 5761, 6584, 8068, 8069, 8070, 8071, 8072, 8073, 8074, 8075, 12076, 35106, 45139, 46182, 54396, 58862, 63314,
    200_517,
];

/// Ranges from which Exchange Online and Microsoft's other servers speak to each other.
///
/// <https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges>
const EXCHANGE: &[Range] = &[
    v6([0x2603, 0x1000, 0, 0, 0, 0, 0, 0], 24),
    v6([0x2620, 0x1ec, 0, 0, 0, 0, 0, 0], 36),
    v4([40, 92, 0, 0], 15),
    v4([40, 96, 0, 0], 13),
    v4([40, 104, 0, 0], 15),
    v4([40, 107, 0, 0], 16),
    v4([52, 96, 0, 0], 14),
    v4([52, 100, 0, 0], 14),
];

/// A network: its first address and how many leading bits are fixed.
type Range = (IpAddr, u8);

const fn v4(octets: [u8; 4], prefix: u8) -> Range {
    (IpAddr::V4(Ipv4Addr::new(octets[0], octets[1], octets[2], octets[3])), prefix)
}

const fn v6(s: [u16; 8], prefix: u8) -> Range {
    (IpAddr::V6(Ipv6Addr::new(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])), prefix)
}

fn holds((network, prefix): Range, ip: IpAddr) -> bool {
    match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => {
            (network.to_bits() ^ ip.to_bits()).checked_shr(32 - u32::from(prefix)).unwrap_or(0) == 0
        }
        (IpAddr::V6(network), IpAddr::V6(ip)) => {
            (network.to_bits() ^ ip.to_bits()).checked_shr(128 - u32::from(prefix)).unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// Ranges with a kind of their own; the first that holds an address decides.
///
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>,
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>
const SPECIAL: &[(Range, &str)] = &[
    (v4([10, 0, 0, 0], 8), "private"),
    (v4([172, 16, 0, 0], 12), "private"),
    (v4([192, 168, 0, 0], 16), "private"),
    (v4([127, 0, 0, 0], 8), "loopback"),
    (v4([169, 254, 0, 0], 16), "link-local"),
    (v4([0, 0, 0, 0], 8), "reserved"),
    (v4([100, 64, 0, 0], 10), "reserved"),
    (v4([192, 0, 0, 9], 32), "public"),
    (v4([192, 0, 0, 10], 32), "public"),
    (v4([192, 0, 0, 0], 24), "reserved"),
    (v4([192, 0, 2, 0], 24), "reserved"),
    (v4([192, 88, 99, 0], 24), "reserved"),
    (v4([198, 18, 0, 0], 15), "reserved"),
    (v4([198, 51, 100, 0], 24), "reserved"),
    (v4([203, 0, 113, 0], 24), "reserved"),
    (v4([224, 0, 0, 0], 4), "reserved"),
    (v4([240, 0, 0, 0], 4), "reserved"),
    (v4([0, 0, 0, 0], 0), "public"),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), "loopback"),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), "private"),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), "link-local"),
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), "public"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), "public"),
    (v6([0x2001, 3, 0, 0, 0, 0, 0, 0], 32), "public"),
    (v6([0x2001, 4, 0x112, 0, 0, 0, 0, 0], 48), "public"),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), "reserved"),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), "reserved"),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), "reserved"),
    (v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3), "public"),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 0), "reserved"),
];

fn kind(ip: IpAddr) -> &'static str {
    SPECIAL.iter().find(|&&(range, _)| holds(range, ip)).map_or("public", |&(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_are_those_of_the_registries() {
        for (text, expected) in [
            ("10.1.2.3", "private"),
            ("172.15.255.255", "public"),
            ("172.16.0.0", "private"),
            ("172.31.255.255", "private"),
            ("172.32.0.0", "public"),
            ("192.168.178.1", "private"),
            ("fd00::1", "private"),
            ("127.0.0.1", "loopback"),
            ("::1", "loopback"),
            ("169.254.1.1", "link-local"),
            ("fe80::", "link-local"),
            ("0.0.0.0", "reserved"),
            ("::", "reserved"),
            ("100.64.0.1", "reserved"),
            ("100.128.0.1", "public"),
            ("192.0.0.8", "reserved"),
            ("192.0.0.9", "public"),
            ("192.0.2.1", "reserved"),
            ("198.19.0.1", "reserved"),
            ("203.0.113.7", "reserved"),
            ("224.0.0.1", "reserved"),
            ("255.255.255.255", "reserved"),
            ("2001:db8::1", "reserved"),
            ("2001:20::1", "reserved"),
            ("2001::1", "public"),
            ("3fff:f::1", "reserved"),
            ("2a00:1450::1", "public"),
            ("ff02::1", "reserved"),
            ("fec0::1", "reserved"),
            ("8.8.8.8", "public"),
        ] {
            assert_eq!(kind(text.parse().expect("an address")), expected, "{text}");
        }
    }

    #[test]
    fn a_mapped_address_is_the_address_it_maps() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(folded(ip("::ffff:10.0.0.1")), ip("10.0.0.1"));
        assert_eq!(folded(ip("2603:1026:c02:282a::5")), ip("2603:1026:c02:282a::5"));
    }

    #[test]
    fn the_autonomous_systems_are_sorted() {
        assert!(MICROSOFT_AS.is_sorted());
    }
}
