//! The parameters of a cmdlet as hawk prints them, back to names and values.

/// Takes `Name=Value | Name=Value` apart. What follows ` | ` and is no name belongs to the value before it.
pub(super) fn listed(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for part in text.split(" | ") {
        match (part.split_once('=').filter(|(name, _)| is_name(name)), found.last_mut()) {
            (Some((name, value)), _) => found.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => {
                value.push_str(" | ");
                value.push_str(part);
            }
            (None, None) => {}
        }
    }
    found
}

/// Takes `New-InboxRule -Name 'a b' -DeleteMessage $true` apart; also `-Force:$True`.
pub(super) fn typed(command: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = command.find(" -").and_then(|at| command.get(at..)).unwrap_or_default();
    while let Some(behind) = rest.strip_prefix(" -") {
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(behind.len());
        let (name, tail) = behind.split_at(end);
        let tail = tail.strip_prefix([':', ' ']).unwrap_or(tail);
        let length = value_end(tail);
        let (value, next) = tail.split_at(length);
        if is_name(name) {
            found.push((name.to_owned(), unquoted(value)));
        }
        rest = next;
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric()) && !text.as_bytes()[0].is_ascii_digit()
}

/// Where the value ends that `text` begins with: before ` -Name`, or before the end.
fn value_end(text: &str) -> usize {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let ends = |at: usize| {
        let behind = text.get(at..).unwrap_or_default();
        let name = behind.strip_prefix(" -").unwrap_or_default();
        behind.is_empty() || name.starts_with(|c: char| c.is_ascii_alphabetic())
    };
    let stop = match quote {
        // Hawk does not escape quotes inside: only one before the next parameter closes.
        Some(quote) => text.match_indices(quote).map(|(at, _)| at + 1).find(|at| *at > 1 && ends(*at)),
        // The value may be empty: the next parameter then follows at once.
        None => text.match_indices(" -").map(|(at, _)| at).find(|at| ends(*at)),
    };
    stop.unwrap_or(text.len())
}

fn unquoted(value: &str) -> String {
    let inner = ['\'', '"'].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    match inner.unwrap_or(value) {
        truth if truth.eq_ignore_ascii_case("$true") => "True".to_owned(),
        truth if truth.eq_ignore_ascii_case("$false") => "False".to_owned(),
        text => text.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(found: &[(String, String)]) -> String {
        found.iter().fold(String::new(), |text, (name, value)| text + "<" + name + "=" + value + ">")
    }

    #[test]
    fn both_forms_give_the_same() {
        let command = "New-InboxRule -Name '.' -SubjectContainsWords 'pay - now;it''s -due' -DeleteMessage $true -ForwardTo  -Force:$False";
        assert_eq!(
            pairs(&typed(command)),
            "<Name=.><SubjectContainsWords=pay - now;it''s -due><DeleteMessage=True><ForwardTo=><Force=False>"
        );
        assert_eq!(
            pairs(&listed("Name=. | SubjectContainsWords=a | b=c d | DeleteMessage=True | ForwardTo=")),
            "<Name=.><SubjectContainsWords=a><b=c d><DeleteMessage=True><ForwardTo=>"
        );
        assert_eq!(pairs(&listed("Name=x | y z | Enabled=True")), "<Name=x | y z><Enabled=True>");
    }

    #[test]
    fn what_is_no_command_gives_nothing() {
        for text in ["", "MailItemsAccessed", "x -", " - ", " -1 2"] {
            assert_eq!(pairs(&typed(text)), "", "{text}");
        }
        assert_eq!(pairs(&listed("")), "");
        assert_eq!(pairs(&listed("no pair")), "");
    }
}
