//! What a document holds before it is laid out: headings, paragraphs, lists, tables, figures.

/// Text in one look.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub text: String,
    pub look: Look,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// As its surroundings.
    Plain,
    /// Bold.
    Strong,
    /// Grey, for what is secondary.
    Faded,
    /// The name of a level, on a ground of its colour.
    Level(&'static str),
}

/// Text in several looks; a line ends at `\n`.
pub(super) type Text = Vec<Span>;

/// Text in the look of its surroundings.
pub(super) fn plain(text: impl Into<String>) -> Text {
    vec![Span { text: text.into(), look: Look::Plain }]
}

/// Text in one look.
pub(super) fn span(text: impl Into<String>, look: Look) -> Span {
    Span { text: text.into(), look }
}

/// The name of a level, and a blank behind it; nothing where there is none.
pub(super) fn level(name: &'static str) -> Text {
    if name.is_empty() { Text::new() } else { vec![span(name, Look::Level(name)), span(" ", Look::Plain)] }
}

/// How large a paragraph is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// What the document opens with.
    Lead,
    /// Running text.
    Body,
    /// Remarks, in grey.
    Note,
}

/// What a column holds, which decides how it is broken and aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sentences and names.
    Words,
    /// Numbers, at the right, never broken.
    Number,
    /// Short texts that are not broken, as times.
    Whole,
    /// Digests in small type.
    Digest,
}

/// One column of a table.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub title: String,
    pub kind: Kind,
}

/// A column.
pub(super) fn column(title: impl Into<String>, kind: Kind) -> Column {
    Column { title: title.into(), kind }
}

/// A part of a document.
#[derive(Debug, Clone)]
pub(super) enum Block {
    /// A heading of level 1 to 3; `bookmark` is what the outline calls it.
    Heading { level: u8, text: Text, bookmark: String },
    /// A paragraph.
    Paragraph { text: Text, size: Size },
    /// A list, numbered or not.
    List { ordered: bool, items: Vec<Text> },
    /// Pairs of a name and what it stands for.
    Facts(Vec<(Text, Text)>),
    /// A table whose header is repeated on each page; each row has one text a column.
    Table { columns: Vec<Column>, rows: Vec<Vec<Text>> },
    /// A picture as SVG text.
    Figure { svg: String, caption: String },
    /// The headings of level 2 with their pages.
    Contents { title: String },
}

/// A heading whose bookmark is its text.
pub(super) fn heading(level: u8, text: impl Into<String>) -> Block {
    let text = text.into();
    Block::Heading { level, bookmark: text.clone(), text: plain(text) }
}

/// What stands on each page besides its content.
#[derive(Debug, Clone, Default)]
pub(super) struct Margins {
    /// At the left of the head.
    pub head_left: String,
    /// At the right of the head.
    pub head_right: String,
    /// At the left of the foot, small.
    pub foot: String,
    /// `Page {page} of {pages}` in the language of the document.
    pub page: String,
}

/// A document.
#[derive(Debug)]
pub(super) struct Document {
    pub title: String,
    /// BCP 47 tag.
    pub language: String,
    /// Who made it; may be empty.
    pub author: String,
    /// What the file is identified by, hexadecimal.
    pub key: String,
    pub margins: Margins,
    pub blocks: Vec<Block>,
}
