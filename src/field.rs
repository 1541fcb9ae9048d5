//! The field catalogue: the names rules and outputs use, and how a name becomes a lookup.

mod fact;

pub use fact::{FACTS, Fact, FactEntry, FactKind};

/// A field of [`crate::event::Event`] itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // each is described by its row in CATALOGUE
pub enum Core {
    Time,
    Family,
    Source,
    Id,
    Tenant,
    Operation,
    OperationOriginal,
    Workload,
    RecordType,
    Actor,
    ActorId,
    ActorKind,
    Target,
    Account,
    Address,
    Port,
    AddressKind,
    Country,
    Region,
    City,
    Asn,
    AsOrg,
    Anonymous,
    Agent,
    Client,
    Application,
    ApplicationId,
    Session,
    Token,
    Device,
    AuthenticationRequirement,
    Outcome,
    Result,
    ErrorCode,
    Object,
    Detail,
    ForeignRecipients,
    Degraded,
}

/// One row of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The name rules use, lower case with underscores.
    pub name: &'static str,
    /// The field it names.
    pub core: Core,
    /// `text`, `integer` or `time`.
    pub kind: &'static str,
    /// What it holds, with unit or allowed values.
    pub meaning: &'static str,
}

const fn row(name: &'static str, core: Core, kind: &'static str, meaning: &'static str) -> Entry {
    Entry { name, core, kind, meaning }
}

/// Every field of the Event schema, in the order of the documentation.
pub static CATALOGUE: &[Entry] = &[
    row("time", Core::Time, "time", "when it happened, microseconds since 1970-01-01T00:00:00Z"),
    row("family", Core::Family, "text", "which log: audit, signin, directory, activity, risk, trace or state"),
    row("source", Core::Source, "text", "name of the source that read the record"),
    row("id", Core::Id, "text", "the record's own Id"),
    row(
        "tenant",
        Core::Tenant,
        "text",
        "tenant id, else tenant name; of a snapshot, which states none, that of all other events if they have one",
    ),
    row(
        "operation",
        Core::Operation,
        "text",
        "operation without trailing full stop and spaces, dashes as -; of a snapshot what it is of, such as Inbox rule at collection",
    ),
    row("operation_original", Core::OperationOriginal, "text", "operation as the record prints it"),
    row("workload", Core::Workload, "text", "Microsoft's workload name, such as Exchange"),
    row("record_type", Core::RecordType, "text", "Microsoft's record type name, such as ExchangeAdmin"),
    row("actor", Core::Actor, "text", "who acted, user principal name where known"),
    row("actor_id", Core::ActorId, "text", "the actor's object id or key"),
    row("actor_kind", Core::ActorKind, "text", "user, guest, application, system or unknown"),
    row("target", Core::Target, "text", "whom or what it was done to"),
    row(
        "account",
        Core::Account,
        "text",
        "the account concerned, lower case: mailbox owner or changed user, else actor",
    ),
    row("address", Core::Address, "text", "network address without port"),
    row("port", Core::Port, "integer", "port of the address"),
    row("address_kind", Core::AddressKind, "text", "public, private, loopback, link-local, reserved or microsoft"),
    row("country", Core::Country, "text", "country of the address by the geolocation database, ISO 3166-1 alpha-2"),
    row("region", Core::Region, "text", "first subdivision of the address by the geolocation database"),
    row("city", Core::City, "text", "city of the address by the geolocation database"),
    row("asn", Core::Asn, "integer", "autonomous system number of the address"),
    row("as_org", Core::AsOrg, "text", "autonomous system organisation of the address"),
    row("anonymous", Core::Anonymous, "text", "vpn, tor, hosting, proxy, residential-proxy, joined by ;"),
    row("agent", Core::Agent, "text", "user agent or client string"),
    row("client", Core::Client, "text", "kind of client of a sign-in, such as Browser or IMAP4"),
    row("application", Core::Application, "text", "application name, else its id"),
    row("application_id", Core::ApplicationId, "text", "application id"),
    row("session", Core::Session, "text", "sign-in session id, else mailbox session id"),
    row("token", Core::Token, "text", "unique token identifier, case kept"),
    row("device", Core::Device, "text", "device id or name"),
    row(
        "authentication_requirement",
        Core::AuthenticationRequirement,
        "text",
        "what a sign-in required: singleFactorAuthentication or multiFactorAuthentication",
    ),
    row("outcome", Core::Outcome, "text", "success, failure, interrupted or unknown"),
    row("result", Core::Result, "text", "result as the record prints it"),
    row("error_code", Core::ErrorCode, "text", "error code or name"),
    row("object", Core::Object, "text", "what it was done with: object, file, rule or subject"),
    row("detail", Core::Detail, "text", "parameters or properties as Name=Value; ..."),
    row(
        "foreign_recipients",
        Core::ForeignRecipients,
        "text",
        "addresses mail is forwarded to whose domain is not that of the account, the actor, the target or the tenant's name; each, lower case",
    ),
    row("degraded", Core::Degraded, "text", "why the record is incomplete"),
];

