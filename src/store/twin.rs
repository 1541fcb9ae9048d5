//! One record in the words of two exports: which facts both state, and which of the two says more.

use super::{Common, Entry, Stock, Sym, Who};
use crate::event::{Family, Outcome};

/// The source whose rows are audit records with other names and without some of their members.
const RENAMED: &str = "office-activity";

/// Whether two entries with one Id are the same record in the words of two exports.
///
/// Exports of the unified audit log repeat the record itself, so that other content is a conflict there; those of
/// the sign-in log and of the directory audit word and leave out as they please. They are the same if every fact
/// that both state is the same: time to the second, user, operation, application, address, outcome or error code.
pub(super) fn is_twin(first: &Entry, later: &Entry, stock: &Stock) -> bool {
    let pool = &stock.pool;
    let (here, there) = (stock.common(first), stock.common(later));
    let (one, other) = (stock.who(first), stock.who(later));
    let worded = match first.family {
        Family::SignIn | Family::Directory => true,
        Family::Audit => here.source == RENAMED || there.source == RENAMED,
        Family::Activity | Family::Risk | Family::Trace | Family::State => false,
    };
    let second = |entry: &Entry| entry.micros.div_euclid(1_000_000);
    let agree =
        |a: Sym, b: Sym| a == b || a.is_empty() || b.is_empty() || pool.get(a).eq_ignore_ascii_case(pool.get(b));
    // A name is compared only where an id is missing: exports may print an application's name at another time.
    let applications = if here.application_id.is_empty() || there.application_id.is_empty() {
        agree(here.application, there.application)
    } else {
        agree(here.application_id, there.application_id)
    };
    let addresses = first.ip == later.ip || first.ip.is_empty() || later.ip.is_empty();
    // An error code of 0 is no error code, so success and failure are told apart by the outcome.
    let ends = if here.error_code.is_empty() || there.error_code.is_empty() {
        let silent = [first.outcome, later.outcome].contains(&Outcome::Unknown);
        silent || first.outcome == later.outcome
    } else {
        here.error_code == there.error_code
    };
    worded
        && here.source != there.source
        && first.family == later.family
        && second(first) == second(later)
        && agree(one.actor, other.actor)
        && agree(one.account, other.account)
        && agree(here.operation, there.operation)
        && applications
        && addresses
        && ends
}

/// Whether `later` says more than `first`: it is whole where the other is not, else fills more columns, else is longer.
pub(super) fn is_richer(later: &Entry, first: &Entry, stock: &Stock) -> bool {
    let measure = |entry: &Entry| {
        let common = stock.common(entry);
        (common.degraded.is_empty(), filled(entry, common, stock.who(entry)), entry.origin.length)
    };
    measure(later) > measure(first)
}

/// How many of the facts that exports leave out an entry has; not those that every export words somehow.
fn filled(entry: &Entry, common: &Common, who: &Who) -> usize {
    let texts = [
        who.tenant,
        who.actor,
        who.actor_id,
        entry.target,
        entry.address,
        who.agent,
        common.application,
        common.application_id,
        entry.session,
        who.device,
        common.error_code,
    ];
    texts.iter().filter(|text| !text.is_empty()).count() + usize::from(!entry.token.is_empty())
}
