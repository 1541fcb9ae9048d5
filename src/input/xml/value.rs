//! One XML element to a JSON value: attributes and children become members by name, without prefixes.

use crate::event::{MAX_DEPTH, open_json};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use sonic_rs::Value;

/// What an element becomes while its end is not met.
#[derive(Default)]
struct Node {
    name: String,
    /// Members as JSON text, in order; a name that repeats becomes a list.
    members: Vec<(String, Vec<String>)>,
    text: String,
}

impl Node {
    fn add(&mut self, name: &str, json: String) {
        match self.members.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(json),
            None => self.members.push((name.to_owned(), vec![json])),
        }
    }

    /// The text of an element that holds nothing else; else an object, any text of its own as `#text`.
    fn json(mut self) -> String {
        let text = self.text.trim().to_owned();
        if self.members.is_empty() {
            return quote(&text);
        }
        if !text.is_empty() {
            self.add("#text", quote(&text));
        }
        let members: Vec<String> = self
            .members
            .iter()
            .map(|(name, values)| match values.as_slice() {
                [one] => format!("{}:{one}", quote(name)),
                several => format!("{}:[{}]", quote(name), several.join(",")),
            })
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

fn quote(text: &str) -> String {
    sonic_rs::to_string(text).unwrap_or_else(|_| String::from("\"\""))
}

/// Reads one element whole, checking all of it, nested at most [`MAX_DEPTH`] deep.
///
/// # Errors
/// What was found; an entity that XML itself does not define is an error too, for none is ever declared.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = Vec::new();
    loop {
        let closed = match reader.read_event().map_err(|error| told(&error))? {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(format!("nested deeper than {MAX_DEPTH} levels"));
                }
                open.push(node(&start)?);
                None
            }
            Event::Empty(start) => Some(node(&start)?),
            Event::End(_) => open.pop(),
            Event::Text(found) => {
                let found = found.xml_content().map_err(|error| told(&error))?;
                append(&mut open, &found)?;
                None
            }
            Event::CData(found) => {
                let found = found.xml_content().map_err(|error| told(&error))?;
                append(&mut open, &found)?;
                None
            }
            Event::GeneralRef(entity) => {
                let found = if let Some(char) = entity.resolve_char_ref().map_err(|error| told(&error))? {
                    char.to_string()
                } else {
                    let name = entity.decode().map_err(|error| told(&error))?;
                    let known = resolve_predefined_entity(&name);
                    known.ok_or_else(|| format!("the entity {name:?} is not defined"))?.to_owned()
                };
                append(&mut open, &found)?;
                None
            }
            Event::DocType(_) => return Err("a document type declaration, which is not opened".to_owned()),
            Event::Eof => return Err("ends before its element does".to_owned()),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => None,
        };
        let Some(closed) = closed else { continue };
        match open.last_mut() {
            Some(parent) => {
                let name = closed.name.clone();
                parent.add(&name, closed.json());
            }
            None => return open_json(&closed.json()),
        }
    }
}

fn node(start: &BytesStart<'_>) -> Result<Node, String> {
    let mut node = Node { name: local(start.local_name().as_ref()), ..Node::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| told(&error))?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let value = attribute.unescape_value().map_err(|error| told(&error))?;
        node.add(&local(attribute.key.local_name().as_ref()), quote(&value));
    }
    Ok(node)
}

fn append(open: &mut [Node], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(node) => node.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("text outside of any element; expected an element".to_owned()),
    }
    Ok(())
}

fn local(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn told(error: &dyn std::fmt::Display) -> String {
    format!("record is not XML: {}", error.to_string().to_lowercase())
}
