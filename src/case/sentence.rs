//! One event to a sentence a person reads: who did what, to whom, from where, with what outcome.

use super::index::Seen;
use crate::event::{Family, Outcome};
use crate::store::{Entry, Events};

/// What the sentence names after the verb.
#[derive(Debug, Clone, Copy)]
enum Noun {
    /// The object: rule, file, subject.
    Object,
    /// The target: mailbox or user.
    Target,
    /// The object, then the target after "for".
    Both,
}

/// How people say an operation; sorted by operation for the binary search.
static ACTS: &[(&str, &str, Noun)] = &[
    ("Add app role assignment grant to user", "gave a user a role in the application", Noun::Object),
    ("Add app role assignment to service principal", "gave an application the permission", Noun::Object),
    ("Add application", "registered the application", Noun::Object),
    ("Add delegated permission grant", "granted delegated permissions to", Noun::Object),
    ("Add device", "added the device", Noun::Object),
    ("Add member to group", "added a member to a group:", Noun::Both),
    ("Add member to role", "gave an administrative role to", Noun::Both),
    ("Add owner to application", "added an owner to the application", Noun::Object),
    ("Add registered owner to device", "registered an owner of the device", Noun::Object),
    ("Add service principal", "added the service principal", Noun::Object),
    ("Add service principal credentials", "added a credential to the application", Noun::Object),
    ("Add user", "created the user", Noun::Target),
    ("Add-MailboxFolderPermission", "gave access to the mailbox folder", Noun::Object),
    ("Add-MailboxPermission", "gave access to the mailbox", Noun::Object),
    ("Add-RecipientPermission", "gave the right to send as", Noun::Object),
    ("AddFolderPermissions", "gave access to a mail folder of", Noun::Target),
    ("Change user password", "changed the password of", Noun::Target),
    ("Consent to application", "consented to the application", Noun::Object),
    ("Create", "created an item in the mailbox:", Noun::Object),
    ("Delete user", "deleted the user", Noun::Target),
    ("Disable account", "disabled the account", Noun::Target),
    ("Disable-InboxRule", "disabled the inbox rule", Noun::Both),
    ("Enable account", "enabled the account", Noun::Target),
    ("Enable-InboxRule", "enabled the inbox rule", Noun::Both),
    ("FileAccessed", "opened the file", Noun::Object),
    ("FileDeleted", "deleted the file", Noun::Object),
    ("FileDownloaded", "downloaded the file", Noun::Object),
    ("FileModified", "changed the file", Noun::Object),
    ("FilePreviewed", "previewed the file", Noun::Object),
    ("FileUploaded", "uploaded the file", Noun::Object),
    ("HardDelete", "deleted mail for good:", Noun::Object),
    ("MailItemsAccessed", "opened mail in the mailbox of", Noun::Target),
    ("MailboxLogin", "signed in to the mailbox of", Noun::Target),
    ("Move", "moved mail:", Noun::Object),
    ("MoveToDeletedItems", "moved mail to Deleted Items:", Noun::Object),
    ("New-InboxRule", "created the inbox rule", Noun::Both),
    ("New-TransportRule", "created the mail flow rule", Noun::Object),
    ("Remove-InboxRule", "removed the inbox rule", Noun::Both),
    ("Remove-MailboxPermission", "took away access to the mailbox", Noun::Object),
    ("Remove-TransportRule", "removed the mail flow rule", Noun::Object),
    ("Reset user password", "reset the password of", Noun::Target),
    ("Send", "sent mail:", Noun::Object),
    ("SendAs", "sent mail in the name of another mailbox:", Noun::Both),
    ("SendOnBehalf", "sent mail on behalf of another mailbox:", Noun::Both),
    ("Set-CASMailbox", "changed the mailbox's protocols:", Noun::Object),
    ("Set-InboxRule", "changed the inbox rule", Noun::Both),
    ("Set-Mailbox", "changed settings of the mailbox", Noun::Object),
    ("Set-MailboxAutoReplyConfiguration", "changed the automatic reply of", Noun::Object),
    ("Set-MailboxMessageConfiguration", "changed the message settings (signature) of", Noun::Object),
    ("Set-TransportRule", "changed the mail flow rule", Noun::Object),
    ("Set-User", "changed the profile of", Noun::Object),
    ("SoftDelete", "deleted mail:", Noun::Object),
    ("Update", "changed an item in the mailbox:", Noun::Object),
    ("Update application", "changed the application", Noun::Object),
    ("Update user", "changed the user", Noun::Target),
    ("UpdateInboxRules", "changed the inbox rules of", Noun::Target),
    ("User deleted security info", "removed a sign-in method of", Noun::Target),
    ("User registered security info", "registered a sign-in method of", Noun::Target),
];

