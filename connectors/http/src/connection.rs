//! The connection: an origin, and how requests show who sends them.

use connector_sdk::http::{Base, Method, free_header_name};
use connector_sdk::{
    Auth, Connection, ConnectionAbout, ConnectionExt as _, Context, Result, Secret, Violation, async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A connection to any HTTP API.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Origin and base path, such as https://api.example.com/v2. Requests cannot leave it.
    #[schemars(title = "Base URL")]
    base_url: String,
    /// How requests show who sends them.
    #[schemars(title = "Authentication", extend("default" = "none"))]
    #[serde(default)]
    auth: Scheme,
    /// For `basic`: the user name.
    #[schemars(title = "User Name")]
    username: Option<String>,
    /// For `bearer`, `basic` and `header`: the token, the password or the header's value.
    #[schemars(title = "Secret")]
    secret: Option<Secret>,
    /// For `header`: the name of the header that carries the secret, such as X-Api-Key.
    #[schemars(title = "Header Name")]
    header: Option<String>,
    /// The header in which the API takes an idempotency key, such as Idempotency-Key.
    #[schemars(title = "Idempotency Header")]
    idempotency_header: Option<String>,
    /// A path that answers 2xx when the connection works, for testing it.
    #[schemars(title = "Test Path", extend("default" = ""))]
    test_path: Option<String>,
}

/// How requests show who sends them.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Scheme {
    #[default]
    None,
    Bearer,
    Basic,
    Header,
}

#[async_trait]
impl Connection for Http {
    fn about() -> ConnectionAbout {
        ConnectionAbout {
            label: "HTTP Connection",
            description: "Connection to any HTTP API",
            help: "Give the API's base URL, and the credential in the form that the API asks for.",
            environment: &[],
        }
    }

    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn auth(&self) -> Auth<'_> {
        match (self.auth, &self.secret) {
            (Scheme::Bearer, Some(secret)) => Auth::Bearer(secret),
            (Scheme::Basic, Some(password)) => {
                Auth::Basic { user: self.username.as_deref().unwrap_or_default(), password }
            }
            (Scheme::Header, Some(value)) => Auth::Header { name: self.header.as_deref().unwrap_or_default(), value },
            (Scheme::None, _) | (_, None) => Auth::None,
        }
    }

    fn idempotency_header(&self) -> Option<&str> {
        self.idempotency_header.as_deref()
    }

    fn check(&self) -> Vec<Violation> {
        let mut found: Vec<_> = self.missing().collect();
        if let Err(message) = Base::parse(&self.base_url) {
            found.push(Violation::new("/base_url", "base_url", message));
        }
        if matches!(self.auth, Scheme::None) && self.secret.is_some() {
            found.push(Violation::new("/auth", "required", "is none, and a secret is given; say how it is sent"));
        }
        for (field, name) in [("/header", &self.header), ("/idempotency_header", &self.idempotency_header)] {
            let wrong = name.as_ref().and_then(|name| free_header_name(name).err());
            found.extend(wrong.map(|why| Violation::new(field, "header", why)));
        }
        found
    }

    async fn verify(&self, ctx: &Context) -> Result<String> {
        let answer = self.request(ctx, Method::GET, self.test_path.as_deref().unwrap_or_default())?.send().await?;
        Ok(format!("{} answered {}", self.base_url, answer.status))
    }
}

impl Http {
    /// What the chosen authentication needs and is not there.
    fn missing(&self) -> impl Iterator<Item = Violation> {
        let secret = ("secret", self.secret.is_some());
        let needed = match self.auth {
            Scheme::None => vec![],
            Scheme::Bearer => vec![secret],
            Scheme::Basic => vec![secret, ("username", self.username.is_some())],
            Scheme::Header => vec![secret, ("header", self.header.is_some())],
        };
        needed.into_iter().filter(|(_, given)| !given).map(|(field, _)| {
            Violation::new(format!("/{field}"), "required", "is missing; the chosen authentication needs it")
        })
    }
}
