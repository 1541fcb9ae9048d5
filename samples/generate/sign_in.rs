//! Sign-ins: one shape, from which the writers print every export of it and the unified audit log its own twin.

use crate::json::{Json, named};
use crate::log::{Head, Log, stamp};
use crate::map;
use crate::people::{Person, Place, TENANT};

/// An application or resource: name and id.
pub(crate) type App = (&'static str, &'static str);

pub(crate) const OUTLOOK_WEB: App = ("One Outlook Web", "9199bf20-a13f-4107-85dc-02114787ef48");
pub(crate) const OFFICE_HOME: App = ("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca");
pub(crate) const OFFICE: App = ("Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c");
pub(crate) const TEAMS: App = ("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264");
pub(crate) const BROKER: App = ("Microsoft Authentication Broker", "29d9ed98-a469-4536-ade2-f981bc1d605e");
pub(crate) const AZURE_PORTAL: App = ("Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c");
pub(crate) const EXCHANGE: App = ("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000");
pub(crate) const SHAREPOINT: App = ("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000");
pub(crate) const GRAPH: App = ("Microsoft Graph", "00000003-0000-0000-c000-000000000000");

/// One sign-in.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    /// Unix seconds, UTC.
    pub(crate) time: i64,
    pub(crate) id: String,
    pub(crate) correlation: String,
    pub(crate) name: String,
    pub(crate) upn: String,
    pub(crate) user_id: String,
    pub(crate) app: App,
    pub(crate) resource: App,
    pub(crate) place: Place,
    pub(crate) agent: String,
    pub(crate) client: &'static str,
    /// Entra error code; 0 is success. <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
    pub(crate) code: i64,
    pub(crate) mfa: Mfa,
    pub(crate) protocol: &'static str,
    pub(crate) interactive: bool,
    pub(crate) session: String,
    pub(crate) token: String,
    /// Device id, name and join type; empty when the device is not registered.
    pub(crate) device: Option<(String, String)>,
    /// Set for a service principal: its id.
    pub(crate) principal: Option<String>,
    /// Where the record is exported: the unified audit log instead of the Entra log.
    pub(crate) in_audit: bool,
}

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
}

impl SignIn {
    /// A browser sign-in of `person` that succeeds on an earlier MFA claim; change what differs.
    pub(crate) fn new(log: &mut Log, person: &Person, place: &Place, time: i64) -> Self {
        let random = &mut log.random;
        Self {
            time,
            id: format!("{}00", &random.guid()[..34]),
            correlation: random.guid(),
            name: person.name.clone(),
            upn: person.upn.clone(),
            user_id: person.id.clone(),
            app: OUTLOOK_WEB,
            resource: EXCHANGE,
            place: place.clone(),
            agent: String::new(),
            client: "Browser",
            code: 0,
            mfa: Mfa::Claim,
            protocol: "none",
            interactive: true,
            session: random.guid(),
            token: random.base64(22),
            device: None,
            principal: None,
            in_audit: false,
        }
    }

