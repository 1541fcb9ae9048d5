//! What many events have in common, kept once for all of them.

use super::{Pool, Sym};
use crate::event::Event;

macro_rules! common {
    ($($name:ident,)*) => {
        /// Texts that come in few combinations. Field meanings are those of [`crate::event::Event`].
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // named and described by the field catalogue
        pub struct Common {
            pub source: &'static str,
            $(pub $name: Sym,)*
        }

        impl Common {
            /// Whether this is what the event has.
            pub(super) fn is_of(&self, event: &Event<'_>, pool: &Pool) -> bool {
                self.source == event.source $(&& pool.is(self.$name, &event.$name))*
            }

            /// What the event has; its texts go to `pool`. It is likely to share some with `like`.
            pub(super) fn of(event: &Event<'_>, like: &Self, pool: &mut Pool) -> Self {
                Self { source: event.source, $($name: pool.intern_like(like.$name, &event.$name),)* }
            }

            /// The same in another pool: `to` says which number each text has there.
            pub(super) fn renumbered(&self, to: &[Sym]) -> Self {
                Self { source: self.source, $($name: to[self.$name.0 as usize],)* }
            }
        }
    };
}

common! {
    operation_original,
    workload,
    record_type,
    client,
    application,
    application_id,
    authentication_requirement,
    result,
    error_code,
    degraded,
}
