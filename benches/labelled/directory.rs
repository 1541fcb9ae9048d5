//! Directory records: the unified audit log's and the directory audit's own word for the same act.

use crate::json::{Json, named};
use crate::log::{Export, Head, Log, Presence, stamp};
use crate::map;
use crate::people::{Person, TENANT, TENANT_NAME};

/// A changed property: name, new value, old value.
pub(crate) type Change<'a> = (&'a str, &'a str, &'a str);

/// What a directory record is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// `User`, `ServicePrincipal`, `Application`, `Role`, `Group`, `Device`, `Policy` or `Other`.
    pub(crate) category: &'a str,
    /// Its user principal name or other name.
    pub(crate) name: &'a str,
    pub(crate) id: &'a str,
}

impl<'a> Subject<'a> {
    pub(crate) fn person(person: &'a Person) -> Self {
        Self { category: "User", name: &person.upn, id: &person.id }
    }
}

/// Who acts: a person in a session, or an application or service without one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Actor<'a> {
    Person(&'a Person, &'a Presence),
    /// Display name and service principal's id.
    Service(&'a str, &'a str),
}

impl Actor<'_> {
    fn user(&self) -> String {
        match self {
            Self::Person(person, _) => person.upn.clone(),
            Self::Service(_, id) => format!("ServicePrincipal_{id}"),
        }
    }

    fn address(&self) -> &str {
        match self {
            Self::Person(_, presence) => &presence.place.address,
            Self::Service(..) => "",
        }
    }

    fn entries(&self) -> Json {
        let typed = |id: String, kind: i64| map! { "ID": id, "Type": kind };
        Json::List(match self {
            Self::Person(person, _) => vec![
                typed(person.upn.clone(), 5),
                typed(person.puid.clone(), 3),
                typed(format!("User_{}", person.id), 2),
                typed(person.id.clone(), 2),
                typed("User".into(), 2),
            ],
            Self::Service(name, id) => vec![
                typed((*name).into(), 1),
                typed(format!("ServicePrincipal_{id}"), 2),
                typed((*id).into(), 2),
                typed("ServicePrincipal".into(), 2),
            ],
        })
    }

    fn graph(&self) -> Json {
        match self {
            Self::Person(person, presence) => map! {
                "app": Json::Null,
                "user": map! {
                    "id": &person.id,
                    "displayName": Json::Null,
                    "userPrincipalName": &person.upn,
                    "ipAddress": &presence.place.address,
                    "userType": Json::Null,
                    "homeTenantId": Json::Null,
                    "homeTenantName": Json::Null,
                },
            },
            Self::Service(name, id) => map! {
                "user": Json::Null,
                "app": map! {
                    "appId": Json::Null,
                    "displayName": *name,
                    "servicePrincipalId": *id,
                    "servicePrincipalName": Json::Null,
                },
            },
        }
    }
}

