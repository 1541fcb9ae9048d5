//! `graph-signins`: Graph sign-ins, v1.0 and beta, and the portal's JSON download; keys that begin in capitals of
//! `AzureADPreview` and of the Graph PowerShell SDK too.

use super::text::{graph_names, object};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, json_record, signin};
use crate::event::Event;
use crate::input::Data;
use sonic_rs::JsonValueTrait;

const NAME: &str = "graph-signins";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Microsoft Graph auditLogs/signIns, v1.0 and beta, JSON (also Microsoft-Extractor-Suite, the portal's JSON, AzureADPreview, the Graph PowerShell SDK)",
    recognised_by: "keys createdDateTime, one of appId, appDisplayName, clientAppUsed, and one of status, ipAddress",
    signature: Signature {
        csv: &[],
        json: &[
            Shape::needs(&["createdDateTime", "appId|appDisplayName|clientAppUsed", "status|ipAddress"])
                .usual(&["userPrincipalName", "deviceDetail"]),
            Shape::needs(&["CreatedDateTime", "AppId|AppDisplayName|ClientAppUsed", "Status|IpAddress|IPAddress"]),
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
    let record = if record.get("createdDateTime").is_some() { record } else { object(&graph_names(&record))? };
    Ok(Decoded::whole(record, content))
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    signin::view(decoded, context, NAME)
}
