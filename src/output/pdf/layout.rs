//! The blocks of a document to pieces and pages, and what each means to its structure.

use super::document::{Block, Document, Size, Span, Text, plain};
use super::face::Faces;
use super::flow::{BOTTOM, Item, LEFT, Mark, Pages, Piece, RIGHT, TOP, WIDTH, paginate};
use super::lines::{Color, INK, Line, Measured, Style, bold, faded, regular};
use super::svg;
use super::table;
use super::tags::{Node, Role, Tree};
use std::io;
use std::rc::Rc;

/// Rules between rows.
pub(super) const HAIR: Color = [0xcc, 0xcc, 0xcc];

/// Lays out a document; the tree says what each mark is.
pub(super) struct Layout<'f> {
    pub faces: &'f mut Faces,
    pub tree: Tree,
    pub pieces: Vec<Piece>,
}

/// Height of a line of text of a size.
pub(super) fn leading(size: f32) -> f32 {
    size * 1.4
}

/// The base line of a line of text, from its upper edge.
pub(super) fn base(size: f32) -> f32 {
    leading(size) / 2.0 + size * 0.346
}

/// Pages, and the structure of what stands on them.
///
/// # Errors
/// When a figure is no SVG.
pub(super) fn lay_out(document: &Document, faces: &mut Faces) -> io::Result<(Pages, Tree)> {
    let mut layout = Layout { faces, tree: Tree::new(), pieces: Vec::new() };
    for block in &document.blocks {
        layout.block(block, &document.blocks)?;
    }
    let Layout { faces, tree, pieces } = layout;
    let mut pages = paginate(pieces);
    number(faces, &mut pages);
    margins(document, faces, &mut pages);
    Ok((pages, tree))
}

impl Layout<'_> {
    fn block(&mut self, block: &Block, all: &[Block]) -> io::Result<()> {
        let root = self.tree.root();
        match block {
            Block::Heading { level, text, bookmark } => self.heading(*level, text, bookmark),
            Block::Paragraph { text, size } => {
                let node = self.tree.add(root, Role::Paragraph);
                let (style, before) = match size {
                    Size::Lead => (regular(11.0), 4.0),
                    Size::Body => (regular(9.2), 4.0),
                    Size::Note => (faded(8.2), 3.0),
                };
                let lines = Measured::new(self.faces, text, style).lines(WIDTH);
                self.lines(lines, LEFT, style.size, before, node);
            }
            Block::List { ordered, items } => self.list(*ordered, items),
            Block::Facts(pairs) => table::facts(self, pairs),
            Block::Table { columns, rows } => table::table(self, columns, rows),
            Block::Figure { svg, caption } => self.figure(svg, caption)?,
            Block::Contents { title } => self.contents(title, all),
        }
        Ok(())
    }

    fn heading(&mut self, level: u8, text: &[Span], bookmark: &str) {
        let node = self.tree.add(self.tree.root(), Role::Heading(level));
        let (style, before, above, below) = match level {
            1 => (bold(21.0), 0.0, 0.0, 6.0),
            2 => (bold(13.0), 24.0, 7.0, 4.0),
            _ => (bold(9.8), 11.0, 0.0, 2.0),
        };
        let lines = Measured::new(self.faces, text, style).lines(WIDTH);
        let mut items = Vec::new();
        if level == 2 {
            let mark = Mark::Box { x: LEFT, y: 0.0, width: WIDTH, height: 1.2, color: INK };
            items.push(Item { mark, node: None });
        }
        let count = lines.len() as f32;
        for (number, line) in lines.into_iter().enumerate() {
            let y = above + leading(style.size) * number as f32 + base(style.size);
            items.push(Item { mark: Mark::Text { x: LEFT, y, line }, node: Some(node) });
        }
        let height = above + leading(style.size) * count + below;
        let entry = Some((level, bookmark.to_owned()));
        self.pieces.push(Piece { height, before, keep: true, items, entry, ..Piece::default() });
    }

    /// Puts lines of a paragraph, two of them at least together.
    fn lines(&mut self, lines: Vec<Line>, x: f32, size: f32, before: f32, node: Node) {
        let count = lines.len();
        for (number, line) in lines.into_iter().enumerate() {
            let mark = Mark::Text { x, y: base(size), line };
            self.pieces.push(Piece {
                height: leading(size),
                before: if number == 0 { before } else { 0.0 },
                keep: count > 1 && (number == 0 || number + 2 == count),
                items: vec![Item { mark, node: Some(node) }],
                ..Piece::default()
            });
        }
    }

    fn list(&mut self, ordered: bool, texts: &[Text]) {
        const INDENT: f32 = 17.0;
        let style = regular(9.2);
        let list = self.tree.add(self.tree.root(), Role::List);
        for (number, text) in texts.iter().enumerate() {
            let item = self.tree.add(list, Role::Item);
            let (label, body) = (self.tree.add(item, Role::Label), self.tree.add(item, Role::Body));
            let sign = if ordered { format!("{}.", number + 1) } else { "•".to_owned() };
            let sign = Measured::new(self.faces, &plain(sign), style).lines(INDENT).swap_remove(0);
            let first = self.pieces.len();
            let lines = Measured::new(self.faces, text, style).lines(WIDTH - INDENT);
            self.lines(lines, LEFT + INDENT, style.size, 2.0, body);
            let x = if ordered { LEFT + INDENT - 5.0 - sign.width } else { LEFT + 4.0 };
            let mark = Mark::Text { x, y: base(style.size), line: sign };
            self.pieces[first].items.insert(0, Item { mark, node: Some(label) });
        }
    }

    fn figure(&mut self, text: &str, caption: &str) -> io::Result<()> {
        let drawing = svg::draw(self.faces, text)?;
        let figure = self.tree.add(self.tree.root(), Role::Figure);
        let told = [drawing.title.as_str(), drawing.description.as_str()];
        let told: Vec<&str> = told.into_iter().filter(|text| !text.is_empty()).collect();
        self.tree.describe(figure, &told.join(". "));
        let room = BOTTOM - TOP - 60.0;
        let scale = (WIDTH / drawing.width.max(1.0)).min(room / drawing.height.max(1.0));
        let (height, drawing) = (drawing.height * scale, Rc::new(drawing));
        let mark = Mark::Picture { x: LEFT, y: 0.0, scale, drawing };
        let items = vec![Item { mark, node: Some(figure) }];
        self.pieces.push(Piece { height, before: 10.0, keep: !caption.is_empty(), items, ..Piece::default() });
        if !caption.is_empty() {
            let node = self.tree.add(figure, Role::Caption);
            let style = faded(7.4);
            let lines = Measured::new(self.faces, &plain(caption), style).lines(WIDTH);
            self.lines(lines, LEFT, style.size, 2.0, node);
        }
        Ok(())
    }

    /// The headings of level 2 with places for their pages.
    fn contents(&mut self, title: &str, all: &[Block]) {
        let root = self.tree.root();
        let head = self.tree.add(root, Role::Paragraph);
        let line = Measured::new(self.faces, &plain(title), bold(9.8)).single(self.faces, WIDTH);
        self.lines(vec![line], LEFT, 9.8, 18.0, head);
        if let Some(last) = self.pieces.last_mut() {
            last.keep = true;
        }
        let contents = self.tree.add(root, Role::Contents);
        let style = regular(9.2);
        let levels = all.iter().filter_map(|block| match block {
            Block::Heading { level, bookmark, .. } => Some((*level, bookmark)),
            _ => None,
        });
        for (entry, (_, title)) in levels.enumerate().filter(|(_, (level, _))| *level == 2) {
            let node = self.tree.add(contents, Role::ContentsItem);
            let line = Measured::new(self.faces, &plain(title.clone()), style).single(self.faces, WIDTH - 40.0);
            let (left, y) = (LEFT + line.width + 6.0, base(style.size));
            let leader = Mark::Box { x: left, y: y - 0.4, width: RIGHT - 30.0 - left, height: 0.4, color: HAIR };
            let items = vec![
                Item { mark: Mark::Text { x: LEFT, y, line }, node: Some(node) },
                Item { mark: leader, node: None },
                Item { mark: Mark::PageOf { right: RIGHT, y, entry }, node: Some(node) },
            ];
            self.pieces.push(Piece { height: leading(style.size), items, ..Piece::default() });
        }
    }
}

