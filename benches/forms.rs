//! Audit log records in every form that keeps all of them: what each tool writes for the same records.

use super::Record;
use std::fmt::Write as _;

/// An export of the unified audit log that loses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Purview portal, four columns.
    PurviewOld,
    /// Purview portal, eight columns.
    PurviewNew,
    /// `Search-UnifiedAuditLog | Export-Csv`; the Extractor-Suite and Office-365-Extractor write the same.
    SearchCsv(Culture),
    /// `Search-UnifiedAuditLog | ConvertTo-Json` of Windows PowerShell.
    SearchJson,
    /// `Get-UAL -Output JSON`, two windows, the second of one record.
    SuiteJson,
    /// `Get-UAL -Output JSONL`.
    SuiteLines,
    /// `Get-UAL -Output SOF-ELK`: `AuditData`, blank lines between.
    SofElk,
    /// `Start-MESTriage`, CSV.
    Triage,
    /// `Get-UALGraph -Output JSON`.
    GraphJson,
    /// `Get-UALGraph -Output CSV`: `auditData` over several lines.
    GraphCsv,
    /// A page of the Graph audit log query.
    GraphPage,
    /// Pages as `DFIR-O365RC` appends them: one array after the other.
    GraphPages,
    /// A blob of the Management Activity API.
    Management,
    /// `AuditData`, one record a line, as `DFIR-O365RC` and the Untitled Goose Tool keep it.
    Lines,
}

/// How the exporting machine prints dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Culture {
    /// `1/31/2026 1:05:07 PM`.
    UnitedStates,
    /// `31/01/2026 13:05:07`.
    Britain,
    /// `31.01.2026 13:05:07`, fields between semicolons.
    Germany,
}

impl Form {
    /// Every form.
    pub(crate) const ALL: [Self; 16] = [
        Self::Lines,
        Self::PurviewOld,
        Self::PurviewNew,
        Self::SearchCsv(Culture::UnitedStates),
        Self::SearchCsv(Culture::Britain),
        Self::SearchCsv(Culture::Germany),
        Self::SearchJson,
        Self::SuiteJson,
        Self::SuiteLines,
        Self::SofElk,
        Self::Triage,
        Self::GraphJson,
        Self::GraphCsv,
        Self::GraphPage,
        Self::GraphPages,
        Self::Management,
    ];

    /// The export of these records.
    pub(crate) fn write(self, records: &[Record]) -> String {
        match self {
            Self::PurviewOld => rows("CreationDate,UserIds,Operations,AuditData", ',', records, |r| {
                [Culture::UnitedStates.date(&r.time), r.user.clone(), r.operation.into(), r.data.clone()].into()
            }),
            Self::PurviewNew => {
                let head = "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames";
                rows(head, ',', records, |r| {
                    let date = format!("{}.0000000Z ", r.time);
                    let (kind, none) = (r.kind.to_string(), String::new());
                    [r.id.clone(), date, kind, r.operation.into(), r.user.clone(), r.data.clone(), none.clone(), none]
                        .into()
                })
            }
            Self::SearchCsv(culture) => search_csv(culture, records),
            Self::SearchJson => array(records, |r| {
                let ticks = chrono::NaiveDateTime::parse_from_str(&r.time, "%Y-%m-%dT%H:%M:%S").unwrap_or_default();
                wrapper(r, &format!(r"\/Date({})\/", ticks.and_utc().timestamp_millis()), &quoted(&r.data))
            }),
            Self::SuiteJson => {
                let (last, before) =
                    records.split_last().map_or((None, records), |(last, before)| (Some(last), before));
                let object = |r: &Record| wrapper(r, &format!("{}Z", r.time), &r.data);
                let one = last.map(object).unwrap_or_default();
                format!("{}\r\n\r\n{one}\r\n", array(before, object))
            }
            Self::SuiteLines => lines(records, "\r\n", |r| wrapper(r, &format!("{}Z", r.time), &quoted(&r.data))),
            Self::SofElk => lines(records, "\r\n\r\n", |r| r.data.clone()),
            Self::Triage => triage(records),
            Self::GraphJson => array(records, |r| graph(r, &r.data)),
            Self::GraphCsv => graph_csv(records),
            Self::GraphPage => {
                let list = array(records, |r| graph(r, &pretty(&typed(&r.data))));
                format!(
                    r#"{{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#security/auditLog/queries('f25f0d1c')/records","value":{list}}}"#
                )
            }
            Self::GraphPages => records.chunks(100).map(|page| array(page, |r| graph(r, &typed(&r.data)))).collect(),
            Self::Management => array(records, |r| r.data.clone()),
            Self::Lines => lines(records, "\n", |r| r.data.clone()),
        }
    }
}

