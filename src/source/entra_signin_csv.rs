//! `entra-signin-csv`: sign-ins downloaded from the Entra portal, to Graph's names and values.

use super::signin::{self, Cells};
use super::text::string;
use super::{Decoded, FileContext, Proof, Shape, Signature, Source, Wrapper, any_cell, cell, moment, not_csv};
use crate::event::{ActorKind, Event};
use crate::input::Data;
use sonic_rs::JsonValueTrait;
use std::borrow::Cow;

const NAME: &str = "entra-signin-csv";

pub(super) const SOURCE: Source = Source {
    name: NAME,
    title: "Entra portal sign-in download, CSV (interactive, non-interactive, application and managed identity)",
    recognised_by: "columns Date (UTC) or Date, Request ID and Username, User or Service principal ID",
    signature: Signature {
        csv: &[Shape::needs(&["Date (UTC)|Date", "Request ID", "Username|User|User ID|Service principal ID"])
            .usual(&["Correlation ID", "Application", "IP address", "Status"])],
        json: &[],
    },
    proof: Proof::Code,
    csv: None,
    json: None,
    decode,
    view,
};

/// Column key and Graph path. A name that comes twice is numbered by the reader.
///
/// <https://learn.microsoft.com/entra/identity/monitoring-health/howto-download-logs>
static COLUMNS: &[(&str, &str)] = &[
    ("request id", "id"),
    ("correlation id", "correlationId"),
    ("user agent", "userAgent"),
    ("user id", "userId"),
    ("user", "userDisplayName"),
    ("username", "userPrincipalName"),
    ("cross tenant access type", "crossTenantAccessType"),
    ("unique token identifier", "uniqueTokenIdentifier"),
    ("original transfer method", "originalTransferMethod"),
    ("client credential type", "clientCredentialType"),
    ("token protection - sign in session", "signInTokenProtectionStatus"),
    ("application", "appDisplayName"),
    ("application id", "appId"),
    ("app owner tenant id", "appOwnerTenantId"),
    ("resource", "resourceDisplayName"),
    ("resource id", "resourceId"),
    ("resource tenant id", "resourceTenantId"),
    ("resource owner tenant id", "resourceOwnerTenantId"),
    ("home tenant id", "homeTenantId"),
    ("home tenant name", "homeTenantName"),
    ("ip address", "ipAddress"),
    ("sign-in error code", "status.errorCode"),
    ("failure reason", "status.failureReason"),
    ("multifactor authentication result", "status.additionalDetails"),
    ("client app", "clientAppUsed"),
    ("device id", "deviceDetail.deviceId"),
    ("browser", "deviceDetail.browser"),
    ("operating system", "deviceDetail.operatingSystem"),
    ("compliant", "deviceDetail.isCompliant"),
    ("managed", "deviceDetail.isManaged"),
    ("join type", "deviceDetail.trustType"),
    ("multifactor authentication auth method", "mfaDetail.authMethod"),
    ("multifactor authentication auth detail", "mfaDetail.authDetail"),
    ("sign-in identifier", "signInIdentifier"),
    ("session id", "sessionId"),
    ("ip address (seen by resource)", "ipAddressFromResourceProvider"),
    ("through global secure access", "isThroughGlobalSecureAccess"),
    ("global secure access ip address", "globalSecureAccessIpAddress"),
    ("autonomous system number", "autonomousSystemNumber"),
    ("flagged for review", "flaggedForReview"),
    ("token issuer type", "tokenIssuerType"),
    ("token issuer name", "tokenIssuerName"),
    ("latency", "processingTimeInMilliseconds"),
    ("managed identity type", "managedIdentityType"),
    ("associated resource id", "associatedResourceId"),
    ("federated token id", "federatedTokenId"),
    ("federated token issuer", "federatedTokenIssuer"),
    ("service principal id", "servicePrincipalId"),
    ("service principal name", "servicePrincipalName"),
    ("credential key id", "servicePrincipalCredentialKeyId"),
    ("credential thumbprint", "servicePrincipalCredentialThumbprint"),
    // The portal's own verdict, under the key that diagnostic settings use for theirs.
    ("status", "resultSignature"),
];