/// Sets the pages of headings, which are known now.
fn number(faces: &mut Faces, pages: &mut Pages) {
    let outline = &pages.outline;
    for item in pages.sheets.iter_mut().flatten() {
        if let Mark::PageOf { right, y, entry } = item.mark {
            let page = outline.get(entry).map_or_else(String::new, |entry| (entry.page + 1).to_string());
            let line = Measured::new(faces, &plain(page), regular(9.2)).single(faces, 60.0);
            item.mark = Mark::Text { x: right - line.width, y, line };
        }
    }
}

/// Sets head and foot of each page.
fn margins(document: &Document, faces: &mut Faces, pages: &mut Pages) {
    let total = pages.sheets.len();
    let margins = &document.margins;
    let mut set = |text: &str, style: Style, width: f32| Measured::new(faces, &plain(text), style).single(faces, width);
    let head_right = set(&margins.head_right, faded(7.4), WIDTH * 0.62);
    let head_left = set(&margins.head_left, faded(7.4), WIDTH - head_right.width - 16.0);
    let foot = set(&margins.foot, faded(6.4), WIDTH - 90.0);
    for (number, page) in pages.sheets.iter_mut().enumerate() {
        let text = margins.page.replace("{page}", &(number + 1).to_string()).replace("{pages}", &total.to_string());
        let text = set(&text, faded(7.4), 90.0);
        let (above, below) = (TOP - 26.0, BOTTOM + 26.0);
        let mut put = |mark: Mark| page.push(Item { mark, node: None });
        put(Mark::Text { x: LEFT, y: above, line: head_left.clone() });
        put(Mark::Text { x: RIGHT - head_right.width, y: above, line: head_right.clone() });
        put(Mark::Box { x: LEFT, y: above + 6.0, width: WIDTH, height: 0.5, color: HAIR });
        put(Mark::Box { x: LEFT, y: below - 13.0, width: WIDTH, height: 0.5, color: HAIR });
        put(Mark::Text { x: LEFT, y: below, line: foot.clone() });
        put(Mark::Text { x: RIGHT - text.width, y: below, line: text });
    }
}
