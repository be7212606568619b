//! What a new folder of flows begins with: which files, and what stands in them. Nothing is written here.

mod name;

pub(crate) use self::name::flow_name;

/// What the flow is called where the folder has no name for it, and in the files as they are kept here.
const USUAL: &str = "first-flow";

/// A file of a new folder.
#[derive(Debug)]
pub(crate) struct NewFile {
    /// Where it stands in the folder, with `/` between names.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

/// The JSON Schemas that editors need, as text, from the connectors of this program.
#[derive(Debug)]
pub(crate) struct Schemas {
    pub(crate) flow: String,
    pub(crate) connections: String,
    pub(crate) test: String,
}

/// The files of a new folder with one flow of this name.
pub(crate) fn files(name: &str, schemas: Schemas) -> Vec<NewFile> {
    let kept = [
        ("first-flow.linkwork.json", include_str!("files/first-flow.linkwork.json")),
        ("first-flow.test.json", include_str!("files/first-flow.test.json")),
        ("linkwork.connections.json", include_str!("files/connections.json")),
        (".env.example", include_str!("files/env.example")),
        (".gitignore", include_str!("files/gitignore")),
        (".vscode/settings.json", include_str!("files/settings.json")),
        ("AGENTS.md", include_str!("files/AGENTS.md")),
    ];
    let kept = kept.map(|(path, text)| NewFile { path: path.replace(USUAL, name), text: text.replace(USUAL, name) });
    let made = [
        ("schemas/flow.schema.json", schemas.flow),
        ("schemas/connections.schema.json", schemas.connections),
        ("schemas/test.schema.json", schemas.test),
    ];
    let made = made.map(|(path, text)| NewFile { path: path.to_owned(), text });
    kept.into_iter().chain(made).collect()
}
