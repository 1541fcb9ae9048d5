//! One event to a sentence a person reads: who did what, to whom, from where, with what outcome.

use super::index::Seen;
use crate::event::{Family, Outcome, is_identifier};
use crate::language::{Language, Pattern, Voice};
use crate::store::{Entry, Events, Sym};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// What a sentence names.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// The object: rule, file, subject.
    Object,
    /// The object, else the target; where the object is only an identifier and the target a name, the name.
    What,
    /// The target, else the account: mailbox or user.
    Whom,
    /// The same without the rule behind a mailbox, unless it is the object.
    Owner,
    Application,
    /// The error code of what was refused.
    Code,
    /// What the record says beside, where the whole is told.
    Detail,
    Operation,
    /// To whom mail went.
    Target,
    /// The object of a risk, which is no name.
    Risk,
    Result,
    /// Whose mail is forwarded, and where to.
    Mailbox,
    To,
}

impl Place {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "object" => Self::Object,
            "what" => Self::What,
            "whom" => Self::Whom,
            "owner" => Self::Owner,
            "application" => Self::Application,
            "code" => Self::Code,
            "detail" => Self::Detail,
            "operation" => Self::Operation,
            "target" => Self::Target,
            "risk" => Self::Risk,
            "result" => Self::Result,
            "mailbox" => Self::Mailbox,
            "to" => Self::To,
            _ => return None,
        })
    }
}

type Phrase = Pattern<'static, Place>;

/// The texts of one language, taken apart once: there are millions of sentences.
struct Phrases {
    /// How people say an operation.
    acts: FxHashMap<&'static str, Phrase>,
    /// What operations that this program named itself are called, where that is not their name.
    called: FxHashMap<&'static str, &'static str>,
    signed_in: Phrase,
    refused: Phrase,
    interrupted: Phrase,
    unstated: Phrase,
    trace: Phrase,
    risk: Phrase,
    forwarding_set: Phrase,
    forwarding_cleared: Phrase,
    plain: Phrase,
    nameless: Phrase,
    no_actor: &'static str,
    failed: &'static str,
    /// Its places are the address and the country.
    from: Pattern<'static, bool>,
    /// Its place is the titles.
    meets: Pattern<'static, ()>,
}

static PHRASES: LazyLock<[Phrases; Language::ALL.len()]> = LazyLock::new(|| Language::ALL.map(Phrases::new));

impl Phrases {
    fn new(language: Language) -> Self {
        let voice = Voice { language, zone: None };
        let phrase = |text| Pattern::new(text, Place::named);
        let called = voice.part("event.called.").filter(|(name, text)| name != text);
        Self {
            acts: voice.part("event.act.").map(|(operation, text)| (operation, phrase(text))).collect(),
            called: called.collect(),
            signed_in: phrase(voice.text("event.signed_in")),
            refused: phrase(voice.text("event.refused")),
            interrupted: phrase(voice.text("event.interrupted")),
            unstated: phrase(voice.text("event.unstated")),
            trace: phrase(voice.text("event.trace")),
            risk: phrase(voice.text("event.risk")),
            forwarding_set: phrase(voice.text("event.forwarding_set")),
            forwarding_cleared: phrase(voice.text("event.forwarding_cleared")),
            plain: phrase(voice.text("event.plain")),
            nameless: phrase(voice.text("event.nameless")),
            no_actor: voice.text("event.no_actor"),
            failed: voice.text("event.failed"),
            from: Pattern::new(voice.text("event.from"), |name| Some(name == "address")),
            meets: Pattern::new(voice.text("event.meets"), |_| Some(())),
        }
    }

    fn of(voice: Voice) -> &'static Self {
        let [english, dutch] = &*PHRASES;
        match voice.language {
            Language::English => english,
            Language::Dutch => dutch,
        }
    }

    /// What people call an operation.
    fn called<'a>(&self, operation: &'a str) -> &'a str {
        if self.called.is_empty() { operation } else { self.called.get(operation).copied().unwrap_or(operation) }
    }
}

/// The longest object, detail or agent that a sentence repeats, in bytes.
const LONGEST: usize = 200;