/// The longest object, detail or agent that a sentence repeats, in bytes.
const LONGEST: usize = 200;

/// Appends who did what: `anna@x.example created the inbox rule "." for anna@x.example (MoveToFolder=RSS Feeds)`.
pub fn push_act(out: &mut String, events: &Events, entry: &Entry) {
    push(out, events, entry, true);
}

/// As [`push_act`], without the details in parentheses.
pub fn push_brief_act(out: &mut String, events: &Events, entry: &Entry) {
    push(out, events, entry, false);
}

fn push(out: &mut String, events: &Events, entry: &Entry, whole: bool) {
    if !entry.is_act() {
        return push_state(out, events, entry);
    }
    let actor = [entry.actor, entry.account, entry.actor_id].into_iter().find(|sym| !sym.is_empty());
    out.push_str(actor.map_or("an actor the record does not name", |sym| events.text(sym)));
    out.push(' ');
    if events.is_sign_in(entry) {
        push_sign_in(out, events, entry, whole);
        return;
    }
    // Neither is an act of the account: the servers handed the message on, and Microsoft saw the risk.
    match entry.family {
        Family::Trace => return push_trace(out, events, entry),
        Family::Risk => return push_risk(out, events, entry),
        _ => {}
    }
    let (operation, detail) = (events.text(entry.operation), events.text(entry.detail));
    let told = operation == "Set-Mailbox" && push_forwarding(out, events, entry, detail);
    if !told {
        match ACTS.binary_search_by(|act| act.0.cmp(operation)) {
            Ok(at) => push_noun(out, events, entry, ACTS[at].1, ACTS[at].2),
            Err(_) => push_plain(out, events, entry, operation),
        }
        if whole && !detail.is_empty() && !matches!(operation, "Send" | "MailItemsAccessed") {
            out.push_str(" (");
            push_cut(out, detail);
            out.push(')');
        }
    }
    if entry.outcome == Outcome::Failure {
        out.push_str(", which failed");
    }
}

/// Appends the act, the address, the country and the rules it meets: the `message` of a timeline.
pub fn push_sentence(out: &mut String, events: &Events, entry: &Entry, from: &Seen<'_>, rules: &str) {
    push_act(out, events, entry);
    if !from.text.is_empty() {
        out.push_str(", from ");
        out.push_str(&from.text);
        if !from.country().is_empty() {
            out.push_str(" (");
            out.push_str(from.country());
            out.push(')');
        }
    }
    if !rules.is_empty() {
        out.push_str("; meets: ");
        out.push_str(rules);
    }
}

/// What was so: `anna@x.example: Inbox rule at collection, "." (ForwardTo=…)`.
fn push_state(out: &mut String, events: &Events, entry: &Entry) {
    let (account, object) = (events.text(entry.account), events.text(entry.object));
    if !account.is_empty() {
        push_cut(out, account);
        out.push_str(": ");
    }
    push_cut(out, events.text(entry.operation));
    if !object.is_empty() {
        out.push_str(", ");
        push_quoted(out, object);
    }
    let detail = events.text(entry.detail);
    if !detail.is_empty() {
        out.push_str(" (");
        push_cut(out, detail);
        out.push(')');
    }
}

fn push_sign_in(out: &mut String, events: &Events, entry: &Entry, whole: bool) {
    out.push_str(match entry.outcome {
        Outcome::Success => "signed in",
        Outcome::Failure => "failed to sign in",
        Outcome::Interrupted => "was asked for a further step while signing in",
        Outcome::Unknown => "signed in, with an outcome the record does not state,",
    });
    if !entry.application.is_empty() {
        out.push_str(" to ");
        push_cut(out, events.text(entry.application));
    }
    let (code, detail) = (events.text(entry.error_code), events.text(entry.detail));
    if entry.outcome != Outcome::Success && !(code.is_empty() || code == "0") {
        out.push_str(" (error ");
        push_cut(out, code);
        if whole && !detail.is_empty() {
            out.push_str(": ");
            push_cut(out, detail);
        }
        out.push(')');
    }
}

