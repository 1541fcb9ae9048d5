//! The path data of SVG to lines and curves: <https://www.w3.org/TR/SVG11/paths.html#PathData>.

/// A step of a path, in absolute places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    Move(f32, f32),
    Line(f32, f32),
    /// Two control points and the end.
    Curve([f32; 6]),
    Close,
}

/// How far a control point stands for a quarter of a circle of radius 1.
const QUARTER: f32 = 0.552_284_8;

/// A line through points.
pub(super) fn polyline(points: &[(f32, f32)], closed: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = points.iter().map(|&(x, y)| Step::Line(x, y)).collect();
    if let Some(first) = steps.first_mut()
        && let Step::Line(x, y) = *first
    {
        *first = Step::Move(x, y);
        if closed {
            steps.push(Step::Close);
        }
    }
    steps
}

/// An ellipse.
pub(super) fn ellipse((cx, cy): (f32, f32), (rx, ry): (f32, f32)) -> Vec<Step> {
    let (dx, dy) = (rx * QUARTER, ry * QUARTER);
    vec![
        Step::Move(cx + rx, cy),
        Step::Curve([cx + rx, cy + dy, cx + dx, cy + ry, cx, cy + ry]),
        Step::Curve([cx - dx, cy + ry, cx - rx, cy + dy, cx - rx, cy]),
        Step::Curve([cx - rx, cy - dy, cx - dx, cy - ry, cx, cy - ry]),
        Step::Curve([cx + dx, cy - ry, cx + rx, cy - dy, cx + rx, cy]),
        Step::Close,
    ]
}

/// The numbers in a text, whatever parts them; `1-2` and `.5.5` are two.
pub(super) fn numbers(text: &str) -> Vec<f32> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((number, behind)) = number(rest) {
        found.push(number);
        rest = behind;
    }
    found
}

/// The first number of a text and what stands behind it; `None` when something else comes before one.
fn number(text: &str) -> Option<(f32, &str)> {
    let text = text.trim_start_matches(|char: char| char.is_ascii_whitespace() || char == ',');
    let (mut end, mut dot, mut digits, mut power) = (0, false, false, false);
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'+' | b'-' if end == 0 || matches!(bytes[end - 1], b'e' | b'E') => {}
            b'.' if !dot && !power => dot = true,
            b'0'..=b'9' => digits = true,
            b'e' | b'E' if digits && !power => power = true,
            _ => break,
        }
        end += 1;
    }
    text[..end].parse().ok().map(|number| (number, &text[end..]))
}

/// Where a path stands while it is read.
struct Pen {
    steps: Vec<Step>,
    at: (f32, f32),
    start: (f32, f32),
}

/// Reads path data as far as it is understood.
pub(super) fn parse(data: &str) -> Vec<Step> {
    let mut pen = Pen { steps: Vec::new(), at: (0.0, 0.0), start: (0.0, 0.0) };
    let mut rest = data.trim_start();
    while let Some(command) = rest.chars().next().filter(char::is_ascii_alphabetic) {
        rest = &rest[1..];
        let count = match command.to_ascii_uppercase() {
            'M' | 'L' => 2,
            'H' | 'V' => 1,
            'C' => 6,
            'Q' => 4,
            'A' => 7,
            'Z' => 0,
            _ => return pen.steps,
        };
        let (values, behind) = values(rest, count, command.eq_ignore_ascii_case(&'a'));
        rest = behind.trim_start_matches(|char: char| char.is_ascii_whitespace() || char == ',');
        if count == 0 {
            pen.steps.push(Step::Close);
            pen.at = pen.start;
        }
        for (turn, values) in values.chunks_exact(count.max(1)).enumerate() {
            // A second pair behind M is a line.
            let command = match command {
                'M' if turn > 0 => 'L',
                'm' if turn > 0 => 'l',
                command => command,
            };
            pen.step(command, values);
        }
    }
    pen.steps
}

/// Numbers in groups; the flags of an arc may stand without a gap.
fn values(text: &str, count: usize, arc: bool) -> (Vec<f32>, &str) {
    let (mut values, mut rest) = (Vec::new(), text);
    loop {
        let flag = arc && matches!(values.len() % 7, 3 | 4);
        let trimmed = rest.trim_start_matches(|char: char| char.is_ascii_whitespace() || char == ',');
        let found = match trimmed.as_bytes().first() {
            Some(&byte @ (b'0' | b'1')) if flag => Some((f32::from(byte - b'0'), &trimmed[1..])),
            _ => number(rest),
        };
        match found {
            Some((value, behind)) if count > 0 => {
                values.push(value);
                rest = behind;
            }
            _ => return (values, rest),
        }
    }
}

