//! The catalogue: which models there are, what they cost and what they refuse. Old names that examples and
//! defaults still use, `grok-beta` and `grok-3-fast-latest`, are served too.

use crate::refusal::Refusal;

/// Prices are in US cents for 100 million tokens: 20,000 is two dollars a million.
pub(crate) struct LanguageModel {
    pub(crate) id: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) fingerprint: &'static str,
    pub(crate) created: i64,
    pub(crate) version: &'static str,
    pub(crate) sees: bool,
    pub(crate) context: usize,
    pub(crate) thinks: bool,
    /// The values of `reasoning_effort` that it takes; most models take none at all.
    pub(crate) efforts: &'static [&'static str],
    pub(crate) dialect: Dialect,
    /// Several agents at once, which only the Responses API offers.
    pub(crate) multi_agent: bool,
    pub(crate) prompt_price: u64,
    pub(crate) cached_price: u64,
    pub(crate) completion_price: u64,
}

/// How a chat stream looks.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Dialect {
    /// `message` in place of `delta`, usage on every chunk, an empty finish reason until the end.
    Of2024,
    Of2026,
}

const RECENT: LanguageModel = LanguageModel {
    id: "",
    aliases: &[],
    fingerprint: "fp_2a885414fb",
    created: 1_770_768_000,
    version: "1.0",
    sees: true,
    context: 500_000,
    thinks: true,
    efforts: &["low", "medium", "high"],
    dialect: Dialect::Of2026,
    multi_agent: false,
    prompt_price: 20_000,
    cached_price: 5_000,
    completion_price: 60_000,
};

const GROK_4_20: LanguageModel = LanguageModel {
    context: 1_000_000,
    efforts: &[],
    prompt_price: 12_500,
    cached_price: 2_000,
    completion_price: 25_000,
    ..RECENT
};

const PLAIN: LanguageModel =
    LanguageModel { created: 1_743_724_800, sees: false, context: 131_072, thinks: false, efforts: &[], ..RECENT };

pub(crate) static LANGUAGE_MODELS: [LanguageModel; 12] = [
    LanguageModel {
        id: "grok-4.7",
        aliases: &["grok-4.7-latest", "grok-latest"],
        efforts: &["low", "medium", "high", "xhigh"],
        ..RECENT
    },
    LanguageModel {
        id: "grok-4.6",
        aliases: &["grok-4.6-latest"],
        efforts: &["low", "medium", "high", "xhigh"],
        ..RECENT
    },
    LanguageModel { id: "grok-4.5", aliases: &["grok-4.5-latest", "grok-build-latest"], ..RECENT },
    LanguageModel {
        id: "grok-4.3",
        aliases: &["grok-4.3-latest"],
        efforts: &["none", "low", "medium", "high"],
        ..GROK_4_20
    },
    LanguageModel { id: "grok-4.20-0309-reasoning", aliases: &["grok-4.20-reasoning"], ..GROK_4_20 },
    LanguageModel {
        id: "grok-4.20-0309-non-reasoning",
        aliases: &["grok-4.20-non-reasoning"],
        thinks: false,
        ..GROK_4_20
    },
    LanguageModel { id: "grok-4.20-multi-agent", multi_agent: true, ..GROK_4_20 },
    LanguageModel {
        id: "grok-build-0.1",
        aliases: &["grok-code-fast", "grok-code-fast-1"],
        context: 256_000,
        efforts: &[],
        prompt_price: 10_000,
        cached_price: 2_000,
        completion_price: 20_000,
        ..RECENT
    },
    LanguageModel {
        id: "grok-3",
        aliases: &["grok-3-latest", "grok-3-beta"],
        prompt_price: 30_000,
        cached_price: 7_500,
        completion_price: 150_000,
        ..PLAIN
    },
    LanguageModel {
        id: "grok-3-fast",
        aliases: &["grok-3-fast-latest", "grok-3-fast-beta"],
        prompt_price: 50_000,
        cached_price: 12_500,
        completion_price: 250_000,
        ..PLAIN
    },
    LanguageModel {
        id: "grok-3-mini",
        aliases: &["grok-3-mini-latest", "grok-3-mini-beta"],
        thinks: true,
        efforts: &["low", "high"],
        prompt_price: 3_000,
        cached_price: 750,
        completion_price: 5_000,
        ..PLAIN
    },
    LanguageModel {
        id: "grok-beta",
        fingerprint: "fp_3813298403",
        created: 1_728_511_727,
        version: "0.1.0",
        dialect: Dialect::Of2024,
        prompt_price: 50_000,
        cached_price: 50_000,
        completion_price: 150_000,
        ..PLAIN
    },
];

