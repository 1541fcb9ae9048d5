//! The SVG text of a chart to shapes and texts: the elements that charts are made of, whatever writes them.

use super::document::plain;
use super::face::{Faces, Weight};
use super::lines::{Color, Line, Measured, Style};
use super::path::{self, Step};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::io;

/// A picture in its own measure; y grows downwards.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    pub width: f32,
    pub height: f32,
    pub shapes: Vec<Shape>,
    /// Title and description.
    pub title: String,
    pub description: String,
    /// Names of elements that are not drawn.
    pub unknown: Vec<String>,
    /// Width and height, in their own measure, of the pictures around what is read, the innermost last.
    views: Vec<(f32, f32)>,
}

/// Something drawn.
#[derive(Debug)]
pub(super) enum Shape {
    /// A path with its fill and its stroke of a width.
    Path {
        steps: Vec<Step>,
        fill: Option<Color>,
        stroke: Option<(Color, f32)>,
    },
    /// What follows is a picture within the picture, up to its [`Shape::Back`]: factor and offsets from its measure to
    /// that around it, and the part that is seen, from the left, from above, width and height in its own measure.
    View {
        scale: f32,
        offset: (f32, f32),
        seen: [f32; 4],
    },
    Back,
    /// A line of text whose base line begins at a point, turned clockwise by degrees about another.
    Text {
        x: f32,
        y: f32,
        line: Line,
        turn: f32,
        about: (f32, f32),
    },
}

type Attributes = BTreeMap<String, String>;

/// Attributes that elements have from those around them.
const INHERITED: [&str; 6] = ["fill", "stroke", "stroke-width", "opacity", "font-size", "text-anchor"];

/// Draws an SVG text.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] when it is not well-formed XML.
pub(super) fn draw(faces: &mut Faces, svg: &str) -> io::Result<Drawing> {
    let mut reader = Reader::from_str(svg);
    let mut drawing = Drawing::default();
    let mut open: Vec<(String, Attributes, String)> = Vec::new();
    loop {
        match reader.read_event().map_err(broken)? {
            Event::Start(start) => {
                let element = element(&start, open.last().map(|(_, around, _)| around))?;
                drawing.begin(&element.0, &element.1);
                open.push((element.0, element.1, String::new()));
            }
            Event::Empty(start) => {
                let element = element(&start, open.last().map(|(_, around, _)| around))?;
                drawing.begin(&element.0, &element.1);
                drawing.end(faces, &element.0, &element.1, "");
            }
            Event::End(_) => {
                if let Some((name, attributes, text)) = open.pop() {
                    drawing.end(faces, &name, &attributes, text.trim());
                }
            }
            Event::Text(found) => {
                if let Some((_, _, text)) = open.last_mut() {
                    text.push_str(&found.xml_content().map_err(broken)?);
                }
            }
            Event::GeneralRef(entity) => {
                let char = entity.resolve_char_ref().map_err(broken)?.map(String::from);
                let name = entity.decode().map_err(broken)?;
                let found = char.or_else(|| resolve_predefined_entity(&name).map(str::to_owned));
                if let (Some((_, _, text)), Some(found)) = (open.last_mut(), found) {
                    text.push_str(&found);
                }
            }
            Event::Eof => return Ok(drawing),
            _ => {}
        }
    }
}

fn broken(cause: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, cause.to_string())
}

fn element(start: &BytesStart<'_>, around: Option<&Attributes>) -> io::Result<(String, Attributes)> {
    let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
    let mut attributes = Attributes::new();
    for inherited in INHERITED {
        if let Some(value) = around.and_then(|around| around.get(inherited)) {
            attributes.insert(inherited.to_owned(), value.clone());
        }
    }
    for attribute in start.attributes() {
        let attribute = attribute.map_err(broken)?;
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        attributes.insert(key, attribute.unescape_value().map_err(broken)?.into_owned());
    }
    Ok((name, attributes))
}

fn number(attributes: &Attributes, name: &str) -> f32 {
    let text = attributes.get(name).map_or("", String::as_str);
    text.trim().trim_end_matches("px").parse().unwrap_or_default()
}