/// Logs an act in the directory. `operation` is the unified audit log's name, with its full stop.
pub(crate) fn directory(
    log: &mut Log,
    actor: Actor<'_>,
    time: i64,
    operation: &str,
    subject: Subject<'_>,
    changes: &[Change<'_>],
) {
    let correlation = log.random.guid();
    audit(log, actor, (time, operation, &correlation), subject, changes);
    graph(log, actor, (time, operation, &correlation), subject, changes);
}

fn audit(
    log: &mut Log,
    actor: Actor<'_>,
    (time, operation, correlation): (i64, &str, &str),
    subject: Subject<'_>,
    changes: &[Change<'_>],
) {
    let agent = if let Actor::Person(_, presence) = actor { presence.agent.as_str() } else { "EvoSTS" };
    let details = map! { "User-Agent": agent }.compact();
    let modified: Vec<Json> =
        changes.iter().map(|(name, new, old)| map! { "Name": *name, "NewValue": *new, "OldValue": *old }).collect();
    let typed = |id: String, kind: i64| map! { "ID": id, "Type": kind };
    let rest = map! {
        "AzureActiveDirectoryEventType": 1_i64,
        "ExtendedProperties": named(&[
            ("additionalDetails", &details),
            ("extendedAuditEventCategory", subject.category),
        ]),
        "ModifiedProperties": modified,
        "Actor": actor.entries(),
        "ActorContextId": TENANT,
        "ActorIpAddress": actor.address(),
        "InterSystemsId": correlation,
        "IntraSystemId": log.random.guid(),
        "SupportTicketId": "",
        "Target": Json::List(vec![
            typed(format!("{}_{}", subject.category, subject.id), 2),
            typed(subject.id.into(), 2),
            typed(subject.category.into(), 2),
            typed(subject.name.into(), if subject.category == "User" { 5 } else { 1 }),
        ]),
        "TargetContextId": TENANT,
    };
    let user = actor.user();
    let key = match actor {
        Actor::Person(person, _) => format!("{}@{TENANT_NAME}", person.puid),
        Actor::Service(..) => "Not Available".into(),
    };
    let head = Head {
        time,
        operation,
        record_type: 8,
        user: &user,
        user_key: &key,
        user_type: if matches!(actor, Actor::Person(..)) { 0 } else { 4 },
        object: if subject.category == "User" { subject.name } else { subject.id },
        address: actor.address(),
    };
    log.audit(&head, rest);
}

fn category(subject: Subject<'_>) -> &'static str {
    match subject.category {
        "User" => "UserManagement",
        "Role" => "RoleManagement",
        "Group" => "GroupManagement",
        "Device" => "Device",
        "Policy" => "Policy",
        "Other" => "DirectoryManagement",
        _ => "ApplicationManagement",
    }
}

/// The value of a property as the directory prints it: JSON text of what it is, null for nothing.
fn property(value: &str) -> Json {
    match value {
        "" => Json::Null,
        value if value.starts_with(['[', '{', '"']) => value.into(),
        value => Json::from(value).compact().into(),
    }
}

/// <https://learn.microsoft.com/graph/api/resources/directoryaudit>
fn graph(
    log: &mut Log,
    actor: Actor<'_>,
    (time, operation, correlation): (i64, &str, &str),
    subject: Subject<'_>,
    changes: &[Change<'_>],
) {
    let id = format!("Directory_{correlation}_{}_{}", log.random.hex(5), 10_000_000 + log.random.below(89_999_999));
    let name = operation.trim_end().strip_suffix('.').unwrap_or(operation.trim_end());
    let changes: Vec<Json> = changes
        .iter()
        .map(|(name, new, old)| map! { "displayName": *name, "oldValue": property(old), "newValue": property(new) })
        .collect();
    let user = subject.category == "User";
    let agent = match actor {
        Actor::Person(_, presence) => vec![map! { "key": "User-Agent", "value": &presence.agent }],
        Actor::Service(..) => vec![],
    };
    let record = map! {
        "id": &id,
        "category": category(subject),
        "correlationId": correlation,
        "result": "success",
        "resultReason": "",
        "activityDisplayName": name,
        "activityDateTime": stamp(time, "%Y-%m-%dT%H:%M:%S.1730000Z"),
        "loggedByService": "Core Directory",
        "operationType": "Update",
        "initiatedBy": actor.graph(),
        "targetResources": Json::List(vec![map! {
            "id": subject.id,
            "displayName": if user { Json::Null } else { subject.name.into() },
            "type": subject.category,
            "userPrincipalName": if user { subject.name.into() } else { Json::Null },
            "groupType": Json::Null,
            "modifiedProperties": changes,
        }]),
        "additionalDetails": agent,
    };
    log.put(time, Export::Directory, &id, record.compact());
}

/// A second factor.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Method<'a> {
    /// The authenticator app on a telephone of this name.
    App(&'a str),
    /// Text messages and calls to this number.
    Phone(&'a str),
}

/// The records of a new second factor, registered by its owner.
pub(crate) fn registration(log: &mut Log, person: &Person, presence: &Presence, time: i64, method: Method<'_>) {
    let own = Subject::person(person);
    let actor = Actor::Person(person, presence);
    let (property, new, old, reason, methods) = match method {
        Method::App(device) => (
            "StrongAuthenticationPhoneAppDetail",
            format!(
                "[{{\"DeviceName\":\"{device}\",\"DeviceTag\":\"SoftwareTokenActivated\",\"PhoneAppVersion\":\"6.8.21\"}}]"
            ),
            "[]",
            "User registered Authenticator App with Notification and Code",
            "[{\"MethodType\":6,\"Default\":true},{\"MethodType\":7,\"Default\":false}]",
        ),
        Method::Phone(number) => (
            "StrongAuthenticationUserDetails",
            format!(
                "[{{\"PhoneNumber\":\"{number}\",\"AlternativePhoneNumber\":null,\"Email\":null,\"VoiceOnlyPhoneNumber\":null}}]"
            ),
            "[{\"PhoneNumber\":null,\"AlternativePhoneNumber\":null,\"Email\":null,\"VoiceOnlyPhoneNumber\":null}]",
            "User registered Mobile phone",
            "[{\"MethodType\":6,\"Default\":true},{\"MethodType\":0,\"Default\":false},{\"MethodType\":5,\"Default\":false}]",
        ),
    };
    let included = format!("\"StrongAuthenticationMethod, {property}\"");
    let changes = [
        ("StrongAuthenticationMethod", methods, "[{\"MethodType\":6,\"Default\":true}]"),
        (property, new.as_str(), old),
        ("Included Updated Properties", included.as_str(), ""),
    ];
    directory(log, actor, time, "Update user.", own, &changes);
    directory(log, actor, time + 2, "User registered security info.", own, &[("ResultReason", reason, "")]);
}

/// The text that a consent leaves in `ConsentAction.Permissions`.
pub(crate) fn permissions(person: &Person, client: &str, kind: &str, scope: &str) -> String {
    format!(
        "[] => [[Id: {}, ClientId: {client}, PrincipalId: {}, ResourceId: 5d2b1f0c-6f43-43ce-a3a0-0f9f1f0be707, ConsentType: {kind}, Scope: {scope}]]; ",
        client.replace('-', "").chars().rev().collect::<String>(),
        person.id,
    )
}

/// The records of a consent: the service principal appears, the grant, the consent itself. `app` is name, service
/// principal's id and application id.
pub(crate) fn consent(
    log: &mut Log,
    (person, presence): (&Person, &Presence),
    time: i64,
    app: (&str, &str, &str),
    (scope, tenant_wide): (&str, bool),
) {
    let actor = Actor::Person(person, presence);
    let subject = Subject { category: "ServicePrincipal", name: app.0, id: app.1 };
    let names = format!("[\"{}\"]", app.2);
    let display = format!("[\"{}\"]", app.0);
    directory(
        log,
        actor,
        time,
        "Add service principal.",
        subject,
        &[
            ("AccountEnabled", "[true]", "[]"),
            ("AppPrincipalId", &names, "[]"),
            ("DisplayName", &display, "[]"),
            ("Included Updated Properties", "\"AccountEnabled, AppPrincipalId, DisplayName\"", ""),
        ],
    );
    let kind = if tenant_wide { "AllPrincipals" } else { "Principal" };
    directory(
        log,
        actor,
        time + 1,
        "Add delegated permission grant.",
        subject,
        &[
            ("DelegatedPermissionGrant.Scope", scope, ""),
            ("DelegatedPermissionGrant.ConsentType", kind, ""),
            ("ServicePrincipal.ObjectID", app.1, ""),
            ("ServicePrincipal.AppId", app.2, ""),
            ("TargetId.ServicePrincipalNames", "00000003-0000-0000-c000-000000000000", ""),
        ],
    );
    let admin = if tenant_wide { "True" } else { "False" };
    directory(
        log,
        actor,
        time + 2,
        "Consent to application.",
        subject,
        &[
            ("ConsentContext.IsAdminConsent", admin, ""),
            ("ConsentContext.IsAppOnly", "False", ""),
            ("ConsentContext.OnBehalfOfAll", admin, ""),
            ("ConsentContext.Tags", "WindowsAzureActiveDirectoryIntegratedApp", ""),
            ("ConsentAction.Permissions", &permissions(person, app.1, kind, scope), ""),
            ("TargetId.ServicePrincipalNames", app.2, ""),
        ],
    );
}
