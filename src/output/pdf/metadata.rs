//! What the file says of itself: title, language, author, and that it is PDF/A-2a. No date: it would be that of a run.

use super::document::Document;
use super::file::text;

/// The program, as the file names it.
const PROGRAM: &str = concat!("speur ", env!("CARGO_PKG_VERSION"));

/// The document information dictionary, which says the same as [`packet`].
pub(super) fn info(document: &Document) -> String {
    let author = if document.author.is_empty() { String::new() } else { format!("/Author {}", text(&document.author)) };
    let program = text(PROGRAM);
    format!("<</Title {}{author}/Creator {program}/Producer {program}>>", text(&document.title))
}

/// The XMP packet: ISO 19005-2, 6.6.
pub(super) fn packet(document: &Document) -> String {
    let author = if document.author.is_empty() {
        String::new()
    } else {
        format!("<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>\n", markup(&document.author))
    };
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" \
         xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n\
         <dc:format>application/pdf</dc:format>\n\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n{author}\
         <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>\n\
         <xmp:CreatorTool>{PROGRAM}</xmp:CreatorTool>\n<pdf:Producer>{PROGRAM}</pdf:Producer>\n\
         <pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>A</pdfaid:conformance>\n\
         </rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>",
        title = markup(&document.title),
        language = markup(&document.language),
    )
}

fn markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
