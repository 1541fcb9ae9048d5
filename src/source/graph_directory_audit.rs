//! `graph-directory-audit`: Graph directory audits, v1.0 and beta, and the portal's JSON download; keys that begin in capitals of
//! `AzureADPreview` and of the Graph PowerShell SDK too.

use super::text::{graph_names, object};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, directory, json_record};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::JsonValueTrait;

const NAME: &str = "graph-directory-audit";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft Graph auditLogs/directoryAudits, JSON (also Microsoft-Extractor-Suite, the portal's JSON, AzureADPreview, the Graph PowerShell SDK)",
    recognised_by: "keys activityDateTime, activityDisplayName, and one of initiatedBy, targetResources, loggedByService",
    signature: Signature {
        csv: &[],
        json: &[
            Shape::needs(&["activityDateTime", "activityDisplayName", "initiatedBy|targetResources|loggedByService"])
                .usual(&["category", "result", "correlationId"]),
            Shape::needs(&["ActivityDateTime", "ActivityDisplayName", "InitiatedBy|TargetResources|LoggedByService"]),
        ],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let (record, content) = json_record(data)?;
    let record = if record.get("activityDateTime").is_some() { record } else { object(&graph_names(&record))? };
    directory::decoded(record, content)
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    directory::view(decoded, context, NAME)
}
