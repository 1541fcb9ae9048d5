//! The one schema every record is read into: an [`Event`] while its bytes are in memory.

pub mod first_party;
mod recipients;
mod record;
mod visit;
mod words;

pub use record::Record;
pub use words::{bare_agent, is_guid, is_identifier, names_mail_rule, program};

use crate::field::{Core, Field};
use sonic_rs::Value;
use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::ControlFlow;
pub use visit::scalar;
use visit::{visit_leaves, visit_member, visit_named};

/// Which log a record comes from; with the workload it decides which rules can apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Family {
    /// Microsoft 365 unified audit log.
    Audit,
    /// Entra sign-in log.
    SignIn,
    /// Entra directory audit log.
    Directory,
    /// Azure activity log, and diagnostic records of other categories.
    Activity,
    /// Entra Identity Protection risk reports.
    Risk,
    /// Message trace: what the mail servers did with a message.
    Trace,
    /// What was true when an export was collected: a rule, a permission, a method; no act.
    State,
}

impl Family {
    /// The name written in outputs and in `rules/mapping`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::SignIn => "signin",
            Self::Directory => "directory",
            Self::Activity => "activity",
            Self::Risk => "risk",
            Self::Trace => "trace",
            Self::State => "state",
        }
    }
}

/// Operation of a record of [`Family::SignIn`] that tells one authentication step of a sign-in and is none itself.
pub const SIGN_IN_STEP: &str = "Authentication step";

/// How fine the source states a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Precision {
    /// Microseconds or finer.
    Microsecond,
    /// Milliseconds.
    Millisecond,
    /// Whole seconds.
    Second,
    /// Whole minutes.
    Minute,
    /// Days: the first moment of the day stands for it.
    Day,
}

impl Precision {
    /// The name written in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Microsecond => "microsecond",
            Self::Millisecond => "millisecond",
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Day => "day",
        }
    }
}

/// Where a time comes from, and so how far to trust it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Basis {
    /// The record's own field, stated with zone or offset.
    RecordZoned,
    /// The record's own field, which Microsoft documents as UTC but prints without a zone.
    RecordUtc,
    /// The export's wrapper column, in ISO 8601.
    WrapperIso,
    /// A date in the culture of the exporting machine, whose own value shows which of day and month comes first.
    WrapperProven,
    /// A culture date, ordered as another date of its file shows.
    FileShown,
    /// A culture date, ordered as in those of its file that agree with the records' own times.
    FileAgrees,
    /// A culture date, in the only order in which the dates of its column follow each other.
    FileSorted,
    /// A culture date, ordered as the investigator said.
    Given,
    /// When a snapshot was collected, by the name of its file or folder, which states no zone.
    FileName,
    /// When a snapshot was collected, as the investigator said.
    CollectedAt,
}

impl Basis {
    /// The name written in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::RecordZoned => "record, with zone",
            Self::RecordUtc => "record, UTC by definition",
            Self::WrapperIso => "wrapper column, ISO 8601",
            Self::WrapperProven => "culture date, order shown by its value",
            Self::FileShown => "culture date, order shown by another date of the file",
            Self::FileAgrees => "culture date, order agrees with the records' own times",
            Self::FileSorted => "culture date, only order in which the column is sorted",
            Self::Given => "culture date, order given by --date-order",
            Self::FileName => "collection, by the name of the file or folder, read as UTC",
            Self::CollectedAt => "collection, by --collected-at",
        }
    }

    /// Whether it is known when a snapshot was collected; else its time is of what it shows.
    pub fn is_collection(self) -> bool {
        matches!(self, Self::FileName | Self::CollectedAt)
    }
}

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub micros: i64,
    /// How fine the source states it.
    pub precision: Precision,
    /// Where it comes from.
    pub basis: Basis,
}

/// What kind of principal acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ActorKind {
    /// A person's account.
    User,
    /// An account from another tenant.
    Guest,
    /// An application or service principal.
    Application,
    /// Microsoft's own service: a datacentre administrator, `NT AUTHORITY\SYSTEM`, a service host.
    System,
    /// The record does not say.
    Unknown,
}

impl ActorKind {
    /// The name written in outputs and matched by rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Guest => "guest",
            Self::Application => "application",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether the act succeeded, decided by operation and error code and never by `ResultStatus` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused.
    Failure,
    /// A sign-in that stopped at a further step (MFA, consent, password change).
    Interrupted,
    /// The record does not say.
    Unknown,
}

impl Outcome {
    /// The name written in outputs and matched by rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Interrupted => "interrupted",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it was refused, or stopped before it was done.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::Failure | Self::Interrupted)
    }
}

/// A network address as the record prints it, and what it means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// The text as found, port and brackets included; empty when the record has none.
    pub original: Cow<'a, str>,
    /// The address in it.
    pub ip: Option<IpAddr>,
    /// The port in it.
    pub port: Option<u16>,
}

