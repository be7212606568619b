//! `$'…'`, in which browsers copy what holds a quote: it becomes words that any shell reads.

/// The line with every `$'…'` written in plain single quotes.
pub(super) fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['\'', '"', '\\', '$']) {
        plain.push_str(&rest[..at]);
        let from = &rest[at..];
        if let Some(quoted) = from.strip_prefix("$'") {
            let (text, after) = decode(quoted);
            plain.push_str(&format!("'{}'", text.replace('\'', "'\\''")));
            rest = after;
        } else {
            let length = length_as_it_stands(from);
            plain.push_str(&from[..length]);
            rest = &from[length..];
        }
    }
    plain + rest
}

/// How long what begins here is, which no `$'` within can be a quote of: a quoted text, or a character after a backslash.
fn length_as_it_stands(from: &str) -> usize {
    let mut chars = from.char_indices().skip(1);
    let end = match from.chars().next() {
        Some('\'') => chars.find(|(_, c)| *c == '\''),
        Some('"') => {
            let mut escaped = false;
            chars.find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            })
        }
        Some('\\') => chars.next(),
        _ => return 1,
    };
    end.map_or(from.len(), |(at, c)| at + c.len_utf8())
}

/// What is quoted, and what comes after its end.
fn decode(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return (text, &quoted[at + 1..]),
            '\\' => match chars.next().map(|(_, escaped)| escaped) {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some('u') => text.extend(unicode(&mut chars)),
                Some(other) => text.push(other),
                None => {}
            },
            c => text.push(c),
        }
    }
    (text, "")
}

/// The character of `\uXXXX`.
fn unicode(chars: &mut std::str::CharIndices<'_>) -> Option<char> {
    let digits: String = chars.by_ref().take(4).map(|(_, digit)| digit).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}
