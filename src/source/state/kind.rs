//! What one kind of snapshot is: how it is recognised, and which of its columns mean what.

/// One kind of snapshot. Columns are found whatever the case of their names.
///
/// `all`, `any` and `none` name columns as the exporter does; every other list names them as [`Kind::names`] leaves
/// them. Where several are listed, the first that is not empty counts.
#[derive(Debug)]
pub struct Kind {
    /// Short name, unique: what is exported, and by which tool where they differ.
    pub name: &'static str,
    /// What a row is, in Microsoft's words.
    pub noun: &'static str,
    /// The event's operation: the noun and ` at collection`.
    pub operation: &'static str,
    /// Microsoft's workload name.
    pub workload: &'static str,
    /// Microsoft's noun for it: that of the cmdlet, or the Graph resource.
    pub record_type: &'static str,
    /// Who writes it, for the documentation.
    pub export: &'static str,
    /// Columns that must be there.
    pub all: &'static [&'static str],
    /// Columns of which one must be there, unless the list is empty.
    pub any: &'static [&'static str],
    /// Columns that must not be there.
    pub none: &'static [&'static str],
    /// Whether the columns of `all` are the only ones.
    pub alone: bool,
    /// Whether every row belongs to a mailbox, so that one which names none is incomplete.
    pub owned: bool,
    /// Whose it is.
    pub account: &'static [&'static str],
    /// Who made it.
    pub actor: &'static [&'static str],
    /// Another name of the owner, such as the primary address.
    pub target: &'static [&'static str],
    /// The rule, grantee, application, role or policy.
    pub object: &'static [&'static str],
    /// Name of the application.
    pub application: &'static [&'static str],
    /// Id of the application.
    pub application_id: &'static [&'static str],
    /// Name or id of the device.
    pub device: &'static [&'static str],
    /// Whether it is switched on.
    pub result: &'static [&'static str],
    /// Times that a row states of its own, for want of the time of collection.
    pub time: &'static [&'static str],
    /// The exporter's name and Microsoft's; a name with dots is a path in JSON, added beside what it leads to.
    pub names: &'static [(&'static str, &'static str)],
    /// Columns that the exporter joins, each with its separator.
    pub lists: &'static [(&'static str, &'static str)],
    /// What the detail tells, in this order.
    pub facts: &'static [&'static str],
    /// Columns that the exporter is known to drop.
    pub droppable: &'static [&'static str],
}

/// A kind without anything, to be completed.
pub(super) const BLANK: Kind = Kind {
    name: "",
    noun: "",
    operation: "",
    workload: "",
    record_type: "",
    export: "",
    all: &[],
    any: &[],
    none: &[],
    alone: false,
    owned: false,
    account: &[],
    actor: &[],
    target: &[],
    object: &[],
    application: &[],
    application_id: &[],
    device: &[],
    result: &[],
    time: &[],
    names: &[],
    lists: &[],
    facts: &[],
    droppable: &[],
};

impl Kind {
    /// Whether columns of these names are this kind's.
    pub(super) fn fits(&self, keys: &[&str]) -> bool {
        let has = |name: &&str| keys.iter().any(|key| key.trim().eq_ignore_ascii_case(name));
        self.all.iter().all(has)
            && (self.any.is_empty() || self.any.iter().any(has))
            && !self.none.iter().any(has)
            && (!self.alone || keys.len() == self.all.len())
    }

    /// Microsoft's name of a column: by the table, else as this kind's own lists spell it, else as found.
    pub(super) fn canonical<'a>(&self, found: &'a str) -> &'a str
    where
        'static: 'a,
    {
        if let Some((_, to)) = self.names.iter().find(|(from, _)| from.eq_ignore_ascii_case(found)) {
            return to;
        }
        let lists = [self.facts, self.account, self.object, self.target, self.actor, self.time, self.result];
        let own = lists.into_iter().flatten().chain(self.lists.iter().map(|(name, _)| name));
        own.copied().find(|name| name.eq_ignore_ascii_case(found)).unwrap_or(found)
    }

    /// The separator of a column that the exporter joins.
    pub(super) fn separator(&self, name: &str) -> Option<&'static str> {
        self.lists.iter().find(|(list, _)| *list == name).map(|(_, separator)| *separator)
    }

    /// How it is recognised, for the documentation.
    pub fn recognised_by(&self) -> String {
        let mut text = self.all.join(", ");
        if !self.any.is_empty() {
            text = format!("{text}, and one of {}", self.any.join(", "));
        }
        if self.alone { format!("{text} alone") } else { text }
    }
}
