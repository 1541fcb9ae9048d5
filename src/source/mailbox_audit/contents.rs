//! What an act in a mailbox was done to: folders, items and properties, in the shape of the unified audit log.

use super::{Object, first, items, scalar, string};
use sonic_rs::{JsonValueTrait, Value};

/// Columns that are taken apart here; they are not kept beside what they become.
static COLUMNS: &[&str] = &[
    "AggregatedRecordFoldersData",
    "AuditOperationsCountInAggregatedRecord",
    "DestFolderId",
    "DestFolderPathName",
    "DirtyProperties",
    "FolderId",
    "FolderName",
    "FolderPathName",
    "ItemAttachments",
    "ItemId",
    "ItemInternetMessageId",
    "ItemSubject",
    "MemberRights",
    "MemberSid",
    "MemberUpn",
    "OperationProperties",
    "SourceItemAttachmentsList",
    "SourceItemFolderPathNamesList",
    "SourceItemIdsList",
    "SourceItemInternetMessageIdsList",
    "SourceItemSubjectsList",
    "SourceItems",
];

pub(super) struct Contents<'a> {
    pub(super) found: &'a Value,
    pub(super) operation: &'a str,
    /// Whether the act is on several items at once.
    pub(super) group: bool,
}

impl<'a> Contents<'a> {
    pub(super) fn holds(key: &str) -> bool {
        COLUMNS.binary_search(&key).is_ok()
    }