/// One event that is told.
struct Told<'a> {
    events: &'a Events,
    entry: &'a Entry,
    phrases: &'static Phrases,
    /// With the details.
    whole: bool,
}

/// Appends who did what: `anna@x.example created the inbox rule "." for anna@x.example (MoveToFolder=RSS Feeds)`.
pub fn push_act(out: &mut String, events: &Events, entry: &Entry, voice: Voice) {
    Told { events, entry, phrases: Phrases::of(voice), whole: true }.push(out);
}

/// As [`push_act`], without the details in parentheses.
pub fn push_brief_act(out: &mut String, events: &Events, entry: &Entry, voice: Voice) {
    Told { events, entry, phrases: Phrases::of(voice), whole: false }.push(out);
}

/// Appends the act, the address, the country and the rules it meets: the `message` of a timeline.
pub fn push_sentence(out: &mut String, (events, entry): (&Events, &Entry), from: &Seen<'_>, rules: &str, voice: Voice) {
    let phrases = Phrases::of(voice);
    Told { events, entry, phrases, whole: true }.push(out);
    if !from.text.is_empty() {
        phrases.from.push(out, |is_address, out| out.push_str(if is_address { &from.text } else { from.country() }));
    }
    if !rules.is_empty() {
        phrases.meets.push(out, |(), out| out.push_str(rules));
    }
}

impl<'a> Told<'a> {
    fn push(&self, out: &mut String) {
        let entry = self.entry;
        if !entry.is_act() {
            return self.push_state(out);
        }
        let who = self.events.who(entry);
        let actor = [who.actor, who.account, who.actor_id].into_iter().find(|sym| !sym.is_empty());
        out.push_str(actor.map_or(self.phrases.no_actor, |sym| self.events.text(sym)));
        out.push(' ');
        if self.events.is_sign_in(entry) {
            return self.say(out, self.sign_in());
        }
        match entry.family {
            // Neither is an act of the account: the servers handed the message on, and Microsoft saw the risk.
            Family::Trace => self.say(out, &self.phrases.trace),
            Family::Risk => self.say(out, &self.phrases.risk),
            _ => self.push_deed(out),
        }
    }

