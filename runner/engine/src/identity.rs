//! Which run, and whose: passed through everything that a run does.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The tenant of a host that has only one.
pub const SOLE_TENANT: &str = "default";

/// Which run, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunIdentity {
    /// `run_…`.
    pub run: Arc<str>,
    /// The host's customer.
    pub tenant: Arc<str>,
    /// What the host wants to find the run by.
    pub labels: BTreeMap<String, String>,
}

/// Whether nobody need be told whose it is.
pub(crate) fn is_sole(tenant: &Arc<str>) -> bool {
    **tenant == *SOLE_TENANT
}
