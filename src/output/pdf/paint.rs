//! Pages to a PDF/A-2a file: content streams, fonts, outline, structure, metadata.
//!
//! ISO 32000-1 for PDF, ISO 19005-2 for PDF/A: all fonts embedded, colours of a stated profile, no date of a run.

use super::document::Document;
use super::face::{Faces, Weight};
use super::file::{Id, Objects, push_hex, text};
use super::flow::{Item, Mark, PAGE, Pages};
use super::font;
use super::lines::{Color, Run};
use super::metadata;
use super::outline;
use super::path::Step;
use super::svg::{Drawing, Shape};
use super::tags::{Node, Tree};
use std::fmt::Write;
use std::io;

/// sRGB as Little CMS writes it, without rights reserved.
static PROFILE: &[u8] = include_bytes!("../assets/sRGB.icc");

/// Writes the file.
pub(super) fn write(document: &Document, faces: &Faces, pages: &Pages, mut tree: Tree) -> io::Result<Vec<u8>> {
    let mut objects = Objects::new();
    let (root, all) = (objects.reserve(), objects.reserve());
    let mut fonts = String::new();
    for (name, weight) in [("R", Weight::Regular), ("B", Weight::Bold)] {
        if let Some(id) = font::write(&mut objects, faces.face(weight))? {
            let _ = write!(fonts, "/{name} {id}");
        }
    }
    let resources = objects.add(format!("<</Font<<{fonts}>>>>"))?;
    let ids: Vec<Id> = pages.sheets.iter().map(|_| objects.reserve()).collect();
    let mut marks = Vec::new();
    for (number, (items, &id)) in pages.sheets.iter().zip(&ids).enumerate() {
        let mut page = Canvas::default();
        let mut on_page = Vec::new();
        page.items(items, |node| (tree.name(node), tree.mark(node, number, &mut on_page)));
        let content = objects.stream("", page.out.as_bytes())?;
        let (width, height) = PAGE;
        objects.put(
            id,
            format!(
                "<</Type/Page/Parent {all}/MediaBox[0 0 {width} {height}]/Resources {resources}/Contents {content}\
                 /StructParents {number}/Tabs/S>>"
            ),
        )?;
        marks.push(on_page);
    }
    let kids: Vec<String> = ids.iter().map(Id::to_string).collect();
    objects.put(all, format!("<</Type/Pages/Count {}/Kids[{}]>>", ids.len(), kids.join(" ")))?;
    let structure = tree.write(&mut objects, &ids, &marks)?;
    let outline = outline::write(&mut objects, &pages.outline, &ids)?;
    let packet = metadata::packet(document);
    let packet = objects.bare_stream("/Type/Metadata/Subtype/XML", packet.as_bytes());
    let profile = objects.stream("/N 3", PROFILE)?;
    let intent = format!(
        "/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)\
         /DestOutputProfile {profile}>>]"
    );
    let outline = outline.map_or_else(String::new, |id| format!("/Outlines {id}/PageMode/UseOutlines"));
    let language = text(&document.language);
    objects.put(
        root,
        format!(
            "<</Type/Catalog/Pages {all}{outline}/Lang {language}/MarkInfo<</Marked true>>/StructTreeRoot {structure}\
             /Metadata {packet}/ViewerPreferences<</DisplayDocTitle true>>{intent}>>"
        ),
    )?;
    let info = objects.add(metadata::info(document))?;
    objects.finish(root, info, &key(&document.key))
}

