//! Derived facts: fields that the whole evidence decides, not the record alone.

/// A fact that [`crate::enrich`] derives once all records are known and in time order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs)] // each is described by its row in FACTS
pub enum Fact {
    PasswordAccepted,
    FirstParty,
    RuleName,
    RuleNameSymbolsOnly,
    FirstSeenCountry,
    FirstSeenRegion,
    FirstSeenNetwork,
    FirstSeenAgent,
    FirstSeenDevice,
    FirstSeenApplication,
    FirstSeenClient,
    FirstSeenAuthentication,
    TenantFirstSeenCountry,
    TenantFirstSeenNetwork,
    TenantFirstSeenAgent,
    TenantFirstSeenApplication,
    TenantFirstSeenAddress,
    BaselineDays,
    BaselineSufficient,
    TravelKilometres,
    TravelMinutes,
    TravelSpeed,
    TravelPrecision,
    SessionAddresses,
    SessionAgents,
    SessionCountries,
    FailuresByAddress,
    FailuresByAccount,
    FailuresAccountsByAddress,
    ExternalRecipients,
    AcceptedDomainsBasis,
    LookalikeDomain,
    MinutesSincePasswordReset,
    MinutesSinceSessionsRevoked,
    MinutesSinceMfaChange,
    LocalHour,
    LocalHourUnusual,
}

impl Fact {
    /// Number of facts.
    pub const COUNT: usize = FACTS.len();

    /// Its row in [`FACTS`].
    pub fn row(self) -> &'static FactEntry {
        &FACTS[self as usize]
    }
}

/// What values a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// `true` or `false`.
    Truth,
    /// A whole number, not negative.
    Integer,
    /// Text; several values stand one a line.
    Text,
}

impl FactKind {
    /// The name that the documentation uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Truth => "truth",
            Self::Integer => "integer",
            Self::Text => "text",
        }
    }
}

/// One row of the catalogue of facts.
#[derive(Debug, Clone, Copy)]
pub struct FactEntry {
    /// The name rules use.
    pub name: &'static str,
    /// The fact it names.
    pub fact: Fact,
    /// What values it has.
    pub kind: FactKind,
    /// Its definition, with unit; when it is absent.
    pub meaning: &'static str,
    /// What the evidence must hold before the actor's record for the fact to say much; empty where nothing is needed.
    pub baseline: &'static str,
    /// The page that defines what it is built on, or the rule whose threshold it serves; empty where it has none.
    pub source: &'static str,
}

const ENTRA_CODES: &str = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes";
const ELASTIC_NEW: &str = "https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule";
const TRAVEL: &str = "https://learn.microsoft.com/defender-cloud-apps/anomaly-detection-policy";
const SPRAY: &str = "https://learn.microsoft.com/security/operations/incident-response-playbook-password-spray";
const DOMAINS: &str =
    "https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-accepted-domains/manage-accepted-domains";
const WEEK: &str = "7 days of the actor's records, on 5 of them";
const TENANT_WEEK: &str = "7 days of the tenant's records";

macro_rules! fact {
    ($name:literal, $fact:ident, $kind:ident, $baseline:expr, $source:expr, $meaning:literal) => {
        FactEntry {
            name: $name,
            fact: Fact::$fact,
            kind: FactKind::$kind,
            meaning: $meaning,
            baseline: $baseline,
            source: $source,
        }
    };
}