impl Culture {
    /// A UTC clock text without zone, as this culture prints it.
    fn date(self, time: &str) -> String {
        let part = |from: usize, to: usize| time.get(from..to).and_then(|t| t.parse::<u32>().ok()).unwrap_or_default();
        let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
        let (hour, rest) = (part(11, 13), time.get(13..).unwrap_or_default());
        match self {
            Self::UnitedStates => {
                let half = if hour < 12 { "AM" } else { "PM" };
                format!("{month}/{day}/{year} {}{rest}\u{202f}{half}", (hour + 11) % 12 + 1)
            }
            Self::Britain => format!("{day:02}/{month:02}/{year} {hour:02}{rest}"),
            Self::Germany => format!("{day:02}.{month:02}.{year} {hour:02}{rest}"),
        }
    }
}

/// Lines of CSV in which every field is quoted.
fn rows(head: &str, delimiter: char, records: &[Record], row: impl Fn(&Record) -> Vec<String>) -> String {
    let mut out = format!("{head}\r\n");
    for record in records {
        let fields: Vec<String> = row(record).iter().map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect();
        let _ = write!(out, "{}\r\n", fields.join(&delimiter.to_string()));
    }
    out
}

fn search_csv(culture: Culture, records: &[Record]) -> String {
    let delimiter = if culture == Culture::Germany { ';' } else { ',' };
    let head = ["RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex", "Identity"];
    rows(&head.join(&delimiter.to_string()), delimiter, records, |r| {
        let date = culture.date(&r.time);
        let kind = type_name(r.kind).into();
        [kind, date, r.user.clone(), r.operation.into(), r.data.clone(), "1".into(), r.id.clone()].into()
    })
}

fn triage(records: &[Record]) -> String {
    let head = "RecordType,CreationDate,UserIds,Operations,Identity,OperationQueried,AuditData_UserId,AuditData_Raw";
    rows(head, ',', records, |r| {
        let date = Culture::Britain.date(&r.time);
        let kind = type_name(r.kind).into();
        let (user, operation) = (r.user.clone(), r.operation.to_owned());
        [kind, date, user.clone(), operation.clone(), r.id.clone(), operation, user, r.data.clone()].into()
    })
}

fn graph_csv(records: &[Record]) -> String {
    let head = "id,createdDateTime,auditLogRecordType,operation,organizationId,userType,userId,service,objectId,userPrincipalName,clientIp,administrativeUnits,auditData";
    rows(head, ',', records, |r| {
        let none = String::new;
        let kind = camel(type_name(r.kind));
        let date = Culture::UnitedStates.date(&r.time);
        [
            [r.id.clone(), date, kind, r.operation.into(), none(), "regular".into(), none()].to_vec(),
            [none(), none(), r.user.clone(), none(), none(), pretty(&r.data)].to_vec(),
        ]
        .concat()
    })
}

fn lines(records: &[Record], end: &str, one: impl Fn(&Record) -> String) -> String {
    records.iter().map(|record| one(record) + end).collect()
}

fn array(records: &[Record], one: impl Fn(&Record) -> String) -> String {
    format!("[{}]\r\n", records.iter().map(one).collect::<Vec<_>>().join(",\r\n"))
}

/// The object of Search-UnifiedAuditLog; `data` is JSON already.
fn wrapper(r: &Record, stamp: &str, data: &str) -> String {
    format!(
        r#"{{"RecordType":"{}","CreationDate":"{stamp}","UserIds":"{}","Operations":"{}","AuditData":{data},"Identity":"{}","IsValid":true}}"#,
        type_name(r.kind),
        r.user,
        r.operation,
        r.id
    )
}

/// Graph's auditLogRecord.
fn graph(r: &Record, data: &str) -> String {
    format!(
        r#"{{"id":"{}","createdDateTime":"{}Z","auditLogRecordType":"{}","operation":"{}","userType":"regular","userPrincipalName":"{}","auditData":{data}}}"#,
        r.id,
        r.time,
        camel(type_name(r.kind)),
        r.operation,
        r.user
    )
}

/// `AuditData` with the annotation that Graph puts first.
fn typed(data: &str) -> String {
    data.replacen('{', r##"{"@odata.type":"#microsoft.graph.security.defaultAuditData","##, 1)
}

fn quoted(data: &str) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

/// Compact JSON over several lines, members in their order.
fn pretty(json: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::new(), 0_usize, false, false);
    let line = |out: &mut String, depth: usize| {
        out.push_str("\r\n");
        out.push_str(&"  ".repeat(depth));
    };
    for c in json.chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            out.push(c);
            continue;
        }
        match c {
            '{' | '[' => {
                depth += 1;
                out.push(c);
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}

fn camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#auditlogrecordtype>
fn type_name(record_type: u32) -> &'static str {
    match record_type {
        1 => "ExchangeAdmin",
        2 => "ExchangeItem",
        3 => "ExchangeItemGroup",
        4 => "SharePoint",
        6 => "SharePointFileOperation",
        8 => "AzureActiveDirectory",
        15 => "AzureActiveDirectoryStsLogon",
        25 => "MicrosoftTeams",
        _ => "ExchangeItemAggregated",
    }
}
