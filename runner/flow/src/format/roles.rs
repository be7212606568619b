//! What an object of a flow file is, and so which keys it has, in which order.

/// What a value is in a flow file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Flow,
    Connections,
    Connection,
    Concurrency,
    /// A list of steps.
    Steps,
    Step,
    /// The list of a `branch`.
    Arms,
    Arm,
    /// The object of a `parallel`.
    Branches,
    Repeat,
    Wait,
    Fail,
    Retry,
    /// A list of steps, or an object that holds one.
    OnError,
    /// A bare expression.
    Expression,
    /// Anything else: it is the author's, and so is its order.
    Data,
}

type Keys = &'static [(&'static str, Role)];

const FLOW: Keys = &[
    ("$schema", Role::Data),
    ("linkwork", Role::Data),
    ("name", Role::Data),
    ("description", Role::Data),
    ("input", Role::Data),
    ("config", Role::Data),
    ("connections", Role::Connections),
    ("timeout", Role::Data),
    ("concurrency", Role::Concurrency),
    ("steps", Role::Steps),
    ("on_error", Role::OnError),
    ("output", Role::Data),
];

const STEP: Keys = &[
    ("id", Role::Data),
    ("description", Role::Data),
    ("if", Role::Expression),
    ("action", Role::Data),
    ("connection", Role::Data),
    ("flow", Role::Data),
    ("with", Role::Data),
    ("branch", Role::Arms),
    ("for_each", Role::Expression),
    ("as", Role::Data),
    ("at_once", Role::Data),
    ("on_item_error", Role::Data),
    ("repeat", Role::Repeat),
    ("parallel", Role::Branches),
    ("wait_for", Role::Data),
    ("break", Role::Data),
    ("set", Role::Data),
    ("wait", Role::Wait),
    ("stop", Role::Data),
    ("fail", Role::Fail),
    ("steps", Role::Steps),
    ("output", Role::Data),
    ("retry", Role::Retry),
    ("timeout", Role::Data),
    ("on_error", Role::OnError),
];

impl Role {
    /// The keys that it knows, in their order, with what stands under each.
    pub(super) fn keys(self) -> Keys {
        match self {
            Self::Flow => FLOW,
            Self::Step => STEP,
            Self::Connection => &[("connector", Self::Data)],
            Self::Concurrency => &[("limit", Self::Data), ("key", Self::Data), ("when_full", Self::Data)],
            Self::Arm => &[("if", Self::Expression), ("else", Self::Data), ("steps", Self::Steps)],
            Self::Repeat => &[("times", Self::Data), ("while", Self::Expression)],
            Self::Wait => &[("until", Self::Data), ("signal", Self::Data)],
            Self::Fail => &[("message", Self::Data), ("code", Self::Data)],
            Self::Retry => &[
                ("max_attempts", Self::Data),
                ("delay", Self::Data),
                ("backoff", Self::Data),
                ("max_delay", Self::Data),
            ],
            Self::OnError => &[("codes", Self::Data), ("steps", Self::Steps)],
            Self::Connections | Self::Steps | Self::Arms | Self::Branches | Self::Expression | Self::Data => &[],
        }
    }

    /// Where a key stands among the others, and what stands under it. Keys that are not known come last.
    pub(super) fn key(self, key: &str) -> (usize, Self) {
        let others = match self {
            Self::Connections => Self::Connection,
            Self::Branches => Self::Steps,
            _ => Self::Data,
        };
        let known = self.keys().iter().enumerate().find(|(_, (known, _))| *known == key);
        known.map_or((usize::MAX, others), |(place, (_, role))| (place, *role))
    }

    /// What the items of a list are.
    pub(super) fn item(self) -> Self {
        match self {
            Self::Steps | Self::OnError => Self::Step,
            Self::Arms => Self::Arm,
            _ => Self::Data,
        }
    }

    /// Whether it is never put on one line, so that a flow is read from top to bottom.
    pub(super) fn stands_open(self, is_list: bool) -> bool {
        matches!(self, Self::Flow | Self::Steps) || (self == Self::OnError && is_list)
    }
}
