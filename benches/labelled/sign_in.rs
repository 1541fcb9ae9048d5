//! Sign-ins: the Entra log's record and, where the unified audit log keeps one too, its twin there.

use crate::json::{Json, named};
use crate::log::{Export, Head, Log, Presence, stamp};
use crate::map;
use crate::people::{Person, TENANT};

/// An application or resource: name and id.
pub(crate) type App = (&'static str, &'static str);

pub(crate) const OUTLOOK_WEB: App = ("One Outlook Web", "9199bf20-a13f-4107-85dc-02114787ef48");
pub(crate) const OFFICE_HOME: App = ("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca");
pub(crate) const OFFICE: App = ("Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c");
pub(crate) const TEAMS: App = ("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264");
pub(crate) const ONEDRIVE: App = ("OneDrive SyncEngine", "ab9b8c07-8f02-4f72-87fa-80105867a763");
pub(crate) const OUTLOOK_MOBILE: App = ("Outlook Mobile", "27922004-5251-4030-b22d-91ecd9a37ea4");
pub(crate) const BROKER: App = ("Microsoft Authentication Broker", "29d9ed98-a469-4536-ade2-f981bc1d605e");
pub(crate) const AZURE_PORTAL: App = ("Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c");
pub(crate) const MY_SIGN_INS: App = ("My Signins", "19db86c3-b2b9-44cc-b339-36da233a3be2");
pub(crate) const POWERSHELL: App =
    ("Microsoft Exchange REST API Based Powershell", "fb78d390-0c51-40cd-8e17-fdbfab77341b");
pub(crate) const AZURE_CLI: App = ("Microsoft Azure CLI", "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
pub(crate) const VS_CODE: App = ("Visual Studio Code", "aebc6443-996d-45c2-90f0-388ff96faa56");
pub(crate) const EXCHANGE: App = ("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000");
pub(crate) const SHAREPOINT: App = ("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000");
pub(crate) const GRAPH: App = ("Microsoft Graph", "00000003-0000-0000-c000-000000000000");
pub(crate) const DRS: App = ("Device Registration Service", "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9");

/// What was asked of the user beyond the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mfa {
    /// Nothing.
    None,
    /// The token said it had been done before.
    Claim,
    /// A prompt in the app, answered.
    Prompt,
    /// A prompt that was not answered.
    Missed,
    /// A prompt that was declined.
    Denied,
    /// A temporary access pass instead of the password.
    Pass,
}

/// The first step of an authentication.
const FIRST: &str = "Primary authentication";

/// One sign-in.
#[derive(Debug, Clone)]
pub(crate) struct SignIn<'a> {
    pub(crate) time: i64,
    pub(crate) person: &'a Person,
    pub(crate) presence: &'a Presence,
    pub(crate) app: App,
    pub(crate) resource: App,
    pub(crate) client: &'static str,
    /// Entra error code; 0 is success. <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
    pub(crate) code: i64,
    pub(crate) mfa: Mfa,
    pub(crate) protocol: &'static str,
    pub(crate) interactive: bool,
    /// Whether the unified audit log has a record of it too.
    pub(crate) audited: bool,
}

impl<'a> SignIn<'a> {
    /// A browser sign-in that succeeds on an earlier MFA claim; change what differs.
    pub(crate) fn new(person: &'a Person, presence: &'a Presence, time: i64) -> Self {
        Self {
            time,
            person,
            presence,
            app: OUTLOOK_WEB,
            resource: EXCHANGE,
            client: "Browser",
            code: 0,
            mfa: Mfa::Claim,
            protocol: "none",
            interactive: true,
            audited: true,
        }
    }

    /// A token that a program renews by itself.
    pub(crate) fn renewal(person: &'a Person, presence: &'a Presence, time: i64) -> Self {
        Self {
            app: OFFICE,
            client: "Mobile Apps and Desktop clients",
            interactive: false,
            audited: false,
            ..Self::new(person, presence, time)
        }
    }

