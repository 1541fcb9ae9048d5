//! Records to the people who are named in them: addresses wherever they stand, names, ids and telephone numbers by the
//! members that hold them.

use super::token::addresses;
use crate::event::ActorKind;
use crate::store::{Entry, Events};
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Who is named in records.
#[derive(Debug, Default)]
pub struct Identities {
    addresses: BTreeSet<String>,
    /// Names, with the addresses that records state beside them.
    names: BTreeMap<String, BTreeSet<String>>,
    /// Ids, the same.
    ids: BTreeMap<String, BTreeSet<String>>,
    phones: BTreeSet<String>,
    message_ids: BTreeSet<String>,
    /// Addresses that a member or column holds and nothing else: no id of a message, whatever another member says.
    alone: BTreeSet<String>,
    /// The record that is looked at changes a user.
    about_user: bool,
}

/// Members that hold a name or an id, and the member that holds the address of the same person; all lower case. Of an
/// object without such an address the name may be a thing's. The sign-in log of the portal calls the name `User`.
const NAMES: &[(&str, &str)] = &[
    ("displayname", "userprincipalname"),
    ("userdisplayname", "userprincipalname"),
    ("userdisplayname", "userid"),
    ("userdisplayname", "upn"),
    ("accountdisplayname", "accountid"),
    ("accountdisplayname", "accountupn"),
    ("logonuserdisplayname", "userid"),
    ("logonuserdisplayname", "mailboxownerupn"),
    ("actordisplayname", "actoruserprincipalname"),
    ("actor display name", "actor user principal name"),
    ("target1displayname", "target1userprincipalname"),
    ("target2displayname", "target2userprincipalname"),
    ("target3displayname", "target3userprincipalname"),
    ("user", "username"),
    ("user", "user principal name"),
    ("identity", "userprincipalname"),
    ("identity", "username"),
    ("displayname", "mail"),
    ("name", "address"),
    ("name", "userprincipalname"),
    ("name", "upn"),
    ("sendername", "senderaddress"),
    ("mailboxownername", "mailboxownerupn"),
    ("givenname", "userprincipalname"),
    ("surname", "userprincipalname"),
];

/// Members that hold the name of a person, whatever else the object holds.
const PERSONS: &[&str] = &["userdisplayname", "logonuserdisplayname", "givenname", "surname"];

/// As [`NAMES`], of ids; the first is not looked at in records.
const IDS: &[(&str, &str)] = &[
    ("id", "userprincipalname"),
    ("objectid", "userprincipalname"),
    ("userid", "userprincipalname"),
    ("user id", "username"),
    ("userid", "username"),
    ("userobjectid", "userprincipalname"),
    ("userkey", "userid"),
    ("logonusersid", "userid"),
    ("actoruserid", "actoruserprincipalname"),
    ("actorobjectid", "actoruserprincipalname"),
    ("target1objectid", "target1userprincipalname"),
    ("target2objectid", "target2userprincipalname"),
    ("target3objectid", "target3userprincipalname"),
    ("mailboxguid", "mailboxownerupn"),
    ("mailboxownersid", "mailboxownerupn"),
    ("mailboxownermasteraccountsid", "mailboxownerupn"),
    ("accountobjectid", "accountid"),
    ("accountobjectid", "accountupn"),
    ("accountid", "accountupn"),
    ("accountid", "userid"),
    ("aadobjectid", "upn"),
    ("onpremisesimmutableid", "userprincipalname"),
];

/// Objects in objects in texts, no deeper.
const DEEPEST: usize = 8;

impl Identities {
    /// Adds who is named in a record.
    pub fn record(&mut self, record: &Value) {
        let operation = ["Operation", "activityDisplayName", "OperationName", "ActivityDisplayName"]
            .iter()
            .find_map(|key| record.get(*key).and_then(|value| value.as_str()));
        self.about_user = operation.is_some_and(|operation| operation.to_lowercase().contains("user"));
        self.value("", record, 0);
    }

    /// Adds whom an event names in its own fields.
    pub fn entry(&mut self, events: &Events, entry: &Entry) {
        let person = matches!(entry.actor_kind, ActorKind::User | ActorKind::Guest);
        let who = events.who(entry);
        let (actor, id, account) = (events.text(who.actor), events.text(who.actor_id), events.text(who.account));
        if person && is_address(actor) {
            self.ids_in(id, actor);
        }
        for text in [actor, account, events.text(entry.target)].into_iter().filter(|t| is_address(t)) {
            self.alone.insert(text.to_lowercase());
        }
        // Exchange names a mailbox by its alias or its name.
        let named = !account.is_empty() && !account.contains(['@', '\\', '/', '=']) && ids(account).next().is_none();
        if named && (person || !entry.is_act()) {
            self.names.entry(account.to_lowercase()).or_default();
        }
    }

