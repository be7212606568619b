//! Who may do what: one table, and nothing anywhere else says so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A human being.
    Person,
    /// A program.
    Service,
}

/// What a principal may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owns connections, policies and members.
    Admin,
    /// Creates models from connections that are there, and calls models.
    Member,
}

/// Something that one may be allowed to do in one's workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// To see which connections there are, without what is secret.
    ListConnections,
    /// To create, change, test and remove connections.
    WriteConnections,
    /// To look through a provider's catalogue by the stored key.
    SearchModels,
    /// To see who belongs to the workspace.
    ListPrincipals,
    /// To take principals in, change and remove them.
    WritePrincipals,
    /// To see which models there are.
    ListModels,
    /// To create models, and to change and remove one's own.
    WriteModels,
    /// To change and remove everybody's models.
    WriteAllModels,
    /// To set limits and prices, and to have prompts and answers kept.
    WritePolicies,
    /// To call models.
    CallModels,
    /// To make, list and revoke one's own keys.
    WriteKeys,
    /// To make, list and revoke everybody's keys.
    WriteAllKeys,
    /// To see one's own calls and what they used.
    ReadCalls,
    /// To see everybody's calls and what they used.
    ReadAllCalls,
    /// To see who did what.
    ReadAudit,
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// What may be done.
    pub permission: Permission,
    /// Its stable word.
    pub word: &'static str,
    /// Whether a member may.
    pub member: bool,
}

/// What each role may do. An admin may do all of it.
pub const GRANTS: [Grant; 15] = [
    grant(Permission::ListConnections, "connections:list", true),
    grant(Permission::WriteConnections, "connections:write", false),
    grant(Permission::SearchModels, "models:search", true),
    grant(Permission::ListPrincipals, "principals:list", true),
    grant(Permission::WritePrincipals, "principals:write", false),
    grant(Permission::ListModels, "models:list", true),
    grant(Permission::WriteModels, "models:write", true),
    grant(Permission::WriteAllModels, "models:write-all", false),
    grant(Permission::WritePolicies, "policies:write", false),
    grant(Permission::CallModels, "models:call", true),
    grant(Permission::WriteKeys, "keys:write", true),
    grant(Permission::WriteAllKeys, "keys:write-all", false),
    grant(Permission::ReadCalls, "calls:read", true),
    grant(Permission::ReadAllCalls, "calls:read-all", false),
    grant(Permission::ReadAudit, "audit:read", false),
];

const fn grant(permission: Permission, word: &'static str, member: bool) -> Grant {
    Grant { permission, word, member }
}

impl Permission {
    /// Its stable word, such as `models:list`.
    pub fn word(self) -> &'static str {
        GRANTS.iter().find(|grant| grant.permission == self).map_or("", |grant| grant.word)
    }
}

impl Role {
    /// Whether this role may do it.
    pub fn may(self, permission: Permission) -> bool {
        self == Self::Admin || GRANTS.iter().any(|grant| grant.permission == permission && grant.member)
    }
}