impl Drawing {
    fn begin(&mut self, name: &str, attributes: &Attributes) {
        match name {
            "svg" => self.view(attributes),
            "g" | "title" | "desc" | "text" | "rect" | "circle" | "ellipse" | "line" | "polyline" | "polygon"
            | "path" => {}
            other => self.unknown.push(other.to_owned()),
        }
    }

    /// A picture, or one within it: <https://www.w3.org/TR/SVG11/coords.html#ViewBoxAttribute>.
    fn view(&mut self, attributes: &Attributes) {
        let at = |name| self.length(attributes, name);
        let (x, y, width, height) = (at("x"), at("y"), at("width"), at("height"));
        let within = path::numbers(attributes.get("viewBox").map_or("", String::as_str));
        let seen: [f32; 4] = within.try_into().unwrap_or([0.0, 0.0, width, height]);
        if self.views.is_empty() {
            (self.width, self.height) = (width, height);
        } else {
            // As large as fits, in the middle of its place.
            let scale = (width / seen[2].max(1e-6)).min(height / seen[3].max(1e-6));
            let (spare_x, spare_y) = (width - seen[2] * scale, height - seen[3] * scale);
            let offset = (x + spare_x / 2.0 - seen[0] * scale, y + spare_y / 2.0 - seen[1] * scale);
            self.shapes.push(Shape::View { scale, offset, seen });
        }
        self.views.push((seen[2], seen[3]));
    }

    /// A length, of which a percentage is a part of the picture around.
    fn length(&self, attributes: &Attributes, name: &str) -> f32 {
        let part = attributes.get(name).and_then(|value| value.trim().strip_suffix('%')).map(str::parse::<f32>);
        let (width, height) = self.views.last().copied().unwrap_or_default();
        match part {
            Some(Ok(part)) => part / 100.0 * if matches!(name, "y" | "height") { height } else { width },
            _ => number(attributes, name),
        }
    }

    fn end(&mut self, faces: &mut Faces, name: &str, attributes: &Attributes, text: &str) {
        let at = |name| number(attributes, name);
        match name {
            "svg" => {
                self.views.pop();
                if !self.views.is_empty() {
                    self.shapes.push(Shape::Back);
                }
            }
            "title" if self.title.is_empty() => text.clone_into(&mut self.title),
            "desc" if self.description.is_empty() => text.clone_into(&mut self.description),
            "text" => self.text(faces, attributes, text),
            "rect" => {
                let at = |name| self.length(attributes, name);
                let (x, y, width, height) = (at("x"), at("y"), at("width"), at("height"));
                let steps = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
                self.path(path::polyline(&steps, true), attributes);
            }
            "circle" => self.path(path::ellipse((at("cx"), at("cy")), (at("r"), at("r"))), attributes),
            "ellipse" => self.path(path::ellipse((at("cx"), at("cy")), (at("rx"), at("ry"))), attributes),
            "line" => self.path(path::polyline(&[(at("x1"), at("y1")), (at("x2"), at("y2"))], false), attributes),
            "polyline" | "polygon" => {
                let numbers = path::numbers(attributes.get("points").map_or("", String::as_str));
                let points: Vec<(f32, f32)> = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
                self.path(path::polyline(&points, name == "polygon"), attributes);
            }
            "path" => self.path(path::parse(attributes.get("d").map_or("", String::as_str)), attributes),
            _ => {}
        }
    }

    fn path(&mut self, steps: Vec<Step>, attributes: &Attributes) {
        let opacity = |kind: &str| {
            let part = |name: &str| attributes.get(name).and_then(|value| value.parse().ok()).unwrap_or(1.0f32);
            part("opacity") * part(kind)
        };
        let fill = color(attributes.get("fill").map_or("#000000", String::as_str), opacity("fill-opacity"));
        let stroke = color(attributes.get("stroke").map_or("none", String::as_str), opacity("stroke-opacity"));
        let wide = if attributes.contains_key("stroke-width") { number(attributes, "stroke-width") } else { 1.0 };
        if !steps.is_empty() && (fill.is_some() || stroke.is_some()) {
            self.shapes.push(Shape::Path { steps, fill, stroke: stroke.map(|color| (color, wide)) });
        }
    }