    fn text(&self, sym: Sym) -> &'a str {
        self.events.text(sym)
    }

    /// The first of these that is not empty.
    fn first(&self, syms: [Sym; 2]) -> &'a str {
        self.text(if syms[0].is_empty() { syms[1] } else { syms[0] })
    }

    fn what(&self) -> &'a str {
        let (object, target) = (self.text(self.entry.object), self.text(self.entry.target));
        let is_named = !target.is_empty() && is_identifier(object) && !is_identifier(target);
        if object.is_empty() || is_named { target } else { object }
    }

    fn say(&self, out: &mut String, phrase: &Phrase) {
        phrase.push(out, |place, out| self.fill(place, out));
    }

    fn fill(&self, place: Place, out: &mut String) {
        let entry = self.entry;
        let common = || self.events.common(entry);
        let account = || self.events.who(entry).account;
        match place {
            Place::Object => push_quoted(out, self.text(entry.object)),
            Place::What => push_quoted(out, self.what()),
            Place::Whom => push_quoted(out, self.first([entry.target, account()])),
            Place::Owner => {
                // An inbox rule is named `mailbox\rule`: the rule is the object, the mailbox is whose it is.
                let whose = self.first([entry.target, account()]);
                let whose = whose.rsplit_once('\\').map_or(whose, |(mailbox, _)| mailbox);
                if whose != self.text(entry.object) {
                    push_cut(out, whose);
                }
            }
            Place::Application => push_cut(out, self.text(common().application)),
            Place::Code => {
                push_cut(out, Some(self.text(common().error_code)).filter(|code| *code != "0").unwrap_or(""));
            }
            Place::Detail if self.whole => push_cut(out, self.text(entry.detail)),
            Place::Detail => {}
            Place::Operation => push_cut(out, self.phrases.called(self.events.operation(entry))),
            Place::Target => push_cut(out, self.text(entry.target)),
            Place::Risk => push_cut(out, self.text(entry.object)),
            Place::Result => push_cut(out, self.text(common().result)),
            Place::Mailbox => {
                let mailbox = [entry.object, entry.target, account()].into_iter().find(|sym| !sym.is_empty());
                push_cut(out, mailbox.map_or("", |sym| self.text(sym)));
            }
            Place::To => {
                let to = self.forwarding().unwrap_or_default();
                let scheme = to.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("smtp:"));
                push_cut(out, scheme.map_or(to, |_| &to[5..]));
            }
        }
    }

    /// What was so: `anna@x.example: Inbox rule at collection, "." (ForwardTo=…)`.
    fn push_state(&self, out: &mut String) {
        let (account, object) = (self.text(self.events.who(self.entry).account), self.text(self.entry.object));
        if !account.is_empty() {
            push_cut(out, account);
            out.push_str(": ");
        }
        self.fill(Place::Operation, out);
        if !object.is_empty() {
            out.push_str(", ");
            push_quoted(out, object);
        }
        self.push_detail(out);
    }

    fn push_detail(&self, out: &mut String) {
        let detail = self.text(self.entry.detail);
        if !detail.is_empty() {
            out.push_str(" (");
            push_cut(out, detail);
            out.push(')');
        }
    }

    fn sign_in(&self) -> &'static Phrase {
        match self.entry.outcome {
            Outcome::Success => &self.phrases.signed_in,
            Outcome::Failure => &self.phrases.refused,
            Outcome::Interrupted => &self.phrases.interrupted,
            Outcome::Unknown => &self.phrases.unstated,
        }
    }

    fn push_deed(&self, out: &mut String) {
        let operation = self.events.operation(self.entry);
        let forwarding = if operation == "Set-Mailbox" { self.forwarding() } else { None };
        match (forwarding, self.phrases.acts.get(operation)) {
            (Some(""), _) => self.say(out, &self.phrases.forwarding_cleared),
            (Some(_), _) => self.say(out, &self.phrases.forwarding_set),
            (None, Some(act)) => self.say(out, act),
            (None, None) if operation.is_empty() => self.say(out, &self.phrases.nameless),
            (None, None) => self.say(out, &self.phrases.plain),
        }
        if forwarding.is_none() && self.whole && !matches!(operation, "Send" | "MailItemsAccessed") {
            self.push_detail(out);
        }
        if self.entry.outcome == Outcome::Failure {
            out.push_str(self.phrases.failed);
        }
    }

    /// Where mail is forwarded to; empty where that was cleared, `None` where the parameters are not about it.
    fn forwarding(&self) -> Option<&'a str> {
        let detail = self.text(self.entry.detail);
        let both = ["ForwardingSmtpAddress", "ForwardingAddress"].map(|name| parameter(detail, name).map(str::trim));
        let set = both.into_iter().flatten().find(|to| !(to.is_empty() || to.eq_ignore_ascii_case("$null")));
        (both != [None, None]).then_some(set.unwrap_or_default())
    }
}

/// The value of `name` in `Name=Value; Name=Value`.
fn parameter<'a>(detail: &'a str, name: &str) -> Option<&'a str> {
    detail.split("; ").find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Appends a name, in quotation marks unless it reads as an address: a rule may be called "." or "for".
fn push_quoted(out: &mut String, text: &str) {
    if text.is_empty() {
        return;
    }
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
    fn phrases_have_no_place_that_is_not_known() {
        for language in Language::ALL {
            let voice = Voice { language, zone: None };
            let names = ["from", "meets", "no_actor", "failed"];
            for (name, text) in voice.part("event.").filter(|(name, _)| !names.contains(name)) {
                let mut places = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
                assert!(places.all(|(place, _)| Place::named(place).is_some()), "event.{name}: {text}");
            }
        }
    }

    #[test]
    fn a_parameter_is_found_by_its_whole_name() {
        let detail = "DeliverToMailboxAndForward=False; ForwardingSmtpAddress=smtp:x@y.example; ForwardingAddress=";
        assert_eq!(parameter(detail, "ForwardingSmtpAddress"), Some("smtp:x@y.example"));
        assert_eq!(parameter(detail, "ForwardingAddress"), Some(""));
        assert_eq!(parameter(detail, "Forwarding"), None);
    }
}