    pub(crate) fn reason(&self) -> &'static str {
        match self.code {
            50126 => "Error validating credentials due to invalid username or password.",
            50074 => "Strong Authentication is required.",
            50140 => "This occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
            50173 => "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
            500_121 => "Authentication failed during strong authentication request.",
            50055 => "The password is expired.",
            _ => "Other.",
        }
    }

    /// Success, Failure or Interrupted, as the portal says.
    pub(crate) fn status(&self) -> &'static str {
        match self.code {
            0 => "Success",
            50074 | 50140 | 50055 => "Interrupted",
            _ => "Failure",
        }
    }

    pub(crate) fn detail(&self) -> &'static str {
        match self.mfa {
            Mfa::None => "",
            Mfa::Claim => "MFA requirement satisfied by claim in the token",
            Mfa::Prompt => "MFA completed in Azure AD",
            Mfa::Missed => "MFA denied; user did not respond to mobile app notification",
        }
    }

    pub(crate) fn requirement(&self) -> &'static str {
        if self.mfa == Mfa::None { "singleFactorAuthentication" } else { "multiFactorAuthentication" }
    }

    pub(crate) fn system(&self) -> &'static str {
        match &self.agent {
            a if a.contains("Windows NT") => "Windows10",
            a if a.contains("iPhone") => "Ios",
            a if a.contains("Mac OS X") => "MacOs",
            a if a.contains("Android") => "Android",
            _ => "",
        }
    }

    pub(crate) fn browser(&self) -> &'static str {
        match &self.agent {
            a if a.contains("Edg/") => "Edge 143.0.0",
            a if a.contains("Chrome/") => "Chrome 143.0.0",
            a if a.contains("iPhone") => "Mobile Safari",
            a if a.contains("Safari/") => "Safari 18.1",
            _ => "",
        }
    }

    /// The steps of the authentication.
    pub(crate) fn steps(&self) -> Json {
        if self.principal.is_some() {
            return Json::List(vec![]);
        }
        let at = stamp(self.time, "%Y-%m-%dT%H:%M:%SZ");
        let password = self.code != 50126;
        let step = |method: &str, detail: &str, result: &str, succeeded: bool| {
            map! {
                "authenticationStepDateTime": &at,
                "authenticationMethod": method,
                "authenticationMethodDetail": detail,
                "succeeded": succeeded,
                "authenticationStepResultDetail": result,
                "authenticationStepRequirement": if method == "Password" { "Primary authentication" } else { "" },
            }
        };
        let first = match (self.mfa, password) {
            (Mfa::Claim, true) => step("Previously satisfied", "", self.detail(), true),
            (_, true) => step("Password", "Password in the cloud", "Correct password", true),
            (_, false) => step("Password", "Password in the cloud", "Invalid username or password", false),
        };
        let mut steps = vec![first];
        if matches!(self.mfa, Mfa::Prompt | Mfa::Missed) && self.code != 50074 {
            steps.push(step("Mobile app notification", "", self.detail(), self.mfa == Mfa::Prompt));
        }
        Json::List(steps)
    }

    /// The record as Graph beta gives it. <https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta>
    pub(crate) fn beta(&self) -> Json {
        let who = map! {
            "id": &self.id,
            "createdDateTime": stamp(self.time, "%Y-%m-%dT%H:%M:%SZ"),
            "userDisplayName": if self.principal.is_some() { "" } else { &self.name },
            "userPrincipalName": &self.upn,
            "userId": &self.user_id,
            "appId": self.app.1,
            "appDisplayName": self.app.0,
            "ipAddress": &self.place.address,
            "ipAddressFromResourceProvider": Json::Null,
            "clientAppUsed": self.client,
            "userAgent": &self.agent,
            "correlationId": &self.correlation,
            "conditionalAccessStatus": if self.mfa == Mfa::None { "notApplied" } else if self.code == 0 { "success" } else { "failure" },
            "originalRequestId": "",
            "isInteractive": self.interactive,
            "tokenIssuerName": "",
            "tokenIssuerType": "AzureAD",
            "authenticationRequirement": self.requirement(),
            "authenticationProtocol": self.protocol,
            "originalTransferMethod": if self.protocol == "deviceCode" { "deviceCodeFlow" } else { "none" },
            "incomingTokenType": if self.interactive { "none" } else { "refreshToken" },
            "uniqueTokenIdentifier": &self.token,
            "sessionId": &self.session,
        };
        let risk = map! {
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
            "signInEventTypes": Json::List(vec![self.event_type().into()]),
            "servicePrincipalId": self.principal.as_deref().unwrap_or(""),
            "servicePrincipalName": if self.principal.is_some() { &self.name } else { "" },
            "autonomousSystemNumber": self.place.asn,
            "signInTokenProtectionStatus": "none",
            "networkLocationDetails": Json::List(vec![]),
        };
        who.with(risk).with(map! {
            "status": self.status_json(),
            "deviceDetail": self.device_json(),
            "location": self.location_json(),
            "appliedConditionalAccessPolicies": Json::List(vec![]),
            "authenticationDetails": self.steps(),
        })
    }

    fn event_type(&self) -> &'static str {
        match (&self.principal, self.interactive) {
            (Some(_), _) => "servicePrincipal",
            (None, true) => "interactiveUser",
            (None, false) => "nonInteractiveUser",
        }
    }

    pub(crate) fn status_json(&self) -> Json {
        map! {
            "errorCode": self.code,
            "failureReason": self.reason(),
            "additionalDetails": if self.code == 0 { Json::from(self.detail()) } else { Json::Null },
        }
    }

    pub(crate) fn device_json(&self) -> Json {
        let (id, name) = self.device.clone().unwrap_or_default();
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

    pub(crate) fn location_json(&self) -> Json {
        map! {
            "city": self.place.city,
            "state": self.place.state,
            "countryOrRegion": self.place.country,
            "geoCoordinates": map! {
                "altitude": Json::Null,
                "latitude": self.place.latitude,
                "longitude": self.place.longitude,
            },
        }
    }

    /// Logs the unified audit log's record of the same sign-in: the same id, another shape.
    pub(crate) fn audit(&self, log: &mut Log) {
        let request = match (self.protocol, self.code, self.interactive) {
            ("deviceCode", ..) => "Cmsi:Cmsi",
            ("ropc", 0, _) | (_, 0, false) => "OAuth2:Token",
            (_, 0, true) => "OAuth2:Authorize",
            _ => "Login:login",
        };
        let failed = self.code != 0;
        let (device, computer) = self.device.clone().unwrap_or_default();
        let mut properties =
            vec![("OS", self.system()), ("BrowserType", self.browser().split(' ').next().unwrap_or(""))];
        if !device.is_empty() {
            properties.extend([("Id", device.as_str()), ("DisplayName", computer.as_str()), ("TrustType", "1")]);
        }
        let managed = if device.is_empty() { "False" } else { "True" };
        properties.extend([("IsCompliant", managed), ("IsCompliantAndManaged", managed), ("SessionId", &self.session)]);
        let head = Head {
            time: self.time,
            operation: if failed { "UserLoginFailed" } else { "UserLoggedIn" },
            record_type: 15,
            user: &self.upn,
            user_key: &self.user_id,
            user_type: 0,
            object: self.resource.1,
            address: &self.place.address,
        };
        let mut rest = map! {
            "AzureActiveDirectoryEventType": 1,
            "ExtendedProperties": named(&[
                ("ResultStatusDetail", if failed { "UserError" } else if self.interactive { "Redirect" } else { "Success" }),
                ("UserAgent", &self.agent),
                ("UserAuthenticationMethod", "1"),
                ("RequestType", request),
            ]),
            "ModifiedProperties": Json::List(vec![]),
            "Actor": Json::List(vec![
                map! { "ID": &self.user_id, "Type": 0 },
                map! { "ID": &self.upn, "Type": 5 },
            ]),
            "ActorContextId": TENANT,
            "ActorIpAddress": &self.place.address,
            "InterSystemsId": &self.correlation,
            "IntraSystemId": &self.id,
            "SupportTicketId": "",
            "Target": Json::List(vec![map! { "ID": self.resource.1, "Type": 0 }]),
            "TargetContextId": TENANT,
            "ApplicationId": self.app.1,
            "DeviceProperties": named(&properties),
            "ErrorNumber": self.code.to_string(),
        };
        if failed {
            rest = rest.with(map! { "LogonError": logon_error(self.code) });
        }
        log.audit_as(self.id.clone(), &head, rest);
    }
}

fn logon_error(code: i64) -> &'static str {
    match code {
        50126 => "InvalidUserNameOrPassword",
        50074 => "UserStrongAuthClientAuthNRequired",
        50140 => "KmsiInterrupt",
        50173 => "FreshTokenNeeded",
        500_121 => "AuthenticationFailedSasError",
        50055 => "InvalidPasswordExpiredPassword",
        _ => "Other",
    }
}
