//! A case to pictures: SVG with one embedded font's measures, the same bytes for the same case.

mod canvas;
mod events;
mod hours;
mod scale;
mod sign_ins;
mod story;

pub use events::events_svg;
pub use hours::hours_svg;
pub use sign_ins::sign_ins_svg;
pub use story::{Story, draw as story_text, stories, story_svg};

pub use events::draw as events_text;
pub use hours::draw as hours_text;
pub use sign_ins::draw as sign_ins_text;
