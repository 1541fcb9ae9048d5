//! A face to a font of the file: only the glyphs that were shown, with a code a character.

use super::face::{Face, Used};
use super::file::{Id, Objects, push_hex};
use super::paint::push_number;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::io;
use subsetter::GlyphRemapper;

/// Characters of one block of a code map: 9.10.3 of ISO 32000-1 names the form, Adobe's note 5411 the limit.
const BLOCK: usize = 100;

/// Puts a face; `None` when nothing was shown in it.
pub(super) fn write(objects: &mut Objects, face: &Face) -> io::Result<Option<Id>> {
    if face.used.len() < 2 {
        return Ok(None);
    }
    let mut glyphs = GlyphRemapper::new();
    let mut map = Vec::with_capacity(face.used.len() * 2);
    for used in &face.used {
        map.extend_from_slice(&glyphs.remap(used.glyph).to_be_bytes());
    }
    let subset = subsetter::subset(face.bytes, 0, &glyphs).map_err(io::Error::other)?;
    let name = format!("{}+{}", tag(&face.used), face.name);
    let file = objects.stream(&format!("/Length1 {}", subset.len()), &subset)?;
    let map = objects.stream("", &map)?;
    let to_unicode = objects.stream("", to_unicode(&face.used).as_bytes())?;
    let descriptor = objects.add(descriptor(face, &name, file))?;
    let mut widths = String::new();
    for used in &face.used {
        push_number(&mut widths, used.width, 3);
    }
    let info = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>";
    let descendant = objects.add(format!(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}{info}/FontDescriptor {descriptor}/CIDToGIDMap {map}\
         /DW 0/W[0[{widths}]]>>"
    ))?;
    let font = format!(
        "<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H/DescendantFonts[{descendant}]\
         /ToUnicode {to_unicode}>>"
    );
    objects.add(font).map(Some)
}

/// Six letters that tell this subset from others.
fn tag(used: &[Used]) -> String {
    let mut hash = Sha256::new();
    for used in used {
        hash.update(u32::from(used.char).to_be_bytes());
    }
    hash.finalize().iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

fn descriptor(face: &Face, name: &str, file: Id) -> String {
    let font = &face.font;
    let scale = |units: i16| (f32::from(units) * face.scale()).round();
    let bounds = font.global_bounding_box();
    let [left, low, right, high] = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(scale);
    let (ascent, descent) = (scale(font.ascender()), scale(font.descender()));
    let capital = scale(font.capital_height().unwrap_or(font.ascender()));
    let stem = if font.is_bold() { 140 } else { 80 };
    format!(
        "<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{left} {low} {right} {high}]/ItalicAngle 0\
         /Ascent {ascent}/Descent {descent}/CapHeight {capital}/StemV {stem}/FontFile2 {file}>>"
    )
}

/// What each code means: 9.10.3 of ISO 32000-1.
fn to_unicode(used: &[Used]) -> String {
    let mut out = String::from(
        "/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n\
         /CMapType 2 def\n1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n",
    );
    let coded: Vec<(usize, char)> = used.iter().map(|used| used.char).enumerate().skip(1).collect();
    for block in coded.chunks(BLOCK) {
        let _ = writeln!(out, "{} beginbfchar", block.len());
        for (code, char) in block {
            let _ = write!(out, "<{code:04x}><");
            char.encode_utf16(&mut [0; 2]).iter().for_each(|&unit| push_hex(&mut out, unit));
            out.push_str(">\n");
        }
        out.push_str("endbfchar\n");
    }
    out.push_str("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n");
    out
}

#[cfg(test)]
mod tests {
    use super::super::face::{Faces, Weight};
    use super::*;

    #[test]
    fn each_code_means_its_character() {
        let mut faces = Faces::new().unwrap();
        for char in "A\u{410}𝔸".chars() {
            faces.shown(Weight::Regular, char).unwrap();
        }
        let map = to_unicode(&faces.face(Weight::Regular).used);
        assert!(map.contains("3 beginbfchar\n<0001><0041>\n<0002><0410>\n<0003><d835dd38>\nendbfchar"), "{map}");
    }
}