    /// Logs it in every export that holds it.
    pub(crate) fn log(&self, log: &mut Log) {
        let id = format!("{}00", &log.random.guid()[..34]);
        let correlation = log.random.guid();
        // A sign-in that does not succeed gives no token; its record has an identifier of its own.
        let token = if self.code == 0 { self.presence.token.clone() } else { log.random.base64(22) };
        let export = if self.interactive { Export::Interactive } else { Export::NonInteractive };
        let text = self.graph(&id, &correlation, &token).compact();
        log.put(self.time, export, &id, text);
        if self.audited {
            self.audit(log, &id, &correlation);
        }
    }

    fn reason(&self) -> &'static str {
        match self.code {
            50126 => "Error validating credentials due to invalid username or password.",
            50074 | 50076 => "Strong Authentication is required.",
            50140 => "This occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
            50173 => "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
            500_121 => "Authentication failed during strong authentication request.",
            50055 => "The password is expired.",
            50057 => "The user account is disabled.",
            50053 => {
                "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."
            }
            50034 => "The user account does not exist in the directory.",
            53003 => {
                "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
            }
            65001 => "The user or administrator has not consented to use the application.",
            _ => "Other.",
        }
    }

    fn detail(&self) -> &'static str {
        match self.mfa {
            Mfa::None => "",
            Mfa::Claim => "MFA requirement satisfied by claim in the token",
            Mfa::Prompt | Mfa::Pass => "MFA completed in Azure AD",
            Mfa::Missed => "MFA denied; user did not respond to mobile app notification",
            Mfa::Denied => "MFA denied; user declined the authentication",
        }
    }

    fn system(&self) -> &'static str {
        match &self.presence.agent {
            a if a.contains("Windows NT") => "Windows10",
            a if a.contains("iPhone") || a.contains("iOS") => "Ios",
            a if a.contains("Android") => "Android",
            a if a.contains("Mac OS X") => "MacOs",
            _ => "",
        }
    }

    fn browser(&self) -> String {
        let agent = &self.presence.agent;
        let version = |mark: &str| {
            let rest = agent.split_once(mark).map(|(_, rest)| rest);
            rest.and_then(|r| r.split([' ', ';', ')']).next()).unwrap_or_default().trim_end_matches(".0").to_owned()
        };
        match agent {
            a if a.contains("Edg/") => format!("Edge {}", version("Edg/")),
            a if a.contains("Chrome/") && a.contains("Mobile") => format!("Chrome Mobile {}", version("Chrome/")),
            a if a.contains("Chrome/") => format!("Chrome {}", version("Chrome/")),
            a if a.contains("iPhone") => format!("Mobile Safari {}", version("Version/")),
            a if a.contains("Safari/") => format!("Safari {}", version("Version/")),
            _ if self.interactive => String::new(),
            _ => "Rich Client".into(),
        }
    }

    fn steps(&self) -> Json {
        let at = stamp(self.time, "%Y-%m-%dT%H:%M:%SZ");
        let step = |method: &str, result: &str, succeeded: bool, requirement: &str| {
            map! {
                "authenticationStepDateTime": &at,
                "authenticationMethod": method,
                "authenticationMethodDetail": if method == "Password" { "Password in the cloud" } else { "" },
                "succeeded": succeeded,
                "authenticationStepResultDetail": result,
                "authenticationStepRequirement": requirement,
            }
        };
        let mut steps = vec![match (self.mfa, self.code) {
            (_, 50126 | 50053 | 50034) => step("Password", "Invalid username or password", false, FIRST),
            (Mfa::Pass, _) => step("Temporary Access Pass", self.detail(), true, FIRST),
            (Mfa::Claim, _) => step("Previously satisfied", self.detail(), true, ""),
            _ => step("Password", "Correct password", true, FIRST),
        }];
        if matches!(self.mfa, Mfa::Prompt | Mfa::Missed | Mfa::Denied) && ![50074, 50076].contains(&self.code) {
            steps.push(step(
                "Mobile app notification",
                self.detail(),
                self.mfa == Mfa::Prompt,
                "Multifactor authentication",
            ));
        }
        Json::List(steps)
    }

    fn requirement(&self) -> &'static str {
        if self.mfa == Mfa::None { "singleFactorAuthentication" } else { "multiFactorAuthentication" }
    }

    /// The record as Graph beta gives it. <https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta>
    fn graph(&self, id: &str, correlation: &str, token: &str) -> Json {
        let (person, presence) = (self.person, self.presence);
        let refreshed = !self.interactive && self.protocol == "none";
        let who = map! {
            "id": id,
            "createdDateTime": stamp(self.time, "%Y-%m-%dT%H:%M:%SZ"),
            "userDisplayName": &person.name,
            "userPrincipalName": &person.upn,
            "userId": &person.id,
            "appId": self.app.1,
            "appDisplayName": self.app.0,
            "ipAddress": &presence.place.address,
            "ipAddressFromResourceProvider": Json::Null,
            "clientAppUsed": self.client,
            "userAgent": &presence.agent,
            "correlationId": correlation,
            "conditionalAccessStatus": match (self.code, self.mfa) {
                (53003, _) => "failure",
                (_, Mfa::None) => "notApplied",
                (0, _) => "success",
                _ => "failure",
            },
            "originalRequestId": id,
            "isInteractive": self.interactive,
            "tokenIssuerName": "",
            "tokenIssuerType": "AzureAD",
            "authenticationRequirement": self.requirement(),
            "authenticationProtocol": self.protocol,
            "originalTransferMethod": if self.protocol == "deviceCode" { "deviceCodeFlow" } else { "none" },
            "incomingTokenType": if refreshed { "refreshToken" } else { "none" },
            "uniqueTokenIdentifier": token,
            "sessionId": &presence.session,
        };
        let rest = map! {
            "riskDetail": "none",
            "riskLevelAggregated": "none",
            "riskLevelDuringSignIn": "none",
            "riskState": "none",
            "riskEventTypes_v2": Json::List(vec![]),
            "resourceDisplayName": self.resource.0,
            "resourceId": self.resource.1,
            "resourceTenantId": TENANT,
            "homeTenantId": TENANT,
            "userType": "member",
            "crossTenantAccessType": "none",
            "signInEventTypes": Json::List(vec![
                if self.interactive { "interactiveUser" } else { "nonInteractiveUser" }.into(),
            ]),
            "servicePrincipalId": "",
            "autonomousSystemNumber": presence.place.net.asn,
            "signInTokenProtectionStatus": "none",
            "networkLocationDetails": Json::List(vec![]),
        };
        who.with(rest).with(map! {
            "status": self.status(),
            "deviceDetail": self.device(),
            "location": location(presence),
            "appliedConditionalAccessPolicies": Json::List(vec![]),
            "authenticationDetails": self.steps(),
        })
    }

    fn status(&self) -> Json {
        map! {
            "errorCode": self.code,
            "failureReason": self.reason(),
            "additionalDetails": match (self.code, self.detail()) {
                (0 | 500_121, detail) if !detail.is_empty() => Json::from(detail),
                _ => Json::Null,
            },
        }
    }

    fn device(&self) -> Json {
        let (id, name) = self.presence.device.clone().unwrap_or_default();
        let known = !id.is_empty();
        map! {
            "deviceId": id,
            "displayName": name,
            "operatingSystem": self.system(),
            "browser": self.browser(),
            "isCompliant": known,
            "isManaged": known,
            "trustType": if known { "Azure AD joined" } else { "" },
        }
    }

    /// The unified audit log's record: the same id, another shape.
    fn audit(&self, log: &mut Log, id: &str, correlation: &str) {
        let (person, presence) = (self.person, self.presence);
        let request = match (self.protocol, self.code, self.interactive) {
            ("deviceCode", ..) => "Cmsi:Cmsi",
            ("ropc", ..) | (_, 0, false) => "OAuth2:Token",
            (_, 0, true) => "OAuth2:Authorize",
            (_, 500_121, _) => "SAS:EndAuth",
            _ => "Login:login",
        };
        let failed = self.code != 0;
        let head = Head {
            time: self.time,
            operation: if failed { "UserLoginFailed" } else { "UserLoggedIn" },
            record_type: 15,
            user: &person.upn,
            user_key: &person.id,
            user_type: 0,
            object: self.resource.1,
            address: &presence.place.address,
        };
        let detail = if failed {
            "UserError"
        } else if self.interactive {
            "Redirect"
        } else {
            "Success"
        };
        let mut rest = map! {
            "AzureActiveDirectoryEventType": 1_i64,
            "ExtendedProperties": named(&[
                ("ResultStatusDetail", detail),
                ("UserAgent", &presence.agent),
                ("UserAuthenticationMethod", "1"),
                ("RequestType", request),
            ]),
            "ModifiedProperties": Json::List(vec![]),
            "Actor": Json::List(vec![
                map! { "ID": &person.id, "Type": 0_i64 },
                map! { "ID": &person.upn, "Type": 5_i64 },
            ]),
            "ActorContextId": TENANT,
            "ActorIpAddress": &presence.place.address,
            "InterSystemsId": correlation,
            "IntraSystemId": id,
            "SupportTicketId": "",
            "Target": Json::List(vec![map! { "ID": self.resource.1, "Type": 0_i64 }]),
            "TargetContextId": TENANT,
            "ApplicationId": self.app.1,
            "DeviceProperties": self.properties(),
            "ErrorNumber": self.code.to_string(),
        };
        if failed {
            rest = rest.with(map! { "LogonError": logon_error(self.code) });
        }
        log.audit_as(id, &head, rest);
    }
}