    fn text(&mut self, faces: &mut Faces, attributes: &Attributes, text: &str) {
        let size = if attributes.contains_key("font-size") { number(attributes, "font-size") } else { 16.0 };
        let color = color(attributes.get("fill").map_or("#000000", String::as_str), 1.0).unwrap_or_default();
        let bold =
            attributes.get("font-weight").is_some_and(|weight| matches!(weight.as_str(), "bold" | "600" | "700"));
        let weight = if bold { Weight::Bold } else { Weight::Regular };
        let style = Style { size, weight, color, ground: None };
        let line = Measured::new(faces, &plain(text), style).lines(f32::MAX).swap_remove(0);
        let before = match attributes.get("text-anchor").map(String::as_str) {
            Some("middle") => line.width / 2.0,
            Some("end") => line.width,
            _ => 0.0,
        };
        // An ex of the embedded face is 0.547 em.
        let down = match attributes.get("dy").map(String::as_str) {
            Some(dy) if dy.ends_with("ex") => dy.trim_end_matches("ex").parse().unwrap_or(0.0) * 0.547 * size,
            Some(dy) if dy.ends_with("em") => dy.trim_end_matches("em").parse().unwrap_or(0.0) * size,
            Some(_) => number(attributes, "dy"),
            None => 0.0,
        };
        let (x, y) = (number(attributes, "x"), number(attributes, "y"));
        let turn = attributes.get("transform").and_then(|transform| transform.strip_prefix("rotate("));
        let turn = path::numbers(turn.map_or("", |turn| turn.trim_end_matches(')')));
        let about = if turn.len() == 3 { (turn[1], turn[2]) } else { (0.0, 0.0) };
        let turn = turn.first().copied().unwrap_or(0.0);
        self.shapes.push(Shape::Text { x: x - before, y: y + down, line, turn, about });
    }
}

/// A colour `#rrggbb` on white paper; `None` is no colour.
fn color(text: &str, opacity: f32) -> Option<Color> {
    let named = match text {
        "white" => "#ffffff",
        "black" => "#000000",
        text => text,
    };
    let digits = named.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let color = [part(0)?, part(2)?, part(4)?];
    let on_paper = |part: u8| (f32::from(part) * opacity + 255.0 * (1.0 - opacity)).round() as u8;
    (opacity > 0.0).then(|| color.map(on_paper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_elements_of_charts_are_drawn() {
        let mut faces = Faces::new().unwrap();
        let svg = "<svg width=\"10\" height=\"20\"><title>a &amp; &lt;b&gt;</title><g fill=\"#102030\">\
                   <rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" opacity=\"0.5\"/><path d=\"m1 1h2v2z\"/></g>\
                   <text x=\"5\" y=\"5\" text-anchor=\"end\" font-size=\"10\">&#x202;x</text><image/></svg>";
        let drawing = draw(&mut faces, svg).unwrap();
        assert_eq!((drawing.width, drawing.height, drawing.title.as_str()), (10.0, 20.0, "a & <b>"));
        assert_eq!((drawing.shapes.len(), drawing.unknown), (3, vec!["image".to_owned()]));
        let Shape::Path { fill, .. } = &drawing.shapes[0] else { panic!() };
        assert_eq!(*fill, Some([0x88, 0x90, 0x98]));
        let Shape::Text { x, .. } = &drawing.shapes[2] else { panic!() };
        assert!(*x < 0.0);
        assert!(draw(&mut faces, "<svg><rect").is_err());
    }

    #[test]
    fn a_picture_within_the_picture_has_a_measure_of_its_own() {
        let mut faces = Faces::new().unwrap();
        let svg = "<svg width=\"100\" height=\"80\"><svg x=\"10\" y=\"20\" width=\"50\" height=\"40\" \
                   viewBox=\"0 0 500 200\"><rect width=\"100%\" height=\"50%\"/></svg><rect width=\"100%\"/></svg>";
        let drawing = draw(&mut faces, svg).unwrap();
        assert_eq!((drawing.width, drawing.height), (100.0, 80.0), "the outer one's");
        let [Shape::View { scale, offset, seen }, Shape::Path { steps, .. }, Shape::Back, Shape::Path { .. }] =
            &drawing.shapes[..]
        else {
            panic!("{:?}", drawing.shapes)
        };
        assert_eq!((*scale, *offset, *seen), (0.1, (10.0, 30.0), [0.0, 0.0, 500.0, 200.0]));
        assert_eq!(steps[2], Step::Line(500.0, 100.0));
    }
}