/// Whether the catalogue has a field or fact of this name.
pub fn is_known(name: &str) -> bool {
    CATALOGUE.iter().any(|entry| entry.name == name) || FACTS.iter().any(|entry| entry.name == name)
}

/// Which part of a Name/Value member a field asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The value (of a modified property: the new value).
    Value,
    /// The value after the change.
    New,
    /// The value before the change.
    Old,
}

impl Part {
    /// The member keys that hold this part, best first.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Value => &["Value", "value", "NewValue", "newValue"],
            Self::New => &["NewValue", "newValue"],
            Self::Old => &["OldValue", "oldValue"],
        }
    }
}

/// A field name turned into a lookup.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// A field of the Event schema.
    Core(Core),
    /// A fact that the whole evidence decides.
    Fact(Fact),
    /// A path into the record, one key a step; lists on the way give every member.
    Path(Box<[Box<str>]>),
    /// A member of a Name/Value collection, by its name.
    Named {
        /// Path of the collection in the record.
        collection: Box<[Box<str>]>,
        /// The member's name, dots and all.
        name: Box<str>,
        /// Which part of it.
        part: Part,
    },
}

/// The Name/Value collections of Microsoft's records, by path.
///
/// <https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema>
pub static COLLECTIONS: &[&str] = &[
    "Parameters",
    "ModifiedProperties",
    "ExtendedProperties",
    "OperationProperties",
    "DeviceProperties",
    "properties.targetResources.modifiedProperties",
    "properties.additionalDetails",
    "targetResources.modifiedProperties",
    "additionalDetails",
];

impl Field {
    /// Turns a name into a lookup. A catalogue name is a core field or a derived fact; a name below one of
    /// [`COLLECTIONS`] is a member by name; anything else is a path, split at its dots. A key that every member
    /// has (`newValue`) is a path too: it asks for that part of any member.
    pub fn parse(name: &str) -> Self {
        if let Some(entry) = CATALOGUE.iter().find(|entry| entry.name == name) {
            return Self::Core(entry.core);
        }
        if let Some(entry) = FACTS.iter().find(|entry| entry.name == name) {
            return Self::Fact(entry.fact);
        }
        for collection in COLLECTIONS {
            let Some(member) = name.strip_prefix(collection).and_then(|rest| rest.strip_prefix('.')) else { continue };
            if matches!(member, "NewValue" | "OldValue" | "newValue" | "oldValue" | "displayName" | "key" | "value") {
                break;
            }
            let (name, part) = match member.rsplit_once('.') {
                Some((name, "NewValue" | "newValue")) => (name, Part::New),
                Some((name, "OldValue" | "oldValue")) => (name, Part::Old),
                _ => (member, Part::Value),
            };
            return Self::Named { collection: split(collection), name: name.into(), part };
        }
        Self::Path(split(name))
    }
}

fn split(path: &str) -> Box<[Box<str>]> {
    path.split('.').map(Into::into).collect()
}
