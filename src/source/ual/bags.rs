//! The Name/Value bags of a record: the members that the schema needs, found in one pass each.

use super::fields::Fields;
use crate::event::{is_guid, open_json};
use crate::source::text::string;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

/// Members of `ExtendedProperties`, `DeviceProperties`, `AppAccessContext` and Actor.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Bags<'a> {
    pub(super) user_agent: &'a str,
    pub(super) additional_details: &'a str,
    pub(super) result_detail: &'a str,
    pub(super) request_type: &'a str,
    pub(super) device_session: &'a str,
    pub(super) device_id: &'a str,
    pub(super) device_name: &'a str,
    pub(super) device_os: &'a str,
    pub(super) device_browser: &'a str,
    pub(super) sign_in_session: &'a str,
    pub(super) token: &'a str,
    pub(super) client_application: &'a str,
    pub(super) actor_id: &'a str,
}

impl<'a> Bags<'a> {
    pub(super) fn read(fields: &Fields<'a>) -> Self {
        let mut bags = Self::default();
        for (name, value) in pairs(fields.extended_properties) {
            let text = string(value);
            match name {
                "UserAgent" => bags.user_agent = text,
                "additionalDetails" => bags.additional_details = text,
                "ResultStatusDetail" => bags.result_detail = text,
                "RequestType" => bags.request_type = text,
                _ => {}
            }
        }
        for (name, value) in pairs(fields.device_properties) {
            let text = string(value);
            match name {
                "SessionId" => bags.device_session = text,
                "Id" => bags.device_id = text,
                "DisplayName" => bags.device_name = text,
                "OS" => bags.device_os = text,
                "BrowserType" => bags.device_browser = text,
                _ => {}
            }
        }
        if let Some(context) = fields.app_access_context {
            let [session, token, application] = members(context, ["AADSessionId", "UniqueTokenId", "ClientAppId"]);
            (bags.sign_in_session, bags.token) = (string(session), string(token));
            bags.client_application = string(application);
        }
        bags.actor_id = object_id(fields.actor);
        bags
    }
}

/// Name and value of each member of a Name/Value list; nothing where the value is text or a list of texts.
pub(super) fn pairs(bag: Option<&Value>) -> impl Iterator<Item = (&str, Option<&Value>)> {
    bag.and_then(|b| b.as_array()).into_iter().flat_map(|items| items.iter()).filter_map(|item| {
        let [name, lower_name, value, lower_value] = members(item, ["Name", "name", "Value", "value"]);
        Some((name.or(lower_name)?.as_str()?, value.or(lower_value)))
    })
}

/// The members with these keys, found in one pass; of a key that repeats the first counts.
fn members<'a, const N: usize>(object: &'a Value, keys: [&str; N]) -> [Option<&'a Value>; N] {
    let mut found = [None; N];
    for (key, value) in object.as_object().into_iter().flat_map(|object| object.iter()) {
        if let Some(at) = keys.iter().position(|known| *known == key) {
            found[at] = found[at].or(Some(value));
        }
    }
    found
}

/// The text value of the member with this name.
pub(super) fn named<'a>(bag: Option<&'a Value>, wanted: &str) -> &'a str {
    pairs(bag).find(|(name, _)| *name == wanted).map_or("", |(_, value)| string(value))
}

/// The ID of the entry of this type in an Actor or Target list.
pub(super) fn identity<'a>(list: Option<&'a Value>, wanted: i64) -> &'a str {
    let Some(items) = list.and_then(|l| l.as_array()) else { return "" };
    let of_type = |item: &&'a Value| item.get("Type").and_then(sonic_rs::JsonValueTrait::as_i64) == Some(wanted);
    items.iter().find(of_type).map_or("", |item| string(item.get("ID")))
}

/// The bare GUID in an Actor list; Entra writes it next to prefixed forms of itself.
fn object_id(list: Option<&Value>) -> &str {
    let Some(items) = list.and_then(|l| l.as_array()) else { return "" };
    let mut found = "";
    for item in items {
        let id = string(item.get("ID"));
        let prefixed = id.starts_with("User_") || id.starts_with("ServicePrincipal_");
        if prefixed {
            return id.split_once('_').map_or("", |(_, guid)| guid);
        }
        if found.is_empty() && is_guid(id) {
            found = id;
        }
    }
    found
}

/// The user agent in the JSON text of `additionalDetails`.
pub(super) fn agent_in(details: &str) -> Option<String> {
    if !details.contains("User-Agent") {
        return None;
    }
    let opened = open_json(details).ok()?;
    opened.get("User-Agent").and_then(|v| v.as_str()).map(str::to_owned)
}