impl SignIn<'_> {
    /// The device in the words of the unified audit log.
    fn properties(&self) -> Json {
        let (system, browser) = (self.system(), self.browser());
        let mut properties = vec![("OS", system), ("BrowserType", browser.split(' ').next().unwrap_or(""))];
        let (device, computer) = self.presence.device.clone().unwrap_or_default();
        if !device.is_empty() {
            properties.extend([("Id", device.as_str()), ("DisplayName", computer.as_str()), ("TrustType", "1")]);
        }
        let managed = if device.is_empty() { "False" } else { "True" };
        properties.extend([("IsCompliant", managed), ("IsCompliantAndManaged", managed)]);
        properties.push(("SessionId", &self.presence.session));
        named(&properties)
    }
}

pub(crate) fn location(presence: &Presence) -> Json {
    let net = presence.place.net;
    map! {
        "city": net.city,
        "state": net.region,
        "countryOrRegion": net.country,
        "geoCoordinates": map! { "altitude": Json::Null, "latitude": net.at.0, "longitude": net.at.1 },
    }
}

fn logon_error(code: i64) -> &'static str {
    match code {
        50126 => "InvalidUserNameOrPassword",
        50074 | 50076 => "UserStrongAuthClientAuthNRequired",
        50140 => "KmsiInterrupt",
        50173 => "FreshTokenNeeded",
        500_121 => "AuthenticationFailedSasError",
        50055 => "InvalidPasswordExpiredPassword",
        50057 => "UserDisabled",
        50053 => "IdsLocked",
        50034 => "UserAccountNotFound",
        53003 => "BlockedByConditionalAccess",
        _ => "Other",
    }
}