    fn get(&self, key: &str) -> &'a str {
        string(self.found.get(key)).trim()
    }

    /// Adds all of it; gives why the record is incomplete, empty when it is whole.
    pub(super) fn write(&self, record: &mut Object) -> String {
        let accessed = self.operation == "MailItemsAccessed";
        // An act on one item names the folder as the item's parent.
        if let Some(folder) = self.folder("FolderId", "FolderPathName").filter(|_| self.group) {
            record.raw("Folder", &folder);
        }
        if let Some(folder) = self.folder("DestFolderId", "DestFolderPathName") {
            record.raw("DestFolder", &folder);
        }
        if let Some(item) = self.item() {
            record.raw("Item", &item);
        }
        let mut degraded = String::new();
        match self.affected() {
            Ok(list) if list.is_empty() || accessed => {}
            Ok(list) => record.raw("AffectedItems", &format!("[{}]", list.join(","))),
            Err(_) if !self.group => {}
            Err(text) => degraded = format!("SourceItems is {text:?}; the items were not exported"),
        }
        if accessed {
            record.raw("Folders", &self.folders());
        }
        let count = scalar(self.found.get("AuditOperationsCountInAggregatedRecord"));
        match count.trim().parse::<i64>() {
            Ok(count) => record.raw("OperationCount", &count.to_string()),
            Err(_) => record.some_text("OperationCount", count.trim()),
        }
        if let Some(value) = self.found.get("OperationProperties") {
            record.raw("OperationProperties", &properties(value));
        }
        let dirty = self.get("DirtyProperties");
        if !dirty.is_empty() {
            let names: Vec<String> =
                dirty.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()).map(quote).collect();
            record.raw("ModifiedProperties", &format!("[{}]", names.join(",")));
        }
        degraded
    }

    fn folder(&self, id: &str, path: &str) -> Option<String> {
        let mut folder = Object::new();
        folder.some_text("Id", self.get(id));
        folder.some_text("Path", self.get(path));
        (!folder.is_empty()).then(|| folder.finish())
    }

    /// The one item of a record that is not about a group of them, and the member of a folder's permission.
    fn item(&self) -> Option<String> {
        let keys = ["ItemId", "ItemSubject", "ItemAttachments", "ItemInternetMessageId", "MemberUpn", "MemberRights"];
        let folder = !self.group && !first(&[self.get("FolderId"), self.get("FolderPathName")]).is_empty();
        if !folder && keys.iter().all(|key| self.get(key).is_empty()) {
            return None;
        }
        let mut parent = Object::new();
        parent.some_text("Id", self.get("FolderId"));
        parent.some_text("Path", self.get("FolderPathName"));
        for (name, key) in [
            ("Name", "FolderName"),
            ("MemberUpn", "MemberUpn"),
            ("MemberSid", "MemberSid"),
            ("MemberRights", "MemberRights"),
        ] {
            parent.some_text(name, self.get(key));
        }
        let mut item = Object::new();
        item.some_text("Id", self.get("ItemId"));
        item.some_text("Subject", self.get("ItemSubject"));
        item.some_text("Attachments", self.get("ItemAttachments"));
        item.some_text("InternetMessageId", self.get("ItemInternetMessageId"));
        item.raw("ParentFolder", &parent.finish());
        Some(item.finish())
    }

    /// The items of a record about a group of them; the text that stands where they should be, if they are lost.
    fn affected(&self) -> Result<Vec<String>, &'a str> {
        let listed = self.listed();
        let Some(value) = self.found.get("SourceItems") else { return Ok(listed) };
        if let Some(text) = value.as_str().map(str::trim) {
            return if listed.is_empty() && !text.is_empty() { Err(text) } else { Ok(listed) };
        }
        let found = items(value, "Item").into_iter().filter(JsonValueTrait::is_object).map(|item| {
            let get = |keys: &[&str]| first(&keys.iter().map(|key| string(item.get(*key)).trim()).collect::<Vec<_>>());
            let parts = [
                get(&["Id", "ItemId"]),
                get(&["Subject", "ItemSubject"]),
                get(&["Attachments"]),
                get(&["InternetMessageId"]),
                get(&["FolderPathName", "ItemFolderPathName"]),
            ];
            affected_item(parts)
        });
        let found: Vec<String> = found.collect();
        Ok(if found.is_empty() { listed } else { found })
    }

    /// The items out of the `SourceItem…List` columns. A subject may hold the comma that divides them, so they
    /// are only divided where each list has as many members as there are ids.
    fn listed(&self) -> Vec<String> {
        let columns = [
            "SourceItemIdsList",
            "SourceItemSubjectsList",
            "SourceItemAttachmentsList",
            "SourceItemInternetMessageIdsList",
            "SourceItemFolderPathNamesList",
        ]
        .map(|key| self.get(key));
        if columns.iter().all(|text| text.is_empty()) {
            return Vec::new();
        }
        let parts = columns.map(|text| text.split(',').map(str::trim).collect::<Vec<_>>());
        let count = parts[0].len();
        let even = count > 1 && columns.iter().zip(&parts).all(|(text, parts)| text.is_empty() || parts.len() == count);
        if !even {
            return vec![affected_item(columns)];
        }
        (0..count).map(|at| affected_item(parts.each_ref().map(|p| p.get(at).copied().unwrap_or_default()))).collect()
    }

    /// The folders of a `MailItemsAccessed` record with the messages in them.
    fn folders(&self) -> String {
        let data = self.found.get("AggregatedRecordFoldersData").filter(|data| data.is_array() || data.is_object());
        if let Some(data) = data {
            let folders: Vec<String> =
                items(data, "Folder").iter().filter_map(|folder| sonic_rs::to_string(*folder).ok()).collect();
            return format!("[{}]", folders.join(","));
        }
        let messages = first(&[self.get("SourceItemInternetMessageIdsList"), self.get("ItemInternetMessageId")]);
        let messages = messages.split([',', ';']).map(str::trim).filter(|id| !id.is_empty()).map(|id| {
            let mut message = Object::new();
            message.text("InternetMessageId", id);
            message.finish()
        });
        let messages: Vec<String> = messages.collect();
        let mut folder = Object::new();
        folder.some_text("Id", self.get("FolderId"));
        folder.some_text("Path", self.get("FolderPathName"));
        folder.some_text("Data", self.get("AggregatedRecordFoldersData"));
        if folder.is_empty() && messages.is_empty() {
            return "[]".to_owned();
        }
        folder.raw("FolderItems", &format!("[{}]", messages.join(",")));
        format!("[{}]", folder.finish())
    }
}

fn affected_item([id, subject, attachments, message, folder]: [&str; 5]) -> String {
    let mut item = Object::new();
    item.some_text("Id", id);
    item.some_text("Subject", subject);
    item.some_text("Attachments", attachments);
    item.some_text("InternetMessageId", message);
    if !folder.is_empty() {
        let mut parent = Object::new();
        parent.text("Path", folder);
        item.raw("ParentFolder", &parent.finish());
    }
    item.finish()
}

