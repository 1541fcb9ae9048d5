//! A case to pictures: SVG with one embedded font's measures, the same bytes for the same case.

mod canvas;
mod events;
mod hours;
mod scale;
mod sign_ins;
mod story;

pub(crate) use events::events_svg;
pub(crate) use hours::hours_svg;
pub(crate) use sign_ins::sign_ins_svg;
pub(crate) use story::{draw as story_text, stories, story_svg};

pub(crate) use events::draw as events_text;
pub(crate) use hours::draw as hours_text;
pub(crate) use sign_ins::draw as sign_ins_text;