/// Where a record stands in the evidence; with it the raw bytes can be read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Index of the file in the order of the walk.
    pub file: u32,
    /// Row or element number from 1.
    pub row: u64,
    /// Offset in bytes in the decoded text (decompressed, UTF-8).
    pub offset: u64,
    /// Length in bytes in the decoded text.
    pub length: u32,
    /// SHA-256 of those bytes.
    pub digest: [u8; 32],
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// What is known of an address beyond the log: filled by [`crate::enrich`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// ISO 3166-1 alpha-2 code, upper case; empty when unknown.
    pub country: String,
    /// First subdivision; empty when unknown.
    pub region: String,
    /// City; empty when unknown.
    pub city: String,
    /// Degrees north and east.
    pub coordinates: Option<(f64, f64)>,
    /// Autonomous system number; 0 when unknown.
    pub asn: u32,
    /// Autonomous system organisation.
    pub as_org: String,
    /// `public`, `private`, `loopback`, `link-local`, `reserved` or `microsoft`; empty without an address.
    pub kind: &'static str,
    /// `vpn`, `tor`, `hosting`, `proxy`, `residential-proxy`, sorted and joined by `;`; empty when none is known.
    pub anonymous: String,
    /// Which databases answered, for the report.
    pub basis: String,
}

/// One record in the shape every later stage understands. Text is borrowed from the record.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Which log it comes from.
    pub family: Family,
    /// Name of the source that read it.
    pub source: &'static str,
    /// The record's own Id; empty when it has none.
    pub id: Cow<'a, str>,
    /// When it happened.
    pub time: Time,
    /// Tenant id, else tenant name, else empty.
    pub tenant: Cow<'a, str>,
    /// Operation without the trailing full stop and spaces, en dash and damaged dash as `-`.
    pub operation: Cow<'a, str>,
    /// Operation as found.
    pub operation_original: Cow<'a, str>,
    /// Microsoft's workload name, such as `Exchange`.
    pub workload: Cow<'a, str>,
    /// Microsoft's record type name, such as `ExchangeAdmin`.
    pub record_type: Cow<'a, str>,
    /// Who acted: user principal name where known.
    pub actor: Cow<'a, str>,
    /// The actor's object id or key.
    pub actor_id: Cow<'a, str>,
    /// What kind of principal acted.
    pub actor_kind: ActorKind,
    /// Whom or what it was done to: a user principal name, mailbox or object name.
    pub target: Cow<'a, str>,
    /// The account concerned, lower case: the mailbox owner or changed user, else the actor.
    pub account: Cow<'a, str>,
    /// From where.
    pub address: Address<'a>,
    /// What is known of the address.
    pub place: Option<&'a Place>,
    /// User agent or client string.
    pub agent: Cow<'a, str>,
    /// Kind of client of a sign-in (`clientAppUsed`).
    pub client: Cow<'a, str>,
    /// Application name, else its id.
    pub application: Cow<'a, str>,
    /// Application id.
    pub application_id: Cow<'a, str>,
    /// Sign-in session id (`AADSessionId`, `sessionId`), else the mailbox session id.
    pub session: Cow<'a, str>,
    /// Unique token identifier, case kept.
    pub token: Cow<'a, str>,
    /// Device id or name.
    pub device: Cow<'a, str>,
    /// What a sign-in required (`authenticationRequirement`).
    pub authentication_requirement: Cow<'a, str>,
    /// Whether it succeeded.
    pub outcome: Outcome,
    /// Result as the record prints it.
    pub result: Cow<'a, str>,
    /// Error code or name; empty when none.
    pub error_code: Cow<'a, str>,
    /// What it was done with: the object id, file, rule, message subject.
    pub object: Cow<'a, str>,
    /// The parameters or properties that tell what was done, `Name=Value; …`, for people to read.
    pub detail: Cow<'a, str>,
    /// Why the record is incomplete; empty when it is whole.
    pub degraded: Cow<'a, str>,
    /// The whole record, for rules that look deeper.
    pub record: Record<'a>,
}

/// A leaf value as rules see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// JSON null, or a field that is there without a value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Str(&'a str),
}

/// Receives the values of a field; it breaks to stop early.
pub type Visit<'v> = dyn FnMut(Scalar<'_>) -> ControlFlow<()> + 'v;

