//! Documents of the pack as the build script has parsed them, to bytes and back: reading these takes a fraction of the
//! time that their YAML takes.

use rsigma_parser::{
    ArrayQuantifier, ConditionExpr, ConditionOperator, CorrelationCondition, CorrelationRule, CorrelationType,
    Detection, DetectionItem, Detections, FieldAlias, FieldSpec, FilterRule, FilterRuleTarget, Level, LogSource,
    Modifier, Quantifier, Related, RelationType, SelectorPattern, SigmaRule, SigmaString, SigmaValue, SpecialChar,
    Status, StringPart, Timespan, WindowMode,
};
use std::collections::{BTreeMap, HashMap};

/// What a file of the pack holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Parsed {
    /// Rules and what stands beside them, document by document.
    Documents(Vec<Content>),
    /// A mapping table or a list, as JSON.
    Data(String),
}

/// What a document holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Rule(Box<SigmaRule>),
    Filter(Box<FilterRule>),
    /// A correlation, and whether its text states a condition.
    Correlation(Box<(CorrelationRule, bool)>),
    /// A foothold, as JSON.
    Foothold(String),
}

/// Something that can be written as bytes.
pub(super) trait Bytes: Sized {
    /// Appends it.
    fn write(&self, out: &mut Vec<u8>);
    /// Takes it off the front; `None` if the bytes hold something else.
    fn read(bytes: &mut &[u8]) -> Option<Self>;
}

/// Takes a text or a list of bytes off the front as it stands.
pub(super) fn chunk<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::read(bytes)? as usize;
    let (chunk, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(chunk)
}

macro_rules! numbers {
    ($($type:ty),*) => { $(
        impl Bytes for $type {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                let (number, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                Some(Self::from_le_bytes(*number))
            }
        }
    )* };
}

/// The fields of a struct in this order; one after `json` goes as JSON.
macro_rules! fields {
    ($type:ident: $($field:ident),* $(; json $json:ident)?) => {
        impl Bytes for $type {
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$field.write(out);)*
                $(serde_json::to_string(&self.$json).unwrap_or_default().write(out);)?
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                $(let $field = Bytes::read(bytes)?;)*
                $(let $json = serde_json::from_str(&String::read(bytes)?).ok()?;)?
                Some(Self { $($field,)* $($json,)? })
            }
        }
    };
}

/// The variants of an enum, each with its number and, in it, one value or named ones.
macro_rules! variants {
    ($type:ident: $($tag:literal $name:ident $(($inner:ident))? $({ $($part:ident),* })?),*) => {
        impl Bytes for $type {
            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$name $(($inner))? $({ $($part),* })? => {
                        out.push($tag);
                        $($inner.write(out);)?
                        $($($part.write(out);)*)?
                    })*
                }
            }

            fn read(bytes: &mut &[u8]) -> Option<Self> {
                match u8::read(bytes)? {
                    $($tag => {
                        $(let $inner = Bytes::read(bytes)?;)?
                        $($(let $part = Bytes::read(bytes)?;)*)?
                        Some(Self::$name $(($inner))? $({ $($part),* })?)
                    })*
                    _ => None,
                }
            }
        }
    };
}

numbers!(u8, u32, u64, i64, f64);

impl Bytes for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        u8::read(bytes).map(|byte| byte != 0)
    }
}

impl Bytes for String {
    fn write(&self, out: &mut Vec<u8>) {
        (self.len() as u32).write(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        std::str::from_utf8(chunk(bytes)?).ok().map(str::to_owned)
    }
}

impl<T: Bytes> Bytes for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        if bool::read(bytes)? { T::read(bytes).map(Some) } else { Some(None) }
    }
}

impl<T: Bytes> Bytes for Box<T> {
    fn write(&self, out: &mut Vec<u8>) {
        (**self).write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        T::read(bytes).map(Self::new)
    }
}

impl<T: Bytes> Bytes for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        (self.len() as u32).write(out);
        for value in self {
            value.write(out);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        (0..u32::read(bytes)?).map(|_| T::read(bytes)).collect()
    }
}