    /// Adds the addresses in a text.
    pub fn text(&mut self, text: &str) {
        self.addresses.extend(addresses(text).map(|found| text[found.start..found.end].to_lowercase()));
    }

    /// Adds everybody who was found elsewhere.
    pub fn add(&mut self, more: Self) {
        self.addresses.extend(more.addresses);
        self.phones.extend(more.phones);
        self.message_ids.extend(more.message_ids);
        self.alone.extend(more.alone);
        for (name, linked) in more.names {
            self.names.entry(name).or_default().extend(linked);
        }
        for (id, linked) in more.ids {
            self.ids.entry(id).or_default().extend(linked);
        }
    }

    /// Tells addresses from the ids of messages, once all are known.
    pub fn close(&mut self) {
        self.message_ids.retain(|id| !self.alone.contains(id));
        self.addresses.retain(|address| !self.message_ids.contains(address));
    }

    /// Addresses, lower case, sorted.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        self.addresses.iter().map(String::as_str)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.names.iter().map(|(name, linked)| (name.as_str(), linked))
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.ids.iter().map(|(id, linked)| (id.as_str(), linked))
    }

    pub(super) fn phones(&self) -> impl Iterator<Item = &str> {
        self.phones.iter().map(String::as_str)
    }

    /// Ids of messages that look like addresses, lower case.
    pub(super) fn message_ids(&self) -> impl Iterator<Item = &str> {
        self.message_ids.iter().map(String::as_str)
    }

    fn value(&mut self, key: &str, value: &Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        if let Some(object) = value.as_object() {
            self.object(value);
            object.iter().for_each(|(key, value)| self.value(key, value, depth + 1));
        } else if let Some(list) = value.as_array() {
            if matches!(key, "Actor" | "Target") {
                self.parties(value);
            }
            list.iter().for_each(|value| self.value(key, value, depth + 1));
        } else if let Some(text) = value.as_str() {
            self.leaf(key, text, depth);
        }
    }

    fn leaf(&mut self, key: &str, text: &str, depth: usize) {
        if text.starts_with(['{', '['])
            && let Ok(inner) = sonic_rs::from_str::<Value>(text)
        {
            return self.value(key, &inner, depth + 1);
        }
        let key = key.to_lowercase();
        if key.contains("messageid") || key.contains("message_id") || key.contains("references") {
            let found = addresses(text).map(|found| text[found.start..found.end].to_lowercase());
            return self.message_ids.extend(found);
        }
        let is_phone =
            |text: &str| text.chars().filter(char::is_ascii_digit).count() >= 7 && !text.contains(['*', 'X']);
        if key.contains("phone") && text.len() <= 40 && is_phone(text) {
            self.phones.insert(text.to_owned());
        }
        if is_address(text) {
            self.alone.insert(text.to_lowercase());
        }
        self.text(text);
    }

    /// Names and ids beside the address of the same person.
    fn object(&mut self, object: &Value) {
        let Some(members) = object.as_object() else { return };
        let texts: BTreeMap<String, &str> =
            members.iter().filter_map(|(key, value)| Some((key.to_lowercase(), value.as_str()?))).collect();
        let pairs = |table: &[(&str, &str)]| -> Vec<(String, String)> {
            let both = |(of, at): &(&str, &str)| Some((*texts.get(*of)?, *texts.get(*at)?));
            let found = table.iter().filter_map(both).filter(|(of, at)| !of.is_empty() && is_address(at));
            found.map(|(of, at)| (of.to_owned(), at.to_lowercase())).collect()
        };
        for (name, address) in pairs(NAMES) {
            if !name.contains(['@', '\\', '/', '=', '{']) && ids(&name).next().is_none() {
                self.names.entry(name.to_lowercase()).or_default().insert(address);
            }
        }
        // A record that names the user by another member has an id of its own.
        let is_record = ["userid", "correlationid"].iter().any(|key| texts.contains_key(*key));
        for (id, address) in pairs(if is_record { &IDS[1..] } else { IDS }) {
            self.ids_in(&id, &address);
        }
        for key in PERSONS {
            let name = texts.get(*key).copied().unwrap_or_default();
            self.name(name);
        }
        self.change(&texts);
        // A user among the targets of a directory audit record; one that is deleted has no more than a name.
        let text = |key: &str| texts.get(key).copied().unwrap_or_default();
        if text("type") == "User" && !is_address(text("userprincipalname")) {
            self.name(text("displayname"));
            self.ids_in(text("id"), "");
        }
    }

    /// What a user is called now, or was called before.
    fn change(&mut self, texts: &BTreeMap<String, &str>) {
        let property = texts.get("name").or_else(|| texts.get("displayname")).copied().unwrap_or_default();
        let is_name = ["displayname", "givenname", "surname"].contains(&property.to_lowercase().as_str());
        if self.about_user && is_name {
            for value in ["newvalue", "oldvalue"].iter().filter_map(|key| texts.get(*key)) {
                value.split(['[', ']', '"', ',', '\\']).for_each(|name| self.name(name.trim()));
            }
        }
    }

    /// A name that no address stands beside.
    fn name(&mut self, name: &str) {
        if !name.is_empty() && !name.contains(['@', '\\', '/', '=', '{']) && ids(name).next().is_none() {
            self.names.entry(name.to_lowercase()).or_default();
        }
    }

    /// `Actor` and `Target` of the audit log: a list of the ids of one party, the address among them.
    fn parties(&mut self, list: &Value) {
        let texts: Vec<&str> = list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item.get("ID").and_then(|id| id.as_str()))
            .collect();
        if let Some(address) = texts.iter().find(|text| is_address(text)) {
            for text in &texts {
                self.ids_in(text, address);
            }
        }
    }

    fn ids_in(&mut self, text: &str, address: &str) {
        for id in ids(text) {
            let linked = self.ids.entry(id.to_owned()).or_default();
            if !address.is_empty() {
                linked.insert(address.to_lowercase());
            }
        }
    }
}

