//! A case to pictures: SVG with one embedded font's measures, the same bytes for the same case.
//!
//! Their texts are those of the catalogue, made in [`words`] where several make one; colours, signs and the width are in
//! [`ink`]. Times are UTC, whatever the reader's clock is: an axis has one.

mod canvas;
mod containment;
mod events;
mod exposure;
mod held;
mod hours;
mod ink;
mod map;
mod measure;
mod plot;
mod scale;
mod sessions;
mod sign_ins;
mod story;
mod words;

pub(crate) use map::{CameFrom, account_map};
pub(crate) use story::{draw as story_picture, stories, story_svg};

use super::folder::Sink;
use super::view::View;
use crate::language::Voice;
use std::io::{self, Write};
use std::sync::OnceLock;

/// A finished picture.
#[derive(Debug)]
pub(crate) struct Picture {
    /// Path within the case folder.
    pub(crate) file: String,
    /// What it is called, as it stands on it; log text in it is visible but not escaped.
    pub(crate) title: String,
    /// What it shows, in a few sentences with its main numbers: for those who cannot see it, and to print below it.
    pub(crate) alt: String,
    /// The bytes of the file; title and `alt` are in it as `<title>` and `<desc>`.
    pub(crate) svg: String,
}

/// A chart of the whole case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chart {
    /// Where people signed in from.
    Map,
    /// When the intruder was in which account.
    Sessions,
    /// What the intruder reached, by day.
    Exposure,
    /// What the intruder did before and after each step of the response.
    Containment,
    /// Events over time.
    Events,
    /// Sign-ins by country.
    SignIns,
    /// Events by hour and weekday.
    Hours,
}

/// The charts of the whole case, in the order of the report.
const CHARTS: [Chart; 7] =
    [Chart::Map, Chart::Sessions, Chart::Exposure, Chart::Containment, Chart::Events, Chart::SignIns, Chart::Hours];

/// The charts of the whole case, each drawn when first asked for: the report holds them too.
#[derive(Debug, Default)]
pub(crate) struct Charts([OnceLock<io::Result<Picture>>; CHARTS.len()]);

impl Chart {
    fn draw(self, view: &View<'_>) -> io::Result<Picture> {
        match self {
            Self::Map => map::draw(view),
            Self::Sessions => sessions::draw(view),
            Self::Exposure => exposure::draw(view),
            Self::Containment => containment::draw(view),
            Self::Events => events::draw(view),
            Self::SignIns => sign_ins::draw(view),
            Self::Hours => hours::draw(view),
        }
    }
}

/// How the charts of a case speak.
fn voice(view: &View<'_>) -> Voice {
    view.case.facts.voice.in_utc()
}

/// A chart of the whole case.
pub(crate) fn picture<'a>(view: &'a View<'_>, chart: Chart) -> io::Result<&'a Picture> {
    let drawn = view.charts.0[chart as usize].get_or_init(|| chart.draw(view));
    drawn.as_ref().map_err(|cause| io::Error::new(cause.kind(), cause.to_string()))
}

/// All charts of the whole case, in the order of the report.
pub(crate) fn pictures<'a>(view: &'a View<'_>) -> io::Result<Vec<&'a Picture>> {
    CHARTS.into_iter().map(|chart| picture(view, chart)).collect()
}

/// Writes the file of a chart.
pub(crate) fn svg(view: &View<'_>, chart: Chart, sink: &mut Sink<'_>) -> io::Result<()> {
    sink.write_all(picture(view, chart)?.svg.as_bytes())
}
