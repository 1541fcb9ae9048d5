//! `entra-audit-csv`: the directory audit downloaded from the Entra portal, to Graph's names and nesting.

use super::directory::{self, Flat};
use super::text::{hash, object};
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, moment, not_csv};
use crate::event::Event;
use crate::input::{Data, Header};

const NAME: &str = "entra-audit-csv";

/// Targets, properties of one target, and details that the download has columns for.
const MOST: [usize; 3] = [3, 5, 6];

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Entra portal directory audit download, CSV",
    recognised_by: "columns Date (UTC) or Date, Activity, ActorType or ActorUserPrincipalName, and Target1Type or Target1DisplayName (with or without spaces)",
    signature: Signature {
        csv: &[Shape::needs(&[
            "Date (UTC)|Date",
            "Activity",
            "ActorType|Actor Type|ActorUserPrincipalName",
            "Target1Type|Target1 Type|Target1DisplayName",
        ])
        .usual(&["Service", "Category", "Result", "CorrelationId"])],
        json: &[],
    },
    proof: Proof::Code,
    csv: Some(matches),
    json: None,
    decode,
    view,
};

/// Column, without spaces, and Graph's key.
///
/// <https://learn.microsoft.com/entra/identity/monitoring-health/howto-download-logs>
static COLUMNS: &[(&str, &str)] = &[
    ("id", "id"),
    ("correlationid", "correlationId"),
    ("service", "loggedByService"),
    ("category", "category"),
    ("activity", "activityDisplayName"),
    ("result", "result"),
    ("resultreason", "resultReason"),
    ("useragent", "userAgent"),
];

/// Columns of an acting user.
static USER: &[(&str, &str)] = &[
    ("actorobjectid", "id"),
    ("actordisplayname", "displayName"),
    ("actoruserprincipalname", "userPrincipalName"),
    ("ipaddress", "ipAddress"),
    ("actorhometenantid", "homeTenantId"),
    ("actorhometenantname", "homeTenantName"),
];

/// Columns of an acting application.
static APP: &[(&str, &str)] = &[
    ("actordisplayname", "displayName"),
    ("actorserviceprincipalid", "servicePrincipalId"),
    ("actorserviceprincipalname", "servicePrincipalName"),
    ("ipaddress", "ipAddress"),
    ("actorhometenantid", "homeTenantId"),
    ("actorhometenantname", "homeTenantName"),
];

/// Columns of a target, behind `Target` and its number.
static TARGET: &[(&str, &str)] =
    &[("objectid", "id"), ("displayname", "displayName"), ("type", "type"), ("userprincipalname", "userPrincipalName")];

/// A column's key without the spaces that one of the two spellings has.
fn bare(key: &str) -> String {
    key.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The cells of a row by their column's bare key; empty where the row is short.
struct Cells<'a> {
    keys: Vec<String>,
    fields: &'a [&'a str],
}

impl<'a> Cells<'a> {
    fn get(&self, key: &str) -> &'a str {
        let at = self.keys.iter().position(|known| known == key);
        at.and_then(|at| self.fields.get(at)).map_or("", |text| text.trim())
    }

    fn all(&self, columns: &'static [(&'static str, &'static str)], prefix: &str) -> Vec<(&'static str, &'a str)> {
        let cells = columns.iter().map(|(column, key)| (*key, self.get(&format!("{prefix}{column}"))));
        cells.filter(|(_, text)| !text.is_empty()).collect()
    }
}

fn matches(header: &Header) -> bool {
    let has = |wanted: &str| header.keys.iter().any(|key| bare(key) == wanted);
    (has("date(utc)") || has("date"))
        && has("activity")
        && (has("actortype") || has("actoruserprincipalname"))
        && (has("target1type") || has("target1displayname"))
}

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let Data::Csv { header, fields } = data else { return Err(not_csv()) };
    let cells = Cells { keys: header.keys.iter().map(|key| bare(key)).collect(), fields: &fields };
    let mut full = Vec::new();
    let mut targets = Vec::new();
    for n in 1..=MOST[0] {
        let target = cells.all(TARGET, &format!("target{n}"));
        let changes = changes(&cells, n);
        if changes.len() == MOST[1] {
            full.push(format!("the {} properties of target {n}", MOST[1]));
        }
        if !target.is_empty() || !changes.is_empty() {
            targets.push((target, changes));
        }
    }
    if targets.len() == MOST[0] {
        full.push(format!("{} targets", MOST[0]));
    }
    let details: Vec<[&str; 2]> = (1..=MOST[2])
        .map(|n| ["key", "value"].map(|part| cells.get(&format!("additionaldetail{n}{part}"))))
        .filter(|detail| detail.iter().any(|text| !text.is_empty()))
        .collect();
    if details.len() == MOST[2] {
        full.push(format!("{} details", MOST[2]));
    }
    let kind = cells.get("actortype").to_ascii_lowercase();
    let by_app = kind.contains("app")
        || kind.contains("service")
        || (cells.get("actoruserprincipalname").is_empty() && !cells.get("actorserviceprincipalid").is_empty());
    let actor = cells.all(if by_app { APP } else { USER }, "");
    let (when, uncertain) = moment::of_portal(cells.get("date(utc)"), cells.get("date"));
    let mut record = cells.all(COLUMNS, "");
    record.insert(0, ("activityDateTime", when));
    let text = Flat { record, by_app, actor, targets, details }.finish();
    let degraded = degraded(&full, uncertain);
    Ok(Decoded { record: object(&text)?, content: hash(&text), degraded, ..Decoded::default() })
}

/// Name, old and new value of each property of target `n`.
fn changes<'a>(cells: &Cells<'a>, n: usize) -> Vec<[&'a str; 3]> {
    let change = |m: usize| {
        ["name", "oldvalue", "newvalue"].map(|part| cells.get(&format!("target{n}modifiedproperty{m}{part}")))
    };
    (1..=MOST[1]).map(change).filter(|change| change.iter().any(|text| !text.is_empty())).collect()
}

fn degraded(full: &[String], uncertain: &str) -> String {
    if full.is_empty() {
        return uncertain.to_owned();
    }
    let cut = format!(
        "all columns are filled for {}; the portal's download has no more, so further ones may be missing",
        full.join(" and ")
    );
    if uncertain.is_empty() { cut } else { format!("{cut}; {uncertain}") }
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    directory::view(decoded, context, NAME)
}
