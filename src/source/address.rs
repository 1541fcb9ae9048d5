//! Address texts to [`Address`]: with port, in brackets, IPv4 mapped into IPv6, or none at all.

use crate::event::Address;
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Reads one address text. A text without a usable address is kept as the original.
pub(super) fn parse(text: &str) -> Address<'_> {
    let trimmed = text.trim();
    let (ip, port) = split(trimmed);
    let ip = ip.map(unmap).filter(|ip| !ip.is_unspecified());
    Address { original: Cow::Borrowed(trimmed), ip, port: if ip.is_some() { port } else { None } }
}

/// The first of `texts` that holds an address, a client's own before one of Microsoft's servers;
/// if none does, the first that is not empty.
pub(super) fn choose<'a>(texts: &[&'a str]) -> Address<'a> {
    let mut best: Option<Address<'a>> = None;
    for text in texts {
        if text.is_empty() {
            continue;
        }
        let found = parse(text);
        match found.ip {
            Some(ip) if !is_server(ip) => return found,
            Some(_) if best.as_ref().is_none_or(|b| b.ip.is_none()) => best = Some(found),
            None if best.is_none() && !found.original.is_empty() => best = Some(found),
            _ => {}
        }
    }
    best.unwrap_or_default()
}

/// Whether an address text names one of Exchange Online's own servers.
pub(super) fn is_own(text: &str) -> bool {
    parse(text).ip.is_some_and(is_server)
}

/// Whether an address belongs to Exchange Online's own servers, which print themselves where a client is missing.
///
/// <https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges>
fn is_server(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V6(v6) => {
            let [first, second, ..] = v6.segments();
            v6.is_loopback() || (first == 0x2603 && second >> 8 == 0x10)
        }
        IpAddr::V4(v4) => v4.is_loopback(),
    }
}

fn split(text: &str) -> (Option<IpAddr>, Option<u16>) {
    if let Some(rest) = text.strip_prefix('[') {
        let Some((inner, tail)) = rest.split_once(']') else { return (None, None) };
        let port = match tail.strip_prefix(':') {
            Some(port) => port.parse().ok(),
            None => None,
        };
        return (v6(inner).or_else(|| inner.parse().ok()), port);
    }
    match text.bytes().filter(|b| *b == b':').count() {
        0 => (text.parse::<Ipv4Addr>().ok().map(IpAddr::V4), None),
        1 => {
            if let Ok(socket) = text.parse::<SocketAddr>() {
                (Some(socket.ip()), Some(socket.port()))
            } else {
                let host = text.split(':').next().unwrap_or_default();
                (host.parse::<Ipv4Addr>().ok().map(IpAddr::V4), None)
            }
        }
        // Two colons and more are IPv6: the last group is never a port.
        _ => (v6(text), None),
    }
}

fn v6(text: &str) -> Option<IpAddr> {
    let bare = text.split('%').next().unwrap_or_default();
    bare.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

fn unmap(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        let cases: [(&str, Option<&str>, Option<u16>); 15] = [
            ("192.0.2.7", Some("192.0.2.7"), None),
            (" 192.0.2.7:50212 ", Some("192.0.2.7"), Some(50212)),
            ("[2001:db8::7]:50213", Some("2001:db8::7"), Some(50213)),
            ("[2001:db8::7]", Some("2001:db8::7"), None),
            ("2001:db8:1:2:3:4:5:8080", Some("2001:db8:1:2:3:4:5:8080"), None),
            ("2001:db8::8080", Some("2001:db8::8080"), None),
            ("fe80::1%eth0", Some("fe80::1"), None),
            ("FE80::", Some("fe80::"), None),
            ("::ffff:192.0.2.7", Some("192.0.2.7"), None),
            ("[::ffff:192.0.2.7]:443", Some("192.0.2.7"), Some(443)),
            ("192.0.2.7:99999", Some("192.0.2.7"), None),
            ("0.0.0.0", None, None),
            ("<null>", None, None),
            ("::", None, None),
            ("", None, None),
        ];
        for (text, ip, port) in cases {
            let found = parse(text);
            assert_eq!((found.ip.map(|i| i.to_string()).as_deref(), found.port), (ip, port), "{text}");
            assert_eq!(found.original, text.trim());
        }
    }

    #[test]
    fn the_clients_own_address_wins() {
        let ip = |texts: &[&str]| choose(texts).ip.map(|i| i.to_string());
        assert_eq!(ip(&["2603:10a6:800:125::13", "192.0.2.7"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(ip(&["", "<null>", "2603:10a6:800:125::13"]).as_deref(), Some("2603:10a6:800:125::13"));
        assert_eq!(ip(&["192.0.2.8", "192.0.2.7"]).as_deref(), Some("192.0.2.8"));
        assert_eq!(ip(&["::1", "::1"]).as_deref(), Some("::1"));
        assert_eq!(choose(&["<null>", ""]).original, "<null>");
    }
}