/// Columns whose values the portal words for people: column key, Graph path.
static WORDED: &[(&str, &str)] = &[
    ("user type", "userType"),
    ("authentication protocol", "authenticationProtocol"),
    ("authentication requirement", "authenticationRequirement"),
    ("conditional access", "conditionalAccessStatus"),
];

/// The portal's words and Graph's.
static WORDS: &[(&str, &str)] = &[
    ("Member", "member"),
    ("Guest", "guest"),
    ("Single-factor authentication", "singleFactorAuthentication"),
    ("Multifactor authentication", "multiFactorAuthentication"),
    ("Multi-factor authentication", "multiFactorAuthentication"),
    ("Success", "success"),
    ("Failure", "failure"),
    ("Not Applied", "notApplied"),
    ("Not applied", "notApplied"),
    ("None", "none"),
    ("Device code", "deviceCode"),
    ("Device Code", "deviceCode"),
    ("OAuth 2.0", "oAuth2"),
    ("OAuth2", "oAuth2"),
    ("ROPC", "ropc"),
    ("SAML 2.0", "saml20"),
    ("WS-Federation", "wsFederation"),
    ("Authentication transfer", "authenticationTransfer"),
];

fn decode(data: Data<'_>, _: &FileContext) -> Result<Decoded, String> {
    let Data::Csv { header, fields } = data else { return Err(not_csv()) };
    let mut cells = Cells::new();
    let (when, uncertain) = moment::of_portal(cell(header, &fields, "date (utc)"), cell(header, &fields, "date"));
    cells.add("createdDateTime", when);
    for (key, path) in COLUMNS {
        cells.add(path, cell(header, &fields, key));
    }
    for (key, path) in WORDED {
        cells.add(path, graph_word(cell(header, &fields, key)));
    }
    // The portal repeats this name: the first column stands among the token's facts, the second among the issuer's.
    cells.add("incomingTokenType", any_cell(header, &fields, &["incoming token type", "incoming token type#2"]));
    let (city, state, country) = places(cell(header, &fields, "location"));
    cells.add("location.city", city);
    cells.add("location.state", state);
    cells.add("location.countryOrRegion", country);
    cells.finish(Wrapper::default(), uncertain.to_owned())
}

fn view<'a>(decoded: &'a Decoded, context: &FileContext) -> Result<Event<'a>, String> {
    let mut event = signin::view(decoded, context, NAME)?;
    let has = |key: &str| !matches!(string(decoded.record.get(key)), "" | "None" | "none");
    // The columns name no log: a row of applications has no user, one of managed identities says which kind. Only
    // the name that the portal gives the file tells interactive sign-ins from others.
    let named = context.name.rsplit('/').next().unwrap_or_default();
    event.record_type = Cow::Borrowed(if has("managedIdentityType") || named.starts_with("MSISignIns") {
        "ManagedIdentitySignInLogs"
    } else if event.actor_kind == ActorKind::Application && has("servicePrincipalId") {
        "ServicePrincipalSignInLogs"
    } else if named.starts_with("NonInteractiveSignIns") {
        "NonInteractiveUserSignInLogs"
    } else {
        "SignInLogs"
    });
    Ok(event)
}

fn graph_word(text: &str) -> &str {
    let text = text.trim();
    WORDS.iter().find(|(portal, _)| *portal == text).map_or(text, |(_, graph)| *graph)
}

/// `City, State, CC` from its end: a city may hold a comma, a country does not.
fn places(text: &str) -> (&str, &str, &str) {
    let text = text.trim();
    match text.rsplit_once(',') {
        None => ("", "", text),
        Some((rest, country)) => match rest.rsplit_once(',') {
            None => (rest.trim(), "", country.trim()),
            Some((city, state)) => (city.trim(), state.trim(), country.trim()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_from_its_end() {
        assert_eq!(places("Oslo, Oslo, NO"), ("Oslo", "Oslo", "NO"));
        assert_eq!(places("Lagos, NG"), ("Lagos", "", "NG"));
        assert_eq!(places("NG"), ("", "", "NG"));
        assert_eq!(places("Washington, D.C., District, US"), ("Washington, D.C.", "District", "US"));
        assert_eq!(places(", , NG"), ("", "", "NG"));
    }
}