fn quote(text: &str) -> String {
    sonic_rs::to_string(text).unwrap_or_else(|_| String::from("\"\""))
}

/// `MailAccessType:Bind, IsThrottled:False` as the list of names and values that the unified audit log has.
fn properties(value: &Value) -> String {
    let Some(text) = value.as_str() else {
        let list: Vec<String> =
            items(value, "Property").iter().filter_map(|item| sonic_rs::to_string(*item).ok()).collect();
        return format!("[{}]", list.join(","));
    };
    let mut found: Vec<(&str, String)> = Vec::new();
    for piece in pieces(text) {
        let named = piece.split_once(':').filter(|(name, _)| is_word(name.trim()));
        match (named, found.last_mut()) {
            (Some((name, value)), _) => found.push((name.trim(), value.trim().to_owned())),
            // A comma within a value: what follows still belongs to it.
            (None, Some((_, value))) => *value = format!("{value},{piece}"),
            (None, None) => found.push(("", piece.trim().to_owned())),
        }
    }
    let list = found.iter().map(|(name, value)| {
        let mut pair = Object::new();
        pair.text("Name", name);
        pair.text("Value", value);
        pair.finish()
    });
    format!("[{}]", list.collect::<Vec<_>>().join(","))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Divides at commas, semicolons and line ends that stand in no bracket and no quotes.
fn pieces(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut start, mut found) = (0_usize, false, 0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            b',' | b';' | b'\n' if !quoted && depth == 0 => {
                found.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text.get(start..).unwrap_or_default());
    found.retain(|piece| !piece.trim().is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_as_text_become_names_and_values() {
        for (text, expected) in [
            ("MailAccessType:Bind", r#"[{"Name":"MailAccessType","Value":"Bind"}]"#),
            (
                "MailAccessType:Sync, IsThrottled:False",
                r#"[{"Name":"MailAccessType","Value":"Sync"},{"Name":"IsThrottled","Value":"False"}]"#,
            ),
            (
                r#"RuleName:a, b;RuleActions:[{"ActionType":"Forward","To":"x;y"}]"#,
                r#"[{"Name":"RuleName","Value":"a, b"},{"Name":"RuleActions","Value":"[{\"ActionType\":\"Forward\",\"To\":\"x;y\"}]"}]"#,
            ),
            ("no name", r#"[{"Name":"","Value":"no name"}]"#),
            ("", "[]"),
        ] {
            let value: Value = sonic_rs::from_str(&quote(text)).unwrap();
            assert_eq!(properties(&value), expected, "{text}");
        }
    }

    #[test]
    fn subjects_are_only_divided_where_they_can_be() {
        let of = |json: &str| {
            let found: Value = sonic_rs::from_str(json).unwrap();
            let found =
                Contents { found: &found, operation: "SoftDelete", group: true }.affected().map(|list| list.join("\n"));
            found.map_err(str::to_owned)
        };
        assert_eq!(
            of(r#"{"SourceItemIdsList":"1,2","SourceItemSubjectsList":"a, b"}"#).unwrap(),
            "{\"Id\":\"1\",\"Subject\":\"a\"}\n{\"Id\":\"2\",\"Subject\":\"b\"}"
        );
        assert_eq!(
            of(r#"{"SourceItemIdsList":"1,2","SourceItemSubjectsList":"Dear a, b, c"}"#).unwrap(),
            r#"{"Id":"1,2","Subject":"Dear a, b, c"}"#
        );
        assert_eq!(
            of(r#"{"SourceItemIdsList":"1","SourceItemSubjectsList":"a, b"}"#).unwrap(),
            r#"{"Id":"1","Subject":"a, b"}"#
        );
        assert!(of(r#"{"SourceItems":"System.Collections.ArrayList"}"#).is_err());
        assert_eq!(
            of(r#"{"SourceItems":{"Item":{"Id":"1","Subject":"s","FolderPathName":"\\Inbox"}}}"#).unwrap(),
            r#"{"Id":"1","Subject":"s","ParentFolder":{"Path":"\\Inbox"}}"#
        );
    }

    #[test]
    fn the_columns_are_sorted() {
        assert!(COLUMNS.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
