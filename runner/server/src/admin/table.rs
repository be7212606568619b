//! The routes: one table. Nothing else says which there are, or which permission one takes.

use http::Method;
use runner_gateway::control::{GRANTS, Object, Permission};
use serde_json::{Value, json};

use super::refuse::No;

/// What a route does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    List(Object),
    Show(Object),
    Put(Object),
    Remove(Object),
    TestConnection,
    SearchModels,
    MakeKey,
    ListKeys,
    ShowKey,
    RevokeKey,
    ListCalls,
    ShowCall,
    Usage,
    Audit,
}

/// A route: its method, its path below the workspace, what it takes to be let in, and what it does.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) permission: Permission,
    pub(super) act: Act,
    pub(super) about: &'static str,
}

/// What a path leads to.
pub(super) struct Found<'a> {
    pub(super) route: &'static Route,
    pub(super) workspace: &'a str,
    pub(super) name: &'a str,
}

/// What stands in a path before those of the table.
pub(super) const BASE: &str = "/admin/v1/{workspace}";
/// What stands for a name or an id in a path.
const NAME: &str = "{name}";

/// All routes.
pub(super) static ROUTES: [Route; 22] = [
    get("/connections", Permission::ListConnections, Act::List(Object::Connection), "List connections."),
    get("/connections/{name}", Permission::ListConnections, Act::Show(Object::Connection), "Show a connection."),
    put(
        "/connections/{name}",
        Permission::WriteConnections,
        Act::Put(Object::Connection),
        "Create or change a connection, and try it. Secrets go into the vault, and are never told.",
    ),
    delete(
        "/connections/{name}",
        Permission::WriteConnections,
        Act::Remove(Object::Connection),
        "Remove a connection.",
    ),
    post("/connections/{name}/test", Permission::WriteConnections, Act::TestConnection, "Try a connection."),
    get(
        "/connections/{name}/models",
        Permission::SearchModels,
        Act::SearchModels,
        "Look through the provider's catalogue by the stored key.",
    ),
    get("/principals", Permission::ListPrincipals, Act::List(Object::Principal), "List principals."),
    get("/principals/{name}", Permission::ListPrincipals, Act::Show(Object::Principal), "Show a principal."),
    put(
        "/principals/{name}",
        Permission::WritePrincipals,
        Act::Put(Object::Principal),
        "Take in or change a principal.",
    ),
    delete("/principals/{name}", Permission::WritePrincipals, Act::Remove(Object::Principal), "Remove a principal."),
    get("/models", Permission::ListModels, Act::List(Object::Model), "List models."),
    get("/models/{name}", Permission::ListModels, Act::Show(Object::Model), "Show a model."),
    put("/models/{name}", Permission::WriteModels, Act::Put(Object::Model), "Create or change a model."),
    delete("/models/{name}", Permission::WriteModels, Act::Remove(Object::Model), "Remove a model."),
    get("/keys", Permission::WriteKeys, Act::ListKeys, "List keys, without the keys themselves."),
    post("/keys", Permission::WriteKeys, Act::MakeKey, "Make a key, which is told this once."),
    get("/keys/{name}", Permission::WriteKeys, Act::ShowKey, "Show what is known of a key."),
    delete("/keys/{name}", Permission::WriteKeys, Act::RevokeKey, "Revoke a key, and cut off what goes on under it."),
    get("/calls", Permission::ReadCalls, Act::ListCalls, "List calls, newest first."),
    get("/calls/{name}", Permission::ReadCalls, Act::ShowCall, "Show a call, and what was said if that was kept."),
    get("/usage", Permission::ReadCalls, Act::Usage, "Sum up what was used."),
    get("/audit", Permission::ReadAudit, Act::Audit, "List who did what, newest first."),
];

const fn get(path: &'static str, permission: Permission, act: Act, about: &'static str) -> Route {
    Route { method: Method::GET, path, permission, act, about }
}

const fn put(path: &'static str, permission: Permission, act: Act, about: &'static str) -> Route {
    Route { method: Method::PUT, path, permission, act, about }
}

const fn post(path: &'static str, permission: Permission, act: Act, about: &'static str) -> Route {
    Route { method: Method::POST, path, permission, act, about }
}

const fn delete(path: &'static str, permission: Permission, act: Act, about: &'static str) -> Route {
    Route { method: Method::DELETE, path, permission, act, about }
}

/// The route of a path.
pub(super) fn find<'a>(method: &Method, path: &'a str) -> Result<Found<'a>, No> {
    let below = path.strip_prefix("/admin/v1/").and_then(|rest| rest.find('/').map(|end| rest.split_at(end)));
    let (workspace, rest) = below.ok_or_else(No::nowhere)?;
    let fitting = ROUTES.iter().filter_map(|route| Some((route, name(route.path, rest)?)));
    let fitting: Vec<(&Route, &str)> = fitting.collect();
    match fitting.iter().find(|(route, _)| route.method == *method) {
        Some((route, name)) => Ok(Found { route, workspace, name }),
        None if fitting.is_empty() => Err(No::nowhere()),
        None => Err(No::method(&fitting.iter().map(|(route, _)| route.method.clone()).collect::<Vec<_>>())),
    }
}

/// The name in a path that has the form of this one; empty if it has no place for one. None if it has another form.
fn name<'a>(form: &str, path: &'a str) -> Option<&'a str> {
    let mut found = "";
    let mut segments = path.split('/');
    for wanted in form.split('/') {
        match segments.next()? {
            "" if wanted == NAME => return None,
            segment if wanted == NAME => found = segment,
            segment if segment == wanted => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(found)
}

/// The routes beside the API of a workspace: without a permission, anybody may ask.
const OTHERS: [(&str, &str, Option<Permission>); 8] = [
    ("GET", "/health", None),
    ("GET", "/ready", None),
    ("GET", super::OPENAPI, None),
    ("GET", "/metrics", Some(Permission::ReadAllCalls)),
    ("GET", "/v1/models", Some(Permission::CallModels)),
    ("GET", "/v1/api-key", Some(Permission::CallModels)),
    ("*", "/v1/{call}", Some(Permission::CallModels)),
    ("*", "/{workspace}/models/{model}/{call}", Some(Permission::CallModels)),
];

/// Which permission each route takes, and which role has which, for those who look at it.
pub fn permissions() -> Value {
    let line = |method: &str, path: &str, permission: Option<Permission>| json!({ "method": method, "path": path, "permission": permission.map(Permission::word) });
    let others = OTHERS.iter().map(|(method, path, permission)| line(method, path, *permission));
    let api = ROUTES.iter();
    let api = api.map(|route| line(route.method.as_str(), &format!("{BASE}{}", route.path), Some(route.permission)));
    let routes = others.chain(api);
    let grants = GRANTS.iter().map(|grant| {
        let roles: &[&str] = if grant.member { &["admin", "member"] } else { &["admin"] };
        json!({ "permission": grant.word, "roles": roles })
    });
    json!({ "routes": routes.collect::<Value>(), "permissions": grants.collect::<Value>() })
}