fn is_address(text: &str) -> bool {
    addresses(text).next().is_some_and(|found| (found.start, found.end) == (0, text.len()))
}

/// The ids of people in a text: object ids, the 16 digits of Exchange's user keys, security identifiers.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    parts.filter(|part| {
        let lengths: Vec<usize> = part.split('-').map(str::len).collect();
        let hex = part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let nothing = part.bytes().all(|byte| matches!(byte, b'0' | b'-'));
        part.starts_with("S-1-5-21-") || (hex && !nothing && matches!(lengths.as_slice(), [16] | [8, 4, 4, 4, 12]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(record: &str) -> Identities {
        let mut identities = Identities::default();
        identities.record(&sonic_rs::from_str(record).unwrap());
        identities
    }

    #[test]
    fn a_person_is_known_by_what_stands_beside_the_address() {
        let user = of(
            r#"{"initiatedBy":{"user":{"userPrincipalName":"A@x.example","displayName":"Ada","id":"0c5ad2d5-2b1e-4f8e-9d43-5a0e1a1b2c3d"}},
            "targetResources":[{"type":"Application","displayName":"Mail Sync"},{"type":"User","displayName":"Gone","userPrincipalName":""}]}"#,
        );
        assert_eq!(user.names().map(|(name, _)| name).collect::<Vec<_>>(), ["ada", "gone"]);
        assert_eq!(
            user.ids().map(|(id, linked)| (id, linked.len())).collect::<Vec<_>>(),
            [("0c5ad2d5-2b1e-4f8e-9d43-5a0e1a1b2c3d", 1)]
        );
        let record = of(
            r#"{"id":"2077c807-5bd8-46e8-a65d-05a33b419a00","userId":"0c5ad2d5-2b1e-4f8e-9d43-5a0e1a1b2c3d","userPrincipalName":"a@x.example"}"#,
        );
        assert_eq!(record.ids().map(|(id, _)| id).collect::<Vec<_>>(), ["0c5ad2d5-2b1e-4f8e-9d43-5a0e1a1b2c3d"]);
        let audit = of(
            r#"{"UserId":"b@x.example","UserKey":"i:0h.f|membership|1003bffd8a1b2c3d@live.com","Actor":[{"ID":"b@x.example","Type":5},{"ID":"User_0c5ad2d5-2b1e-4f8e-9d43-5a0e1a1b2c3d","Type":2},{"ID":"User","Type":2}]}"#,
        );
        assert_eq!(
            audit.ids().map(|(id, _)| id).collect::<Vec<_>>(),
            ["0c5ad2d5-2b1e-4f8e-9d43-5a0e1a1b2c3d", "1003bffd8a1b2c3d"]
        );
    }

    #[test]
    fn texts_in_texts_are_opened_and_ids_of_messages_are_no_addresses() {
        let found = of(
            r#"{"ModifiedProperties":[{"Name":"StrongAuthenticationUserDetails","NewValue":"[{\"PhoneNumber\":\"+31 612345678\",\"Email\":\"C@y.example\"}]"}],
            "Item":{"InternetMessageId":"<1.2@mail.x.example>"},"device":"+XX XXXXXX85"}"#,
        );
        assert_eq!(found.phones().collect::<Vec<_>>(), ["+31 612345678"]);
        assert_eq!(found.addresses().collect::<Vec<_>>(), ["c@y.example"]);
        assert_eq!(found.message_ids().collect::<Vec<_>>(), ["1.2@mail.x.example"]);
    }
}
