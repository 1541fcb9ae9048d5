//! Tables to pieces: widths of columns from what they hold, rows that stay whole where they can, headers that come again.

use super::document::{Column, Kind, Text, plain};
use super::flow::{Item, LEFT, Mark, Piece, WIDTH};
use super::layout::{HAIR, Layout, base, leading};
use super::lines::{Color, INK, Line, Measured, Style, bold, faded, regular};
use super::tags::{Node, Role};
use std::rc::Rc;

/// Between columns.
const GAP: f32 = 8.0;
/// Above and below the text of a cell.
const AIR: f32 = 2.4;
/// Lines of a row that is kept on one page.
const WHOLE: usize = 14;
/// The narrowest column: a character that is written out.
const NARROW: f32 = 42.0;
/// Lines that the longest text of a column should not need more of, if the others leave it the room.
const LINES: f32 = 3.4;

const TEXT: Style = regular(7.8);
const DIGEST: Style = regular(6.2);
const HEADER: Style = bold(7.4);

/// A cell that is ready: where it begins, its lines, whether they end at its right edge.
struct Cell {
    x: f32,
    width: f32,
    lines: Vec<Line>,
    right: bool,
    node: Option<Node>,
}

/// Lays out a table with a header.
pub(super) fn table(layout: &mut Layout<'_>, columns: &[Column], rows: &[Vec<Text>]) {
    let measured: Vec<Vec<Measured>> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(columns);
            cells.map(|(text, column)| Measured::new(layout.faces, text, style(column.kind))).collect()
        })
        .collect();
    let headers: Vec<Measured> =
        columns.iter().map(|column| Measured::new(layout.faces, &plain(column.title.clone()), HEADER)).collect();
    let widths = widths(columns, &headers, &measured);
    let root = layout.tree.root();
    let table = layout.tree.add(root, Role::Table);
    let row = layout.tree.add(table, Role::Row);
    let cells = cells(columns, &widths, &headers, |_| layout.tree.add(row, Role::ColumnHeader));
    let mut header = Piece { keep: true, before: 5.0, ..piece(&cells, 0..most_lines(&cells), HEADER.size, INK) };
    let again = Rc::new(header.clone());
    if rows.is_empty() {
        header.keep = false;
    }
    layout.pieces.push(header);
    for row in &measured {
        let node = layout.tree.add(table, Role::Row);
        let cells = self::cells(columns, &widths, row, |_| layout.tree.add(node, Role::Cell));
        put_row(layout, &cells, TEXT.size, Some(&again));
    }
}

/// Lays out pairs of a name and what it stands for.
pub(super) fn facts(layout: &mut Layout<'_>, pairs: &[(Text, Text)]) {
    const NAMES: f32 = 118.0;
    let (name_style, style) = (faded(8.6), regular(8.6));
    let table = layout.tree.add(layout.tree.root(), Role::Table);
    for (number, (name, value)) in pairs.iter().enumerate() {
        let first = layout.pieces.len();
        let row = layout.tree.add(table, Role::Row);
        let name_node = layout.tree.add(row, Role::RowHeader);
        let value_node = layout.tree.add(row, Role::Cell);
        let left = Measured::new(layout.faces, name, name_style).lines(NAMES - GAP);
        let room = WIDTH - NAMES;
        let right = Measured::new(layout.faces, value, style).lines(room);
        let cell = |x, width, lines, node| Cell { x, width, lines, right: false, node: Some(node) };
        let cells = [cell(LEFT, NAMES - GAP, left, name_node), cell(LEFT + NAMES, room, right, value_node)];
        put_row(layout, &cells, style.size, None);
        if number == 0 {
            layout.pieces[first].before = 7.0;
        }
    }
}

fn style(kind: Kind) -> Style {
    if kind == Kind::Digest { DIGEST } else { TEXT }
}

fn cells(columns: &[Column], widths: &[f32], texts: &[Measured], mut node: impl FnMut(usize) -> Node) -> Vec<Cell> {
    let mut x = LEFT;
    let mut cells = Vec::new();
    for (number, ((column, &width), text)) in columns.iter().zip(widths).zip(texts).enumerate() {
        let right = column.kind == Kind::Number;
        cells.push(Cell { x, width, lines: text.lines(width), right, node: Some(node(number)) });
        x += width + GAP;
    }
    cells
}

fn most_lines(cells: &[Cell]) -> usize {
    cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(0)
}

/// Puts a row as one piece a line, so that a long one can go over pages.
fn put_row(layout: &mut Layout<'_>, cells: &[Cell], size: f32, header: Option<&Rc<Piece>>) {
    let count = most_lines(cells);
    for number in 0..count {
        let last = number + 1 == count;
        let mut part = piece(cells, number..number + 1, size, HAIR);
        if number > 0 {
            // Only the first line has air above, only the last air and a rule below.
            part.height -= AIR;
            part.items.iter_mut().for_each(|item| item.mark.lower(-AIR));
        }
        if !last {
            part.height -= AIR;
            part.items.pop();
        }
        part.keep = !last && (count <= WHOLE || number == 0 || number + 2 == count);
        part.header = header.map(Rc::clone);
        layout.pieces.push(part);
    }
}

