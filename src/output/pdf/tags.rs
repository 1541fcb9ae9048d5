//! The structure of a document beside its looks: what is a heading, a cell, a list item, in reading order.

use super::file::{Id, Objects, text};
use std::fmt::Write;
use std::io;

/// Roles of ISO 32000-1, 14.8.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Document,
    Heading(u8),
    Paragraph,
    List,
    Item,
    Label,
    Body,
    Table,
    Row,
    /// A cell that heads its column.
    ColumnHeader,
    /// A cell that heads its row.
    RowHeader,
    Cell,
    Figure,
    Caption,
    Contents,
    ContentsItem,
}

/// A place in the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node(usize);

#[derive(Debug)]
struct Element {
    role: Role,
    parent: Option<Node>,
    /// Text alternative of a figure.
    alt: String,
    kids: Vec<Kid>,
}

#[derive(Debug, Clone, Copy)]
enum Kid {
    Element(Node),
    /// Marked content: page, number on it.
    Mark(usize, usize),
}

/// The structure of a document.
#[derive(Debug)]
pub(super) struct Tree {
    elements: Vec<Element>,
}

impl Tree {
    /// Nothing but a document.
    pub(super) fn new() -> Self {
        let root = Element { role: Role::Document, parent: None, alt: String::new(), kids: Vec::new() };
        Self { elements: vec![root] }
    }

    /// The document.
    #[allow(clippy::unused_self)] // a node is one of a tree
    pub(super) fn root(&self) -> Node {
        Node(0)
    }

    /// Adds an element behind those that its parent has.
    pub(super) fn add(&mut self, parent: Node, role: Role) -> Node {
        let node = Node(self.elements.len());
        self.elements.push(Element { role, parent: Some(parent), alt: String::new(), kids: Vec::new() });
        self.elements[parent.0].kids.push(Kid::Element(node));
        node
    }

    /// Says what a figure shows.
    pub(super) fn describe(&mut self, node: Node, alt: &str) {
        alt.clone_into(&mut self.elements[node.0].alt);
    }

    /// Hands an element content of a page; `marks` is the page's list of elements by number.
    pub(super) fn mark(&mut self, node: Node, page: usize, marks: &mut Vec<Node>) -> usize {
        let number = marks.len();
        marks.push(node);
        self.elements[node.0].kids.push(Kid::Mark(page, number));
        number
    }

    /// The role's name, for the content stream.
    pub(super) fn name(&self, node: Node) -> String {
        self.elements[node.0].role.name()
    }

    /// Writes the tree and gives its root; `pages` are the page objects, `marks` their elements by number.
    pub(super) fn write(&self, objects: &mut Objects, pages: &[Id], marks: &[Vec<Node>]) -> io::Result<Id> {
        let ids: Vec<Id> = self.elements.iter().map(|_| objects.reserve()).collect();
        let root = objects.reserve();
        for (element, &id) in self.elements.iter().zip(&ids) {
            let parent = element.parent.map_or(root, |node| ids[node.0]);
            objects.put(id, element.dictionary(parent, &ids, pages))?;
        }
        let mut numbers = String::new();
        for (page, nodes) in marks.iter().enumerate() {
            let nodes: Vec<String> = nodes.iter().map(|node| ids[node.0].to_string()).collect();
            let _ = write!(numbers, "{page} {} ", objects.add(format!("[{}]", nodes.join(" ")))?);
        }
        let parents = objects.add(format!("<</Nums[{numbers}]>>"))?;
        let entries = format!("/K {}/ParentTree {parents}/ParentTreeNextKey {}", ids[0], pages.len());
        objects.put(root, format!("<</Type/StructTreeRoot{entries}>>"))?;
        Ok(root)
    }
}

impl Element {
    fn dictionary(&self, parent: Id, ids: &[Id], pages: &[Id]) -> String {
        let page = self.kids.iter().find_map(|kid| match kid {
            Kid::Mark(page, _) => Some(*page),
            Kid::Element(_) => None,
        });
        let kids: Vec<String> = self
            .kids
            .iter()
            .map(|kid| match kid {
                Kid::Element(node) => ids[node.0].to_string(),
                Kid::Mark(on, number) if Some(*on) == page => number.to_string(),
                Kid::Mark(on, number) => format!("<</Type/MCR/Pg {}/MCID {number}>>", pages[*on]),
            })
            .collect();
        let page = page.map_or_else(String::new, |page| format!("/Pg {}", pages[page]));
        let alt = if self.role == Role::Figure { format!("/Alt {}", text(&self.alt)) } else { String::new() };
        let attributes = self.role.attributes();
        format!("<</S/{}/P {parent}{page}/K[{}]{alt}{attributes}>>", self.role.name(), kids.join(" "))
    }
}

impl Role {
    fn name(self) -> String {
        let name = match self {
            Self::Document => "Document",
            Self::Heading(level) => return format!("H{level}"),
            Self::Paragraph => "P",
            Self::List => "L",
            Self::Item => "LI",
            Self::Label => "Lbl",
            Self::Body => "LBody",
            Self::Table => "Table",
            Self::Row => "TR",
            Self::ColumnHeader | Self::RowHeader => "TH",
            Self::Cell => "TD",
            Self::Figure => "Figure",
            Self::Caption => "Caption",
            Self::Contents => "TOC",
            Self::ContentsItem => "TOCI",
        };
        name.to_owned()
    }

    fn attributes(self) -> &'static str {
        match self {
            Self::ColumnHeader => "/A<</O/Table/Scope/Column>>",
            Self::RowHeader => "/A<</O/Table/Scope/Row>>",
            Self::Figure => "/A<</O/Layout/Placement/Block>>",
            _ => "",
        }
    }
}
