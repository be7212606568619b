//! The name of a flow, from the name of its folder.

/// The longest name of a flow.
const LONGEST: usize = 100;

/// The folder's name in `kebab-case`; none if it has no letter to begin with.
pub(crate) fn flow_name(folder: &str) -> Option<String> {
    let mut name = String::new();
    for c in folder.chars() {
        let ends_word = c.is_ascii_uppercase() && name.ends_with(|before: char| before.is_ascii_lowercase());
        if (ends_word || !c.is_ascii_alphanumeric()) && !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        let may_begin = c.is_ascii_alphabetic() || !name.is_empty();
        if c.is_ascii_alphanumeric() && may_begin {
            name.push(c.to_ascii_lowercase());
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::flow_name;

    #[test]
    fn a_folder_names_its_flow() {
        let named = |folder: &str| flow_name(folder).unwrap_or_default();
        assert_eq!(named("triage"), "triage");
        assert_eq!(named("Triage Tickets (2)"), "triage-tickets-2");
        assert_eq!(named("triageTickets"), "triage-tickets");
        assert_eq!(named("triage__tickets..v2"), "triage-tickets-v2");
        assert_eq!(named("2026-reports"), "reports");
        assert_eq!(named(&"a".repeat(300)).len(), 100);
        assert_eq!(named(&format!("{} b", "a".repeat(99))), "a".repeat(99));
    }

    #[test]
    fn a_name_without_letters_names_nothing() {
        assert_eq!(flow_name("2026"), None);
        assert_eq!(flow_name("…"), None);
        assert_eq!(flow_name(""), None);
    }
}
