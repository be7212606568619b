//! Where a request goes: read off its path once, and both routed and judged by that.

/// A place below which the calls of a provider are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// `/{workspace}/models/{model}/…`: the URL names the model.
    OfModel {
        /// The workspace.
        workspace: &'a str,
        /// The model.
        model: &'a str,
        /// What comes after it, without the `/v1` that some clients add.
        call: &'a str,
    },
    /// `/v1/…`: the body names the model.
    Open {
        /// What comes after `/v1`.
        call: &'a str,
    },
}

impl<'a> Place<'a> {
    /// The place of a path, if there is one.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        if let Some(call) = below(path, "/v1") {
            return Some(Self::Open { call });
        }
        let (workspace, rest) = path.strip_prefix('/')?.split_once("/models/")?;
        let end = rest.find('/')?;
        let (model, call) = rest.split_at(end);
        let is_one_segment = !workspace.is_empty() && !workspace.contains('/');
        let call = below(call, "/v1").unwrap_or(call);
        (is_one_segment && !model.is_empty()).then_some(Self::OfModel { workspace, model, call })
    }

    /// What is called there.
    pub(super) fn call(&self) -> &'a str {
        match self {
            Self::OfModel { call, .. } | Self::Open { call } => call,
        }
    }
}

/// What comes below a prefix, with its slash.
fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_path_has_one_place() {
        let of_model = |call| Some(Place::OfModel { workspace: "acme", model: "grok", call });
        assert_eq!(Place::of("/acme/models/grok/v1/chat/completions"), of_model("/chat/completions"));
        assert_eq!(Place::of("/acme/models/grok/chat/completions"), of_model("/chat/completions"));
        assert_eq!(Place::of("/acme/models/grok/v1/models/x"), of_model("/models/x"));
        assert_eq!(Place::of("/acme/models/grok/v1beta/x"), of_model("/v1beta/x"));
        assert_eq!(Place::of("/acme/models/grok//x"), of_model("//x"));
        assert_eq!(Place::of("/v1/messages"), Some(Place::Open { call: "/messages" }));
        assert_eq!(Place::of("/v1/models/grok"), Some(Place::Open { call: "/models/grok" }));
    }

    #[test]
    fn elsewhere_there_is_nothing() {
        for path in ["/", "/v1", "/v10/x", "/acme", "/acme/models/grok", "//models/grok/x", "/a/b/models/grok/x", "x"] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }
}