/// Every derived fact, in the order of [`Fact`].
///
/// "Earlier" means earlier in event time. History is that of the actor: all acts of this name, in any case of its
/// letters, that did not fail, whatever log tells them.
pub static FACTS: &[FactEntry] = &[
    fact!(
        "password_accepted",
        PasswordAccepted,
        Truth,
        "",
        ENTRA_CODES,
        "of a sign-in that did not succeed: whether its code says that the password was right; absent for other records"
    ),
    fact!(
        "first_party",
        FirstParty,
        Truth,
        "",
        "https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in",
        "whether the application id is one of Microsoft's own; absent without one"
    ),
    fact!(
        "rule_name",
        RuleName,
        Text,
        "",
        "https://learn.microsoft.com/powershell/module/exchangepowershell/new-inboxrule",
        "name of the inbox rule or mail flow rule that was written or is in place; absent for other records"
    ),
    fact!(
        "rule_name_symbols_only",
        RuleNameSymbolsOnly,
        Truth,
        "",
        "https://learn.microsoft.com/powershell/module/exchangepowershell/new-inboxrule",
        "whether that name holds no letter and no digit"
    ),
    fact!(
        "first_seen.country",
        FirstSeenCountry,
        Truth,
        WEEK,
        ELASTIC_NEW,
        "whether no earlier record of the actor comes from this country; absent where the country is unknown"
    ),
    fact!(
        "first_seen.region",
        FirstSeenRegion,
        Truth,
        WEEK,
        ELASTIC_NEW,
        "the same for country and region; absent where the database names no region"
    ),
    fact!("first_seen.network", FirstSeenNetwork, Truth, WEEK, ELASTIC_NEW, "the same for the autonomous system"),
    fact!(
        "first_seen.agent",
        FirstSeenAgent,
        Truth,
        WEEK,
        ELASTIC_NEW,
        "the same for the agent without its version numbers"
    ),
    fact!("first_seen.device", FirstSeenDevice, Truth, WEEK, ELASTIC_NEW, "the same for the device"),
    fact!(
        "first_seen.application",
        FirstSeenApplication,
        Truth,
        WEEK,
        ELASTIC_NEW,
        "the same for the application id, else its name"
    ),
    fact!(
        "first_seen.client",
        FirstSeenClient,
        Truth,
        WEEK,
        ELASTIC_NEW,
        "the same for the client: the sign-in's client, else the protocol in Exchange's client string"
    ),
    fact!(
        "first_seen.authentication",
        FirstSeenAuthentication,
        Truth,
        WEEK,
        ELASTIC_NEW,
        "the same for what the sign-in required (one factor or several) together with the application"
    ),
    fact!(
        "tenant_first_seen.country",
        TenantFirstSeenCountry,
        Truth,
        TENANT_WEEK,
        ELASTIC_NEW,
        "whether no earlier record of anybody in the tenant comes from this country"
    ),
    fact!(
        "tenant_first_seen.network",
        TenantFirstSeenNetwork,
        Truth,
        TENANT_WEEK,
        ELASTIC_NEW,
        "the same for the autonomous system"
    ),
    fact!(
        "tenant_first_seen.agent",
        TenantFirstSeenAgent,
        Truth,
        TENANT_WEEK,
        ELASTIC_NEW,
        "the same for the agent without its version numbers"
    ),
    fact!(
        "tenant_first_seen.application",
        TenantFirstSeenApplication,
        Truth,
        TENANT_WEEK,
        ELASTIC_NEW,
        "the same for the application id, else its name"
    ),
    fact!(
        "tenant_first_seen.address",
        TenantFirstSeenAddress,
        Truth,
        TENANT_WEEK,
        ELASTIC_NEW,
        "the same for the address"
    ),
    fact!(
        "baseline.days",
        BaselineDays,
        Integer,
        "",
        "",
        "whole days from the actor's first record in the evidence to this one"
    ),
    fact!(
        "baseline.sufficient",
        BaselineSufficient,
        Truth,
        "",
        ELASTIC_NEW,
        "whether these are 7 or more, with records of the actor on 5 or more earlier days"
    ),
    fact!(
        "travel.kilometres",
        TravelKilometres,
        Integer,
        "",
        TRAVEL,
        "great-circle distance between this successful sign-in and the actor's previous or next one, whichever journey is faster; where only the countries are known, what lies between their borders at least; absent where all are in one place or a place is unknown"
    ),
    fact!("travel.minutes", TravelMinutes, Integer, "", TRAVEL, "whole minutes between those two sign-ins"),
    fact!(
        "travel.speed",
        TravelSpeed,
        Integer,
        "",
        TRAVEL,
        "kilometres an hour between them; within one minute, as of one minute"
    ),
    fact!(
        "travel.precision",
        TravelPrecision,
        Text,
        "",
        TRAVEL,
        "city where the database gives coordinates for both, else country"
    ),
    fact!(
        "session.addresses",
        SessionAddresses,
        Integer,
        "",
        "https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-track-linkable-identifiers",
        "distinct addresses in this session up to this record"
    ),
    fact!(
        "session.agents",
        SessionAgents,
        Integer,
        "",
        "https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-track-linkable-identifiers",
        "distinct agents, version numbers aside, in this session up to this record"
    ),
    fact!(
        "session.countries",
        SessionCountries,
        Integer,
        "",
        "https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-track-linkable-identifiers",
        "distinct countries in this session up to this record"
    ),
    fact!(
        "failures.by_address",
        FailuresByAddress,
        Integer,
        "",
        SPRAY,
        "sign-ins refused from this address in the 60 minutes before this record"
    ),
    fact!(
        "failures.by_account",
        FailuresByAccount,
        Integer,
        "",
        SPRAY,
        "sign-ins of this account refused in the 60 minutes before this record"
    ),
    fact!(
        "failures.accounts_by_address",
        FailuresAccountsByAddress,
        Integer,
        "",
        SPRAY,
        "distinct accounts refused from this address in the 60 minutes before this record"
    ),
    fact!(
        "external_recipients",
        ExternalRecipients,
        Text,
        "",
        DOMAINS,
        "each address that mail is forwarded to outside the accepted domains of the tenant, lower case"
    ),
    fact!(
        "accepted_domains_basis",
        AcceptedDomainsBasis,
        Text,
        "",
        DOMAINS,
        "how the accepted domains are known: given, snapshot, or derived from the domains of those who sign in"
    ),
    fact!(
        "lookalike_domain",
        LookalikeDomain,
        Text,
        "",
        "https://attack.mitre.org/techniques/T1583/001/",
        "the accepted or often met domain that a domain of the actor, the target or a recipient resembles without being it"
    ),
    fact!(
        "minutes_since.password_reset",
        MinutesSincePasswordReset,
        Integer,
        "",
        "https://learn.microsoft.com/defender-office-365/responding-to-a-compromised-email-account",
        "whole minutes since the account's password was last reset or changed; absent when no earlier record tells of that"
    ),
    fact!(
        "minutes_since.sessions_revoked",
        MinutesSinceSessionsRevoked,
        Integer,
        "",
        "https://learn.microsoft.com/defender-office-365/responding-to-a-compromised-email-account",
        "the same for its sessions being revoked"
    ),
    fact!(
        "minutes_since.mfa_change",
        MinutesSinceMfaChange,
        Integer,
        "",
        "https://learn.microsoft.com/defender-office-365/responding-to-a-compromised-email-account",
        "the same for a change of its authentication methods"
    ),
    fact!(
        "local_hour",
        LocalHour,
        Integer,
        "100 hours with an act, on 10 days",
        "",
        "hour of the day, 0 to 23, by the account's own rhythm: its eight quietest hours are centred on 03:00"
    ),
    fact!(
        "local_hour.unusual",
        LocalHourUnusual,
        Truth,
        "100 hours with an act, on 10 days",
        "",
        "whether less than 1 in 100 of the hours in which the account acted are this hour of the day, the one before or the one after"
    ),
];