/// What has fields that rules ask for: an [`Event`], or what is known of one after its bytes are gone.
pub trait Lookup {
    /// As [`Event::visit`].
    fn visit(&self, field: &Field, visit: &mut Visit<'_>) -> ControlFlow<()>;

    /// As [`Event::visit_all`].
    fn visit_all(&self, visit: &mut Visit<'_>) -> ControlFlow<()>;

    /// Whether the field is there at all, be it null.
    fn has(&self, field: &Field) -> bool {
        self.visit(field, &mut |_| ControlFlow::Break(())).is_break()
    }
}

impl Lookup for Event<'_> {
    fn visit(&self, field: &Field, visit: &mut Visit<'_>) -> ControlFlow<()> {
        Event::visit(self, field, visit)
    }

    fn visit_all(&self, visit: &mut Visit<'_>) -> ControlFlow<()> {
        Event::visit_all(self, visit)
    }
}

impl Event<'_> {
    /// Gives every value of `field` to `visit`, in record order.
    ///
    /// A list gives each member. A field that holds an object or a list of objects gives its JSON
    /// text. A field that is absent, or a core field that is empty, gives nothing.
    pub fn visit(&self, field: &Field, visit: &mut Visit<'_>) -> ControlFlow<()> {
        match field {
            Field::Core(core) => self.visit_core(*core, visit),
            // Not known before all records are.
            Field::Fact(_) => ControlFlow::Continue(()),
            Field::Path(path) => visit_member(&self.record, path, visit),
            Field::Named { collection, name, part } => visit_named(&self.record, collection, name, *part, visit),
        }
    }

    /// Gives every leaf value of the whole record to `visit`: what a keyword search looks at.
    pub fn visit_all(&self, visit: &mut Visit<'_>) -> ControlFlow<()> {
        visit_leaves(self.record.value(), visit)
    }

    fn visit_core(&self, core: Core, visit: &mut Visit<'_>) -> ControlFlow<()> {
        let text = match core {
            Core::Time => return visit(Scalar::Int(self.time.micros)),
            Core::Port => return self.address.port.map_or(ControlFlow::Continue(()), |p| visit(Scalar::Int(p.into()))),
            Core::Asn => {
                return match self.place.map(|p| p.asn) {
                    None | Some(0) => ControlFlow::Continue(()),
                    Some(asn) => visit(Scalar::Int(asn.into())),
                };
            }
            Core::ForeignRecipients => return recipients::visit_foreign(self, visit),
            Core::Address => {
                return match self.address.ip {
                    Some(ip) => visit(Scalar::Str(&ip.to_string())),
                    None if self.address.original.is_empty() => ControlFlow::Continue(()),
                    None => visit(Scalar::Str(&self.address.original)),
                };
            }
            Core::Family => self.family.name(),
            Core::Source => self.source,
            Core::ActorKind => self.actor_kind.name(),
            Core::Outcome => self.outcome.name(),
            Core::Country => self.place.map_or("", |p| &p.country),
            Core::Region => self.place.map_or("", |p| &p.region),
            Core::City => self.place.map_or("", |p| &p.city),
            Core::AsOrg => self.place.map_or("", |p| &p.as_org),
            Core::AddressKind => self.place.map_or("", |p| p.kind),
            Core::Anonymous => self.place.map_or("", |p| &p.anonymous),
            Core::Id => &self.id,
            Core::Tenant => &self.tenant,
            Core::Operation => &self.operation,
            Core::OperationOriginal => &self.operation_original,
            Core::Workload => &self.workload,
            Core::RecordType => &self.record_type,
            Core::Actor => &self.actor,
            Core::ActorId => &self.actor_id,
            Core::Target => &self.target,
            Core::Account => &self.account,
            Core::Agent => &self.agent,
            Core::Client => &self.client,
            Core::AuthenticationRequirement => &self.authentication_requirement,
            Core::Application => &self.application,
            Core::ApplicationId => &self.application_id,
            Core::Session => &self.session,
            Core::Token => &self.token,
            Core::Device => &self.device,
            Core::Result => &self.result,
            Core::ErrorCode => &self.error_code,
            Core::Object => &self.object,
            Core::Detail => &self.detail,
            Core::Degraded => &self.degraded,
        };
        if text.is_empty() { ControlFlow::Continue(()) } else { visit(Scalar::Str(text)) }
    }
}

/// How deep JSON of a log may nest; Microsoft's own records stay below 20.
pub const MAX_DEPTH: usize = 128;

/// Parses JSON text out of a log.
///
/// The parser calls itself for each level, so text nested without end would end the program.
///
/// # Errors
/// The text is not one whole JSON value, or nests deeper than [`MAX_DEPTH`].
pub fn open_json(text: &str) -> Result<Value, String> {
    if too_deep(text.as_bytes()) {
        return Err(format!("nested deeper than {MAX_DEPTH} levels"));
    }
    sonic_rs::from_str(text).map_err(|error| error.to_string().lines().next().unwrap_or_default().trim().to_lowercase())
}

fn too_deep(text: &[u8]) -> bool {
    // Few brackets cannot nest deep, and nearly all records have few. The two differ in one bit, and short
    // runs keep the count in a byte, so the compiler compares many at once.
    let brackets = |run: &[u8]| run.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>();
    if text.chunks(128).map(|run| usize::from(brackets(run))).sum::<usize>() <= MAX_DEPTH {
        return false;
    }
    let (mut depth, mut quoted, mut at) = (0_usize, false, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests;