/// The bytes of the first half of a digest.
fn key(digest: &str) -> Vec<u8> {
    let digits = digest.as_bytes().chunks_exact(2).take(16);
    digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// The content of one page.
#[derive(Default)]
struct Canvas {
    out: String,
    color: Option<Color>,
    /// Whether marked content is open, and what it belongs to.
    open: bool,
    owner: Option<Node>,
}

/// Upright text.
const UPRIGHT: [f32; 4] = [1.0, 0.0, 0.0, 1.0];

impl Canvas {
    /// Draws everything; `mark` gives role and number of what belongs to an element.
    fn items(&mut self, items: &[Item], mut mark: impl FnMut(Node) -> (String, usize)) {
        for item in items {
            match &item.mark {
                Mark::Text { x, y, line } => {
                    let (x, y) = (*x, PAGE.1 - y);
                    // What stands for something else is marked content of its own.
                    for run in &line.runs {
                        let apart = run.stands_for.as_deref().filter(|_| item.node.is_some());
                        self.begin(item.node, apart, &mut mark);
                        self.run(run, x, y, UPRIGHT);
                        if apart.is_some() {
                            self.close();
                        }
                    }
                }
                other => {
                    self.begin(item.node, None, &mut mark);
                    self.item(other);
                }
            }
        }
        self.close();
    }

    /// Begins marked content, unless the one that is open belongs to the same.
    fn begin(&mut self, node: Option<Node>, apart: Option<&str>, mark: &mut impl FnMut(Node) -> (String, usize)) {
        if apart.is_none() && self.open && self.owner == node {
            return;
        }
        self.close();
        match node {
            Some(node) => {
                let (role, number) = mark(node);
                let (role, actual) = match apart {
                    // Readers look for it at a span alone.
                    Some(shown) => ("Span", format!("/ActualText {}", text(shown))),
                    None => (role.as_str(), String::new()),
                };
                let _ = writeln!(self.out, "/{role}<</MCID {number}{actual}>>BDC");
            }
            None => self.out.push_str("/Artifact BMC\n"),
        }
        (self.open, self.owner) = (true, node);
    }

    fn close(&mut self) {
        if std::mem::take(&mut self.open) {
            self.out.push_str("EMC\n");
        }
    }

    fn item(&mut self, mark: &Mark) {
        match mark {
            Mark::Box { x, y, width, height, color } => {
                self.fill(*color);
                self.numbers(&[*x, PAGE.1 - y - height, *width, *height]);
                self.out.push_str("re f\n");
            }
            Mark::Picture { x, y, scale, drawing } => self.picture(drawing, *x, PAGE.1 - y, *scale),
            Mark::Text { .. } | Mark::PageOf { .. } => {}
        }
    }

    /// Draws a part of a line of text whose base line begins at a point; `matrix` turns and mirrors it.
    fn run(&mut self, run: &Run, x: f32, y: f32, matrix: [f32; 4]) {
        let size = run.style.size;
        if let Some(ground) = run.style.ground {
            self.fill(ground);
            self.numbers(&[x + run.x, y - 0.3 * size, run.width, 1.36 * size]);
            self.out.push_str("re f\n");
        }
        self.fill(run.style.color);
        let face = if run.weight == Weight::Bold { 'B' } else { 'R' };
        let _ = write!(self.out, "BT /{face} ");
        self.numbers(&[size]);
        self.out.push_str("Tf ");
        self.numbers(&matrix);
        self.numbers(&[x + run.x * matrix[0], y + run.x * matrix[1]]);
        self.out.push_str("Tm <");
        run.codes.iter().for_each(|&code| push_hex(&mut self.out, code));
        self.out.push_str("> Tj ET\n");
    }

    fn picture(&mut self, drawing: &Drawing, x: f32, y: f32, scale: f32) {
        self.out.push_str("q ");
        // What lies outside of the picture is not drawn.
        self.numbers(&[x, y - drawing.height * scale, drawing.width * scale, drawing.height * scale]);
        self.out.push_str("re W n ");
        self.precise(&[scale, 0.0, 0.0, -scale, x, y]);
        self.out.push_str("cm\n");
        for shape in &drawing.shapes {
            match shape {
                Shape::Path { steps, fill, stroke } => self.path(steps, *fill, *stroke),
                Shape::View { scale, offset, seen } => {
                    self.out.push_str("q ");
                    self.precise(&[*scale, 0.0, 0.0, *scale, offset.0, offset.1]);
                    self.out.push_str("cm ");
                    self.numbers(seen);
                    self.out.push_str("re W n\n");
                }
                Shape::Back => {
                    self.out.push_str("Q\n");
                    self.color = None;
                }
                Shape::Text { x, y, line, turn, about } => {
                    let (sin, cos) = turn.to_radians().sin_cos();
                    let (dx, dy) = (x - about.0, y - about.1);
                    let place = (about.0 + dx * cos - dy * sin, about.1 + dx * sin + dy * cos);
                    line.runs.iter().for_each(|run| self.run(run, place.0, place.1, [cos, sin, sin, -cos]));
                }
            }
        }
        self.out.push_str("Q\n");
        self.color = None;
    }

    fn path(&mut self, steps: &[Step], fill: Option<Color>, stroke: Option<(Color, f32)>) {
        if let Some(color) = fill {
            self.fill(color);
        }
        if let Some((color, width)) = stroke {
            self.numbers(&color.map(|part| f32::from(part) / 255.0));
            self.out.push_str("RG ");
            self.numbers(&[width]);
            self.out.push_str("w ");
        }
        for step in steps {
            match step {
                Step::Move(x, y) => self.step(&[*x, *y], 'm'),
                Step::Line(x, y) => self.step(&[*x, *y], 'l'),
                Step::Curve(places) => self.step(places, 'c'),
                Step::Close => self.out.push_str("h "),
            }
        }
        self.out.push_str(match (fill, stroke) {
            (Some(_), Some(_)) => "B\n",
            (Some(_), None) => "f\n",
            _ => "S\n",
        });
    }

    fn step(&mut self, places: &[f32], operator: char) {
        self.numbers(places);
        self.out.push(operator);
        self.out.push(' ');
    }

    fn fill(&mut self, color: Color) {
        if self.color != Some(color) {
            self.numbers(&color.map(|part| f32::from(part) / 255.0));
            self.out.push_str("rg ");
            self.color = Some(color);
        }
    }

    fn numbers(&mut self, numbers: &[f32]) {
        for &number in numbers {
            push_number(&mut self.out, number, 3);
        }
    }

    fn precise(&mut self, numbers: &[f32]) {
        for &number in numbers {
            push_number(&mut self.out, number, 5);
        }
    }
}

/// Appends a number with at most so many decimals, and a blank.
pub(super) fn push_number(out: &mut String, number: f32, decimals: u32) {
    let one = 10i64.pow(decimals);
    let whole = (f64::from(number) * one as f64).round() as i64;
    if whole < 0 {
        out.push('-');
    }
    let (mut part, mut step) = (whole.abs() % one, one / 10);
    out.push_str(&(whole.abs() / one).to_string());
    if part > 0 {
        out.push('.');
    }
    while part > 0 {
        out.push(char::from(b'0' + (part / step) as u8));
        (part, step) = (part % step, step / 10);
    }
    out.push(' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let mut out = String::new();
        for number in [0.0, -0.0001, 12.5, 100.0, 0.125, -3.999_9] {
            push_number(&mut out, number, 3);
        }
        assert_eq!(out, "0 0 12.5 100 0.125 -4 ");
    }

    #[test]
    fn the_key_is_the_first_half_of_the_digest() {
        assert_eq!(key(&"0f".repeat(32)), [15; 16]);
        assert!(key("no digest").is_empty());
    }
}