/// A service principal's sign-in: Entra keeps them in a log of their own.
pub(crate) fn principal(log: &mut Log, time: i64, (name, app, object): (&str, &str, &str), presence: &Presence) {
    let id = format!("{}00", &log.random.guid()[..34]);
    let record = map! {
        "id": &id,
        "createdDateTime": stamp(time, "%Y-%m-%dT%H:%M:%SZ"),
        "userDisplayName": "",
        "userPrincipalName": "",
        "userId": "",
        "appId": app,
        "appDisplayName": name,
        "ipAddress": &presence.place.address,
        "clientAppUsed": "",
        "userAgent": "",
        "correlationId": log.random.guid(),
        "conditionalAccessStatus": "notApplied",
        "isInteractive": false,
        "authenticationProtocol": "none",
        "uniqueTokenIdentifier": &presence.token,
        "sessionId": "",
        "resourceDisplayName": GRAPH.0,
        "resourceId": GRAPH.1,
        "resourceTenantId": TENANT,
        "signInEventTypes": Json::List(vec!["servicePrincipal".into()]),
        "servicePrincipalId": object,
        "servicePrincipalName": name,
        "clientCredentialType": "clientSecret",
        "autonomousSystemNumber": presence.place.net.asn,
        "status": map! { "errorCode": 0_i64, "failureReason": "Other.", "additionalDetails": Json::Null },
        "location": location(presence),
    };
    log.put(time, Export::Principal, &id, record.compact());
}
