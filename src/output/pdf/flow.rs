//! Pieces that nothing breaks to pages: what belongs together stays together, table headers come again.

use super::lines::{Color, Line};
use super::svg::Drawing;
use super::tags::Node;
use std::rc::Rc;

/// A4 in points.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
/// Left and right of the content.
pub(super) const LEFT: f32 = 54.0;
pub(super) const RIGHT: f32 = PAGE.0 - 54.0;
/// Above and below it.
pub(super) const TOP: f32 = 66.0;
pub(super) const BOTTOM: f32 = PAGE.1 - 64.0;
/// Between left and right.
pub(super) const WIDTH: f32 = RIGHT - LEFT;

/// Something drawn, relative to the upper left corner of its piece or page; y grows downwards.
#[derive(Debug, Clone)]
pub(super) enum Mark {
    /// A line of text whose base line begins here.
    Text { x: f32, y: f32, line: Line },
    /// A filled rectangle.
    Box { x: f32, y: f32, width: f32, height: f32, color: Color },
    /// A picture in its own measure, times a factor.
    Picture { x: f32, y: f32, scale: f32, drawing: Rc<Drawing> },
    /// The page of a heading, by its number in the outline, ending here.
    PageOf { right: f32, y: f32, entry: usize },
}

/// A mark and what it belongs to; without it is decoration.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub mark: Mark,
    pub node: Option<Node>,
}

/// A heading in the outline.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub level: u8,
    pub title: String,
    /// Page, from 0, and the place on it.
    pub page: usize,
    pub y: f32,
}

/// What is never broken.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    pub height: f32,
    /// Air above, none at the top of a page.
    pub before: f32,
    /// The next piece must stand on the same page.
    pub keep: bool,
    /// What stands above it where it begins a page.
    pub header: Option<Rc<Piece>>,
    pub items: Vec<Item>,
    /// Level and title of the heading that it is.
    pub entry: Option<(u8, String)>,
}

/// Pages and outline.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub sheets: Vec<Vec<Item>>,
    pub outline: Vec<Entry>,
    y: f32,
}

/// Puts pieces on pages.
pub(super) fn paginate(pieces: Vec<Piece>) -> Pages {
    let mut pages = Pages { sheets: vec![Vec::new()], outline: Vec::new(), y: TOP };
    let mut group: Vec<Piece> = Vec::new();
    for piece in pieces {
        let ends = !piece.keep;
        group.push(piece);
        if ends {
            pages.group(std::mem::take(&mut group));
        }
    }
    pages.group(group);
    pages
}

impl Pages {
    /// Puts pieces that belong together; only what is longer than a page is broken.
    fn group(&mut self, pieces: Vec<Piece>) {
        let height: f32 = pieces.iter().map(|piece| piece.before + piece.height).sum();
        let header = |piece: &Piece| piece.header.as_ref().map_or(0.0, |header| header.height);
        let on_new = height + pieces.first().map_or(0.0, header);
        if self.y + height > BOTTOM && on_new <= BOTTOM - TOP {
            self.turn(pieces.first());
        }
        for piece in pieces {
            if self.y + piece.before + piece.height > BOTTOM {
                self.turn(Some(&piece));
            }
            self.put(piece);
        }
    }

    /// Begins a page, unless nothing stands on this one.
    fn turn(&mut self, next: Option<&Piece>) {
        if self.y <= TOP {
            return;
        }
        self.sheets.push(Vec::new());
        self.y = TOP;
        if let Some(header) = next.and_then(|piece| piece.header.as_ref()) {
            // The header is read where the table begins; here it is for the eye.
            let items = header.items.iter().map(|item| Item { mark: item.mark.clone(), node: None }).collect();
            self.put(Piece { height: header.height, items, ..Piece::default() });
        }
    }

    fn put(&mut self, piece: Piece) {
        if self.y > TOP {
            self.y += piece.before;
        }
        let page = self.sheets.len() - 1;
        if let Some((level, title)) = piece.entry {
            self.outline.push(Entry { level, title, page, y: self.y });
        }
        for mut item in piece.items {
            item.mark.lower(self.y);
            self.sheets[page].push(item);
        }
        self.y += piece.height;
    }
}

impl Mark {
    /// Moves it down by points.
    pub(super) fn lower(&mut self, down: f32) {
        match self {
            Self::Text { y, .. } | Self::Box { y, .. } | Self::Picture { y, .. } | Self::PageOf { y, .. } => *y += down,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(height: f32, keep: bool) -> Piece {
        let mark = Mark::Box { x: 0.0, y: 0.0, width: 1.0, height, color: [0; 3] };
        Piece { height, keep, items: vec![Item { mark, node: None }], ..Piece::default() }
    }

    #[test]
    fn what_belongs_together_goes_to_the_next_page_together() {
        let room = BOTTOM - TOP;
        let pages = paginate(vec![piece(room - 50.0, false), piece(30.0, true), piece(30.0, false)]);
        assert_eq!(pages.sheets.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn what_is_longer_than_a_page_is_broken_and_its_header_comes_again() {
        let header = Rc::new(piece(20.0, true));
        let rows = (0..100).map(|_| Piece { header: Some(Rc::clone(&header)), ..piece(20.0, true) });
        let pages = paginate(std::iter::once(piece(20.0, true)).chain(rows).collect());
        assert_eq!(pages.sheets.iter().map(Vec::len).sum::<usize>(), 101 + pages.sheets.len() - 1);
        for page in &pages.sheets {
            let ends = page.iter().map(|item| match item.mark {
                Mark::Box { y, height, .. } => y + height,
                _ => 0.0,
            });
            assert!(ends.fold(0.0, f32::max) <= BOTTOM);
        }
    }
}
