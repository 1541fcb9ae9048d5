//! stub
use super::folder::Sink;
use super::view::View;
pub fn html(_view: &View<'_>, _sink: &mut Sink<'_>) -> std::io::Result<()> {
    Ok(())
}
