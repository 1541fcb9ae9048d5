//! `ual-flattened`: `AuditData` as columns, the way Export-Csv prints it when no wrapper is left.
//!
//! Lossy: a list is printed as `System.Object[]`, and the columns are those of the first record. Sparrow writes its
//! lists as JSON text. Columns: <https://github.com/cisagov/Sparrow/blob/develop/Sparrow.ps1>

use super::ual::{self, Flat};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper};
use crate::event::Event;
use crate::input::Data;

const NAME: &str = "ual-flattened";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "AuditData spread over columns, CSV (Microsoft-Extractor-Suite -AuditDataOnly, sparrow, hawk)",
    recognised_by: "columns CreationTime, Operation, RecordType, UserId without AuditData",
    signature: Signature {
        csv: &[Shape::needs(&["CreationTime", "Operation", "RecordType", "UserId"])
            .usual(&["Id", "Workload"])
            .never(&["AuditData"])],
        json: &[],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let Data::Csv { header, fields } = data else { return Err(super::not_csv()) };
    if header.delimiter == b',' && fields.len() < header.names.len() && fields.iter().any(|f| f.contains(";\"")) {
        // Sparrow appends to one of its files with another separator than the one it was begun with.
        return Err(format!(
            "found a row separated by ; below a header separated by {}; copy such rows to a file below a header of \
             their own",
            char::from(header.delimiter)
        ));
    }
    let mut flat = Flat::new();
    for (name, cell) in header.names.iter().zip(&fields) {
        flat.add(name.trim(), cell);
    }
    flat.finish(Wrapper::default(), "")
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    ual::view(decoded, context, NAME)
}