impl Pen {
    fn step(&mut self, command: char, values: &[f32]) {
        let (x, y) = if command.is_ascii_lowercase() { self.at } else { (0.0, 0.0) };
        let point = |at: usize| (x + values[at], y + values[at + 1]);
        match command.to_ascii_uppercase() {
            'M' => {
                self.at = point(0);
                self.start = self.at;
                self.steps.push(Step::Move(self.at.0, self.at.1));
            }
            'L' => self.line(point(0)),
            'H' => self.line((x + values[0], self.at.1)),
            'V' => self.line((self.at.0, y + values[0])),
            'C' => self.curve(point(0), point(2), point(4)),
            'Q' => {
                let (from, control, to) = (self.at, point(0), point(2));
                let near = |end: (f32, f32)| (end.0 + (control.0 - end.0) / 1.5, end.1 + (control.1 - end.1) / 1.5);
                self.curve(near(from), near(to), to);
            }
            'A' => self.arc((values[0], values[1]), (values[3] != 0.0, values[4] != 0.0), point(5)),
            _ => {}
        }
    }

    fn line(&mut self, to: (f32, f32)) {
        self.at = to;
        self.steps.push(Step::Line(to.0, to.1));
    }

    fn curve(&mut self, a: (f32, f32), b: (f32, f32), to: (f32, f32)) {
        self.at = to;
        self.steps.push(Step::Curve([a.0, a.1, b.0, b.1, to.0, to.1]));
    }

    /// An arc of an ellipse that is not turned: <https://www.w3.org/TR/SVG11/implnote.html#ArcImplementationNotes>.
    fn arc(&mut self, (rx, ry): (f32, f32), (large, sweep): (bool, bool), to: (f32, f32)) {
        let (rx, ry) = (rx.abs(), ry.abs());
        if rx < 1e-6 || ry < 1e-6 {
            return self.line(to);
        }
        // On a circle of radius 1.
        let (from, end) = ((self.at.0 / rx, self.at.1 / ry), (to.0 / rx, to.1 / ry));
        let (dx, dy) = ((end.0 - from.0) / 2.0, (end.1 - from.1) / 2.0);
        let half = dx.hypot(dy);
        if half < 1e-6 {
            return;
        }
        let grow = half.max(1.0);
        let away = (grow * grow - half * half).max(0.0).sqrt() / half * if large == sweep { 1.0 } else { -1.0 };
        let center = (from.0 + dx + dy * away, from.1 + dy - dx * away);
        let begin = (from.1 - center.1).atan2(from.0 - center.0);
        let mut sweep_by = (end.1 - center.1).atan2(end.0 - center.0) - begin;
        let full = std::f32::consts::TAU;
        if sweep && sweep_by < 0.0 {
            sweep_by += full;
        } else if !sweep && sweep_by > 0.0 {
            sweep_by -= full;
        }
        let parts = (sweep_by.abs() / std::f32::consts::FRAC_PI_2 - 1e-3).ceil().max(1.0);
        let part = sweep_by / parts;
        let reach = 4.0 / 3.0 * (part / 4.0).tan() * grow;
        let place = |angle: f32| (center.0 + grow * angle.cos(), center.1 + grow * angle.sin());
        for number in 0..parts as u8 {
            let (first, last) = (begin + part * f32::from(number), begin + part * f32::from(number + 1));
            let (a, b) = (place(first), place(last));
            let near = (a.0 - reach * first.sin(), a.1 + reach * first.cos());
            let far = (b.0 + reach * last.sin(), b.1 - reach * last.cos());
            self.curve((near.0 * rx, near.1 * ry), (far.0 * rx, far.1 * ry), (b.0 * rx, b.1 * ry));
        }
        self.at = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_need_no_gaps() {
        assert_eq!(numbers("1-2 .5.5,3e1"), [1.0, -2.0, 0.5, 0.5, 30.0]);
        assert!(numbers("x1").is_empty());
    }

    #[test]
    fn relative_steps_and_repeated_pairs_are_lines() {
        let steps = parse("m1 1 2 0v3h-2zM9,9");
        let wanted = [
            Step::Move(1.0, 1.0),
            Step::Line(3.0, 1.0),
            Step::Line(3.0, 4.0),
            Step::Line(1.0, 4.0),
            Step::Close,
            Step::Move(9.0, 9.0),
        ];
        assert_eq!(steps, wanted);
    }

    #[test]
    fn an_arc_passes_its_middle() {
        // Half a circle from the top to the bottom by the right: clockwise, since y grows downwards.
        for (data, middle) in
            [("M0 -5A5 5 0 0 1 0 5", 5.0f32), ("M0 -5A5 5 0 010 5", 5.0), ("M0 -5A5 5 0 0 0 0 5", -5.0)]
        {
            let steps = parse(data);
            assert_eq!(steps.len(), 3, "{data}");
            let Step::Curve(first) = steps[1] else { panic!() };
            assert!((first[4] - middle).abs() < 0.01 && first[5].abs() < 0.01, "{data}: {first:?}");
            let Step::Curve(last) = steps[2] else { panic!() };
            assert!(last[4].abs() < 0.01 && (last[5] - 5.0).abs() < 0.01, "{data}: {last:?}");
        }
    }

    #[test]
    fn no_data_makes_it_panic() {
        for data in ["", "M", "M1", "A1 1", "é", "M1 1é", "C1 2 3", "Z Z", "M0 0A0 0 0 0 0 1 1", "M0 0A1 1 0 2 9 1 1"]
        {
            parse(data);
        }
    }
}