impl<T: Bytes> Bytes for HashMap<String, T> {
    /// Sorted, so that the same rules give the same bytes.
    fn write(&self, out: &mut Vec<u8>) {
        (self.len() as u32).write(out);
        for (key, value) in self.iter().collect::<BTreeMap<_, _>>() {
            key.write(out);
            value.write(out);
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        (0..u32::read(bytes)?).map(|_| Bytes::read(bytes)).collect()
    }
}

impl<A: Bytes, B: Bytes> Bytes for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::read(bytes)?, B::read(bytes)?))
    }
}

impl Bytes for Timespan {
    fn write(&self, out: &mut Vec<u8>) {
        self.original.write(out);
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        Self::parse(&String::read(bytes)?).ok()
    }
}

variants!(Parsed: 0 Documents(list), 1 Data(json));
variants!(Content: 0 Rule(rule), 1 Filter(filter), 2 Correlation(correlation), 3 Foothold(json));

fields!(SigmaRule: title, logsource, detection, sigma_version, id, name, related, taxonomy, status, description, license,
    author, references, date, modified, fields, falsepositives, level, tags, scope; json custom_attributes);
fields!(CorrelationRule: title, sigma_version, id, name, status, description, author, date, modified, related,
    references, taxonomy, license, tags, fields, falsepositives, level, scope, correlation_type, rules, group_by,
    timespan, window, gap, condition, aliases, generate; json custom_attributes);
fields!(FilterRule: title, sigma_version, id, name, taxonomy, status, description, author, date, modified, related,
    license, references, tags, fields, falsepositives, level, scope, logsource, rules, detection;
    json custom_attributes);
fields!(LogSource: category, product, service, definition, custom);
fields!(Related: id, relation_type);
fields!(FieldAlias: alias, mapping);
variants!(FilterRuleTarget: 0 Any, 1 Specific(names));
variants!(Status: 0 Stable, 1 Test, 2 Experimental, 3 Deprecated, 4 Unsupported);
variants!(Level: 0 Informational, 1 Low, 2 Medium, 3 High, 4 Critical);
variants!(RelationType: 0 Correlation, 1 Derived, 2 Obsolete, 3 Merged, 4 Renamed, 5 Similar);

variants!(CorrelationType: 0 EventCount, 1 ValueCount, 2 Temporal, 3 TemporalOrdered, 4 ValueSum, 5 ValueAvg,
    6 ValuePercentile, 7 ValueMedian);
variants!(WindowMode: 0 Sliding, 1 Tumbling, 2 Session);
variants!(CorrelationCondition: 0 Threshold { predicates, field, percentile }, 1 Extended(expression));
variants!(ConditionOperator: 0 Lt, 1 Lte, 2 Gt, 3 Gte, 4 Eq, 5 Neq);

fields!(Detections: named, conditions, condition_strings, timeframe);
fields!(DetectionItem: field, values);
fields!(FieldSpec: name, modifiers);
fields!(SigmaString: parts, original);
variants!(Detection: 0 AllOf(items), 1 AnyOf(list), 2 Keywords(values), 3 ArrayMatch { field, quantifier, body },
    4 And(list), 5 Conditional { named, condition });
variants!(ArrayQuantifier: 0 Any, 1 All, 2 AllOrEmpty, 3 None);
variants!(SigmaValue: 0 String(text), 1 Integer(number), 2 Float(number), 3 Bool(truth), 4 Null);
variants!(StringPart: 0 Plain(text), 1 Special(wildcard));
variants!(SpecialChar: 0 WildcardMulti, 1 WildcardSingle);
variants!(ConditionExpr: 0 And(list), 1 Or(list), 2 Not(inner), 3 Identifier(name), 4 Selector { quantifier, pattern });
variants!(Quantifier: 0 Any, 1 All, 2 Count(number));
variants!(SelectorPattern: 0 Them, 1 Pattern(text));
variants!(Modifier: 0 Contains, 1 StartsWith, 2 EndsWith, 3 All, 4 Base64, 5 Base64Offset, 6 Wide, 7 Utf16be, 8 Utf16,
    9 WindAsh, 10 Re, 11 Cidr, 12 Cased, 13 Exists, 14 Expand, 15 FieldRef, 16 Gt, 17 Gte, 18 Lt, 19 Lte, 20 Neq,
    21 IgnoreCase, 22 Multiline, 23 DotAll, 24 Minute, 25 Hour, 26 Day, 27 Week, 28 Month, 29 Year);