fn push_trace(out: &mut String, events: &Events, entry: &Entry) {
    out.push_str("sent mail");
    if !entry.object.is_empty() {
        out.push(' ');
        push_quoted(out, events.text(entry.object));
    }
    if !entry.target.is_empty() {
        out.push_str(" to ");
        push_cut(out, events.text(entry.target));
    }
    out.push_str(": ");
    push_cut(out, events.text(entry.operation));
}

fn push_risk(out: &mut String, events: &Events, entry: &Entry) {
    out.push_str("was reported as at risk");
    if !entry.object.is_empty() {
        out.push_str(": ");
        push_cut(out, events.text(entry.object));
    }
    if !entry.result.is_empty() {
        out.push_str(", state ");
        push_cut(out, events.text(entry.result));
    }
}

/// Tells forwarding set from forwarding cleared; says whether the parameters are about forwarding at all.
fn push_forwarding(out: &mut String, events: &Events, entry: &Entry, detail: &str) -> bool {
    let both = ["ForwardingSmtpAddress", "ForwardingAddress"].map(|name| parameter(detail, name).map(str::trim));
    let set = both.into_iter().flatten().find(|to| !(to.is_empty() || to.eq_ignore_ascii_case("$null")));
    if both == [None, None] {
        return false;
    }
    let mailbox = [entry.object, entry.target, entry.account].into_iter().find(|sym| !sym.is_empty());
    let mailbox = mailbox.map_or("", |sym| events.text(sym));
    let Some(to) = set else {
        out.push_str("cleared the forwarding of the mailbox ");
        push_cut(out, mailbox);
        return true;
    };
    out.push_str("set forwarding of the mailbox ");
    push_cut(out, mailbox);
    out.push_str(" to ");
    let bare = to.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("smtp:")).map_or(to, |_| &to[5..]);
    push_cut(out, bare);
    true
}

/// The value of `name` in `Name=Value; Name=Value`.
fn parameter<'a>(detail: &'a str, name: &str) -> Option<&'a str> {
    detail.split("; ").find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn push_noun(out: &mut String, events: &Events, entry: &Entry, verb: &str, noun: Noun) {
    out.push_str(verb);
    let (object, target) = (events.text(entry.object), events.text(entry.target));
    let or_account = if target.is_empty() { events.text(entry.account) } else { target };
    let (first, second) = match noun {
        Noun::Object => (if object.is_empty() { target } else { object }, ""),
        Noun::Target => (or_account, ""),
        // An inbox rule is named `mailbox\rule`: the rule is the object, the mailbox is whose it is.
        Noun::Both => (object, or_account.rsplit_once('\\').map_or(or_account, |(mailbox, _)| mailbox)),
    };
    if !first.is_empty() {
        out.push(' ');
        push_quoted(out, first);
    }
    if !second.is_empty() && second != first {
        out.push_str(" for ");
        push_cut(out, second);
    }
}

fn push_plain(out: &mut String, events: &Events, entry: &Entry, operation: &str) {
    out.push_str("did ");
    push_cut(out, if operation.is_empty() { "something the record does not name" } else { operation });
    let (object, target) = (events.text(entry.object), events.text(entry.target));
    let noun = if object.is_empty() { target } else { object };
    if !noun.is_empty() {
        out.push_str(" on ");
        push_quoted(out, noun);
    }
}

/// Appends a name, in quotation marks unless it reads as an address: a rule may be called "." or "for".
fn push_quoted(out: &mut String, text: &str) {
    if text.contains('@') && !text.contains(' ') {
        return push_cut(out, text);
    }
    out.push('\u{201c}');
    push_cut(out, text);
    out.push('\u{201d}');
}

/// Appends at most [`LONGEST`] bytes, cut between characters.
fn push_cut(out: &mut String, text: &str) {
    if text.len() <= LONGEST {
        out.push_str(text);
        return;
    }
    out.push_str(&text[..text.floor_char_boundary(LONGEST)]);
    out.push_str(" …");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_sorted_for_the_binary_search() {
        assert!(ACTS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn a_parameter_is_found_by_its_whole_name() {
        let detail = "DeliverToMailboxAndForward=False; ForwardingSmtpAddress=smtp:x@y.example; ForwardingAddress=";
        assert_eq!(parameter(detail, "ForwardingSmtpAddress"), Some("smtp:x@y.example"));
        assert_eq!(parameter(detail, "ForwardingAddress"), Some(""));
        assert_eq!(parameter(detail, "Forwarding"), None);
    }
}
