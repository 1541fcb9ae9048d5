//! A list of networks and records to the bytes of a small MaxMind DB file.
//!
//! <https://maxmind.github.io/MaxMind-DB/>

use ipnet::IpNet;
use serde_json::Value;
use std::net::IpAddr;

/// A branch of the search tree.
#[derive(Clone, Copy)]
enum Next {
    Nothing,
    Node(usize),
    Data(usize),
}

/// What the metadata states.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    /// The database type, such as `GeoLite2-City`.
    pub(crate) kind: &'a str,
    /// Seconds since 1970-01-01.
    pub(crate) built: u64,
    /// 4 or 6; in a tree of version 6, IPv4 networks stand below `::/96`.
    pub(crate) version: u8,
}

/// The file. Networks must not contain one another.
pub(crate) fn mmdb(about: About<'_>, records: &[(&str, Value)]) -> Vec<u8> {
    let (mut nodes, mut data) = (vec![[Next::Nothing; 2]], Vec::new());
    for (network, record) in records {
        let network: IpNet = network.parse().expect("a network");
        let (bits, length) = path(network, about.version);
        let offset = data.len();
        encode(record, &mut data);
        let mut at = 0;
        for depth in 0..length {
            let side = usize::from(bits >> (127 - depth) & 1 == 1);
            if depth + 1 == length {
                nodes[at][side] = Next::Data(offset);
            } else if let Next::Node(next) = nodes[at][side] {
                at = next;
            } else {
                nodes.push([Next::Nothing; 2]);
                let next = nodes.len() - 1;
                nodes[at][side] = Next::Node(next);
                at = next;
            }
        }
    }
    let mut out = Vec::new();
    for next in nodes.iter().flatten() {
        let value = match *next {
            Next::Nothing => nodes.len(),
            Next::Node(node) => node,
            Next::Data(offset) => nodes.len() + 16 + offset,
        };
        out.extend_from_slice(&u32::try_from(value).expect("a small tree").to_be_bytes());
    }
    out.extend_from_slice(&[0; 16]);
    out.extend_from_slice(&data);
    out.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    let metadata = serde_json::json!({
        "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": about.built,
        "database_type": about.kind, "description": {"en": "built by a test"}, "ip_version": about.version,
        "languages": ["en"], "node_count": nodes.len(), "record_size": 32,
    });
    encode(&metadata, &mut out);
    out
}

/// The bits of a network from the top of a 128-bit word, and how many there are.
fn path(network: IpNet, version: u8) -> (u128, u8) {
    match (network.network(), version) {
        (IpAddr::V4(ip), 4) => (u128::from(ip.to_bits()) << 96, network.prefix_len()),
        (IpAddr::V4(ip), _) => (u128::from(ip.to_bits()), network.prefix_len() + 96),
        (IpAddr::V6(ip), _) => (ip.to_bits(), network.prefix_len()),
    }
}

fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(map) => {
            head(7, map.len(), out);
            for (key, value) in map {
                encode(&Value::String(key.clone()), out);
                match (key.as_str(), value.as_u64()) {
                    ("build_epoch", Some(number)) => unsigned(9, &number.to_be_bytes(), out),
                    (_, Some(number)) => {
                        let number = u32::try_from(number).expect("a small number").to_be_bytes();
                        // The format's readers insist on the width that the specification states for each metadata key.
                        let short = matches!(&number, [0, 0, ..]) && key != "node_count";
                        unsigned(if short { 5 } else { 6 }, &number[if short { 2 } else { 0 }..], out);
                    }
                    _ => encode(value, out),
                }
            }
        }
        Value::Array(list) => {
            head(11, list.len(), out);
            for value in list {
                encode(value, out);
            }
        }
        Value::String(text) => {
            head(2, text.len(), out);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Bool(value) => head(14, usize::from(*value), out),
        Value::Number(number) if number.is_f64() => {
            head(3, 8, out);
            out.extend_from_slice(&number.as_f64().expect("a double").to_be_bytes());
        }
        Value::Number(_) | Value::Null => panic!("not for this test"),
    }
}

fn unsigned(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    head(kind, bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// The control byte of a value, an extended type in a second byte, and a size of up to 284.
fn head(kind: u8, size: usize, out: &mut Vec<u8>) {
    let short = u8::try_from(size.min(29)).expect("a small size");
    out.push(if kind > 7 { short } else { kind << 5 | short });
    if kind > 7 {
        out.push(kind - 7);
    }
    if size >= 29 {
        out.push(u8::try_from(size - 29).expect("a small size"));
    }
}