pub(crate) struct ImageModel {
    pub(crate) id: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) fingerprint: &'static str,
    pub(crate) created: i64,
    pub(crate) longest_prompt: usize,
    /// In US cents for a picture.
    pub(crate) price: u64,
    pub(crate) takes_quality: bool,
    /// Aspect ratio, resolution and edits came with the second family.
    pub(crate) imagine: bool,
}

pub(crate) static IMAGE_MODELS: [ImageModel; 3] = [
    ImageModel {
        id: "grok-imagine-image",
        aliases: &["grok-imagine-image-latest"],
        fingerprint: "fp_8ae2a5b8c1",
        created: 1_769_472_000,
        longest_prompt: 8_000,
        price: 2,
        takes_quality: false,
        imagine: true,
    },
    ImageModel {
        id: "grok-imagine-image-2.0",
        aliases: &["grok-imagine-image-quality"],
        fingerprint: "fp_41c0d7e93f",
        created: 1_785_542_400,
        longest_prompt: 8_000,
        price: 4,
        takes_quality: true,
        imagine: true,
    },
    ImageModel {
        id: "grok-2-image-1212",
        aliases: &["grok-2-image", "grok-2-image-latest"],
        fingerprint: "fp_ca78641a52",
        created: 1_736_726_400,
        longest_prompt: 1_024,
        price: 7,
        takes_quality: false,
        imagine: false,
    },
];

pub(crate) struct EmbeddingModel {
    pub(crate) id: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) fingerprint: &'static str,
    pub(crate) created: i64,
    pub(crate) price: u64,
}

pub(crate) static EMBEDDING_MODELS: [EmbeddingModel; 1] =
    [EmbeddingModel { id: "v1", aliases: &[], fingerprint: "fp_df37966059", created: 1_725_148_800, price: 100 }];

/// What the three kinds have in common: a name, and others for it.
pub(crate) trait Named: 'static {
    fn id(&self) -> &'static str;
    fn aliases(&self) -> &'static [&'static str];
}

impl Named for LanguageModel {
    fn id(&self) -> &'static str {
        self.id
    }
    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }
}

impl Named for ImageModel {
    fn id(&self) -> &'static str {
        self.id
    }
    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }
}

impl Named for EmbeddingModel {
    fn id(&self) -> &'static str {
        self.id
    }
    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }
}

/// The model of that name or alias.
pub(crate) fn find<M: Named>(models: &'static [M], name: &str) -> Option<&'static M> {
    models.iter().find(|model| model.id() == name || model.aliases().contains(&name))
}

/// The model for a task; another kind's name is refused as such, an unknown one as unknown.
pub(crate) fn fit<M: Named>(models: &'static [M], name: &str, task: &str) -> Result<&'static M, Refusal> {
    let known = || {
        find(&LANGUAGE_MODELS, name).is_some()
            || find(&IMAGE_MODELS, name).is_some()
            || find(&EMBEDDING_MODELS, name).is_some()
    };
    find(models, name).ok_or_else(|| match known() {
        true => Refusal::wrong_kind_of_model(name, task),
        false => Refusal::unknown_model(name),
    })
}
