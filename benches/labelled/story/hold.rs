//! What intruders leave to come back or to hide.

use super::Tale;
use crate::directory::{Method, Subject, consent, registration};
use crate::log::Presence;
use crate::mailbox::{Client, Seat};
use crate::people::{DOMAIN, Person};
use crate::sign_in::{GRAPH, MY_SIGN_INS, Mfa};

/// An application of the intruder's: name, service principal's id, application id.
pub(crate) type App = (&'static str, &'static str, &'static str);

/// A role: name and template id.
pub(crate) const GLOBAL: (&str, &str) = ("Global Administrator", "62e90394-69f5-4237-9190-012177145e10");
pub(crate) const EXCHANGE_ADMIN: (&str, &str) = ("Exchange Administrator", "29232cdf-9323-42fd-ade2-1d097af3e4de");

impl Tale<'_> {
    /// An inbox rule made in the browser. `given` holds its parameters without the name.
    pub(crate) fn rule(&mut self, name: &str, given: &[(&str, &str)]) {
        self.phase("persistence", format!("inbox rule {name:?}"));
        let object = format!("{}\\{name}", self.victim.local_part());
        let mut all = vec![("AlwaysDeleteOutlookRulesBlob", "False"), ("Force", "False")];
        all.extend(given);
        all.push(("Name", name));
        self.cmdlet("New-InboxRule", &object, &all);
        self.leaves("inbox_rule", object);
    }

    /// An inbox rule made in Outlook.
    pub(crate) fn outlook_rule(&mut self, name: &str, when: &str, actions: &str) {
        self.phase("persistence", format!("inbox rule {name:?} made in Outlook"));
        self.does(Client::Desktop, |seat, log, time| {
            seat.outlook_rule(log, time, ("AddMailboxRule", name), (when, actions));
        });
        let object = format!("{}\\{name}", self.victim.local_part());
        self.leaves("inbox_rule", object);
    }

    /// All mail is copied to an outside address.
    pub(crate) fn forwards(&mut self, to: &str) {
        self.phase("persistence", format!("mail is forwarded to {to}"));
        let local = self.victim.local_part().to_owned();
        let address = format!("smtp:{to}");
        let given = [
            ("Identity", local.as_str()),
            ("DeliverToMailboxAndForward", "True"),
            ("ForwardingSmtpAddress", address.as_str()),
        ];
        self.cmdlet("Set-Mailbox", &local, &given);
        self.leaves("forwarding", to);
    }

    /// A second factor of the intruder's own.
    pub(crate) fn registers(&mut self, method: Method<'_>) {
        let key = match method {
            Method::App(name) | Method::Phone(name) => name.to_owned(),
        };
        self.phase("persistence", format!("second factor of the intruder: {key}"));
        self.signs_in(Mfa::Claim, |s| (s.app, s.resource) = (MY_SIGN_INS, GRAPH));
        let presence = self.intruder.clone();
        registration(&mut self.log, self.victim, &presence, self.clock, method);
        self.note();
        self.leaves("mfa_method", key);
        self.wait(2);
    }

    /// An application password, which needs no second factor.
    pub(crate) fn app_password(&mut self) {
        self.phase("persistence", "application password created");
        let own = Subject::person(self.victim);
        let changes = [("StrongAuthenticationAppPassword", "[{\"Name\":\"mail\"}]", "[]")];
        self.directory("Create application password for user.", own, &changes);
        self.leaves("app_password", "mail");
    }

    /// Consent to an application; tenant wide if an administrator gives it.
    pub(crate) fn consents(&mut self, app: App, scope: &str, tenant_wide: bool) {
        self.phase("persistence", format!("consent to {} for {scope}", app.0));
        let presence = self.intruder.clone();
        consent(&mut self.log, (self.victim, &presence), self.clock, app, (scope, tenant_wide));
        self.note();
        self.leaves("consent", app.2);
        self.wait(2);
    }

    /// A secret of the intruder's for an application that is there already.
    pub(crate) fn credential(&mut self, (name, object): (&str, &str)) {
        self.phase("persistence", format!("secret added to {name}"));
        let app = Subject { category: "Application", name, id: object };
        let new = "[\"[KeyIdentifier=5f1e,KeyType=Password,KeyUsage=Verify,DisplayName=sync]\",\"[KeyIdentifier=1a2b,KeyType=Password,KeyUsage=Verify,DisplayName=2025]\"]";
        let old = "[\"[KeyIdentifier=1a2b,KeyType=Password,KeyUsage=Verify,DisplayName=2025]\"]";
        let changes = [("KeyDescription", new, old), ("Included Updated Properties", "\"KeyDescription\"", "")];
        self.directory("Update application \u{2013} Certificates and secrets management ", app, &changes);
        self.leaves("app_credential", object);
    }

    /// A role for an account.
    pub(crate) fn role(&mut self, (name, template): (&str, &str), to: &Person) {
        self.phase("persistence", format!("{} becomes {name}", to.upn));
        let (shown, id) = (format!("\"{name}\""), format!("\"{template}\""));
        let changes = [("Role.DisplayName", shown.as_str(), ""), ("Role.TemplateId", id.as_str(), "")];
        self.directory("Add member to role.", Subject::person(to), &changes);
        self.leaves("role", format!("{name}: {}", to.upn));
    }

    /// A device of the intruder's in the directory.
    pub(crate) fn device(&mut self, name: &str) -> Presence {
        self.phase("persistence", format!("device {name} registered"));
        self.signs_in(Mfa::Claim, |s| {
            (s.app, s.resource) = (crate::sign_in::BROKER, crate::sign_in::DRS);
            s.client = "Mobile Apps and Desktop clients";
        });
        let id = self.dice().guid();
        let device = Subject { category: "Device", name, id: &id };
        let shown = format!("[\"{name}\"]");
        let added = [("DisplayName", shown.as_str(), "[]"), ("DeviceTrustType", "[\"Workplace\"]", "[]")];
        self.directory("Add device.", device, &added);
        self.directory("Add registered owner to device.", device, &[("Device.DisplayName", &shown, "")]);
        self.directory("Register device.", device, &[]);
        self.leaves("device", name);
        let mut with = self.intruder.clone();
        with.device = Some((id, name.into()));
        with
    }

    /// Full access to the mailbox of `owner`, for the account.
    pub(crate) fn full_access(&mut self, owner: &Person, user: &Person) {
        self.phase("persistence", format!("{} may open the mailbox of {}", user.upn, owner.upn));
        let local = owner.local_part().to_owned();
        let given = [
            ("Identity", local.as_str()),
            ("User", user.upn.as_str()),
            ("AccessRights", "FullAccess"),
            ("AutoMapping", "False"),
            ("InheritanceType", "All"),
        ];
        self.cmdlet("Add-MailboxPermission", &local, &given);
        self.leaves("delegate", format!("{}: {}", owner.upn, user.upn));
    }

    /// The right to send in the name of `owner`.
    pub(crate) fn send_as(&mut self, owner: &Person, user: &Person) {
        self.phase("persistence", format!("{} may send as {}", user.upn, owner.upn));
        let local = owner.local_part().to_owned();
        let given = [
            ("Identity", local.as_str()),
            ("Trustee", user.upn.as_str()),
            ("AccessRights", "SendAs"),
            ("Confirm", "False"),
        ];
        self.cmdlet("Add-RecipientPermission", &local, &given);
        self.leaves("send_as", format!("{}: {}", owner.upn, user.upn));
    }

    /// Opens messages of somebody else's mailbox with the rights of the account.
    pub(crate) fn reads_of(&mut self, owner: &Person, folder: &str, counts: &[usize]) {
        let presence = self.intruder.clone();
        for count in counts {
            let seat = Seat { person: self.victim, owner, presence: &presence, client: Client::Web };
            let read = seat.bind(&mut self.log, self.clock, folder, *count);
            self.known().messages.extend(read);
            self.clock += 40 + self.log.random.span(200);
        }
        self.note();
    }

    /// A rule of the tenant that copies mail to `to`.
    pub(crate) fn transport_rule(&mut self, name: &str, words: &str, to: &str) {
        self.phase("persistence", format!("transport rule {name:?} copies mail to {to}"));
        let given = [("Name", name), ("SubjectOrBodyContainsWords", words), ("BlindCopyTo", to), ("Mode", "Enforce")];
        self.cmdlet("New-TransportRule", name, &given);
        self.leaves("transport_rule", name);
    }

    /// A new account of the intruder's.
    pub(crate) fn new_account(&mut self, name: &str, local: &str) -> Person {
        self.phase("persistence", format!("account {local} created"));
        let id = self.dice().guid();
        let new = Person::machine(name, local, &id);
        let (display, upn) = (format!("[\"{name}\"]"), format!("[\"{local}@{DOMAIN}\"]"));
        let changes = [
            ("AccountEnabled", "[true]", "[]"),
            ("DisplayName", display.as_str(), "[]"),
            ("UserPrincipalName", upn.as_str(), "[]"),
            ("UserType", "[\"Member\"]", "[]"),
        ];
        self.directory("Add user.", Subject::person(&new), &changes);
        self.leaves("account", new.upn.clone());
        new
    }
}
