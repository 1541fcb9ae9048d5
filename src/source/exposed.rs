//! The messages that a record names: of mailbox auditing, which were opened, synchronised, sent, moved or deleted; of a
//! message trace, who wrote it to whom about what.
//!
//! <https://learn.microsoft.com/purview/audit-log-investigate-accounts>

use super::text::string;
use sonic_rs::{JsonContainerTrait, JsonValueTrait, Value};

/// How mail was reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Single messages were opened (`MailAccessType` Bind).
    Bind,
    /// A folder was copied to a client (`MailAccessType` Sync): all that is in it.
    Sync,
    /// The messages were the object of an act: sent, moved, deleted.
    #[default]
    Act,
}

/// A message as a record names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Internet message id, with its angle brackets.
    pub id: String,
    /// Subject; empty where the record has none.
    pub subject: String,
    /// Folder; empty where the record has none.
    pub folder: String,
}

/// What a record says of mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// How it was reached.
    pub access: Access,
    /// Whether Microsoft stopped counting: for the next day nothing is known.
    pub throttled: bool,
    /// The messages that it names.
    pub messages: Vec<Message>,
    /// The folder that was synchronised.
    pub folder: String,
}

/// A message as the servers that carried it know it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// Internet message id, with its angle brackets.
    pub id: String,
    /// Who it is from, lower case.
    pub sender: String,
    /// Whom it went to, lower case.
    pub recipients: Vec<String>,
    /// Subject.
    pub subject: String,
}

impl Mail {
    /// Puts what `new` gives in the place of every text.
    pub fn rewrite(&mut self, new: &dyn Fn(&str) -> String) {
        self.folder = new(&self.folder);
        for message in &mut self.messages {
            let Message { id, subject, folder } = message;
            for text in [id, subject, folder] {
                *text = new(text);
            }
        }
    }
}

impl Letter {
    /// Puts what `new` gives in the place of every text.
    pub fn rewrite(&mut self, new: &dyn Fn(&str) -> String) {
        let Self { id, sender, recipients, subject } = self;
        for text in [id, sender, subject].into_iter().chain(recipients) {
            *text = new(text);
        }
    }
}

/// Reads a record of a message trace, in the names of `Get-MessageTrace`; `None` where it names no message.
pub fn letter(record: &Value) -> Option<Letter> {
    let get = |key: &str| string(record.get(key)).trim();
    let (id, sender) = (get("MessageId").to_owned(), get("SenderAddress").to_lowercase());
    let one = get("RecipientAddress");
    let many = items(record.get("RecipientAddress")).map(|item| string(Some(item)));
    let all = one.split(';').chain(many).map(|address| address.trim().to_lowercase());
    let recipients = all.filter(|address| !address.is_empty()).collect();
    (!id.is_empty()).then(|| Letter { id, sender, recipients, subject: get("Subject").to_owned() })
}

/// Reads a record of the unified audit log.
pub fn mail(record: &Value) -> Mail {
    let mut mail = Mail::default();
    for property in items(record.get("OperationProperties")) {
        let value = string(property.get("Value"));
        match string(property.get("Name")) {
            "MailAccessType" if value.eq_ignore_ascii_case("Bind") => mail.access = Access::Bind,
            "MailAccessType" if value.eq_ignore_ascii_case("Sync") => mail.access = Access::Sync,
            "IsThrottled" => mail.throttled = value.eq_ignore_ascii_case("True"),
            _ => {}
        }
    }
    for folder in items(record.get("Folders")) {
        let path = string(folder.get("Path"));
        mail.messages.extend(items(folder.get("FolderItems")).filter_map(|item| message(item, path)));
    }
    let item = record.get("Item");
    let parent = item.and_then(|item| item.get("ParentFolder"));
    let path = string(parent.and_then(|parent| parent.get("Path")));
    path.clone_into(&mut mail.folder);
    mail.messages.extend(item.and_then(|item| message(item, path)));
    let from = string(record.get("Folder").and_then(|folder| folder.get("Path")));
    for item in items(record.get("AffectedItems")) {
        let path = string(item.get("ParentFolder").and_then(|parent| parent.get("Path")));
        mail.messages.extend(message(item, if path.is_empty() { from } else { path }));
    }
    mail
}

fn items(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(JsonContainerTrait::as_array).into_iter().flatten()
}

fn message(item: &Value, folder: &str) -> Option<Message> {
    let id = string(item.get("InternetMessageId"));
    let (subject, folder) = (string(item.get("Subject")).to_owned(), folder.to_owned());
    (!id.is_empty()).then(|| Message { id: id.to_owned(), subject, folder })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_that_names_messages_is_read() {
        let bind = r#"{"OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"True"}],
            "Folders":[{"Path":"\\Inbox","FolderItems":[{"InternetMessageId":"<a@x>"},{"InternetMessageId":"<b@x>","Subject":"Hi"}]}]}"#;
        let read = mail(&sonic_rs::from_str(bind).unwrap());
        assert_eq!((read.access, read.throttled, read.messages.len()), (Access::Bind, true, 2));
        assert_eq!((read.messages[1].subject.as_str(), read.messages[1].folder.as_str()), ("Hi", "\\Inbox"));
        let sync = r#"{"OperationProperties":[{"Name":"MailAccessType","Value":"Sync"}],"Item":{"ParentFolder":{"Path":"\\Inbox"}}}"#;
        let read = mail(&sonic_rs::from_str(sync).unwrap());
        assert_eq!((read.access, read.folder.as_str(), read.messages.len()), (Access::Sync, "\\Inbox", 0));
        let deleted = r#"{"AffectedItems":[{"InternetMessageId":"<c@x>","ParentFolder":{"Path":"\\Sent Items"}}]}"#;
        assert_eq!(mail(&sonic_rs::from_str(deleted).unwrap()).messages[0].folder, "\\Sent Items");
    }

    #[test]
    fn a_trace_names_who_wrote_to_whom() {
        let one = r#"{"MessageId":"<a@x>","SenderAddress":"Ada@x","RecipientAddress":"Bob@y","Subject":"Re: Hi"}"#;
        let read = letter(&sonic_rs::from_str(one).unwrap()).unwrap();
        assert_eq!((read.sender.as_str(), read.recipients.as_slice()), ("ada@x", &["bob@y".to_owned()][..]));
        let all = r#"{"MessageId":"<a@x>","RecipientAddress":["Bob@y","c@z"]}"#;
        assert_eq!(letter(&sonic_rs::from_str(all).unwrap()).unwrap().recipients, ["bob@y", "c@z"]);
        assert_eq!(letter(&sonic_rs::from_str(r#"{"MessageId":" "}"#).unwrap()), None);
    }
}
