//! The name of a flow, from the name of its folder.

use super::USUAL;

/// The longest name of a flow.
const LONGEST: usize = 100;

/// The folder's name in `kebab-case`. One that would lose letters by that, or has none to begin with, gives the usual name.
pub(crate) fn flow_name(folder: &str) -> String {
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
    let loses_letters = folder.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
    match name.trim_end_matches('-') {
        "" => USUAL.to_owned(),
        _ if loses_letters => USUAL.to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::flow_name;

    #[test]
    fn a_folder_names_its_flow() {
        assert_eq!(flow_name("triage"), "triage");
        assert_eq!(flow_name("Triage Tickets (2)"), "triage-tickets-2");
        assert_eq!(flow_name("triageTickets"), "triage-tickets");
        assert_eq!(flow_name("triage__tickets..v2"), "triage-tickets-v2");
        assert_eq!(flow_name("2026-reports"), "reports");
        assert_eq!(flow_name(&"a".repeat(300)).len(), 100);
        assert_eq!(flow_name(&format!("{} b", "a".repeat(99))), "a".repeat(99));
    }

    #[test]
    fn a_folder_whose_name_cannot_be_a_flows_gives_the_usual_one() {
        for folder in ["2026", "…", "", "Überflüge", "日本語"] {
            assert_eq!(flow_name(folder), "first-flow", "{folder}");
        }
    }
}