/// Some lines of a row, with a rule below as the last of its items.
fn piece(cells: &[Cell], part: std::ops::Range<usize>, size: f32, rule: Color) -> Piece {
    let mut items = Vec::new();
    for cell in cells {
        for (down, line) in cell.lines.iter().skip(part.start).take(part.len()).enumerate() {
            let x = if cell.right { cell.x + cell.width - line.width } else { cell.x };
            let y = AIR + leading(size) * down as f32 + base(size);
            items.push(Item { mark: Mark::Text { x, y, line: line.clone() }, node: cell.node });
        }
    }
    let height = AIR * 2.0 + leading(size) * part.len() as f32;
    let thick = if rule == INK { 0.8 } else { 0.4 };
    let mark = Mark::Box { x: LEFT, y: height - thick, width: WIDTH, height: thick, color: rule };
    items.push(Item { mark, node: None });
    Piece { height, items, ..Piece::default() }
}

/// The widths of the columns, which fill the page: each has what its longest word needs and a long text a fifth of the
/// page, and of the rest the more the longer its texts are.
fn widths(columns: &[Column], headers: &[Measured], rows: &[Vec<Measured>]) -> Vec<f32> {
    let room = WIDTH - GAP * columns.len().saturating_sub(1) as f32;
    let (mut least, mut natural) = (Vec::new(), Vec::new());
    for (number, column) in columns.iter().enumerate() {
        let cells = || rows.iter().filter_map(|row| row.get(number));
        let longest = cells().map(Measured::natural).fold(0.0, f32::max);
        let word = cells().map(Measured::longest_word).fold(headers[number].longest_word(), f32::max);
        let header = headers[number].natural();
        let all = cells().map(|text| text.natural() * text.parts() as f32).fold(0.0, f32::max);
        match column.kind {
            Kind::Words => {
                least.push(word.max((all / LINES).min(room * 0.2)).min(room * 0.3).max(NARROW));
                natural.push(longest.max(header).max(NARROW).min(room));
            }
            Kind::Number | Kind::Whole => {
                let width = longest.max(headers[number].longest_word()).min(room * 0.4);
                least.push(width);
                natural.push(width);
            }
            Kind::Digest => {
                let width = longest.max(NARROW).min(room * 0.55);
                least.push(width);
                natural.push(width);
            }
        }
    }
    share(columns, room, &least, &natural)
}

fn share(columns: &[Column], room: f32, least: &[f32], natural: &[f32]) -> Vec<f32> {
    let (needed, wanted): (f32, f32) = (least.iter().sum(), natural.iter().sum());
    if needed > room {
        // Words can be broken behind punctuation; other columns are narrowed only where that is not enough.
        let spare = |(width, column): (&f32, &Column)| {
            if column.kind == Kind::Words { (width - NARROW).max(0.0) } else { 0.0 }
        };
        let most: f32 = least.iter().zip(columns).map(spare).sum();
        let part = ((needed - room) / most.max(1.0)).min(1.0);
        let widths: Vec<f32> = least.iter().zip(columns).map(|pair| pair.0 - spare(pair) * part).collect();
        let left: f32 = widths.iter().sum();
        return widths.iter().map(|width| width * (room / left).min(1.0)).collect();
    }
    if wanted > room {
        return grow(room, least, natural);
    }
    // What is left over goes to the columns of words, else to the last.
    let words: f32 = columns.iter().zip(natural).filter(|(column, _)| column.kind == Kind::Words).map(|(_, w)| w).sum();
    let mut widths = natural.to_vec();
    if words > 0.0 {
        for (width, column) in widths.iter_mut().zip(columns) {
            if column.kind == Kind::Words {
                *width += (room - wanted) * *width / words;
            }
        }
    } else if let Some(last) = widths.last_mut() {
        *last += room - wanted;
    }
    widths
}

/// Widens columns towards their natural widths: those with more to say get more, but not in proportion.
fn grow(room: f32, least: &[f32], natural: &[f32]) -> Vec<f32> {
    let mut widths = least.to_vec();
    // A column that has all it wants leaves the rest to the others in the next turn.
    for _ in 0..widths.len() {
        let wishes: Vec<f32> = widths.iter().zip(natural).map(|(width, most)| (most - width).max(0.0).sqrt()).collect();
        let (left, all) = (room - widths.iter().sum::<f32>(), wishes.iter().sum::<f32>());
        if left < 0.1 || all < 0.1 {
            break;
        }
        for ((width, most), wish) in widths.iter_mut().zip(natural).zip(wishes) {
            *width = (*width + left * wish / all).min(most.max(*width));
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::super::document::column;
    use super::*;

    #[test]
    fn columns_fill_the_page_whatever_they_need() {
        let columns = [column("a", Kind::Words), column("b", Kind::Number), column("c", Kind::Words)];
        for (least, natural) in [
            ([40.0, 20.0, 40.0], [60.0, 20.0, 80.0]),
            ([40.0, 20.0, 40.0], [400.0, 20.0, 300.0]),
            ([400.0, 200.0, 40.0], [400.0, 200.0, 400.0]),
        ] {
            let widths = share(&columns, 300.0, &least, &natural);
            assert!((widths.iter().sum::<f32>() - 300.0).abs() < 0.1, "{widths:?}");
        }
        let widths = share(&columns, 300.0, &[40.0, 20.0, 40.0], &[400.0, 20.0, 300.0]);
        assert!(widths[0] > widths[2] && (widths[1] - 20.0).abs() < 0.01);
    }
}
